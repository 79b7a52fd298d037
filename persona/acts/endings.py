"""How a question stands or ended, in words with its time; apart, since time zones weigh more than all."""

from datetime import datetime
from zoneinfo import ZoneInfo

from persona.acts.questions import Question, through
from persona.settings import Settings


def ended(question: Question, settings: Settings) -> str:
    """`approved by SMS on 3 March at 14:02`, in the hub's time zone."""
    at = f"on {moment(question.closed, settings)}"
    return " ".join(filter(None, (question.state, through(question.by), at)))


def moment(at: float, settings: Settings) -> str:
    """`3 March at 14:02`."""
    then = datetime.fromtimestamp(at, ZoneInfo(settings.timezone))
    return f"{then.day} {then:%B} at {then:%H:%M}"
