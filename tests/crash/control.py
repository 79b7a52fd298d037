"""The naive hub, for comparison: the same rows, written one by one, and the reply sent inline.

This is what most sample chat backends do. It is built here and nowhere else.
"""

from typing import Any

from functions.turn import _message
from persona import decide
from persona.decision import Act
from persona.memory.standing import read
from persona.model import Event, Place
from persona.ports import Check, Delete, Ports, Put
from persona.record import record


def naive_worker(event: dict[str, Any], ports: Ports) -> dict[str, Any]:
    """Works a batch without a transaction, a head or an outbox."""
    failed: list[str] = []
    for raw in event["Records"]:
        message = _message(raw)
        if message.event is None:
            continue
        try:
            _naive_turn(Place(message.event.home, message.lane), message.event, ports)
        except Exception:
            failed.append(message.id)
            ports.lanes.release(message.receipt, 1.0)
    return {"batchItemFailures": [{"itemIdentifier": id} for id in failed]}


def _naive_turn(place: Place, event: Event, ports: Ports) -> None:
    standing = read(place, [event], ports)
    if not standing.unhandled([event]):
        return
    commit = record(standing, [event], decide.on(standing, [event], ports, True), ports)
    acts = {id(write): write for write in commit.writes if write.key.partition.startswith("ACT#")}
    for act in commit.acts:
        send_inline(act, ports)
    for write in sorted(commit.writes, key=lambda one: one.key.sort.startswith("SEEN#")):
        if isinstance(write, Put) and id(write) not in acts:
            ports.table.commit([Put(write.key, write.row)])
        elif isinstance(write, Delete):
            ports.table.commit([Delete(write.key)])
        else:
            assert isinstance(write, Check | Put)
    ports.indexes.advance(standing, commit.turn, commit.notes)


def send_inline(act: Act, ports: Ports) -> None:
    carrier = ports.carriers[act.function]
    assert carrier.send
    carrier.send(act, ports)
