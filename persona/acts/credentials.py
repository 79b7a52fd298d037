"""A person's own credentials for a capability: theirs alone, sealed under their lane's key.

A credential is a row of its own partition, so that the function that needs it reaches it and no
other one does. Erasing the person's key makes it unreadable with everything else of theirs.
"""

from collections.abc import Mapping

from persona import keys
from persona.keys import Key
from persona.model import FORMAT, Address, Place
from persona.ports import Delete, Put, Row, Store
from persona.seal import seal, unseal


def keep(store: Store, name: str, lane: str, credential: Mapping[str, str]) -> None:
    """Puts it in the place of any earlier one of this name."""
    sealed = seal(store, f"lane:{lane}", _context(name, lane), dict(credential))
    store.table.commit([Put(keys.credential(name, lane), {"v": FORMAT, "sealed": sealed})])


def give(
    store: Store,
    name: str,
    place: Place,
    whose: Address,
    credential: Mapping[str, str],
    now: float,
) -> None:
    """Keeps what the person at this address gave, so that exporting and erasing them find it."""
    key = keys.credential(name, place.lane)
    pointer: Row = {"v": FORMAT, "at": list(key), "since": now}
    store.table.commit([Put(keys.beside(whose, key), pointer)])
    keep(store, name, place.lane, credential)


def given_by(store: Store, whose: Address) -> list[str]:
    """The names of the credentials that this address gave and that are still kept."""
    rows = store.table.query(keys.beside_all(whose))
    found = [Key(*row["at"]) for _, row in rows if row["at"][0].startswith("CREDENTIAL#")]
    return sorted(key.partition.split("#")[1] for key in store.table.get(found))


def read(store: Store, name: str, lane: str) -> dict[str, str]:
    """What the person gave; empty where they gave none. Raises Broken where it does not open."""
    key = keys.credential(name, lane)
    row = store.table.get([key]).get(key)
    return unseal(store, f"lane:{lane}", _context(name, lane), row["sealed"]) if row else {}


def drop(store: Store, name: str, lane: str) -> None:
    """Forgets it; what was never given may be forgotten too."""
    store.table.commit([Delete(keys.credential(name, lane))])


def _context(name: str, lane: str) -> str:
    return f"CREDENTIAL {name} {lane}"
