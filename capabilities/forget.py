"""Letting go of what was said, when the person says so."""

from pydantic import BaseModel, ConfigDict, Field

from persona.declare import capability
from persona.mind.hands import MemoryHands
from persona.ports import Ports


class Arguments(BaseModel):
    """What to let go of."""

    model_config = ConfigDict(extra="forbid", defer_build=True)
    words: str = Field(
        description="Words that name what to forget, as the person said it.",
        min_length=1,
        max_length=400,
    )


@capability(
    effect="write",
    inline=True,
    say="forget …",
    brief="deletes it, and every answer of mine that quoted it",
)
def forget(arguments: Arguments, hands: MemoryHands, ports: Ports) -> str:
    """Asks the person which of their words to delete; nothing is deleted before they answer."""
    hands.to_forget = arguments.words
    return "The person is now asked which of their words to delete. Nothing is deleted yet."
