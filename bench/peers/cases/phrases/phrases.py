"""A time out of words, as one would read it with each of two libraries for that."""

# pyright: basic, reportMissingImports=false

from datetime import datetime

import dateparser  # pyright: ignore[reportMissingModuleSource]
from dateutil.rrule import rrulestr
from recurrent.event_parser import RecurringEvent


def by_dateparser(words: str, now: datetime) -> list[datetime]:
    settings = {"RELATIVE_BASE": now, "PREFER_DATES_FROM": "future"}
    found = dateparser.parse(words, languages=["en"], settings=settings)
    return [found.replace(tzinfo=None)] if found else []


def by_recurrent(words: str, now: datetime) -> list[datetime]:
    found = RecurringEvent(now_date=now).parse(words)
    if isinstance(found, str):
        return [time for _, time in zip(range(3), rrulestr(found, dtstart=now), strict=False)]
    return [found] if isinstance(found, datetime) else []


READERS = {"dateparser": by_dateparser, "recurrent": by_recurrent}
