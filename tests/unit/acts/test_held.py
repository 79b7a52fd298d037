"""Events that a cap holds back: sealed, each in its own lane."""

import pytest

from persona.acts import held
from persona.errors import Broken
from persona.model import Event
from persona.ports import Row
from tests.unit.house import ANN, House


def test_an_event_that_waits_opens_in_its_own_lane_alone(house: House) -> None:
    event = Event("sms:1", "message", ANN, ANN, "secret words")
    sealed = held._sealed("L", event, house.ports)
    row: Row = {"lane": "L", "id": event.id, "sealed": sealed}
    assert b"secret" not in sealed
    assert held.open_row(row, house.ports) == event
    with pytest.raises(Broken):
        held.open_row({**row, "lane": "M"}, house.ports)
    with pytest.raises(Broken):
        held.open_row({**row, "id": "sms:2"}, house.ports)
