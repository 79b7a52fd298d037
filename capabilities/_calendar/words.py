"""What the arguments of every capability on a calendar share: how they are written and read."""

import re
from typing import Annotated

from pydantic import AfterValidator, Field

from capabilities._calendar.when import check_time, check_zone
from persona.people.canonical import email


def read_mails(named: list[str]) -> list[str]:
    """Each once, in order, in its one spelling."""
    return list(dict.fromkeys(map(email, named)))


Time = Annotated[str, AfterValidator(check_time)]
Zone = Annotated[
    str,
    AfterValidator(check_zone),
    Field(description="Zone of the times, such as Europe/Zurich; empty: the hub's.", max_length=60),
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
