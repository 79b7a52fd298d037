"""Reminding the person of something, once or again and again."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field

from persona.acts.plans import Wished
from persona.declare import Moment, capability

SPOKEN = {"text": "sms", "mail": "email", "e-mail": "email"}
"""What people call a surface beside its name."""


def surface(name: str) -> str:
    """The surface that is meant."""
    return SPOKEN.get(name.casefold(), name.casefold())


def one_line(text: str) -> str:
    """Without what would begin another line. Raises ValueError for nothing."""
    joined = " ".join(text.split())
    if not joined:
        raise ValueError("of what?")
    return joined


class Arguments(BaseModel):
    """Of what, and when."""

    model_config = ConfigDict(extra="forbid", defer_build=True)
    what: Annotated[str, AfterValidator(one_line)] = Field(
        description="What to remind the person of, as they should read it then.",
        min_length=1,
        max_length=1_000,
    )
    when: str = Field(
        "",
        description="When: 2026-11-25T14:00 by the person's clock, or in plain English with a time, "
        "such as: in 20 minutes, tomorrow at 17:45, every weekday at 08:00.",
        max_length=200,
    )
    by: Annotated[Literal["", "sms", "email", "slack", "web"], BeforeValidator(surface)] = Field(
        "", description="The person's own surface to be told on; empty: where they ask."
    )


def apart(arguments: dict[str, Any], moment: Moment) -> dict[str, Any]:
    """What, and when, where the words hold both. Raises Refused to ask."""
    from persona.mind.times import split

    what = arguments.get("what")
    if not isinstance(what, str) or arguments.get("when"):
        return arguments
    what, when = split(what, moment)
    return {**arguments, "what": what, "when": when}


def resolve(arguments: dict[str, Any], moment: Moment) -> dict[str, Any]:
    """The time as a date with its zone, whatever words it was said in. Raises Refused to ask."""
    from persona.mind.times import read

    when = arguments.get("when")
    return {**arguments, "when": read(when, moment).words} if isinstance(when, str) else arguments


def shows(arguments: Mapping[str, Any]) -> str:
    """Of what, when, and where it is told."""
    what, when, by = (arguments[name] for name in ("what", "when", "by"))
    return f"remind you{f' by {by}' if by else ''} of “{what}” {when}"


@capability(
    effect="write",
    in_turn=True,
    resolve=resolve,
    apart=apart,
    undo="change_plan",
    rate=200,
    shows=shows,
    heard=(
        r"(?:please\s+)?remind\s+me\s+(?:by|on|via)\s+(?P<by>text|sms|e-?mail|mail|slack)\s*[:,]?\s+(?P<what>\S.*)",
        r"(?:please\s+)?remind\s+me\s*[:,]?\s+(?P<what>\S.*)",
    ),
    say="remind me to … tomorrow at 17:45",
    brief="or every weekday at 08:00",
)
def remind(arguments: Arguments, wished: Wished) -> str:
    """Reminds the person of something at a time, once or again and again."""
    from persona.mind.times import read

    schedule = read(arguments.when, wished.moment)
    plan = wished.plans.make(arguments.what, schedule, arguments.by, wished)
    said = f"I will remind you of “{plan.what}” {schedule.words}."
    return f"{said} It is number {plan.number} of your plans.{wished.plans.quiet(plan)}"
