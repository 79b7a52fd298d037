"""The table on SQLite, with DynamoDB's limits, so that what works here works there."""

import base64
import json
from collections.abc import Iterable, Sequence
from sqlite3 import Connection
from typing import Any

from backends.local._database import Database
from persona.errors import Broken, Conflict
from persona.keys import Key, Scope
from persona.ports import Check, Condition, Delete, Put, Row, Update, Write

MOST_KEYS = 100
MOST_WRITES = 100
MOST_BYTES = 400 * 1024


class Table:
    """Implements `persona.ports.Table`; with a `scope`, everything outside it raises Broken."""

    def __init__(self, database: Database, scope: Scope | None = None) -> None:
        self._database = database
        self._scope = scope

    def within(self, scope: Scope) -> "Table":
        return Table(self._database, scope)

    def _check(self, keys: Sequence[Key]) -> None:
        for partition, sort in keys:
            if not 1 <= len(partition.encode()) <= 2048 or not 1 <= len(sort.encode()) <= 1024:
                raise Broken("a key is 1 to 2,048 bytes, and 1 to 1,024 in its partition")

    def _fence(self, keys: Iterable[Key], written: Iterable[Key] = ()) -> None:
        """The rule that IAM holds in AWS: exact partitions, of which there is at least one."""
        if self._scope is None:
            return
        partitions = {key.partition for key in keys}
        if not partitions or not partitions <= self._scope.partitions:
            raise Broken("a row outside the worker's lane")
        if self._scope.read_only & {key.partition for key in written}:
            raise Broken("a row that the worker only reads")

    def get(self, keys: Iterable[Key]) -> dict[Key, Row]:
        wanted = list(keys)
        if len(wanted) > MOST_KEYS:
            raise Broken(f"{len(wanted)} keys in one read; a table takes {MOST_KEYS}")
        if not wanted:
            return {}
        self._check(wanted)
        self._fence(wanted)
        places = ",".join(["(?,?)"] * len(wanted))
        found = self._database.reader.execute(
            f"SELECT partition, sort, body FROM rows WHERE (partition, sort) IN (VALUES {places})",
            [part for key in wanted for part in key],
        )
        return {Key(partition, sort): _open(body) for partition, sort, body in found}

    def query(
        self, prefix: Key, *, after: str = "", limit: int = 1000, newest_first: bool = False
    ) -> list[tuple[Key, Row]]:
        self._fence([prefix])
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
        self._check([write.key for write in writes])
        self._fence([w.key for w in writes], [w.key for w in writes if not isinstance(w, Check)])
        with self._database.writing() as connection:
            for write, row in [(write, _stood(connection, write)) for write in writes]:
                if not _holds(write.when, row):
                    raise Conflict(f"{write.key.sort}: {write.when.kind} {write.when.field}")
                match write:
                    case Put():
                        _store(connection, write.key, write.row)
                    case Update():
                        _store(connection, write.key, {**(row or {}), **write.changes})
                    case Delete():
                        connection.execute(
                            "DELETE FROM rows WHERE partition = ? AND sort = ?", write.key
                        )
                    case Check():
                        pass

    def due(self, now: float, limit: int = 100) -> list[Key]:
        if self._scope is not None:
            raise Broken("the index of what is due lies outside every lane")
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

    def scrub(self) -> None:
        """Takes what was deleted out of the file's log too."""
        self._database.scrub()


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


def _stood(connection: Connection, write: Write) -> Row | None:
    """The row as it was before the commit, where the write asks for it."""
    if write.when.kind == "any":
        return None
    found = connection.execute(
        "SELECT body FROM rows WHERE partition = ? AND sort = ?", write.key
    ).fetchone()
    return _open(found[0]) if found else None


def _store(connection: Connection, key: Key, row: Row) -> None:
    body = json.dumps(row, default=_spell_bytes, separators=(",", ":")).encode()
    if len(body) > MOST_BYTES:
        raise Broken(f"{key.sort} is {len(body)} bytes; a row takes {MOST_BYTES}")
    connection.execute(
        "INSERT OR REPLACE INTO rows VALUES (?, ?, ?, ?, ?)",
        (*key, body, row.get("due"), row.get("expires")),
    )


def _spell_bytes(value: object) -> dict[str, str]:
    if isinstance(value, bytes):
        return {"$b": base64.b64encode(value).decode()}
    raise TypeError(f"a row cannot hold {type(value).__name__}")


def _read_bytes(value: dict[str, Any]) -> Any:
    return base64.b64decode(value["$b"]) if value.keys() == {"$b"} else value


def _open(body: bytes) -> Row:
    return json.loads(body, object_hook=_read_bytes)
