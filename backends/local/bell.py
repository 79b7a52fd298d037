"""The bell in one process: rings wake a worker; one that is lost is made good by the sweeper."""

import threading
from collections import deque
from collections.abc import Sequence
from typing import Any, NamedTuple


class Ring(NamedTuple):
    """One ring: whose acts to work, and which ones, where the ringer knew."""

    function: str
    lane: str
    acts: tuple[str, ...] = ()
    behind: tuple[str, ...] = ()

    def event(self) -> dict[str, Any]:
        """As the function gets it."""
        return {name: list(v) if isinstance(v, tuple) else v for name, v in self._asdict().items()}


class Bell:
    """Implements `persona.ports.Bell`; a worker takes rings, a repeat of a waiting one is dropped."""

    def __init__(self) -> None:
        self._rings: deque[Ring] = deque()
        self._working: set[tuple[str, str]] = set()
        self._changed = threading.Condition()

    def ring(
        self, function: str, lane: str, acts: Sequence[str] = (), behind: Sequence[str] = ()
    ) -> None:
        ring = Ring(function, lane, tuple(acts), tuple(behind))
        with self._changed:
            if ring not in self._rings:
                self._rings.append(ring)
                self._changed.notify()

    def take(self, timeout: float) -> Ring | None:
        """The next ring of a function and lane that nobody works; None after `timeout` seconds."""
        with self._changed:
            if not self._free() and not self._changed.wait_for(self._free, timeout):
                return None
            ring = self._free()
            if ring is None:
                return None
            self._rings.remove(ring)
            self._working.add(ring[:2])
            return ring

    def _free(self) -> Ring | None:
        return next((ring for ring in self._rings if ring[:2] not in self._working), None)

    def done(self, ring: Ring) -> None:
        with self._changed:
            self._working.discard(ring[:2])
            self._changed.notify_all()

    def waiting(self) -> int:
        with self._changed:
            return len(self._rings) + len(self._working)
