"""`make bench`: measures everything the README claims, keeps it in `bench/results.json`, draws it.

`--with-peers` (`make bench-peers`) measures the peers in the same run; without, the table says that
they were not run. Whatever is timed runs alone and first; counts and sweeps follow, two at a time.
Exit code 1 when a figure misses its limit or could not be taken.
"""

import argparse
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from bench import alone, conditions, plot, report

ROOT = Path(__file__).parents[1]
RESULTS = ROOT / "bench" / "results.json"
PEERS = ROOT / "bench" / "peers.json"
PLOT = ROOT / "docs" / "figures.svg"
PEERS_SECONDS = 900
WIDTH = 140
"""Characters of a line where nobody watches."""
Step = Callable[[], dict[str, Any]]
AS_IN_LAMBDA = {"POWERTOOLS_SERVICE_NAME": "persona-hub"}
"""Log lines and counts are made and written, as they are where the functions run."""

TIMED: dict[str, Step] = {
    "start": partial(alone.run, "bench.start:measure"),
    "bundles": partial(alone.run, "bench.bundles:measure"),
    "loops": partial(alone.run, "bench.loops:measure", AS_IN_LAMBDA),
    "turns": partial(alone.run, "bench.turns:measure"),
    "recall": partial(alone.run, "bench.recall:measure"),
    "graph time": partial(alone.run, "bench.graph:measure_time"),
    "judge": partial(alone.run, "bench.judge:measure"),
    "plans": partial(alone.run, "bench.plans:measure"),
    "deployment": partial(alone.run, "bench.deployment:measure"),
}
COUNTED: dict[str, Step] = {
    "crash": partial(alone.run, "bench.suite:measure_crashes"),
    "counts": partial(alone.run, "bench.counts:measure"),
    "deployed": partial(alone.run, "bench.suite:measure_deployed"),
    "forged": partial(alone.run, "bench.suite:measure_forgeries"),
    "links": partial(alone.run, "bench.links:measure"),
    "found": partial(alone.run, "bench.recall:evaluate"),
    "graph": partial(alone.run, "bench.graph:measure"),
    "phrases": partial(alone.run, "bench.phrases:measure"),
    "planted": partial(alone.run, "bench.planted:measure"),
    "forecasts": partial(alone.run, "bench.forecasts:measure"),
    "same": partial(alone.run, "bench.suite:measure_same"),
    "canaries": partial(alone.run, "bench.suite:measure_canaries"),
    "hostile": partial(alone.run, "bench.suite:measure_hostile"),
    "forgotten": partial(alone.run, "bench.suite:measure_forgettings"),
    "tampers": partial(alone.run, "bench.suite:measure_tamperings"),
    "erased": partial(alone.run, "bench.suite:measure_erasures"),
    "idle": partial(alone.run, "bench.idle:measure"),
    "reviews": partial(alone.run, "bench.suite:measure_reviews"),
    "proof": partial(alone.run, "infra.proof.prove:prove"),
    "kills": partial(alone.run, "bench.kills:measure"),
    "plan kills": partial(alone.run, "bench.kills:measure_plans"),
    "long": partial(alone.run, "bench.long:measure"),
}


def main() -> int:
    """Runs each measurement with its progress shown, then prints the table."""
    asked = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    asked.add_argument("--with-peers", action="store_true", help="the peers, too: 6 minutes more")
    asked.add_argument("--only", nargs="+", default=[], choices=[*TIMED, *COUNTED], metavar="STEP")
    asked.add_argument("--again", action="store_true", help="only these, into the published run")
    asked.add_argument("--out", type=Path, default=RESULTS, help="where the results are written")
    options = asked.parse_args()
    if options.only and options.out == RESULTS and not options.again:
        asked.error("a part of a run is no result: name another file with --out, or say --again")
    if options.again and not set(options.only) <= COUNTED.keys():
        asked.error("only what is counted can be taken again: times belong to one run")
    console, began = Console(width=None if sys.stdout.isatty() else WIDTH), time.monotonic()
    timed = {**TIMED, "peers": measure_peers} if options.with_peers else TIMED
    results: dict[str, Any] = {"conditions": conditions.now(), "loads": {}, "took": {}}
    columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console) as progress:
        for steps, workers in ((timed, 1), (COUNTED, 2)):
            chosen = {n: s for n, s in steps.items() if not options.only or n in options.only}
            with ThreadPoolExecutor(workers) as pool:
                take = partial(_take, results, progress)
                list(pool.map(take, chosen.items()))
    results["conditions"] |= {
        "load_after": conditions.load(),
        "seconds": round(time.monotonic() - began),
    }
    if options.again:
        results = _renewed(json.loads(options.out.read_text()), results, options.only)
    options.out.write_text(json.dumps(results, indent=1, sort_keys=True) + "\n")
    if options.out == RESULTS:
        plot.draw(results, PLOT)
    console.print(report.table(results))
    console.print(report.condition_line(results))
    return int(report.fails(results))


def _renewed(published: dict[str, Any], taken: dict[str, Any], steps: list[str]) -> dict[str, Any]:
    """The published run with these counts taken again; its conditions say which, and of what code."""
    again = published["conditions"].get("again", {})
    again |= dict.fromkeys(steps, taken["conditions"]["commit"])
    parts = {name: published[name] | taken[name] for name in ("loads", "took")}
    renewed = {**published, **parts, **{step: taken[step] for step in steps}}
    return {**renewed, "conditions": {**published["conditions"], "again": again}}


def measure_peers() -> dict[str, Any]:
    """All peers that this machine can install, as `bench.peers` keeps them."""
    PEERS.unlink(missing_ok=True)
    ended = subprocess.run(
        [sys.executable, "-m", "bench.peers"],
        cwd=ROOT, env=dict(os.environ), check=False, timeout=PEERS_SECONDS,
        stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    if not PEERS.exists():
        return {"failed": " / ".join(ended.stderr.strip().splitlines()[-3:]) or "no word"}
    return json.loads(PEERS.read_text())


def _take(results: dict[str, Any], progress: Progress, step: tuple[str, Step]) -> None:
    """Keeps what a step measured, how long it took, and the load before and after it."""
    name, measure = step
    bar = progress.add_task(name, total=None)
    load, began = conditions.load(), time.monotonic()
    results[name] = measure()
    results["loads"][name] = [load, conditions.load()]
    results["took"][name] = round(time.monotonic() - began, 1)
    word = "[red]failed" if "failed" in results[name] else "[green]done"
    progress.update(bar, total=1, completed=1, description=f"{name} {word}")


if __name__ == "__main__":
    sys.exit(main())
