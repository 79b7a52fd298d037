"""The crash sweep over plans: the turn on a time, on an outcome, on an answer; the sweeper and what
wakes plans outside; the act of a step; a yes to all of it; cancelling, skipping, pausing by hand.

Shares of a day as in `test_sweep.py`, where the ways to fail and the figures are.
"""

from collections import Counter

import pytest

from tests.crash import plan_naive
from tests.crash.house import CLASSES, Class, Story
from tests.crash.plan_stories import ACTING, DRIVEN, PLANS, QUIET
from tests.crash.test_sweep import (
    EVIL,
    KEEPS,
    TIMEOUT,
    TRIES_ALL,
    aws_points,
    census,
    crash,
    crash_on_aws,
    keep,
    of_today,
    points,
)

LOCAL_DAYS, AWS_DAYS = (1, 1) if TRIES_ALL else (3, 7) if KEEPS else (61, 127)
LOCAL = [
    *((story, kind) for story in ACTING for kind in CLASSES),
    *((story, "key") for story in (*QUIET, *DRIVEN)),
]
IDS = [f"{story.name}, {kind}" for story, kind in LOCAL]


@pytest.mark.timeout(TIMEOUT)
@pytest.mark.parametrize(("story", "kind"), LOCAL, ids=IDS)
def test_no_crash_loses_doubles_or_holds_up_a_plan(story: Story, kind: Class) -> None:
    total: Counter[str] = Counter()
    every = points(census(story, kind))
    for at, mode in of_today(every, LOCAL_DAYS, LOCAL.index((story, kind))):
        found = crash(story, kind, at, mode)
        assert found["fired"], f"call {at} never came to {mode}"
        wrong = {name: found[name] for name in EVIL if found[name]}
        assert not wrong, f"{wrong} after {mode} at call {at}"
        total += found
    assert total["points"] == total["fired"] > 0
    total["every"] = len(every)
    keep("plans", total, {"story": story.name, "class": kind})


@pytest.mark.timeout(TIMEOUT)
@pytest.mark.parametrize("story", PLANS, ids=lambda story: story.name)
def test_no_request_to_aws_that_fails_harms_a_plan(story: Story) -> None:
    kind = CLASSES[PLANS.index(story) % len(CLASSES)] if story in ACTING else "key"
    total: Counter[str] = Counter()
    every = aws_points(story, kind)
    for at, mode in of_today(every, AWS_DAYS, PLANS.index(story)):
        found = crash_on_aws(story, kind, at, mode)
        assert found["fired"], f"request {at} never came to {mode}"
        wrong = {name: found[name] for name in EVIL if found[name]}
        assert not wrong, f"{wrong} after {mode} at request {at}"
        total += found
    assert total["points"] == total["fired"] > 0
    total["every"] = len(every)
    keep("plans on aws", total, {"story": story.name, "class": kind})


def test_the_naive_runner_does_double_and_lose() -> None:
    (story,) = (one for one in PLANS if one.name == plan_naive.STORY)
    total: Counter[str] = Counter()
    for order in plan_naive.ORDERS:
        worker = plan_naive.naive_runner(order)
        for at, mode in of_today(points(census(story, "none", worker)), min(LOCAL_DAYS, 7)):
            total += crash(story, "none", at, mode, worker)
    assert total["doubled sends"] > 0
    assert total["plans lost"] > 0
    keep("naive plans", total, {"story": story.name, "class": "none"})
