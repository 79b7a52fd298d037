"""One SQLite file for table, lanes and timers: WAL, synchronous FULL, one writer at a time.

FULL means that what was acknowledged survives a power loss too. Deleted content is overwritten
(`secure_delete`), so that a message that has left its lane does not linger in free pages.
"""

import sqlite3
import threading
from collections.abc import Generator
from contextlib import closing, contextmanager
from pathlib import Path

from persona.errors import Broken

FORMAT = 2
"""Version of the state folder; the table's rows carry their own."""

SCHEMA = """
CREATE TABLE IF NOT EXISTS rows (
    partition TEXT NOT NULL,
    sort TEXT NOT NULL,
    body BLOB NOT NULL,
    due REAL,
    expires REAL,
    PRIMARY KEY (partition, sort)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS rows_due ON rows (due) WHERE due IS NOT NULL;
CREATE INDEX IF NOT EXISTS rows_expires ON rows (expires) WHERE expires IS NOT NULL;
CREATE TABLE IF NOT EXISTS messages (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    lane TEXT NOT NULL,
    once TEXT NOT NULL,
    body BLOB NOT NULL,
    put_at REAL NOT NULL,
    visible_at REAL NOT NULL,
    receives INTEGER NOT NULL DEFAULT 0,
    receipt TEXT NOT NULL DEFAULT '',
    dead INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX IF NOT EXISTS messages_lane ON messages (dead, lane, number);
CREATE TABLE IF NOT EXISTS repeats (
    once TEXT PRIMARY KEY,
    put_at REAL NOT NULL
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS repeats_put_at ON repeats (put_at);
CREATE TABLE IF NOT EXISTS timers (
    name TEXT PRIMARY KEY,
    at REAL NOT NULL,
    lane TEXT NOT NULL,
    body BLOB NOT NULL
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS timers_at ON timers (at);
"""


class Database:
    """Connections to one file: a reader a thread, one shared writer behind a lock."""

    def __init__(self, path: Path, *, durable: bool = True) -> None:
        self._path = path
        self._synchronous = "FULL" if durable else "OFF"
        self._local = threading.local()
        self._lock = threading.RLock()
        self._writer = self._connect()
        self._relaxed = self._connect("NORMAL")
        version = self._writer.execute("PRAGMA user_version").fetchone()[0]
        if version > FORMAT:
            raise Broken(
                f"{path} is of state format {version}; this version of the hub knows up to "
                f"{FORMAT}. Start the newer version, or point HUB_STATE at another folder."
            )
        self._writer.executescript(SCHEMA)
        self._writer.execute(f"PRAGMA user_version = {FORMAT}")

    def _connect(self, synchronous: str = "") -> sqlite3.Connection:
        connection = sqlite3.connect(
            self._path, isolation_level=None, check_same_thread=False, timeout=30.0
        )
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute(f"PRAGMA synchronous = {synchronous or self._synchronous}")
        connection.execute("PRAGMA secure_delete = ON")
        return connection

    @property
    def reader(self) -> sqlite3.Connection:
        """This thread's own connection; it sees every commit made before its statement."""
        reader: _Reader | None = getattr(self._local, "reader", None)
        if reader is None:
            reader = self._local.reader = _Reader(self._connect())
        return reader.connection

    @contextmanager
    def writing(self, *, relaxed: bool = False) -> Generator[sqlite3.Connection, None, None]:
        """One transaction: committed when the block ends, rolled back when it raises.

        A `relaxed` one survives `kill -9` and may be undone by a power loss: for what is only
        repeated then, such as who holds a message.
        """
        with self._lock:
            writer = self._relaxed if relaxed else self._writer
            writer.execute("BEGIN IMMEDIATE")
            try:
                yield writer
            except BaseException:
                writer.execute("ROLLBACK")
                raise
            writer.execute("COMMIT")

    def scrub(self) -> None:
        """Empties the write-ahead log, in which deleted rows still stand; later, where it is read.

        Closing the last connection does the same.
        """
        with closing(self._connect()) as connection:
            connection.execute("PRAGMA busy_timeout = 0")
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def close(self) -> None:
        """Closes the writers; each reader closes with its thread."""
        with self._lock:
            self._writer.close()
            self._relaxed.close()
        self._local = threading.local()


class _Reader:
    """One thread's connection, closed when the thread is gone."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self.connection = connection

    def __del__(self) -> None:
        self.connection.close()
