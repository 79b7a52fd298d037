"""Keeping what the person said as a note, with the words that it rests on."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from persona.declare import capability
from persona.memory.notes import MOST_CLAIM
from persona.mind.hands import MemoryHands
from persona.ports import Ports


class Arguments(BaseModel):
    """What to keep, and on which words of the person it rests; nothing for all they just said."""

    model_config = ConfigDict(extra="forbid", defer_build=True)
    claim: str = Field(
        default="",
        description="What to keep, in one sentence; empty for the newest words as they are.",
        max_length=400,
    )
    quote: str = Field(
        default="",
        description="The person's own words that say it, copied exactly from what they said.",
        max_length=MOST_CLAIM,
    )
    kind: Literal["", "preference", "decision", "concern", "stance", "action"] = Field(
        default="", description="What the quotation shows of the person; empty for anything else."
    )
    about: str = Field(
        default="",
        description="With a kind: what it is about, in words of the quotation; else empty.",
        max_length=80,
    )
    value: str = Field(
        default="",
        description="With a kind: “yes”, “no” (dislikes, decided against), or which stance or action.",
        max_length=40,
    )


@capability(effect="write", inline=True, say="remember …", brief="keeps it, word for word")
def remember(arguments: Arguments, hands: MemoryHands, ports: Ports) -> str:
    """Keeps what the person said as a note; a claim must rest on their own words, quoted exactly."""
    if not arguments.claim and not arguments.quote:
        return "The newest words are kept." if hands.keep_newest() else NOTHING_OWN
    quote = arguments.quote or arguments.claim
    shows = arguments.kind, arguments.about, arguments.value
    return KEPT if hands.keep_claim(arguments.claim or quote, quote, *shows) else UNSAID


KEPT = "It is kept, with those words."
NOTHING_OWN = "Nothing was kept: what they sent is somebody else's words."
UNSAID = (
    "Nothing was kept: those words do not stand in what this person said themselves, or do not "
    "show that."
)
