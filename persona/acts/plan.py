"""What a plan does next, and what it is after something happened; pure, so that time is an argument.

A turn passes what needs nobody (`settled`: premises, branches, repeats, waits that are over), asks
for the `next_move`, makes it, and takes down what it came to (`came_to`), until the plan waits.
A branch leads forward and a `repeat` goes back so many times at most, so that every run ends.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from math import inf, isfinite

from persona.plan import Came, CameState, Plan, Premise, Relation, Step

PATIENCE = 8 * 86_400.0
"""Seconds after which an act or the question before it is no longer waited for; longer than any
question stands, so that no plan waits for what cannot come."""
ROOM = 60_000
"""Characters that all of a run's steps together may keep of what came back."""
MOST_KEPT = 8_000
"""The same of one step."""
MOST_NEWS = 20
"""Of a plan that could not be told for long; the oldest goes."""


@dataclass(frozen=True, slots=True)
class Begin:
    """A run begins."""


@dataclass(frozen=True, slots=True)
class Take:
    """This step is to be taken: to tell, to do, to use, to ask or to think of."""

    number: int
    step: Step


@dataclass(frozen=True, slots=True)
class Wait:
    """Nothing before then (epoch seconds)."""

    until: float


@dataclass(frozen=True, slots=True)
class Await:
    """Nothing before an answer, an outcome, or then (infinite for never)."""

    until: float


@dataclass(frozen=True, slots=True)
class Done:
    """The run has come to its end."""


@dataclass(frozen=True, slots=True)
class Failed:
    """The run ends here, and where `is_final` the plan: in words, why."""

    reason: str
    is_final: bool = False


Move = Begin | Take | Wait | Await | Done | Failed

OUT_OF_TIME = "its time was over"
OUT_OF_ACTS = "it has used the {most} acts that it may take"
ENDS: Mapping[str, str] = {
    "failed": "step {number} failed",
    "refused": "you did not want step {number}",
    "unknown": "nobody knows whether step {number} was done",
    "expired": "step {number} had no answer in time",
}
"""Why a run ends with a step that came to this, where nothing says what then."""
BACK = "step {number} goes back to itself"


def next_move(plan: Plan, now: float) -> Move:
    """What a settled plan does next."""
    if plan.state == "over":
        return Done()
    if plan.state != "waiting":
        return Await(inf)
    if plan.deadline and now >= plan.deadline:
        return Failed(OUT_OF_TIME, is_final=True)
    if not plan.step:
        return Wait(plan.begins) if plan.begins > now else Begin()
    if plan.step > len(plan.steps):
        return Done()
    step, came = plan.steps[plan.step - 1], plan.what_came(plan.step)
    if plan.begun:
        if came is not None:
            return Failed(ENDS[came.state].format(number=plan.step))
        until = _bounded(plan, _patience(plan, step))
        return Wait(until) if step.kind == "wait" else Await(until)
    if step.kind in ("repeat", "branch"):
        return Failed(BACK.format(number=plan.step))
    if step.kind == "use" and plan.most and plan.used >= plan.most:
        return Failed(OUT_OF_ACTS.format(most=plan.most), is_final=True)
    return Take(plan.step, step)


def wakes(plan: Plan, now: float) -> float:
    """When the plan is to be looked at again: at once where it may go on, else by its next move."""
    match next_move(plan, now):
        case Wait(until) | Await(until):
            return until
        case _:
            return now


def stands_at(plan: Plan, kind: str) -> bool:
    """Whether the plan waits at a step of this kind, which was set going."""
    is_running = plan.state == "waiting" and 0 < plan.step <= len(plan.steps) and plan.begun
    return is_running and plan.steps[plan.step - 1].kind == kind


def undoable(plan: Plan) -> list[int]:
    """The steps whose effect is done and can be taken back."""
    done = {one.step for one in plan.came if one.state == "done"}
    return [number for number, step in enumerate(plan.steps, 1) if step.undo and number in done]


# What happened


def began(plan: Plan, now: float) -> Plan:
    """The first step of a new run; nothing of the last one is left."""
    since = max(now, plan.begins) if plan.begins < inf else now
    fresh = replace(plan, step=1, run=plan.run + 1, begun=False, came=(), turns={}, missed=0)
    return replace(fresh, since=since, at=now)


def set_going(plan: Plan, now: float) -> Plan:
    """The step that it stands at was told, asked, or wished; an act is counted."""
    step = plan.steps[plan.step - 1]
    used = plan.used + (step.kind == "use")
    going = replace(plan, begun=True, since=max(now, plan.since), used=used)
    return replace(going, at=wakes(going, now))


