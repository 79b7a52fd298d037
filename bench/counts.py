"""What one message costs AWS: requests, bytes and write units, on histories that were really built.

Every request of the aws family is seen at botocore's hook before it is made; moto answers, right in
what it keeps and useless as a clock. A turn holds 0.9 KB of words, as the peers' do: a text
message, a model's reply of the same length, sent by a carrier that takes everything at once. The
words differ from turn to turn, since what we keep is compressed and repetition would flatter it.
"""

import base64
import json
import random
import re
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from backends.local.family import open_family as open_local
from bench.peers.inside.wire import UNIT, item_size
from functions import ingress, turn
from functions._compose import compose
from hub.stage import answer, sqs_event
from models.scripted import ScriptedModel
from persona.decision import Act
from persona.language import Completion
from persona.model import Audience
from persona.ports import Hands, Ports, Put, Sent
from persona.settings import parse
from tests.aws import KEYS_TABLE, TABLE, AwsFamily, world
from tests.support import ENV, PUBLIC_URL, Clock, texted, texting

README = Path(__file__).parents[1] / "README.md"
SHOWN = (1, 10, 100, 1000)
AROUND = 5
"""Messages counted from each of those on: a row near a whole KB costs a unit more or less."""
REAL = 100
FIRST = 8
"""Messages that are counted where a hub is deployed, too."""
SETTINGS = {
    **ENV,
    "HUB_BUDGET_TOKENS": str(10**12),
    "HUB_BUDGET_SMS": str(10**9),
    "HUB_LIKENESS": "off",
}
"""The model answers every message: what a day of thinking may cost is not measured here; what the looks
at how somebody writes ask for is counted apart (`looks`)."""
LIVED = 40
"""Messages among which looks are counted."""
STATE = ("BatchGetItem", "GetItem", "Query", "PutItem", "UpdateItem", "DeleteItem",
         "TransactWriteItems")  # fmt: skip
ONCE = ("keys", "AssumeRole", "GenerateDataKey", "Decrypt", "GetParameter", "GetParameters")
"""What a process or a lane asks for once, and then knows for a while."""


def _standing(key: dict[str, Any]) -> dict[str, Any]:
    """The row as it stands in moto's table, or the key where there is none."""
    found = world().backend("dynamodb").get_item(TABLE, key)
    row = found.to_json()["Attributes"] if found else key
    return {name: _as_sent(value) for name, value in row.items()}


def _as_sent(value: dict[str, Any]) -> dict[str, Any]:
    """Bytes as a request spells them; moto keeps them plain."""
    is_plain = isinstance(value.get("B"), bytes)
    return {"B": base64.b64encode(value["B"]).decode()} if is_plain else value


