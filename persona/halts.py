"""What is halted for everybody: single capabilities, or the whole hub.

One row of its own (`keys.hub`), which only the command line writes. Turns and acts read it beside
what they read anyway, at most every few seconds in a process: it costs no request, and no row is
asked for by everybody at once. So a halt holds everywhere some seconds after it was given; what
was decided meanwhile is stopped at the act.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from persona import keys
from persona.errors import Broken
from persona.keys import Key
from persona.model import FORMAT

FRESH = 3.0
"""Seconds for which a process goes by what it last read."""


@dataclass(frozen=True, slots=True)
class Halts:
    """The whole hub, or capabilities by name; `epoch` counts the changes."""

    hub: bool = False
    capabilities: frozenset[str] = frozenset()
    epoch: int = 0

    def why(self, capability: str = "") -> str:
        """What is halted of this, in words; empty for nothing. Without a capability: of all."""
        if self.hub:
            return "whoever runs this hub has halted it"
        if capability in self.capabilities:
            return f"whoever runs this hub has halted {capability.replace('_', ' ')}"
        return ""

    def moved(self, capability: str, *, halted: bool) -> "Halts":
        """With this capability, or without one the whole hub, halted or started."""
        if not capability:
            return Halts(halted, self.capabilities, self.epoch + 1)
        named = {capability} if halted else set[str]()
        return Halts(self.hub, self.capabilities - {capability} | named, self.epoch + 1)

    def row(self) -> dict[str, Any]:
        """As it is stored."""
        named = sorted(self.capabilities)
        return {"v": FORMAT, "epoch": self.epoch, "hub": self.hub, "capabilities": named}

    @staticmethod
    def from_row(row: Mapping[str, Any] | None) -> "Halts":
        """Nothing is halted where there is no row. Raises Broken for one of a newer format."""
        if row is None:
            return Halts()
        if row["v"] > FORMAT:
            raise Broken(f"halts of format {row['v']}; this code knows up to {FORMAT}")
        return Halts(row["hub"], frozenset(row["capabilities"]), row["epoch"])


class Watch:
    """What this process last read of it: `wanted` before a read, `take` with what came of it."""

    def __init__(self) -> None:
        self.known = Halts()
        self._until = float("-inf")

    def wanted(self, now: float) -> tuple[Key, ...]:
        """The keys to read along; none while what is known is fresh."""
        return () if now < self._until else (keys.hub(),)

    def take(self, wanted: tuple[Key, ...], rows: Mapping[Key, Any], now: float) -> Halts:
        """What is halted now, by a read of all that was wanted."""
        if wanted:
            self.known = Halts.from_row(rows.get(keys.hub()))
            self._until = now + FRESH
        return self.known

    def forget(self) -> None:
        """Has the next read ask again."""
        self._until = float("-inf")
