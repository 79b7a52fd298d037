"""What a capability sees while it is carried out, on a family's own parts."""

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from persona import ids, ports
from persona.seal import seal, unseal
from persona.settings import Settings
from tests.unit.house import SETTINGS


@dataclass
class Store:
    """What sealing needs; no row is read or written by these tests."""

    keys: ports.Keys
    entropy: Callable[[int], bytes] = os.urandom

    @property
    def table(self) -> ports.Table:
        raise AssertionError("a capability has no table")


@dataclass
class Means:
    """Implements `persona.declare.Means`."""

    keys: ports.Keys
    blobs: ports.Blobs
    clock: ports.Clock
    owner: str = "ANN"
    homes: tuple[str, ...] = ("ANN",)
    idempotency_key: str = ids.derive("first")
    seconds: float = 10.0
    causes: tuple[str, ...] = ("ANN/1", "ANN/0")
    settings: Settings = SETTINGS
    secrets: Mapping[str, str] = field(default_factory=dict[str, str])
    clients: Callable[[str], Any] | None = None

    def again(self, key: str, *homes: str) -> "Means":
        """The same for another act, and perhaps for others' homes."""
        return replace(self, idempotency_key=ids.derive(key), homes=homes or self.homes)

    def seal(self, home: str, place: str, content: Any) -> bytes:
        assert home in self.homes
        return seal(Store(self.keys), f"home:{home}", place, content)

    def unseal(self, home: str, place: str, sealed: bytes) -> Any:
        assert home in self.homes
        return unseal(Store(self.keys), f"home:{home}", place, sealed)

    def secret(self, name: str) -> str:
        return self.secrets[name]

    def client(self, api: str) -> Any:
        assert self.clients, "no client was declared"
        return self.clients(api)

    def credential(self) -> Mapping[str, str]:
        return {}
