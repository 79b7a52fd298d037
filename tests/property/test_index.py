"""Random lives of one person: the index in the table is always the index of the evidence.

Whatever was told, asked, edited, deleted, forgotten, overheard, packed, rebuilt or lost half-way,
what a new process loads equals what the turns alone say, and a word that went is in no segment.
"""

import tempfile
from collections.abc import Generator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any
from unittest.mock import patch
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from persona.errors import Conflict, Transient
from persona.memory import evidence, segments
from persona.memory.index import Index
from persona.memory.lines import lines_of
from persona.memory.recall import Indexes, load
from persona.model import Event
from persona.ports import Write
from tests.aws import AwsFamily
from tests.unit.house import ANN, BOB, House

SHM = Path("/dev/shm")
UTC = ZoneInfo("UTC")
TOPICS = "cat bike lock tea rome piano dentist garden".split()
WAYS = ("tell", "tell", "tell", "ask", "forget", "all", "edit", "delete", "overhear")
MOMENTS = ("restart", "pack", "rebuild", "race", "half rebuild")
STEPS = st.tuples(st.sampled_from(WAYS + MOMENTS), st.integers(0, 7), st.integers(0, 40))
Step = tuple[str, int, int]


class Life:
    """One house in which things are said; every telling holds a word of its own."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.told: list[Event] = []
        self.gone: set[str] = set()

    def live(self, step: Step) -> None:
        way, topic, number = step
        getattr(self, "do_" + way.replace(" ", "_"))(TOPICS[topic], number)

    def do_tell(self, topic: str, number: int) -> None:
        event = self.house.event(f"my {topic} is {self._unique()}. I saw it yesterday")
        self.house.clock.at += number * 400.0
        self.told.append(event)
        self.house.take(event)

    def do_ask(self, topic: str, number: int) -> None:
        self.house.tell(f"what is my {topic}?")

    def do_forget(self, topic: str, number: int) -> None:
        before = self._words()
        self.house.tell(f"forget my {topic}")
        self._lost(before)

    def do_all(self, topic: str, number: int) -> None:
        before = self._words()
        self.house.tell("all")
        self._lost(before)

    def do_edit(self, topic: str, number: int) -> None:
        before = self._words()
        self._change(number, "edit", f"my {topic} is {self._unique()}")
        self._lost(before)

    def do_delete(self, topic: str, number: int) -> None:
        before = self._words()
        self._change(number, "delete", "")
        self._lost(before)

    def do_overhear(self, topic: str, number: int) -> None:
        heard = self.house.event(f"the {topic} is {self._unique()}", addressed=False)
        self.house.take(heard)
        if number % 2:
            self.do_tell(topic, number)
        asked = {name: getattr(heard, name) for name in ("id", "kind", "address", "author", "at")}
        self.house.take(Event(**asked, words=heard.words, thread="thread", home=heard.home))

    def do_restart(self, topic: str, number: int) -> None:
        self.house.with_(indexes=Indexes())

    def do_pack(self, topic: str, number: int) -> None:
        segments.pack(self.house.ports, self.home, UTC)

    def do_rebuild(self, topic: str, number: int) -> None:
        list(segments.rebuild(self.house.ports, self.home, UTC))

    def do_half_rebuild(self, topic: str, number: int) -> None:
        """It is cut off after so many commits."""
        with cut_off(self.house, number % 5), suppress(Transient):
            list(segments.rebuild(self.house.ports, self.home, UTC))

    def do_race(self, topic: str, number: int) -> None:
        """Somebody forgets between the moment a packer read the turns and its commit."""
        with patch.object(segments, "pack_when_due"):
            for _ in range(segments.TURNS):
                self.do_tell(topic, number)
            before = self._words()
            last = [self.told[-1 - number % segments.TURNS]]
            with (
                meanwhile(self.house, lambda: self._change(0, "delete", "", last)),
                suppress(Conflict),
            ):
                segments.pack(self.house.ports, self.home, UTC)
        self._lost(before)

    @property
    def home(self) -> str:
        return self.house.meet().home

    def _change(self, number: int, kind: str, words: str, among: list[Event] | None = None) -> None:
        among = among or self.told
        if among:
            target = among[number % len(among)].id
            self.house.take(self.house.event(words, kind=kind, target=target))

    def _unique(self) -> str:
        self.number = getattr(self, "number", 0) + 1
        return f"zq{self.number}x"

    def _words(self) -> set[str]:
        turns = evidence.read_turns(self.house.ports, self.home)
        return {word for turn in turns for word in turn.person_text().split() if word[:2] == "zq"}

    def _lost(self, before: set[str]) -> None:
        self.gone |= before - self._words()


@contextmanager
def meanwhile(house: House, deed: Any) -> Generator[None]:
    """Does something just before the next commit of a packer."""
    commit = type(house.ports.table).commit

    def delayed(table: Any, writes: list[Write]) -> None:
        packs = any(write.key.sort.startswith("INDEX#") for write in writes)
        if packs and not done:
            done.append(True)
            deed()
        commit(table, writes)

    done: list[bool] = []
    with patch.object(type(house.ports.table), "commit", delayed):
        yield


@contextmanager
def cut_off(house: House, commits: int) -> Generator[None]:
    """Lets so many commits through and no more."""
    commit = type(house.ports.table).commit
    left = [commits]

    def refused(table: Any, writes: list[Write]) -> None:
        left[0] -= 1
        if left[0] < 0:
            raise Transient("cut off")
        commit(table, writes)

    with patch.object(type(house.ports.table), "commit", refused):
        yield


def view(index: Index) -> dict[str, Any]:
    """All that an index holds, without how it came to hold it."""
    held = {
        term: list(places) for term, places in sorted(index.counts(index.known_terms()).items())
    }
    names = [index.author_names[author] for author in index.authors]
    columns = ("lines", "lengths", "shapes", "days", "talks", "sums", "talk_lengths", "dates")
    return {name: list(getattr(index, name)) for name in columns} | {"held": held, "by": names}


def loaded(house: House, home: str) -> Index:
    index = Index(UTC)
    load(index, house.ports, home)
    return index


def read_anew(house: House, home: str) -> Index:
    index = Index(UTC)
    index.read_in(lines_of(evidence.read_turns(house.ports, home)))
    return index


def lived(steps: list[Step], family: type[AwsFamily] | None = None) -> None:
    """Lives a life, on the local family unless another is given, and compares at its end."""
    with (
        tempfile.TemporaryDirectory(dir=SHM if SHM.exists() else None) as folder,
        patch.object(segments, "TURNS", 3),
        patch.object(segments, "MOST_SEGMENTS", 2),
    ):
        house = House(Path(folder))
        other = family(clock=house.clock) if family else None
        if other is not None:
            house.with_(**other.ports())
        life = Life(house)
        try:
            for step in steps:
                life.live(step)
            packed, anew = loaded(house, life.home), read_anew(house, life.home)
            assert view(packed) == view(anew)
            standing = house.standing(house.event("hello"))
            kept = house.ports.indexes.open(standing, house.ports)
            assert {one.id for one in kept.everything()} == {one.id for one in anew.everything()}
            terms = set(packed.known_terms())
            assert not life.gone & (
                terms | {w for one in packed.lines for w in one.words.text.split()}
            )
        finally:
            house.close()
            if other is not None:
                other.close()


@settings(max_examples=60)
@given(st.lists(STEPS, min_size=6, max_size=30))
def test_the_index_in_the_table_is_the_index_of_the_evidence(steps: list[Step]) -> None:
    lived(steps)


@pytest.mark.long
@settings(max_examples=12)
@given(st.lists(STEPS, min_size=8, max_size=20))
def test_so_it_is_on_aws(steps: list[Step]) -> None:
    lived(steps, AwsFamily)


@settings(max_examples=10)
@given(st.lists(STEPS, min_size=10, max_size=30))
def test_no_recall_ever_returns_anothers_words(steps: list[Step]) -> None:
    with (
        tempfile.TemporaryDirectory(dir=SHM if SHM.exists() else None) as folder,
        patch.object(segments, "TURNS", 3),
        patch.object(segments, "MOST_SEGMENTS", 2),
    ):
        house = House(Path(folder))
        life = Life(house)
        try:
            for number, topic in enumerate(TOPICS):
                house.tell(f"my {topic} is canary{number}", who=BOB)
            for step in steps:
                life.live(step)
            for topic in TOPICS:
                own = house.standing(house.event("hello", ANN))
                index = house.ports.indexes.open(own, house.ports)
                found = index.bearing(f"what is my {topic} canary?", index.days[-1], 100)
                assert not [one for one in found if "canary" in one.evidence.text]
                others = house.standing(house.event("hello", BOB))
                theirs = house.ports.indexes.open(others, house.ports)
                assert theirs.bearing(f"what is my {topic}?", theirs.days[-1])[0].evidence.home
        finally:
            house.close()
