"""Opens the whole local family on one state folder."""

import hashlib
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from backends.clock import Clock as MachineClock
from backends.local._database import Database
from backends.local.bell import Bell
from backends.local.blobs import Blobs
from backends.local.keys import Keys
from backends.local.lanes import Lanes
from backends.local.plans import Plans
from backends.local.secrets import Secrets
from backends.local.sockets import Sockets
from backends.local.table import Table
from backends.local.timers import Timers
from persona.errors import Broken
from persona.ports import Clock


@dataclass(frozen=True, slots=True)
class Family:
    """The open parts, with the ends that only the local stage uses."""

    database: Database
    table: Table
    lanes: Lanes
    bell: Bell
    timers: Timers
    plans: Plans
    blobs: Blobs
    keys: Keys
    secrets: Secrets
    sockets: Sockets
    clock: Clock

    def ports(self) -> dict[str, Any]:
        """The parts under their ports' names."""
        names = "table lanes bell timers plans blobs keys secrets sockets clock".split()
        return {**{name: getattr(self, name) for name in names}, "client": _no_client}

    def close(self) -> None:
        self.database.close()
        self.keys.close()


def open_family(
    state: Path,
    env: Mapping[str, str],
    *,
    clock: Clock | None = None,
    durable: bool = True,
) -> Family:
    """Makes what the folder lacks. Raises Broken for a folder of a newer format."""
    state.mkdir(parents=True, exist_ok=True, mode=0o700)
    if (state / "hub.db").exists() and not (state / "secrets.json").exists():
        raise Broken(f"{state} has lost its secrets.json, without which nothing in it can be read.")
    time = clock or MachineClock()
    database = Database(state / "hub.db", durable=durable)
    secrets = Secrets(state / "secrets.json", env)
    lanes = Lanes(database, time, _own_key("lanes", secrets))
    return Family(
        database=database,
        table=Table(database),
        lanes=lanes,
        bell=Bell(),
        timers=Timers(database, lanes, time, _own_key("timers", secrets)),
        plans=Plans(),
        blobs=Blobs(state / "blobs", _own_key("blobs", secrets)),
        keys=Keys(state / "keys.db", secrets.master),
        secrets=secrets,
        sockets=Sockets(),
        clock=time,
    )


def _no_client(api: str, actions: Collection[str]) -> Any:
    raise Broken(f"there is no {api} in the local stage")


def _own_key(part: str, secrets: Secrets) -> bytes:
    """A key for what belongs to no home: made from the master key, one a part."""
    return hashlib.sha256(part.encode() + secrets.master).digest()
