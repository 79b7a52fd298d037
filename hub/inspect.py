"""Looking into a state folder beside the hub that runs on it: whether its ledgers are whole.

Verified with the lanes' own keys, so that a chain is also found that somebody made anew who holds
the table alone; of a person who was erased neither key nor chain is left.
"""

import tempfile
import time
from collections.abc import Generator, Iterable, Mapping
from contextlib import closing, contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

from backends.local._database import Database
from backends.local.table import Table
from hub.copies import copy_database
from hub.leaving import address_of, reading
from persona import keys
from persona.acts import effects, residue
from persona.acts.ledger import breaks, first_break
from persona.acts.orphans import orphans
from persona.errors import Broken
from persona.keys import Key
from persona.memory.standing import open_gate
from persona.people import addresses
from persona.ports import Ports, Row

AGAIN = 1.0
"""Seconds until a second look."""


def verify_ledgers(
    state: Path, env: Mapping[str, str], name: str = "", lane: str = "", *, whole: bool = True
) -> dict[str, Any]:
    """Counts entries and lanes, and names each lane whose chain was altered and from where.

    Beside them the receipts of forgettings, what has lost its other half, the certificates of
    persons who were erased, and where it is `whole` every wish with its words and its end. `name`
    is a person's (an address as `surface:id`, or a web account), `lane` a lane's: with one of them
    only what is theirs. Raises Broken where there is no hub, or nobody of that name.

    A hub that runs is looked at once more where something was missing: it may be on its way.
    """
    found = _look(state, env, name, lane, whole=whole)
    if found.get("orphans"):
        time.sleep(AGAIN)
        later = set(_look(state, env, name, lane, whole=False)["orphans"])
        found["orphans"] = [one for one in found["orphans"] if one in later]
    return found


def _look(
    state: Path, env: Mapping[str, str], name: str, lane: str, *, whole: bool
) -> dict[str, Any]:
    with copied(state, env) as (table, ports):
        lanes, homes = _asked_for(name, lane, ports) if name or lane else _everybody(table)
        rows = [row for row in table.scan("LANE#") if row[0].partition[5:] in set(lanes)]
        every = [row for key, row in rows if key.sort.startswith("LEDGER#")]
        found: dict[str, Any] = {
            "entries": len(every),
            "lanes": len({key.partition for key, _ in rows if key.sort.startswith("LEDGER#")}),
            "broken": breaks(rows, ports),
            "receipts": [row["receipt"] for row in every if "receipt" in row],
        }
        if not (name or lane):
            found |= _of_the_hub(table, rows, homes, found["broken"], ports)
        if whole:
            found["effects"] = [asdict(one) for one in effects.read(ports, lanes, homes)]
        return found


@contextmanager
def copied(state: Path, env: Mapping[str, str]) -> Generator[tuple[Table, Ports], None, None]:
    """The table as it was at one moment, with the keys as they are."""
    with reading(state, env) as ports, tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "hub.db"
        copy_database(state / "hub.db", copy)
        with closing(Database(copy)) as database:
            table = Table(database)
            yield table, ports.but(table=table)


def _everybody(table: Table) -> tuple[list[str], list[str]]:
    """All lanes with a row, and all homes that one works."""
    lanes = {key.partition.removeprefix("LANE#") for key, _ in table.scan("LANE#")}
    homes = (home for _, row in table.scan("GATE#") for home in row.get("homes", ()))
    return sorted(lanes), list(dict.fromkeys(homes))


def _of_the_hub(
    table: Table,
    rows: Iterable[tuple[Key, Row]],
    homes: Iterable[str],
    broken: Mapping[str, int],
    ports: Ports,
) -> dict[str, Any]:
    """What only all lanes together can show."""
    erased = [row for _, row in table.scan("ERASED")]
    at = first_break(erased)
    asked = [one for home in homes for one in residue.rows_of(ports, f"HOME#{home}", "QUESTION#")]
    functions = {c.name: c.function for c in ports.capabilities.values()}
    return {
        "broken": broken if at is None else {**broken, "certificates": at},
        "orphans": orphans([*rows, *table.scan("ACT#"), *asked], functions),
        "certificates": erased,
    }


def _asked_for(name: str, lane: str, ports: Ports) -> tuple[list[str], list[str]]:
    """The lanes and the homes of a person, or a lane and those that it works."""
    if name:
        place = addresses.find(ports.table, address_of(name))
        if place is None:
            raise Broken(f"nobody is known as {name}")
        lane = place.lane
    row = ports.table.get([keys.gate(lane)]).get(keys.gate(lane))
    if row is None:
        raise Broken(f"there is no lane {lane}")
    gate = open_gate(row)
    return [*dict.fromkeys([lane, *(link.lane for link in gate.links.values())])], [*gate.homes]
