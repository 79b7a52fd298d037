"""Putting something into a person's own calendar."""

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from capabilities._calendar.words import Guests, Named, Time, Zone, in_their_time
from capabilities._destinations import DESTINATIONS
from persona.declare import Means, Moment, Result, capability


class Arguments(BaseModel):
    """What, when, where and with whom."""

    model_config = ConfigDict(extra="forbid", defer_build=True)
    title: str = Field(description="What it is called.", min_length=1, max_length=200)
    start: Annotated[
        Time,
        Field(
            description="Local time, 2026-11-25T14:00, or whole day.", min_length=10, max_length=16
        ),
    ]
    end: Annotated[
        Time, Field(description="Its end, or last whole day; empty: an hour, a day.", max_length=16)
    ] = ""
    place: str = Field("", description="Where it is.", max_length=300)
    notes: str = Field("", description="What else is to be known.", max_length=2_000)
    guests: Guests = Field(default_factory=list[str])
    zone: Zone = ""
    calendar: Named = ""


def apart(arguments: dict[str, Any], moment: Moment) -> dict[str, Any]:
    """Title and time, where the words hold both. Raises Refused to ask."""
    from persona.mind.times import split

    title = arguments.get("title")
    if isinstance(title, str) and not arguments.get("start"):
        what, when = split(title, moment)
        return {**arguments, "title": what, "start": when}
    return arguments


@capability(
    effect="write",
    dest={"guests": DESTINATIONS["email"]},
    returns_sensitivity=2,
    returns_untrusted=True,
    credential="calendar",
    keyed=True,
    undo="cancel_event",
    resolve=in_their_time,
    apart=apart,
    heard=(
        r"(?:please\s+)?(?:create|add|make)\s+(?:an?\s+)?(?:event|appointment)\s*:?\s+(?P<title>\S.*)",
    ),
    say="create event Lunch tomorrow at 12:30",
    brief="puts it into your calendar",
)
def create_event(arguments: Arguments, means: Means) -> Result:
    """Puts an event into the person's own calendar; who is named as a guest is invited by mail."""
    from capabilities._calendar import event, when
    from capabilities._calendar.server import open_server
    from persona import ids

    zone, act = arguments.zone or means.settings.timezone, means.idempotency_key
    span = when.span(arguments.start, arguments.end, zone)
    wanted = event.Wanted(
        arguments.title, arguments.place, arguments.notes, tuple(arguments.guests)
    )
    uid = f"{ids.derive('event', act).lower()}@persona-hub"
    with open_server(means, arguments.calendar) as server:
        own = server.inviter() if wanted.guests else ""
        text = event.make(uid, act, span, wanted, own, means.clock.now())
        url = f"{server.default().rstrip('/')}/{uid}.ics"
        server.settle(
            write=lambda: server.put(url, text),
            is_done=lambda: server.find(uid) is not None,
        )
    made = event.events(event.read(text))[0]
    return Result(f"It stands: {event.line(made, zone, own)}", sensitivity=2, untrusted=True)
