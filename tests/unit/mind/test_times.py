"""What people say about time: understood, or asked back; wrong never."""

from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from persona.declare import Moment
from persona.errors import Refused
from persona.mind.times import read, split
from persona.schedule import Schedule, local

ZONE = "Europe/Zurich"
SPOKEN = datetime(2026, 11, 21, 16, 20, tzinfo=ZoneInfo(ZONE))
NOW = Moment(SPOKEN.timestamp(), ZONE)
LINES = (Path(__file__).with_name("time_phrases.txt")).read_text().splitlines()
TABLE = [tuple(line.split(" => ")) for line in LINES if " => " in line]


def meant(phrase: str, moment: Moment = NOW) -> str:
    """The next times by the clock in Zurich, or `?` where it is asked."""
    try:
        schedule = read(phrase, moment)
    except Refused:
        return "?"
    return " ".join(times(schedule, moment.now))


def times(schedule: Schedule, now: float, most: int = 3) -> list[str]:
    found: list[str] = []
    at = schedule.after(now)
    while at is not None and len(found) < most:
        wall = local(at, ZONE)
        found.append(wall.isoformat(timespec="seconds" if wall.second else "minutes"))
        at = schedule.after(at)
    return found


def test_the_table_is_large_enough_to_say_something() -> None:
    assert len(TABLE) >= 150
    assert sum(expected == "?" for _, expected in TABLE) >= 40


@pytest.mark.parametrize(("phrase", "expected"), TABLE)
def test_a_phrase_means_what_it_says_or_is_asked_for(phrase: str, expected: str) -> None:
    assert meant(phrase) == expected


@pytest.mark.parametrize("phrase", [one for one, expected in TABLE if expected != "?"])
def test_what_is_confirmed_is_read_as_the_same_at_any_later_moment(phrase: str) -> None:
    schedule = read(phrase, NOW)
    later = NOW.now if schedule.repeat is None else NOW.now + 5 * 86_400
    assert read(schedule.words, Moment(later, "Asia/Tokyo")) == schedule


@pytest.mark.parametrize(
    ("words", "what", "phrase"),
    [
        ("to feed the cat in 3 seconds", "feed the cat", "in 3 seconds"),
        (
            "to call Bob at the office tomorrow at 9:00",
            "call Bob at the office",
            "tomorrow at 9:00",
        ),
        ("tomorrow at 9:00 to call Bob", "call Bob", "tomorrow at 9:00"),
        (
            "in 10 minutes to call Ann tomorrow at 9:00",
            "call Ann tomorrow at 9:00",
            "in 10 minutes",
        ),
        ("every weekday at 8 to stretch", "stretch", "every weekday at 8"),
        ("tomorrow at 9:00: call Bob", "call Bob", "tomorrow at 9:00"),
        ("about the party on friday at 5pm", "the party", "on friday at 5pm"),
        ("to take 2 pills every day at 08:00", "take 2 pills", "every day at 08:00"),
        ("water the plants every 3 days at 18:00", "water the plants", "every 3 days at 18:00"),
    ],
)
def test_what_and_when_are_told_apart(words: str, what: str, phrase: str) -> None:
    assert split(words, NOW) == (what, phrase)


@pytest.mark.parametrize(
    "words",
    [
        "to feed the cat",
        "to feed the cat at noonish",
        "to feed the cat next sunday at 5pm",
        "to pay the first monday after easter at 9:00",
        "to read the book about friday at 17:00",
        "to finish before tomorrow at 17:00",
        "to prepare monday's meeting tomorrow at 9:00",
        "to call Bob tomorrow or on friday at 9:00",
        "to meet at 5 in 2 hours",
        "to go tomorrow",
        "tomorrow",
        "",
    ],
)
def test_what_could_mean_two_times_is_asked_for(words: str) -> None:
    with pytest.raises(Refused):
        split(words, NOW)


def test_nothing_repeats_more_often_than_it_is_looked_for() -> None:
    cloud = Moment(NOW.now, ZONE, shortest=60.0)
    assert meant("every 30 seconds", cloud) == "?"
    assert meant("every minute", cloud) == meant("every minute")


def test_a_wall_clock_repeat_keeps_its_hour_and_a_span_its_distance_when_clocks_change() -> None:
    before = Moment(datetime(2027, 3, 27, 12, tzinfo=ZoneInfo(ZONE)).timestamp(), ZONE)
    daily = read("every day at 02:30", before)
    assert times(daily, before.now) == ["2027-03-28T03:30", "2027-03-29T02:30", "2027-03-30T02:30"]
    spaced = read("every 12 hours", before)
    assert times(spaced, before.now) == ["2027-03-28T00:00", "2027-03-28T13:00", "2027-03-29T01:00"]
    autumn = Moment(datetime(2027, 10, 30, 12, tzinfo=ZoneInfo(ZONE)).timestamp(), ZONE)
    twice = read("every day at 02:30", autumn)
    assert times(twice, autumn.now) == ["2027-10-31T02:30", "2027-11-01T02:30", "2027-11-02T02:30"]
