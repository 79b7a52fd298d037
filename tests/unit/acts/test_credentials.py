"""A person's own credential: sealed, theirs alone, and reached by the one function that needs it."""

import pytest

from persona import keys
from persona.acts import credentials
from persona.errors import Broken, Refused
from persona.keys import Scope
from persona.ports import Put
from tests.unit.house import House

GIVEN = {"url": "https://dav.example/", "user": "ann", "password": "ann's word"}


def test_what_was_given_comes_back_and_can_be_forgotten(house: House) -> None:
    assert credentials.read(house.ports, "calendar", "ANN") == {}
    credentials.keep(house.ports, "calendar", "ANN", GIVEN)
    assert credentials.read(house.ports, "calendar", "ANN") == GIVEN
    credentials.keep(house.ports, "calendar", "ANN", {**GIVEN, "password": "new"})
    assert credentials.read(house.ports, "calendar", "ANN")["password"] == "new"
    credentials.drop(house.ports, "calendar", "ANN")
    credentials.drop(house.ports, "calendar", "ANN")
    assert credentials.read(house.ports, "calendar", "ANN") == {}


def test_it_is_another_persons_and_another_capabilitys_never(house: House) -> None:
    credentials.keep(house.ports, "calendar", "ANN", GIVEN)
    assert credentials.read(house.ports, "calendar", "BOB") == {}
    assert credentials.read(house.ports, "mail", "ANN") == {}


def test_a_row_that_was_moved_does_not_open(house: House) -> None:
    credentials.keep(house.ports, "calendar", "ANN", GIVEN)
    table = house.ports.table
    row = table.get([keys.credential("calendar", "ANN")])[keys.credential("calendar", "ANN")]
    assert "ann's word" not in str(row)
    for place in (("calendar", "BOB"), ("mail", "ANN")):
        table.commit([Put(keys.credential(*place), row)])
        with pytest.raises(Broken, match="does not open"):
            credentials.read(house.ports, *place)


def test_it_goes_with_the_persons_key(house: House) -> None:
    credentials.keep(house.ports, "calendar", "ANN", GIVEN)
    house.ports.keys.destroy("lane:ANN")
    with pytest.raises(Refused):
        credentials.read(house.ports, "calendar", "ANN")


def test_only_the_function_that_needs_it_reaches_it(house: House) -> None:
    credentials.keep(house.ports, "calendar", "ANN", GIVEN)
    may = house.ports.within(Scope.of_acts("ANN", "create_event", "calendar"))
    assert credentials.read(may, "calendar", "ANN") == GIVEN
    for scope in (
        Scope.of_acts("ANN", "create_event"),
        Scope.of_acts("ANN", "create_event", "mail"),
        Scope.of_acts("BOB", "create_event", "calendar"),
        Scope.of_turn("ANN", ["HOME1"], ["create_event"]),
        Scope.of_gate("ANN"),
    ):
        with pytest.raises(Broken):
            credentials.read(house.ports.within(scope), "calendar", "ANN")
