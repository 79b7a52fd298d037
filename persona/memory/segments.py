"""The index in the table: sealed segments of a home's lines; the turns after them are its tail.

A turn's own row already holds its words, and is in the turn's commit, so what was said last needs
no second row: a warm turn writes and reads nothing for the index. Once in `TURNS` turns those that
no segment holds yet are packed, in a commit of their own after the turn's. A cold process reads
the segments and then the turns behind them.

Packing, forgetting and rebuilding all move the home's `INDEX` row and go by what they read there,
so that none of them brings back a word that another took away meanwhile.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from zoneinfo import ZoneInfo

from persona import keys
from persona.errors import Broken, Conflict, Transient
from persona.memory import evidence, lines, texture
from persona.memory.lines import Columns
from persona.memory.meaning import Vectors
from persona.memory.own import own_of
from persona.model import FORMAT, Turn
from persona.ports import ABSENT, Condition, Delete, Ports, Put, Row, Store, Write, equals
from persona.seal import seal, unseal

TURNS = 256
"""Turns of one segment; fewer where they are long."""
MOST_BYTES = 48 * 1024
"""A segment ends with the turn that brings its words over this; a row takes 400 KB."""
MOST_LINES = 512
"""Or over this: a line's vector takes 0.35 KB of the row."""
MOST_SEGMENTS = 20
"""Segments written in one commit, which takes 4 MB in DynamoDB."""
PAGE = 200
READING = 4
"""Which way of reading lines the columns come from; those of another are read from their turns."""


@dataclass(frozen=True, slots=True)
class Packing:
    """How far a home is packed, as it stands in its row; `stamp` counts the changes so far."""

    stamp: int = 0
    packed: int = 0

    def moved(self, home: str, packed: int) -> Write:
        """The write that counts only where nobody else has changed the packed index."""
        unchanged: Condition = equals("stamp", self.stamp) if self.stamp else ABSENT
        row: Row = {"v": FORMAT, "stamp": self.stamp + 1, "packed": packed}
        return Put(keys.packing(home), row, unchanged)


def load(store: Store, home: str, zone: ZoneInfo) -> tuple[list[Columns], int]:
    """All packed lines of a home, oldest first, and the last version that they reach."""
    columns: list[Columns] = []
    last = before = 0
    for last, row in _rows(store, home):
        columns.append(_open(store, home, before, last, row, zone))
        before = last
    return columns, last


def pack_when_due(lane: str, homes: Iterable[str], turn: Turn | None, ports: Ports) -> None:
    """After every so many turns of a lane, packs what has gathered behind its homes' segments.

    The turn is committed already, so whatever keeps this from being done is left to the next time.
    """
    if turn is None or turn.number % TURNS:
        return
    for home in homes:
        try:
            vectors = Vectors(ports, ports.embedder, lane) if ports.embedder else None
            if pack(ports, home, ZoneInfo(ports.settings.timezone), vectors) and vectors:
                ports.indexes.drop(lane)
        except (Conflict, Transient):
            continue


def pack(store: Store, home: str, zone: ZoneInfo, vectors: Vectors | None = None) -> int:
    """Packs the turns that fill segments; returns how many turns. Raises Conflict where it lost."""
    packing = _packing(store, home)
    turns = evidence.read_turns(store, home, packing.packed, TURNS * MOST_SEGMENTS)
    chunks = list(_chunks(turns))[:MOST_SEGMENTS]
    if not chunks:
        return 0
    writes: list[Write] = [
        Put(keys.segment(home, chunk[-1].version), _row(store, home, chunk, zone, vectors), ABSENT)
        for chunk in chunks
    ]
    charge = vectors.charge() if vectors else []
    store.table.commit([*writes, packing.moved(home, chunks[-1][-1].version), *charge])
    return sum(map(len, chunks))


def renew(
    ports: Ports, home: str, turns: Mapping[int, Turn | None], gone: Collection[str] = ()
) -> list[Write]:
    """The writes after which no segment holds these turns' old words, or messages in `gone`.

    `turns` says by version how turns will be; None for one that goes. The last write makes the
    commit fail where the index was packed meanwhile; those before it may also go ahead. Where
    nothing is to be renewed there is no write.
    """
    packing = _packing(ports, home)
    zone, writes, before = ZoneInfo(ports.settings.timezone), list[Write](), 0
    for last, row in _rows(ports, home):
        held = _open(ports, home, before, last, row, zone).lines
        touches = any(before < version <= last for version in turns)
        if touches or any(line.words.id in gone for line in held):
            stood = evidence.read_turns(ports, home, before, TURNS)
            kept = [turns.get(t.version, t) for t in stood if t.version <= last]
            fresh = _row(ports, home, [turn for turn in kept if turn], zone, last=last)
            writes.append(Put(keys.segment(home, last), fresh))
        before = last
    return [*writes, packing.moved(home, packing.packed)] if writes or turns else []


