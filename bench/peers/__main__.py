"""Measures every peer that this machine can install and writes `bench/peers.json`.

The package's docstring has the shape of the file. Counts are taken two peers at a time; whatever
is timed runs alone. Exit code 1 when a measurement of an installed peer failed.
"""

import json
import os
import platform
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from bench import cold
from bench.peers import case_files, environments, shown

RESULTS = environments.ROOT / "bench" / "peers.json"
PEERS = ("floor", "powertools", "bolt", "strands", "langgraph", "pydantic_ai", "mem0", "phrases")
FLOORS = ("boto3_sqs", "boto3_three")
COUNTED = {
    "state": "state",
    "memory": "memory",
    "phrases": "phrases",
}  # kind of measurement: the cases that it needs
TIMED = {"ingress": "ingress*", "loop": "brain"}
ROUNDS, SEED = 9, 0
TIMEOUT = 400.0
Results = dict[str, dict[str, Any]]


def main() -> int:
    """Installs, counts, times and starts, then prints the table."""
    console, began = Console(), time.monotonic()
    conditions = _conditions()
    columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True) as progress:
        results, moto = _install(progress)
        if "not_run" in results["floor"]:
            console.print(f"[red]not run: {results['floor']['not_run']}")
            return 1
        _inside(progress, results, COUNTED, moto, workers=os.cpu_count() or 1)
        _inside(progress, results, TIMED, None, workers=1)
        _start(progress, results)
    conditions["load_after"] = round(os.getloadavg()[0], 1)
    seconds = round(time.monotonic() - began)
    whole = {**results, "conditions": conditions, "seconds": seconds}
    RESULTS.write_text(json.dumps(whole, indent=1, sort_keys=True) + "\n")
    console.print(shown.table({name: results[name] for name in PEERS}))
    console.print(f"{seconds} s; every sample is in {RESULTS.relative_to(environments.ROOT)}")
    return 1 if any(result.get("failed") for result in results.values()) else 0


def _install(progress: Progress) -> tuple[Results, Path | None]:
    """Every peer's environment, and the folder of moto's packages where moto installs."""
    wanted: tuple[str, ...] = (*PEERS, "moto")
    bar = progress.add_task("installing", total=len(wanted))

    def install(peer: str) -> dict[str, Any]:
        try:
            environments.install(peer)
            return {
                "versions": environments.versions(peer),
                "bundle_mb": environments.bundle_mb(peer),
            }
        except environments.NotInstalled as reason:
            return {"not_run": str(reason)}
        finally:
            progress.advance(bar)

    with ThreadPoolExecutor(os.cpu_count()) as pool:
        results: Results = dict(zip(wanted, pool.map(install, wanted), strict=True))
    moto = results.pop("moto")
    return results, None if "not_run" in moto else environments.packages("moto")


def _installed(results: Results) -> list[str]:
    return [peer for peer in PEERS if "not_run" not in results[peer]]


def _inside(
    progress: Progress,
    results: Results,
    kinds: dict[str, str],
    behind: Path | None,
    workers: int,
) -> None:
    """Runs each kind of measurement in the environment of each peer that has cases for it."""
    wanted = [
        (peer, kind)
        for kind, pattern in kinds.items()
        for peer in _installed(results)
        if case_files.named(peer, pattern)
    ]
    bar = progress.add_task(f"measuring {', '.join(kinds)}", total=len(wanted))

    def measure(peer: str, kind: str) -> None:
        if kind == "state" and behind is None:
            _fail(results, peer, kind, "moto could not be installed")
        else:
            _noting(results, peer, kind, lambda: _ask(peer, kind, behind))
        progress.advance(bar)

    with ThreadPoolExecutor(workers) as pool:
        list(pool.map(lambda one: measure(*one), wanted))


def _ask(peer: str, kind: str, behind: Path | None) -> Any:
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "measured.json"
        command = [str(environments.install(peer)), "-m", "bench.peers.inside", peer, kind]
        subprocess.run(
            [*command, str(out), *([str(behind)] if behind else [])],
            cwd=environments.ROOT, env=_surroundings(), check=True, timeout=TIMEOUT,
            capture_output=True, text=True,
        )  # fmt: skip
        return json.loads(out.read_text())


