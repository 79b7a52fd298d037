"""Times as a person writes them: local, in a named zone, or a whole day; daylight saving included."""

import re
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from persona.errors import Refused

LOCAL = re.compile(r"\d{4}-\d{2}-\d{2}(T\d{2}:\d{2})?", re.ASCII)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
Moment = date | datetime


def check_time(text: str) -> str:
    """`YYYY-MM-DDTHH:MM` or `YYYY-MM-DD`, or empty. Raises ValueError for anything else."""
    if text and not LOCAL.fullmatch(text):
        raise ValueError("write 2026-11-25T14:00, or 2026-11-25 for a whole day")
    if text:
        datetime.fromisoformat(text)
    return text


def check_zone(text: str) -> str:
    """A zone like Europe/Zurich, or empty. Raises ValueError for anything else."""
    try:
        return str(ZoneInfo(text)) if text else ""
    except (ZoneInfoNotFoundError, OSError, ValueError) as error:
        raise ValueError("name a zone like Europe/Zurich") from error


def moment(text: str, zone: str) -> Moment:
    """The day, or the time in that zone; of an hour that comes twice, its first time.

    Raises Refused for a time that clocks leave out.
    """
    if "T" not in text:
        return date.fromisoformat(text)
    local = datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone))
    if local.astimezone(UTC).astimezone(local.tzinfo) != local:
        raise Refused(
            f"{text} does not exist in {zone}: the clocks go forward then", "no such time"
        )
    return local


def span(start: str, end: str, zone: str) -> tuple[Moment, Moment]:
    """Begin and end as iCalendar means them; a whole day's last day is exclusive there.

    Without an end it is an hour, or a day. Raises Refused where the end is not after the start.
    """
    first = moment(start, zone)
    if not end:
        return first, later(first, HOUR if isinstance(first, datetime) else DAY)
    last = moment(end, zone)
    if isinstance(first, datetime) != isinstance(last, datetime):
        raise Refused("start and end are both times, or both whole days", "unfit")
    if not isinstance(last, datetime):
        last += DAY
    if in_utc(last) <= in_utc(first):
        raise Refused("it would end before it starts", "unfit")
    return first, last


def later(start: Moment, length: timedelta) -> Moment:
    """So much later in real time, daylight saving or not."""
    if not isinstance(start, datetime) or start.tzinfo is None:
        return start + length
    return (start.astimezone(UTC) + length).astimezone(start.tzinfo)


def in_utc(at: Moment, zone: str = "UTC") -> datetime:
    """The instant; a day, or a time without a zone, is taken in `zone`."""
    if not isinstance(at, datetime):
        at = datetime(at.year, at.month, at.day)  # noqa: DTZ001 the zone follows
    return (at if at.tzinfo else at.replace(tzinfo=ZoneInfo(zone))).astimezone(UTC)


def in_words(start: Moment, end: Moment, zone: str) -> str:
    """`Wed 25 Nov 2026 14:00–15:00 (Europe/Zurich, +01:00)`; a whole day without times."""
    if not isinstance(start, datetime):
        last = end - DAY
        until = f" – {last:%a %d %b %Y}" if last > start else ""
        return f"{start:%a %d %b %Y}{until}, all day"
    first = in_utc(start, zone).astimezone(ZoneInfo(zone))
    last = in_utc(end, zone).astimezone(ZoneInfo(zone))
    until = f"{last:%H:%M}" if last.date() == first.date() else f"{last:%a %d %b %H:%M}"
    offset = f"{first:%z}"
    return f"{first:%a %d %b %Y %H:%M}–{until} ({zone}, {offset[:3]}:{offset[3:5]})"
