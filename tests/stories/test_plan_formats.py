"""Plans as every format ever released wrote them, opened and run to their end by today's code.

Each file holds rows as they were taken from a table, with what was sealed beside them: the key that
sealed it is not kept.
"""

import json
from pathlib import Path
from typing import Any

import pytest

from persona import keys
from persona.memory import plans
from persona.model import Address
from persona.people import addresses
from persona.ports import Put
from persona.seal import seal
from tests.stories.people import Visitor, drain
from tests.support import Hub

FOLDER = Path(__file__).parents[1] / "plans"
FORMATS = sorted(FOLDER.glob("format_*.json"))
HOUR = 3_600.0


def restored(hub: Hub, file: Path) -> Visitor:
    """Somebody in whose home these rows stand, as if an older code had written them there."""
    ann = Visitor(hub)
    ann.say("save document Notes: the party is on Friday", "remind me in 300 days to renew")
    place = addresses.find(hub.ports.table, Address.parse(ann.address))
    assert place
    for one in json.loads(file.read_text()):
        clear: dict[str, Any] = {**one["clear"], "home": place.home}
        hidden: dict[str, Any] = one["hidden"]
        hidden["asked"]["home"] = place.home
        context = plans.context(place.home, clear["id"])
        sealed = seal(hub.ports, f"home:{place.home}", context, hidden)
        row = {**clear, "number": clear["number"] + 1, "sealed": sealed}
        hub.ports.table.commit([Put(keys.plan(place.home, clear["id"]), row)])
    return ann


def pass_time(hub: Hub, *hours: int) -> None:
    """Lets time pass in steps of so many hours."""
    for step in hours:
        hub.clock.at += step * HOUR
        drain(hub)


def test_each_format_that_was_ever_written_has_its_rows() -> None:
    written = {int(file.stem.removeprefix("format_")) for file in FORMATS}
    assert written == set(range(1, plans.FORMAT + 1))
    for file in FORMATS:
        rows = json.loads(file.read_text())
        assert {row["clear"]["v"] for row in rows} == {int(file.stem.removeprefix("format_"))}


def test_the_first_format_tells_its_reminders_at_their_times(hub: Hub) -> None:
    ann = restored(hub, FOLDER / "format_1.json")
    listed = ann.say("plans")
    assert "2. feed the cat · tomorrow 17:45" in listed
    assert "paused" in listed
    ann.say("resume 4")
    pass_time(hub, 1, 1, 2, 14, 10, 8)
    told = "\n".join(ann.replies())
    assert told.count("Reminder: feed the cat") == 1
    assert told.count("Reminder: stretch") == 1
    assert told.count("Reminder: call Bob") == 1
    assert told.count("Reminder: drink") == 6
    pass_time(hub, 24 * 15)
    assert "Reminder: pay the rent" in "\n".join(ann.replies())
    assert "feed the cat" not in ann.say("plans")


def test_the_second_format_goes_on_where_each_plan_stood(hub: Hub) -> None:
    ann = restored(hub, FOLDER / "format_2.json")
    ann.say("answer 3: red")
    pass_time(hub, 1, 1)
    told = "\n".join(ann.replies())
    assert "so red" in told
    assert "it says" in told
    ann.say("start 6", "done")
    pass_time(hub, 26, 24 * 8)
    told = "\n".join(ann.replies())
    assert "That was all of “tell Bob”" in told
    assert told.count("Reminder: feed the cat") == 1
    listed = ann.say("plans")
    assert "look" in listed
    assert "every hour" in listed
    assert not [gone for gone in ("shed", "tell Bob", "later", "feed the cat") if gone in listed]


@pytest.mark.parametrize("file", FORMATS, ids=lambda file: file.stem)
def test_each_is_written_again_in_todays_format_by_its_next_move(hub: Hub, file: Path) -> None:
    ann = restored(hub, file)
    for number in range(2, 7):
        ann.say(f"pause {number}")
    place = addresses.find(hub.ports.table, Address.parse(ann.address))
    assert place
    rows = hub.ports.table.query(keys.plans(place.home))
    assert len(rows) == 6
    moved = [row for _, row in rows if row["state"] == "paused"]
    assert len(moved) >= 4
    assert {row["v"] for row in moved} == {plans.FORMAT}
