"""The index in the table: packed beside the turns, sealed, and guarded against those who forget."""

import contextlib
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from persona import keys
from persona.errors import Broken, Conflict, Transient
from persona.memory import evidence, forget, segments
from persona.memory.index import UTC, Index
from persona.memory.recall import Indexes, load
from persona.model import FORMAT, Said, Turn
from persona.ports import Put, Write
from tests.unit.house import ANN, House
from tests.unit.memory.test_forget import texts


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(segments, "TURNS", 4)


def home(house: House) -> str:
    return house.meet().home


def packed(house: House) -> list[str]:
    """The words of each segment, one text a segment."""
    columns, _ = segments.load(house.ports, home(house), UTC)
    return [" / ".join(line.words.text for line in one.lines) for one in columns]


def tell(house: House, *words: str) -> None:
    for one in words:
        house.tell(one)


def loaded(house: House) -> Index:
    index = Index(UTC)
    load(index, house.ports, home(house))
    return index


def before_packing(house: House, monkeypatch: pytest.MonkeyPatch, deed: Callable[[], Any]) -> None:
    """Does something once, just before the next commit of a segment."""
    table, waiting = type(house.ports.table), [deed]
    commit = table.commit

    def delayed(self: Any, writes: list[Write]) -> None:
        if waiting and any(write.key.sort.startswith("INDEX#") for write in writes):
            waiting.pop()()
        commit(self, writes)

    monkeypatch.setattr(table, "commit", delayed)


def test_every_so_many_turns_a_segment_is_packed(house: House) -> None:
    tell(house, "my cat is Max", "my dog is Rex", "my fish is Bob")
    assert packed(house) == []
    tell(house, "my bird is Joe", "my horse is Tom")
    assert packed(house) == ["my cat is Max / my dog is Rex / my fish is Bob / my bird is Joe"]
    assert [one.text for one in loaded(house).everything()][-1] == "my horse is Tom"


