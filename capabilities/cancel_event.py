"""Taking something out of a person's own calendar."""

from pydantic import BaseModel, ConfigDict

from capabilities._calendar.words import Event, Named, Zone, in_their_time
from persona.declare import Means, Result, capability


class Arguments(BaseModel):
    """Which."""

    model_config = ConfigDict(extra="forbid", defer_build=True)
    event: Event
    zone: Zone = ""
    calendar: Named = ""


@capability(
    effect="write",
    destructive=True,
    returns_sensitivity=2,
    returns_untrusted=True,
    credential="calendar",
    keyed=True,
    resolve=in_their_time,
    heard=(r"(?:please\s+)?(?:cancel|delete)\s+(?:the\s+)?event\s+(?P<event>\S+)",),
    say="cancel event [NAME]",
    brief="takes it out of your calendar",
)
def cancel_event(arguments: Arguments, means: Means) -> Result:
    """Takes one event out of the person's own calendar, or one day out of a repeating one."""
    from capabilities._calendar import event
    from capabilities._calendar.change import Removal
    from capabilities._calendar.server import open_server
    from capabilities._calendar.words import split

    uid, day = split(arguments.event)
    with open_server(means, arguments.calendar) as server:
        removal = Removal(uid, day, means.idempotency_key)
        server.settle(write=lambda: removal.write(server), is_done=lambda: removal.is_done(server))
    if removal.gone is None:
        return Result("It is not in your calendar.", sensitivity=2)
    text = event.line(removal.gone, arguments.zone or means.settings.timezone)
    return Result(f"It is taken out: {text}", sensitivity=2, untrusted=True)
