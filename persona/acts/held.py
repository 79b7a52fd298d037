"""Events that a cap holds back: rows of the lane with a due time, sealed, in their order.

The sweeper puts each back into its lane when it is due; an edit or deletion finds it here.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace

from persona import keys
from persona.memory import tombstones
from persona.memory.standing import Standing
from persona.model import FORMAT, Event, Said
from persona.ports import Ports, Put, Row, Write, equals
from persona.seal import seal, unseal

DELETED = "(deleted)"
MOST_LEFT = 10
APART = 0.001
"""Seconds between two due times, so that what came first goes first."""


def hold(
    standing: Standing, events: Sequence[Event], wait_until: float, ports: Ports
) -> list[Write]:
    """The writes that keep these events until then, each behind the last that waits already."""
    if not wait_until:
        return []
    lane, first = standing.place.lane, _first_due(standing, wait_until)
    writes: list[Write] = []
    for position, event in enumerate(events):
        due = first + APART * position
        row: Row = {"v": FORMAT, "lane": lane, "id": event.id, "due": due}
        row["sealed"] = _sealed(lane, event, ports)
        writes.append(Put(keys.wait(lane, due, event.id), row))
    return writes


def until(standing: Standing, events: Sequence[Event], wait_until: float) -> float:
    """When the last event that waits in this lane is due, once these are held too."""
    if not wait_until:
        return standing.head.held_until
    return _first_due(standing, wait_until) + APART * (len(events) - 1)


def _first_due(standing: Standing, wait_until: float) -> float:
    return max(wait_until, standing.head.held_until + APART)


def amend(standing: Standing, change: Event | None, ports: Ports) -> list[Write]:
    """The writes that give a held event its author's new words, or nothing to answer any more."""
    if change is None:
        return []
    lane, writes = standing.place.lane, list[Write]()
    for key, row in ports.table.query(keys.waiting(lane)):
        event = open_row(row, ports)
        if event.id != change.target or event.author != change.author:
            continue
        is_edit = change.kind == "edit"
        words = change.words if is_edit else DELETED
        changed = replace(event, words=words, addressed=event.addressed and is_edit)
        writes.append(Put(key, {**row, "sealed": _sealed(lane, changed, ports)}))
        said = Said(event.message_id, "person", event.words, event.address.surface, event.at)
        why: tombstones.Why = "edited" if is_edit else "forgotten"
        home, now = standing.place.home, ports.clock.now()
        writes += [tombstones.write(home, t) for t in tombstones.over(ports, home, said, why, now)]
    return writes


def without(lane: str, forgotten: Callable[[Event], bool], ports: Ports) -> list[Write]:
    """The writes that take the words from held events that were forgotten."""
    writes: list[Write] = []
    for key, row in ports.table.query(keys.waiting(lane)):
        event = open_row(row, ports)
        if event.words != DELETED and forgotten(event):
            gone = replace(event, words=DELETED, addressed=False)
            writes.append(Put(key, {**row, "sealed": _sealed(lane, gone, ports)}))
    return writes


def leave(standing: Standing, first: Event, ports: Ports) -> list[Write]:
    """The writes that empty what is held of an author who leaves; each is still let go in its turn.

    Where very many wait, the surplus goes at once: emptying repeats without harm.
    """
    writes: list[Write] = []
    lane = standing.place.lane
    for key, row in ports.table.query(keys.waiting(lane)) if first.kind == "leave" else ():
        event = open_row(row, ports)
        if event.author == first.author:
            gone = replace(event, kind="leave", author=event.address, words="", detail={})
            writes.append(
                Put(key, {**row, "sealed": _sealed(lane, gone, ports)}, equals("v", FORMAT))
            )
    for start in range(0, len(writes) - MOST_LEFT, MOST_LEFT):
        ports.table.commit(writes[start : start + MOST_LEFT])
    return writes[-MOST_LEFT:]


def open_row(row: Row, ports: Ports) -> Event:
    """The event in a row. Raises Broken for one of a newer format."""
    context = f"WAIT {row['lane']} {row['id']}"
    return Event.from_json(unseal(ports, f"lane:{row['lane']}", context, row["sealed"]))


def _sealed(lane: str, event: Event, ports: Ports) -> bytes:
    return seal(ports, f"lane:{lane}", f"WAIT {lane} {event.id}", event.to_json())
