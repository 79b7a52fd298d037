"""Erasing a person: one commit begins it for good, a durable row drives it, a certificate ends it.

The first commit closes every gate of the person and takes their addresses from them: whoever
speaks from there then is a stranger, and what was on its way before goes too. All that follows
only deletes, so each step repeats without harm after a crash, and the sweeper calls again until
the certificate is written. Keys go after the rows: from then on nothing that another worker still
held can be sealed, and what it wrote before is looked for once more. What the person said where
others listen goes by an event in that place's own lane, so that everybody else's words stay.
"""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from persona import ids, keys
from persona.acts import handover, ledger, outbox, residue, waking
from persona.errors import Conflict, Refused, Transient
from persona.keys import Key
from persona.memory import documents, evidence, tombstones
from persona.memory.standing import Gate, open_gate
from persona.model import FORMAT, Address, Event
from persona.people import addresses
from persona.ports import ABSENT, Delete, Ports, Put, Row, Store, Write, equals
from persona.seal import seal, unseal

FUNCTION = "erase"
AGAIN = 2.0
"""Seconds until it is looked whether the shared places have let go of the words."""
TRIES = 8
MOST_DELETED = 50
CERTIFICATES = "certificates"
"""The owner under which certificates stand beside the keys too."""


@dataclass(frozen=True, slots=True)
class Person:
    """All that is one person: addresses, homes, lanes, and the shared places where they spoke.

    A room is the home and the address of a shared place, and which of the addresses spoke there.
    """

    addresses: tuple[str, ...]
    homes: tuple[str, ...]
    lanes: tuple[str, ...]
    rooms: tuple[tuple[str, str, str], ...]


def begin(address: Address, store: Store, now: float) -> str:
    """Begins it, in one commit after which it cannot be stopped; returns the erasure's id.

    Raises Refused where nobody is known by this address, Transient while links keep moving.
    """
    for _ in range(TRIES):
        person, gates = _find(address, store)
        id = ids.spell(store.entropy(16))
        sealed = seal(store, f"erase:{id}", f"ERASE {id}", _plain(person))
        counts = {
            "addresses": len(person.addresses),
            "homes": len(person.homes),
            "lanes": len(person.lanes),
            "rooms": len({home for home, _, _ in person.rooms}),
        }
        row: Row = {"v": FORMAT, "id": id, "at": now, "sealed": sealed, "tries": 0}
        row["counts"] = counts
        writes: list[Write] = [Put(keys.erasure(id), {**row, "due": now}, ABSENT)]
        for lane, gate in gates.items():
            closed = {**gate.row, "halted": True, "erased": True, "epoch": gate.epoch + 1}
            writes.append(Put(keys.gate(lane), closed, equals("epoch", gate.epoch)))
        for one in map(Address.parse, person.addresses):
            place = addresses.find(store.table, one)
            if place is not None:
                writes.append(Delete(keys.address(one), equals("home", place.home)))
        known = {*person.addresses, *(author for _, _, author in person.rooms)}
        writes += [addresses.leaving(store, Address.parse(one), now) for one in sorted(known)]
        for home, _, author in person.rooms[:MOST_DELETED]:  # so that asking again finds nobody
            writes.append(Delete(keys.spoke(Address.parse(author), home)))
        try:
            store.table.commit(writes)
        except Conflict:
            if store.table.get([keys.erasure(id)]):  # our own commit, whose answer was lost
                return id
            store.keys.destroy(f"erase:{id}")
            continue
        return id
    raise Transient("links of this person keep moving")


def _find(address: Address, store: Store) -> tuple[Person, dict[str, Gate]]:
    place = addresses.find(store.table, address)
    gates: dict[str, Gate] = {}
    named, homes = {str(address): address}, list[str]()
    if place is not None:
        gates[place.lane] = gate = _gate(place.lane, store)
        if place.home not in gate.homes:
            raise Transient("a link of this address is moving")
        homes += gate.homes
        for link in gate.links.values():
            named[str(link.address)] = link.address
            if link.lane not in gates:
                gates[link.lane] = _gate(link.lane, store)
    rooms = [
        (row["home"], row["address"], str(one))
        for one in named.values()
        for _, row in store.table.query(keys.spoken(one))
    ]
    if place is None and not rooms:
        raise Refused(f"nobody is known as {address}")
    return Person(tuple(named), tuple(homes), tuple(gates), tuple(rooms)), gates


def _gate(lane: str, store: Store) -> Gate:
    row = store.table.get([keys.gate(lane)]).get(keys.gate(lane))
    if row is None or row.get("erased"):
        raise Refused("this person is being erased already", "erased")
    return open_gate(row)


