"""What a person lets the persona send them: closed addresses, and hours in which it keeps quiet.

Both stand in the gate of the person's lane, so that they are read again before anything goes out.
A closed address has a reason. Where its provider would carry nothing (`SHUT`), nothing goes there
at all; where the person asked not to be written to, or complained (`UNASKED`), they still get the
answers to what they say themselves, and nothing else. Quiet hours hold what nobody asked for just
now, and never an answer. How all this came about stands in the ledger, change by change.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta, tzinfo
from math import inf
from typing import Any

from persona.model import Address

OPTED_OUT = "opted out"
UNSUBSCRIBED = "unsubscribed"
BOUNCED = "bounced"
REVOKED = "revoked"
COMPLAINED = "complained"
ASKED_NOT_TO = "asked not to"
BY_CARRIER = frozenset({OPTED_OUT, UNSUBSCRIBED})
"""The carrier blocks it until its owner says start there; no other word lifts that."""
SHUT = BY_CARRIER | {BOUNCED, REVOKED}
UNASKED = frozenset({COMPLAINED, ASKED_NOT_TO})
REPORTED = frozenset({UNSUBSCRIBED, BOUNCED, REVOKED, COMPLAINED})
"""Reasons that providers report, after which an address is closed by code."""
OVER_BY_WRITING = frozenset({BOUNCED, REVOKED})
"""Reasons that are disproved as soon as the owner writes from there again."""
EVERYWHERE = "*"
DAYS = ("Mondays", "Tuesdays", "Wednesdays", "Thursdays", "Fridays", "Saturdays", "Sundays")
WEEKEND = (5, 6)
AWAKE = (10, 20)
"""The hours of a person's day in which the persona writes to them of its own accord."""
MOST_STEPS = 32
OFF, ON = "off", "on"
"""In a gate's `review`: whether the persona may come back to what was left open."""


@dataclass(frozen=True, slots=True)
class Quiet:
    """When nothing unasked is sent: from `start` to `end`, in minutes of the local day, and on `days`.

    `end` may lie before `start`, across midnight; two that are equal mean no hours. `days` are
    whole days of the week, Monday is 0.
    """

    start: int = 0
    end: int = 0
    days: tuple[int, ...] = ()

    def holds(self, local: datetime) -> bool:
        """Whether this local moment lies within."""
        minute = local.hour * 60 + local.minute
        if local.weekday() in self.days:
            return True
        if self.start <= self.end:
            return self.start <= minute < self.end
        return minute >= self.start or minute < self.end

    def over(self, local: datetime) -> datetime:
        """The next local moment at which this may have ended, for one that lies within."""
        if local.weekday() in self.days:
            return _at(local + timedelta(days=1), 0)
        return _at(
            local if local.hour * 60 + local.minute < self.end else local + timedelta(1), self.end
        )


@dataclass(frozen=True, slots=True)
class Consent:
    """`closed` gives each closed address (`surface:id`) its reason; `quiet` is by surface or `*`."""

    closed: Mapping[str, str] = field(default_factory=dict[str, str])
    quiet: Mapping[str, Quiet] = field(default_factory=dict[str, Quiet])

    @staticmethod
    def of(gate: Mapping[str, Any]) -> "Consent":
        """As the row of a gate holds it."""
        quiet = {surface: open_quiet(one) for surface, one in gate.get("quiet", {}).items()}
        return Consent(gate["suppressed"], quiet)

    def free_at(self, address: Address, now: float, zone: str) -> float:
        """From when a message that nobody just asked for may go there, in epoch seconds.

        `now` for at once, infinity for not at all. `zone` is the person's time zone.
        """
        from zoneinfo import ZoneInfo  # most that read a gate ask for no time

        if str(address) in self.closed:
            return inf
        rules = [self.quiet[one] for one in (EVERYWHERE, address.surface) if one in self.quiet]
        return _free_at(rules, now, ZoneInfo(zone))


def follows_up(gate: Mapping[str, Any]) -> bool:
    """Whether the person lets the persona come back to what they left open, as a gate's row says."""
    return gate.get("review") != OFF


def awake_at(at: float, zone: str) -> float:
    """This moment, or the next in the person's zone that lies in their waking hours."""
    from zoneinfo import ZoneInfo

    first, last = AWAKE
    local = datetime.fromtimestamp(at, ZoneInfo(zone))
    if local.hour < first:
        return _at(local, first * 60).timestamp()
    return _at(local + timedelta(1), first * 60).timestamp() if local.hour >= last else at


def open_quiet(row: Mapping[str, Any]) -> Quiet:
    return Quiet(row["start"], row["end"], tuple(row["days"]))


def plain_quiet(quiet: Quiet) -> dict[str, Any]:
    """As a row holds it."""
    return {**asdict(quiet), "days": list(quiet.days)}


def told_quiet(quiet: Quiet) -> str:
    """As a person reads it."""
    days = "on weekends" if quiet.days == WEEKEND else ", ".join(DAYS[day] for day in quiet.days)
    hours = f"{_clock(quiet.start)} to {_clock(quiet.end)}" if quiet.start != quiet.end else ""
    return " and ".join(filter(None, [hours, days])) or "none"


def _clock(minute: int) -> str:
    return f"{minute // 60:02d}:{minute % 60:02d}"


def closes_answers(reason: str) -> bool:
    """Whether an address that is closed for this reason gets no answers either."""
    return bool(reason) and reason not in UNASKED


def is_disproved(reason: str) -> bool:
    """Whether words from an address that is closed for this reason open it again."""
    return reason in OVER_BY_WRITING


def _free_at(rules: list[Quiet], now: float, zone: tzinfo) -> float:
    """Step by step out of every rule; infinity where they leave no moment of a week."""
    at = now
    for _ in range(MOST_STEPS):
        local = datetime.fromtimestamp(at, zone)
        held = next((rule for rule in rules if rule.holds(local)), None)
        if held is None:
            return at
        at = _after(held.over(local), at)
    return inf


def _at(local: datetime, minute: int) -> datetime:
    return local.replace(hour=minute // 60, minute=minute % 60, second=0, microsecond=0, fold=0)


def _after(local: datetime, at: float) -> float:
    """The local time as epoch seconds, its second occurrence where the first is over."""
    first = local.timestamp()
    return first if first > at else local.replace(fold=1).timestamp()