def test_a_turn_that_packs_nothing_asks_the_table_twice(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    tell(house, *(f"thing {n} is here" for n in range(5)), "what is thing 3?")
    asked: list[str] = []
    table = type(house.ports.table)
    for name in ("get", "query", "commit"):
        monkeypatch.setattr(table, name, counted(name, getattr(table, name), asked))
    event = house.event("what is thing 4?")
    asked.clear()
    house.take(event)
    assert asked == ["get", "get", "commit"]  # the first finds the place for the test


def counted(name: str, original: Callable[..., Any], asked: list[str]) -> Callable[..., Any]:
    def call(*args: Any, **more: Any) -> Any:
        asked.append(name)
        return original(*args, **more)

    return call


def test_no_word_of_a_segment_stands_in_the_clear(house: House) -> None:
    tell(house, *(f"my secret number {n} is rhubarb" for n in range(4)))
    rows = {sort: row for sort, row in house.rows("HOME#").items() if sort.startswith("INDEX")}
    assert len(rows) == 2
    assert "rhubarb" not in str(rows)
    assert b"rhubarb" not in b"".join(row.get("sealed", b"") for row in rows.values())


def test_a_segment_moved_to_another_home_does_not_open(house: House) -> None:
    tell(house, *(f"thing {n} is here" for n in range(4)))
    key = keys.segment(home(house), 4)
    row = house.ports.table.get([key])[key]
    house.ports.table.commit([Put(keys.segment("OTHER", 4), row)])
    with pytest.raises(Broken):
        segments.load(house.ports, "OTHER", UTC)


def test_a_segment_of_a_newer_format_is_not_guessed(house: House) -> None:
    tell(house, *(f"thing {n} is here" for n in range(4)))
    key = keys.segment(home(house), 4)
    row = house.ports.table.get([key])[key]
    house.ports.table.commit([Put(key, {**row, "v": FORMAT + 1})])
    with pytest.raises(Broken):
        segments.load(house.ports, home(house), UTC)


def test_lines_of_another_reading_are_read_again(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    tell(house, *(f"thing {n} is here" for n in range(4)))
    monkeypatch.setattr(segments, "READING", segments.READING + 1)
    monkeypatch.setattr("persona.memory.lines.terms", lambda text: ["all", "new"])
    (columns,), _ = segments.load(house.ports, home(house), UTC)
    assert set(columns.postings) == {"all", "new"}


def test_a_forgotten_word_leaves_its_segment_in_the_same_commit(house: House) -> None:
    tell(house, "my bike lock is 4812", "my dog is Rex", "my fish is Bob", "my bird is Joe")
    assert "4812" in packed(house)[0]
    assert "Forgotten" in house.tell("forget my bike lock")
    house.sweep()
    assert packed(house) == ["my dog is Rex / my fish is Bob / my bird is Joe"]
    assert "4812" not in loaded(house).known_terms()
    assert "4812" not in texts(house)


def test_an_edit_renews_its_segment(house: House) -> None:
    told = house.event("my bike lock is 4812")
    house.take(told)
    tell(house, "my dog is Rex", "my fish is Bob", "my bird is Joe")
    house.take(house.event("my bike lock is 7777", kind="edit", target=told.id))
    assert "7777" in packed(house)[0]
    assert "4812" not in packed(house)[0]


def test_what_the_persona_asked_goes_with_the_words_that_it_repeated(house: House) -> None:
    turn = Turn(1, 1, "H", "sms", "t", "sms:+1", 1.0, (Said("1", "person", "Max", "sms", 1.0),))
    asked = Said("2", "persona", "Is Max your cat? Good.", "sms", 2.0, tells=False)
    index = Index()
    from persona.memory.lines import lines_of

    index.read_in(lines_of([replace(turn, said=(*turn.said, asked))]))
    assert [line.words.text for line in index.lines] == ["Max", "Is Max your cat?"]
    assert [one.text for one in index.everything()] == ["Max"]
    silent = Index()
    silent.read_in(lines_of([evidence.silenced(replace(turn, said=(*turn.said, asked)))]))
    assert [line.words.text for line in silent.lines] == ["Max"]


def test_a_packer_that_read_before_a_forgetting_loses(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    tell(house, "my bike lock is 4812", "my dog is Rex", "my fish is Bob")
    monkeypatch.setattr(segments, "pack_when_due", lambda *of: None)
    tell(house, "my bird is Joe")
    before_packing(house, monkeypatch, lambda: house.tell("forget my bike lock"))
    with pytest.raises(Conflict):
        segments.pack(house.ports, home(house), UTC)
    segments.pack(house.ports, home(house), UTC)
    assert "4812" not in "".join(packed(house))
    assert "4812" not in texts(house)


def test_a_forgetting_that_read_before_a_packer_is_decided_again(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    tell(house, "my bike lock is 4812", "my dog is Rex", "my fish is Bob")
    with monkeypatch.context() as patch:
        patch.setattr(segments, "pack_when_due", lambda *of: None)
        tell(house, "my bird is Joe")
    told, renew = list[int](), segments.renew

    def late(*args: Any) -> list[Write]:
        writes = renew(*args)
        if not told:
            told.append(segments.pack(house.ports, home(house), UTC))
        return writes

    monkeypatch.setattr(segments, "renew", late)
    assert "Forgotten" in house.tell("forget my bike lock")
    assert told == [4]
    assert packed(house)
    assert "4812" not in "".join(packed(house))


def test_a_forgetting_that_was_cut_off_is_found_and_finished(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(forget, "MOST_TURNS", 1)
    tell(house, *["I took my pill"] * 5, "my bird is Joe", "my dog is Rex", "my fish is Bob")
    event, table = house.event("forget I took my pill"), type(house.ports.table)
    commit = table.commit

    def cut_off(self: Any, writes: list[Write]) -> None:
        if any(write.key.sort == "HEAD" for write in writes):
            raise Transient("cut off")
        commit(self, writes)

    with monkeypatch.context() as patch:
        patch.setattr(table, "commit", cut_off)
        with pytest.raises(Transient):
            house.take(event)
    house.with_(indexes=Indexes())
    house.take(event)
    assert "pill" not in "".join(packed(house))
    assert "pill" not in "".join(turn.person_text() for turn in house.turns())


def test_a_packing_that_fails_never_fails_the_turn(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*of: Any) -> int:
        raise Transient("throttled")

    monkeypatch.setattr(segments, "pack", fails)
    tell(house, *(f"thing {n} is here" for n in range(4)))
    assert house.replies()[-1]
    monkeypatch.undo()
    monkeypatch.setattr(segments, "TURNS", 4)
    tell(house, *(f"thing {n} is there" for n in range(4)))
    assert len(packed(house)) == 2


def test_long_turns_fill_a_segment_sooner(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(segments, "MOST_BYTES", 60)
    tell(house, "a" * 70, "b", "c", "d" * 70, "e")
    assert packed(house) == ["a" * 70, "b / c / " + "d" * 70]


def test_rebuilding_makes_the_same_index_again(house: House) -> None:
    tell(house, *(f"thing {n} is here" for n in range(9)))
    before = packed(house)
    assert sum(segments.rebuild(house.ports, home(house), UTC)) == 8
    assert packed(house) == before
    assert len(loaded(house)) == 9


def test_an_index_is_loaded_in_two_requests_however_long_the_history(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    tell(house, *(f"thing {n} is here" for n in range(13)))
    asked, table = list[str](), type(house.ports.table)
    place = home(house)
    monkeypatch.setattr(table, "query", counted("query", table.query, asked))
    index = Index(UTC)
    load(index, house.ports, place)
    assert asked == ["query", "query"]
    assert len(index) == 13


def test_two_people_have_two_indexes(house: House) -> None:
    from tests.unit.house import BOB

    tell(house, *(f"my lock {n} is 4812" for n in range(4)))
    for n in range(4):
        house.tell(f"my door {n} is red", who=BOB)
    for who, own, other in ((ANN, "lock", "door"), (BOB, "door", "lock")):
        index = Index(UTC)
        load(index, house.ports, house.meet(who).home)
        assert own in index.known_terms()
        assert other not in index.known_terms()


def test_a_rebuilding_that_was_cut_off_leaves_a_whole_index(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    tell(house, *(f"thing {n} is here" for n in range(13)))
    monkeypatch.setattr(segments, "MOST_SEGMENTS", 1)
    table, left = type(house.ports.table), [0]
    commit = table.commit

    def cut_off(self: Any, writes: list[Write]) -> None:
        left[0] -= 1
        if left[0] < 0:
            raise Transient("cut off")
        commit(self, writes)

    for commits in range(6):
        left[0] = commits
        with monkeypatch.context() as patch:
            patch.setattr(table, "commit", cut_off)
            with contextlib.suppress(Transient):
                list(segments.rebuild(house.ports, home(house), UTC))
        assert len(loaded(house)) == 13
