"""The net under every bell: acts that are due, events that waited, originals that must go."""

from collections.abc import Sequence
from contextlib import suppress
from typing import Any

from functions import _compose
from functions._observe import count, log
from persona.acts import held, outbox, questions, residue, waking
from persona.errors import Conflict
from persona.keys import Key
from persona.memory import topics
from persona.people import addresses
from persona.ports import Delete, Ports, Put, Row, Update, equals

MOST = 1_000
"""Rows looked at in one sweep; more than can stand still at once, so that none hides the rest."""


def handler(event: dict[str, Any], context: object) -> None:
    """Lambda's entry, each minute; without an age limit."""
    run(_compose.ports())


def run(ports: Ports) -> int:
    """Returns how many rows were due."""
    due = ports.table.due(ports.clock.now(), MOST)
    lanes = {
        (function, lane) for kind, function, lane in (_act(key) for key in due) if kind == "ACT"
    }
    for function, lane in sorted(lanes):
        ports.bell.ring(function, lane)
    for key in sorted(due, key=_is_proof):  # what it would wait for goes first
        try:
            _work(key, ports)
        except Exception:  # one row's trouble holds up no other; it is tried again
            log.exception("sweep failed", extra={"kind": key.sort.partition("#")[0]})
    _tell_oldest(due, ports)
    return len(due)


def _tell_oldest(due: Sequence[Key], ports: Ports) -> None:
    """For how many seconds the oldest due act has been waiting; nothing is said where none is."""
    oldest = next((key for key in due if key.partition.startswith("ACT#")), None)
    row = ports.table.get([oldest]).get(oldest) if oldest else None
    if row is not None and "due" in row:
        count("oldest due act", max(0.0, ports.clock.now() - row["due"]))


def _is_proof(key: Key) -> bool:
    return key.sort.startswith("FORGOT#")


def _work(key: Key, ports: Ports) -> None:
    if key.sort.startswith("WAIT#"):
        _release(key, ports)
    elif key.sort.startswith("GONE#"):
        _drop_blob(key, ports)
    elif key.sort.startswith("REDACT#"):
        _redact(key, ports)
    elif key.sort.startswith("QUESTION#"):
        _expire(key, ports)
    elif key.sort.startswith("PLAN#"):
        _fire(key, ports)
    elif key.partition.startswith("WAKE#"):
        ports.bell.ring(waking.FUNCTION, key.partition.partition("#")[2], [key.sort])
    elif key.sort == "REVIEW":
        _review(key, ports)
    elif _is_proof(key):
        _prove(key, ports)
    elif key.sort == "ERASE":
        ports.bell.ring("erase", key.partition.partition("#")[2])


def _act(key: Key) -> tuple[str, str, str]:
    kind, _, rest = key.partition.partition("#")
    function, _, lane = rest.partition("#")
    return kind, function, lane


def _release(key: Key, ports: Ports) -> None:
    """Puts a held event back into its lane, then lets go of the row; repeating it is harmless."""
    row = ports.table.get([key]).get(key)
    if row is None:
        return
    event = held.open_row(row, ports)
    ports.lanes.put(row["lane"], event.to_json(), f"{event.id}#{key.sort}")
    ports.table.commit([Delete(key)])
    log.info("released", extra={"correlation": event.correlation})


def _drop_blob(key: Key, ports: Ports) -> None:
    """Deletes a raw original that older code left to be deleted; repeating it is harmless."""
    row = ports.table.get([key]).get(key)
    if row is not None:
        ports.blobs.delete(row["name"])
        ports.table.commit([Delete(key)])


def _expire(key: Key, ports: Ports) -> None:
    """Tells the lane of a question that had no answer; one that had is no longer due."""
    row = ports.table.get([key]).get(key)
    if row is None:
        return
    if row["state"] != "open":
        kept = {name: value for name, value in row.items() if name != "due"}
        ports.table.commit([Put(key, kept, equals("state", row["state"]))])
        return
    event = questions.expiry(questions.open_row(key, row, ports), ports)
    place = addresses.find(ports.table, event.address)
    if place is not None:
        ports.lanes.put(place.lane, event.to_json(), event.id)
    later = {**row, "due": ports.clock.now() + questions.AGAIN}
    ports.table.commit([Put(key, later, equals("state", "open"))])


def _fire(key: Key, ports: Ports) -> None:
    """Puts a plan's time into its lane, again and again until a turn has moved the plan on."""
    row = ports.table.get([key]).get(key)
    plan = waking.read_due(key, row, ports) if row else None
    if row is None or plan is None:
        return
    waking.fire(row, plan, ports)
    later: Row = {"due": ports.clock.now() + waking.AGAIN, "fired": row.get("fired", 0) + 1}
    with suppress(Conflict):  # the turn was quicker
        ports.table.commit([Update(key, later, equals("changes", row["changes"]))])


def _review(key: Key, ports: Ports) -> None:
    """Puts into its lane that something left open is to be looked at; the turn sees whether it is."""
    row = ports.table.get([key]).get(key)
    event = topics.review(key, row, ports) if row else None
    if row is None or event is None:
        return
    place = addresses.find(ports.table, event.address)
    if place is not None:
        ports.lanes.put(place.lane, event.to_json(), event.id)
    later: Row = {"due": ports.clock.now() + topics.AGAIN, "fired": row.get("fired", 0) + 1}
    with suppress(Conflict):  # the turn was quicker
        ports.table.commit([Update(key, later, equals("changes", row["changes"]))])


def _redact(key: Key, ports: Ports) -> None:
    row = ports.table.get([key]).get(key)
    if row is not None:
        outbox.redact(ports, key, row)


def _prove(key: Key, ports: Ports) -> None:
    row = ports.table.get([key]).get(key)
    if row is None:
        return
    try:
        residue.prove(ports, key, row)
    except Conflict:  # a turn moved the lane's head, or another sweep was quicker; it comes again
        count("proof raced")
