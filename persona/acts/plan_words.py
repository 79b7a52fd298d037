"""A plan in words, rendered by code from what it would do: its line, its steps, the whole of it.

Nothing of a step's arguments is left out, since a yes to a plan is a yes to what stands here.
"""

import re
from collections.abc import Mapping, Sequence
from math import inf
from types import MappingProxyType

from persona.declare import Capability
from persona.plan import Came, Plan, Premise, Step
from persona.schedule import Schedule, local, near

Known = Mapping[str, Capability]
NOTHING_KNOWN: Known = MappingProxyType({})

SENDS = {"sms": "text", "email": "email", "slack": "tell", "web": "tell"}
"""How telling is called on a surface."""
MARKS = {"done": "✓", "skipped": "–", "unknown": "?"}
FAILED_MARK, HERE_MARK, AHEAD_MARK = "✗", "→", " "
CAME = {
    "done": "done",
    "failed": "failed",
    "refused": "you did not want it",
    "unknown": "nobody knows whether it was done",
    "skipped": "left out",
    "expired": "no answer in time",
}
STATES = {"shown": "waits for your yes", "paused": "paused", "missed": "missed", "over": "ended"}
ENDED = {
    ("is", "done"): "worked",
    ("is not", "done"): "did not work",
    ("is", "failed"): "failed",
    ("is not", "failed"): "did not fail",
    ("is", "skipped"): "was left out",
    ("is", "refused"): "was refused",
    ("is", "expired"): "had no answer in time",
}
AT_ONCE = "as soon as it is started"


def line(plan: Plan, now: float) -> str:
    """`3. feed the cat · tomorrow 17:45`."""
    rhythm, zone = plan.schedule.rhythm, plan.schedule.zone
    parts = [plan.what, *([rhythm] if rhythm else [])]
    parts += [near(plan.at, now, zone)] if plan.at < inf else []
    if plan.step and not plan.is_reminder:
        parts.append(f"step {min(plan.step, len(plan.steps))} of {len(plan.steps)}")
    parts += [f"by {plan.by}"] if plan.by else []
    parts += [STATES[plan.state]] if plan.state in STATES else []
    return f"{plan.number}. {' · '.join(parts)}"


def entry(plan: Plan, now: float, known: Known = NOTHING_KNOWN) -> str:
    """Its line, and below it, but for a reminder, its steps and how they went."""
    steps = [_numbered(plan, number, now, known) for number in range(1, len(plan.steps) + 1)]
    return "\n   ".join([line(plan, now), *([] if plan.is_reminder else steps)])


def shown(plan: Plan, now: float, known: Known = NOTHING_KNOWN, surface: str = "") -> str:
    """The whole plan: goal, times, limits, each step and where it stands, and what can be said.

    `known` are the capabilities by name, `surface` is where it is read.
    """
    steps = [_numbered(plan, number, now, known) for number in range(1, len(plan.steps) + 1)]
    parts = [f"Plan {plan.number}: {plan.what}", f"When: {_when(plan, now)}", *steps, _limits(plan)]
    # Without an empty line markdown takes what follows a list for its last line.
    return "\n".join([*filter(None, parts), "", offers(plan, surface)])


def offers(plan: Plan, surface: str = "") -> str:
    """What can be said to it now; on SMS in few words, where a bare yes would be anybody's."""
    number = plan.number
    step = plan.steps[plan.step - 1] if 1 <= plan.step <= len(plan.steps) else None
    match plan.state:
        case "shown" if surface == "sms":
            return f"“yes {number}” starts it, “cancel {number}” drops it."
        case "shown":
            change = f"“change step 1 of plan {number} to …” changes it"
            return f"“yes” starts it (later “start {number}”), “no” drops it, {change}."
        case "paused" | "missed":
            said = f"“resume {number}”, “cancel {number}”"
        case "waiting" if step and step.kind == "do" and plan.begun:
            said = f"“done {number}”, “skip {number}”, “cancel {number}”"
        case "waiting" if step and step.kind == "ask" and plan.begun:
            said = f"“answer {number}: …”, “skip {number}”, “cancel {number}”"
        case "over":
            return f"“undo {number}” takes back what it did."
        case _:
            said = f"“pause {number}”, “skip {number}”, “run {number} now”, “cancel {number}”"
    return f"You can say {said}."


def step_line(step: Step, known: Known = NOTHING_KNOWN, steps: Sequence[Step] = ()) -> str:
    """What one step is, with every argument; `steps` are all of its plan, for what it names of them."""
    parts = [_what(step, known, steps)]
    if step.seconds and step.kind in ("ask", "await"):
        parts.append(f"waits {span(step.seconds)} at most")
    if step.goes_on:
        parts.append("goes on if it fails")
    if step.undo:
        undo = Step(
            "use", capability=str(step.undo["capability"]), arguments=step.undo.get("arguments", {})
        )
        parts.append(f"to take it back: {_what(undo, known, steps)}")
    said = " · ".join(parts)
    return f"if {premise_words(step.premise, known, steps)}: {said}" if step.premise else said


def told(plan: Plan, known: Known) -> dict[str, str]:
    """The steps that their capabilities say in words of their own, by number, for who knows none."""
    lines = {
        str(number): (step_line(step, known, plan.steps), step_line(step, steps=plan.steps))
        for number, step in enumerate(plan.steps, 1)
    }
    return {number: own for number, (own, plain) in lines.items() if own != plain}


