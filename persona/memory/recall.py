"""Choosing what memory a turn sees: only what this lane may read, from an index kept per lane.

The cache is keyed by lane and checked against the head that the turn has just read: the same
version costs nothing, a higher one reads only the new turns, and a forgetting or another set of
homes builds it anew.
"""

import threading
from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass

from persona.memory import evidence
from persona.memory.index import Index, Match
from persona.memory.standing import Standing
from persona.model import Turn
from persona.ports import Ports

LANES_KEPT = 256


@dataclass(slots=True)
class _Shelf:
    index: Index
    homes: tuple[str, ...]
    memory: tuple[int, int]
    version: int


class Indexes:
    """The indexes of the lanes that this process worked last."""

    def __init__(self) -> None:
        self._shelves: OrderedDict[str, _Shelf] = OrderedDict()
        self._lock = threading.Lock()

    def open(self, standing: Standing, ports: Ports) -> Index:
        """The index of everything said in this lane's homes up to the version that was read."""
        lane, head, homes = standing.place.lane, standing.head, standing.gate.homes
        with self._lock:
            shelf = self._shelves.get(lane)
        if shelf is None or shelf.homes != homes or shelf.memory != standing.memory:
            shelf = _Shelf(Index(), homes, standing.memory, 0)
        if shelf.version < head.version:
            for home in homes:
                _fill(shelf.index, evidence.read_turns(ports, home, after=shelf.version))
            shelf.version = head.version
        with self._lock:
            self._shelves[lane] = shelf
            self._shelves.move_to_end(lane)
            while len(self._shelves) > LANES_KEPT:
                self._shelves.popitem(last=False)
        return shelf.index

    def advance(self, lane: str, before: int, turn: Turn | None) -> None:
        """Takes in the turn that was just committed on top of version `before`."""
        with self._lock:
            shelf = self._shelves.get(lane)
            if shelf is None or shelf.version != before:
                return
            shelf.version = before + 1
        if turn is not None:
            _fill(shelf.index, [turn])


def _fill(index: Index, turns: Iterable[Turn]) -> None:
    for turn in turns:
        for one in evidence.evidence_of(turn):
            index.add(one)


def recall(standing: Standing, words: str, ports: Ports, limit: int = 12) -> list[Match]:
    """What bears on these words in this lane's homes, best first.

    Whether the address has proved anything is asked by `mind/hands.py` before it comes here.
    """
    return ports.indexes.open(standing, ports).match(words, limit)
