"""Fifty times `kill -9` under load, by the driver of the kill test; writes bench/figures/kills.json.

Alone by `python -m bench.kills`; HUB_KILLS and HUB_SEED change the number and repeat the moments.
"""

import json
import os
import secrets
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from tests.end_to_end import test_kill_acts
from tests.end_to_end.test_kill import besiege

FIGURES = Path(__file__).with_name("figures") / "kills.json"
KILLS = 50
LINES = {
    "kills": "SIGKILLs of the process group",
    "messages": "messages written by people",
    "taken": "of these acknowledged by the hub",
    "retried": "messages that their vendor sent again",
    "answers": "answers that arrived",
    "lost": "acknowledged and never answered",
    "doubled": "answered twice",
    "disordered": "people answered out of order",
    "astray": "answers in a wrong thread",
    "unknown": "texts and mails whose outcome cannot be known",
    "excused": "of these not arrived",
    "acts_tried_again": "acts with more than one attempt",
    "broken_ledgers": "ledgers with a broken chain",
    "median_start_seconds": "median start after a kill, s",
    "seconds": "whole run, s",
}


def measure(tell: Callable[[int], None] = lambda kill: None) -> dict[str, Any]:
    """Runs the siege, writes and returns its figures; `tell` hears the number of each kill."""
    kills = int(os.environ.get("HUB_KILLS", KILLS))
    seed = int(os.environ.get("HUB_SEED", "0")) or secrets.randbelow(1 << 32)
    with tempfile.TemporaryDirectory() as folder:
        figures = besiege(Path(folder), kills, seed, tell).figures()
    FIGURES.parent.mkdir(exist_ok=True)
    FIGURES.write_text(json.dumps(figures, indent=1) + "\n")
    return figures


def measure_plans() -> dict[str, Any]:
    """The same for plans that act, wait and ask: how many were wanted, and how they ended."""
    kills = int(os.environ.get("HUB_KILLS", KILLS))
    seed = int(os.environ.get("HUB_SEED", "0")) or secrets.randbelow(1 << 32)
    with tempfile.TemporaryDirectory() as folder:
        found = asdict(test_kill_acts.besiege(Path(folder), kills, seed).plans)
    counts = {name: len(one) if isinstance(one, list) else one for name, one in found.items()}
    return {"kills": kills, "seed": seed, **counts}


def table(figures: Mapping[str, Any]) -> Table:
    """The figures with what they mean."""
    title = f"kill -9 of `make run` under load, seed {figures['seed']}"
    table = Table(title=title, box=None, title_justify="left", pad_edge=False)
    table.add_column("what")
    table.add_column("figure", justify="right")
    for name, meaning in LINES.items():
        table.add_row(meaning, str(figures[name]))
    return table


if __name__ == "__main__":
    console = Console()
    with console.status("starting") as status:
        figures = measure(lambda kill: status.update(f"kill {kill}"))
    console.print(table(figures))
