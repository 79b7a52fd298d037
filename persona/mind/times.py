"""Reading when something is wished: every word of a phrase is accounted for, or it is asked for.

Where words are left over, or could mean two times, Refused says what is missing: a reminder at the
wrong hour is worse than a question. What is read can be said again, and is then read as the same.

The libraries that read times guess: of the table in the tests dateparser 1.5 gets 50 of 233 wrong,
recurrent 98, parsedatetime 125. What repeats, and calendar arithmetic, is python-dateutil's.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from persona.declare import Moment
from persona.errors import Refused
from persona.mind.phrases import Heard, Reader
from persona.mind.spelled import (
    DAY,
    DAYS,
    MONTH,
    MONTHS,
    NUMBERS,
    PARTS,
    UNCLEAR,
    UNREAD,
    place,
    unclear,
)
from persona.mind.zones import named_zone
from persona.schedule import Repeat, Schedule, Unit, exists, instant, local

MOST_YEARS = 10
ANY_DAY = datetime(2026, 1, 1)  # noqa: DTZ001 for what names no day


def read(phrase: str, moment: Moment) -> Schedule:
    """When that is, for somebody who says it at this moment. Raises Refused to ask."""
    text, zone = _zone(_clean(phrase), moment.zone)
    today = local(moment.now, zone)
    heard = Reader(text, today).everything()
    if heard.repeat is not None:
        return _repeating(heard, heard.repeat, zone, today, moment)
    return Schedule(_once(heard, zone, today, moment), zone)


def read_day(phrase: str, moment: Moment) -> date:
    """Which day that is, for a phrase that names no time of it. Raises Refused to ask."""
    text, zone = _zone(_clean(phrase), moment.zone)
    heard = Reader(text, local(moment.now, zone)).everything()
    if heard.doubt or heard.day is None or heard.clock or heard.repeat or heard.part or heard.span:
        raise unclear(heard.doubt or "Which day is that?")
    return heard.day


def read_clock(phrase: str) -> str:
    """A time of the day, as `08:30`. Raises Refused to ask."""
    text = _clean(phrase).casefold()
    heard = Reader(text if text.startswith("at ") else f"at {text}", ANY_DAY).everything()
    if heard.day or heard.repeat or heard.span or heard.seconds or heard.start:
        raise unclear("Which time of the day is that?")
    hour, minute, second = _settled(heard, is_dated=True)
    if second:
        raise unclear("To the minute is as exact as I go there.")
    return f"{hour:02d}:{minute:02d}"


def read_span(phrase: str) -> float:
    """How long that is, in seconds; a day has 24 hours. Raises Refused to ask."""
    heard = Reader(f"in {_clean(phrase).casefold()}", ANY_DAY).everything()
    if heard.seconds and not (heard.day or heard.clock or heard.repeat or heard.part):
        return heard.seconds
    days = {"day": 1, "week": 7}.get(heard.span[0] if heard.span else "", 0)
    if heard.span is None or not days or heard.day or heard.clock or heard.repeat or heard.part:
        raise unclear("How long is that?")
    return heard.span[1] * days * 86_400.0


def read_next(phrase: str, moment: Moment) -> Schedule:
    """A time of the day, or of a day of the week, that comes next whenever it is waited for.

    Raises Refused to ask, UNREAD for another kind of time.
    """
    text, zone = _zone(_clean(phrase), moment.zone)
    found = re.fullmatch(rf"(?:on )?({DAY})(?:day)?\s+(.+)", text)
    clock = read_clock(found[2] if found else text)
    every = f"every {DAYS[place(found[1], DAYS)]}" if found else "every day"
    return read(f"{every} at {clock} {zone}", moment)


def split(words: str, moment: Moment) -> tuple[str, str]:
    """What is wished and when, where a message holds both. Raises Refused to ask.

    "to call Bob tomorrow at 9:00" ends with its time, "tomorrow at 9:00 to call Bob" begins with it.
    Where what is left over could say when as well, it is asked for.
    """
    if not JOINS.match(words):
        for ahead, behind in _fronts(words.split()):
            if _is_time(ahead, moment):
                return _wish(behind), ahead
    for ahead, behind in _ends(words.split()):
        if not _is_time(behind, moment):
            continue
        what = _wish(ahead)
        timely = TIMELY.search(what)
        if timely or DANGLING.search(what):
            named = f"“{timely[0]}” may say when, too. " if timely else ""
            raise Refused(f"I am not sure when you mean. {named}{FRONT}", UNCLEAR)
        return what, behind
    raise Refused(f"I am not sure when you mean. {FRONT}", UNCLEAR)


FRONT = "Say the time first, such as “remind me tomorrow at 17:45 to call Bob”."
JOINS = re.compile(r"(?:to|that|about|of)\s+\S", re.IGNORECASE)
DANGLING = re.compile(
    r"\b(?:about|for|of|the|a|an|at|on|in|by|to|with|before|after|until|till|from|around|since|and|or|not)$",
    re.IGNORECASE,
)
"""Words that belong to what follows them: a phrase cut off behind one would lose its meaning."""
TIMELY = re.compile(
    rf"\b(?:today|tonight|tomorrow|yesterday|(?:{'|'.join(DAYS)})s?|{'|'.join(MONTHS[:4] + MONTHS[5:])}|"
    r"in may|mornings?|afternoons?|evenings?|nights?|noon|midnight|weekends?|weekdays?|daily|weekly|"
    r"monthly|hourly|yearly|every|each|next|(?:days?|weeks?|months?|years?|hours?|minutes?|seconds?)|"
    r"o'clock|(?:at|by|until|before|after) \d+|\d+\s?(?:am|pm)|\d+:\d\d|later|soon|easter|christmas)\b",
    re.IGNORECASE,
)
OPENS = re.compile(
    r"(?:in|at|by|on|every|each|tomorrow|today|tonight|this|next|coming|the|noon|midnight|midday|"
    r"hourly|daily|weekly|monthly|yearly|annually|once|day|weekdays|first|half|quarter|"
    rf"\d.*|(?:{DAY})(?:day)?s?|{MONTH}|{'|'.join(NUMBERS[1:])}|an?)[,:]?",
    re.IGNORECASE,
)
"""How a phrase about time begins."""


def starts(words: str, moment: Moment) -> Iterator[tuple[Schedule | Refused, str]]:
    """Each way in which the words begin with a time, the longest first, and what follows it.

    For a time that is not sure it is the Refused that asks.
    """
    tokens = words.split()
    if tokens and OPENS.fullmatch(tokens[0]):
        for cut in range(len(tokens) - 1, 0, -1):
            phrase, rest = " ".join(tokens[:cut]).rstrip(":,"), " ".join(tokens[cut:])
            try:
                yield read(phrase, moment), rest
            except Refused as error:
                if error.code != UNREAD:
                    yield error, rest


def _fronts(tokens: list[str]) -> Iterator[tuple[str, str]]:
    """Phrase and wish, where the words begin with a time, the longest phrase first."""
    if tokens and OPENS.fullmatch(tokens[0]):
        for cut in range(len(tokens) - 1, 0, -1):
            behind = " ".join(tokens[cut:])
            if JOINS.match(behind) or tokens[cut - 1].endswith((":", ",")):
                yield " ".join(tokens[:cut]).rstrip(":,"), behind


def _ends(tokens: list[str]) -> Iterator[tuple[str, str]]:
    """Wish and phrase, the longest phrase first."""
    for cut in range(1, len(tokens)):
        if OPENS.fullmatch(tokens[cut]):
            yield " ".join(tokens[:cut]), " ".join(tokens[cut:])


def _is_time(phrase: str, moment: Moment) -> bool:
    """Whether every word of it is about time. Raises Refused for a time that is not sure."""
    try:
        read(phrase, moment)
    except Refused as error:
        if error.code != UNREAD:
            raise
        return False
    return True


def _wish(text: str) -> str:
    return re.sub(r"^(?:to|that|about|of)\s+", "", text.strip(), flags=re.IGNORECASE).strip(" ,:;.")


def _clean(phrase: str) -> str:
    text = unicodedata.normalize("NFKC", phrase).replace("\u2019", "'").strip()
    text = re.sub(r"\b([ap])\.\s?m\.?", r"\1m", text, flags=re.IGNORECASE)
    text = re.sub(r"[,;!?]|(?<!\d\.\d)(?<!\d\.\d\d)\.(?=\s|$)", " ", text)
    return " ".join(text.split())


def _zone(text: str, default: str) -> tuple[str, str]:
    """The phrase without the zone that it names at its end, and the zone."""
    found = re.search(
        r"\s*(?:\(([A-Za-z_+/0-9-]+)\)|(?<!\S)(UTC|GMT|[A-Za-z_]+/[A-Za-z_/+-]+))$", text
    )
    if found is None:
        return text.casefold(), default
    name = named_zone(found[1] or found[2])
    if not name:
        raise unclear(f"I know no time zone {found[1] or found[2]}.")
    return text[: found.start()].casefold(), name


# What was read, as times


def _once(heard: Heard, zone: str, today: datetime, moment: Moment) -> float:
    if heard.start is not None:
        raise unclear("I am not sure when it is to start.")
    if heard.seconds:
        if heard.day or heard.clock or heard.span or heard.part:
            raise unclear("That names two times.")
        return moment.now + heard.seconds
    if heard.doubt:
        raise unclear(heard.doubt)
    day = heard.day
    if heard.span is not None:
        wall = _later(today, heard.span)
        if heard.clock is None and not heard.part:
            return _instant(wall, zone, moment)
        day = wall.date()
    clock = _settled(heard, day is not None)
    if day is None:
        wall = datetime.combine(today.date(), datetime.min.time()).replace(
            hour=clock[0], minute=clock[1], second=clock[2]
        )
        wall = wall if wall > today else wall + timedelta(days=1)
    else:
        if heard.is_midnight:
            raise unclear("Midnight, at the beginning of that day or at its end?")
        wall = datetime(day.year, day.month, day.day, *clock)  # noqa: DTZ001 the zone follows
    return _instant(wall, zone, moment)


def _repeating(
    heard: Heard, repeat: Repeat, zone: str, today: datetime, moment: Moment
) -> Schedule:
    if heard.seconds or heard.span:
        raise unclear("That names a span and a repeat.")
    if repeat.seconds:
        return _elapsing(heard, repeat, zone, today, moment)
    day = heard.start or heard.day
    if heard.day is not None and (repeat.weekdays or repeat.day):
        raise unclear("That names two days.")
    if repeat.unit == "week" and not repeat.weekdays:
        if heard.day is None:
            raise unclear("On which day of the week?")
        repeat = replace(repeat, weekdays=(heard.day.weekday(),))
    if repeat.unit == "month" and not (repeat.day or repeat.nth):
        if heard.day is None or heard.day.day > 28:
            raise unclear("On which day of the month?")
        repeat = replace(repeat, day=heard.day.day)
    if repeat.unit == "year" and heard.day is None:
        raise unclear("On which day of the year?")
    if (
        repeat.unit == "day"
        and heard.day is not None
        and heard.start is None
        and not heard.is_today
    ):
        heard.start = heard.day
    clock, begin = _settled(heard, is_dated=True), day or today.date()
    repeat = replace(repeat, clock=clock)
    wall = datetime(begin.year, begin.month, begin.day, *clock)  # noqa: DTZ001 the zone follows
    schedule = Schedule(instant(wall, zone), zone, repeat)
    if heard.start_clock not in (None, repeat.clock):
        raise unclear("It starts at another time than it repeats.")
    if heard.start is not None:
        if not schedule.is_kept:
            raise unclear("It does not fall on the day that it is to start.")
        return schedule
    if schedule.is_kept and schedule.first > moment.now:
        return schedule
    each_time = replace(schedule, repeat=replace(repeat, every=1))
    first = each_time.after(max(moment.now, schedule.first))
    if first is None:
        raise unclear("That never comes.")
    return replace(schedule, first=first)


def _elapsing(heard: Heard, repeat: Repeat, zone: str, today: datetime, moment: Moment) -> Schedule:
    if repeat.seconds < moment.shortest:
        least = "second" if moment.shortest <= 1 else f"{moment.shortest:.0f} seconds"
        raise Refused(f"I repeat nothing more often than every {least}.", "not so")
    if heard.day or heard.clock or heard.part:
        raise unclear("Every so many hours, or at one time of the day?")
    first = moment.now + repeat.seconds
    if heard.start is not None:
        if heard.start_clock is None:
            raise unclear("From what time on?")
        day = heard.start
        wall = datetime(day.year, day.month, day.day, *heard.start_clock)  # noqa: DTZ001
        first = instant(wall, zone)
    return Schedule(first, zone, repeat)


def _settled(heard: Heard, is_dated: bool) -> tuple[int, int, int]:
    """The clock time that is surely meant."""
    if heard.clock is None:
        raise unclear("At what time?")
    hour, minute, second = heard.clock
    part = heard.part or ""
    if part:
        first, last = (17, 24) if part == "night of today" else PARTS[part]
        hour = hour + 12 if heard.is_bare and hour + 12 < last and hour < first else hour
        if not first <= hour < last:
            raise unclear(f"{hour}:{minute:02d} is not in the {part.split()[0]}.")
        return hour, minute, second
    if heard.is_bare and (hour < 7 or not is_dated):
        raise unclear(f"{hour}:{minute:02d} in the morning, or {hour + 12}:{minute:02d}?")
    return hour, minute, second


def _later(today: datetime, span: tuple[Unit, int]) -> datetime:
    from dateutil.relativedelta import relativedelta

    unit, count = span
    return today + relativedelta(**{f"{unit}s": count})  # pyright: ignore[reportArgumentType]


def _instant(wall: datetime, zone: str, moment: Moment) -> float:
    if not exists(wall, zone):
        shown = f"{wall:%H:%M}"
        raise Refused(f"{shown} does not exist on that day: the clocks go forward then.", "not so")
    at = instant(wall, zone)
    if at <= moment.now:
        raise Refused("That time is over already.", "not so")
    if wall.year > datetime.fromtimestamp(moment.now, ZoneInfo(zone)).year + MOST_YEARS:
        raise Refused(f"I plan at most {MOST_YEARS} years ahead.", "not so")
    return at
