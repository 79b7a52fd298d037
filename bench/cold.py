"""How much cpu and memory a command line takes from a new process to its end, beside a floor.

Milliseconds of a shared machine say little, so each round runs every case once in a shuffled order
and a ratio is taken to the floor of the same round. One round before the counted ones is thrown
away: it warms the page cache and lets Python write its pyc files.
"""

import json
import os
import random
import signal
import statistics
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

TIMEOUT = 120.0

# A child's peak memory begins at that of whoever started it (the kernel counts the pages it had
# before exec), so that a process smaller than any case has to start it.
LAUNCHER = """
import os, sys
quiet = [(os.POSIX_SPAWN_OPEN, 1, os.devnull, os.O_WRONLY, 0)]
child = os.posix_spawnp(sys.argv[1], sys.argv[1:], os.environ, file_actions=quiet)
_, status, used = os.wait4(child, 0)
code = os.waitstatus_to_exitcode(status)
print('{"code": %d, "cpu_s": %r, "rss_kb": %d}'
      % (code, used.ru_utime + used.ru_stime, used.ru_maxrss))
"""


@dataclass(frozen=True, slots=True)
class Sample:
    """One process: user and system cpu in seconds, and its peak resident memory in MB (10^6)."""

    cpu_s: float
    rss_mb: float


@dataclass(frozen=True, slots=True)
class Cold:
    """One case: cpu as a ratio to the floor's of the same round (median, lower, upper quartile).

    `cpu_s` and `rss_mb` are medians; `samples` holds the counted rounds in their order.
    """

    ratio: float
    low: float
    high: float
    cpu_s: float
    rss_mb: float
    samples: tuple[Sample, ...]


def measure(
    cases: Mapping[str, Sequence[str]],
    floor: str,
    rounds: int = 9,
    seed: int = 0,
    *,
    env: Mapping[str, str] | None = None,
    done: Callable[[str], None] = lambda name: None,
) -> dict[str, Cold]:
    """Runs every case `rounds` times after one discarded; the floor is one of them.

    A case is a command line whose output is discarded; `env` replaces the environment and `done`
    is called with a case's name after each of its processes. Raises RuntimeError with what the
    process wrote to stderr when one fails or outlives `TIMEOUT`, KeyError for an unknown floor.
    """
    if rounds < 2:
        raise ValueError("quartiles need two rounds or more")
    if floor not in cases:
        raise KeyError(floor)
    shuffle = random.Random(seed).shuffle
    samples: dict[str, list[Sample]] = {name: [] for name in cases}
    for number in range(rounds + 1):
        order = list(cases)
        shuffle(order)
        for name in order:
            sample = run(cases[name], env)
            if number:
                samples[name].append(sample)
            done(name)
    return {name: compare(found, samples[floor]) for name, found in samples.items()}


def run(command: Sequence[str], env: Mapping[str, str] | None = None) -> Sample:
    """One process of `command`, which must end with 0 within `TIMEOUT` seconds."""
    launcher = subprocess.Popen(
        [sys.executable, "-I", "-S", "-c", LAUNCHER, *command],
        env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        start_new_session=True,
    )  # fmt: skip
    try:
        told, complaint = launcher.communicate(timeout=TIMEOUT)
    except subprocess.TimeoutExpired:
        os.killpg(launcher.pid, signal.SIGKILL)
        launcher.communicate()
        raise RuntimeError(f"{command[0]} took more than {TIMEOUT:.0f} s") from None
    used = json.loads(told) if launcher.returncode == 0 else {"code": launcher.returncode}
    if used["code"]:
        raise RuntimeError(f"{' '.join(command)} ended with {used['code']}: {complaint.strip()}")
    return Sample(round(used["cpu_s"], 6), round(used["rss_kb"] * 1024 / 1e6, 3))


def compare(found: Sequence[Sample], floor: Sequence[Sample]) -> Cold:
    """One case beside a floor that ran in the same rounds, in the same order."""
    ratio, low, high = spread([s.cpu_s for s in found], [s.cpu_s for s in floor])
    return Cold(
        ratio=ratio,
        low=low,
        high=high,
        cpu_s=statistics.median(sample.cpu_s for sample in found),
        rss_mb=statistics.median(sample.rss_mb for sample in found),
        samples=tuple(found),
    )


def spread(mine: Sequence[float], floor: Sequence[float]) -> tuple[float, float, float]:
    """Median, lower and upper quartile of the ratios of two series, taken round by round."""
    ratios = [one / its for one, its in zip(mine, floor, strict=True)]
    low, middle, high = statistics.quantiles(ratios, n=4, method="inclusive")
    return middle, low, high
