"""One event as iCalendar (RFC 5545): made, changed, taken out, and said in one readable line."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, cast

from capabilities._calendar import when
from persona.errors import Refused

if TYPE_CHECKING:
    from icalendar import Calendar, Event

MAKER = "-//Persona Hub//calendar//EN"
MARK = "X-PERSONA-ACT"
"""Names the act that wrote this version, so that its repeat is known."""
MOST_LINES = 100
TOO_OFTEN = frozenset({"SECONDLY", "MINUTELY", "HOURLY"})


@dataclass(frozen=True, slots=True)
class Wanted:
    """What an event is to say; empty leaves what is there (in a new one: says nothing)."""

    title: str = ""
    place: str = ""
    notes: str = ""
    guests: tuple[str, ...] = ()


def make(
    uid: str, act: str, span: tuple[when.Moment, when.Moment], wanted: Wanted, own: str, now: float
) -> str:
    """The text of a new event. `own` is the person's address, as whom guests are invited."""
    from icalendar import Calendar, Event

    calendar, event = Calendar(), Event()
    calendar.add("prodid", MAKER)
    calendar.add("version", "2.0")
    event.add("uid", uid)
    event.add("dtstart", span[0])
    event.add("dtend", span[1])
    event.add("sequence", 0)
    _write(event, wanted, act, own, now)
    calendar.add_component(event)
    return to_text(calendar)


def read(text: str) -> "Calendar":
    """Raises Refused for what is no iCalendar."""
    from icalendar import Calendar

    try:
        return Calendar.from_ical(text)
    except ValueError as error:
        raise Refused("an event in the calendar cannot be read", "unreadable") from error


def events(calendar: "Calendar") -> "list[Event]":
    """Its events: the series or the one, first; then single days that differ."""
    from icalendar import Event

    found = [one for one in calendar.subcomponents if isinstance(one, Event)]
    if not found:
        raise Refused("there is no event in it", "unreadable")
    return sorted(found, key=lambda one: "RECURRENCE-ID" in one)


def is_by(calendar: "Calendar", act: str) -> bool:
    """Whether this very act has written this version already."""
    return any(str(event.get(MARK, "")) == act for event in events(calendar))


def guests(event: "Event", own: str) -> set[str]:
    """Mail addresses of everyone but the person who hears of it: the invited, and who invites."""
    invited = event.get("ATTENDEE", [])
    named = invited if isinstance(invited, list) else [invited]
    named = [*named, event.get("ORGANIZER", "")]
    mails = {str(one).lower().removeprefix("mailto:") for one in named}
    return mails - {own.lower(), ""}


def pick(calendar: "Calendar", day: str) -> "Event":
    """The event itself, or of a series the one `day`, which becomes a component of its own."""
    return _single(calendar, day) if day else events(calendar)[0]


def change(
    one: "Event",
    span: tuple[when.Moment, when.Moment] | None,
    wanted: Wanted,
    act: str,
    own: str,
    now: float,
) -> None:
    """Changes what was picked, in place.

    Raises Refused for a series that is to move as a whole: its exceptions would be lost.
    """
    if span and "RRULE" in one:
        raise Refused("it repeats; say which of its days is to move", "repeats")
    if span:
        for name, moment in zip(("dtstart", "dtend"), span, strict=True):
            one.pop(name, None)
            one.add(name, moment)
        one.pop("DURATION", None)
    _raise_sequence(one)
    _write(one, wanted, act, own, now)


def to_text(calendar: "Calendar") -> str:
    """As the server is to keep it, with the definition of every zone it names."""
    calendar.add_missing_timezones()
    return calendar.to_ical().decode()


def without(calendar: "Calendar", day: str, act: str) -> "Event":
    """Takes one `day` out of a series; the event of that day as it was."""
    gone = _single(calendar, day)
    master = events(calendar)[0]
    calendar.subcomponents = [one for one in calendar.subcomponents if one is not gone]
    master.add("exdate", _day_at(gone))
    _raise_sequence(master)
    master.pop(MARK, None)
    master.add(MARK, act)
    return gone


def _raise_sequence(one: "Event") -> None:
    """By which other programs know the newer of two versions."""
    number = int(one.pop("SEQUENCE", 0))
    one.add("sequence", number + 1)


def _single(calendar: "Calendar", day: str) -> "Event":
    """The event of one day of a series, made a component of its own where it was none."""
    for event in events(calendar):
        if "RECURRENCE-ID" in event and _day(_day_at(event)) == day:
            return event
    found = next((one for one in occurrences(calendar, day) if name_of(one)[1] == day), None)
    if found is None:
        raise Refused("the event has no such day", "unknown event")
    for name in ("RRULE", "RDATE", "EXDATE"):
        found.pop(name, None)
    if "RECURRENCE-ID" not in found:
        found.add("recurrence-id", found.start)
    calendar.add_component(found)
    return found


