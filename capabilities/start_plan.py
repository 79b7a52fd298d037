"""Making a plan that goes on over time: steps, their times, what to do when one fails."""

import json
from collections.abc import Mapping, Sequence
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from capabilities._steps import By, StepArguments, resolved, step_of, step_words
from persona.acts.plans import Wished
from persona.declare import Moment, capability
from persona.schedule import Schedule

NOW = "now"
APPROVED = "Started, and approved as a whole: {shown}"


class Arguments(BaseModel):
    """The goal, the steps, and when."""

    model_config = ConfigDict(extra="forbid", defer_build=True)
    goal: str = Field(
        description="What the plan is for, in a few words of the person's own.",
        min_length=1,
        max_length=1_000,
    )
    steps: list[StepArguments] = Field(
        description="The steps in their order, numbered from 1.", min_length=1, max_length=100
    )
    when: str = Field(
        NOW,
        description="When it runs, in plain English with a time: every weekday at 08:00, tomorrow at "
        "17:45; now: once, as soon as it is started.",
        max_length=200,
    )
    deadline: str = Field(
        "", description="When it ends at the latest, such as: Friday at 18:00.", max_length=200
    )
    most: int = Field(
        0, description="How many acts it may take in all; 0: as many as it needs.", ge=0, le=1_000
    )
    late: Literal["once", "skip"] = Field(
        "once", description="What becomes of a time that passed while nothing ran."
    )
    by: By = Field("", description="The person's own surface to tell it on; empty: where they ask.")


def resolve(arguments: dict[str, Any], moment: Moment) -> dict[str, Any]:
    """Every time as a date with its zone. Raises Refused to ask."""
    from persona.mind.times import read

    settled = dict(arguments)
    for name in ("when", "deadline"):
        text = settled.get(name) or ""
        if isinstance(text, str) and text and text != NOW:
            settled[name] = read(text, moment).words
    steps: Any = settled.get("steps", [])
    if isinstance(steps, list):
        settled["steps"] = [resolved(step, moment) for step in steps]
    return settled


def shows(arguments: Mapping[str, Any]) -> str:
    """The goal, when, and every step with every argument."""
    about = Arguments.model_validate(dict(arguments))
    lines = [f"{n}. {step_words(one)}" for n, one in enumerate(about.steps, 1)]
    ends = [f"until {about.deadline}"] if about.deadline else []
    ends += [f"at most {about.most} acts"] if about.most else []
    ends += ["a time that passed meanwhile is left out"] if about.late == "skip" else []
    ends += [f"told by {about.by}"] if about.by else []
    return "\n".join(["; ".join([f"start the plan “{about.goal}”, {about.when}", *ends]), *lines])


def leads_to(
    arguments: Mapping[str, Any], moment: Moment
) -> Sequence[tuple[int, str, Mapping[str, Any]]]:
    """The capabilities that its steps use."""
    used = [(n, one) for n, one in enumerate(arguments["steps"], 1) if one["kind"] == "use"]
    return [(n, one["capability"], json.loads(one["arguments"])) for n, one in used]


@capability(
    effect="write",
    in_turn=True,
    resolve=resolve,
    leads_to=leads_to,
    undo="change_plan",
    rate=100,
    shows=shows,
    say="plan: GOAL, and the steps below it",
    brief="shown first, then it goes on by itself",
)
def start_plan(arguments: Arguments, wished: Wished) -> str:
    """Makes a plan of several steps that goes on over time; it is shown, and their yes starts it."""
    from persona.mind.times import read

    now, zone = wished.moment.now, wished.moment.zone
    is_now = arguments.when == NOW
    schedule = Schedule(now, zone) if is_now else read(arguments.when, wished.moment)
    plan = wished.plans.draft(
        arguments.goal,
        schedule,
        [step_of(one, wished.moment) for one in arguments.steps],
        arguments.by,
        wished,
        deadline=read(arguments.deadline, wished.moment).first if arguments.deadline else 0.0,
        most=arguments.most,
        late=arguments.late,
    )
    if not wished.approver:
        return wished.plans.shown(plan, wished.asked.address.surface)
    return APPROVED.format(shown=wished.plans.approve(plan, wished))
