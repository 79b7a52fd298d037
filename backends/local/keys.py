"""Data keys, wrapped by the folder's master key, in a file of their own."""

import os
import sqlite3
import threading
from pathlib import Path

from persona import cipher
from persona.errors import Broken, Refused

SCHEMA = "CREATE TABLE IF NOT EXISTS keys (owner TEXT PRIMARY KEY, wrapped BLOB) WITHOUT ROWID"


class Keys:
    """Implements `persona.ports.Keys`; a destroyed key leaves an empty row, and never comes back."""

    def __init__(self, path: Path, master: bytes) -> None:
        self._master = master
        self._lock = threading.Lock()
        self._known: dict[str, bytes] = {}
        self._connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        self._connection.execute("PRAGMA journal_mode = WAL")
        self._connection.execute("PRAGMA synchronous = FULL")
        self._connection.execute("PRAGMA secure_delete = ON")
        self._connection.execute(SCHEMA)
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

    def destroy(self, owner: str) -> None:
        with self._lock:
            self._known.pop(owner, None)
            self._connection.execute("INSERT OR REPLACE INTO keys VALUES (?, x'')", (owner,))

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
