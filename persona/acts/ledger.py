"""The account of what was decided: one entry a commit, each holding the hash of the one before."""

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from persona import keys
from persona.decision import Act
from persona.errors import Broken, Refused
from persona.keys import Key
from persona.model import FORMAT, Event
from persona.ports import Row, Store
from persona.seal import unseal

GENESIS = "0" * 64


def entry(
    before: str,
    version: int,
    at: float,
    events: Sequence[Event],
    acts: Sequence[Act],
    refused: Sequence[str],
    told: Mapping[str, Any] | None = None,
) -> Row:
    """One ledger row: which events led to which acts, and what was refused; no words of anyone.

    An event that is an outcome says of which act and what. `told` is what else it says, see
    `acts/entries.py`. Time in whole milliseconds: a database may give 3.0 back as 3, and the hash
    must not change.
    """
    body: dict[str, Any] = {
        "version": version,
        "at_ms": round(at * 1000),
        "events": [_told(event) for event in events],
        "acts": [{"id": act.id, "function": act.function} for act in acts],
        "refused": list(refused),
        **(told or {}),
        "before": before or GENESIS,
    }
    return {"v": FORMAT, **body, "hash": digest(body)}


def _told(event: Event) -> dict[str, str]:
    """Why a wish failed is told in words that may name what it was about: those stay with its act."""
    told = {"id": event.correlation, "kind": event.kind}
    if event.kind == "outcome":
        names = ("act", "function", "state", "provider")
        names += () if event.detail.get("shown") else ("reason",)
        told |= {name: event.detail[name] for name in names if event.detail.get(name)}
    return told


def receipt(before: str, version: int, at: float, proof: Mapping[str, Any]) -> Row:
    """One ledger row that says what a forgetting came to: marks hashed, places counted, no words."""
    body: dict[str, Any] = {
        "version": version,
        "at_ms": round(at * 1000),
        "receipt": dict(proof),
        "before": before or GENESIS,
    }
    return {"v": FORMAT, **body, "hash": digest(body)}


def digest(body: dict[str, Any]) -> str:
    """SHA-256 over canonical JSON."""
    canonical = json.dumps(body, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()


def first_break(rows: Sequence[Row], head: str = "") -> int | None:
    """The version of the first entry that was altered, dropped or moved; None for a whole chain.

    `head` is the hash that the lane's head holds; with it, entries missing at the end are found.
    As its sealed part holds it (`_anchor`), also a chain that somebody who has the table
    and no key made anew from some entry on.
    """
    before = GENESIS
    for row in rows:
        body = {k: value for k, value in row.items() if k not in ("v", "hash")}
        if row["before"] != before or digest(body) != row["hash"]:
            return int(row["version"])
        before = row["hash"]
    is_cut = head not in ("", before)
    return (int(rows[-1]["version"]) if rows else 0) + 1 if is_cut else None


def breaks(rows: Iterable[tuple[Key, Row]], store: Store) -> dict[str, int]:
    """Of all rows of some lanes: where each chain that is not whole breaks, by lane."""
    chains: defaultdict[str, list[Row]] = defaultdict(list)
    heads: dict[str, str] = {}
    for key, row in rows:
        lane = key.partition.removeprefix("LANE#")
        if key.sort.startswith("LEDGER#"):
            is_there = key == keys.ledger(lane, row["version"])
            chains[lane].append(row if is_there else {**row, "hash": "moved"})
        elif key.sort == "HEAD":
            heads[lane] = _anchor(store, lane, row)
    found = {lane: first_break(chains.get(lane, []), head) for lane, head in heads.items()}
    found |= dict.fromkeys(chains.keys() - heads.keys(), 1)  # a chain that lost its head
    return {lane: at for lane, at in found.items() if at is not None}


def _anchor(store: Store, lane: str, row: Row) -> str:
    """What the head's sealed part says; what stands in the clear beside it must say the same."""
    try:
        digest = unseal(store, f"lane:{lane}", f"HEAD {lane}", row["sealed"])
    except (Broken, Refused):
        return "sealed by nobody"
    sealed = digest.get("ledger", row["ledger"])
    return sealed if sealed == row["ledger"] else "two heads"
