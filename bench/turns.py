"""Whole turns a second at 1,000 stored items: our SQLite table, as durable as shipped, and moto's.

A whole turn here is admission, the turn's read and commit, and its act's claim, gate, send and
mark, with a provider that answers at once. Lanes and bell are the local ones on both sides, so
that the tables alone differ.
"""

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
from functions import act, turn
from functions._compose import compose
from hub.stage import sqs_event
from persona.admission import admit
from persona.keys import Key
from persona.model import FORMAT, Act, Address, Event
from persona.ports import Hands, Ports, Put, Sent, Table
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

    def send(self, act: Act, hands: Hands) -> Sent:
        return Sent()


def measure(seconds: float = 6.0) -> dict[str, Any]:
    """Turns a second on both tables, measured one after the other in this process."""
    from moto import mock_aws

    with tempfile.TemporaryDirectory() as folder:
        local = _turns_a_second(Path(folder), None, seconds)
    with mock_aws(), tempfile.TemporaryDirectory() as folder:
        moto = _turns_a_second(Path(folder), _moto_table(), seconds)
    return {"local_per_s": round(local, 1), "moto_per_s": round(moto, 2),
            "ratio": round(local / moto, 1), "items": ITEMS, "synchronous": "FULL"}  # fmt: skip


def _moto_table() -> Table:
    """Our own table for AWS on moto as it comes; to be called inside its mock."""
    clients = Clients({"AWS_REGION": "eu-west-1"})
    clients.get("dynamodb").create_table(TableName="hub", **_shape.TABLE)
    return AwsTable("hub", Workers(clients, "hub", "", Clock()))


def _turns_a_second(folder: Path, table: Table | None, seconds: float) -> float:
    family = open_family(folder, {})
    carriers = {name: Instant() for name in ("sms", "slack", "email")}
    instead: dict[str, Any] = {"carriers": carriers, "models": ()}
    if table is not None:
        instead["table"] = table
    ports = compose(SETTINGS, family.ports(), **instead)
    for start in range(0, ITEMS, 100):
        ports.table.commit(
            [
                Put(Key(f"HOME#{n % PEOPLE}", f"ROW#{n}"), {"v": FORMAT})
                for n in range(start, start + 100)
            ]
        )
    for number in range(PEOPLE):
        _one_turn(family, ports, number)  # first contacts are not what is measured
    began, done = time.perf_counter(), 0
    while time.perf_counter() - began < seconds:
        _one_turn(family, ports, PEOPLE + done)
        done += 1
    spent = time.perf_counter() - began
    family.close()
    return done / spent


def _one_turn(family: Any, ports: Ports, number: int) -> None:
    address = Address("sms", f"+1415555{number % PEOPLE:04d}")
    words = f"remember that parcel {number} is at the door"
    admit(Event(f"sms:{number}", "message", address, address, words, "thread"), ports)
    messages = family.lanes.receive()
    failed = turn.run(sqs_event(messages), ports)["batchItemFailures"]
    if failed:
        raise AssertionError(failed)
    for message in messages:
        family.lanes.delete(message)
    while (ring := family.bell.take(0.0)) is not None:
        act.run(ring.event(), ports)
        family.bell.done(ring)
