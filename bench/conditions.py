"""What a reader needs to judge a number by."""

import os
import platform
import sqlite3
import subprocess
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

from bench.peers.inside import warm

ROOT = Path(__file__).parents[1]
PACKAGES = ("botocore", "boto3", "moto")
SEED = 0


def now() -> dict[str, Any]:
    """The machine, the versions, the rounds, the commit; `-dirty` where the tree differs from it."""
    commit = subprocess.run(
        ["git", "describe", "--always", "--dirty", "--exclude", "*"],
        capture_output=True, text=True, cwd=ROOT, check=True, timeout=20,
    )  # fmt: skip
    return {
        "on": datetime.now(UTC).strftime("%Y-%m-%d"),
        "cpu": _processor(),
        "cores": os.cpu_count(),
        "load_before": load(),
        "python": platform.python_version(),
        "versions": {**{name: version(name) for name in PACKAGES},
                     "sqlite": sqlite3.sqlite_version},
        "rounds": {"cold": 9, "warm": warm.ROUNDS},
        "seed": SEED,
        "synchronous": "FULL",
        "commit": commit.stdout.strip(),
    }  # fmt: skip


def load() -> float:
    """How many processes wanted a core, on average over the last minute."""
    return round(os.getloadavg()[0], 1)


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.machine()
    named = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(named, platform.machine())
