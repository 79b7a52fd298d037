"""The words in which people speak of time, and what each stands for."""

from datetime import date

from persona.errors import Refused
from persona.schedule import Unit

DAYS: list[str] = [*"monday tuesday wednesday thursday friday saturday sunday".split()]
MONTHS: list[str] = [
    *"january february march april may june july august september october november december".split()
]
NUMBERS: list[str] = [
    *"zero one two three four five six seven eight nine ten eleven twelve".split()
]
ORDINALS = {"first": 1, "second": 2, "third": 3, "fourth": 4, "last": -1}
UNITS: dict[str, Unit] = {
    **dict.fromkeys("s sec secs second seconds".split(), "second"),
    **dict.fromkeys("m min mins minute minutes".split(), "minute"),
    **dict.fromkeys("h hr hrs hour hours".split(), "hour"),
    **dict.fromkeys("d day days".split(), "day"),
    **dict.fromkeys("w week weeks".split(), "week"),
    **dict.fromkeys("month months".split(), "month"),
    **dict.fromkeys("year years".split(), "year"),
}
EVERY: dict[str, Unit] = {
    "hourly": "hour",
    "daily": "day",
    "weekly": "week",
    "monthly": "month",
    "yearly": "year",
    "annually": "year",
}
PARTS = {"morning": (1, 12), "afternoon": (12, 18), "evening": (17, 24), "night": (20, 24)}
"""The hours of a day's parts; a bare hour is read by them, and a sure one must lie in them."""

_SHORT = {name for day in DAYS for name in (day, day[:3])} | {"tues", "wednes", "thur", "thurs"}
DAY = rf"(?:{'|'.join(sorted(_SHORT, key=len, reverse=True))})"
MONTH = "|".join(sorted({n for m in MONTHS for n in (m, m[:3], "sept")}, key=len, reverse=True))
NUMBER = rf"(?:\d{{1,5}}|{'|'.join(NUMBERS[1:])}|an?)"
UNIT = "|".join(sorted(UNITS, key=len, reverse=True))
TH = r"(?:st|nd|rd|th)"

UNCLEAR, UNREAD = "unclear", "unread"
"""Codes of what is asked: something is missing in a time, or some words are none."""


def unclear(why: str) -> Refused:
    """What the person is asked instead of guessing."""
    return Refused(f"{why} Say it once more, such as “tomorrow at 17:45”.", UNCLEAR)


def twelve(hour: int, half: str | None) -> int:
    if not half:
        return hour
    if not 1 <= hour <= 12:
        raise unclear(f"There is no {hour}{half}.")
    return hour % 12 + (12 if half == "pm" else 0)


def checked(clock: tuple[int, int, int]) -> tuple[int, int, int]:
    hour, minute, second = clock
    if not (0 <= hour < 24 and 0 <= minute < 60 and 0 <= second < 60):
        raise unclear(f"No clock shows {hour}:{minute:02d}.")
    return clock


def day_of(year: int, month: int, day: int) -> date:
    try:
        return date(year, month, day)
    except ValueError as error:
        raise unclear(f"There is no day {day} in month {month} of {year}.") from error


def number(word: str) -> int:
    if word in ("a", "an"):
        return 1
    return int(word) if word.isdigit() else NUMBERS.index(word)


def amount(word: str) -> float:
    more = {"fifteen": 15, "twenty": 20, "thirty": 30, "ninety": 90}
    return more.get(word) or (float(word) if "." in word else number(word))


def place(word: str, names: list[str]) -> int:
    return next(place for place, name in enumerate(names) if name.startswith(word[:3]))


def weekday(word: str) -> int:
    return place(word, DAYS)
