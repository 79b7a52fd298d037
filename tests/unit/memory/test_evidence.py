"""Turns as they are kept: sealed, page by page, and only the person's words are evidence."""

from dataclasses import replace

import pytest

from persona import keys
from persona.errors import Broken
from persona.memory import evidence
from persona.model import Said, Turn
from persona.ports import Put
from tests.unit.house import House

TURN = Turn(
    version=3,
    number=2,
    home="H",
    surface="sms",
    thread="t",
    author="sms:+1",
    at=5.0,
    said=(
        Said("1", "person", "my cat is Max", "sms", 4.0),
        Said("2", "person", "who is Max?", "sms", 4.5, tells=False),
        Said("3", "person", "  ", "sms", 4.6),
        Said("4", "persona", "Noted. Max it is.", "sms", 5.0, tells=False),
    ),
    recalled=("H/1",),
    mind="reflex",
    kept=True,
    blobs=("mail/1",),
)


def keep(house: House, *turns: Turn) -> None:
    for turn in turns:
        row = evidence.turn_row(house.ports, turn, "1-abc", {"tokens_in": 2.0})
        house.ports.table.commit([Put(keys.turn(turn.home, turn.version), row)])


def test_a_turn_is_read_as_it_was_kept(house: House) -> None:
    keep(house, TURN)
    assert evidence.read_turn(house.ports, "H", 3) == TURN
    assert evidence.read_turn(house.ports, "H", 4) is None
    assert evidence.read_turn(house.ports, "G", 3) is None


def test_no_word_stands_in_the_clear(house: House) -> None:
    row = evidence.turn_row(house.ports, TURN, "1-abc", {})
    assert "Max" not in str(row)
    assert row["identity"] == "1-abc"


def test_a_row_moved_to_another_place_does_not_open(house: House) -> None:
    row = evidence.turn_row(house.ports, TURN, "1-abc", {})
    house.ports.table.commit([Put(keys.turn("G", 3), row)])
    house.ports.table.commit([Put(keys.turn("H", 9), {**row, "version": 9})])
    with pytest.raises(Broken):
        evidence.read_turn(house.ports, "G", 3)
    with pytest.raises(Broken):
        evidence.read_turn(house.ports, "H", 9)


def test_turns_are_read_in_order_across_pages(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    keep(house, *(replace(TURN, version=n) for n in (5, 1, 3, 12, 2, 100)))
    monkeypatch.setattr(evidence, "PAGE", 2)
    whole = [turn.version for turn in evidence.read_turns(house.ports, "H")]
    assert whole == [1, 2, 3, 5, 12, 100]
    assert [t.version for t in evidence.read_turns(house.ports, "H", after=3)] == [5, 12, 100]
    assert [t.version for t in evidence.read_turns(house.ports, "H", limit=3)] == [1, 2, 3]
    assert [t.version for t in evidence.read_turns(house.ports, "H", 2, 1)] == [3]


def test_only_what_the_person_said_is_evidence() -> None:
    found = evidence.evidence_of(TURN)
    assert [(one.id, one.text, one.tells, one.kept) for one in found] == [
        ("1", "my cat is Max", True, True),
        ("2", "who is Max?", False, True),
    ]
    assert found[0].pointer == TURN.pointer
    assert (found[0].at, found[0].author) == (4.0, "sms:+1")


def test_what_is_forgotten_takes_the_reply_with_it() -> None:
    left = evidence.without(TURN, {"1"})
    assert [said.id for said in left.said] == ["2", "3"]
    assert left.recalled == ()
    assert left.kept
    assert left.blobs == TURN.blobs


def test_a_turn_of_which_nothing_is_left_keeps_nothing() -> None:
    left = evidence.without(TURN, {"1", "2", "3"})
    assert (left.said, left.kept, left.blobs) == ((), False, ())


def test_a_silenced_turn_keeps_the_persons_words_alone() -> None:
    left = evidence.silenced(TURN)
    assert left.person_text() == TURN.person_text()
    assert left.persona_text() == ""
    assert left.recalled == ()


def test_a_reply_has_an_id_of_its_own() -> None:
    assert evidence.reply_id("H", 1) != evidence.reply_id("H", 2) != evidence.reply_id("G", 2)
