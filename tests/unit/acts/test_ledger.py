"""The account of what was decided: no entry can be changed, dropped or moved unseen."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from persona import keys
from persona.acts import ledger
from persona.decision import Act
from persona.model import Address, Event
from persona.ports import Row
from tests.unit.house import House

WHO = Address("sms", "+14155550101")


def chain(length: int) -> list[Row]:
    rows: list[Row] = []
    before = ""
    for version in range(1, length + 1):
        event = Event(f"sms:{version}", "message", WHO, WHO, f"secret words {version}")
        act = Act("sms", "L", "H", f"{version}#01", WHO, "", "secret reply", "c", 1.0)
        rows.append(ledger.entry(before, version, 1.0 * version, [event], [act], ["halted"]))
        before = rows[-1]["hash"]
    return rows


WHOLE = chain(5)
FIELDS = [name for name in WHOLE[0] if name != "v"]


def other(value: Any) -> Any:
    """Another value of the same kind, as little other as can be."""
    if isinstance(value, str):
        return ("0" if value[:1] != "0" else "1") + value[1:]
    return value + 1 if isinstance(value, int | float) else value[1:]


def test_a_whole_chain_has_no_break_and_neither_has_none() -> None:
    assert ledger.first_break(WHOLE) is None
    assert ledger.first_break([]) is None
    assert WHOLE[0]["before"] == ledger.GENESIS


@pytest.mark.parametrize("field", FIELDS)
@pytest.mark.parametrize("at", range(len(WHOLE)))
def test_a_flip_anywhere_is_found_where_it_is(at: int, field: str) -> None:
    row = {**WHOLE[at], field: other(WHOLE[at][field])}
    found = ledger.first_break([*WHOLE[:at], row, *WHOLE[at + 1 :]])
    assert found == row["version"]


@pytest.mark.parametrize("at", range(len(WHOLE) - 1))
def test_a_dropped_entry_is_found_at_the_next_one(at: int) -> None:
    assert ledger.first_break(WHOLE[:at] + WHOLE[at + 1 :]) == WHOLE[at + 1]["version"]


@pytest.mark.parametrize("at", range(len(WHOLE) - 1))
def test_two_entries_that_change_places_are_found_at_the_first(at: int) -> None:
    swapped = [*WHOLE[:at], WHOLE[at + 1], WHOLE[at], *WHOLE[at + 2 :]]
    assert ledger.first_break(swapped) == WHOLE[at + 1]["version"]


@pytest.mark.parametrize("at", range(len(WHOLE)))
def test_an_entry_twice_is_found(at: int) -> None:
    assert ledger.first_break([*WHOLE[: at + 1], *WHOLE[at:]]) == WHOLE[at]["version"]


@given(st.integers(0, 4), st.sampled_from(FIELDS))
def test_an_entry_made_up_with_a_fitting_hash_breaks_the_next_one(at: int, field: str) -> None:
    body = {k: v for k, v in WHOLE[at].items() if k not in ("v", "hash")}
    if field == "hash":
        return
    body[field] = other(body[field])
    forged = {"v": 1, **body, "hash": ledger.digest(body)}
    found = ledger.first_break([*WHOLE[:at], forged, *WHOLE[at + 1 :]])
    assert found is not None or at == len(WHOLE) - 1


def test_a_chain_cut_at_its_end_is_not_the_one_whose_hash_the_head_holds(house: House) -> None:
    for words in ("one", "two", "three"):
        house.tell(words)
    lane = house.meet().lane
    rows = [dict(row) for sort, row in house.rows(f"LANE#{lane}").items() if "LEDGER" in sort]
    head = house.ports.table.get([keys.head(lane)])[keys.head(lane)]
    assert ledger.first_break(rows) is None
    assert rows[-1]["hash"] == head["ledger"] not in [row["hash"] for row in rows[:-1]]


@pytest.mark.parametrize("left", range(len(WHOLE)))
def test_a_chain_cut_at_its_end_is_found(left: int) -> None:
    assert ledger.first_break(WHOLE[:left], WHOLE[-1]["hash"]) == left + 1
    assert ledger.first_break(WHOLE, WHOLE[-1]["hash"]) is None


def test_nobodys_words_stand_in_it() -> None:
    assert "secret" not in str(WHOLE)
    assert WHO.id not in str(WHOLE)


def test_what_was_refused_is_told_with_what_was_done() -> None:
    entry = WHOLE[0]
    assert entry["refused"] == ["halted"]
    assert [act["function"] for act in entry["acts"]] == ["sms"]
    assert [event["kind"] for event in entry["events"]] == ["message"]