def came_to(plan: Plan, came: Came, now: float) -> Plan:
    """The step that it stands at came to this: on to the next, or no further."""
    room = min(MOST_KEPT, ROOM // max(1, len(plan.steps)))
    kept = replace(came, step=plan.step, text=_cut(came.text, room), at=now)
    others = tuple(one for one in plan.came if one.step != plan.step)
    after = replace(plan, came=(*others, kept))
    if _ends(plan, came):
        return replace(after, begun=True, at=now)
    return _at_step(after, plan.step + 1, now)


def settled(plan: Plan, now: float) -> Plan:
    """The plan past all that needs nobody; where it stands then is its next move's."""
    while plan.state == "waiting" and 1 <= plan.step <= len(plan.steps):
        later = _passed_step(plan, plan.steps[plan.step - 1], now)
        if later is None:
            break
        plan = later
    return plan


def finished(plan: Plan, now: float, *, is_final: bool = False) -> Plan:
    """The plan after a run: waiting for its next one, or over."""
    later = None if is_final else plan.schedule.after(max(now, plan.since))
    if later is None or (plan.deadline and later >= plan.deadline):
        return replace(plan, state="over", at=inf, begun=False)
    fresh = replace(plan, at=later, begins=later, missed=0, step=0, begun=False)
    return replace(fresh, came=(), turns={})


def skipped(plan: Plan, now: float) -> Plan:
    """Without the step that it stands at, or without its next time; what is under way ends alone."""
    if plan.step:
        return came_to(plan, Came(plan.step, "skipped"), now)
    return finished(replace(plan, since=max(plan.begins, plan.since)), now)


def resumed(plan: Plan, now: float) -> Plan:
    """Waiting again; what fell due while it was paused stays unsaid, but for a single time."""
    again = replace(plan, state="waiting")
    if not plan.step:
        later = plan.schedule.after(now) if plan.begins < now else None
        begins = plan.begins if later is None else later
        return replace(again, begins=begins, at=begins)
    return replace(again, at=wakes(settled(again, now), now))


def with_news(plan: Plan, *news: Came) -> Plan:
    """With words that its person is to be told."""
    return replace(plan, news=(*plan.news, *news)[-MOST_NEWS:])


def changed_step(plan: Plan, number: int, new: Step) -> Plan:
    """With another step in the place of this one, which must not be under way."""
    steps = (*plan.steps[: number - 1], new, *plan.steps[number:])
    return replace(plan, steps=steps)


# Within a run


def _passed_step(plan: Plan, step: Step, now: float) -> Plan | None:
    """The plan past a step that needs nobody; None where it stands."""
    if plan.begun:
        return _waited(plan, step, now) if plan.what_came(plan.step) is None else None
    holds = step.premise is None or is_so(plan, step.premise)
    if step.kind == "branch":
        to = step.to if holds else plan.step + 1
        return _at_step(plan, to, now) if to > plan.step else None
    if step.kind == "repeat":
        return _repeated(plan, step, holds, now)
    if not holds:
        return came_to(plan, Came(plan.step, "skipped"), now)
    if step.kind in ("wait", "await"):
        return set_going(plan, now)
    return None


def _waited(plan: Plan, step: Step, now: float) -> Plan | None:
    """Past a step whose time is over; a wait was for just that."""
    if now < _patience(plan, step):
        return None
    state: CameState = "done" if step.kind == "wait" else "expired"
    return came_to(plan, Came(plan.step, state), now)


def _repeated(plan: Plan, step: Step, holds: bool, now: float) -> Plan | None:
    """Back once more, or on; the repeats within what is done again count anew."""
    name, turns = str(plan.step), dict(plan.turns)
    if not 0 < step.to < plan.step:
        return None
    if not holds or turns.get(name, 0) >= step.times:
        turns.pop(name, None)
        return _at_step(replace(plan, turns=turns), plan.step + 1, now)
    turns[name] = turns.get(name, 0) + 1
    within = {str(number) for number in range(step.to, plan.step)}
    left = {one: count for one, count in turns.items() if one not in within}
    return _at_step(replace(plan, turns=left), step.to, now)


def _at_step(plan: Plan, number: int, now: float) -> Plan:
    """Come to that step, of which nothing is known yet in this round."""
    came = tuple(one for one in plan.came if one.step != number)
    since = max(now, plan.since)
    return replace(plan, step=number, begun=False, since=since, at=now, came=came)


def _patience(plan: Plan, step: Step) -> float:
    """Until when a step that was set going is waited for."""
    if step.kind == "wait" and step.schedule is not None:
        return step.schedule.after(plan.since) or plan.since
    if step.kind == "use":
        return plan.since + PATIENCE
    return plan.since + step.seconds if step.seconds or step.kind == "wait" else inf


def _bounded(plan: Plan, until: float) -> float:
    return min(until, plan.deadline) if plan.deadline else until


def _ends(plan: Plan, came: Came) -> bool:
    """Whether the run ends with this: nothing was said for that case, and nobody looks at it.

    Who did not answer or write in time was told what is waited for; the run goes on without.
    """
    step = plan.steps[plan.step - 1]
    if came.state in ("done", "skipped") or step.goes_on:
        return False
    if came.state == "expired" and step.kind != "use":
        return False
    later = plan.steps[plan.step :]
    heeded = [one.premise for one in later if one.premise and one.premise.step == plan.step]
    return not any(premise.finding == "state" for premise in heeded)


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[: most - 1].rstrip()}\u2026"


