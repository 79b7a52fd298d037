"""A change of one stored event, and taking one out: each knows whether it has happened already."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from capabilities._calendar import event, when
from persona.errors import Refused

if TYPE_CHECKING:
    from icalendar import Event

    from capabilities._calendar.server import Kept, Server


@dataclass(slots=True)
class Change:
    """What an event of this UID (of a series, the one `day`) is to become, as this act wants it.

    `changed` is the event as it was written last.
    """

    uid: str
    day: str
    start: str
    end: str
    zone: str
    wanted: event.Wanted
    act: str
    own: str
    now: float
    changed: "Event | None" = field(default=None)

    def write(self, server: "Server") -> bool:
        """False where the event was changed by others since it was read."""
        kept = self._find(server)
        calendar = event.read(kept.text)
        one = self.changed = event.pick(calendar, self.day)
        if event.is_by(calendar, self.act):
            return True
        self._check_guests(event.guests(one, self.own))
        own = server.inviter() if self.wanted.guests else self.own
        event.change(one, self._span(one), self.wanted, self.act, own, self.now)
        return server.put(kept.url, event.to_text(calendar), kept.etag)

    def is_done(self, server: "Server") -> bool:
        kept = server.find(self.uid)
        return kept is not None and event.is_by(event.read(kept.text), self.act)

    def _find(self, server: "Server") -> "Kept":
        kept = server.find(self.uid)
        if kept is None:
            raise Refused("there is no such event in your calendar", "unknown event")
        return kept

    def _check_guests(self, invited: set[str]) -> None:
        unnamed = sorted(invited - set(self.wanted.guests))
        if unnamed:
            names = ", ".join(unnamed)
            raise Refused(f"its guests would be told; name them as guests: {names}", "guests")

    def _span(self, one: "Event") -> tuple[when.Moment, when.Moment] | None:
        """The new times; without a new end it stays as long as it was."""
        if self.end and not self.start:
            raise Refused("with a new end, say the start too", "unfit")
        if not self.start:
            return None
        if self.end:
            return when.span(self.start, self.end, self.zone)
        first = when.moment(self.start, self.zone)
        is_like = isinstance(one.start, type(first)) and isinstance(first, type(one.start))
        if not is_like:
            return when.span(self.start, "", self.zone)
        return first, when.later(first, when.in_utc(one.end) - when.in_utc(one.start))


@dataclass(slots=True)
class Removal:
    """Taking out the event of this UID, or of a series the one `day`; `gone` is what it was."""

    uid: str
    day: str
    act: str
    gone: "Event | None" = field(default=None)

    def write(self, server: "Server") -> bool:
        """False where the event was changed by others since it was read."""
        kept = server.find(self.uid)
        if kept is None:
            return True
        calendar = event.read(kept.text)
        if event.is_by(calendar, self.act):
            return True
        if not self.day:
            self.gone = event.events(calendar)[0]
            return server.delete(kept)
        self.gone = event.without(calendar, self.day, self.act)
        return server.put(kept.url, event.to_text(calendar), kept.etag)

    def is_done(self, server: "Server") -> bool:
        kept = server.find(self.uid)
        return kept is None or (bool(self.day) and event.is_by(event.read(kept.text), self.act))
