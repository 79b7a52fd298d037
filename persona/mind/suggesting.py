"""What is made of how somebody writes: a hint to everybody alike, or a closed door to be proven open.

By what it was found is kept in the head of the lane that it is about: families of marks and habits of
the keyboard, and nobody's words. Of an address it is told there when asked; of somebody who writes like
another once both sides have proven that they are one, since it would teach whoever tries to.
"""

import json
from collections import defaultdict
from collections.abc import Mapping
from typing import Any

from persona.decision import Decision
from persona.memory.standing import Standing
from persona.mind.words import named, when, where
from persona.model import Event
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
    "{when} I told you how to link, since you wrote here like somebody whom I knew: {chance:.0%} "
    "sure that it is one person."
)
UNLIKE = (
    "{when} I closed {address}: what came from there was {chance:.0%} likely to be yours, by how it "
    "was written."
)
PROVEN = " You have shown since that it is you."
PARTS = "By {parts}."
FAMILIES = {
    "habits": "habits of the keyboard",
    "edges": "how messages open and close",
    "letters": "runs of letters",
    "shapes": "how marks, spaces and capitals follow each other",
    "words": "the words that are used",
}
"""How each family of marks is told; the last is the content, the others are how it is written."""
HABITS = {True: "For it speak:", False: "Against it:"}
HERE = "• {says}: in {here} of {fresh} messages there, in {share:.0%} of everybody's"
THEIRS = ", in {theirs} of {heard} of yours"
BOTH = "Both are yours by now, so this is how it looks on each:"
Score = Mapping[str, Any]
"""As `people/score.py` wrote it."""
KNOWN = "How you write is compared, too: “why did you suggest that” shows what came of it."


def told(standing: Standing, event: Event, ports: Ports) -> Decision:
    """A hint goes with the next answer; what writes like somebody else is closed at once."""
    now, home = ports.clock.now(), standing.place.home
    why = json.loads(event.detail.get("score", "{}"))  # older code sent none
    what = event.detail.get("suggests", "")
    likeness: Mapping[str, Any] | None = (
        {"suggests": what, "at": now, "home": home, "score": why} if why else None
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
    found = standing.head.likeness
    if not found:
        return ""
    because, at = found["score"], when(found["at"], ports)
    gate, home = standing.gate, found["home"]
    if found["suggests"] == "closing":
        link = gate.links.get(home)
        address = named(link.address, ports) if link else "an address of yours"
        head = UNLIKE.format(when=at.capitalize(), address=address, chance=because["chance"])
        head += "" if home in gate.unlike or link is None else PROVEN
        return "\n".join([head, *_lines(because)])
    if len(gate.homes) == 1:
        return HINTED.format(when=at.capitalize())
    head = LIKE.format(when=at.capitalize(), chance=because["chance"])
    return "\n".join([head, *_lines(because), BOTH, *_on_each(because, standing, ports)])


def _lines(because: Score) -> list[str]:
    """What each family of marks adds, then the habits that speak loudest, for and against."""
    ordered = sorted(because["parts"].items(), key=lambda one: -abs(one[1]))
    parts = "; ".join(f"{FAMILIES[family]} {part:+.1f}" for family, part in ordered)
    lines = [PARTS.format(parts=parts)]
    for is_for, title in HABITS.items():
        found = [one for one in because["habits"] if (one["weight"] > 0) is is_for]
        lines += [title, *map(_line, found)] if found else []
    return lines


def _line(habit: Mapping[str, Any]) -> str:
    return HERE.format_map(habit) + (THEIRS.format_map(habit) if "theirs" in habit else "")


def _on_each(because: Score, standing: Standing, ports: Ports) -> list[str]:
    """The same habits by surface, counted in everything that the person said on each."""
    index = ports.indexes.open(standing, ports)
    places: defaultdict[str, list[int]] = defaultdict(list)
    for place, line in enumerate(index.lines):
        if line.shows and not line.words.passes_on and standing.opens(line.words):
            places[line.words.surface].append(place)
    lines: list[str] = []
    for one in because["habits"]:
        counts = {
            surface: sum(one["says"] in index.habits_at(place) for place in found)
            for surface, found in places.items()
        }
        each = ", ".join(
            f"{count} of {len(places[surface])} {where(surface, ports)}"
            for surface, count in counts.items()
        )
        lines.append(f"• {one['says']}: {each}")
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
