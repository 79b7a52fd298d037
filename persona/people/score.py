"""By what it was told whose hand wrote something: the score as it may be told, in nobody's words.

Families of marks with what each adds, and the habits of the keyboard that speak loudest, which are a
closed list. Of two people who are not linked, what the other one does is left out.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:  # a turn tells scores, and compares nobody
    from persona.memory.texture import Texture
    from persona.people.same import Crowd

MOST_FOR, MOST_AGAINST = 4, 2
FAMILIES = {
    "habits": "habits of the keyboard",
    "edges": "how messages open and close",
    "letters": "runs of letters",
    "shapes": "how marks, spaces and capitals follow each other",
    "words": "the words that are used",
}
"""How each family of marks is told; the last is the content, the others are how it is written."""


@dataclass(frozen=True, slots=True)
class Habit:
    """One habit: what it adds to the score, in how many of the `fresh` messages it stands.

    `share` (0 to 1) is how many of everybody's messages have it, `theirs` of `heard` how many of the
    person's that they are compared with; 0 of 0 where that is not told.
    """

    says: str
    weight: float
    here: int
    fresh: int
    share: float
    theirs: int = 0
    heard: int = 0


@dataclass(frozen=True, slots=True)
class Score:
    """The chance (0 to 1) that it is the same person, what each family adds to it, and which habits."""

    chance: float
    parts: Mapping[str, float]
    habits: tuple[Habit, ...]

    def to_json(self) -> str:
        return json.dumps(asdict(self), ensure_ascii=False)


def of(crowd: "Crowd", person: str, fresh: "Texture", chance: float) -> Score:
    """What speaks for the words being this person's, and against."""
    likeness = next(one for one in crowd.guess(fresh).ranking if one.person == person)
    told = [
        Habit(
            says=one.mark.says,
            weight=round(one.weight, 2),
            here=one.here,
            fresh=one.fresh,
            share=round(one.share, 3),
            theirs=one.theirs,
            heard=one.heard,
        )
        for one in crowd.habits(person, fresh)
        if round(one.weight, 2)
    ]
    speaking = [one for one in told if one.weight > 0][:MOST_FOR]
    against = [one for one in told if one.weight < 0][:MOST_AGAINST]
    parts = {family: round(part, 2) for family, part in likeness.parts.items()}
    return Score(round(chance, 4), parts, (*speaking, *against))


def without_theirs(score: Score) -> Score:
    """The same, and nothing of the other person alone."""
    return replace(score, habits=tuple(replace(one, theirs=0, heard=0) for one in score.habits))


def opened(content: Mapping[str, Any]) -> Score:
    """The score as `to_json` wrote it."""
    habits = tuple(Habit(**one) for one in content["habits"])
    return Score(content["chance"], content["parts"], habits)
