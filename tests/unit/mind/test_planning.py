"""What people say who want something done in time: read, asked back, or left alone; wrong never."""

from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from persona import catalog
from persona.acts.plan_words import step_line
from persona.compiled import compiled
from persona.declare import Moment
from persona.errors import Refused
from persona.mind.planning import Planned, read_plan
from persona.mind.premises import About
from persona.plan_commands import MAY_BE_ONE
from persona.schedule import local

ZONE = "Europe/Zurich"
SPOKEN = datetime(2026, 11, 21, 16, 20, tzinfo=ZoneInfo(ZONE))
KNOWN = catalog.capabilities()
ABOUT = About(KNOWN, Moment(SPOKEN.timestamp(), ZONE))
LINES = Path(__file__).with_name("plan_sentences.txt").read_text().splitlines()
TABLE = [tuple(line.split(" => ")) for line in LINES if " => " in line]


def lines(words: str) -> str:
    """A list is written on one line in the table, its addresses with their slashes."""
    if not words.startswith(("plan", "each")):
        return words
    return (
        words.replace("://", "\0")
        .replace(".org/", "\1")
        .replace("/", "\n")
        .replace("\1", ".org/")
        .replace("\0", "://")
    )


def meant(words: str) -> str:
    try:
        planned = read_plan(lines(words), ABOUT)
    except Refused:
        return "?"
    if planned is None:
        return "-"
    shown = [" ".join(step_line(one, KNOWN, planned.steps).split()) for one in planned.steps]
    return " | ".join([when(planned), *shown])


def when(planned: Planned) -> str:
    if planned.schedule is None:
        return "now"
    first = local(planned.schedule.first, ZONE)
    return planned.schedule.rhythm or first.isoformat(timespec="minutes")


def test_the_table_is_large_enough_to_say_something() -> None:
    assert len(TABLE) >= 90
    assert sum(expected == "?" for _, expected in TABLE) >= 25
    assert sum(expected == "-" for _, expected in TABLE) >= 8


@pytest.mark.parametrize(("words", "expected"), TABLE)
def test_words_mean_what_they_say_or_are_asked_for(words: str, expected: str) -> None:
    assert meant(words) == expected


@pytest.mark.parametrize("words", [words for words, expected in TABLE if expected != "-"])
def test_words_that_may_be_a_plan_are_looked_at(words: str) -> None:
    """Reading them loads a grammar, so that it is asked first whether that can be worth it."""
    assert compiled(MAY_BE_ONE).search(lines(words))
