"""How people write, as rows: one of a lane's person, one of each linked address of what it wrote lately.

They hold counts and no words, under the lane's key, and stand in no home: what was derived across
homes is derived again when they join or part, and when words are forgotten.
"""

from collections.abc import Iterable
from typing import Any

from persona import ids, keys
from persona.errors import Broken, Refused
from persona.keys import Key
from persona.memory.texture import Texture, open_texture, plain
from persona.model import FORMAT
from persona.ports import Put, Row, Store, Table, Write
from persona.seal import seal, unseal

MOST_KNOWN = 200
"""Persons among whom somebody is told by how they write; among more it says too little."""
AT_ONCE = 100


def put(store: Store, key: Key, texture: Texture) -> Write:
    """The write of a lane's texture, or of what one of its addresses wrote lately."""
    sealed = seal(store, f"lane:{_lane(key)}", _context(key), plain(texture))
    return Put(key, {"v": FORMAT, "sealed": sealed})


def open_row(store: Store, key: Key, row: Row | None) -> Texture | None:
    """None for no row, for one of an older reading, and where the person was erased.

    Raises Broken for a row of a newer format.
    """
    if row is None:
        return None
    if row["v"] > FORMAT:
        raise Broken(f"a texture's row is of format {row['v']}; this code knows up to {FORMAT}")
    try:
        content: dict[str, Any] = unseal(store, f"lane:{_lane(key)}", _context(key), row["sealed"])
    except Refused:
        return None
    return open_texture(content)


def listed(table: Table) -> list[str]:
    """The lanes that have, or had, a texture; one more than `MOST_KNOWN` where there are more."""
    return [key.sort for key, _ in table.query(keys.textured(""), limit=MOST_KNOWN + 1)]


def read(store: Store, lanes: Iterable[str]) -> dict[str, Texture]:
    """The textures of these lanes, without those that have none (any more)."""
    wanted = [keys.texture(lane) for lane in lanes]
    rows: dict[Key, Row] = {}
    for start in range(0, len(wanted), AT_ONCE):
        rows |= store.table.get(wanted[start : start + AT_ONCE])
    found = {_lane(key): open_row(store, key, row) for key, row in rows.items()}
    return {lane: texture for lane, texture in found.items() if texture is not None}


def seal_of(lane: str, like: str) -> str:
    """What stands for the lane that this one writes like: it says nothing to who does not know it."""
    return ids.derive("like", lane, like)


def _lane(key: Key) -> str:
    return key.partition.removeprefix("TEXTURE#")


def _context(key: Key) -> str:
    """Where a sealed texture belongs."""
    return f"{key.sort} {_lane(key)}"
