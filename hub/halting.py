"""The kill switch of whoever runs the hub: a capability, or everything, halted for everybody."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from backends.local._database import Database
from backends.local.table import Table
from hub.client import Client
from hub.state import Lock, open_folder
from persona import keys
from persona.errors import Broken, Conflict
from persona.halts import Halts
from persona.ports import ABSENT, Ports, Put, equals
from persona.ports import Table as AnyTable

TRIES = 5


def move(state: Path, env: Mapping[str, str], capability: str, *, halted: bool) -> dict[str, Any]:
    """Halts or starts; what is halted then. A running hub is asked to do it.

    Raises Broken for a capability that there is not.
    """
    try:
        lock = Lock(state)
    except Broken:
        return Client(env).halt(capability, halted=halted)
    try:
        with open_folder(state, env) as (_, ports):
            return now(ports, capability, halted=halted)
    finally:
        lock.release()


def now(ports: Ports, capability: str, *, halted: bool) -> dict[str, Any]:
    """The same with ports at hand; this process goes by it at once."""
    if capability and capability not in ports.capabilities:
        raise Broken(f"no capability is called {capability}")
    key = keys.hub()
    for _ in range(TRIES):
        row = ports.table.get([key]).get(key)
        moved = Halts.from_row(row).moved(capability, halted=halted)
        when = equals("epoch", moved.epoch - 1) if row else ABSENT
        try:
            ports.table.commit([Put(key, moved.row(), when)])
        except Conflict:
            continue
        ports.halts.forget()
        return told(moved)
    raise Broken("somebody else is halting and starting just now")


def told(halts: Halts) -> dict[str, Any]:
    """What is halted, as it is printed and answered."""
    return {"halted": halts.hub, "capabilities": sorted(halts.capabilities)}


def found(state: Path) -> dict[str, Any]:
    """What is halted in a folder, also while a hub runs on it; nothing where there is no hub."""
    if not (state / "hub.db").exists():
        return told(Halts())
    database = Database(state / "hub.db")
    try:
        return read(Table(database))
    finally:
        database.close()


def read(table: AnyTable) -> dict[str, Any]:
    """What is halted now."""
    return told(Halts.from_row(table.get([keys.hub()]).get(keys.hub())))


def spoken(facts: Mapping[str, Any]) -> str:
    """The same in words."""
    if facts["halted"]:
        return "everything is halted; “hub start” starts it"
    named = ", ".join(facts["capabilities"])
    return f"halted for everybody: {named}" if named else "nothing is halted"
