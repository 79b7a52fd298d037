"""When to write and when to be silent: a labelled table, and how often a review gets it right."""

import json
import os
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

import pytest

from persona.memory import dates
from tests.stories.people import Texter, settle
from tests.stories.test_review import written
from tests.support import NOON, Hub

pytestmark = pytest.mark.long
CASES = Path(__file__).with_name("review_cases.txt")
FIGURES = Path(__file__).parents[2] / "bench" / "figures" / "review.json"
DAY, HOUR = 86_400.0, 3_600.0
PAUSE = re.compile(r"\+(\d+)([dh]):\s*(.*)", re.DOTALL)
MOST_MISSED = 3


class Case(NamedTuple):
    """What is said when, and the day after which it is asked about; None for never."""

    day: int | None
    words: str
    why: str


class Came(NamedTuple):
    """How a case ended: right, wrong (written where or when it should not be), or missed."""

    case: Case
    how: str


def cases() -> list[Case]:
    found: list[Case] = []
    for line in CASES.read_text().splitlines():
        if line and not line.startswith("#"):
            label, words, why = (part.strip() for part in line.split(" | "))
            day = int(label.removeprefix("write")) if label != "silent" else None
            found.append(Case(day, words, why))
    return found


def lived(case: Case, folder: Path) -> str:
    """What becomes of it in the whole hub."""
    hub = Hub(folder)
    try:
        ann = Texter(hub)
        at = NOON + 1
        for said in case.words.split(";;"):
            found = PAUSE.fullmatch(said.strip())
            if found:
                settle(hub, int(found[1]) * (DAY if found[2] == "d" else HOUR) - 60)
                at += int(found[1]) * (DAY if found[2] == "d" else HOUR)
                hub.clock.at = max(hub.clock.at, at)
            ann.say(found[3] if found else said.strip())
        settle(hub, 45 * DAY)
        times = [act.at for act in hub.sent("sms") if act.text in written(ann)]
    finally:
        hub.close()
    if not times:
        return "right" if case.day is None else "missed"
    first = datetime.fromtimestamp(NOON, UTC).date()
    days = [(datetime.fromtimestamp(at, UTC).date() - first).days for at in times]
    return "right" if case.day is not None and days == [case.day] else f"wrong {days}"


@pytest.fixture(scope="module")
def came(tmp_path_factory: pytest.TempPathFactory) -> list[Came]:
    return [
        Came(case, lived(case, tmp_path_factory.mktemp(f"case{number}")))
        for number, case in enumerate(cases())
    ]


def test_there_are_enough_of_both() -> None:
    known = cases()
    assert len(known) >= 120
    assert len({case.words for case in known}) == len(known)
    assert min(sum(case.day is None for case in known), sum(c.day is not None for c in known)) >= 40


def test_nobody_is_written_to_who_should_not_be(came: list[Came]) -> None:
    assert [one for one in came if one.how.startswith("wrong")] == []


def test_few_are_missed_and_the_figures_are_published(came: list[Came]) -> None:
    missed = [one for one in came if one.how == "missed"]
    figures = {
        "situations": len(came),
        "to_write": sum(one.case.day is not None for one in came),
        "right": sum(one.how == "right" for one in came),
        "wrong": sum(one.how.startswith("wrong") for one in came),
        "missed": len(missed),
        "naive": len(_any_day()),
    }
    if os.environ.get("HUB_FIGURES"):
        FIGURES.parent.mkdir(exist_ok=True)
        FIGURES.write_text(json.dumps(figures))
    assert len(missed) <= MOST_MISSED, missed


def test_a_rule_that_takes_any_day_for_a_concern_would_be_wrong() -> None:
    """The table can fail."""
    assert len(_any_day()) > 40


def _any_day() -> list[Case]:
    """Those who would be written to wrongly by whoever writes about every day to come."""
    today = datetime.fromtimestamp(NOON, UTC).toordinal()
    return [case for case in cases() if case.day is None and dates.coming(case.words, today)]
