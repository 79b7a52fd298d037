"""The cache of indexes: nothing is read again that is known, and memory stays bounded."""

from typing import Any

import pytest

from persona.memory import recall
from persona.memory.recall import Indexes
from persona.model import Address
from tests.unit.house import BOB, House


def opened(house: House, who: Address) -> Any:
    return house.ports.indexes.open(house.standing(house.event("hello", who)), house.ports)


def test_the_same_version_is_never_loaded_twice(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    house.tell("my cat is Max")
    first = opened(house, BOB)
    monkeypatch.setattr(recall.segments, "load", None)
    assert opened(house, BOB) is first
    house.tell("my dog is Rex", who=BOB)
    assert [one.text for one in opened(house, BOB).everything()] == ["my dog is Rex"]


def test_lanes_worked_longest_ago_are_let_go(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recall, "LINES_KEPT", 3)
    people = [Address("sms", f"+1415555020{n}") for n in range(4)]
    for who in people:
        house.tell("my cat is Max", "my dog is Rex", who=who)
    kept = [opened(house, who) for who in people]
    assert opened(house, people[-1]) is kept[-1]
    again = opened(house, people[0])
    assert again is not kept[0]
    assert [one.text for one in again.everything()] == [one.text for one in kept[0].everything()]


def test_a_lane_larger_than_the_bound_is_kept_while_it_is_in_use(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recall, "LINES_KEPT", 1)
    house.tell("my cat is Max", "my dog is Rex", who=BOB)
    assert opened(house, BOB) is opened(house, BOB)


def test_what_another_process_said_is_taken_in(house: House) -> None:
    house.tell("my cat is Max", who=BOB)
    mine = opened(house, BOB)
    ports = house.ports
    house.with_(indexes=Indexes())
    house.tell("my dog is Rex", who=BOB)
    house.with_(indexes=ports.indexes)
    assert len(opened(house, BOB)) == 2
    assert opened(house, BOB) is mine


def test_recall_bears_on_more_than_what_covers(house: House) -> None:
    house.tell("what did the vet say about the parrot", addressed=False, who=BOB)
    house.tell("all fine, thank you", addressed=False, who=BOB)
    standing = house.standing(house.event("how is the parrot after the vet?", BOB))
    bearing = recall.recall(standing, "how is the parrot after the vet?", house.ports)
    covering = recall.match(standing, "how is the parrot after the vet?", house.ports)
    assert "all fine, thank you" in [one.evidence.text for one in bearing]
    assert "all fine, thank you" not in [one.evidence.text for one in covering]
