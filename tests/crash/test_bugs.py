"""The sweep bites: each planted bug is caught, and by the figure that is meant to show it."""

from collections import Counter

import pytest

from tests.crash.bugs import BUGS
from tests.crash.house import Class, House, Story
from tests.crash.injector import Injector, Kind
from tests.crash.plan_bugs import PLAN_BUGS
from tests.crash.plan_stories import PLANS
from tests.crash.stories import STORIES
from tests.crash.test_sweep import crash, keep, points

EVERY = {**BUGS, **PLAN_BUGS}


@pytest.mark.parametrize("name", EVERY)
def test_a_planted_bug_is_caught(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    bug = EVERY[name]
    (story,) = (one for one in (*STORIES, *PLANS) if one.name == bug.story)
    bug.plant(monkeypatch)
    tried = [one for one in points(_census(story, bug.kind)) if bug.mode in (None, one[1])]
    for count, (at, mode) in enumerate(tried, 1):
        if crash(story, bug.kind, at, mode)[bug.figure]:
            found = Counter({"caught": 1, "points": count})
            keep("bug", found, {"bug": name, "figure": bug.figure})
            return
    pytest.fail(f"{name}: {len(tried)} crashes, and {bug.figure} stayed 0")


def _census(story: Story, kind: Class) -> list[Kind]:
    injector = Injector()
    house = House(story, kind, injector)
    try:
        house.play()
    finally:
        house.close()
    return list(injector.census)
