"""Changing what stands in a person's own calendar."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from capabilities._calendar.words import Event, Guests, Named, Time, Zone, in_their_time
from capabilities._destinations import DESTINATIONS
from persona.declare import Means, Result, capability


class Arguments(BaseModel):
    """Which, and what is to be otherwise."""

    model_config = ConfigDict(extra="forbid", defer_build=True)
    event: Event
    start: Annotated[Time, Field(description="Its new start; empty: as it is.", max_length=16)] = ""
    end: Annotated[
        Time, Field(description="Its new end; empty: as long as before.", max_length=16)
    ] = ""
    title: str = Field("", description="Its new name; empty: as it is.", max_length=200)
    place: str = Field("", description="Its new place; empty: as it is.", max_length=300)
    notes: str = Field("", description="Its new notes; empty: as they are.", max_length=2_000)
    guests: Guests = Field(default_factory=list[str])
    zone: Zone = ""
    calendar: Named = ""


@capability(
    effect="write",
    dest={"guests": DESTINATIONS["email"]},
    returns_sensitivity=2,
    returns_untrusted=True,
    credential="calendar",
    keyed=True,
    undo="change_event",
    resolve=in_their_time,
    heard=(
        r"(?:please\s+)?(?:move|change)\s+(?:the\s+)?event\s+(?P<event>\S+)\s+to\s+(?P<start>\S.*?)[.!\s]*",
    ),
    say="move event [NAME] to friday at 14:00",
    brief="moves it in your calendar",
)
def change_event(arguments: Arguments, means: Means) -> Result:
    """Moves or changes one event of the person's own calendar, or one day of a repeating one.

    Everyone who is invited must be named as a guest, since they are told.
    """
    from capabilities._calendar import event
    from capabilities._calendar.change import Change
    from capabilities._calendar.server import open_server
    from capabilities._calendar.words import split

    wanted = event.Wanted(
        arguments.title, arguments.place, arguments.notes, tuple(arguments.guests)
    )
    zone = arguments.zone or means.settings.timezone
    uid, day = split(arguments.event)
    with open_server(means, arguments.calendar) as server:
        change = Change(
            uid=uid,
            day=day,
            start=arguments.start,
            end=arguments.end,
            zone=zone,
            wanted=wanted,
            act=means.idempotency_key,
            own=server.own_address(),
            now=means.clock.now(),
        )
        server.settle(write=lambda: change.write(server), is_done=lambda: change.is_done(server))
    text = event.line(change.changed, zone, change.own) if change.changed else ""
    return Result(f"It is changed: {text}", sensitivity=2, untrusted=True)