def rebuild(
    store: Store, home: str, zone: ZoneInfo, vectors: Vectors | None = None
) -> Iterator[int]:
    """Drops the packed index and packs it anew from the evidence; yields turns as they are packed.

    The newest segments go first, so that at any moment, also where it is cut off, segments and
    the turns behind them are the whole index.
    """
    lasts = [last for last, _ in _rows(store, home)]
    while lasts:
        lasts, going = lasts[:-MOST_SEGMENTS], lasts[-MOST_SEGMENTS:]
        drops: list[Write] = [Delete(keys.segment(home, last)) for last in going]
        packed = lasts[-1] if lasts else 0
        store.table.commit([*drops, _packing(store, home).moved(home, packed)])
    while packed := pack(store, home, zone, vectors):
        yield packed


def _rows(store: Store, home: str) -> Iterator[tuple[int, Row]]:
    """Each segment's last version and row, in order, page by page."""
    prefix, after = keys.segments(home), ""
    while True:
        rows = store.table.query(prefix, after=after, limit=PAGE)
        for key, row in rows:
            yield int(key.sort.removeprefix(prefix.sort)), row
        if len(rows) < PAGE:
            return
        after = rows[-1][0].sort


def _packing(store: Store, home: str) -> Packing:
    row = store.table.get([keys.packing(home)]).get(keys.packing(home))
    return Packing(row["stamp"], row["packed"]) if row else Packing()


def _chunks(turns: Sequence[Turn]) -> Iterator[list[Turn]]:
    """The turns in runs that fill a segment each; the rest is left out."""
    chunk: list[Turn] = []
    size, said = 0, 0
    for turn in turns:
        chunk.append(turn)
        size += sum(len(one.text.encode("utf-8", "replace")) for one in turn.said)
        said += sum(one.author == "person" for one in turn.said)
        if len(chunk) == TURNS or size > MOST_BYTES or said > MOST_LINES:
            yield chunk
            chunk, size, said = [], 0, 0


def _row(
    store: Store,
    home: str,
    turns: Sequence[Turn],
    zone: ZoneInfo,
    vectors: Vectors | None = None,
    last: int | None = None,
) -> Row:
    last = turns[-1].version if last is None else last
    columns = lines.read(lines.lines_of(turns), zone)
    columns = replace(columns, texture=_texture(columns))
    if vectors is not None:
        vectors.add_to(columns)
    content = {"reading": _reading(), "zone": zone.key, **lines.pack(columns)}
    sealed = seal(store, f"home:{home}", _context(home, last), content)
    return {"v": FORMAT, "sealed": sealed}


def _open(store: Store, home: str, before: int, last: int, row: Row, zone: ZoneInfo) -> Columns:
    """A segment's columns; those of an older reading are read anew from the turns behind them."""
    if row["v"] > FORMAT:
        raise Broken(f"a segment is of format {row['v']}; this code knows up to {FORMAT}")
    content: dict[str, Any] = unseal(store, f"home:{home}", _context(home, last), row["sealed"])
    if content["reading"] == _reading():
        columns = lines.unpack(content, home)
        if content["zone"] == zone.key:
            return columns
        fresh = lines.read(columns.lines, zone)
        return replace(fresh, texture=columns.texture, vectors=columns.vectors)
    turns = evidence.read_turns(store, home, before, TURNS)
    return lines.read(lines.lines_of(t for t in turns if t.version <= last), zone)


def _reading() -> list[int]:
    return [READING, texture.FORMAT]


def _texture(columns: Columns) -> dict[str, Any] | None:
    """How the one who wrote these lines writes; None where several did, or nobody proven."""
    told = [line.words for line in columns.lines if line.shows]
    is_one = len({one.author for one in told}) == 1
    return texture.plain(texture.read(map(own_of, told))) if is_one else None


def _context(home: str, last: int) -> str:
    return f"INDEX {home} {last}"
