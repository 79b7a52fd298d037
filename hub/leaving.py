"""Export and erase from the command line: on a folder at rest, or beside or through a running hub."""

import sqlite3
from collections.abc import Generator, Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from backends.local import _database
from backends.local.family import open_family
from hub.client import Client
from hub.state import Lock, open_folder, settings_here
from persona.acts import erase as erasing
from persona.acts import export as exporting
from persona.errors import Broken, Refused
from persona.model import Address
from persona.ports import Ports


def address_of(name: str) -> Address:
    """An address as `surface:id`; a name without a surface is a web account's."""
    return Address.parse(name) if ":" in name else Address("web", name)


def export(state: Path, env: Mapping[str, str], name: str) -> Iterator[tuple[str, int]]:
    """Each line, and about how many there will be; also while a hub runs on the folder.

    Raises Broken where there is no hub, or nobody of that name.
    """
    address = address_of(name)
    with reading(state, env) as ports:
        try:
            most = exporting.count(address, ports)
            for line in exporting.lines(address, ports, ports.blobs, ports.settings, ports.clock):
                yield line, most
        except Refused as error:
            raise Broken(error.reason) from error


@contextmanager
def reading(state: Path, env: Mapping[str, str]) -> Generator[Ports, None, None]:
    """The folder for one that only reads: a running hub is not disturbed."""
    if not (state / "hub.db").exists():
        raise Broken(f"there is no hub in {state}")
    with closing(sqlite3.connect(state / "hub.db")) as found:
        version = found.execute("PRAGMA user_version").fetchone()[0]
    if version != _database.FORMAT:
        raise Broken(f"{state} is of another format; start the hub on it once, which upgrades it")
    from functions._compose import compose

    family = open_family(state, env)
    try:
        yield compose(settings_here(env), family.ports(), models=())
    finally:
        family.close()


def erase(state: Path, env: Mapping[str, str], name: str) -> dict[str, Any]:
    """Erases a person; the certificate, or `{"going_on": id}` where shared places come later.

    A running hub is asked to do it. Raises Broken where nobody has that name.
    """
    address = address_of(name)
    try:
        lock = Lock(state)
    except Broken:
        return Client(env).erase(str(address))
    try:
        with open_folder(state, env) as (_, ports):
            return now(address, ports)
    finally:
        lock.release()


def now(address: Address, ports: Ports) -> dict[str, Any]:
    """Begins it and goes as far as it goes at once. Raises Broken where nobody has that address."""
    try:
        id = erasing.begin(address, ports, ports.clock.now())
    except Refused as error:
        raise Broken(error.reason) from error
    return erasing.run(id, ports) or {"going_on": id}
