"""Timers on SQLite, with the behaviour of a one-time schedule: put into a lane, then gone."""

import hashlib
import os

from backends.local._database import Database
from backends.local.lanes import Lanes
from persona import cipher
from persona.ports import Clock


class Timers:
    """Implements `persona.ports.Timers`; the local stage sleeps until `next_at` and fires."""

    def __init__(self, database: Database, lanes: Lanes, clock: Clock, key: bytes) -> None:
        self._database = database
        self._lanes = lanes
        self._clock = clock
        self._key = key

    def set(self, name: str, at: float, lane: str, body: str) -> None:
        nonce = os.urandom(cipher.NONCE)
        sealed = cipher.lock(body.encode(), lane.encode(), self._key, nonce)
        with self._database.writing() as connection:
            connection.execute(
                "INSERT OR REPLACE INTO timers VALUES (?, ?, ?, ?)", (name, at, lane, sealed)
            )

    def cancel(self, name: str) -> None:
        with self._database.writing() as connection:
            connection.execute("DELETE FROM timers WHERE name = ?", (name,))

    def next_at(self) -> float | None:
        """When the next timer is due."""
        return self._database.reader.execute("SELECT MIN(at) FROM timers").fetchone()[0]

    def fire(self) -> int:
        """Puts what is due into its lane, earliest first; returns how many timers that were.

        A timer goes with its message or neither does. As in AWS, its body alone marks a repeat.
        """
        with self._database.writing() as connection:
            due = connection.execute(
                "SELECT name, lane, body FROM timers WHERE at <= ? ORDER BY at, name",
                (self._clock.now(),),
            ).fetchall()
            for name, lane, sealed in due:
                body = cipher.unlock(sealed, lane.encode(), self._key).decode()
                once = hashlib.sha256(body.encode()).hexdigest()
                self._lanes.put_in(connection, lane, body, once)
                connection.execute("DELETE FROM timers WHERE name = ?", (name,))
        if due:
            self._lanes.arrived.set()
        return len(due)
