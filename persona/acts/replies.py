"""What a decision says and wishes, as acts: the reply in its parts, and the wish for a link."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

from persona import ids
from persona.acts import questions, slips
from persona.acts.slips import Slip
from persona.decision import Act, Decision
from persona.declare import Surface
from persona.memory.standing import Standing
from persona.model import Audience, End, Event
from persona.ports import Ports

MOST_PARTS = 40
"""Of one reply, so that it fits one commit; the last one says what is cut."""

STARTS = "starts"
"""In an act's `detail`: the plans that its buttons start, as `[[id, number], …]`."""


class Rests(NamedTuple):
    """What a reply rests on: who may hear that, and how sensitive all is that the mind was shown."""

    audience: Audience = "private"
    sensitivity: int = 0


def acts(
    standing: Standing,
    events: Sequence[Event],
    decision: Decision,
    version: int,
    ports: Ports,
    end: End | None,
    rests: Rests,
) -> tuple[tuple[Act, ...], tuple[Act, ...]]:
    """What goes to the address that spoke, and what goes elsewhere."""
    if end is None:
        return reply_acts(standing, events, decision, version, ports, rests), ()
    note = replace(decision, reply=decision.note if decision.reply else "", wishes=())
    away = reply_acts(standing, events, decision, version, ports, rests, end)
    return reply_acts(standing, events, note, version, ports, rests, first=len(away) + 1), away


def reply_acts(
    standing: Standing,
    events: Sequence[Event],
    decision: Decision,
    version: int,
    ports: Ports,
    rests: Rests,
    end: End | None = None,
    first: int = 1,
) -> tuple[Act, ...]:
    """The reply as acts, one a part; none on a surface where the turn itself is the delivery."""
    last = events[-1]
    end = end or End(standing.place.home, last.address, last.thread, last.detail)
    surface = ports.surfaces[end.address.surface]
    if not decision.reply or surface.send is None:
        return ()
    now, parts = ports.clock.now(), _parts(surface.split(decision.reply))
    last_part, detail = _asking(parts[-1], end, decision, surface, ports)
    parts = (*parts[:-1], last_part)
    return tuple(
        Act(
            function=surface.name,
            lane=standing.place.lane,
            home=end.home,
            after=f"{ids.ordered(version)}#{part:02d}",
            address=end.address,
            thread=end.thread,
            text=text,
            cause=last.correlation,
            at=now,
            audience=rests.audience,
            sensitivity=rests.sensitivity,
            detail=detail if part == first + len(parts) - 1 else end.detail,
            notice=decision.notice,
            due=now,
        )
        for part, text in enumerate(parts, first)
    )


def _asking(
    text: str, end: End, decision: Decision, surface: Surface, ports: Ports
) -> tuple[str, Mapping[str, str]]:
    """The last part of a reply and its detail, with what fits there to answer its questions.

    `asks` holds their hashes for buttons, or for a mail the slips, which stand in the text too;
    `starts` the plans that it shows for a yes.
    """
    shown = [(plan.id, plan.number) for plan in decision.plans if plan.state == "shown"]
    starts = {STARTS: json.dumps(shown)} if shown and surface.presses else {}
    detail = {**end.detail, **starts}
    asked = [questions.hash_of(wish.code) for wish in decision.wishes if wish.code]
    if asked and surface.presses:
        return text, {**detail, "asks": json.dumps(asked)}
    if asked and surface.slips:
        made = [slips.url(ports, Slip(one, end.address)) for one in asked]
        return "\n".join([text, "", slips.HERE, *made]), {**detail, "asks": json.dumps(made)}
    return text, detail


def link_act(
    standing: Standing, events: Sequence[Event], decision: Decision, version: int, ports: Ports
) -> Act | None:
    """The wish to link or unlink as an act of the link function."""
    if not decision.link:
        return None
    last, now = events[-1], ports.clock.now()
    wish = dict(decision.link)
    return Act(
        function="link",
        lane=standing.place.lane,
        home=standing.place.home,
        after=f"{ids.ordered(version)}#01",
        address=last.address,
        thread=last.thread,
        text=wish.pop("verb"),
        cause=last.correlation,
        at=now,
        detail={**last.detail, **wish},
        due=now,
    )


def _parts(parts: tuple[str, ...]) -> tuple[str, ...]:
    """As many as one commit holds; the last then says that there was more."""
    if len(parts) <= MOST_PARTS:
        return parts
    return (*parts[: MOST_PARTS - 1], "(The rest does not fit here; ask me for less at a time.)")
