"""Changing what the person has planned here."""

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from capabilities._steps import StepArguments, resolved, step_of, step_words
from persona.acts.plans import Wished
from persona.declare import Moment, capability
from persona.errors import Refused

NEW = "Which step, and what instead? A change of a step names both."


class Arguments(BaseModel):
    """Which plan, and what becomes of it."""

    model_config = ConfigDict(extra="forbid", defer_build=True)
    plan: int = Field(description="The plan's number, as list_plans gives it.", ge=1, le=99_999)
    change: Literal["start", "cancel", "pause", "resume", "skip", "run now", "change step"] = Field(
        description="What becomes of it. start: one that was shown, once the person wants it. skip: "
        "leaves out the step it stands at, or its next time. run now: begins a run at once."
    )
    step: int = Field(0, description="For change step: the number of the step.", ge=0, le=100)
    new: StepArguments | None = Field(None, description="For change step: the step in its place.")


def resolve(arguments: dict[str, Any], moment: Moment) -> dict[str, Any]:
    """The time of a new step as a date with its zone. Raises Refused to ask."""
    return {**arguments, "new": resolved(arguments.get("new"), moment)}


def shows(arguments: Any) -> str:
    """What becomes of which plan, with every argument of a new step."""
    about = Arguments.model_validate(dict(arguments))
    if about.change != "change step" or about.new is None:
        return f"{about.change} plan {about.plan}"
    return f"make step {about.step} of plan {about.plan}: {step_words(about.new)}"


@capability(
    effect="write",
    in_turn=True,
    resolve=resolve,
    rate=200,
    shows=shows,
    say="cancel 3, pause 3, resume 3, skip 3, run 3 now",
    brief="changes that reminder or plan",
)
def change_plan(arguments: Arguments, wished: Wished) -> str:
    """Starts, cancels, pauses, resumes, skips or runs a reminder or plan, or changes one of its steps."""
    plans, number = wished.plans, arguments.plan
    match arguments.change:
        case "start":
            return plans.start(number)
        case "skip":
            return plans.skip(number)
        case "run now":
            return plans.run_now(number)
        case "change step":
            if arguments.new is None or not arguments.step:
                raise Refused(NEW)
            new = step_of(arguments.new, wished.moment)
            return plans.change_step(number, arguments.step, new)
        case verb:
            return plans.change(verb, number)