@dataclass
class Meter:
    """Botocore's hooks for a while: what was asked, by operation, and what it wrote.

    `wcu` by DynamoDB's rules: 1 KB each begun, twice that in a transaction, and as much again for
    a row of the due index (its keys are under 1 KB). `standing` gives a row as it is kept, or its
    key where there is none.
    """

    table: str = TABLE
    keys_table: str = KEYS_TABLE
    standing: Callable[[dict[str, Any]], dict[str, Any]] = _standing
    asked: list[str] = field(default_factory=list[str])
    written: int = 0
    wcu: int = 0
    read: int = 0

    def before_call(self, *, model: Any, params: dict[str, Any], **_: Any) -> None:
        self.take(model.name, params["body"])

    def take(self, operation: str, sent: str | bytes) -> None:
        """One request, before it is carried out."""
        body = json.loads(sent) if operation in STATE else {}
        if body.get("TableName") == self.keys_table:  # a lane's keys, known for a while
            self.asked.append("keys")
            return
        self.asked.append(operation)
        times = 2 if operation == "TransactWriteItems" else 1
        for item in self._written(operation, body):
            self.written += item_size(item)
            self.wcu += times * -(-item_size(item) // UNIT) + times * ("due" in item)
        self.wcu += 2 * sum("ConditionCheck" in one for one in body.get("TransactItems", ()))
        self.read += len(body.get("RequestItems", {}).get(self.table, {}).get("Keys", ()))

    def after_call(self, **_: Any) -> None: ...

    def before_send(self, **_: Any) -> None: ...

    def figures(self) -> dict[str, Any]:
        warm = [name for name in self.asked if name not in ONCE]
        return {
            "requests": len(warm),
            "state": sum(name in STATE for name in warm),
            "once": dict(Counter(name for name in self.asked if name in ONCE)),
            "by_operation": dict(Counter(warm)),
            "written_bytes": self.written,
            "wcu": self.wcu,
            "rows_read": self.read,
        }

    def _written(self, operation: str, body: dict[str, Any]) -> list[dict[str, Any]]:
        """The items that a request writes or removes; of an update and a removal the whole row."""
        if operation == "PutItem":
            return [body["Item"]]
        writes = body.get("TransactItems", ())
        items = [one["Put"]["Item"] for one in writes if "Put" in one]
        rows = [one[kind] for one in writes for kind in ("Update", "Delete") if kind in one]
        rows += [body] if operation in ("UpdateItem", "DeleteItem") else []
        return items + [self.standing(row["Key"]) for row in rows]


def words(number: int) -> str:
    """0.45 KB of words, always the same for a number; of the README's vocabulary."""
    known = sorted(set(re.findall("[a-z]{3,}", README.read_text().lower())))
    chosen = random.Random(number).choices(known, k=90)
    return f"{number}: {' '.join(chosen)}"[:450]


class Instant:
    """A provider that takes everything at once, and names it."""

    keyed, settling, lookup = False, 0.0, None

    def heard_by(self, act: Act, hands: Hands) -> Audience:
        return "private"

    def send(self, act: Act, hands: Hands) -> Sent:
        return Sent(provider_id=f"SM{act.id}")


def measure() -> dict[str, Any]:
    """Counts of the hops of the messages from those in `SHOWN` on, of replays, of a cold process.

    Up to `REAL` every turn before is one that moto kept. Beyond, moto is too slow: the history is
    built by the same functions on the local table and its rows are put into moto's; the last real
    counts are made a second time that way, and both must be the same.
    """
    hub, turns = Aws(), dict[int, Any]()
    try:
        for number in range(1, REAL + AROUND):
            hops = hub.message(number)
            for shown in (one for one in SHOWN if one <= number < one + AROUND):
                turns.setdefault(shown, []).append(hops)
    finally:
        hub.close()
    found: dict[str, Any] = {}
    for number in (REAL, max(SHOWN)):
        hub = Aws()
        try:
            hub.live_through(number)
            hops = [hub.message(number + after) for after in range(AROUND)]
            if number == REAL and [*map(_calls, hops)] != [*map(_calls, turns[REAL])]:
                raise AssertionError("a seeded history asks otherwise than a real one")
            turns[number] = hops
            found = {"replay": hub.replays(number), "cold": hub.after_a_restart(number + AROUND)}
        finally:
            hub.close()
    return {"turns": turns, "looks": looks(), **found}


def looks() -> dict[str, Any]:
    """How many of the first messages of a lane have a look at how they are written, and what it adds."""
    seen: list[list[tuple[int, int]]] = []
    for likeness in ("off", "on"):
        hub = Aws(settings={**SETTINGS, "HUB_LIKENESS": likeness})
        try:
            lived = [hub.message(number) for number in range(1, LIVED + 1)]
        finally:
            hub.close()
        seen.append([_sums(hops) for hops in lived])
    more = [(b[0] - a[0], b[1] - a[1]) for a, b in zip(*seen, strict=True) if b[0] > a[0]]
    requests, written = (max((one[n] for one in more), default=0) for n in (0, 1))
    return {"messages": LIVED, "looks": len(more), "requests": requests, "written_bytes": written}


def _sums(hops: dict[str, Any]) -> tuple[int, int]:
    """Requests and bytes written, of all hops together."""
    return (
        sum(hop["requests"] for hop in hops.values()),
        sum(hop["written_bytes"] for hop in hops.values()),
    )


def first() -> dict[str, Any]:
    """The hops of the first few messages of a hub, now and in one minute.

    A time of now has more digits than a round one, and a lane keeps those of the last minute.
    """
    hub = Aws(Clock(time.time()), apart=2.0)
    try:
        return {"messages": [hub.message(number) for number in range(1, FIRST + 1)]}
    finally:
        hub.close()


def _calls(hops: dict[str, Any]) -> list[Any]:
    """What a message asked for, hop by hop; of its bytes, nonces and ids move one or two."""
    return [hop["by_operation"] for hop in hops.values()]


class Aws:
    """The hub's functions on the aws family, one message at a time, so many seconds apart."""

    def __init__(
        self,
        clock: Clock | None = None,
        apart: float = 61.0,
        settings: Mapping[str, str] = SETTINGS,
    ) -> None:
        self.clock, self.apart = clock or Clock(), apart
        self.family = AwsFamily(ENV, clock=self.clock, lane_role=True)
        self.settings = parse(settings, stage="aws", public_url=PUBLIC_URL, timezone="UTC")
        self.ports = self._compose()

    def close(self) -> None:
        self.family.close()

    def _compose(self, **instead: Any) -> Ports:
        model = ScriptedModel(lambda prompts: Completion(words(7919)))
        carriers = {name: Instant() for name in ("sms", "slack", "email")}
        parts = self.family.fresh()
        return compose(self.settings, parts, carriers=carriers, models=(model,), **instead)

    def message(self, number: int) -> dict[str, Any]:
        """One text message through ingress, turn and act; what each asked AWS for."""
        self.clock.at += self.apart
        event, hops = text_message(number), dict[str, Any]()
        with Counting(hops, "ingress"):
            assert ingress.run(event, self.ports)["statusCode"] == 200
        with Counting(hops, "turn"):
            self.take()
        with Counting(hops, "act"):
            self._act()
        return hops

    def live_through(self, number: int) -> None:
        """Everything before this message, on the local table; then its rows stand in moto's."""
        with tempfile.TemporaryDirectory() as folder:
            local = open_local(Path(folder), {}, durable=False)
            here, self.ports = self.ports, self._compose(table=local.table)
            for before in range(1, number):
                self.message(before)
            for key, row in local.table.scan(""):
                here.table.commit([Put(key, row)])
            local.close()
        self.ports = here
        self.message(number - 1 + 10**6)  # the process knows lane and index now, as a warm one does

    def take(self) -> None:
        messages = self.family.lanes.receive()
        assert not turn.run(sqs_event(messages), self.ports)["batchItemFailures"]
        for message in messages:
            self.family.lanes.delete(message)

    def _act(self) -> None:
        while (ring := self.family.bell.take(0.0)) is not None:
            answer(ring, self.ports)
            self.family.bell.done(ring)

    def replays(self, number: int) -> dict[str, Any]:
        """The last webhook once more, within the queue's five minutes and after them."""
        found: dict[str, Any] = {}
        for name, later in (("within", 1.0), ("after", 400.0)):
            self.clock.at += later
            with Counting(found, name):
                assert ingress.run(text_message(number), self.ports)["statusCode"] == 200
                if self.family.lanes.waiting():
                    self.take()
                assert self.family.bell.waiting() == 0
        return found

    def after_a_restart(self, number: int) -> dict[str, Any]:
        """The next message in a new process: what a cold lane adds."""
        self.ports = self._compose()
        return self.message(number)


def text_message(number: int) -> dict[str, Any]:
    """A signed webhook, as API Gateway hands it over."""
    return texting(texted(words(number), f"SM{number:032x}")).event()


class Counting:
    """A meter on the requests made inside the block, kept under `name`."""

    def __init__(self, found: dict[str, Any], name: str) -> None:
        self.found, self.name, self.meter = found, name, Meter()

    def __enter__(self) -> None:
        world().faults = self.meter

    def __exit__(self, *_: object) -> None:
        world().faults = None
        self.found[self.name] = self.meter.figures()
