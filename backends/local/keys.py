"""Data keys, wrapped by the folder's master key, and tombstones, in a file of their own.

A backup is made of two files, and the copy of this one is remembered by its path: what is destroyed
or buried here later is destroyed and buried there too, so that restoring it brings nothing back.
"""

import os
import sqlite3
import threading
from collections.abc import Callable, Mapping
from contextlib import closing
from pathlib import Path

from persona import cipher
from persona.errors import Broken, Refused

SCHEMA = """
CREATE TABLE IF NOT EXISTS keys (owner TEXT PRIMARY KEY, wrapped BLOB) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS tombstones (
    owner TEXT, mark TEXT, told TEXT, PRIMARY KEY (owner, mark)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS copies (path TEXT PRIMARY KEY) WITHOUT ROWID;
"""
PATIENCE = 30.0
"""Seconds for which one process waits for another that writes."""


class Keys:
    """Implements `persona.ports.Keys`; a destroyed key leaves an empty row, and never comes back."""

    def __init__(self, path: Path, master: bytes) -> None:
        self._master = master
        self._lock = threading.Lock()
        self._known: dict[str, bytes] = {}
        self._connection = sqlite3.connect(
            path, isolation_level=None, check_same_thread=False, timeout=PATIENCE
        )
        self._connection.execute("PRAGMA journal_mode = WAL")
        self._connection.execute("PRAGMA synchronous = FULL")
        self._connection.execute("PRAGMA secure_delete = ON")
        self._connection.executescript(SCHEMA)
        self._check(path)

    def _check(self, path: Path) -> None:
        """Raises Broken where another master key wrapped these: with the wrong one nothing opens."""
        found = self._connection.execute("SELECT owner FROM keys WHERE wrapped != x'' LIMIT 1")
        for (owner,) in found.fetchall():
            try:
                self._read(owner)
            except ValueError as error:
                raise Broken(
                    f"secrets.json does not hold the master key of {path}. "
                    "Put back the one that belongs to it; a backup holds both."
                ) from error

    def of(self, owner: str) -> bytes:
        with self._lock:
            key = self._known.get(owner)
            if key is None:
                key = self._known[owner] = self._read(owner) or self._make(owner)
            return key

    def destroy(self, owner: str) -> tuple[str, ...]:
        with self._lock:
            self._known.pop(owner, None)
            destroy_in(self._connection, owner)
            self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")  # it stands in the log too
            return self._in_copies(lambda copy: destroy_in(copy, owner))

    def bury(self, owner: str, tombstones: Mapping[str, str]) -> None:
        """A copy that cannot be reached stays as it was: it is of then, and knows no more."""
        rows = [(owner, mark, told) for mark, told in tombstones.items()]
        with self._lock:
            bury_in(self._connection, rows)
            self._in_copies(lambda copy: bury_in(copy, rows))

    def buried(self, owner: str) -> dict[str, str]:
        with self._lock:
            found = self._connection.execute(
                "SELECT mark, told FROM tombstones WHERE owner = ?", (owner,)
            )
            return dict(found.fetchall())

    def _in_copies(self, change: Callable[[sqlite3.Connection], None]) -> tuple[str, ...]:
        """Makes the change in every remembered copy; returns the paths where it could not."""
        unreached: list[str] = []
        for (path,) in self._connection.execute("SELECT path FROM copies").fetchall():
            try:
                with closing(open_copy(Path(path))) as copy:
                    change(copy)
            except sqlite3.Error:
                unreached.append(path)
        return tuple(unreached)

    def _read(self, owner: str) -> bytes | None:
        found = self._connection.execute(
            "SELECT wrapped FROM keys WHERE owner = ?", (owner,)
        ).fetchone()
        if found is None:
            return None
        if not found[0]:
            raise Refused(f"the key of {owner.partition(':')[0]} was destroyed", "erased")
        return cipher.unlock(found[0], owner.encode(), self._master)

    def _make(self, owner: str) -> bytes:
        key, nonce = os.urandom(32), os.urandom(cipher.NONCE)
        wrapped = cipher.lock(key, owner.encode(), self._master, nonce)
        self._connection.execute("INSERT INTO keys VALUES (?, ?)", (owner, wrapped))
        return key

    def close(self) -> None:
        with self._lock:
            self._connection.close()


def destroy_in(connection: sqlite3.Connection, owner: str) -> None:
    connection.execute("BEGIN IMMEDIATE")
    connection.execute("INSERT OR REPLACE INTO keys VALUES (?, x'')", (owner,))
    connection.execute("DELETE FROM tombstones WHERE owner = ?", (owner,))
    connection.execute("COMMIT")


def bury_in(connection: sqlite3.Connection, rows: list[tuple[str, str, str]]) -> None:
    connection.execute("BEGIN IMMEDIATE")
    connection.executemany("INSERT OR REPLACE INTO tombstones VALUES (?, ?, ?)", rows)
    connection.execute("COMMIT")


def open_copy(path: Path) -> sqlite3.Connection:
    """A copy that is there already; what is deleted in it is overwritten. Raises sqlite3.Error."""
    connection = sqlite3.connect(
        f"{path.as_uri()}?mode=rw", uri=True, isolation_level=None, timeout=PATIENCE
    )
    connection.execute("PRAGMA secure_delete = ON")
    return connection
