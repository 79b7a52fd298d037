"""Fifty times `kill -9` under load, by the driver of the kill test; writes bench/figures/kills.json.

Run by `python -m bench.kills`; HUB_KILLS and HUB_SEED change the number and repeat the moments.
"""

import json
import os
import secrets
import tempfile
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from tests.end_to_end.test_kill import Siege, besiege

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


def measure(console: Console) -> dict[str, Any]:
    """Runs the siege, prints its table, writes and returns its figures."""
    kills = int(os.environ.get("HUB_KILLS", KILLS))
    seed = int(os.environ.get("HUB_SEED", "0")) or secrets.randbelow(1 << 32)
    with (
        tempfile.TemporaryDirectory() as folder,
        console.status(f"seed {seed}") as status,
    ):

        def tell(number: int) -> None:
            status.update(f"seed {seed}: kill {number} of {kills}")

        siege = besiege(Path(folder), kills, seed, tell)
    figures = siege.figures()
    FIGURES.parent.mkdir(exist_ok=True)
    FIGURES.write_text(json.dumps(figures, indent=1) + "\n")
    console.print(table_of(siege))
    return figures


def table_of(siege: Siege) -> Table:
    """The figures with what they mean."""
    table = Table(title=f"kill -9 under load, seed {siege.seed}", box=None, title_justify="left")
    table.add_column("what")
    table.add_column("figure", justify="right")
    figures = siege.figures()
    for name, meaning in LINES.items():
        table.add_row(meaning, str(figures[name]))
    return table


if __name__ == "__main__":
    measure(Console())