def _plain(person: Person) -> dict[str, Any]:
    return {name: getattr(person, name) for name in person.__slots__}


def _person(opened: dict[str, Any]) -> Person:
    return Person(
        addresses=tuple(opened["addresses"]),
        homes=tuple(opened["homes"]),
        lanes=tuple(opened["lanes"]),
        rooms=tuple((home, place, author) for home, place, author in opened["rooms"]),
    )


def run(id: str, ports: Ports) -> Row | None:
    """Goes on with it as far as it can be done now; the certificate once it is over, else None."""
    key = keys.erasure(id)
    row = ports.table.get([key]).get(key)
    if row is None:
        return None
    try:
        opened = unseal(ports, f"erase:{id}", f"ERASE {id}", row["sealed"])
    except Refused:  # over, but for the certificate
        return _certify(key, row, ports)
    person = _person(opened)
    _delete(person, row["at"], ports)
    unreached = _destroy(person, ports)
    _delete(person, row["at"], ports)
    if not _left_rooms(person, id, row["tries"], ports):
        later: Row = {**row, "tries": row["tries"] + 1, "due": ports.clock.now() + AGAIN}
        ports.table.commit([Put(key, later, equals("tries", row["tries"]))])
        return None
    known: Row = {**row, "unreached": sorted({*row.get("unreached", []), *unreached})}
    ports.table.commit([Put(key, known, equals("tries", row["tries"]))])
    ports.keys.destroy(f"erase:{id}")
    return _certify(key, known, ports)


def _delete(person: Person, until: float, ports: Ports) -> None:
    """Every row and raw original of the person; the gates last, since they keep workers out.

    What would wake a plan ends with its row; a gate that is erased takes no turn.
    """
    for home in person.homes:
        _drop_made_of(home, person, ports)
        for name in documents.names(ports.blobs, home):
            tombstones.drop_blob(ports, name)
        for key, _ in _rows(ports, f"SOCKETS#{home}"):
            ports.table.commit([Delete(key), Delete(keys.socket(key.sort))])
        for key, _ in _rows(ports, keys.sessions(home).partition):
            session = keys.session(key.sort.partition("#")[2])
            ports.table.commit([Delete(key), Delete(session)])
        for key, _ in _rows(ports, keys.passkey_of(home, "").partition):
            ports.table.commit([Delete(key), Delete(keys.passkey(key.sort))])
        _empty(ports, f"HOME#{home}")
        waking.end(home, ports)
    for lane in person.lanes:
        _drop_held(lane, ports)
        for function in {*ports.functions, handover.FUNCTION}:
            _empty(ports, keys.act(function, lane, "", "").partition)
            _empty(ports, keys.provider(function, lane, "").partition)
        _empty(ports, f"LANE#{lane}")
        _empty(ports, keys.texture(lane).partition)
        ports.table.commit([Delete(keys.textured(lane))])
    for one in map(Address.parse, person.addresses):
        asked = ids.derive(f"address {one}")
        paces = [keys.pace(one.surface, one.id), keys.pace("signin", asked)]
        ports.table.commit([Delete(key) for key in paces])
        _drop_pointed(one, until, ports)
    for _, place, author in person.rooms:
        _drop_handed(Address.parse(place), author, ports)
    for lane in person.lanes:
        ports.table.commit([Delete(keys.gate(lane))])


def _rows(store: Store, partition: str) -> list[tuple[Key, Row]]:
    return list(residue.rows_of(store, partition))


def _empty(ports: Ports, partition: str) -> None:
    while rows := ports.table.query(Key(partition, ""), limit=MOST_DELETED):
        ports.table.commit([Delete(key) for key, _ in rows])


def _drop_made_of(home: str, person: Person, ports: Ports) -> None:
    """Raw mails of a home, and what lanes that it has left sent to it.

    Those lanes are other people's now: of theirs nothing is taken. Originals went with the key
    where that is gone already.
    """
    for lane in sorted(_lanes_of(home, ports) - set(person.lanes)):
        for function in sorted({*ports.functions, *ports.carriers, "link"}):
            _drop_sent(home, function, lane, ports)
    try:
        turns = evidence.read_turns(ports, home)
    except Refused:
        return
    for name in (blob for turn in turns for blob in turn.blobs):
        tombstones.drop_blob(ports, name)


def _lanes_of(home: str, ports: Ports) -> set[str]:
    """Lanes of others that answered its turns, which say so in the clear: its key may be gone."""
    turns = (
        row for key, row in _rows(ports, keys.turns(home).partition) if key.sort[:5] == "TURN#"
    )
    return {row["lane"] for row in turns if "lane" in row}


