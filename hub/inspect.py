"""Looking into a state folder without disturbing the hub that runs on it."""

import tempfile
from collections import defaultdict
from pathlib import Path
from typing import Any

from backends.local._database import Database
from backends.local.table import Table
from hub.copies import copy_database
from persona.acts.ledger import first_break
from persona.errors import Broken
from persona.ports import Row


def verify_ledgers(state: Path) -> dict[str, Any]:
    """Counts entries and lanes, and names each lane whose chain was altered and from where.

    Beside them the receipts of forgettings, and the certificates of persons who were erased.
    """
    if not (state / "hub.db").exists():
        raise Broken(f"there is no hub in {state}")
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "hub.db"
        copy_database(state / "hub.db", copy)
        database = Database(copy)
        table = Table(database)
        chains: defaultdict[str, list[Row]] = defaultdict(list)
        heads: dict[str, str] = {}
        for key, row in table.scan("LANE#"):
            if key.sort.startswith("LEDGER#"):
                chains[key.partition].append(row)
            elif key.sort == "HEAD":
                heads[key.partition] = row["ledger"]
        erased = [row for _, row in table.scan("ERASED")]
        database.close()
    breaks = {lane: first_break(chains.get(lane, []), head) for lane, head in heads.items()}
    breaks |= dict.fromkeys(chains.keys() - heads.keys(), 1)  # a chain that lost its head
    broken = {lane.removeprefix("LANE#"): at for lane, at in breaks.items() if at is not None}
    at = first_break(erased)
    return {
        "entries": sum(map(len, chains.values())),
        "lanes": len(chains),
        "broken": broken if at is None else {**broken, "certificates": at},
        "receipts": [
            row["receipt"] for rows in chains.values() for row in rows if "receipt" in row
        ],
        "certificates": erased,
    }
