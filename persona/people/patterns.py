"""Habits that no single message shows: how somebody mostly writes, when, and from where.

Each is told of the newest messages or conversations only, so that it changes when the person does,
and each is shown by messages that have it, in signs like those of `memory/signs.py`. When and where
they write is told only where chance alone would hardly bring it about: who writes on any day at all
writes on a weekday five times in seven. So is what they ask for mostly on one surface or at one part
of the day: it is held against how often they write there and then at all.
"""

import heapq
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from datetime import datetime
from math import comb

from persona.memory.asking import asked_for
from persona.memory.habits import SHAPES
from persona.memory.index import Index, Sees
from persona.memory.lines import LATEST
from persona.memory.own import own_of
from persona.trait import Shown, Sign, SignKind

MOST_MESSAGES, LEAST_MESSAGES = 60, 20
"""The newest messages that are looked at for how somebody writes, and how many there must be."""
MOST_TALKS, LEAST_TALKS = 40, 6
"""The same for conversations."""
MOST_READ, LEAST_ASKED = 150, 8
"""The newest messages in which it is looked what somebody asks for, and in how many conversations they
must have asked for it: eight of eight where half of all are written there come by chance in 4 of 1,000."""
MOSTLY = 0.7
"""The share of them that makes a habit."""
BY_CHANCE = 0.02
"""How likely it may be (0 to 1) that somebody without the habit writes so as often."""
USUAL = frozenset(
    {
        "begins with a capital",
        "ends with a letter",
        "writes “I” large",
        "writes apostrophes inside words",
        "begins a later sentence with a capital",
        "begins with a small letter",
        "ends with a digit",
        "begins with a digit",
        "uses digits",
    }
)
"""How most people write: it says nothing about one."""
TOLD = frozenset(SHAPES) - USUAL
PARTS = ((5, "at night"), (12, "in the morning"), (18, "in the afternoon"), (24, "in the evening"))
"""Parts of a day, by the hour that ends them."""
ANY_PART, ANY_WEEKDAY, ANY_WEEKEND = 6 / 16, 5 / 7, 2 / 7
"""The share that falls there by chance: six of the sixteen hours that people are awake."""
WEEKENDS = "mostly writes at weekends"
BY = {"sms": "by SMS", "email": "by email", "web": "on the web"}


def patterns(index: Index, sees: Sees) -> Iterator[Shown]:
    """The signs of all habits, of what may be seen."""
    yield from _texture(index, sees)
    yield from _times(index, sees)
    yield from _asked(index, sees)


def _texture(index: Index, sees: Sees) -> Iterator[Shown]:
    """How they mostly write: marks of the keyboard in most of the newest messages."""
    places = _newest(index, range(len(index.lines)), sees, MOST_MESSAGES)
    if len(places) < LEAST_MESSAGES:
        return
    count = Counter(habit for place in places for habit in index.habits_at(place) & TOLD)
    for habit, messages in count.items():
        if messages >= MOSTLY * len(places):
            yield from (
                _sign(index, place, "texture", "writing", f"{habit}, mostly")
                for place in places
                if habit in index.habits_at(place)
            )


def _times(index: Index, sees: Sees) -> Iterator[Shown]:
    """When they mostly begin to write, in their own time zone, and on which of their surfaces."""
    places = _newest(index, index.begun, sees, MOST_TALKS)
    if len(places) < LEAST_TALKS:
        return
    surfaces = {index.lines[place].words.surface for place in places}
    telling = {"hour": _part_of_day, "day": _days, "surface": _surface}
    for about, told in telling.items():
        found = [told(index, place) for place in places]
        [(most, often)] = Counter(found).most_common(1)
        chance = {
            "hour": ANY_PART,
            "day": ANY_WEEKEND if most == WEEKENDS else ANY_WEEKDAY,
            "surface": 1 / len(surfaces),
        }[about]
        if is_habit(often, len(places), chance):
            yield from (
                _sign(index, place, "action", about, most)
                for place, what in zip(places, found, strict=True)
                if what == most
            )


