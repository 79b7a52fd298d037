"""Keeping the new words as a note."""

from pydantic import BaseModel, ConfigDict

from persona.declare import capability
from persona.mind.hands import MemoryHands
from persona.ports import Ports


class Arguments(BaseModel):
    """Nothing to choose: what is kept is what the person just said, word for word."""

    model_config = ConfigDict(extra="forbid")


@capability(effect="write", inline=True, say="remember …", brief="keeps it, word for word")
def remember(arguments: Arguments, hands: MemoryHands, ports: Ports) -> str:
    """Marks the person's newest words as a note to keep, because they asked for it."""
    hands.keep()
    return "The newest words are kept."
