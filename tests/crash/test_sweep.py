"""The crash sweep: every story, every outside call, five ways to fail, three classes of provider.

All of it takes an hour of one core, so `make test` runs a share that is another each day, until
every point came up; `make bench` runs a larger one, and `HUB_EVERY_POINT=1` all of it.
"""

import json
import os
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

import pytest

from functions import turn
from tests.aws import world
from tests.crash import plans, wishes
from tests.crash.control import naive_worker
from tests.crash.house import CLASSES, Class, Family, House, Story, Worker
from tests.crash.injector import MODES, Injector, Kind, Mode
from tests.crash.requests import FaultyRequests
from tests.crash.stories import STORIES

FIGURES = Path(__file__).parents[2] / "bench" / "figures"
KEEPS = bool(os.environ.get("HUB_FIGURES"))
"""Whether the figures are kept, from which the README's table is made."""
TRIES_ALL = bool(os.environ.get("HUB_EVERY_POINT"))
LOCAL_DAYS, AWS_DAYS = (1, 1) if TRIES_ALL else (3, 7) if KEEPS else (61, 127)
"""Days after which every point has come up; no multiples of how many modes a call has."""
TIMEOUT = 3600
"""Seconds for one story, all points of which may be run on a busy machine."""
REPLAYS = 9
Point = TypeVar("Point")
EVIL = (
    "lost",
    "doubled turns",
    "doubled sends",
    "stuck",
    "out of order",
    "after halt",
    "leaked",
    "misplaced",
    "misindexed",
    "half erased",
    "needlessly unknown",
    *wishes.EVIL,
    *plans.EVIL,
)


def census(story: Story, kind: Class, worker: Worker = turn.run) -> list[Kind]:
    """The outside calls of a run in which nothing fails."""
    injector = Injector()
    house = House(story, kind, injector, worker)
    try:
        found = house.play()
    finally:
        house.close()
    if worker is turn.run:
        assert not [name for name in EVIL if found[name]], found
    return list(injector.census)


def crash(
    story: Story,
    kind: Class,
    at: int,
    mode: Mode,
    worker: Worker = turn.run,
    family: Family = "local",
) -> Counter[str]:
    """One run with one crash; the crash must have happened."""
    injector = Injector(at, mode)
    house = House(story, kind, injector, worker, family)
    try:
        found = house.play()
    finally:
        house.close()
    found["fired"] += injector.fired
    found["points"] += 1
    return found


def crash_on_aws(story: Story, kind: Class, at: int, mode: Mode) -> Counter[str]:
    """The same with requests to AWS; played again where this time there was one request fewer.

    Into how many rows a home's tombstones go is chance, since keys are new each time.
    """
    found = crash(story, kind, at, mode, family="aws")
    for _ in range(REPLAYS):
        if found["fired"]:
            break
        found = crash(story, kind, at, mode, family="aws")
    return found


def points(calls: list[Kind]) -> list[tuple[int, Mode]]:
    """Every call in every mode that can differ there: a read has no effect to lose."""
    return [(at, mode) for at, kind in enumerate(calls, 1) for mode in modes(kind)]


def modes(kind: Kind) -> list[Mode]:
    return [mode for mode in MODES if not (kind in ("read", "lookup") and mode == "lost")]


def aws_points(story: Story, kind: Class) -> list[tuple[int, Mode]]:
    """Each place in our code from which a request is made, where the story first comes to it.

    And every call to the provider.
    """
    injector = Injector()
    house = House(story, kind, injector, family="aws")
    faults = world().faults
    assert isinstance(faults, FaultyRequests)
    try:
        found = house.play()
    finally:
        house.close()
    assert not [name for name in EVIL if found[name]], found
    first: dict[str, int] = {}
    for at, site in faults.sites:
        first.setdefault(site, at)
    for at, call in enumerate(injector.census, 1):
        if call in ("send", "lookup"):
            first.setdefault(f"{call} {at}", at)
    return [(at, mode) for at in first.values() for mode in modes(injector.census[at - 1])]


def of_today(found: Sequence[Point], days: int, ahead: int = 0) -> Sequence[Point]:
    """This day's share of the points; `ahead` takes that of a later day."""
    day = datetime.now(UTC).toordinal() + ahead
    return found[day % days :: days]


def keep(name: str, found: Counter[str], about: dict[str, str]) -> None:
    if KEEPS:
        FIGURES.mkdir(parents=True, exist_ok=True)
        path = FIGURES / "crash.jsonl"
        with path.open("a") as file:
            file.write(json.dumps({"arm": name, **about, **found}) + "\n")


@pytest.mark.timeout(TIMEOUT)
@pytest.mark.parametrize("kind", CLASSES)
@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.name)
def test_no_crash_loses_doubles_or_leaks_anything(story: Story, kind: Class) -> None:
    total: Counter[str] = Counter()
    ahead = CLASSES.index(kind) * LOCAL_DAYS // len(CLASSES)
    every = points(census(story, kind))
    for at, mode in of_today(every, LOCAL_DAYS, ahead):
        found = crash(story, kind, at, mode)
        assert found["fired"], f"call {at} never came to {mode}"
        wrong = {name: found[name] for name in EVIL if found[name]}
        assert not wrong, f"{wrong} after {mode} at call {at}"
        total += found
    assert total["points"] == total["fired"] > 0
    total["every"] = len(every)
    keep("ours", total, {"story": story.name, "class": kind})


@pytest.mark.timeout(TIMEOUT)
@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.name)
def test_no_request_to_aws_that_fails_loses_doubles_or_leaks_anything(story: Story) -> None:
    kind = CLASSES[STORIES.index(story) % len(CLASSES)]
    total: Counter[str] = Counter()
    every = aws_points(story, kind)
    for at, mode in of_today(every, AWS_DAYS):
        found = crash_on_aws(story, kind, at, mode)
        assert found["fired"], f"request {at} never came to {mode}"
        wrong = {name: found[name] for name in EVIL if found[name]}
        assert not wrong, f"{wrong} after {mode} at request {at}"
        total += found
    assert total["points"] == total["fired"] > 0
    total["every"] = len(every)
    keep("aws", total, {"story": story.name, "class": kind})


@pytest.mark.long
def test_the_naive_hub_does_lose_and_double() -> None:
    total: Counter[str] = Counter()
    for kind in CLASSES:
        for story in STORIES[:2]:
            for at, mode in of_today(points(census(story, kind, naive_worker)), min(LOCAL_DAYS, 7)):
                total += crash(story, kind, at, mode, naive_worker)
    assert total["doubled turns"] > 0
    assert total["doubled sends"] > 0
    keep("control", total, {"story": "the first two", "class": "all"})
