"""A plan as plain facts for whoever draws it: the page, the command line, a surface's buttons.

Nothing here names a row: a plan is known by its number, as its person says it.
"""

from math import inf
from typing import Any

from persona.acts.plan_words import step_line
from persona.acts.plans import undoable
from persona.memory import evidence, plans
from persona.memory.standing import Gate
from persona.model import shortened
from persona.plan import Plan
from persona.ports import Store

MOST_CAME = 400
"""Characters of what a step came to; whole it stands in the conversation."""
WAITS = {"ask": "answer", "do": "done", "await": "message", "use": "outcome", "think": "outcome"}
"""What moves a plan on at a step that has begun, where time does not."""
SAID = {
    "start": "start plan {number}",
    "pause": "pause {number}",
    "resume": "resume {number}",
    "skip": "skip {number}",
    "run": "run {number} now",
    "done": "done {number}",
    "answer": "answer {number}: {words}",
    "change": "change step {step} of plan {number} to {words}",
    "cancel": "cancel {number}",
    "undo": "undo {number}",
}
"""The words by which each thing is done, on any surface; `{step}` and `{words}` are the person's."""


def seen_from(home: str, gate: Gate, until: float, store: Store) -> list[Plan]:
    """The person's plans by number, without what a link made after `until` keeps closed.

    One that is over stands among them as long as something of it can be taken back.
    """
    found = [plan for other in gate.homes for plan in plans.read(store, other)]
    opened = [one for one in found if gate.opens(home, one.home, one.made, until)]
    opened = [one for one in opened if one.state != "over" or undoable(one)]
    return sorted(opened, key=lambda one: (one.number, one.made))


def facts(plan: Plan) -> dict[str, Any]:
    """Everything that is shown of it; times in epoch seconds, None where there is none.

    `message` is the one below which it was shown, `waits` what moves it on (`yes`, `time`,
    `answer`, `done`, `message`, `outcome`, or nothing), `can` the verbs that do something now, each
    with the words that do it.
    """
    is_running = plan.state in ("waiting", "paused") and plan.step > 0
    return {
        "number": plan.number,
        "goal": plan.what,
        "state": plan.state,
        "message": evidence.reply_id(plan.home, plan.turn),
        "surface": plan.by or plan.asked.address.surface,
        "made": plan.made,
        "rhythm": plan.schedule.rhythm,
        "zone": plan.schedule.zone,
        "at": _goes_on(plan),
        "waits": waits_for(plan),
        "can": verbs(plan),
        "reminder": plan.is_reminder,
        "approved": plan.is_approved,
        "run": plan.run,
        "missed": plan.missed,
        "used": plan.used,
        "most": plan.most or None,
        "deadline": plan.deadline or None,
        "steps": [
            _step(plan, number, is_running=is_running) for number in range(1, len(plan.steps) + 1)
        ],
    }


def waits_for(plan: Plan) -> str:
    """What moves it on: a yes, a time, or what the step that it stands at needs; empty for none."""
    if plan.state != "waiting":
        return "yes" if plan.state == "shown" else ""
    step = plan.steps[plan.step - 1] if 0 < plan.step <= len(plan.steps) else None
    if step is None or not plan.begun:
        return "time"
    return WAITS.get(step.kind, "time")


def _goes_on(plan: Plan) -> float | None:
    """When time moves it on, or would after a yes."""
    at = plan.begins if plan.state == "shown" else plan.at
    return at if waits_for(plan) in ("time", "yes") and 0 < at < inf else None


def verbs(plan: Plan) -> dict[str, str]:
    """What its person can do with it now, each with the words that do it."""
    return {verb: SAID[verb].replace("{number}", str(plan.number)) for verb in _verbs(plan)}


def _verbs(plan: Plan) -> list[str]:
    is_busy = plan.begun and plan.step > 0
    change = ["change"] if len(plan.steps) > is_busy else []
    if plan.state == "shown":
        return ["start", *change, "cancel"]
    if plan.state == "paused":
        return ["resume", *change, "cancel"]
    if plan.state == "missed":
        return ["cancel"]
    if plan.state == "over":
        return ["undo"]
    waits = waits_for(plan)
    asked = [waits] if waits in ("answer", "done") else []
    skip = ["skip"] if plan.step or plan.schedule.repeat else []
    run = [] if plan.step else ["run"]
    return [*asked, "pause", *skip, *run, *change, "cancel"]


def _step(plan: Plan, number: int, *, is_running: bool) -> dict[str, Any]:
    step, came = plan.steps[number - 1], plan.what_came(number)
    is_now = is_running and number == plan.step
    return {
        "number": number,
        "kind": step.kind,
        "words": plan.told.get(str(number)) or step_line(step, steps=plan.steps),
        "state": "now" if is_now else came.state if came else "to come",
        "came": shortened(came.text, MOST_CAME) if came and not is_now else "",
        "quoted": bool(came and came.untrusted),
        "at": came.at if came and not is_now else None,
    }
