"""Which days words speak of, as ranges of ordinals (`date.toordinal`), both ends included.

What is said is resolved against the day on which it was said ("last Friday"); what is asked may
also name a day, a month or a year, with or without its year.
"""

import re
from collections.abc import Iterable, Iterator
from datetime import date

from persona.compiled import compiled

Days = tuple[int, int]

MONTHS = (
    "january february march april may june july august september october november december"
).split()
NUMBER_OF = {
    spelling: number
    for number, name in enumerate(MONTHS, 1)
    for spelling in (name, name[:3], *(["sept"] if number == 9 else []))
}
WEEKDAYS = list[str]("monday tuesday wednesday thursday friday saturday sunday".split())
COUNTS = {
    word: n
    for n, word in enumerate(
        "zero one two three four five six seven eight nine ten eleven twelve".split()
    )
} | {"a": 1, "an": 1, "a couple": 2, "a couple of": 2, "a few": 3}
SLACK = {"day": 0, "week": 3, "month": 15}
"""Days by which "N … ago" may be meant loosely; a year is meant as the whole calendar year."""

_ANY_MONTH = "|".join(sorted(NUMBER_OF, key=len, reverse=True))
_ANY_YEAR = r"(?:19|20)\d\d"
DAY_MONTH = (
    rf"(?i)\b(?P<day>\d{{1,2}})(?:st|nd|rd|th)?\s+(?:of\s+)?(?P<month>{_ANY_MONTH})\b\.?,?\s*"
    rf"(?P<year>{_ANY_YEAR})?"
)
MONTH_DAY = (
    rf"(?i)\b(?P<month>{_ANY_MONTH})\.?\s+(?P<day>\d{{1,2}})(?:st|nd|rd|th)?\b(?!\d),?\s*"
    rf"(?P<year>{_ANY_YEAR})?"
)
MONTH = rf"(?i)\b(?P<month>{'|'.join(MONTHS)})\b(?:,?\s+(?:of\s+)?(?P<year>{_ANY_YEAR}))?"
MAY_MEANT = r"(?i)\b(?:in|of|during|this|last|since|by|until)\s+may\b"
YEAR = rf"\b{_ANY_YEAR}\b"
RELATIVE = (
    r"(?i)\b(?P<near>yesterday|last night|today|tonight|this (?:morning|afternoon|evening)|tomorrow)\b"
    rf"|\b(?P<turn>last|past|this|next) (?P<unit>week|weekend|month|year|{'|'.join(WEEKDAYS)})\b"
    rf"|\b(?P<count>\d{{1,3}}|{'|'.join(sorted(COUNTS, key=len, reverse=True))}) "
    r"(?P<units>day|week|month|year)s? ago\b"
)

LATER = (
    rf"(?i)\b(?:(?P<near>the day after tomorrow|tomorrow|today|tonight|this (?:morning|afternoon|evening))"
    rf"|(?P<turn>this|next) (?P<unit>week|weekend|month|year|{'|'.join(WEEKDAYS)})"
    rf"|in (?P<count>\d{{1,3}}|{'|'.join(sorted(COUNTS, key=len, reverse=True))}) (?P<units>day|week|month)s?"
    rf"|(?<!last )(?<!past )(?<!since )(?<!every )(?<!each )(?P<weekday>{'|'.join(WEEKDAYS)})"
    r"|on the (?P<nth>\d{1,2})(?:st|nd|rd|th)(?! of)"
    rf"|(?:in|during|early|late|mid) (?P<month>{'|'.join(MONTHS)}))\b(?!'s|\u2019s)"
)


def asked(question: str, today: int, years: Iterable[int]) -> list[Days]:
    """The days that a question asks about; one without a year is looked for in each of `years`."""
    return (
        list(_named_days(question, years))
        or list(_named_months(question, years))
        or spoken(question, today)
        or [_year(int(found[0])) for found in compiled(YEAR).finditer(question)]
    )


def spoken(text: str, today: int) -> list[Days]:
    """The days that words said on the day `today` point to: "yesterday", "two weeks ago"."""
    return [_resolved(found, today) for found in compiled(RELATIVE).finditer(text)]


def coming(text: str, today: int) -> list[Days]:
    """The days, not yet over, that words said on the day `today` speak of.

    Where a phrase may mean two days ("next Friday", a Friday's own "on Friday"), or is meant
    loosely ("in two weeks"), the range ends with the later one.
    """
    year = date.fromordinal(today).year
    named = [
        min((d for d in found if d[1] >= today), default=(0, 0)) for found in _each(text, year)
    ]
    said = [_coming(found, today) for found in compiled(LATER).finditer(text)]
    return [days for days in (*named, *said) if days[1] >= today]


