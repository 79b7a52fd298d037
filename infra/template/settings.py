"""The settings that a stage may choose: all that `persona.settings.parse` reads, with its own defaults."""

from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from persona.settings import BUDGET_SEGMENTS, BUDGET_TOKENS, QUARANTINE, REVIEWS, THINK_SECONDS

WRITTEN = Path(__file__).with_name("template.json")
"""The template as it is kept; a deployment takes it from here."""
NO_MAIL = "persona@hub.localhost"


class Setting(NamedTuple):
    """What stands in every function's environment: its default, and what it means."""

    default: str
    about: str


SETTINGS: Mapping[str, Setting] = {
    "HUB_PUBLIC_URL": Setting("", "Where people and vendors reach it, where not at the API's own address."),
    "HUB_EMAIL_ADDRESS": Setting(NO_MAIL, "Its mail address, in a domain that SES receives for."),
    "HUB_SMTP_RELAY": Setting("", "host:port that takes outgoing mail."),
    "HUB_TIMEZONE": Setting("UTC", "The zone of people of whom nothing better is known."),
    "HUB_LINK_QUARANTINE": Setting(str(QUARANTINE), "Seconds for which a new link opens nothing older."),
    "HUB_MODEL": Setting("reflex", "reflex, or bedrock:ID or openai:NAME, or several with commas."),
    "HUB_MODEL_PRICES": Setting("", "US dollars for a million tokens, as kind:name=in/out."),
    "HUB_THINK_SECONDS": Setting(str(THINK_SECONDS), "What all models together may take for an answer."),
    "HUB_BUDGET_TOKENS": Setting(str(BUDGET_TOKENS), "Tokens a person and day."),
    "HUB_BUDGET_USD": Setting("", "US dollars a person and day; empty: nothing is spent."),
    "HUB_BUDGET_SMS": Setting(str(BUDGET_SEGMENTS), "Text messages a person and day, as carriers bill them."),
    "HUB_REVIEWS": Setting(str(REVIEWS), "How often a day it may write to a person by itself."),
    "HUB_LIKENESS": Setting("on", "Whether it is looked at how people write: on or off."),
    "HUB_SMS_PRICE": Setting("0", "US dollars for one text message."),
    "HUB_BEDROCK_GUARDRAIL": Setting("", "ID:VERSION of a guardrail on Bedrock."),
    "HUB_EMBEDDINGS": Setting("", "The model, on Bedrock, that gives recall its vectors."),
    "OPENAI_BASE_URL": Setting("", "Where OpenAI-compatible models are asked."),
    "TWILIO_FROM": Setting("", "Its telephone numbers, with commas."),
    "HUB_SLACK_API_URL": Setting("", "Where Slack's Web API is, where not at Slack."),
    "HUB_TWILIO_API_URL": Setting("", "Where Twilio's API is, where not at Twilio."),
}  # fmt: skip
"""All that `persona.settings.parse` reads and a stage may choose; the defaults are its own."""


def parameter(name: str) -> str:
    """What a setting is called where a stage is made: `HUB_MODEL_PRICES` is `ModelPrices`."""
    return "".join(word.capitalize() for word in name.removeprefix("HUB_").split("_"))
