"""The sweep bites: each planted bug is caught, and by the figure that is meant to show it."""

from collections import Counter

import pytest

from tests.crash.bugs import BUGS
from tests.crash.house import Class, House, Story
from tests.crash.injector import Injector, Kind
from tests.crash.stories import STORIES
from tests.crash.test_sweep import crash, keep, points

LOOKED_AT: tuple[Class, ...] = ("none", "lookup")


@pytest.mark.parametrize("name", BUGS)
def test_a_planted_bug_is_caught(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    plant, figure = BUGS[name]
    plant(monkeypatch)
    tried = 0
    for kind in LOOKED_AT:
        for story in STORIES:
            for at, mode in points(_census(story, kind)):
                tried += 1
                if crash(story, kind, at, mode)[figure]:
                    found = Counter({"caught": 1, "points": tried})
                    keep("bug", found, {"bug": name, "figure": figure})
                    return
    pytest.fail(f"{name}: {tried} crashes, and {figure} stayed 0")


def _census(story: Story, kind: Class) -> list[Kind]:
    injector = Injector()
    house = House(story, kind, injector)
    try:
        house.play()
    finally:
        house.close()
    return list(injector.census)
