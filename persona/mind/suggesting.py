"""What is made of how somebody writes: a hint to everybody alike, or a closed door to be proven open.

By what it was found is kept in the head of the lane that it is about: families of marks and habits of
the keyboard, and nobody's words. What of it may be told, and where, says `people/suggested.py`.
"""

import json
from collections.abc import Mapping
from typing import Any

from persona.decision import Decision
from persona.memory.standing import Standing
from persona.mind.words import named, when, where
from persona.model import Event
from persona.people import suggested
from persona.people.suggested import Suggested
from persona.ports import Ports

LINK = (
    "(If you talk with me somewhere else as well: say “link” here, and once you have shown that it "
    "is you on both sides, it is one conversation.)"
)
HINTED = (
    "{when} I told you how to link, since how you write here made me ask whether I know you from "
    "elsewhere. Nothing is opened by it. By what, and how sure, I tell once both sides have shown that "
    "they are one; before that it would help whoever tries to write like somebody else."
)
LIKE = (
    "{when} I told you how to link, since you wrote here like somebody whom I knew: {chance} "
    "sure that it is one person."
)
UNLIKE = (
    "{when} I closed {address}: what came from there was {chance} likely to be yours, by how it "
    "was written."
)
PROVEN = " You have shown since that it is you."
PARTS = "By {parts}."
HABITS = {True: "For it speak:", False: "Against it:"}
HERE = "• {says}: in {here} of {fresh} messages there, in {share:.0%} of everybody's"
THEIRS = ", in {theirs} of {heard} of yours"
BOTH = "Both are yours by now, so this is how it looks on each:"
KNOWN = "How you write is compared, too: “why did you suggest that” shows what came of it."


def told(standing: Standing, event: Event, ports: Ports) -> Decision:
    """A hint goes with the next answer; what writes like somebody else is closed at once."""
    now, home = ports.clock.now(), standing.place.home
    why = json.loads(event.detail.get("score", "{}"))  # older code sent none
    what, like = event.detail.get("suggests", ""), event.detail.get("like", "")
    likeness: Mapping[str, Any] | None = (
        {"suggests": what, "at": now, "home": home, "score": why, "like": like} if why else None
    )
    if what == "closing":
        return _closing(standing, likeness, now)
    is_alone = len(standing.gate.homes) == 1 and not standing.gate.given
    if not is_alone:
        return Decision(mind="none")
    return Decision(mind="none", untold=LINK, likeness=likeness)


def known(standing: Standing) -> str:
    """That something was suggested, and how to ask by what; empty for nothing."""
    return KNOWN if standing.head.likeness else ""


def why(standing: Standing, ports: Ports) -> str:
    """By what the last suggestion was made; empty where there was none."""
    place = standing.place
    found = suggested.seen_from(
        place.home,
        place.lane,
        standing.head.likeness,
        standing.gate,
        is_silent=standing.is_silent,
    )
    if found is None:
        return ""
    at = when(found.at, ports).capitalize()
    if found.what == "hint":
        return HINTED.format(when=at)
    if found.what == "closing":
        address = named(found.address, ports) if found.address else "an address of yours"
        head = UNLIKE.format(when=at, address=address, chance=_chance(found))
        return "\n".join([head + (PROVEN if found.is_proven else ""), *_lines(found)])
    head = LIKE.format(when=at, chance=_chance(found))
    return "\n".join([head, *_lines(found), BOTH, *_on_each(found, standing, ports)])


def _chance(found: Suggested) -> str:
    """How sure it is; never as if it were certain."""
    chance = found.score["chance"]
    return (
        "less than 1%" if chance < 0.01 else "more than 99%" if chance > 0.99 else f"{chance:.0%}"
    )


def _lines(found: Suggested) -> list[str]:
    """What each family of marks adds, then the habits that speak loudest, for and against."""
    parts = "; ".join(f"{says} {part:+.1f}" for says, part in found.parts())
    lines = [PARTS.format(parts=parts)]
    for is_for, title in HABITS.items():
        habits = [one for one in found.score["habits"] if (one["weight"] > 0) is is_for]
        lines += [title, *map(_line, habits)] if habits else []
    return lines


def _line(habit: Mapping[str, Any]) -> str:
    return HERE.format_map(habit) + (THEIRS.format_map(habit) if "theirs" in habit else "")


def _on_each(found: Suggested, standing: Standing, ports: Ports) -> list[str]:
    """The same habits by surface, counted in everything that the person said on each."""
    index = ports.indexes.open(standing, ports)
    counted = suggested.on_each(found.score, index, standing.opens)
    lines: list[str] = []
    for says, counts in counted.items():
        each = ", ".join(
            f"{count} of {of} {where(surface, ports)}" for surface, (count, of) in counts.items()
        )
        lines.append(f"• {says}: {each}")
    return lines


def _closing(standing: Standing, likeness: Mapping[str, Any] | None, now: float) -> Decision:
    """The address opens nothing from now on; the person's others are told, and how to undo it."""
    gate, home = standing.gate, standing.place.home
    if len(gate.links) < 2 or home not in gate.links or standing.is_silent:
        return Decision(mind="none")
    gate_now = {"unlike": {**gate.unlike, home: now}}
    return Decision(mind="none", gate=gate_now, link={"verb": "warn"}, likeness=likeness)


def proven(standing: Standing, now: float) -> dict[str, dict[str, float]]:
    """What the gate says once the address was proven to be its person's after all."""
    gate, home = standing.gate, standing.place.home
    if home not in gate.unlike:
        return {}
    left = {other: since for other, since in gate.unlike.items() if other != home}
    return {"unlike": left, "alike": {**gate.row.get("alike", {}), home: now}}
