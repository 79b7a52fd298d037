"""The page's open WebSockets in this process, by connection id."""

import threading
from collections.abc import Callable


class Sockets:
    """Implements `persona.ports.Sockets`; the server registers how to reach each connection."""

    def __init__(self) -> None:
        self._open: dict[str, Callable[[str], None]] = {}
        self._lock = threading.Lock()

    def add(self, socket: str, push: Callable[[str], None]) -> None:
        with self._lock:
            self._open[socket] = push

    def remove(self, socket: str) -> None:
        with self._lock:
            self._open.pop(socket, None)

    def push(self, socket: str, text: str) -> bool:
        with self._lock:
            push = self._open.get(socket)
        if push is None:
            return False
        push(text)
        return True
