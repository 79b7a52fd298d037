"""What the person graph costs: bytes and requests that it adds to a turn, and the time to build it.

The turns are taken by the hub's own functions on the local table, once as shipped and once with a
reader that finds no signs and a graph of nothing; every byte and request of the table is counted.
Ids and keys come from the same seed both times, so that what is sealed and packed is comparable.
"""

import random
import statistics
import tempfile
import time
from collections.abc import Generator, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest.mock import patch
from zoneinfo import ZoneInfo

from backends.local.family import open_family
from bench.recall import SYLLABLES
from bench.turns import SETTINGS, Instant
from functions import turn
from functions._compose import compose
from hub.stage import answer, sqs_event
from persona.admission import admit
from persona.memory import lines
from persona.memory.index import Index
from persona.memory.segments import TURNS
from persona.memory.signs import signs_of
from persona.model import Address, Event, Evidence
from persona.people import graph
from persona.ports import Put, Row, Write
from persona.trait import Graph, Sign

SHOWN = (10, 1_000)
AROUND = 5
SIZES = (1_000, 10_000)
ROUNDS = 15
ZONE = ZoneInfo("UTC")
BEGAN, A_DAY = 1_700_000_000.0, 86_400.0
A_TALK = 10
"""Messages of one conversation; one conversation a day."""
ADDRESS = Address("sms", "+14155550100")
TELLING = (
    "I really like {0}", "I prefer {0} to {1}", "I hate {0}", "I decided to take the {0}",
    "I'm worried about the {0}", "my sister Ann has a {0}", "are you sure about the {0}?",
)  # fmt: skip


def measure() -> dict[str, Any]:
    """Bytes and requests of the messages from those in `SHOWN` on, with the graph and without."""
    with_graph, without = _turns(is_on=True), _turns(is_on=False)
    return {
        "turns": {
            f"{shown}": {
                "with": with_graph[shown],
                "without": without[shown],
                "added_bytes": with_graph[shown]["bytes"] - without[shown]["bytes"],
                "added_requests": with_graph[shown]["requests"] - without[shown]["requests"],
            }
            for shown in SHOWN
        },
        "segment_bytes_a_turn": round((with_graph[0]["bytes"] - without[0]["bytes"]) / TURNS, 1),
    }


def measure_time() -> dict[str, Any]:
    """Milliseconds to build a graph, by lines, and microseconds to read the signs of a message."""
    return {"build": {f"{size}": _built(size) for size in SIZES}, "signs_us": _read()}


def messages() -> Iterator[str]:
    """What one person says, the same each time; one in four shows something of them."""
    made = random.Random(4)
    for number in range(10**9):
        rest = " ".join(_word(made) for _ in range(made.randint(4, 16)))
        things = _word(made), _word(made)
        yield (
            f"{TELLING[number // 4 % len(TELLING)].format(*things)}. {rest}"
            if number % 4 == 0
            else rest
        )


