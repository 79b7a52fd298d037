"""When something is due, and again when; pure, so that a test can turn the clock.

Wall-clock repeats ("every weekday at 08:00") keep their local time when the clocks change; what
repeats after so many seconds, minutes or hours keeps its distance. A local time that the clocks
leave out counts as an hour later, one that comes twice as the first of the two, as calendars do it
(RFC 5545, 3.3.5).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Literal
from zoneinfo import ZoneInfo

Unit = Literal["second", "minute", "hour", "day", "week", "month", "year"]
ELAPSING: Mapping[str, int] = {"second": 1, "minute": 60, "hour": 3600}
"""Seconds of the units that pass whatever the clocks say."""
MOST_COUNTED = 1_000
"""Of missed times that are counted one by one."""


@dataclass(frozen=True, slots=True)
class Repeat:
    """Every `every` units; of weeks on `weekdays` (0 is Monday), of months on `day` (-1: the last).

    `nth` makes it the nth of its one weekday in the month (-1: the last). `clock` is the time of the
    day by the calendar, hour, minute and second, which may not exist on the first day.
    """

    unit: Unit
    every: int = 1
    weekdays: tuple[int, ...] = ()
    day: int = 0
    nth: int = 0
    clock: tuple[int, ...] = ()

    @property
    def seconds(self) -> int:
        """The distance of what repeats by elapsed time; 0 for what goes by the calendar."""
        return ELAPSING.get(self.unit, 0) * self.every


@dataclass(frozen=True, slots=True)
class Schedule:
    """The first time (epoch seconds), the zone whose clock counts, and how it repeats, if it does."""

    first: float
    zone: str
    repeat: Repeat | None = None

    def after(self, moment: float) -> float | None:
        """The next time strictly after the moment; None where there is none."""
        if moment < self.first:
            return self.first
        if self.repeat is None:
            return None
        if self.repeat.seconds:
            passed = int((moment - self.first) // self.repeat.seconds)
            return self.first + (passed + 1) * self.repeat.seconds
        zone, rule = ZoneInfo(self.zone), _rule(self.repeat, self._wall)
        # An hour that comes twice: what its clock shows may lie before the moment.
        wall = datetime.fromtimestamp(moment, zone).replace(tzinfo=None) - timedelta(hours=2)
        while (found := rule.after(wall)) is not None:
            at = instant(found, self.zone)
            if at > moment:
                return at
            wall = found
        return None

    @property
    def is_kept(self) -> bool:
        """Whether the repeat falls on the first time."""
        if self.repeat is None or self.repeat.seconds:
            return True
        return next(iter(_rule(self.repeat, self._wall)), None) == self._wall

    @property
    def _wall(self) -> datetime:
        """The first time as its local clock was meant to show it."""
        shown = local(self.first, self.zone)
        if self.repeat is None or not self.repeat.clock:
            return shown
        hour, minute, second = self.repeat.clock
        return shown.replace(hour=hour, minute=minute, second=second)

    def missed(self, since: float, until: float) -> int:
        """How many times fell due after `since` and not after `until`."""
        if self.repeat and self.repeat.seconds:
            return max(0, int((until - since) // self.repeat.seconds))
        count, at = 0, self.after(since)
        while at is not None and at <= until and count < MOST_COUNTED:
            count, at = count + 1, self.after(at)
        return count

    @property
    def words(self) -> str:
        """As it is confirmed, with its zone; `mind/times.py` reads the same out of it."""
        first = f"on {_day(self._wall)}"
        if self.repeat is None:
            return f"{first} ({self.zone})"
        return f"{self.rhythm}, first {first} ({self.zone})"

    @property
    def rhythm(self) -> str:
        """How it repeats: `every weekday at 08:00`; empty where it does not."""
        if self.repeat is None:
            return ""
        clock = "" if self.repeat.seconds else f" at {_clock(self._wall)}"
        return f"{_repeat(self.repeat, self._wall)}{clock}"

    @staticmethod
    def of_row(row: Mapping[str, Any]) -> "Schedule":
        known: dict[str, Any] | None = row["repeat"]
        if known is None:
            return Schedule(row["first"], row["zone"])
        lists: dict[str, Any] = {name: tuple(known[name]) for name in ("weekdays", "clock")}
        return Schedule(row["first"], row["zone"], Repeat(**{**known, **lists}))


def local(at: float, zone: str) -> datetime:
    """What a clock in that zone shows, without the zone."""
    return datetime.fromtimestamp(at, ZoneInfo(zone)).replace(tzinfo=None)


def instant(wall: datetime, zone: str) -> float:
    """When a clock in that zone shows this."""
    return wall.replace(tzinfo=ZoneInfo(zone)).timestamp()


def exists(wall: datetime, zone: str) -> bool:
    """Whether a clock in that zone ever shows this."""
    there = wall.replace(tzinfo=ZoneInfo(zone))
    return there.astimezone(UTC).astimezone(there.tzinfo).replace(tzinfo=None) == wall


def _rule(repeat: Repeat, first: datetime) -> Any:
    """The repeat as a recurrence rule of local times."""
    from dateutil import rrule

    units: dict[str, Any] = {
        "day": rrule.DAILY,
        "week": rrule.WEEKLY,
        "month": rrule.MONTHLY,
        "year": rrule.YEARLY,
    }
    about: dict[str, Any] = {}
    if repeat.nth:
        about["byweekday"] = rrule.weekday(repeat.weekdays[0], repeat.nth)
    elif repeat.weekdays:
        about["byweekday"] = repeat.weekdays
    if repeat.day:
        about["bymonthday"] = repeat.day
    return rrule.rrule(units[repeat.unit], dtstart=first, interval=repeat.every, **about)


# In words


def near(at: float, now: float, zone: str) -> str:
    """`today 17:45`, `tomorrow 08:00`, else `Wed 25 Nov 2026 08:00`."""
    wall, today = local(at, zone), local(now, zone)
    days = (wall.date() - today.date()).days
    day = {0: "today", 1: "tomorrow", -1: "yesterday"}.get(
        days, f"{wall:%a} {wall.day} {wall:%b %Y}"
    )
    return f"{day} {_clock(wall)}"


def _day(wall: datetime) -> str:
    return f"{wall:%A} {wall.day} {wall:%B %Y} at {_clock(wall)}"


def _clock(wall: datetime) -> str:
    return f"{wall:%H:%M:%S}" if wall.second else f"{wall:%H:%M}"


NTH = {1: "first", 2: "second", 3: "third", 4: "fourth", -1: "last"}
WEEKDAYS = "Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split()


def _repeat(repeat: Repeat, first: datetime) -> str:
    if repeat.nth:
        return f"on the {NTH[repeat.nth]} {WEEKDAYS[repeat.weekdays[0]]} of every month"
    if repeat.day:
        return f"on the {'last day' if repeat.day < 0 else _th(repeat.day)} of every month"
    if repeat.unit == "year":
        return f"every {first.day} {first:%B}"
    if repeat.unit == "week":
        named = " and ".join(WEEKDAYS[day] for day in repeat.weekdays)
        named = "weekday" if repeat.weekdays == (0, 1, 2, 3, 4) and repeat.every == 1 else named
        return f"every {named}" if repeat.every == 1 else f"every {repeat.every} weeks on {named}"
    many = f"{repeat.every} {repeat.unit}s" if repeat.every > 1 else repeat.unit
    return f"every {many}"


def _th(day: int) -> str:
    return f"{day}{'th' if 10 < day < 20 else {1: 'st', 2: 'nd', 3: 'rd'}.get(day % 10, 'th')}"
