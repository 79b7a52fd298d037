"""What recall costs in a long memory: warm answers, a cold start, and bytes in the table.

The turns are really stored, sealed and packed, on the local table; their words are made up, as
frequent and as rare as words are (Zipf), so that nobody's conversation is needed. Requests and
read units are DynamoDB's for the same rows: 1 MB a page, 4 KB a unit of a strong read.

What it finds is scored by a script beside the checkout, on conversations that are not ours to ship:
where they are absent it is not measured.
"""

import gc
import itertools
import json
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from backends.local.family import Family, open_family
from persona import keys
from persona.memory import evidence, segments
from persona.memory.index import Index
from persona.memory.recall import load
from persona.model import Said, Turn
from persona.ports import Key, Ports, Put, Row

ROOT = Path(__file__).parents[1]
EVALUATION = ROOT.parent / "shared" / "tools" / "eval_recall.py"
EVALUATION_SECONDS = 300
SIZES = (1_000, 10_000, 100_000)
QUESTIONS = 200
ZONE = ZoneInfo("UTC")
HOME = "H"
PAGE, UNIT = 1024 * 1024, 4096
BEGAN = 1_700_000_000.0
A_TALK, A_DAY = 20, 86_400.0
"""Turns of one conversation, a minute each; one conversation a day."""
SYLLABLES = "ba ce di fo gu ha ke li mo nu pa re si to vu wa xe yi zo dra fle gri plo stu".split()
COMMON = "the a to and I my is it was in of that we you on for with at so".split()


def measure(sizes: tuple[int, ...] = SIZES) -> dict[str, Any]:
    """Figures by number of turns: milliseconds, requests and bytes of a cold start, bytes a turn."""
    return {f"{size}": _measured(size) for size in sizes}


def evaluate() -> dict[str, Any]:
    """Shares of the evidence found, by kind of question, as the script beside the checkout scores."""
    if not EVALUATION.exists():
        return {"not_run": f"needs {EVALUATION.relative_to(ROOT.parent)} beside the checkout"}
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "scores.json"
        system = f"{sys.executable} -c 'from hub.cli import app; app()' eval recall"
        command = [sys.executable, str(EVALUATION), "--system", system, "--json", str(out)]
        subprocess.run(
            command, cwd=ROOT, check=True, timeout=EVALUATION_SECONDS, stdout=subprocess.DEVNULL
        )
        return json.loads(out.read_text())


def _measured(size: int) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as folder:
        family = open_family(Path(folder), {}, durable=False)
        store = Ports(entropy=os.urandom, **family.ports())
        told = list(itertools.islice(_turns(), size))
        _keep(store, told)
        began = time.perf_counter()
        while segments.pack(store, HOME, ZONE):
            pass
        packing = time.perf_counter() - began
        figures = _cold(family, store) | _warm(store, told)
        family.close()
    return {"packing_us_a_turn": round(1e6 * packing / size, 1), **figures}


def _turns() -> Iterator[Turn]:
    """One person's turns, the same ones each time."""
    made = random.Random(1)
    for version in itertools.count(1):
        at = BEGAN + version // A_TALK * A_DAY + version % A_TALK * 60.0
        words = " ".join(_words(made, made.randint(6, 24)))
        said = Said(f"{made.getrandbits(128):032X}"[:26], "person", words, "sms", at)
        yield Turn(version, version, HOME, "sms", "thread", "sms:+1", at, (said,))


def _words(made: random.Random, count: int) -> Iterator[str]:
    """Half of them the commonest there are, the others ever rarer."""
    for _ in range(count):
        rank = int(30_000 ** made.random())
        yield made.choice(COMMON) if made.random() < 0.5 else _spelled(rank)


def _spelled(rank: int) -> str:
    """The made-up word of this rank."""
    word = SYLLABLES[rank % 25 - 1]
    while rank := rank // 25:
        word += SYLLABLES[rank % 25 - 1]
    return f"{word}n"


def _keep(store: Ports, turns: list[Turn]) -> None:
    for start in range(0, len(turns), 100):
        rows = [(t, evidence.turn_row(store, t, "1-a", {})) for t in turns[start : start + 100]]
        store.table.commit([Put(keys.turn(HOME, turn.version), row) for turn, row in rows])


def _cold(family: Family, store: Ports) -> dict[str, Any]:
    """What the first recall of a process reads, in DynamoDB's terms, and how long it takes here."""
    packed = family.table.query(keys.segments(HOME), limit=100_000)
    last = int(packed[-1][0].sort.rpartition("#")[2]) if packed else 0
    after = keys.turn(HOME, last).sort if last else ""
    tail = family.table.query(keys.turns(HOME), after=after, limit=100_000)
    parts = [sum(map(_size, rows)) for rows in (packed, tail)]
    gc.collect()
    began = time.perf_counter()
    index = Index(ZONE)
    load(index, store, HOME)
    return {
        "cold_ms": round(1e3 * (time.perf_counter() - began), 1),
        "cold_requests": sum(max(1, -(-size // PAGE)) for size in parts),
        "cold_bytes": sum(parts),
        "cold_rcu": sum(-(-size // UNIT) for size in parts),
        "segments": len(packed),
        "index_bytes_a_turn": round(parts[0] / max(1, last), 1),
    }


def _size(entry: tuple[Key, Row]) -> int:
    """Bytes of a row as DynamoDB counts them: names and values, bytes as they are."""
    key, row = entry
    values = sum(len(v) if isinstance(v, bytes) else len(str(v)) for v in row.values())
    return len(key.partition) + len(key.sort) + sum(map(len, row)) + values


def _warm(store: Ports, told: list[Turn]) -> dict[str, Any]:
    """Answers to questions made of what was said: a few words of one turn, some of none."""
    index = Index(ZONE)
    load(index, store, HOME)
    made, taken = random.Random(2), list[float]()
    for _ in range(QUESTIONS):
        words = made.choice(told).person_text().split()
        picked = made.sample(words, min(len(words), made.randint(4, 8)))
        question = f"when did I say {' '.join(picked)}?"
        began = time.perf_counter()
        index.bearing(question, index.days[-1], 25)
        taken.append(1e3 * (time.perf_counter() - began))
    return {
        "warm_p50_ms": round(statistics.median(taken), 2),
        "warm_p95_ms": round(statistics.quantiles(taken, n=20)[-1], 2),
    }