def _word(made: random.Random) -> str:
    """The common ones far more often than the others, as words are."""
    rank = int(2_000 ** made.random())
    return "".join(SYLLABLES[rank // by % len(SYLLABLES)] for by in (1, 25, 625))


@dataclass
class _Meter:
    """The local table's doors for a while: how often each was used, and the bytes that were put."""

    requests: int = 0
    bytes: int = 0
    packed: int = 0

    def watch(self, table: type, watched: ExitStack) -> None:
        for name in ("get", "query", "commit"):
            watched.enter_context(patch.object(table, name, self._counting(getattr(table, name))))

    def _counting(self, original: Any) -> Any:
        def call(table: Any, what: Any, *args: Any, **more: Any) -> Any:
            if original.__name__ != "commit":
                self.requests += 1
                return original(table, what, *args, **more)
            size = sum(_size(one) for one in what)
            if any(one.key.sort.startswith("INDEX#") for one in what):
                self.packed += size
            else:
                self.requests += 1
                self.bytes += size
            return original(table, what, *args, **more)

        return call


def _size(write: Write) -> int:
    if not isinstance(write, Put):
        return 0
    row: Row = write.row
    values = sum(len(v) if isinstance(v, bytes) else len(str(v)) for v in row.values())
    return len(write.key.partition) + len(write.key.sort) + sum(map(len, row)) + values


def _turns(*, is_on: bool) -> dict[int, dict[str, float]]:
    """Bytes and requests a message from each of `SHOWN` on; under 0 those of all packed segments."""
    seeded, meter, found = random.Random(7), _Meter(), dict[int, dict[str, float]]()
    with tempfile.TemporaryDirectory() as folder, ExitStack() as watched:
        family = open_family(Path(folder), {}, durable=False)
        watched.callback(family.close)
        watched.enter_context(patch("os.urandom", seeded.randbytes))  # of which keys are made
        meter.watch(type(family.ports()["table"]), watched)
        if not is_on:
            watched.enter_context(_off())
        carriers = {name: Instant() for name in ("sms", "slack", "email")}
        ports = {**family.ports(), "clock": _Clock()}
        hub = compose(SETTINGS, ports, carriers=carriers, models=(), entropy=seeded.randbytes)
        for number, words in zip(range(1, SHOWN[-1] + AROUND), messages(), strict=False):
            before = meter.requests, meter.bytes
            _say(family, hub, number, words)
            start = next((one for one in SHOWN if one <= number < one + AROUND), None)
            if start is not None:
                told = found.setdefault(start, {"requests": 0.0, "bytes": 0.0})
                told["requests"] += (meter.requests - before[0]) / AROUND
                told["bytes"] += (meter.bytes - before[1]) / AROUND
    packed = (SHOWN[-1] + AROUND - 1) // TURNS
    return {**found, 0: {"requests": 0.0, "bytes": meter.packed / max(1, packed)}}


def _say(family: Any, hub: Any, number: int, words: str) -> None:
    """One message, its turn and its reply."""
    hub.clock.at += A_DAY / A_TALK
    event = Event(f"sms:{number}", "message", ADDRESS, ADDRESS, words, "thread", hub.clock.at)
    admit(event, hub)
    taken = family.lanes.receive()
    failed = turn.run(sqs_event(taken), hub)["batchItemFailures"]
    if failed:
        raise AssertionError(failed)
    for message in taken:
        family.lanes.delete(message)
    while (ring := family.bell.take(0.0)) is not None:
        answer(ring, hub)
        family.bell.done(ring)


@dataclass
class _Clock:
    at: float = BEGAN

    def now(self) -> float:
        return self.at


@contextmanager
def _off() -> Generator[None]:
    """No sign is read, no texture kept, and no graph built."""

    def nothing(text: str) -> Sequence[Sign]:
        return []

    def nobody(*_: Any) -> Graph:
        return Graph()

    with (
        patch.object(lines, "signs_of", nothing),
        patch("persona.memory.segments._texture", lambda columns: None),
        patch.object(graph, "read", nobody),
    ):
        yield


def _built(size: int) -> dict[str, Any]:
    """Milliseconds to build the graph of so many lines in a warm index, a line more each time."""
    index, said = Index(ZONE), messages()
    index.add(*(_evidence(n, words) for n, words in zip(range(size), said, strict=False)))
    taken, now = list[float](), BEGAN + size / A_TALK * A_DAY
    found = graph.of_index(index, (), now)
    for number in range(size, size + ROUNDS):
        index.add(_evidence(number, next(said)))
        began = time.process_time()
        found = graph.of_index(index, (), now)
        taken.append(1e3 * (time.process_time() - began))
    return {
        "ms": round(statistics.median(taken), 2),
        "least_ms": round(min(taken), 2),
        "traits": len(found.traits),
        "stable": len(found.stable()),
        "mentioned": len(found.mentioned),
    }


def _evidence(number: int, words: str) -> Evidence:
    at = BEGAN + number // A_TALK * A_DAY + number % A_TALK * 60.0
    return Evidence(f"m{number}", "H", number + 1, words, str(ADDRESS), "sms", at)


def _read() -> float:
    """Microseconds to read the signs of one message, on average."""
    said = [words for _, words in zip(range(1_000), messages(), strict=False)]
    signs_of(said[0])
    began = time.process_time()
    for words in said:
        signs_of(words)
    return round(1e6 * (time.process_time() - began) / len(said), 1)
