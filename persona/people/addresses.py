"""Whose address is this? A home for its memory, a lane for its order, made at first contact.

An address is the surface, the tenant and the vendor's own id, and nothing else: display names,
profile names and From headers identify nobody. Two addresses are two persons until a link is
proven: then one lane works both homes, and both addresses lead there.
"""

import hashlib
import hmac
from collections.abc import Callable, Sequence
from contextlib import suppress

from persona import ids, keys
from persona.errors import Conflict, Transient
from persona.keys import Key
from persona.model import FORMAT, Address, Place
from persona.ports import ABSENT, Put, Row, Store, Table, Write

LATE_DAYS = 30
"""As long as seen marks stand: longer than any path that delivers late."""


def find(table: Table, address: Address) -> Place | None:
    """Where this address lives; None for one never seen."""
    row = table.get([keys.address(address)]).get(keys.address(address))
    return Place(row["home"], row["lane"]) if row else None


def find_any(table: Table, spelled: Sequence[Address]) -> tuple[Address, Place | None]:
    """The first of these addresses that lives somewhere, else the first; one read for all."""
    rows = table.get([keys.address(address) for address in spelled])
    for address in spelled:
        row = rows.get(keys.address(address))
        if row:
            return address, Place(row["home"], row["lane"])
    return spelled[0], None


def meet(table: Table, address: Address, entropy: Callable[[int], bytes], now: float) -> Place:
    """Where this address lives, made when new; two who meet it at once agree on one home."""
    for _ in range(3):
        known = find(table, address)
        if known:
            return known
        place, writes = first_meeting(address, entropy, now)
        try:
            table.commit(writes)
        except Conflict:
            continue
        return place
    raise Transient("an address could not be met")


def first_meeting(
    address: Address, entropy: Callable[[int], bytes], now: float
) -> tuple[Place, list[Write]]:
    """Where a new address will live, and the writes that make it so."""
    place = Place(home=ids.spell(entropy(16)), lane=ids.spell(entropy(16)))
    return place, [
        Put(keys.address(address), _address_row(address, place, now), ABSENT),
        Put(keys.gate(place.lane), _gate_row(address, place, now), ABSENT),
    ]


def note_speaker(table: Table, author: Address, where: Address, place: Place, now: float) -> None:
    """That this author spoke where others listen, once for each such place.

    So that their words can be found there when they are erased.
    """
    row: Row = {"v": FORMAT, "home": place.home, "address": str(where), "since": now}
    with suppress(Conflict):  # noted before
        table.commit([Put(keys.spoke(author, place.home), row, ABSENT)])


def leaving(store: Store, address: Address, now: float) -> Write:
    """The write that remembers for a while, under a key of the hub's, when this address was erased.

    So that what was said before and is delivered late does not come to a stranger's new home.
    """
    row: Row = {"v": FORMAT, "at": now, "expires": now + LATE_DAYS * 86_400.0}
    return Put(_left(store, address), row)


def left_at(store: Store, address: Address) -> float:
    """When this address was last erased; before all time for one that never was, or long ago."""
    key = _left(store, address)
    row = store.table.get([key]).get(key)
    return row["at"] if row else float("-inf")


def _left(store: Store, address: Address) -> Key:
    named = hmac.new(store.keys.of("left"), str(address).encode(), hashlib.sha256)
    return keys.left(named.hexdigest()[:32])


def _address_row(address: Address, place: Place, now: float) -> Row:
    return {
        "v": FORMAT,
        "surface": address.surface,
        "home": place.home,
        "lane": place.lane,
        "met": now,
    }


def _gate_row(address: Address, place: Place, now: float) -> Row:
    return {
        "v": FORMAT,
        "epoch": 1,
        "halted": False,
        "homes": [place.home],
        "surfaces": [address.surface],
        "suppressed": {},
        "since": now,
    }
