"""A text message to a telephone, in the persona's name."""

from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from capabilities._destinations import DESTINATIONS
from persona.declare import Letter, capability
from persona.model import Address
from persona.people.canonical import telephone


class Arguments(BaseModel):
    """One text to one number."""

    model_config = ConfigDict(extra="forbid", defer_build=True)
    to: Annotated[str, AfterValidator(telephone)] = Field(
        description="The telephone number with its country, such as +14155550100.", max_length=40
    )
    text: str = Field(
        description="The whole text, as it is to be read.", min_length=1, max_length=1_200
    )


@capability(
    effect="send",
    carried_by="sms",
    dest={"to": DESTINATIONS["sms"]},
    rate=20,
    asks="text {to}:\n“{text}”",
    heard=(
        r"(?:please\s+)?(?:text|sms)\s+(?P<to>\+[\d\s().-]{6,30}\d)\s*[:,]\s*(?P<text>\S.*)",
        r"(?:please\s+)?(?:send|text)\s+(?P<text>\S.*?)\s+to\s+(?P<to>\+[\d\s().-]{6,30}\d)[.!]?",
    ),
    say="text +NUMBER: …",
    brief="sends a text; I ask first",
)
def send_sms(arguments: Arguments) -> Letter:
    """Sends one text message in the persona's name. New numbers are asked for first."""
    return Letter(Address("sms", arguments.to), arguments.text)
