"""A message to somebody on Slack, in the persona's name."""

from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from capabilities._destinations import DESTINATIONS
from persona.declare import Letter, capability
from persona.model import Address
from persona.people.canonical import slack_member


class Arguments(BaseModel):
    """One direct message to one member of a workspace."""

    model_config = ConfigDict(extra="forbid", defer_build=True)
    to: Annotated[str, AfterValidator(slack_member)] = Field(
        description="The member, as TEAM:USER, such as T024BE7LD:U2147483697.", max_length=60
    )
    text: str = Field(
        description="The whole text, as it is to be read.", min_length=1, max_length=8_000
    )


@capability(
    effect="send",
    carried_by="slack",
    dest={"to": DESTINATIONS["slack"]},
    rate=20,
    asks="write to {to} on Slack:\n“{text}”",
    heard=(r"(?:please\s+)?(?:message|dm)\s+(?P<to>T\w+:[UW]\w+)\s*[:,]\s*(?P<text>\S.*)",),
    say="message TEAM:USER: …",
    brief="writes on Slack; I ask first",
)
def send_message(arguments: Arguments) -> Letter:
    """Sends one direct message on Slack in the persona's name. New people are asked for first."""
    team, _, member = arguments.to.partition(":")
    return Letter(Address("slack", arguments.to), arguments.text, {"team": team, "to": member})
