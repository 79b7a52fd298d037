"""The whole turn: it loses races gracefully, and an event on the wrong lane goes on."""

from collections.abc import Callable, Sequence

import pytest

from persona import keys
from persona.decide import FAILED
from persona.errors import Broken, Conflict, Transient
from persona.model import Address, Event, Place
from persona.ports import Put, Table, Write
from persona.turn import TRIES, fail_turn, take_turn
from tests.unit.house import ANN, Between, House


class Busy(Between):
    """A table on which something else happens just before a commit."""

    def __init__(self, table: Table, meanwhile: Callable[[], object], times: int = 1) -> None:
        super().__init__(table)
        self._meanwhile = meanwhile
        self._times = times

    def commit(self, writes: Sequence[Write]) -> None:
        if self._times > 0:
            self._times -= 1
            self._meanwhile()
        self.commit_there(writes)


def raise_conflict() -> None:
    raise Conflict("somebody else was quicker")


def test_a_lost_race_is_decided_again_on_what_is_true_now(house: House) -> None:
    house.tell("my locker code is 111")
    plain = house.ports
    question, newer = house.event("what is my locker code?"), house.event("my locker code is 222")
    others = house.with_(table=Busy(plain.table, lambda: take_turn(house.meet(), [newer], plain)))
    take_turn(house.meet(), [question], others)
    assert "“my locker code is 222”" in house.replies()[-1].split("\n")[0]
    assert [turn.version for turn in house.turns()] == [1, 2, 3]


def test_a_halt_between_thinking_and_commit_takes_the_acts_back(house: House) -> None:
    house.tell("hello")
    before = len(house.acts())
    event = house.event("what is new?")
    house.with_(table=Busy(house.ports.table, house.halt))
    assert house.take(event).acts == ()
    assert len(house.acts()) == before


def test_an_answer_that_was_lost_shows_as_seen(house: House) -> None:
    plain, event = house.ports, house.event("hello")
    house.with_(table=Busy(plain.table, lambda: take_turn(house.meet(), [event], plain)))
    assert house.take(event).handled == 0
    assert len(house.turns()) == len(house.acts()) == 1


def test_a_lane_that_never_comes_to_rest_is_tried_again_later(house: House) -> None:
    event = house.event("hello")
    house.meet()
    house.with_(table=Busy(house.ports.table, raise_conflict, TRIES))
    with pytest.raises(Transient):
        house.take(event)
    assert house.turns() == []


def test_an_event_on_the_wrong_lane_goes_on_under_its_own_key(house: House) -> None:
    mine, event = house.meet(), house.event("hello")
    elsewhere = Place(mine.home, "OTHER")
    gate = house.ports.table.get([keys.gate(mine.lane)])[keys.gate(mine.lane)]
    house.ports.table.commit([Put(keys.gate("OTHER"), {**gate, "homes": ["somebody's"]})])
    for _ in range(2):
        assert take_turn(elsewhere, [event], house.ports).handled == 0
    assert house.turns() == []
    batch = house.family.lanes.receive()
    assert [(one.lane, Event.from_json(one.body)) for one in batch] == [(mine.lane, event)]


def test_a_row_of_a_newer_format_stops_the_turn(house: House) -> None:
    house.tell("hello")
    key = keys.head(house.meet().lane)
    house.ports.table.commit([Put(key, {**house.ports.table.get([key])[key], "v": 99})])
    with pytest.raises(Broken, match="format 99"):
        house.tell("hello again")


def test_what_failed_each_time_ends_as_seen_failed_and_told(house: House) -> None:
    event = house.event("poison")
    fail_turn(house.meet(), [event], house.ports)
    assert house.replies() == [FAILED]
    assert house.turns()[0].person_text() == "poison"
    states = [row["state"] for sort, row in house.rows("HOME#").items() if "SEEN" in sort]
    assert states == ["failed"]
    fail_turn(house.meet(), [event], house.ports)
    assert len(house.turns()) == 1


def test_each_turn_rings_for_its_acts_alone(house: House) -> None:
    lane = house.meet(ANN).lane
    house.take(house.event("hello"))
    house.take(house.event("one\fmore"))
    first, second = house.family.bell.take(0.0), house.family.bell.take(0.0)
    assert first == ("sms", lane, ("000000000001#01",), ())
    assert second is None  # of one lane, one ring is worked at a time
    assert first
    house.family.bell.done(first)
    second = house.family.bell.take(0.0)
    assert second
    assert (second.acts[0], second.behind) == ("000000000002#01", ("000000000001#01",))
    assert house.family.bell.take(0.0) is None


def test_the_page_is_woken_where_there_is_one(house: House) -> None:
    taken = house.take(house.event("hello", Address("web", "ann")))
    assert taken.woke
    assert taken.acts == ()
    assert not house.take(house.event("hello", ANN)).woke