def _start(progress: Progress, results: Results) -> None:
    """New processes of every case, each round in an order of its own, beside both floors."""
    cases = {
        (peer, case): [str(environments.install(peer)), "-I", str(path)]
        for peer in _installed(results)
        for case, path in case_files.started(peer).items()
    }
    env = _surroundings()
    for (peer, case), command in list(cases.items()):
        if not _noting(results, peer, f"cold of {case}", lambda command=command: _try(command)):
            del cases[peer, case]
    names = {f"{peer}/{case}": command for (peer, case), command in cases.items()}
    bar = progress.add_task("starting", total=len(names) * (ROUNDS + 1))
    found = cold.measure(
        names, f"floor/{FLOORS[0]}", ROUNDS, SEED, env=env, done=lambda _: progress.advance(bar)
    )
    floors = {name: found[f"floor/{name}"] for name in FLOORS}
    for peer, case in cases:
        results[peer].setdefault("cold", {})[case] = _figures(found[f"{peer}/{case}"], floors)


def _try(command: list[str]) -> bool:
    cold.run(command, _surroundings())
    return True


def _figures(mine: cold.Cold, floors: dict[str, cold.Cold]) -> dict[str, Any]:
    beside: dict[str, dict[str, float]] = {}
    for name, floor in floors.items():
        its = cold.compare(mine.samples, floor.samples)
        ratios = {"ratio": its.ratio, "low": its.low, "high": its.high}
        ratios["rss"] = mine.rss_mb / floor.rss_mb
        beside[name] = {figure: round(value, 3) for figure, value in ratios.items()}
    return {
        "cpu_s": mine.cpu_s,
        "rss_mb": mine.rss_mb,
        "beside": beside,
        "samples": [[sample.cpu_s, sample.rss_mb] for sample in mine.samples],
    }


def _noting(results: Results, peer: str, kind: str, measure: Callable[[], Any]) -> bool:
    """Keeps what `measure` returns under its kind; a failure is kept with its last words."""
    try:
        results[peer][kind] = measure()
    except subprocess.CalledProcessError as failure:
        return _fail(results, peer, kind, failure.stderr)
    except (RuntimeError, subprocess.TimeoutExpired) as failure:
        return _fail(results, peer, kind, str(failure))
    return True


def _fail(results: Results, peer: str, kind: str, words: str) -> bool:
    last = " / ".join(words.strip().splitlines()[-2:])
    results[peer].setdefault("failed", {})[kind] = last or "no word"
    return False


def _surroundings() -> dict[str, str]:
    """The same environment for every peer: nobody's settings, keys that open nothing."""
    home = environments.CACHE / "home"
    home.mkdir(exist_ok=True)
    return {
        "PATH": os.environ["PATH"],
        "HOME": str(home),
        "AWS_DEFAULT_REGION": "eu-west-1",
        "AWS_ACCESS_KEY_ID": "AKIDBENCH",
        "AWS_SECRET_ACCESS_KEY": "secret",
        "AWS_EC2_METADATA_DISABLED": "true",
        "MEM0_TELEMETRY": "False",
        "LANGSMITH_TRACING": "false",
    }


def _conditions() -> dict[str, Any]:
    commit = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"],
        cwd=environments.ROOT, check=True, capture_output=True, text=True,
    )  # fmt: skip
    return {
        "on": datetime.now(UTC).strftime("%Y-%m-%d"),
        "python": platform.python_version(),
        "cpu": _processor(Path("/proc/cpuinfo").read_text().splitlines()),
        "cores": os.cpu_count(),
        "load_before": round(os.getloadavg()[0], 1),
        "rounds": ROUNDS,
        "seed": SEED,
        "commit": commit.stdout.strip(),
    }


def _processor(lines: Iterable[str]) -> str:
    named = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(named, platform.machine())


if __name__ == "__main__":
    sys.exit(main())
