"""Reading a person's own calendar."""

from datetime import datetime, timedelta
from itertools import islice
from typing import TYPE_CHECKING, Annotated, Any
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field

from capabilities._calendar.words import Named, Time, Zone, in_their_time
from persona.declare import Means, Moment, Result, capability
from persona.errors import Refused
from persona.figures import Figure

if TYPE_CHECKING:
    from icalendar import Event

MOST_DAYS = 366
SPAN = (
    r"(?:\s+(?:for|of|from))?\s+(?P<start>[^?!]+?)(?:\s+(?:until|to)\s+(?P<until>[^?!]+?))?[?.!\s]*"
)


NAMED = r"(?:meeting|event|appointment|thing in (?:my|the) calendar)"
FACTS = {
    "count": Figure("count", "events", rf"{NAMED}s?(?:\s+in\s+(?:my|the)\s+calendar)?"),
    "first": Figure(
        "clock",
        "the start of the first event",
        rf"(?:the|my)\s+(?:first|earliest)\s+{NAMED}(?:\s+(?:starts|begins))?",
    ),
    "last": Figure(
        "clock",
        "the end of the last event",
        rf"(?:the|my)\s+(?:last|latest)\s+{NAMED}\s+(?:ends|finishes|is\s+over)",
    ),
}


class Arguments(BaseModel):
    """Of which days."""

    model_config = ConfigDict(extra="forbid", defer_build=True)
    start: Annotated[
        Time,
        Field(
            description="First day, 2026-11-25, or time, 2026-11-25T14:00.",
            min_length=10,
            max_length=16,
        ),
    ]
    until: Annotated[
        Time, Field(description="Last day, or time; empty: the first day alone.", max_length=16)
    ] = ""
    zone: Zone = ""
    calendar: Named = ""


def apart(arguments: dict[str, Any], moment: Moment) -> dict[str, Any]:
    """A calendar that is just looked into is looked into for today."""
    return {**arguments, "start": arguments.get("start") or "today"}


def facts(
    found: "list[Event]", first: datetime, last: datetime, zone: str
) -> dict[str, str | float]:
    """How many take place; when the first begins and the last ends, but for those of whole days.

    What began before the time that was asked for, or ends after it, is no first or last one of it.
    """
    from capabilities._calendar import when

    held = [one for one in found if str(one.get("STATUS", "")).upper() != "CANCELLED"]
    timed = [one for one in held if isinstance(one.start, datetime)]
    begins = [at for one in timed if (at := when.in_utc(one.start, zone)) >= first]
    ends = [at for one in timed if (at := when.in_utc(one.end, zone)) <= last]
    told: dict[str, str | float] = {"count": len(held)}
    for name, at in (("first", min(begins, default=None)), ("last", max(ends, default=None))):
        if at is not None:
            told[name] = f"{at.astimezone(ZoneInfo(zone)):%H:%M}"
    return told


@capability(
    effect="read",
    returns_sensitivity=2,
    returns_untrusted=True,
    credential="calendar",
    resolve=in_their_time,
    apart=apart,
    facts=FACTS,
    heard=(
        r"(?:please\s+)?(?:check|look\s+(?:at|into|through))\s+my\s+(?:calendar|agenda)(?:"
        + SPAN
        + r"|[?.!\s]*)",
        r"(?:please\s+)?(?:list|show)\s+(?:me\s+)?(?:my\s+)?(?:events|calendar|appointments)"
        + SPAN,
        r"(?:my\s+)?(?:events|calendar|appointments)" + SPAN,
        r"what(?:'s|\u2019s|\s+is|\s+stands)\s+in\s+my\s+calendar" + SPAN,
    ),
    say="events tomorrow",
    brief="what stands in your calendar",
)
def list_events(arguments: Arguments, means: Means) -> Result:
    """Lists what stands in the person's own calendar on some days, a line an event."""
    from capabilities._calendar import event, when
    from capabilities._calendar.server import open_server

    zone = arguments.zone or means.settings.timezone
    first, last = (
        when.in_utc(when.moment(text, zone), zone)
        for text in (arguments.start, arguments.until or arguments.start)
    )
    if "T" not in (arguments.until or arguments.start):
        last = when.in_utc(when.moment(arguments.until or arguments.start, zone) + when.DAY, zone)
    if not first < last <= first + timedelta(days=MOST_DAYS + 1):
        raise Refused("ask for at least a moment and at most a year", "unfit")
    with open_server(means, arguments.calendar) as server:
        texts = server.between(first - when.DAY, last + when.DAY)
        own = server.own_address()
    found = list(islice(event.expand(texts, first, last, zone), event.MOST_LINES * 10))
    found.sort(key=lambda one: when.in_utc(one.start, zone))
    lines = [event.line(one, zone, own) for one in found[: event.MOST_LINES]]
    if len(found) > event.MOST_LINES:
        lines.append(f"… and {len(found) - event.MOST_LINES} more; ask for fewer days")
    return Result(
        "\n".join(lines) or "Nothing stands there.",
        sensitivity=2,
        untrusted=True,
        facts=facts(found, first, last, zone),
    )
