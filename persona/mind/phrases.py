"""The pieces of which phrases about time are made, taken one by one until no word is left.

What could mean two things is marked, not guessed; `times.py` decides whether it matters.
"""

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from persona.errors import Refused
from persona.mind.spelled import (
    DAY,
    DAYS,
    EVERY,
    MONTH,
    MONTHS,
    NUMBER,
    NUMBERS,
    ORDINALS,
    TH,
    UNIT,
    UNITS,
    UNREAD,
    amount,
    checked,
    day_of,
    number,
    place,
    twelve,
    unclear,
    weekday,
)
from persona.schedule import ELAPSING, Repeat, Unit


@dataclass(slots=True)
class Heard:
    """What was read of a phrase so far.

    `is_bare`: the clock time could be in the morning or in the afternoon. `part` is a part of the
    day that was named. `seconds` is a span by the stopwatch, `span` one by the calendar. `doubt` says
    what else a named weekday could mean.
    """

    clock: tuple[int, int, int] | None = None
    is_bare: bool = False
    is_midnight: bool = False
    part: str = ""
    day: date | None = None
    is_today: bool = False
    seconds: float = 0.0
    span: tuple[Unit, int] | None = None
    repeat: Repeat | None = None
    start: date | None = None
    start_clock: tuple[int, int, int] | None = None
    doubt: str = ""


