"""Lanes on SQLite, with the behaviour of SQS FIFO: order and one batch in flight per lane.

At least once: a message comes again when its receiver neither deleted nor released it in time.
Repeats of one event within five minutes are dropped at the door; what comes later is recognised
by its seen mark. A message received too often becomes a dead letter.
"""

import os
import threading
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from sqlite3 import Connection

from backends.local._database import Database
from persona import cipher, ids
from persona.errors import Broken
from persona.ports import Clock

REPEAT_WINDOW = 300.0
VISIBILITY = 180.0
"""Seconds until a received message comes again: the turn's timeout and a minute."""
MOST_RECEIVES = 50
BATCH = 10
MOST_BYTES = 256 * 1024
"""Of one message, as the lanes in AWS take it."""


@dataclass(frozen=True, slots=True)
class Message:
    """One received message, as its receiver needs it."""

    id: str
    lane: str
    body: str
    receipt: str
    receives: int


class Lanes:
    """Implements `persona.ports.Lanes`, and the receiving end for the local stage."""

    def __init__(self, database: Database, clock: Clock, key: bytes) -> None:
        self._database = database
        self._key = key
        self._clock = clock
        self.arrived = threading.Event()

    def put(self, lane: str, body: str, once: str) -> None:
        size = len(body.encode("utf-8", "replace"))
        if size > MOST_BYTES:
            raise Broken(f"{size} bytes for lane {lane}; a lane's message takes {MOST_BYTES}")
        with self._database.writing() as connection:
            self.put_in(connection, lane, body, once)
        self.arrived.set()

    def put_in(self, connection: Connection, lane: str, body: str, once: str) -> None:
        """Appends as part of a transaction that the caller holds."""
        now, mark = self._clock.now(), ids.derive(lane, once)
        connection.execute("DELETE FROM repeats WHERE put_at <= ?", (now - REPEAT_WINDOW,))
        if connection.execute("SELECT 1 FROM repeats WHERE once = ?", (mark,)).fetchone():
            return
        connection.execute("INSERT INTO repeats VALUES (?, ?)", (mark, now))
        connection.execute(
            "INSERT INTO messages (lane, once, body, put_at, visible_at) VALUES (?, ?, ?, ?, ?)",
            (lane, once, self._seal(lane, body), now, now),
        )

    def receive(self, busy: Sequence[str] = ()) -> list[Message]:
        """The next batch of one lane that nobody works; none when every lane is busy or empty."""
        now, receipt = self._clock.now(), uuid.uuid4().hex
        with self._database.writing(relaxed=True) as connection:
            lane = self._next_lane(connection, now, set(busy))
            if lane is None:
                return []
            found = connection.execute(
                "SELECT number, body, receives FROM messages WHERE dead = 0 AND lane = ? "
                "ORDER BY number LIMIT ?",
                (lane, BATCH),
            ).fetchall()
            numbers = [number for number, _, _ in found]
            places = ",".join("?" * len(numbers))
            connection.execute(
                f"UPDATE messages SET receives = receives + 1, receipt = ?, visible_at = ? "
                f"WHERE number IN ({places})",
                (receipt, now + VISIBILITY, *numbers),
            )
        return [
            Message(str(number), lane, self._open(lane, body), f"{receipt}:{number}", receives + 1)
            for number, body, receives in found
        ]

    def _next_lane(self, connection: Connection, now: float, busy: set[str]) -> str | None:
        """The lane whose first message has waited longest, of those with nothing in flight.

        What was received too often becomes a dead letter on the way.
        """
        lanes = connection.execute(
            "SELECT lane, MIN(number) AS first, MAX(visible_at) FROM messages WHERE dead = 0 "
            "GROUP BY lane ORDER BY first"
        ).fetchall()
        for lane, _, visible_at in lanes:
            if visible_at > now or lane in busy:
                continue
            connection.execute(
                "UPDATE messages SET dead = 1 WHERE dead = 0 AND lane = ? AND receives >= ?",
                (lane, MOST_RECEIVES),
            )
            left = "SELECT 1 FROM messages WHERE dead = 0 AND lane = ?"
            if connection.execute(left, (lane,)).fetchone():
                return lane
        return None

    def delete(self, message: Message) -> None:
        """Done: it will not come again, if the receipt is still the newest."""
        receipt, _, number = message.receipt.partition(":")
        with self._database.writing(relaxed=True) as connection:
            connection.execute(
                "DELETE FROM messages WHERE number = ? AND receipt = ?", (number, receipt)
            )

    def release(self, receipt: str, seconds: float) -> None:
        token, _, number = receipt.partition(":")
        with self._database.writing(relaxed=True) as connection:
            connection.execute(
                "UPDATE messages SET visible_at = ? WHERE number = ? AND receipt = ?",
                (self._clock.now() + seconds, number, token),
            )
        self.arrived.set()

    def release_all(self) -> None:
        """At the start of the one process: whoever held a message before is gone."""
        with self._database.writing(relaxed=True) as connection:
            connection.execute(
                "UPDATE messages SET visible_at = 0, receipt = '' WHERE receipt <> ''"
            )

    def dead_letters(self) -> list[Message]:
        found = self._database.reader.execute(
            "SELECT number, lane, body, receives FROM messages WHERE dead = 1 ORDER BY number"
        )
        return [
            Message(str(number), lane, self._open(lane, body), f":{number}", receives)
            for number, lane, body, receives in found
        ]

    def keep_dead(self, message: Message) -> None:
        """A dead letter that could not even be told stays, for a person to look at."""
        with self._database.writing(relaxed=True) as connection:
            connection.execute("UPDATE messages SET dead = 2 WHERE number = ?", (message.id,))

    def bury(self, message: Message) -> None:
        """A dead letter was told: it is over."""
        with self._database.writing(relaxed=True) as connection:
            connection.execute("DELETE FROM messages WHERE number = ? AND dead = 1", (message.id,))

    def everything(self) -> list[Message]:
        """All that is in any lane, in order, without receiving it."""
        found = self._database.reader.execute(
            "SELECT number, lane, body, receives FROM messages ORDER BY number"
        )
        return [Message(str(n), lane, self._open(lane, b), "", r) for n, lane, b, r in found]

    def waiting(self) -> int:
        """How many messages are in any lane, dead letters aside."""
        return self._database.reader.execute(
            "SELECT COUNT(*) FROM messages WHERE dead = 0"
        ).fetchone()[0]

    def next_visible(self) -> float | None:
        """When the next lane may be received: nothing of a lane comes while some is in flight."""
        return self._database.reader.execute(
            "SELECT MIN(free_at) FROM (SELECT MAX(visible_at) AS free_at FROM messages "
            "WHERE dead = 0 GROUP BY lane)"
        ).fetchone()[0]

    def _seal(self, lane: str, body: str) -> bytes:
        """Words on their way are sealed too: the database's log would keep them for a while."""
        text, nonce = body.encode("utf-8", "replace"), os.urandom(cipher.NONCE)
        return cipher.lock(text, lane.encode(), self._key, nonce)

    def _open(self, lane: str, sealed: bytes) -> str:
        return cipher.unlock(sealed, lane.encode(), self._key).decode()