def premise_words(
    premise: Premise, known: Known = NOTHING_KNOWN, steps: Sequence[Step] = ()
) -> str:
    """What must hold: `the start of the first event (step 1) is before 09:00`."""
    step, relation, value = premise.step, premise.relation, premise.value
    if premise.finding == "state":
        said = ENDED.get((relation, value), f"{relation} {value}")
        return f"step {step} {said}"
    if premise.finding == "text":
        return f"what came of step {step} {relation} “{value}”"
    capability = known.get(steps[step - 1].capability) if 1 <= step <= len(steps) else None
    figure = capability.facts.get(premise.finding) if capability else None
    name = figure.words if figure else premise.finding
    name = f"the number of {name}" if figure and figure.kind == "count" else name
    verb = "" if relation in ("is", "is not") else "is "
    return f"{name} (step {step}) {verb}{relation} {value}"


def span(seconds: float) -> str:
    """`2 hours`, `1 day 30 minutes`."""
    left, parts = round(seconds), list[str]()
    for name, size in (("day", 86_400), ("hour", 3_600), ("minute", 60), ("second", 1)):
        count, left = divmod(left, size)
        parts += [f"{count} {name}{'s' if count > 1 else ''}"] if count else []
    return " ".join(parts)


def _what(step: Step, known: Known, steps: Sequence[Step]) -> str:
    """The step without its premise."""
    match step.kind:
        case "tell":
            return f"{SENDS.get(step.by, 'tell')} you{_on(step.by)}{_told(step.text)}"
        case "do":
            return f"for you to do: {step.text}"
        case "use":
            return _use(step, known)
        case "wait":
            return _until(step.schedule) if step.schedule else f"wait {span(step.seconds)}".strip()
        case "await":
            return "wait for your message" + (f" that contains “{step.text}”" if step.text else "")
        case "ask":
            return f"ask you{_on(step.by)}: {step.text}"
        case "think":
            return f"think: {step.text}"
        case "repeat":
            times = "once" if step.times == 1 else f"{step.times} times at most"
            return f"go back to step {step.to}, {times}"
        case "branch":
            is_end = bool(steps) and step.to > len(steps)
            return "end here" if is_end else f"go on at step {step.to}"


def _on(surface: str) -> str:
    """Where that is no part of the verb."""
    return f" on {surface.capitalize()}" if surface in ("slack", "web") else ""


def _told(text: str) -> str:
    only = re.fullmatch(r"\{(\d+)\}", text)
    return f" what came of step {only[1]}" if only else f": {text}"


def _use(step: Step, known: Known) -> str:
    """In its capability's own words; with every argument in any case."""
    capability, given = known.get(step.capability), step.arguments
    taken = capability.arguments.model_fields if capability else {}
    whole = {
        name: given[name] if name in given else one.get_default(call_default_factory=True)
        for name, one in taken.items()
        if name in given or not one.is_required()
    }
    if capability and given.keys() <= taken.keys() == whole.keys():
        return capability.shown(whole).replace("\n", "\n      ")
    told = "; ".join(f"{name}: {value}" for name, value in given.items())
    return f"{step.capability.replace('_', ' ')} ({told})"


def _until(schedule: Schedule) -> str:
    if schedule.repeat is None:
        return f"wait until {schedule.words.removeprefix('on ')}"
    rhythm = schedule.rhythm.removeprefix("every ")
    next_one = (
        rhythm.removeprefix("day at ") if rhythm.startswith("day at ") else f"the next {rhythm}"
    )
    return f"wait until {next_one} ({schedule.zone})"


def _when(plan: Plan, now: float) -> str:
    """When its runs begin; one that was to begin at once does when it is started."""
    if plan.schedule.repeat is None and plan.schedule.first <= plan.made + 1:
        return (
            AT_ONCE
            if plan.state == "shown"
            else f"started {near(plan.since or plan.made, now, plan.schedule.zone)}"
        )
    return plan.schedule.words


def _limits(plan: Plan) -> str:
    """Deadline, budget, surface, and what becomes of missed times."""
    zone, parts = plan.schedule.zone, list[str]()
    if plan.deadline:
        by = Schedule(plan.deadline, zone).words.removeprefix("on ")
        parts.append(f"ends by {by}")
    if plan.most:
        parts.append(f"at most {plan.most} act{'s' if plan.most > 1 else ''}, {plan.used} used")
    if plan.by:
        parts.append(f"told by {plan.by}")
    if plan.late == "skip":
        parts.append("missed times are left out")
    return f"Limits: {' · '.join(parts)}" if parts else ""


def _numbered(plan: Plan, number: int, now: float, known: Known) -> str:
    """One step of the list, and how it went or that the plan stands there."""
    said = f"{number}. {step_line(plan.steps[number - 1], known, plan.steps)}"
    came = plan.what_came(number)
    if not (plan.step or plan.came):
        return said
    if plan.step == number:
        return f"{HERE_MARK} {said}{f' · {_came(came, plan, now)}' if came else ''}"
    if came is None:
        return f"{AHEAD_MARK} {said}"
    return f"{MARKS.get(came.state, FAILED_MARK)} {said} · {_came(came, plan, now)}"


def _came(came: Came, plan: Plan, now: float) -> str:
    zone = plan.schedule.zone
    is_today = local(came.at, zone).date() == local(now, zone).date()
    at = f"{local(came.at, zone):%H:%M}" if is_today else near(came.at, now, zone)
    return f"{CAME[came.state]} {at}" if came.at else CAME[came.state]
