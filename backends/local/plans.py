"""Executions of one process, of which there are none: the index of what is due drives every plan.

The stage's sweeper sleeps until the earliest row of that index, and a ring wakes it, so the plan's
own row is timer, driver and memory in one; a second store could only disagree with it. What is
kept here are the names, so that whoever asks hears the same as of Step Functions; a new process
has none of them and begins new generations, as after any execution that was lost.
"""

from collections.abc import Mapping
from typing import Any


class Plans:
    """Implements `persona.ports.Plans`; nobody here waits with a token."""

    def __init__(self) -> None:
        self._running: set[str] = set()

    def start(self, name: str, body: Mapping[str, Any]) -> None:
        self._running.add(name)

    def is_running(self, name: str) -> bool:
        return name in self._running

    def stop(self, name: str) -> None:
        self._running.discard(name)

    def answer(self, token: str) -> bool:
        return False

    def beat(self, token: str) -> bool:
        return False
