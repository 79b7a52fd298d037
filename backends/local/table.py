"""The table on SQLite, with DynamoDB's limits, so that what works here works there."""

import base64
import json
from collections.abc import Iterable, Sequence
from typing import Any

from backends.local._database import Database
from persona.errors import Broken, Conflict
from persona.keys import Key
from persona.ports import Condition, Delete, Put, Row, Write

MOST_KEYS = 100
MOST_WRITES = 100
MOST_BYTES = 400 * 1024


class Table:
    """Implements `persona.ports.Table`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def get(self, keys: Iterable[Key]) -> dict[Key, Row]:
        wanted = list(keys)
        if len(wanted) > MOST_KEYS:
            raise Broken(f"{len(wanted)} keys in one read; a table takes {MOST_KEYS}")
        if not wanted:
            return {}
        places = ",".join(["(?,?)"] * len(wanted))
        found = self._database.reader.execute(
            f"SELECT partition, sort, body FROM rows WHERE (partition, sort) IN (VALUES {places})",
            [part for key in wanted for part in key],
        )
        return {Key(partition, sort): _open(body) for partition, sort, body in found}

    def query(
        self, prefix: Key, *, after: str = "", limit: int = 1000, newest_first: bool = False
    ) -> list[tuple[Key, Row]]:
        order = "DESC" if newest_first else "ASC"
        beyond = "<" if newest_first else ">"
        edge = f"AND sort {beyond} :after" if after else ""
        found = self._database.reader.execute(
            f"SELECT sort, body FROM rows WHERE partition = :partition AND sort >= :first "
            f"AND sort < :last {edge} ORDER BY sort {order} LIMIT :limit",
            {
                "partition": prefix.partition,
                "first": prefix.sort,
                "last": prefix.sort + "\U0010ffff",
                "after": after,
                "limit": limit,
            },
        )
        return [(Key(prefix.partition, sort), _open(body)) for sort, body in found]

    def commit(self, writes: Sequence[Write]) -> None:
        if len(writes) > MOST_WRITES:
            raise Broken(f"{len(writes)} writes in one commit; a table takes {MOST_WRITES}")
        if len({write.key for write in writes}) < len(writes):
            raise Broken("two writes to one row in one commit")
        bodies = [_pack(write) for write in writes]
        with self._database.writing() as connection:
            for write in writes:
                found = None
                if write.when.kind != "any":
                    found = connection.execute(
                        "SELECT body FROM rows WHERE partition = ? AND sort = ?", write.key
                    ).fetchone()
                if not _holds(write.when, _open(found[0]) if found else None):
                    raise Conflict(f"{write.key.sort}: {write.when.kind} {write.when.field}")
            for write, body in zip(writes, bodies, strict=True):
                if isinstance(write, Put):
                    connection.execute(
                        "INSERT OR REPLACE INTO rows VALUES (?, ?, ?, ?, ?)",
                        (*write.key, body, write.row.get("due"), write.row.get("expires")),
                    )
                elif isinstance(write, Delete):
                    connection.execute(
                        "DELETE FROM rows WHERE partition = ? AND sort = ?", write.key
                    )

    def due(self, now: float, limit: int = 100) -> list[Key]:
        found = self._database.reader.execute(
            "SELECT partition, sort FROM rows WHERE due <= ? ORDER BY due LIMIT ?", (now, limit)
        )
        return [Key(*row) for row in found]

    def next_due(self, after: float = 0.0) -> float | None:
        """When the next row falls due; the local stage sleeps until then."""
        return self._database.reader.execute(
            "SELECT MIN(due) FROM rows WHERE due > ?", (after,)
        ).fetchone()[0]

    def scan(self, partition_prefix: str) -> list[tuple[Key, Row]]:
        """Every row of the partitions with this prefix: for the local stage's own pages only."""
        found = self._database.reader.execute(
            "SELECT partition, sort, body FROM rows WHERE partition >= ? AND partition < ? "
            "ORDER BY partition, sort",
            (partition_prefix, partition_prefix + "\U0010ffff"),
        )
        return [(Key(partition, sort), _open(body)) for partition, sort, body in found]

    def expire(self, now: float) -> int:
        """Deletes rows past their time; DynamoDB does it by itself, some days late."""
        with self._database.writing() as connection:
            return connection.execute("DELETE FROM rows WHERE expires <= ?", (now,)).rowcount


def _holds(when: Condition, row: Row | None) -> bool:
    match when.kind:
        case "any":
            return True
        case "absent":
            return row is None
        case "equals":
            return row is not None and when.field in row and _is_same(row[when.field], when.value)


def _is_same(one: object, other: object) -> bool:
    """Equal and of one kind: DynamoDB never takes True for 1."""
    return isinstance(one, bool) == isinstance(other, bool) and one == other


def _pack(write: Write) -> bytes:
    if not isinstance(write, Put):
        return b""
    body = json.dumps(write.row, default=_spell_bytes, separators=(",", ":")).encode()
    if len(body) > MOST_BYTES:
        raise Broken(f"{write.key.sort} is {len(body)} bytes; a row takes {MOST_BYTES}")
    return body


def _spell_bytes(value: object) -> dict[str, str]:
    if isinstance(value, bytes):
        return {"$b": base64.b64encode(value).decode()}
    raise TypeError(f"a row cannot hold {type(value).__name__}")


def _read_bytes(value: dict[str, Any]) -> Any:
    return base64.b64decode(value["$b"]) if value.keys() == {"$b"} else value


def _open(body: bytes) -> Row:
    return json.loads(body, object_hook=_read_bytes)
