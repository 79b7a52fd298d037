"""A mail to somebody, in the persona's name."""

from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from capabilities._destinations import DESTINATIONS
from persona.declare import Letter, capability
from persona.model import Address
from persona.people.canonical import email
from persona.reading.text import one_line

SUBJECT = "A message"


def read_subject(text: str) -> str:
    """A subject in one line: what follows a line break would be another field of the mail."""
    return one_line(text) or SUBJECT


class Arguments(BaseModel):
    """One mail to one address."""

    model_config = ConfigDict(extra="forbid", defer_build=True)
    to: Annotated[str, AfterValidator(email)] = Field(
        description="The one email address that it goes to.", max_length=254
    )
    text: str = Field(
        description="The whole text, as it is to be read.", min_length=1, max_length=20_000
    )
    subject: Annotated[str, AfterValidator(read_subject)] = Field(
        description="The subject, in a few words.", default=SUBJECT, max_length=200
    )


@capability(
    effect="send",
    carried_by="email",
    dest={"to": DESTINATIONS["email"]},
    rate=20,
    asks="email {to}, with the subject “{subject}”:\n“{text}”",
    heard=(
        r"(?:please\s+)?(?:e-?mail|send\s+an?\s+e?-?mail\s+to)\s+(?P<to>\S+@[^\s:,]+)\s*[:,]\s*(?P<text>\S.*)",
        r"(?:please\s+)?send\s+(?P<text>\S.*?)\s+to\s+(?P<to>[^\s@]+@\S+?)[.!]?",
    ),
    say="email ADDRESS: …",
    brief="sends a mail; I ask first",
)
def send_email(arguments: Arguments) -> Letter:
    """Sends one email in the persona's name. People whom this person has not allowed are asked for first."""
    return Letter(Address("email", arguments.to), arguments.text, {"about": arguments.subject})
