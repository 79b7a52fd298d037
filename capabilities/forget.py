"""Letting go of what was said, when the person says so."""

from pydantic import BaseModel, ConfigDict, Field

from persona.declare import capability
from persona.mind.hands import MemoryHands
from persona.ports import Ports


class Arguments(BaseModel):
    """What to let go of."""

    model_config = ConfigDict(extra="forbid")
    words: str = Field(description="The words that name what to forget.", max_length=400)


@capability(
    effect="write",
    destructive=True,
    say="forget …",
    brief="deletes it, and every answer of mine that quoted it",
)
def forget(arguments: Arguments, hands: MemoryHands, ports: Ports) -> str:
    """Deletes what the person said about something; only the person's own words start it."""
    return "Ask the person to write: forget " + arguments.words
