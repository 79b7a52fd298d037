"""`make bench`: measures everything the README claims and keeps it in `bench/results.json`.

Exit code 1 when a figure misses its limit.
"""

import json
import os
import platform
import subprocess
import sys
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import Progress

os.environ.setdefault("HUB_LOG", os.devnull)
os.environ.setdefault("POWERTOOLS_LOG_LEVEL", "CRITICAL")

from bench import kills, report, start, turns

ROOT = Path(__file__).parents[1]
RESULTS = ROOT / "bench" / "results.json"
FIGURES = ROOT / "bench" / "figures"


def main() -> int:
    """Runs each measurement with its progress shown, then prints the table."""
    console = Console()
    results: dict[str, Any] = {"conditions": conditions()}
    steps = {
        "turns": turns.measure,
        "start": start.measure,
        "crash": crash_figures,
        "forged": forged_figures,
        "kills": kills.measure,
    }
    with Progress(console=console, transient=True) as progress:
        bar = progress.add_task("measuring", total=len(steps))
        for name, measure in steps.items():
            progress.update(bar, description=name)
            results[name] = measure()
            progress.advance(bar)
    RESULTS.write_text(json.dumps(results, indent=1, sort_keys=True) + "\n")
    console.print(report.table(results))
    return 0 if all(row.is_good for row in report.rows(results)) else 1


def conditions() -> dict[str, Any]:
    """What a reader needs to judge a number by."""
    commit = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"],
        capture_output=True,
        text=True,
        cwd=ROOT,
        check=True,
    )
    return {
        "on": datetime.now(UTC).strftime("%Y-%m-%d"),
        "python": platform.python_version(),
        "cores": os.cpu_count(),
        "load_before": round(os.getloadavg()[0], 1),
        "commit": commit.stdout.strip(),
    }


def crash_figures() -> dict[str, Any]:
    """The whole crash sweep, its control arm and the planted bugs, summed by arm."""
    _pytest("tests/crash", FIGURES / "crash.jsonl")
    arms: dict[str, Counter[str]] = {"ours": Counter(), "control": Counter(), "bug": Counter()}
    for line in (FIGURES / "crash.jsonl").read_text().splitlines():
        row = json.loads(line)
        counts = {k: v for k, v in row.items() if isinstance(v, int)}
        arms[row["arm"]].update(counts)
    return {arm: dict(sorted(counts.items())) for arm, counts in arms.items()}


def forged_figures() -> dict[str, Any]:
    """The forged and the genuine requests, summed over the surfaces."""
    _pytest("tests/contract/test_forged_webhooks.py", FIGURES / "forged.json", "-n", "0")
    found = json.loads((FIGURES / "forged.json").read_text())
    for figure in ("forged", "accepted", "passed_unverified"):
        found[figure] = sum(n for name, n in found.items() if name.endswith(f"_{figure}"))
    return found


def _pytest(path: str, written: Path, *more: str) -> None:
    """Runs tests that keep their figures; a failing one ends the benchmark."""
    written.unlink(missing_ok=True)
    env = {**os.environ, "HUB_FIGURES": "1"}
    subprocess.run(
        [sys.executable, "-m", "pytest", path, "-q", "-p", "no:cacheprovider", *more],
        cwd=ROOT, env=env, check=True, stdout=subprocess.DEVNULL,
    )  # fmt: skip


if __name__ == "__main__":
    sys.exit(main())
