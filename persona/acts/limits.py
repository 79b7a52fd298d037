"""The last loop breakers: how often a lane may take a turn, and an address be written to.

What is above a limit is not dropped: it is told once, waits in the table, and is taken when the
window has moved on.
"""

from collections.abc import Sequence

MINUTE, HOUR = 60.0, 3600.0
MOST_LINKS = 10
"""Link codes asked for, claimed and answered in one lane in an hour."""


def free_at(times: Sequence[float], now: float, most: int, window: float) -> float:
    """When the next one fits (epoch seconds): `now`, or the moment at which the oldest leaves."""
    inside = sorted(time for time in times if time > now - window)
    return now if len(inside) < most else inside[-most] + window


def remember(times: Sequence[float], now: float, most: int, window: float) -> tuple[float, ...]:
    """The times to keep, with this one; never more than the limit needs."""
    return (*(time for time in times if time > now - window), now)[-most:]
