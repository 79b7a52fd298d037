"""What is halted for everybody is one row, read seldom and written by nobody who works a lane."""

import pytest

from persona import keys
from persona.errors import Broken
from persona.halts import FRESH, Halts, Watch
from persona.keys import Scope


def test_the_hub_and_its_capabilities_are_halted_and_started_apart() -> None:
    halts = Halts().moved("send_email", halted=True).moved("", halted=True)
    assert halts == Halts(hub=True, capabilities=frozenset(["send_email"]), epoch=2)
    assert "halted it" in halts.why()
    started = halts.moved("", halted=False)
    assert started.why() == ""
    assert started.why("send_email") == "whoever runs this hub has halted send email"
    assert started.why("send_sms") == ""
    assert started.moved("send_email", halted=False).capabilities == frozenset()


def test_it_comes_back_from_its_row() -> None:
    halts = Halts().moved("send_email", halted=True)
    assert Halts.from_row(halts.row()) == halts
    assert Halts.from_row(None) == Halts()
    with pytest.raises(Broken):
        Halts.from_row({**halts.row(), "v": 99})


def test_it_is_read_once_in_a_few_seconds_whoever_asks() -> None:
    watch, halted = Watch(), Halts(hub=True, epoch=1)
    asked = watch.wanted(100.0)
    assert asked == (keys.hub(),)
    assert watch.take(asked, {keys.hub(): halted.row()}, 100.0) == halted
    assert watch.wanted(100.0 + FRESH - 0.01) == ()
    assert watch.take((), {}, 101.0) == halted, "what was not asked for is not taken for absent"
    asked = watch.wanted(100.0 + FRESH)
    assert watch.take(asked, {}, 100.0 + FRESH) == Halts()
    watch.forget()
    assert watch.wanted(100.0 + FRESH) == (keys.hub(),)


def test_workers_of_lanes_may_read_it_and_none_may_write_it() -> None:
    partition = keys.hub().partition
    for scope in (Scope.of_turn("L", ["H"], ["sms"]), Scope.of_acts("L", "sms")):
        assert partition in scope.partitions & scope.read_only
    for scope in (Scope.of_gate("L"), Scope.of_link("L", "hash")):
        assert partition not in scope.partitions
