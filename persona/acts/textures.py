"""What a turn keeps of how its person writes, and when it has that looked at.

A lane's texture is written at its 6th turn and whenever its turns have doubled, and anew where
words are forgotten or a link comes or goes: a few rows in a lifetime, and none in between. A lane
that is linked to nothing is looked at three times ever: is this somebody known? A linked address is
looked at in each eighth turn: is this still them? Both are acts of the function `likeness`
(`acts/likeness.py`), which reads textures and no words.
"""

from collections.abc import Sequence
from typing import Literal

from persona import ids, keys
from persona.decision import Act, Decision
from persona.memory import evidence
from persona.memory.own import own_of
from persona.memory.standing import Standing
from persona.memory.texture import read
from persona.model import Event, Evidence, Turn
from persona.people import textures
from persona.ports import Delete, Ports, Write

FUNCTION = "likeness"
LOOKS = (6, 12, 24)
"""The turns of an unlinked lane after which it is looked whether it writes like somebody known."""
EACH = 8
"""Turns of a linked lane after which it is looked at the address that spoke."""
LATELY = 16
"""Messages of an address that say how it writes lately."""
LEAST = 5
"""Messages that are a texture."""
MOST_READ = 500
"""The newest messages that are read for one; of more the first say little that is new."""
MOVED = frozenset({"linked", "joined", "parted", "apart"})
"""What a turn is told of links after which a lane has other homes."""

Look = Literal["who", "same", ""]


def look(standing: Standing, events: Sequence[Event], turn: Turn | None, ports: Ports) -> Look:
    """What is to be looked at after this turn: who this is, whether it is still them, or nothing."""
    is_said = turn is not None and events[0].kind == "message" and bool(turn.person_text())
    if not ports.settings.likeness or not is_said or events[0].audience != "private":
        return ""
    number, homes = standing.head.spoken + 1, standing.gate.homes
    if len(homes) == 1:
        return "who" if number in LOOKS else ""
    is_own = standing.place.home in homes and not standing.is_silent
    return "same" if is_own and number % EACH == 0 else ""


def writes(
    standing: Standing,
    events: Sequence[Event],
    decision: Decision,
    turn: Turn | None,
    ports: Ports,
) -> list[Write]:
    """The rows that this turn writes or drops; none in nearly every turn."""
    is_changed = bool(decision.forgets or decision.rewrites) and not standing.is_shared
    is_moved = events[0].kind == "link" and events[0].detail.get("link") in MOVED
    asked = look(standing, events, turn, ports)
    is_grown = turn is not None and _is_doubled(standing.head.spoken + 1)
    is_told = not standing.is_shared and events[0].audience == "private"
    is_due = ports.settings.likeness and is_told and (is_grown or is_moved)
    if not (is_changed or is_due or asked):
        return []
    lane, key = standing.place.lane, keys.texture(standing.place.lane)
    said = _own(standing, decision, turn, ports)
    is_kept = is_due or key in ports.table.get([key])
    made = [_row(ports, key, _vouched_for(standing, said))] if is_kept else []
    if is_changed or is_moved:
        made += [Delete(keys.fresh(lane, home)) for home in standing.gate.links]
    elif asked == "same":
        made.append(_lately(standing, said, ports))
    return made


def acts(
    standing: Standing, events: Sequence[Event], turn: Turn | None, ports: Ports
) -> tuple[Act, ...]:
    """The act that has this looked at; none in nearly every turn."""
    asked, last, now = look(standing, events, turn, ports), events[-1], ports.clock.now()
    wished = Act(
        function=FUNCTION,
        lane=standing.place.lane,
        home=standing.place.home,
        after=f"{ids.ordered(standing.next_version)}#01",
        address=last.address,
        thread=last.thread,
        text=asked,
        cause=last.correlation,
        at=now,
        detail=last.detail,
        due=now,
    )
    return (wished,) if asked else ()


def _is_doubled(number: int) -> bool:
    """Whether it is one of 6, 12, 24, 48 …"""
    times, rest = divmod(number, LOOKS[0])
    return not rest and times.bit_count() == 1


def _vouched_for(standing: Standing, said: Sequence[tuple[Evidence, str]]) -> list[str]:
    """The words that are surely the person's: what was not yet looked at could be a thief's.

    Where nothing is linked, nothing is at stake, and all count; and so they do where they are few.
    """
    words = [text for _, text in said]
    is_linked = len(standing.gate.homes) > 1
    return words[:-LATELY] if is_linked and len(words) >= LATELY + LEAST else words


def _lately(standing: Standing, said: Sequence[tuple[Evidence, str]], ports: Ports) -> Write:
    """What the address that speaks wrote lately, and since it was last proven to be theirs."""
    home = standing.place.home
    since = standing.gate.row.get("alike", {}).get(home, 0.0)
    own = [text for one, text in said if one.home == home and one.at > since]
    return _row(ports, keys.fresh(standing.place.lane, home), own[-LATELY:])


def _row(ports: Ports, key: keys.Key, said: Sequence[str]) -> Write:
    """The row of these messages; it goes where they are too few."""
    if len(said) < LEAST:
        return Delete(key)
    return textures.put(ports, key, read(said[-MOST_READ:]))


def _own(
    standing: Standing, decision: Decision, turn: Turn | None, ports: Ports
) -> list[tuple[Evidence, str]]:
    """The person's own words in all their homes, in order, as they will stand after this turn."""
    known = ports.indexes.open(standing, ports).everything()
    fresh = evidence.evidence_of(turn) if turn else []
    gone = {one.id for one in decision.forgets}
    said: list[tuple[Evidence, str]] = []
    for one in (*known, *fresh):
        if one.id in gone or one.audience == "unverified":
            continue
        text, is_told = decision.rewrites.get(one.id, (own_of(one), one.tells))
        if text and (is_told or "?" in text):  # a command is the same from everybody
            said.append((one, text))
    return sorted(said, key=lambda each: each[0].at)