def occurrences(calendar: "Calendar", day: str) -> "list[Event]":
    """What happens on the day that a line named."""
    if not repeats(calendar):
        raise Refused("the event has no such day", "unknown event")
    if _is_endless(calendar):
        raise Refused("it repeats too often to change a single time of it", "repeats")
    try:
        at = datetime.strptime(day[:8], "%Y%m%d").replace(tzinfo=UTC)
    except ValueError as error:
        raise Refused("the event has no such day", "unknown event") from error
    return _lay_out(calendar, at - when.DAY, at + 2 * when.DAY)


def expand(
    texts: Iterable[tuple[str, str]], start: datetime, until: datetime, zone: str
) -> "Iterator[Event]":
    """Every event of the time, each time of a series by itself; unreadable ones raise Refused.

    A whole day is one in `zone`, so what a server finds by UTC is looked at again.
    """
    for _, text in texts:
        calendar = read(text)
        if _is_endless(calendar):
            yield events(calendar)[0]
            continue
        is_series, edge = repeats(calendar), when.DAY
        for one in (
            _lay_out(calendar, start - edge, until + edge) if is_series else events(calendar)
        ):
            begin, end = when.in_utc(one.start, zone), when.in_utc(one.end, zone)
            if begin < until and (end > start or begin == end >= start):
                yield one


def _lay_out(calendar: "Calendar", start: datetime, until: datetime) -> "list[Event]":
    from icalendar import Event
    from recurring_ical_events import of

    return [one for one in of(calendar).between(start, until) if isinstance(one, Event)]


def repeats(calendar: "Calendar") -> bool:
    """Whether it is a series, so that one day of it can be meant."""
    return any({"RRULE", "RDATE", "RECURRENCE-ID"} & set(one) for one in events(calendar))


def _is_endless(calendar: "Calendar") -> bool:
    """A rule by which one day would hold thousands: said once, never laid out."""
    for event in events(calendar):
        found = event.get("RRULE", [])
        for rule in found if isinstance(found, list) else [found]:
            parts = {str(key).upper(): value for key, value in rule.items()}
            often = {str(one).upper() for one in parts.get("FREQ", [])}
            if often & TOO_OFTEN or parts.keys() & {"BYHOUR", "BYMINUTE", "BYSECOND"}:
                return True
    return False


def name_of(event: "Event") -> tuple[str, str]:
    """UID, and for one day of a series which: what a later change is asked for by."""
    day = _day(_day_at(event)) if "RECURRENCE-ID" in event else ""
    return str(event.get("UID", "")), day


def _day_at(event: "Event") -> when.Moment:
    return cast("Any", event["RECURRENCE-ID"]).dt


def _day(at: when.Moment) -> str:
    if not isinstance(at, datetime):
        return f"{at:%Y%m%d}"
    return f"{at.astimezone(UTC):%Y%m%dT%H%M%SZ}" if at.tzinfo else f"{at:%Y%m%dT%H%M%S}"


def line(event: "Event", zone: str, own: str = "") -> str:
    """When, what, where, with whom, and how to name it; one line, whatever others wrote in it."""
    start, end = event.start, event.end
    parts = [when.in_words(start, end, zone), _flat(event.get("SUMMARY")) or "without a title"]
    if event.get("LOCATION"):
        parts.append("at " + _flat(event["LOCATION"]))
    invited = sorted(guests(event, own))
    if invited:
        parts.append("with " + ", ".join(_flat(one) for one in invited[:10]))
    if "RRULE" in event:
        parts.append("repeats")
    if str(event.get("STATUS", "")).upper() == "CANCELLED":
        parts.append("cancelled")
    return f"{' · '.join(parts)} [{'/'.join(filter(None, name_of(event)))}]"


def _flat(value: Any) -> str:
    """Others' words on one line, cut visibly."""
    text = " ".join(str(value or "").split())
    return text if len(text) <= 200 else text[:199] + "…"


def _write(event: "Event", wanted: Wanted, act: str, own: str, now: float) -> None:
    from icalendar import vCalAddress

    at = datetime.fromtimestamp(now, UTC)
    said: Mapping[str, Any] = {
        "summary": wanted.title,
        "location": wanted.place,
        "description": wanted.notes,
    }
    for name, value in {**said, "dtstamp": at, "last-modified": at, MARK: act}.items():
        if value:
            event.pop(name, None)
            event.add(name, value)
    known = guests(event, own)
    if wanted.guests and "ORGANIZER" not in event:
        event.add("organizer", vCalAddress(f"mailto:{own}"))
    for guest in wanted.guests:
        if guest not in known:
            invited = vCalAddress(f"mailto:{guest}")
            invited.params["PARTSTAT"] = "NEEDS-ACTION"
            invited.params["RSVP"] = "TRUE"
            event.add("attendee", invited)
