"""Whole turns a second at 1,000 stored items: our SQLite table, as durable as shipped, and moto's.

A whole turn here is admission, the turn's read and commit, and its act's claim, gate, send and
mark, with a provider that answers at once. Lanes and bell are the local ones on both sides, so
that the tables alone differ.
"""

import statistics
import tempfile
import time
from pathlib import Path
from typing import Any

from backends.aws import _shape
from backends.aws._clients import Clients
from backends.aws._workers import Workers
from backends.aws.table import Table as AwsTable
from backends.clock import Clock
from backends.local.family import open_family
from bench.cold import spread
from functions import turn
from functions._compose import compose
from hub.stage import answer, sqs_event
from persona.admission import admit
from persona.decision import Act
from persona.keys import Key
from persona.model import FORMAT, Address, Audience, Event
from persona.ports import Hands, Put, Sent, Table
from persona.settings import Settings

ITEMS = 1_000
PEOPLE = 20
SETTINGS = Settings("bench", "http://127.0.0.1:1", "persona@hub.localhost", "UTC",
                    turns_a_minute=1_000_000)  # fmt: skip


class Instant:
    """A provider that takes everything at once."""

    keyed = False
    settling = 0.0
    lookup = None

    def heard_by(self, act: Act, hands: Hands) -> Audience:
        return "private"

    def send(self, act: Act, hands: Hands) -> Sent:
        return Sent()


def measure(rounds: int = 6, seconds: float = 1.0) -> dict[str, Any]:
    """Turns a second on both tables, which take turns in this process, a little each round.

    `ratio`, `low` and `high` are the median and the quartiles of the rounds' ratios; `samples`
    [[ours, moto's], …].
    """
    from moto import mock_aws

    with mock_aws(), tempfile.TemporaryDirectory() as one, tempfile.TemporaryDirectory() as other:
        ours, motos = _Hub(Path(one), None), _Hub(Path(other), _moto_table())
        samples = [
            (ours.turns_a_second(seconds), motos.turns_a_second(seconds)) for _ in range(rounds)
        ]
        ours.family.close()
        motos.family.close()
    local, moto = ([sample[n] for sample in samples] for n in (0, 1))
    ratio, low, high = (round(figure, 1) for figure in spread(local, moto))
    return {
        "local_per_s": round(statistics.median(local), 1),
        "moto_per_s": round(statistics.median(moto), 2),
        "ratio": ratio,
        "low": low,
        "high": high,
        "samples": [[round(one, 2) for one in sample] for sample in samples],
        "items": ITEMS,
        "synchronous": "FULL",
    }


def _moto_table() -> Table:
    """Our own table for AWS on moto as it comes; to be called inside its mock."""
    clients = Clients({"AWS_REGION": "eu-west-1"})
    clients.get("dynamodb").create_table(TableName="hub", **_shape.TABLE)
    return AwsTable("hub", Workers(clients, "hub", "", Clock()))


class _Hub:
    """The hub's functions on one table that already holds `ITEMS` rows and knows `PEOPLE`."""

    def __init__(self, folder: Path, table: Table | None) -> None:
        self.family = open_family(folder, {})
        carriers = {name: Instant() for name in ("sms", "slack", "email")}
        instead: dict[str, Any] = {"carriers": carriers, "models": ()}
        if table is not None:
            instead["table"] = table
        self._ports = compose(SETTINGS, self.family.ports(), **instead)
        for start in range(0, ITEMS, 100):
            self._ports.table.commit(
                [
                    Put(Key(f"HOME#{n % PEOPLE}", f"ROW#{n}"), {"v": FORMAT})
                    for n in range(start, start + 100)
                ]
            )
        self._taken = 0
        for _ in range(PEOPLE):
            self._take_turn()  # first contacts are not what is measured

    def turns_a_second(self, seconds: float) -> float:
        began, before = time.perf_counter(), self._taken
        while time.perf_counter() - began < seconds:
            self._take_turn()
        return (self._taken - before) / (time.perf_counter() - began)

    def _take_turn(self) -> None:
        number, self._taken = self._taken, self._taken + 1
        address = Address("sms", f"+1415555{number % PEOPLE:04d}")
        words = f"remember that parcel {number} is at the door"
        admit(Event(f"sms:{number}", "message", address, address, words, "thread"), self._ports)
        messages = self.family.lanes.receive()
        failed = turn.run(sqs_event(messages), self._ports)["batchItemFailures"]
        if failed:
            raise AssertionError(failed)
        for message in messages:
            self.family.lanes.delete(message)
        while (ring := self.family.bell.take(0.0)) is not None:
            answer(ring, self._ports)
            self.family.bell.done(ring)
