"""The buttons of a plan that was shown: they start it or drop it, and go once it had its answer.

A press says what its person could have said: it is theirs alone, it goes the way of the words, and
it approves no act. The message is replaced as those of questions are (`acts/closing.py`).
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import replace

from persona import ids
from persona.acts import plan_words, questions
from persona.acts.moving import carry_on
from persona.acts.plans import Plans
from persona.acts.replies import MOST_PARTS, STARTS
from persona.decision import REPLACES, Act, Decision
from persona.errors import Refused
from persona.memory import evidence
from persona.memory.standing import Standing
from persona.model import Event
from persona.plan import Plan
from persona.ports import Ports

PRESSES = frozenset({"start", "drop"})
"""What a button says."""
FIRST = MOST_PARTS + 31
"""The number of the first such act in a turn, past those that close questions."""
BEGUN, DROPPED, ANEW = "Started", "Dropped", "Changed, and shown anew"


def carried(decision: Decision, acts: Sequence[Act], ports: Ports) -> tuple[Plan, ...]:
    """The plans of a decision as they are kept: with their words, and the message of their buttons."""
    places = {id: f"{act.lane}/{act.after}" for act in acts for id in _buttons(act, ports)}
    return tuple(
        replace(
            plan,
            card=places.get(plan.id, "") if plan.state == "shown" else "",
            told=plan_words.told(plan, ports.capabilities),
        )
        for plan in decision.plans
    )


def _buttons(act: Act, ports: Ports) -> Iterator[str]:
    """The plans whose buttons it has; the answer to a slash command cannot be replaced."""
    surface = ports.surfaces.get(act.function)
    if surface and surface.presses and not act.detail.get("response_url"):
        yield from (id for id, _ in json.loads(act.detail.get(STARTS, "[]")))


def pressed(standing: Standing, event: Event, ports: Ports) -> Decision:
    """The decision on a press: what its words would do, where the plan is this person's."""
    plans = Plans(standing, ports)
    plan = plans.get(event.target)
    if plan is None or standing.is_shared:
        return Decision(mind="none")  # somebody else's, or over: nothing changes, nobody is told
    try:
        if event.detail["press"] == "start":
            reply = plans.start(plan.number)
        else:
            reply = plans.change("cancel", plan.number)
    except Refused as refused:
        reply = refused.reason
    return carry_on(standing, [event], plans, Decision(reply=reply, mind="none"), ports)


def replaced(
    standing: Standing,
    event: Event,
    decision: Decision,
    closings: Sequence[Act],
    ports: Ports,
) -> tuple[Act, ...]:
    """What replaces messages in this turn: `closings`, and one for each plan that had its answer."""
    acts = {act.detail[REPLACES]: act for act in closings}
    for plan, became in _answered(decision):
        if plan.card in acts:
            known = acts[plan.card]
            detail = {name: value for name, value in known.detail.items() if name != STARTS}
            text = f"{known.text}\n\n{_when(became, event)}"
            acts[plan.card] = replace(known, text=text, detail=detail)
        elif plan.card and plan.asked.home in standing.gate.homes:
            acts[plan.card] = _act(standing, event, plan, became, len(acts), ports)
    return tuple(acts.values())


def _answered(decision: Decision) -> Iterator[tuple[Plan, str]]:
    """Each plan whose buttons this decision ends, and what the message says then."""
    yield from ((plan, DROPPED) for plan in decision.over)
    yield from ((plan, ANEW if plan.state == "shown" else BEGUN) for plan in decision.plans)


def _act(
    standing: Standing, event: Event, plan: Plan, became: str, number: int, ports: Ports
) -> Act:
    now, end = ports.clock.now(), plan.asked
    beside = _open_beside(standing, plan, ports)
    return Act(
        function=end.address.surface,
        lane=standing.place.lane,
        home=end.home,
        after=f"{ids.ordered(standing.next_version)}#{FIRST + number:02d}",
        address=end.address,
        thread=end.thread,
        text=f"{_said(plan, ports)}\n\n{_when(became, event)}".strip(),
        cause=event.correlation,
        at=now,
        detail={**end.detail, "asks": json.dumps(beside), REPLACES: plan.card},
        due=now,
    )


def _open_beside(standing: Standing, plan: Plan, ports: Ports) -> list[str]:
    """The questions of the same message that are still open: their buttons stay."""
    known, now = questions.listed(standing.gate, ports), ports.clock.now()
    return [
        one.hash
        for one in known
        if one.copy and f"{one.copy.lane}/{one.copy.after}" == plan.card and one.is_open(now)
    ]


def _when(became: str, event: Event) -> str:
    """How it ended, and from where, where somebody ended it."""
    where = questions.through(event.address.surface) if event.kind in ("message", "press") else ""
    return f"**{' '.join(filter(None, (became, where)))}.**"


def _said(plan: Plan, ports: Ports) -> str:
    """The words of the message, as far as they are remembered."""
    version = int(plan.card.rpartition("/")[2].partition("#")[0])
    turn, own = evidence.read_turn(ports, plan.home, version), evidence.reply_id(plan.home, version)
    reply = next((one.text for one in turn.said if one.id == own), "") if turn else ""
    parts = ports.surfaces[plan.asked.address.surface].split(reply) if reply else ("",)
    return parts[-1]
