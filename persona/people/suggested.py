"""What was made of how somebody writes, as far as they may know it: one wall for words and page.

The person of a closed address is told by what it was closed, on every other address of theirs. Who
writes like somebody known is told by what only once both are proven to be one, since it would teach
whoever tries to; an address that was linked to somebody else meanwhile has proven nothing of it.
"""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from persona.memory.index import Index, Sees
from persona.memory.standing import Gate
from persona.model import Address
from persona.people.textures import seal_of

FAMILIES = {
    "habits": "habits of the keyboard",
    "edges": "how messages open and close",
    "letters": "runs of letters",
    "shapes": "how marks, spaces and capitals follow each other",
    "words": "the words that are used",
}
"""How each family of marks is told; the last is the content, the others are how it is written."""
Counts = Mapping[str, Mapping[str, tuple[int, int]]]
"""By habit and surface: in how many messages it stands, and of how many."""


@dataclass(frozen=True, slots=True)
class Suggested:
    """What was suggested, when (epoch seconds), and by which `score` (see `score.plain`).

    `hint`: how to link, and by what is not told; `like`: the same, told now; `closing`: the
    `address` was closed, None where it is linked no more; `is_proven`: not any longer.
    """

    what: Literal["hint", "like", "closing"]
    at: float
    score: Mapping[str, Any]
    address: Address | None = None
    is_proven: bool = False

    def parts(self) -> list[tuple[str, float]]:
        """Each family of marks in words, and what it adds to the score; the weightiest first."""
        parts: Mapping[str, float] = self.score["parts"]
        ordered = sorted(parts.items(), key=lambda one: -abs(one[1]))
        return [(FAMILIES[family], part) for family, part in ordered]


def seen_from(
    home: str, lane: str, likeness: Mapping[str, Any], gate: Gate, *, is_silent: bool
) -> Suggested | None:
    """What `Head.likeness` of this lane tells at the address with this home; None for nothing.

    Nothing where that address may be somebody else's by now.
    """
    if not likeness or is_silent or home in gate.unlike:
        return None
    at, score, about = likeness["at"], likeness["score"], likeness["home"]
    if likeness["suggests"] == "closing":
        link = gate.links.get(about)
        is_proven = link is not None and about not in gate.unlike
        return Suggested("closing", at, score, link.address if link else None, is_proven)
    others = (link.lane for link in gate.links.values())
    if likeness.get("like") not in {seal_of(lane, other) for other in others}:
        return Suggested("hint", at, {})
    return Suggested("like", at, score)


def on_each(score: Mapping[str, Any], index: Index, sees: Sees) -> Counts:
    """The habits of a score, counted by surface in everything that the person said there."""
    places: defaultdict[str, list[int]] = defaultdict(list)
    for place, line in enumerate(index.lines):
        if line.shows and not line.words.passes_on and sees(line.words):
            places[line.words.surface].append(place)
    return {
        one["says"]: {
            surface: (sum(one["says"] in index.habits_at(place) for place in found), len(found))
            for surface, found in places.items()
        }
        for one in score.get("habits", ())
    }


def plain(suggested: Suggested, each: Counts) -> dict[str, Any]:
    """The same as JSON says it: `what`, `at`, the `address` or null, `proven`; where it is told, the
    `chance` (0 to 1) of one writer, the `parts` (`says`, `weight`), and the `habits` as the score has
    them, each also with `each`: `surface`, `count`, `of`.
    """
    address, score = suggested.address, suggested.score
    told: dict[str, Any] = {
        "what": suggested.what,
        "at": suggested.at,
        "address": {"surface": address.surface, "id": address.id} if address else None,
        "proven": suggested.is_proven,
    }
    if not score:
        return told
    return {
        **told,
        "chance": score["chance"],
        "parts": [{"says": says, "weight": weight} for says, weight in suggested.parts()],
        "habits": [
            {**one, "each": _plain_each(each.get(one["says"], {}))} for one in score["habits"]
        ],
    }


def _plain_each(counts: Mapping[str, tuple[int, int]]) -> list[dict[str, Any]]:
    return [{"surface": one, "count": count, "of": of} for one, (count, of) in counts.items()]
