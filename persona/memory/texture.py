"""How somebody writes: in how many of their own messages each mark of it stands.

Five families of marks. `habits` are those of the keyboard (casing, punctuation, length, smileys), a
closed list in `memory/habits.py`. `edges` are the words with which messages open and close, `words`
all of them, `letters` the runs of three characters, `shapes` the runs of five in which every word
looks the same, so that how spaces, marks and capitals follow each other is left, whatever is spoken
of. These are open, so they are kept under hashed numbers, and a texture stays small however much was
said.

A message counts once for each mark that stands in it. So the texture of many messages is the sum of
theirs: their order does not matter, homes that join add up, a home that parts or a message that is
forgotten is subtracted, and each count can be told as it is, "in 14 of 20".
"""

import re
import zlib
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from persona.errors import Broken
from persona.memory.habits import HABITS, NUMBERS, habits_of

FORMAT = 2
"""Another list of habits or another hash is another format: textures are derived anew from turns."""
FAMILIES = ("habits", "edges", "letters", "shapes", "words")
BUCKETS = {
    "habits": len(HABITS),
    "edges": 1_024,
    "letters": 4_096,
    "shapes": 2_048,
    "words": 2_048,
}
"""Numbers that a family's marks may have."""
MOST_READ = 4_000
"""Characters of a message that are read: nobody types so many, and a page is one message."""
WORD = re.compile(r"\w+(?:['’]\w+)*")
RUN = 3
SHAPE_RUN = 5
NUMBER = re.compile(r"\d+")
LOWER = re.compile(r"[a-zß-öø-ÿ]+")
CAPITAL = re.compile(r"[A-ZÀ-ÖØ-Þ]")


@dataclass(frozen=True, slots=True)
class Mark:
    """One way of writing: its family, its number there, and the words that tell it."""

    family: str
    number: int
    says: str = field(compare=False)


@dataclass(frozen=True, slots=True)
class Texture:
    """Of how many messages it is made, and by family in how many of them each mark stands."""

    messages: int = 0
    counts: Mapping[str, Counter[int]] = field(
        default_factory=lambda: {family: Counter[int]() for family in FAMILIES}
    )

    def __add__(self, other: "Texture") -> "Texture":
        return _combined(self, other, 1)

    def __sub__(self, other: "Texture") -> "Texture":
        """Without messages that it was made of. Raises Broken where it was not made of them."""
        left = _combined(self, other, -1)
        if left.messages < 0 or any(n < 0 for one in left.counts.values() for n in one.values()):
            raise Broken("a texture can only lose what it was made of")
        return left

    def of(self, mark: Mark) -> int:
        """In how many messages the mark stands."""
        return self.counts[mark.family][mark.number]


def read(messages: Iterable[str]) -> Texture:
    """The texture of somebody's own words; a message without any is none."""
    total, counts = 0, {family: Counter[int]() for family in FAMILIES}
    for text in messages:
        found = marks(text)
        total += bool(found)
        for mark in found:
            counts[mark.family][mark.number] += 1
    return Texture(total, counts)


def marks(text: str) -> frozenset[Mark]:
    """All marks of one message."""
    line = " ".join(text[:MOST_READ].split())
    if not line:
        return frozenset()
    found = [Mark("habits", NUMBERS[says], says) for says in habits_of(text[:MOST_READ])]
    said = [word.replace("’", "'") for word in WORD.findall(line.casefold())]
    if said:
        found += [_hashed("edges", f"opens with “{said[0]}”")]
        found += [_hashed("edges", f"closes with “{said[-1]}”")]
    found += [_hashed("words", f"writes “{word}”") for word in set(said)]
    found += [_hashed("letters", f"writes {run!r}") for run in _runs(line, RUN)]
    shape = CAPITAL.sub("X", LOWER.sub("w", NUMBER.sub("9", line)))
    found += [_hashed("shapes", f"shapes {run!r}") for run in _runs(shape, SHAPE_RUN)]
    return frozenset(found)


def plain(texture: Texture) -> dict[str, Any]:
    """The texture as JSON holds it: each family as the steps from mark to mark, with their counts."""
    return {
        "v": FORMAT,
        "messages": texture.messages,
        **{family: _steps(texture.counts[family]) for family in FAMILIES},
    }


def open_texture(content: Mapping[str, Any]) -> Texture | None:
    """Raises Broken for one of a newer format; an older one is None, to be read anew from turns."""
    if content["v"] > FORMAT:
        raise Broken(f"texture of format {content['v']}; this code knows up to {FORMAT}")
    if content["v"] < FORMAT:
        return None
    counts = {family: _counted(content[family]) for family in FAMILIES}
    return Texture(content["messages"], counts)


def _hashed(family: str, says: str) -> Mark:
    spelled = says.encode("utf-8", "surrogatepass")
    return Mark(family, zlib.crc32(spelled) % BUCKETS[family], says)


def _runs(line: str, length: int) -> set[str]:
    padded = f" {line}\n"
    return {padded[at : at + length] for at in range(max(1, len(padded) - length + 1))}


def _combined(one: Texture, other: Texture, sign: int) -> Texture:
    counts: dict[str, Counter[int]] = {}
    for family in FAMILIES:
        joined = Counter(one.counts[family])
        for number, messages in other.counts[family].items():
            joined[number] += sign * messages
        counts[family] = Counter({number: n for number, n in joined.items() if n})
    return Texture(one.messages + sign * other.messages, counts)


def _steps(counts: Mapping[int, int]) -> list[int]:
    steps: list[int] = []
    last = 0
    for number in sorted(counts):
        steps += [number - last, counts[number]]
        last = number
    return steps


def _counted(steps: list[int]) -> Counter[int]:
    counts, number = Counter[int](), 0
    for step, messages in zip(steps[::2], steps[1::2], strict=True):
        number += step
        counts[number] = messages
    return counts