def _asked(index: Index, sees: Sees) -> Iterator[Shown]:
    """What they ask for mostly on one surface, or at one part of the day: conversations count."""
    places = _newest(index, range(len(index.lines)), sees, MOST_READ, is_whole=False)
    known: dict[int, str] = index.derived.setdefault("asked", {})
    begun = {index.conversations[place]: place for place in reversed(places)}
    asked: defaultdict[str, dict[int, list[int]]] = defaultdict(dict)
    for place in places:
        if place not in known:
            known[place] = asked_for(own_of(index.lines[place].words))
        if known[place]:
            asked[known[place]].setdefault(index.conversations[place], []).append(place)
    often = {what: talks for what, talks in asked.items() if len(talks) >= LEAST_ASKED}
    for where in (_on_surface, _at_part) if often else ():
        usual = Counter(where(index, place) for place in begun.values())
        for what, talks in often.items():
            found = {talk: where(index, asking[0]) for talk, asking in talks.items()}
            [(most, times)] = Counter(found.values()).most_common(1)
            if is_habit(times, len(talks), usual[most] / len(begun), looks=2 * len(often)):
                value = f"asks for {what} mostly {most}"
                for talk, asking in talks.items():
                    if found[talk] == most:
                        for place in asking:
                            yield _sign(index, place, "action", f"asking {what}", value)


def is_habit(times: int, of: int, chance: float, looks: int = 1) -> bool:
    """Whether `times` of so many are most of them, and hardly there by chance.

    Each of so many `looks` is one more throw of the dice, and so has to be the less likely.
    """
    return times >= MOSTLY * of and at_least(times, of, chance) * looks <= BY_CHANCE


def at_least(often: int, times: int, chance: float) -> float:
    """How likely (0 to 1) something of this chance comes so often, or oftener, in so many times."""
    return sum(
        comb(times, n) * chance**n * (1 - chance) ** (times - n) for n in range(often, times + 1)
    )


def _newest(
    index: Index, places: Sequence[int], sees: Sees, most: int, *, is_whole: bool = True
) -> list[int]:
    """The newest of these places, in order, where the person speaks; `is_whole`: in words that are
    all their own.
    """
    last = list(places[-4 * most :])
    if len(index.homes) > 1:  # of which each stands in an order of its own
        last = heapq.nlargest(4 * most, reversed(places), key=index.days.__getitem__)
    last.sort(key=lambda place: index.lines[place].words.at)
    lines = [(place, index.lines[place]) for place in last]
    told = [
        place
        for place, one in lines
        if one.shows and not (is_whole and one.words.passes_on) and sees(one.words)
    ]
    return told[-most:]


def _moment(index: Index, place: int) -> datetime:
    at = index.lines[place].words.at
    return datetime.fromtimestamp(min(max(at, 0.0), LATEST), index.zone)


def _part_of_day(index: Index, place: int) -> str:
    return f"mostly writes {_at_part(index, place)}"


def _at_part(index: Index, place: int) -> str:
    hour = _moment(index, place).hour
    return next(says for end, says in PARTS if hour < end)


def _days(index: Index, place: int) -> str:
    return WEEKENDS if _moment(index, place).weekday() >= 5 else "mostly writes on weekdays"


def _surface(index: Index, place: int) -> str:
    return f"mostly writes {_on_surface(index, place)}"


def _on_surface(index: Index, place: int) -> str:
    surface = index.lines[place].words.surface
    return BY.get(surface, f"on {surface.capitalize()}")


def _sign(index: Index, place: int, kind: SignKind, about: str, value: str) -> Shown:
    """The whole message shows it."""
    words = index.lines[place].words
    start = len(words.text) - len(words.text.lstrip())
    sign = Sign(kind, about, value, start, len(words.text.rstrip()))
    return Shown(sign, words, index.conversations[place])
