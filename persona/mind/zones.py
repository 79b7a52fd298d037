"""Time zones as people name them: `Europe/Zurich`, or the city alone where only one has that name."""

import re
from functools import cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

SPELLED = re.compile(r"[A-Za-z][A-Za-z0-9_+-]*(?:/[A-Za-z0-9_+-]+)*", re.ASCII)


def is_zone(name: str) -> bool:
    """Whether this is a zone's exact name."""
    if not SPELLED.fullmatch(name):
        return False
    try:
        ZoneInfo(name)
    except (OSError, ValueError, ZoneInfoNotFoundError):
        return False
    return True


def named_zone(words: str) -> str:
    """The zone that words name, whatever their case; empty for none, and for a name of several."""
    found = _names().get(words.strip(" .!").casefold().replace(" ", "_"), ())
    return found[0] if len(found) == 1 else ""


@cache
def _names() -> dict[str, tuple[str, ...]]:
    """Made once it is needed: it reads the whole list of zones."""
    zones = sorted(zone for zone in available_timezones() if is_zone(zone))
    named: dict[str, tuple[str, ...]] = {}
    for zone in zones:
        city = zone.rpartition("/")[2].casefold()
        if "/" in zone:
            named[city] = (*named.get(city, ()), zone)
    return {**named, **{zone.casefold(): (zone,) for zone in zones}}
