"""After a restore: what was forgotten or erased since the backup was made goes once more."""

import json
from collections.abc import Iterable, Mapping
from pathlib import Path

from hub.state import Lock, open_folder
from persona import ids, keys
from persona.acts import erase, held, joining
from persona.acts.joining import Side
from persona.keys import Key
from persona.memory import tombstones
from persona.memory.standing import open_gate
from persona.model import Address, Event, Place
from persona.ports import Ports, Put, Row, Write
from persona.turn import take_turn

AT_ONCE = 50


def settle(state: Path, env: Mapping[str, str]) -> dict[str, int]:
    """Does it in a folder on which no hub runs; returns how many persons and messages went."""
    lock = Lock(state)
    try:
        with open_folder(state, env) as (family, ports):
            for mark in ports.keys.buried(tombstones.BLOBS):
                (state / "blobs" / mark).unlink(missing_ok=True)
            return leave_again(family.table.scan("ADDRESS#"), ports)
    finally:
        lock.release()


def leave_again(met: Iterable[tuple[Key, Row]], ports: Ports) -> dict[str, int]:
    """Takes the rows of all addresses as they were restored; nothing else works on them yet."""
    spelled = ports.keys.buried(erase.CERTIFICATES)
    for number, text in sorted(spelled.items()):
        ports.table.commit([Put(keys.erased(int(number)), json.loads(text))])
    homes = {address_of(key): row["home"] for key, row in met if key.sort == "HOME"}
    erased = {a for a, home in homes.items() if erase.all_erased([f"home:{home}"], ports)}
    for address in erased:
        _erase(address, homes, erased, ports)
    left = {address: home for address, home in homes.items() if address not in erased}
    fresh = {address: _bury(address, home, ports) for address, home in left.items()}
    for address, marks in fresh.items():
        if marks:
            _forget(address, left[address], marks, ports)
    return {"erased": len(erased), "forgotten": sum(map(len, fresh.values()))}


def address_of(key: Key) -> Address:
    """Whose row it is."""
    _, surface, id = key.partition.split("#", 2)
    return Address(surface, id)


def _erase(
    address: Address, homes: Mapping[Address, str], erased: Iterable[Address], ports: Ports
) -> None:
    """Erases one address again, parted first from those that were not erased with it."""
    row = ports.table.get([keys.address(address)]).get(keys.address(address))
    if row is None:  # it went with one that it was linked to
        return
    gone = {homes[one] for one in erased}
    source = _side(row["lane"], ports)
    kept = [home for home in source.gate.homes if home not in gone]
    if kept:
        going = [home for home in source.gate.homes if home in gone]
        stays = any(source.links[home].lane == source.lane for home in kept)
        leaving = going if stays else kept
        target = _side(source.links[leaving[0]].lane, ports)
        ports.table.commit(joining.split(leaving, source, target, ports.clock.now()))
    erase.run(erase.begin(address, ports, ports.clock.now()), ports)
    # Shared places are told by their lanes once the hub runs; the sweeper then ends it.


def _side(lane: str, ports: Ports) -> Side:
    rows = ports.table.get([keys.gate(lane), keys.head(lane)])
    gate, head = open_gate(rows[keys.gate(lane)]), rows.get(keys.head(lane))
    return Side(lane, gate, head["version"] if head else None, gate.links)


def _bury(address: Address, home: str, ports: Ports) -> set[str]:
    """Puts the tombstones back that the restored home lacks; returns their marks."""
    there = tombstones.standing(ports, home)
    lacking = {m: one for m, one in tombstones.kept(ports, home).items() if m not in there}
    writes: list[Write] = [tombstones.write(home, one) for one in lacking.values()]
    for start in range(0, len(writes), AT_ONCE):
        ports.table.commit(writes[start : start + AT_ONCE])
    return set(lacking)


def _forget(address: Address, home: str, marks: Iterable[str], ports: Ports) -> None:
    """A turn that forgets again, as a deletion would; and what still waits to be worked."""
    row = ports.table.get([keys.address(address)])[keys.address(address)]
    place = Place(row["home"], row["lane"])

    def went(event: Event) -> bool:
        key = tombstones.key_of(ports, home, event.message_id)
        return key is not None and event.home == home and bool(ports.table.get([key]))

    waiting = held.without(place.lane, went, ports)
    if waiting:
        ports.table.commit(waiting)
    event = Event(
        id=f"restore:{ids.derive(home, *sorted(marks))}:{ids.spell(ports.entropy(16))}",
        kind="restore",
        address=address,
        author=address,
        at=ports.clock.now(),
        home=home,
    )
    take_turn(place, [event], ports, reflex_only=True)
