"""Reading what was said before."""

from pydantic import BaseModel, ConfigDict, Field

from persona.declare import capability
from persona.mind.hands import MemoryHands
from persona.mind.words import quote
from persona.ports import Ports


class Arguments(BaseModel):
    """What to look for."""

    model_config = ConfigDict(extra="forbid", defer_build=True)
    words: str = Field(description="The words that the person may have used.", max_length=400)


@capability(effect="read", inline=True, say="any question", brief="answered with your own words")
def recall(arguments: Arguments, hands: MemoryHands, ports: Ports) -> str:
    """Finds what this person said before, quoted, with when and on which surface."""
    found = hands.recall(arguments.words)
    hands.cite(found)
    return (
        "\n".join(quote(one, ports, hands.by(one)) for one in found)
        or "Nothing was said about that."
    )
