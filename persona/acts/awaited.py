"""What plans wait for, when it comes: a time, an outcome, the answer to a question, words.

Each is taken down where the plan still waits for exactly that, and changes nothing where it does
not: doubled, late, or another plan's. Then the plan goes on in the same turn (`moving.py`).
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from math import inf
from typing import Any

from persona.acts import plan as moves
from persona.acts import telling
from persona.acts.moving import Think, carry_on
from persona.acts.plans import Plans
from persona.decision import Answer, Decision
from persona.memory.sensitivity import sensitivity
from persona.memory.standing import Standing
from persona.model import Event
from persona.plan import Came, CameState, Plan
from persona.ports import Ports

MISSED = "What fell due meanwhile:\n{listed}"

# A time


def on_time(standing: Standing, event: Event, ports: Ports, think: Think) -> Decision:
    """The turn on a time that fell due: everything of this home that is due now moves on.

    While the person said stop, or nothing reaches the address, a run does not begin: it is only
    counted as missed.
    """
    plans, now = Plans(standing, ports), ports.clock.now()
    free = telling.free_at(standing, event.address, ports)
    for plan in plans.all():
        is_due = plan.is_due_by_itself and plan.at <= now
        if not is_due or plan.home != standing.place.home:
            continue
        is_between = plan.state == "waiting" and not plan.step and plan.begins <= now
        if is_between and (standing.halted or standing.is_silent or free == inf):
            plans.move(plan.passed(now))
        elif standing.halted:
            plans.move(replace(plan, at=inf))
    return carry_on(standing, [event], plans, Decision(mind="none"), ports, think)


def meanwhile(standing: Standing, ports: Ports) -> Decision:
    """What fell due while the person had said stop, told at once and once; the rest goes on."""
    plans, now = Plans(standing, ports), ports.clock.now()
    known = plans.all()
    missed = [plan for plan in known if plan.missed]
    if standing.is_shared:
        return Decision(mind="none")
    listed = "\n".join(map(plans.line, missed))
    for plan in missed:
        if plan.state == "missed":
            plans.end(plan)
        else:
            plans.move(replace(plan, missed=0))
    for plan in known:
        if plan.at == inf and (plan.news or (plan.state == "waiting" and plan.step)):
            plans.move(replace(plan, at=now if plan.news else moves.wakes(plan, now)))
    return plans.into(Decision(reply=MISSED.format(listed=listed) if listed else "", mind="none"))


# An outcome


def on_outcome(
    standing: Standing, event: Event, told: Decision, ports: Ports, think: Think
) -> Decision | None:
    """The turn on what became of a step's act; None where no plan waits for that.

    `told` is what is told of it like of any other act; a plan says it where no later step of its
    makes something of what came back.
    """
    about = event.detail
    plans = Plans(standing, ports)
    plan = plans.get(about.get("plan", ""))
    if plan is None or not _waits_for(plan, about):
        return None
    states: Mapping[str, CameState] = {"failed": "failed", "unknown": "unknown"}
    came = Came(
        plan.step,
        states.get(about["state"], "done"),
        about.get("result_text", ""),
        json.loads(about.get("result_facts", "") or "{}"),
        int(about.get("result_sensitivity", "0")),
        about.get("result_untrusted") == "True",
        ports.clock.now(),
        tuple(one for one in about.get("rests", "").split() if one not in _own(plan)),
    )
    if not _is_heeded(plan, came, ports):
        news = telling.of(plan, replace(came, text=told.reply))
        plan = moves.with_news(plan, news)
    plans.move(moves.came_to(plan, came, ports.clock.now()))
    return carry_on(standing, [event], plans, replace(told, reply=""), ports, think)


def _waits_for(plan: Plan, about: Mapping[str, Any]) -> bool:
    """Whether the plan stands at that very use of that step."""
    same = (str(about.get("step")), str(about.get("use"))) == (str(plan.step), str(plan.used))
    return same and plan.begun and plan.what_came(plan.step) is None


def _own(plan: Plan) -> tuple[str, str]:
    """The words that wished it, with which it goes anyway."""
    return plan.message, f"{plan.home}/{plan.turn}"


def _is_heeded(plan: Plan, came: Came, ports: Ports) -> bool:
    """Whether a later step makes something of what was read, so that nobody needs to hear it raw."""
    capability = ports.capabilities.get(plan.steps[plan.step - 1].capability)
    if came.state != "done" or capability is None or capability.effect != "read":
        return False
    mark, later = f"{{{plan.step}}}", plan.steps[plan.step :]
    return any(
        (one.premise and one.premise.step == plan.step) or mark in one.text or one.kind == "think"
        for one in later
    )


# An answer to a question before an act


def on_answers(
    standing: Standing, events: Sequence[Event], decision: Decision, ports: Ports, think: Think
) -> Decision:
    """The decision with the plans moved on whose question it closes, or that it made or changed."""
    done = [one for one in decision.wishes if _is_done_in_turn(one.intent.capability, ports)]
    allowed = [one for one in done if one.verdict.decision == "allow"]
    if not (decision.answers or allowed or decision.plans or decision.over):
        return decision
    plans, now = Plans(standing, ports, decision), ports.clock.now()
    came: list[tuple[Mapping[str, Any], CameState]] = [
        (one.wish.facts, _state(one)) for one in decision.answers if not one.is_yes
    ]
    yeses: list[tuple[Mapping[str, Any], CameState]] = [(one.facts, "done") for one in allowed]
    for about, state in (*came, *yeses):
        plan = plans.get(about.get("plan", ""))
        if plan is not None and _waits_for(plan, about):
            plans.move(moves.came_to(plan, Came(plan.step, state), now))
    return carry_on(standing, events, plans, decision, ports, think)


def _is_done_in_turn(name: str, ports: Ports) -> bool:
    return name in ports.capabilities and not ports.capabilities[name].function


def _state(answer: Answer) -> CameState:
    return "expired" if answer.state == "expired" else "refused"


# Words


def answer(standing: Standing, events: Sequence[Event], ports: Ports) -> Decision | None:
    """The decision on plain words that answer what a plan asked in this thread; None where none did."""
    event, words = events[-1], "\n".join(one.words for one in events)
    asking = [
        id for id, one in _known(standing, ports).items() if _is_asked_here(one, standing, event)
    ]
    plans = Plans(standing, ports)
    for plan in filter(None, map(plans.get, asking)):
        if moves.stands_at(plan, "ask"):
            said = plans.answer(plan.number, words, *(one.message_id for one in events))
            return plans.into(Decision(reply=said, mind="none"))
    return None


def on_words(
    standing: Standing, events: Sequence[Event], decision: Decision, ports: Ports, think: Think
) -> Decision:
    """The decision with the plans moved on that waited for such a message of their person."""
    known, words = _known(standing, ports), "\n".join(one.words for one in events)
    waiting = [id for id, one in known.items() if _is_awaited(one, words)]
    decision = replace(decision, awaited=known) if _is_stale(standing) else decision
    if not waiting:
        return decision
    plans, now = Plans(standing, ports, decision), ports.clock.now()
    said = tuple(one.message_id for one in events)
    came = Came(0, "done", words, sensitivity=sensitivity(words), rests=said)
    for plan in filter(None, map(plans.get, waiting)):
        if moves.stands_at(plan, "await"):
            plans.cite(plan)
            plans.move(moves.came_to(plan, replace(came, step=plan.step), now))
    return carry_on(standing, events, plans, decision, ports, think)


def next_awaited(standing: Standing, decision: Decision) -> Mapping[str, Any]:
    """What the head knows of plans that wait for words, after this decision.

    It is known for one state of the gate: with another, homes may have come and gone.
    """
    head, known = standing.head, decision.awaited
    if decision.forgets or decision.rewrites:  # what a plan waits for may be among it
        return {}
    if known is None:
        if _is_stale(standing):
            return head.awaited
        known = head.awaited.get("plans", {})
    changed = {one.id: entry for one in decision.plans if (entry := _entry(one))}
    moved = {one.id for one in (*decision.plans, *decision.over)}
    kept = {id: entry for id, entry in known.items() if id not in moved}
    return {"epoch": standing.gate.epoch, "plans": {**kept, **changed}}


def _known(standing: Standing, ports: Ports) -> Mapping[str, Any]:
    """The plans that wait for words; read where the head cannot know."""
    if not _is_stale(standing):
        return standing.head.awaited.get("plans", {})
    return {one.id: entry for one in Plans(standing, ports).all() if (entry := _entry(one))}


def _is_stale(standing: Standing) -> bool:
    """Whether the head cannot know what waits; whoever never had a plan or a link has none."""
    head, gate = standing.head, standing.gate
    if not head.plans and len(gate.homes) == 1 and not gate.links:
        return False
    return head.awaited.get("epoch") != gate.epoch


def _entry(plan: Plan) -> dict[str, str]:
    """What is to be known of a plan that waits for words; empty for any other."""
    kind = next((one for one in ("ask", "await") if moves.stands_at(plan, one)), "")
    if not kind:
        return {}
    step = plan.steps[plan.step - 1]
    about = {"home": plan.home, "thread": plan.asked.thread, "by": step.by or plan.by}
    return {"kind": kind, **about, "text": step.text if kind == "await" else ""}


def _is_asked_here(entry: Mapping[str, str], standing: Standing, event: Event) -> bool:
    is_its_thread = (entry["home"], entry["thread"]) == (standing.place.home, event.thread)
    is_by = bool(entry["by"]) and entry["by"] == event.address.surface
    return entry["kind"] == "ask" and (is_its_thread or is_by)


def _is_awaited(entry: Mapping[str, str], words: str) -> bool:
    return entry["kind"] == "await" and entry["text"].casefold() in words.casefold()
