"""Changing what the person has planned here."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from persona.acts.plans import Wished
from persona.declare import capability


class Arguments(BaseModel):
    """Which plan, and what becomes of it."""

    model_config = ConfigDict(extra="forbid", defer_build=True)
    plan: int = Field(description="The plan's number, as list_plans gives it.", ge=1, le=99_999)
    change: Literal["cancel", "pause", "resume"] = Field(description="What becomes of it.")


@capability(
    effect="write",
    in_turn=True,
    rate=200,
    asks="{change} plan {plan}",
    say="cancel 3, pause 3, resume 3",
    brief="changes that reminder or plan",
)
def change_plan(arguments: Arguments, wished: Wished) -> str:
    """Cancels, pauses or resumes one of the person's reminders and plans, by its number."""
    return wished.plans.change(arguments.change, arguments.plan)
