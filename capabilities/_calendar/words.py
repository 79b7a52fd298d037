"""What the arguments of every capability on a calendar share: how they are written and read."""

import re
from contextlib import suppress
from dataclasses import replace
from typing import Annotated, Any

from pydantic import AfterValidator, Field

from capabilities._calendar.when import LOCAL, check_time, check_zone
from persona.declare import Moment
from persona.errors import Refused
from persona.mind.zones import is_zone
from persona.people.canonical import email
from persona.schedule import local


def read_mails(named: list[str]) -> list[str]:
    """Each once, in order, in its one spelling."""
    return list(dict.fromkeys(map(email, named)))


Time = Annotated[str, AfterValidator(check_time)]
Zone = Annotated[
    str,
    AfterValidator(check_zone),
    Field(
        description="Zone of the times, such as Europe/Zurich; empty: the person's.", max_length=60
    ),
]
Guests = Annotated[
    list[Annotated[str, Field(max_length=254)]],
    AfterValidator(read_mails),
    Field(description="Mail addresses of all who are invited and will be told.", max_length=20),
]
Named = Annotated[
    str, Field(description="The calendar's name; empty: all, or the first.", max_length=100)
]
Event = Annotated[
    str,
    Field(
        description="The event as list_events names it, in the brackets at the line's end.",
        min_length=1,
        max_length=300,
    ),
]


def split(event: str) -> tuple[str, str]:
    """UID and, for one day of a series, which; brackets may stand around it."""
    uid, _, day = event.strip().strip("[]").rpartition("/")
    is_day = re.fullmatch(r"\d{8}(T\d{6}Z?)?", day, re.ASCII) is not None
    return (uid, day) if uid and is_day else (event.strip().strip("[]"), "")


TIMES = ("start", "end", "until")


def in_their_time(arguments: dict[str, Any], moment: Moment) -> dict[str, Any]:
    """With the person's zone, and with days and times as dates that were said in words."""
    zone = arguments.get("zone") or moment.zone
    here = replace(moment, zone=zone) if isinstance(zone, str) and is_zone(zone) else moment
    said = {name: arguments[name] for name in TIMES if isinstance(arguments.get(name), str)}
    dated = {name: dated_at(text, here) for name, text in said.items() if text}
    return {**arguments, "zone": zone, **dated}


def dated_at(text: str, moment: Moment) -> str:
    """`2026-11-25`, or `2026-11-25T14:00`, for a day or a time in words. Raises Refused to ask."""
    from persona.mind.times import read, read_day

    if LOCAL.fullmatch(text.strip()):
        return text.strip()
    with suppress(Refused):
        return read_day(text, moment).isoformat()
    schedule = read(text, moment)
    if schedule.repeat is not None:
        raise Refused("I put nothing into your calendar again and again; say one time.", "unclear")
    return local(schedule.first, schedule.zone).isoformat(timespec="minutes")
