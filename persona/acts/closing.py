"""The message that asked, replaced by what became of its questions, where the surface can do that.

An act of its own, in the commit that closes the question: it repeats harmlessly, holds nothing
else up, and whether it succeeds changes nothing. Where a message cannot be replaced, its code has
simply had its answer, and whoever sends it is told so.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from persona import ids
from persona.acts import endings, questions
from persona.acts.questions import Copy, Question
from persona.acts.replies import MOST_PARTS
from persona.acts.wishes import HOW
from persona.decision import REPLACES, Act, Decision
from persona.memory import evidence
from persona.memory.standing import Standing
from persona.model import Event
from persona.ports import Ports


def acts(
    standing: Standing, events: Sequence[Event], decision: Decision, version: int, ports: Ports
) -> tuple[Act, ...]:
    """One for each message whose question this decision closes."""
    closed = {one.hash: one for one in _closed(standing, events[0], decision, ports)}
    messages = {(one.copy.lane, one.copy.after): one for one in closed.values() if one.copy}
    now, lane = ports.clock.now(), standing.place.lane
    return tuple(
        Act(
            function=copy.end.address.surface,
            lane=lane,
            home=copy.end.home,
            after=f"{ids.ordered(version)}#{number:02d}",
            address=copy.end.address,
            thread=copy.end.thread,
            text=_text(question, beside, ports),
            cause=events[-1].correlation,
            at=now,
            detail={**copy.end.detail, "asks": _still(beside), REPLACES: "/".join(where)},
            due=now,
        )
        for number, (where, question) in enumerate(messages.items(), MOST_PARTS + 1)
        if (copy := question.copy) is not None
        for beside in [_beside(copy, closed, standing, ports)]
    )


def _closed(
    standing: Standing, event: Event, decision: Decision, ports: Ports
) -> Iterator[Question]:
    """The questions as they are after this decision, where their place is still the person's."""
    by = "" if event.kind == "expiry" else event.address.surface
    for answer in decision.answers:
        found = questions.find(standing, answer.hash, ports)
        if found and found.copy and found.copy.end.home in standing.gate.homes:
            yield replace(found, state=answer.state, closed=ports.clock.now(), by=by)


def _beside(
    copy: Copy, closed: Mapping[str, Question], standing: Standing, ports: Ports
) -> list[Question]:
    """All questions of one message, as they are now."""
    hashes: list[str] = json.loads(copy.end.detail["asks"])
    found = [closed.get(hash) or questions.find(standing, hash, ports) for hash in hashes]
    return [one for one in found if one]


def _still(beside: Sequence[Question]) -> str:
    return json.dumps([one.hash for one in beside if one.state == "open"])


def _text(question: Question, beside: Sequence[Question], ports: Ports) -> str:
    """What the message said, with each answer in the place of the words that asked for it.

    What was taken back is not said again: then, as where the words are forgotten, the answers alone.
    """
    is_gone = question.state in ("withdrawn", questions.FORGOTTEN)
    said = "" if is_gone else _said(question, ports)
    for one in beside:
        if one.state != "open":
            asks, became = HOW.format(code=one.code), _became(one, ports)
            said = said.replace(asks, became) if asks in said else f"{said}\n{became}"
    return said.strip()


def _said(question: Question, ports: Ports) -> str:
    """The part of the reply that the message was, as far as it is remembered."""
    turn = evidence.read_turn(ports, question.home, question.turn)
    own = evidence.reply_id(question.home, question.turn)
    reply = next((one.text for one in turn.said if one.id == own), "") if turn else ""
    surface = ports.surfaces[question.copy.end.address.surface] if question.copy else None
    return surface.split(reply)[-1] if surface and reply else ""


def _became(question: Question, ports: Ports) -> str:
    how = endings.ended(question, ports.settings)
    return f"**{how[:1].upper()}{how[1:]}.**"