# Premises


def is_so(plan: Plan, premise: Premise) -> bool:
    """Whether a premise holds of what its step came to; what did not come does not hold."""
    came = plan.what_came(premise.step)
    if came is None:
        return False
    known: Mapping[str, str | float] = {**came.facts, "state": came.state, "text": came.text}
    if premise.finding not in known:
        return False
    return RELATIONS[premise.relation](str(known[premise.finding]), premise.value)


def _order(one: str, other: str) -> int | None:
    """Below, same or above zero; None where they are not two clock times or two numbers."""
    for measure in (_clock, _number):
        first, second = measure(one), measure(other)
        if first is not None and second is not None:
            return (first > second) - (first < second)
    return None


def _clock(text: str) -> float | None:
    """Seconds since midnight of `08:30` or `08:30:15`."""
    parts = text.strip().split(":")
    if not (2 <= len(parts) <= 3 and all(part.isdecimal() and len(part) <= 2 for part in parts)):
        return None
    hour, minute, *second = map(int, parts)
    return float(hour * 3600 + minute * 60 + sum(second))


def _number(text: str) -> float | None:
    try:
        number = float(text)
    except ValueError:
        return None
    return number if isfinite(number) else None


def _is_same(one: str, other: str) -> bool:
    order = _order(one, other)
    return order == 0 if order is not None else one.strip().casefold() == other.strip().casefold()


RELATIONS: Mapping[Relation, Callable[[str, str], bool]] = {
    "is": _is_same,
    "is not": lambda one, other: not _is_same(one, other),
    "contains": lambda one, other: other.casefold() in one.casefold(),
    "before": lambda one, other: _order(one, other) == -1,
    "after": lambda one, other: _order(one, other) == 1,
    "at least": lambda one, other: (
        (_order(one, other) or 0) >= 0 and _order(one, other) is not None
    ),
    "at most": lambda one, other: (_order(one, other) or 0) <= 0 and _order(one, other) is not None,
}


# Whether it can be done as it is written


def flaws(steps: tuple[Step, ...]) -> list[str]:
    """What is wrong with these steps, in words; empty where a run of them always ends."""
    found: list[str] = []
    if not steps:
        found.append("it has no steps")
    for number, step in enumerate(steps, 1):
        if step.premise and not 0 < step.premise.step <= len(steps):
            found.append(f"step {number} looks at step {step.premise.step}, which there is not")
        if step.kind == "branch" and step.to <= number:
            found.append(f"step {number} must lead to a later step")
        if step.kind == "repeat":
            found += _flaws_of_repeat(steps, number, step)
        if step.kind == "wait" and not (step.seconds > 0 or step.schedule):
            found.append(f"step {number} does not say how long to wait")
        if step.kind in ("tell", "do", "ask", "think") and not step.text.strip():
            found.append(f"step {number} has no words")
    return found


PAUSES = frozenset({"use", "wait", "await", "ask", "do"})
MOST_TIMES = 100


def _flaws_of_repeat(steps: tuple[Step, ...], number: int, step: Step) -> list[str]:
    if not 0 < step.to < number:
        return [f"step {number} must go back to an earlier step"]
    if not 0 < step.times <= MOST_TIMES:
        return [f"step {number} may go back 1 to {MOST_TIMES} times"]
    if not any(one.kind in PAUSES for one in steps[step.to - 1 : number - 1]):
        return [f"step {number} would repeat at once, without waiting for anything"]
    return []