def _each(text: str, year: int) -> Iterator[list[Days]]:
    """For each day that is named in its month: that day of this year and of the next."""
    for pattern in (DAY_MONTH, MONTH_DAY):
        for found in compiled(pattern).finditer(text):
            yield list(_named_days(found[0], (year, year + 1)))


def _coming(found: re.Match[str], today: int) -> Days:
    if found["near"]:
        shift = {"tomorrow": 1, "the day after tomorrow": 2}.get(found["near"].lower(), 0)
        return today + shift, today + shift
    if found["count"]:
        many, unit = found["count"].lower(), found["units"].lower()
        count = int(many) if many.isdigit() else COUNTS[many]
        then = today + count * {"day": 1, "week": 7, "month": 30}[unit]
        return then, then + SLACK[unit]
    if found["nth"]:
        return _nth(int(found["nth"]), today)
    if found["month"]:
        day, month = date.fromordinal(today), NUMBER_OF[found["month"].lower()]
        return _month((day.year + (month < day.month)) * 12 + month - 1)
    named = (found["weekday"] or found["unit"]).lower()
    if named not in WEEKDAYS:
        return _turned(int(found["turn"].lower() == "next"), named, today)
    ahead = (WEEKDAYS.index(named) - date.fromordinal(today).weekday()) % 7
    may_be_later = ahead == 0 or (found["turn"] or "").lower() == "next"
    return today + ahead, today + ahead + 7 * may_be_later


def _nth(nth: int, today: int) -> Days:
    """The next day of that number in its month; none for a number that no month has."""
    for ordinal in range(today, today + 62):
        if date.fromordinal(ordinal).day == nth:
            return ordinal, ordinal
    return 0, 0


def _named_days(question: str, years: Iterable[int]) -> Iterator[Days]:
    for pattern in (DAY_MONTH, MONTH_DAY):
        for found in compiled(pattern).finditer(question):
            month, day = NUMBER_OF[found["month"].lower()], int(found["day"])
            for year in [int(found["year"])] if found["year"] else years:
                try:
                    ordinal = date(year, month, day).toordinal()
                except ValueError:  # no such day, such as 30 February
                    continue
                yield ordinal, ordinal


def _named_months(question: str, years: Iterable[int]) -> Iterator[Days]:
    for found in compiled(MONTH).finditer(question):
        if (
            found["month"].lower() == "may"
            and not found["year"]
            and not compiled(MAY_MEANT).search(question)
        ):
            continue
        for year in [int(found["year"])] if found["year"] else years:
            yield _month(year * 12 + NUMBER_OF[found["month"].lower()] - 1)


def _resolved(found: re.Match[str], today: int) -> Days:
    if found["near"]:
        near = found["near"].lower()
        shift = {"yesterday": -1, "last night": -1, "tomorrow": 1}.get(near, 0)
        return today + shift, today + shift
    if found["units"]:
        count = found["count"].lower()
        return _ago(int(count) if count.isdigit() else COUNTS[count], found["units"].lower(), today)
    step = {"last": -1, "past": -1, "this": 0, "next": 1}[found["turn"].lower()]
    return _turned(step, found["unit"].lower(), today)


def _ago(count: int, unit: str, today: int) -> Days:
    if unit == "year":
        return _year(max(1, date.fromordinal(today).year - count))
    then = today - count * {"day": 1, "week": 7, "month": 30}[unit]
    return max(1, then - SLACK[unit]), max(1, then + SLACK[unit])


def _turned(step: int, unit: str, today: int) -> Days:
    """Last, this or next week (Monday to Sunday), weekend, month, year or weekday."""
    day = date.fromordinal(today)
    monday = today - day.weekday() + 7 * step
    if unit == "week":
        return monday, monday + 6
    if unit == "weekend":
        return monday + 5, monday + 6
    if unit == "month":
        return _month(day.year * 12 + day.month - 1 + step)
    if unit == "year":
        return _year(day.year + step)
    ahead = (WEEKDAYS.index(unit) - day.weekday()) % 7
    shift = ahead - 7 if step < 0 else ahead or 7 * step
    return today + shift, today + shift


def _month(number: int) -> Days:
    """The days of a month, counted from the year 0: year × 12 + month − 1."""
    first, after = (date(n // 12, n % 12 + 1, 1).toordinal() for n in (number, number + 1))
    return first, after - 1


def _year(year: int) -> Days:
    return date(year, 1, 1).toordinal(), date(year, 12, 31).toordinal()