class Reader:
    """Takes pieces from the beginning of a phrase until it is empty.

    `text` is clean and in small letters; `today` is what the person's clock shows now.
    """

    def __init__(self, text: str, today: datetime) -> None:
        self.rest = f"{text} "
        self.today = today
        self.heard = Heard()

    def everything(self) -> Heard:
        pieces = (self._repeat, self._start, self._span, self._clock, self._day, self._part)
        if not self.rest.strip():
            raise unclear("You did not say when.")
        while self.rest.strip():
            if not any(piece() for piece in pieces):
                raise Refused(f"I do not read “{self.rest.strip()}” as a time.", UNREAD)
        return self.heard

    def _take(self, pattern: str) -> re.Match[str] | None:
        found = re.match(rf"(?:{pattern})\s+", self.rest)
        if found:
            self.rest = self.rest[found.end() :]
        return found

    # Clock times

    def _clock(self) -> bool:
        if self.heard.clock is not None:
            return False
        clock = self._read_clock()
        if clock is not None:
            self.heard.clock, self.heard.is_bare = clock
        return clock is not None

    def _read_clock(self) -> tuple[tuple[int, int, int], bool] | None:
        """A time, and whether it could be in the morning or the afternoon."""
        at = r"(?:at\s+)?"
        found = self._take(
            rf"{at}(\d{{1,2}})[:h](\d\d)(?::(\d\d))?\s?(am|pm)?(?:\s+(?:o'clock|hours))?"
        )
        if found:
            is_bare = not found[4] and (len(found[1]) == 1 or found[1] in ("10", "11"))
            clock = twelve(int(found[1]), found[4]), int(found[2]), int(found[3] or 0)
            return checked(clock), is_bare
        found = self._take(rf"{at}(\d{{1,2}})\s?(am|pm)")
        if found:
            return checked((twelve(int(found[1]), found[2]), 0, 0)), False
        found = self._take(rf"{at}(noon|midday|midnight)")
        if found:
            self.heard.is_midnight = found[1] == "midnight"
            return (0 if self.heard.is_midnight else 12, 0, 0), False
        found = self._take(
            rf"{at}(half past|quarter past|quarter to) (\d{{1,2}}|{'|'.join(NUMBERS[1:])})"
        )
        if found:
            minutes = {"half past": 30, "quarter past": 15, "quarter to": -15}[found[1]]
            total = number(found[2]) * 60 + minutes
            return checked((total // 60, total % 60, 0)), total < 12 * 60
        found = self._take(rf"at\s+(\d{{1,2}}|{'|'.join(NUMBERS[1:])})(?:\s+o'clock)?(?!\s*[:.\d])")
        if found is None:
            found = self._take(rf"(\d{{1,2}}|{'|'.join(NUMBERS[1:])})\s+o'clock")
        if found:
            hour = number(found[1])
            return checked((hour, 0, 0)), hour < 12
        return None

    def _part(self) -> bool:
        found = self._take(r"(?:in the|at|this)?\s*(morning|afternoon|evening|night)")
        if found is None or self.heard.part:
            return False
        self.heard.part = found[1]
        return True

    # Days

    def _day(self) -> bool:
        if self.heard.day is not None or self.heard.span is not None:
            return False
        day = self._read_day()
        self.heard.day = day
        return day is not None

    def _read_day(self) -> date | None:
        today = self.today.date()
        found = self._take(r"(?:on )?(today|tonight|tomorrow|(?:the )?day after tomorrow)")
        if found:
            if found[1] == "tonight":
                self.heard.part = self.heard.part or "night of today"
            self.heard.is_today = found[1] in ("today", "tonight")
            ahead = {"today": 0, "tonight": 0, "tomorrow": 1}.get(found[1], 2)
            return today + timedelta(days=ahead)
        found = self._take(r"(this) (?=morning|afternoon|evening)")
        if found:
            self.heard.is_today = True
            return today
        return self._read_date() or self._read_weekday()

    def _read_date(self) -> date | None:
        named = rf"(?:on )?(?:({DAY})day |({DAY}) )?"
        found = self._take(r"(?:on )?(\d{4})-(\d\d)-(\d\d)(?=[t ])t?") or self._iso()
        if found:
            return day_of(int(found[1]), int(found[2]), int(found[3]))
        found = self._take(rf"{named}(?:the )?(\d{{1,2}}){TH}? (?:of )?({MONTH})(?: (\d{{4}}))?")
        if found:
            return self._named(found[1] or found[2], found[3], found[4], found[5])
        found = self._take(
            rf"{named}({MONTH}) (?:the )?(\d{{1,2}}){TH}?(?: (\d{{4}}))?(?! ?[:.\d])"
        )
        if found:
            return self._named(found[1] or found[2], found[4], found[3], found[5])
        found = self._take(r"(?:on )?(\d{1,2})\.(\d{1,2})\.(\d{4})?")
        if found:
            return self._dated(int(found[1]), int(found[2]), found[3] or "")
        found = self._take(r"(?:on )?(\d{1,2})/(\d{1,2})(?:/(\d{4}))?")
        if found:
            one, two = int(found[1]), int(found[2])
            if one <= 12 and two <= 12 and one != two:
                raise unclear(f"{one}/{two} could be two days: say the month by its name.")
            return self._dated(*((one, two) if one > 12 else (two, one)), found[3] or "")
        found = self._take(rf"(?:on )?the (\d{{1,2}}){TH}")
        if found:
            return self._next_day_of_month(int(found[1]))
        return None

    def _iso(self) -> re.Match[str] | None:
        """`2026-11-25t17:45`: the date, leaving the time to be read."""
        found = re.match(r"(\d{4})-(\d\d)-(\d\d)t(?=\d)", self.rest)
        if found:
            self.rest = self.rest[found.end() :]
        return found

    def _named(self, said: str | None, day: str, month: str, year: str | None) -> date:
        found = self._dated(int(day), place(month, MONTHS) + 1, year or "")
        if said and weekday(said) != found.weekday():
            raise unclear(f"{day} {month} is a {DAYS[found.weekday()].capitalize()}.")
        return found

    def _dated(self, day: int, month: int, year: str) -> date:
        """Without a year the next such day."""
        if year:
            return day_of(int(year), month, day)
        here = day_of(self.today.year, month, day) if (month, day) != (2, 29) else None
        if here is None or here < self.today.date():
            here = day_of(self.today.year + 1, month, day)
        return here

    def _next_day_of_month(self, day: int) -> date:
        if not 1 <= day <= 31:
            raise unclear(f"No month has a day {day}.")
        year, month = self.today.year, self.today.month
        for _ in range(12):
            try:
                found = date(year, month, day)
            except ValueError:
                found = None
            if found is not None and found >= self.today.date():
                return found
            year, month = (year + 1, 1) if month == 12 else (year, month + 1)
        raise unclear(f"No month has a day {day}.")

    def _read_weekday(self) -> date | None:
        found = self._take(rf"(?:on )?(next |this |coming |the coming )?({DAY})(?:day)?")
        if found is None:
            return None
        which, wanted = (found[1] or "").strip(), weekday(found[2])
        ahead = (wanted - self.today.weekday()) % 7
        name = DAYS[wanted].capitalize()
        is_this_week = wanted > self.today.weekday()
        if ahead == 0:
            self.heard.doubt = f"Today is {name}: today, or in a week?"
        elif (which == "next" and is_this_week) or (which == "this" and not is_this_week):
            self.heard.doubt = f"This {name}, or that of next week?"
        return self.today.date() + timedelta(days=ahead)

    # Spans

    def _span(self) -> bool:
        """`in 2 hours and 5 minutes`, `3 days from now`, `in half an hour`."""
        if self.heard.seconds or self.heard.span:
            return False
        kept = self.rest
        is_after = self._take("in") is None
        if is_after and not re.search(r"\b(?:from (?:now|today)|later)\b", self.rest):
            return False
        amounts = self._amounts()
        is_closed = not is_after or self._take(r"from (?:now|today)|later") is not None
        if not amounts or not is_closed:
            self.rest = kept
            return False
        long: list[tuple[Unit, float]] = [one for one in amounts if one[0] not in ELAPSING]
        short = sum(ELAPSING[unit] * count for unit, count in amounts if unit in ELAPSING)
        if len(long) > 1 or (long and (short or int(long[0][1]) != long[0][1])):
            raise unclear("That is too many spans at once for me.")
        self.heard.seconds = short
        self.heard.span = (long[0][0], int(long[0][1])) if long else None
        return True

    def _amounts(self) -> list[tuple[Unit, float]]:
        found: list[tuple[Unit, float]] = []
        while True:
            one = self._amount()
            if one is None:
                return found
            found.append(one)
            half = self._take("and a half")
            if half:
                unit, count = found.pop()
                found.append((unit, count + 0.5))
            self._take(r"and(?=\s+(?:\d|a|half|one|two|three|four|five|ten|fifteen))")

    def _amount(self) -> tuple[Unit, float] | None:
        found = self._take(r"(half an?|an? half|(?:a )?quarter of an) (hour|minute)")
        if found:
            return UNITS[found[2]], 0.25 if "quarter" in found[1] else 0.5
        found = self._take(r"(\d{1,4})h(\d\d)(?:m|min)?")
        if found:
            return "minute", int(found[1]) * 60 + int(found[2])
        found = re.match(r"(\d{1,4})\s?([hm])(?=\d)", self.rest)
        if found:
            self.rest = self.rest[found.end() :]
            return UNITS[found[2]], int(found[1])
        found = self._take(
            rf"(\d{{1,5}}\.\d{{1,2}}|{NUMBER}|fifteen|twenty|thirty|ninety)\s?({UNIT})(?:'s? time)?"
        )
        if found:
            return UNITS[found[2]], amount(found[1])
        return None

    # Repeats

    def _repeat(self) -> bool:
        if self.heard.repeat is not None:
            return False
        repeat = self._read_repeat()
        self.heard.repeat = repeat
        return repeat is not None

    def _read_repeat(self) -> Repeat | None:
        found = self._take(
            r"(?:on )?(?:every|each) (?:weekday|work ?day|working day)|(?:on )?weekdays"
        )
        if found:
            return Repeat("week", 1, (0, 1, 2, 3, 4))
        found = self._take(r"(?:every|each) (morning|evening|afternoon|night)")
        if found:
            self.heard.part = found[1]
            return Repeat("day")
        found = self._take("|".join(f"({word})" for word in EVERY)) or self._take(
            "once an? (hour|day|week|month|year)"
        )
        if found:
            word = next(filter(None, found.groups()))
            return Repeat(EVERY.get(word) or UNITS[word])
        return self._on_weekdays() or self._in_month() or self._each_unit()

    def _on_weekdays(self) -> Repeat | None:
        """`every monday and friday`, `every other tuesday`, `mondays`."""
        days = rf"{DAY}(?:day)?s?(?:(?: and| or)? {DAY}(?:day)?s?)*"
        found = self._take(rf"(?:on )?(?:every|each) (other |second |2nd )?({days})(?! of)")
        if found is None:
            found = self._take(rf"(?:on )?()({DAY}days(?:(?: and)? {DAY}days)*)")
        if found is None:
            return None
        named = re.findall(rf"({DAY})(?:day)?s?", re.sub(r"\b(?:and|or)\b", " ", found[2]))
        wanted = tuple(sorted({weekday(name) for name in named}))
        if found[1] and len(wanted) > 1:
            raise unclear("Every other week on several days: which one comes first?")
        return Repeat("week", 2 if found[1] else 1, wanted)

    def _in_month(self) -> Repeat | None:
        month = r"(?:of (?:every|each|the) month|every month|each month|of every month)"
        nth = rf"(first|second|third|fourth|last|1st|2nd|3rd|4th) ({DAY})(?:day)?"
        found = self._take(rf"(?:on )?(?:the|every|each) {nth} {month}")
        if found is None:
            found = self._take(rf"(?:every|each) month on the {nth}")
        if found:
            place = ORDINALS.get(found[1]) or int(found[1][0])
            return Repeat("month", 1, (weekday(found[2]),), nth=place)
        found = self._take(rf"(?:on )?the last day {month}|(?:every|each) month on the last day")
        if found:
            return Repeat("month", 1, day=-1)
        found = self._take(rf"(?:on )?(?:the |every )?(\d{{1,2}}){TH} {month}")
        if found is None:
            found = self._take(rf"(?:every|each) month on the (\d{{1,2}}){TH}?(?! (?:{MONTH}))")
        if found is None:
            found = self._take(rf"monthly on the (\d{{1,2}}){TH}")
        if found:
            if not 1 <= int(found[1]) <= 28:
                raise unclear("Not every month has that day; say “the last day of every month”.")
            return Repeat("month", 1, day=int(found[1]))
        return None

    def _each_unit(self) -> Repeat | None:
        found = self._take(
            rf"(?:every|each)(?= (?:\d{{1,2}}{TH}? (?:of )?(?:{MONTH})|(?:{MONTH}) \d))"
        )
        if found:
            return Repeat("year")
        found = self._take(rf"(?:every|each) (other |{NUMBER}\s?)?({UNIT})(?! of)")
        if found is None:
            return None
        word = (found[1] or "1").strip()
        count = 2 if word == "other" else number(word)
        if count < 1:
            raise unclear("Every how many?")
        return Repeat(UNITS[found[2]], count)

    def _start(self) -> bool:
        """`first on monday 23 november 2026 at 08:00`, `starting tomorrow`."""
        if self.heard.start is not None or self._take("first|starting|from|beginning") is None:
            return False
        self.heard.start = self._read_day()
        if self.heard.start is None:
            raise unclear("I am not sure when it is to start.")
        if self.heard.clock is not None or (self.heard.repeat and self.heard.repeat.seconds):
            clock = self._read_clock()
            self.heard.start_clock = clock[0] if clock else None
        return True
