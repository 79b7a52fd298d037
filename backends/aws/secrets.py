"""Credentials as SSM parameters under one path, read when first asked for."""

import threading
from collections.abc import Callable, Sequence
from typing import Any

from backends.aws._clients import translating
from persona.ports import Clock

KNOWN_SECONDS = 300.0
AT_ONCE = 10


class Secrets:
    """Implements `persona.ports.Secrets`; `together` names those that one request fetches.

    A function may read its own credentials alone, so nothing here lists the path.
    """

    def __init__(
        self, client: Callable[[], Any], path: str, clock: Clock, together: Sequence[str] = ()
    ) -> None:
        self._client = client
        self._path = path.rstrip("/") + "/"
        self._clock = clock
        self._together = tuple(together)
        self._lock = threading.Lock()
        self._known: dict[str, tuple[float, str]] = {}

    def get(self, name: str) -> str:
        with self._lock:
            until, value = self._known.get(name, (0.0, ""))
            if self._clock.now() < until:
                return value
            names = list(dict.fromkeys([name, *self._together]))
            for start in range(0, len(names), AT_ONCE):
                self._read(names[start : start + AT_ONCE])
            return self._known[name][1]

    def _read(self, names: list[str]) -> None:
        """Keeps what there is, and an empty text for what there is not."""
        with translating():
            answer = self._client().get_parameters(
                Names=[self._path + name for name in names], WithDecryption=True
            )
        found = {one["Name"].removeprefix(self._path): one["Value"] for one in answer["Parameters"]}
        until = self._clock.now() + KNOWN_SECONDS
        self._known |= {name: (until, found.get(name, "")) for name in names}
