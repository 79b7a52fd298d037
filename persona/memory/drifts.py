"""How the persona kept to its identity in one lane, as numbers: one row, written by reviews alone."""

from dataclasses import asdict
from typing import Any

from persona import keys
from persona.drift import Drift, Sample
from persona.errors import Broken
from persona.model import FORMAT
from persona.ports import Put, Row, Store, Write

MOST = 30
"""Samples that are kept; the oldest goes."""


def read(store: Store, lane: str) -> Drift:
    key = keys.drift(lane)
    return open_row(store.table.get([key]).get(key))


def open_row(row: Row | None) -> Drift:
    """Raises Broken for a row of a newer format."""
    if row is None:
        return Drift()
    if row["v"] > FORMAT:
        raise Broken(f"drift of format {row['v']}; this code knows up to {FORMAT}")
    samples: list[dict[str, Any]] = row["samples"]
    return Drift(row["upto"], tuple(Sample(**one) for one in samples), row.get("rejected", 0))


def writes(lane: str, drift: Drift | None) -> list[Write]:
    """The row of numbers, if any; no words stand in it, so nothing in it is sealed."""
    if drift is None:
        return []
    samples = [asdict(one) for one in drift.samples[-MOST:]]
    row: Row = {"v": FORMAT, "upto": drift.upto, "samples": samples}
    if drift.rejected:
        row["rejected"] = drift.rejected
    return [Put(keys.drift(lane), row)]
