"""Forgetting: the words, every reply that quoted them, and every copy of either."""

from collections.abc import Iterator
from typing import Any

import pytest

from persona.acts import outbox
from persona.memory import evidence, forget
from persona.memory.standing import Standing
from persona.model import Event
from persona.ports import Delete, Put, Write
from persona.seal import unseal
from tests.unit.house import ANN, BOB, House


def leaves(found: Any) -> Iterator[str]:
    if isinstance(found, dict):
        for key, inner in found.items():
            yield from (str(key), *leaves(inner))
    elif isinstance(found, list | tuple):
        for inner in found:
            yield from leaves(inner)
    else:
        yield str(found)


def texts(house: House, who: Any = ANN) -> str:
    """Everything that the rows of one person still say, opened."""
    place = house.meet(who)
    found: list[Any] = []
    for key, row in house.family.table.scan(""):
        if key.partition == f"HOME#{place.home}" and key.sort.startswith("TURN#"):
            found.append(evidence.plain_turn(evidence.open_row(house.ports, place.home, row)))
        elif key.partition == f"LANE#{place.lane}" and "sealed" in row:
            name = key.sort.partition("#")[0]
            found.append(
                unseal(house.ports, f"lane:{place.lane}", f"{name} {place.lane}", row["sealed"])
            )
        elif key.partition == f"ACT#sms#{place.lane}":
            found.append(outbox.open_row(house.ports, row).text)
        found.append({name: value for name, value in row.items() if name != "sealed"})
    return "\n".join(leaves(found))


def asked(house: House, words: str) -> tuple[Standing, Event]:
    event = house.event(words)
    return house.standing(event), event


def test_forgotten_words_stand_in_no_row(house: House) -> None:
    house.tell("my bike lock is walrus")
    house.tell("my cat is Max")
    assert "walrus" in house.tell("what is my bike lock?")
    house.work()
    assert texts(house).count("walrus") > 3
    assert "Forgotten" in house.tell("forget my bike lock")
    house.sweep()
    assert "walrus" not in texts(house)
    assert "Max" in house.tell("who is my cat?")


def test_forgotten_words_do_not_outlive_a_reply_that_was_still_on_its_way(house: House) -> None:
    house.tell("my bike lock is walrus")
    house.tell("what is my bike lock?")
    house.tell("forget my bike lock")
    house.sweep()
    house.work()
    house.clock.at += outbox.REDACT_AGAIN
    house.sweep()
    assert "walrus" not in texts(house)
    assert house.ports.table.due(house.clock.at) == []


def test_what_others_said_stays(house: House) -> None:
    for who in (ANN, BOB):
        house.tell("my bike lock is walrus", who=who)
    house.tell("forget my bike lock", who=ANN)
    assert "walrus" in house.tell("what is my bike lock?", who=BOB)
    assert "walrus" not in house.tell("what is my bike lock?", who=ANN)


def test_a_reply_that_quoted_nothing_forgotten_stays(house: House) -> None:
    house.tell("my bike lock is walrus")
    house.tell("my cat is Max")
    house.tell("who is my cat?")
    house.tell("forget my bike lock")
    assert any("Max" in reply for reply in house.replies())


def test_the_recent_turns_are_renewed_with_the_kept_ones(house: House) -> None:
    house.tell("my bike lock is walrus")
    house.tell("what is my bike lock?")
    house.tell("forget my bike lock")
    recent = house.standing(house.event("hello")).recent
    assert recent
    assert not [turn for turn in recent if "walrus" in turn.person_text() + turn.persona_text()]


def test_new_words_take_the_place_of_the_old_ones_and_replies_that_quoted_them_go(
    house: House,
) -> None:
    house.tell("my bike lock is walrus")
    house.tell("what is my bike lock?")
    standing, _ = asked(house, "hello")
    told = evidence.evidence_of(house.turns()[0])[0]
    writes, touched = forget.writes_for(
        standing, house.ports, (), {told.id: ("my bike lock is 9", True)}
    )
    house.ports.table.commit(writes)
    assert [turn.version for turn in touched] == [1, 2]
    first, second = house.turns()
    assert first.person_text() == "my bike lock is 9"
    assert first.persona_text() == second.persona_text() == ""
    assert second.person_text() == "what is my bike lock?"


def test_nothing_to_forget_is_no_write(house: House) -> None:
    house.tell("my cat is Max")
    standing, _ = asked(house, "hello")
    assert forget.writes_for(standing, house.ports, ["nobody's id"]) == ([], [])


def test_a_recent_turn_of_which_nothing_is_left_leaves_its_slot(house: House) -> None:
    house.tell("my cat is Max")
    standing, _ = asked(house, "hello")
    told = evidence.evidence_of(house.turns()[0])[0]
    writes, _ = forget.writes_for(standing, house.ports, [told.id])
    left = [write for write in writes if not write.key.sort.startswith(("INDEX", "TOMB#"))]
    assert [type(write) for write in left] == [Put, Delete]


def test_very_many_replies_are_silenced_and_the_commit_stays_small(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(forget, "MOST_TURNS", 3)
    house.tell("my cat is Max")
    for _ in range(8):
        house.clock.at += 10.0
        house.tell("who is my cat?")
    standing, _ = asked(house, "hello")
    told = evidence.evidence_of(house.turns()[0])[0]
    writes, touched = forget.writes_for(standing, house.ports, [told.id])
    assert len(touched) == 9
    assert sum(write.key.sort.startswith("TURN#") for write in writes) <= 3
    house.ports.table.commit(writes)
    assert house.replies() == []


def same_words_often(house: House, times: int) -> None:
    for _ in range(times):
        house.clock.at += 10.0
        house.tell("I took my pill")


def most_writes(house: House) -> int:
    """How large a commit would be that forgets all of it at once."""
    standing, _ = asked(house, "hello")
    gone = [one.id for turn in house.turns() for one in evidence.evidence_of(turn)]
    writes: list[Write] = forget.writes_for(standing, house.ports, gone)[0]
    return len(writes)


def test_words_said_twenty_times_are_forgotten_twenty_times(house: House) -> None:
    same_words_often(house, 20)
    assert most_writes(house) <= 90
    house.tell("forget I took my pill")
    assert "I took my pill" not in house.tell("what do you know about me?")


def test_words_said_sixty_times_are_forgotten_sixty_times(house: House) -> None:
    same_words_often(house, 60)
    assert "Forgotten" in house.tell("forget took pill")
    assert "I took my pill" not in house.tell("what do you know about me?")


def test_a_commit_that_forgets_a_hundred_messages_still_fits_the_table(house: House) -> None:
    same_words_often(house, 100)
    assert most_writes(house) <= 90


def test_a_wish_that_repeats_the_words_keeps_none_of_them(house: House) -> None:
    house.tell("my bike lock is walrus")
    assert "Forgotten" in house.tell("forget my bike lock is walrus")
    assert "walrus" not in texts(house)
