"""How long something takes when everything is warm, beside a floor in the same process."""

import random
import statistics
import time
from collections.abc import Callable, Mapping
from typing import Any

from bench.cold import spread

ROUNDS = 15
ITERATIONS = 20
Work = Callable[[], object]


def measure(cases: Mapping[str, Work], floor: str, seed: int = 0) -> dict[str, dict[str, Any]]:
    """Every case but the floor: its p50 beside the floor's, in ms, over shuffled rounds.

    A round runs each case `ITERATIONS` times in one row and keeps the median; the ratio is the
    median of the rounds' ratios, with quartiles. One round before them is thrown away.
    """
    shuffle = random.Random(seed).shuffle
    found: dict[str, list[float]] = {name: [] for name in cases}
    for number in range(ROUNDS + 1):
        order = list(cases)
        shuffle(order)
        for name in order:
            median = _round(cases[name])
            if number:
                found[name].append(median)
    return {name: _beside(found[name], found[floor]) for name in cases if name != floor}


def _round(work: Work) -> float:
    times: list[float] = []
    for _ in range(ITERATIONS):
        began = time.perf_counter()
        work()
        times.append(1000 * (time.perf_counter() - began))
    return statistics.median(times)


def _beside(mine: list[float], floor: list[float]) -> dict[str, Any]:
    ratio, low, high = spread(mine, floor)
    return {
        "ratio": round(ratio, 3),
        "low": round(low, 3),
        "high": round(high, 3),
        "p50_ms": round(statistics.median(mine), 4),
        "floor_ms": round(statistics.median(floor), 4),
        "samples": [[round(a, 4), round(b, 4)] for a, b in zip(mine, floor, strict=True)],
    }
