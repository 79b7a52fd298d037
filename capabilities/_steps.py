"""The steps of a plan as arguments, for whatever makes or changes one."""

import json
from dataclasses import replace
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from persona import catalog
from persona.acts import plan_words
from persona.declare import Moment
from persona.plan import Premise, Relation, Step, StepKind


def as_json(value: Any) -> Any:
    """Anything JSON can say as one canonical text. Raises ValueError for what is no object."""
    found = json.loads(value) if isinstance(value, str) else value
    if not isinstance(found, dict):
        raise ValueError("not a JSON object")  # noqa: TRY004 pydantic takes only this one
    return json.dumps(found, ensure_ascii=False, sort_keys=True)


Json = Annotated[str, BeforeValidator(as_json)]
"""The arguments of any capability: each has a schema of its own, by which they are checked."""
By = Literal["", "sms", "email", "slack", "web"]


class PremiseArguments(BaseModel):
    """What must hold of an earlier step."""

    model_config = ConfigDict(extra="forbid", defer_build=True)
    step: int = Field(description="The number of that step.", ge=1, le=100)
    relation: Relation = Field(description="How the two compare; clock times as times.")
    value: str = Field(
        description="What it is compared with, such as done or 09:00.", max_length=200
    )
    finding: str = Field(
        "state",
        description="state (done, failed, refused, unknown, skipped or expired), text (what came "
        "back), or a fact that the step's capability declares.",
        max_length=60,
    )


class UndoArguments(BaseModel):
    """What takes a step back."""

    model_config = ConfigDict(extra="forbid", defer_build=True)
    capability: str = Field(description="The capability that takes it back.", max_length=60)
    arguments: Json = Field(
        "{}",
        description="Its arguments, as the text of a JSON object; {name} stands for a fact of what "
        "the step brought.",
        max_length=10_000,
    )


class StepArguments(BaseModel):
    """One step."""

    model_config = ConfigDict(extra="forbid", defer_build=True)
    kind: StepKind = Field(
        description="tell: says text. do: the person's own to do, who says done. use: one capability. "
        "wait: a time passes. await: goes on with the person's next message. ask: asks text. think: "
        "you decide on text then. repeat: back to an earlier step. branch: on to a later step."
    )
    text: str = Field(
        "",
        description="What is told, asked, to be done or thought about; {2} stands for what step 2 "
        "brought. For await: what the message must contain.",
        max_length=4_000,
    )
    capability: str = Field("", description="For use: its name.", max_length=60)
    arguments: Json = Field(
        "{}",
        description="For use: its arguments, as it describes them, as the text of a JSON object.",
        max_length=60_000,
    )
    seconds: float = Field(
        0.0,
        description="For wait: how long. For do, ask and await: how long at most; 0: as long as it takes.",
        ge=0,
        le=366 * 86_400,
    )
    until: str = Field(
        "",
        description="For wait instead of seconds: until when, such as: Friday at 09:00.",
        max_length=200,
    )
    premise: PremiseArguments | None = Field(
        None, description="The step is left out, or no jump made, where this does not hold."
    )
    to: int = Field(0, description="For repeat and branch: the step to go on at.", ge=0, le=101)
    times: int = Field(0, description="For repeat: how many times at most.", ge=0, le=100)
    by: By = Field(
        "", description="The person's own surface on which it is told; empty: the plan's."
    )
    goes_on: bool = Field(False, description="Whether the plan goes on where this step fails.")
    undo: UndoArguments | None = Field(
        None, description="What takes the step back if the plan is cancelled later."
    )


def resolved(step: Any, moment: Moment) -> Any:
    """A step with its time as a date with its zone. Raises Refused to ask."""
    from persona.mind.times import read

    if not isinstance(step, dict):
        return step
    fields: dict[str, Any] = {str(name): value for name, value in step.items()}
    until = fields.get("until")
    if not isinstance(until, str) or not until:
        return fields
    return {**fields, "until": read(until, moment).words}


def step_words(one: StepArguments) -> str:
    """The step in words, with every argument."""
    until = f" until {one.until}" if one.until else ""
    return plan_words.step_line(_step(one), catalog.capabilities()) + until


def step_of(one: StepArguments, moment: Moment) -> Step:
    """The step that these arguments are."""
    from persona.mind.times import read

    schedule = read(one.until, moment) if one.until else None
    return replace(_step(one), schedule=schedule)


def _step(one: StepArguments) -> Step:
    about = one.premise
    premise = Premise(about.step, about.relation, about.value, about.finding) if about else None
    return Step(
        kind=one.kind,
        text=one.text,
        capability=one.capability,
        arguments=json.loads(one.arguments),
        seconds=one.seconds,
        premise=premise,
        to=one.to,
        times=one.times,
        by=one.by,
        goes_on=one.goes_on,
        undo=_undo(one.undo) if one.undo else {},
    )


def _undo(one: UndoArguments) -> dict[str, Any]:
    return {"capability": one.capability, "arguments": json.loads(one.arguments)}
