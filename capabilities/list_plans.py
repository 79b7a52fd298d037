"""What the person has planned here."""

from pydantic import BaseModel, ConfigDict

from persona.acts.plans import NONE, Plans
from persona.declare import capability
from persona.memory.plans import evidence
from persona.mind.hands import MemoryHands
from persona.ports import Ports


class Arguments(BaseModel):
    """Nothing to choose: all of them are listed."""

    model_config = ConfigDict(extra="forbid", defer_build=True)


@capability(
    effect="read", inline=True, say="plans", brief="lists your reminders and plans, by number"
)
def list_plans(arguments: Arguments, hands: MemoryHands, ports: Ports) -> str:
    """Lists the person's reminders and plans: number, when it is next due, state, steps and progress."""
    if hands.standing.is_shared or hands.standing.place_is_unproven:
        return "Plans are shown in private only."
    plans = Plans(hands.standing, ports)
    known = plans.all()
    hands.cite(map(evidence, known))
    return "\n".join(map(plans.entry, known)) or NONE