def _drop_sent(home: str, function: str, lane: str, ports: Ports) -> None:
    for key, row in _rows(ports, keys.act(function, lane, "", "").partition):
        if row["home"] == home:
            told = keys.provider(function, lane, row["provider_id"] or "-")
            ports.table.commit([Delete(key), Delete(told)])


def _drop_held(lane: str, ports: Ports) -> None:
    """Raw mails of events that a cap holds back."""
    for key, row in ports.table.query(keys.waiting(lane)):
        try:
            blob = json.loads(residue.opened_row(ports, key, row))["blob"]
        except Refused:
            return
        if blob:
            tombstones.drop_blob(ports, blob)


def _drop_pointed(one: Address, until: float, ports: Ports) -> None:
    """What stands beside the address, and the rows elsewhere that it points to.

    Of a stranger who came after `until` nothing is taken.
    """
    for key, row in _rows(ports, keys.address(one).partition):
        if row.get("since", until + 1.0) > until:
            continue
        at = [Delete(Key(*row["at"]))] if "at" in row else []
        ports.table.commit([Delete(key), *at])


def _drop_handed(where: Address, author: str, ports: Ports) -> None:
    """What went from a shared place to this author: it names them, whatever it still holds."""
    place = addresses.find(ports.table, where)
    lane = place.lane if place else ""
    for key, row in _rows(ports, keys.act(handover.FUNCTION, lane, "", "").partition):
        if str(outbox.open_row(ports, row).address) == author:
            ports.table.commit([Delete(key)])


def _destroy(person: Person, ports: Ports) -> set[str]:
    """All keys of the person; returns the copies of keys that could not be reached."""
    owners = [f"home:{home}" for home in person.homes] + [f"lane:{lane}" for lane in person.lanes]
    return {name for owner in owners for name in ports.keys.destroy(owner)}


def _left_rooms(person: Person, id: str, tries: int, ports: Ports) -> bool:
    """Whether every shared place has let go of the words; those that have not are told (again)."""
    told = [_has_left(_leaving(id, *room, ports=ports), tries, ports) for room in person.rooms]
    return all(told)


def _has_left(event: Event, tries: int, ports: Ports) -> bool:
    """A turn that failed there is asked for once more under a new name."""
    place = addresses.find(ports.table, event.address)
    if place is None or place.home != event.home:
        return True
    for attempt in range(tries + 1):
        named = replace(event, id=f"{event.id}:{attempt}")
        seen = keys.seen(event.home, named.id)
        row = ports.table.get([seen]).get(seen)
        if row is None:
            ports.lanes.put(place.lane, named.to_json(), named.id)
            return False
        if row["state"] != "failed":
            return True
    return False


def _leaving(id: str, home: str, place: str, author: str, ports: Ports) -> Event:
    return Event(
        id=f"erase:{id}:{home}:{ids.derive(author)}",
        kind="leave",
        address=Address.parse(place),
        author=Address.parse(author),
        at=ports.clock.now(),
        audience="lane",
        home=home,
    )


def _certify(key: Key, row: Row, ports: Ports) -> Row:
    """The last commit: the driving row goes, and a ledger that names nobody has one entry more."""
    for _ in range(TRIES):
        newest = ports.table.query(keys.erased(-1), limit=1, newest_first=True)
        before = newest[0][1] if newest else {}
        body: Row = {
            "version": before.get("version", 0) + 1,
            "id": row["id"],
            "at_ms": round(ports.clock.now() * 1000),
            **row["counts"],
            "copies_not_reached": row.get("unreached", []),
            "before": before.get("hash", ledger.GENESIS),
        }
        certificate: Row = {"v": FORMAT, **body, "hash": ledger.digest(body)}
        ports.keys.bury(CERTIFICATES, {f"{body['version']:012d}": json.dumps(certificate)})
        try:
            ports.table.commit(
                [Delete(key, equals("tries", row["tries"])),
                 Put(keys.erased(body["version"]), certificate, ABSENT)]
            )  # fmt: skip
        except Conflict:
            if key not in ports.table.get([key]):  # another worker was quicker, or our own answer
                return certificate
            continue
        return certificate
    raise Transient("others keep writing certificates")


def certificates(store: Store) -> Iterator[Row]:
    """All certificates, oldest first."""
    for _, row in residue.rows_of(store, "ERASED"):
        yield row


def all_erased(owners: Iterable[str], store: Store) -> bool:
    """Whether the keys of all these were destroyed; asking makes one that never was."""
    for owner in owners:
        try:
            store.keys.of(owner)
        except Refused:
            continue
        return False
    return True
