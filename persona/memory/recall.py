"""Choosing what memory a turn sees: only what this lane may read, from an index kept per lane.

The cache is keyed by lane and checked against the head that the turn has just read: the same
version costs nothing, a higher one reads only the new turns, and a forgetting or another set of
homes loads it anew from the homes' segments. A lane's notes are kept beside it in the same way: read
once, and again only where the head says that they changed.
"""

import gc
import threading
from collections import OrderedDict
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from persona.memory import evidence, notes, segments
from persona.memory.index import Index, Match, Sees, anyone
from persona.memory.lines import lines_of
from persona.memory.meaning import Mean, by_words_alone
from persona.memory.standing import Standing
from persona.model import Note, Turn
from persona.ports import Ports, Store

LANES_KEPT = 256
LINES_KEPT = 100_000
"""Lines of all kept indexes together, some 0.8 KB each; the index in use stays anyway."""


@dataclass(slots=True)
class _Shelf:
    index: Index
    homes: tuple[str, ...]
    memory: tuple[int, int]
    version: int


@dataclass(slots=True)
class _NoteShelf:
    notes: dict[str, Note]
    homes: tuple[str, ...]
    memory: tuple[int, int]
    changes: int


class Indexes:
    """The indexes and notes of the lanes that this process worked last."""

    def __init__(self) -> None:
        self._shelves: OrderedDict[str, _Shelf] = OrderedDict()
        self._notes: OrderedDict[str, _NoteShelf] = OrderedDict()
        self._lock = threading.Lock()

    def open(self, standing: Standing, ports: Ports) -> Index:
        """The index of everything said in this lane's homes up to the version that was read."""
        lane, head, homes = standing.place.lane, standing.head, standing.gate.homes
        zone = ZoneInfo(ports.settings.timezone)
        with self._lock:
            shelf = self._shelves.get(lane)
        if shelf is None or shelf.homes != homes or shelf.memory != standing.memory:
            index = Index(zone)
            for home in () if standing.is_unwritten else homes:
                load(index, ports, home)
            shelf = _Shelf(index, homes, standing.memory, head.version)
        elif shelf.version < head.version:
            for home in homes:
                turns = evidence.read_turns(ports, home, after=shelf.version)
                shelf.index.read_in(lines_of(turns))
            shelf.version = head.version
        with self._lock:
            self._shelves[lane] = shelf
            self._shelves.move_to_end(lane)
            self._let_go()
        return shelf.index

    def notes(self, standing: Standing, ports: Ports) -> list[Note]:
        """All notes of this lane's homes, as they stood at the version that was read."""
        lane, homes, changes = standing.place.lane, standing.gate.homes, standing.head.notes
        with self._lock:
            shelf = self._notes.get(lane)
        known = (homes, standing.memory, changes)
        if shelf is None or (shelf.homes, shelf.memory, shelf.changes) != known:
            read = () if standing.is_unwritten else homes
            found = {note.id: note for home in read for note in notes.read(ports, home)}
            shelf = _NoteShelf(found, homes, standing.memory, changes)
        with self._lock:
            self._notes[lane] = shelf
            self._notes.move_to_end(lane)
            while len(self._notes) > LANES_KEPT:
                self._notes.popitem(last=False)
        return list(shelf.notes.values())

    def advance(self, standing: Standing, turn: Turn | None, kept: Sequence[Note] = ()) -> None:
        """Takes in the turn that was just committed on top of what was read, and its notes."""
        lane, before = standing.place.lane, standing.head.version
        with self._lock:
            noted = self._notes.get(lane)
            if kept and noted is not None and noted.changes == standing.head.notes:
                noted.changes += 1
                noted.notes.update((note.id, note) for note in kept)
            shelf = self._shelves.get(lane)
            if shelf is None or shelf.version != before:
                return
            shelf.version = standing.next_version
        if turn is not None:
            shelf.index.read_in(lines_of([turn]))

    def drop(self, lane: str) -> None:
        """The next to open this lane's index loads it anew, with the vectors made meanwhile."""
        with self._lock:
            self._shelves.pop(lane, None)

    def _let_go(self) -> None:
        """Drops the lanes worked longest ago that are too many."""
        lines = sum(len(shelf.index) for shelf in self._shelves.values())
        while len(self._shelves) > 1 and (len(self._shelves) > LANES_KEPT or lines > LINES_KEPT):
            _, shelf = self._shelves.popitem(last=False)
            lines -= len(shelf.index)


def load(index: Index, store: Store, home: str) -> None:
    """Takes in a whole home: its packed lines, then the turns behind them."""
    with _all_to_stay():
        packed, last = segments.load(store, home, index.zone)
        for columns in packed:
            index.take(columns)
        index.read_in(lines_of(evidence.read_turns(store, home, after=last)))


@contextmanager
def _all_to_stay() -> Generator[None]:
    """Nothing made meanwhile is garbage: looking for some takes a third of a long home's loading."""
    is_looking = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if is_looking:
            gc.enable()


def match(
    standing: Standing, words: str, ports: Ports, limit: int = 12, sees: Sees = anyone
) -> list[Match]:
    """What covers these words in this lane's homes: what may be quoted as an answer, best first.

    Whether the address has proved anything is asked by `mind/hands.py` before it comes here.
    """
    return ports.indexes.open(standing, ports).match(words, limit, sees)


def recall(
    standing: Standing,
    words: str,
    ports: Ports,
    limit: int = 12,
    sees: Sees = anyone,
    mean: Mean = by_words_alone,
) -> list[Match]:
    """What bears on these words in this lane's homes, best first; asked for as `match` is.

    `mean` is asked for the vector of the words where there are lines that have any.
    """
    index = ports.indexes.open(standing, ports)
    today = datetime.fromtimestamp(ports.clock.now(), index.zone).toordinal()
    meant = mean(words) if index.has_vectors else None
    return index.bearing(words, today, limit, sees, meant)
