"""The bell in one process: rings wake a worker; one that is lost is made good by the sweeper."""

import threading
from collections import deque


class Bell:
    """Implements `persona.ports.Bell`; a worker takes rings, a repeat of a waiting one is dropped."""

    def __init__(self) -> None:
        self._rings: deque[tuple[str, str]] = deque()
        self._working: set[tuple[str, str]] = set()
        self._changed = threading.Condition()

    def ring(self, function: str, lane: str) -> None:
        with self._changed:
            if (function, lane) not in self._rings:
                self._rings.append((function, lane))
                self._changed.notify()

    def take(self, timeout: float) -> tuple[str, str] | None:
        """The next ring of a function and lane that nobody works; None after `timeout` seconds."""
        with self._changed:
            if not self._free() and not self._changed.wait_for(self._free, timeout):
                return None
            ring = self._free()
            if ring is None:
                return None
            self._rings.remove(ring)
            self._working.add(ring)
            return ring

    def _free(self) -> tuple[str, str] | None:
        return next((ring for ring in self._rings if ring not in self._working), None)

    def done(self, ring: tuple[str, str]) -> None:
        with self._changed:
            self._working.discard(ring)
            self._changed.notify_all()

    def waiting(self) -> int:
        with self._changed:
            return len(self._rings) + len(self._working)
