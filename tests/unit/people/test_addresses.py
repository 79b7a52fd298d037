"""Whose address is this: one home and one lane each, made once."""

import threading
from collections.abc import Sequence

import pytest

from persona import keys
from persona.errors import Conflict, Transient
from persona.model import Address, Place
from persona.people import addresses
from persona.ports import Put, Table, Write
from tests.unit.house import ANN, BOB, NOON, Between, House


def meet(house: House, address: Address = ANN, table: Table | None = None) -> Place:
    return addresses.meet(table or house.ports.table, address, house.ports.entropy, NOON)


def test_nobody_lives_at_an_address_that_never_wrote(house: House) -> None:
    assert addresses.find(house.ports.table, ANN) is None


def test_who_was_met_is_found_again(house: House) -> None:
    place = meet(house)
    assert addresses.find(house.ports.table, ANN) == place == meet(house)
    assert place.home != place.lane


def test_each_address_is_a_person_of_its_own(house: House) -> None:
    places = [meet(house, one) for one in (ANN, BOB, Address("slack", ANN.id), Address("sms", ""))]
    assert len({place.home for place in places}) == len({place.lane for place in places}) == 4


def test_a_new_gate_is_open_for_that_home_alone(house: House) -> None:
    place = meet(house)
    gate = house.ports.table.get([keys.gate(place.lane)])[keys.gate(place.lane)]
    assert gate["homes"] == [place.home]
    assert gate["surfaces"] == ["sms"]
    assert (gate["halted"], gate["epoch"], gate["suppressed"]) == (False, 1, {})


def test_a_home_says_nothing_about_whom_it_stands_for(house: House) -> None:
    place = meet(house)
    assert "4155550101" not in place.home + place.lane


def test_many_who_meet_one_address_at_once_agree(house: House) -> None:
    found: list[Place] = []
    start = threading.Barrier(6)

    def worker() -> None:
        start.wait()
        found.append(meet(house))

    threads = [threading.Thread(target=worker) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 6
    assert len(set(found)) == 1
    assert len(house.rows("GATE#")) == 1


class Overtaken(Between):
    """A table on which somebody else meets the same address just before."""

    def __init__(self, house: House) -> None:
        super().__init__(house.ports.table)
        self._house = house

    def commit(self, writes: Sequence[Write]) -> None:
        meet(self._house)
        self._house.ports.table.commit(writes)


def test_who_is_overtaken_moves_in_where_the_other_did(house: House) -> None:
    place = meet(house, table=Overtaken(house))
    assert addresses.find(house.ports.table, ANN) == place
    assert len(house.rows("GATE#")) == 1


class Forgetful(Between):
    """A table on which somebody else is always quicker, and never to be seen."""

    def __init__(self, table: Table, conflicts: int) -> None:
        super().__init__(table)
        self.left = conflicts

    def commit(self, writes: Sequence[Write]) -> None:
        self.left -= 1
        if self.left >= 0:
            raise Conflict("somebody else was quicker")
        self.commit_there(writes)


def test_a_lost_race_is_run_again(house: House) -> None:
    place = meet(house, table=Forgetful(house.ports.table, 1))
    assert addresses.find(house.ports.table, ANN) == place


def test_an_address_that_cannot_be_met_is_asked_for_again_later(house: House) -> None:
    with pytest.raises(Transient):
        meet(house, table=Forgetful(house.ports.table, 99))
    assert addresses.find(house.ports.table, ANN) is None


def test_an_old_row_with_more_fields_is_still_a_place(house: House) -> None:
    row = {"v": 1, "surface": "sms", "home": "H", "lane": "L", "met": 0.0, "nickname": "x"}
    house.ports.table.commit([Put(keys.address(ANN), row)])
    assert meet(house) == Place("H", "L")
