"""English by classes of words, as `signs.lexicon` lists them: what a word is, in whatever form it stands.

A class holds words and fixed phrases; a verb stands in it by its plain form, and those of its other
forms that the head names are derived: of LIKE, `likes` is a LIKE-s, `liked` a LIKE-ed, `liking` a LIKE-ing.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from persona.memory.terms import IRREGULAR

FILE = Path(__file__).with_name("signs.lexicon")
VOWELS = frozenset("aeiou")
Phrase = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Lexicon:
    """`words` are single words with their classes; `phrases` longer ones, by the two they begin with.

    `spelled` is what is written short or wrong, with what it stands for.
    """

    words: Mapping[str, tuple[str, ...]]
    phrases: Mapping[tuple[str, str], list[tuple[Phrase, str]]]
    spelled: Mapping[str, Phrase]

    def signals(self, frequent: frozenset[str]) -> Mapping[str, set[str]]:
        """By class, words of which one stands wherever anything of it does: no frequent one if it may be."""
        found: dict[str, set[str]] = {}
        for word, names in self.words.items():
            for name in names:
                found.setdefault(name, set()).add(word)
        for phrases in self.phrases.values():
            for phrase, name in phrases:
                told = next((one for one in phrase if one not in frequent), phrase[0])
                found.setdefault(name, set()).add(told)
        return found


@cache
def lexicon() -> Lexicon:
    """Read when the first message comes near it."""
    words: dict[str, list[str]] = {}
    phrases: dict[tuple[str, str], list[tuple[Phrase, str]]] = {}
    spelled: dict[str, Phrase] = {}
    irregular: dict[str, Phrase] = {}
    for head, entries in _lists():
        name, _, sort = head.partition(" ")
        for entry in entries:
            if name in ("SPELLED", "IRREGULAR"):
                left, _, right = entry.partition(" = ")
                (spelled if name == "SPELLED" else irregular)[left] = tuple(right.split())
                continue
            forms = _forms(name, entry, sort.split(), irregular)
            for form, said in forms:
                found = tuple(said.split())
                if len(found) == 1:
                    words.setdefault(said, []).append(form)
                else:
                    phrases.setdefault((found[0], found[1]), []).append((found, form))
    return Lexicon(
        {word: tuple(dict.fromkeys(names)) for word, names in words.items()},
        phrases,
        spelled,
    )


def _lists() -> Iterator[tuple[str, list[str]]]:
    """Each head with its entries; a line that is indented goes on with the one before."""
    text = FILE.read_text(encoding="utf-8").replace("\n  ", " ")
    for line in text.splitlines():
        head, colon, entries = line.partition(": ")
        if colon and line[0] != "#":
            yield head, entries.split(", ")


def _forms(
    name: str, entry: str, sort: list[str], irregular: Mapping[str, Phrase]
) -> Iterator[tuple[str, str]]:
    """An entry in those forms that its list names; of several words the first is bent: `cares for`."""
    yield name, entry
    if not sort:
        return
    plain, blank, rest = entry.partition(" ")
    if "s" in sort:
        third = (
            plain[:-1] + "ies" if _ends_in_y(plain) else plain + ("es" if _hisses(plain) else "s")
        )
        yield f"{name}-s", f"{third}{blank}{rest}"
    if "ing" in sort:
        yield f"{name}-ing", f"{_ing(plain)}{blank}{rest}"
    for past in (
        (irregular.get(plain) or _irregular().get(plain) or (_ed(plain),)) if "ed" in sort else ()
    ):
        yield f"{name}-ed", f"{past}{blank}{rest}"


@cache
def _irregular() -> Mapping[str, Phrase]:
    found: dict[str, Phrase] = {}
    for form, plain in IRREGULAR.items():
        found[plain] = (*found.get(plain, ()), form)
    return found


def _hisses(plain: str) -> bool:
    return plain.endswith(("s", "sh", "ch", "x", "z", "o"))


def _ends_in_y(plain: str) -> bool:
    return plain.endswith("y") and plain[-2:-1] not in VOWELS


def _doubled(plain: str) -> str:
    """`stop` becomes `stopp` before an ending: short, and one vowel between consonants."""
    is_short = sum(letter in VOWELS for letter in plain) == 1
    doubles = is_short and plain[-2:-1] in VOWELS and plain[-1] not in "aeiouwxy"
    return plain + plain[-1] if doubles else plain


def _ing(plain: str) -> str:
    if plain.endswith("ie"):
        return plain[:-2] + "ying"
    if plain.endswith("e") and not plain.endswith(("ee", "oe", "ye")) and len(plain) > 2:
        return plain[:-1] + "ing"
    return "panicking" if plain == "panic" else _doubled(plain) + "ing"


def _ed(plain: str) -> str:
    if plain.endswith("e"):
        return plain + "d"
    if _ends_in_y(plain):
        return plain[:-1] + "ied"
    return "panicked" if plain == "panic" else _doubled(plain) + "ed"
