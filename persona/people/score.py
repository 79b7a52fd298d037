"""By what it was told whose hand wrote something: the score as it may be told, in nobody's words."""

from typing import Any

from persona.memory.texture import Texture
from persona.people.same import Crowd, Reason

MOST_FOR, MOST_AGAINST = 4, 2


def plain(
    crowd: Crowd, person: str, fresh: Texture, chance: float, *, is_theirs_told: bool
) -> dict[str, Any]:
    """What speaks for the fresh words being this person's, and against, as JSON holds it.

    `chance` (0 to 1) that they are, `parts`: what each family of marks adds, and the `habits` of the
    keyboard that speak loudest, which are a closed list: what one `says`, its `weight` in the score,
    in how many of the `fresh` messages it stands (`here`), in which `share` (0 to 1) of everybody's,
    and in how many (`theirs`) of those `heard` of the person; of somebody else that is left out.
    """
    likeness = next(one for one in crowd.guess(fresh).ranking if one.person == person)
    habits = [one for one in crowd.habits(person, fresh) if round(one.weight, 2)]
    speaking = [one for one in habits if one.weight > 0][:MOST_FOR]
    against = [one for one in habits if one.weight < 0][:MOST_AGAINST]
    return {
        "chance": round(chance, 4),
        "parts": {family: round(part, 2) for family, part in likeness.parts.items()},
        "habits": [_plain_habit(one, is_theirs_told) for one in (*speaking, *against)],
    }


def _plain_habit(one: Reason, is_theirs_told: bool) -> dict[str, Any]:
    theirs = {"theirs": one.theirs, "heard": one.heard} if is_theirs_told else {}
    return {
        "says": one.mark.says,
        "weight": round(one.weight, 2),
        "here": one.here,
        "fresh": one.fresh,
        "share": round(one.share, 3),
        **theirs,
    }
