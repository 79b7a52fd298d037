"""The figures as one picture: what a start and a loop cost, and what a turn writes as time goes on.

Drawn on paper of its own, so that it reads the same on light and dark pages. What a run did not
measure is left out, and its place says so.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, NullLocator
from matplotlib.typing import RcKeyType

from bench.goals import BRAINS, written
from bench.rows import Results, at

PAPER, INK, FAINT, OURS, THEIRS = "#fbfaf6", "#22252b", "#8b8f98", "#0b6e6e", "#b9bcc4"
SETTINGS: dict[RcKeyType, Any] = {
    "font.family": "sans-serif",
    "font.size": 9.0,
    "svg.hashsalt": "figures",
    "text.color": INK,
    "axes.edgecolor": FAINT,
    "axes.labelcolor": INK,
    "xtick.color": INK,
    "ytick.color": INK,
}
LOOPS = {"strands": "strands", "pydantic-ai": "pydantic_ai", "langchain": "langgraph"}
LINES = {
    "langgraph": ("langgraph", "every step"),
    "strands, snapshot": ("strands", "snapshot on S3"),
    "strands, messages": ("strands", "messages on S3"),
}
NAME = "Persona Hub"
APART = 1.6
"""How much higher than the one below a line's name stands at least."""


def draw(results: Results, path: Path) -> None:
    """Writes an SVG that is the same for the same results."""
    with mpl.rc_context(SETTINGS):
        figure = Figure(figsize=(13.4, 3.5), facecolor=PAPER, layout="constrained")
        starts, loops, history, memory = figure.subplots(1, 4, width_ratios=(1, 1, 1.35, 0.9))
        _bars(starts, "Cold start of the brain", "cpu, × python + boto3 with its clients",
              _starts(results))  # fmt: skip
        _bars(loops, "A turn with one capability", "time, × a plain converse loop",
              _loops(results))  # fmt: skip
        _lines(history, _written(results))
        _recalls(memory, at(results, ("recall",)) or {})
        path.parent.mkdir(exist_ok=True)
        figure.savefig(path, format="svg", metadata={"Date": None})


def _starts(results: Results) -> dict[str, float | None]:
    where = ("beside", "boto3_three", "ratio")
    peers = results.get("peers", {})
    theirs = {name: at(peers, (*case, *where)) for name, case in BRAINS.items()}
    return {NAME: at(results, ("bundles", "cold", "turn", "ratio")), **theirs}


def _loops(results: Results) -> dict[str, float | None]:
    peers = results.get("peers", {})
    theirs = {n: at(peers, (peer, "loop", "reused", "ratio")) for n, peer in LOOPS.items()}
    return {NAME: at(results, ("loops", "loop", "ratio")), **theirs}


def _written(results: Results) -> dict[str, dict[int, float]]:
    """Bytes by turn; a store that failed on the way says so."""
    ours = at(results, ("counts", "turns")) or {}
    found = {NAME: {int(number): written(messages)[0] for number, messages in ours.items()}}
    for name, (peer, store) in LINES.items():
        turns = at(results.get("peers", {}), (peer, "state", store, "turns")) or {}
        ended = at(results.get("peers", {}), (peer, "state", store, "ended")) or ""
        failed = ended.partition(":")[0] if ended.startswith("turn ") else ""
        found[f"{name}: {failed}" if failed else name] = {
            int(n): float(turn["written_bytes"]) for n, turn in turns.items()
        }
    return {name: dict(sorted(turns.items())) for name, turns in found.items() if turns}


def _bars(axes: Axes, title: str, unit: str, figures: Mapping[str, float | None]) -> None:
    known = {name: ratio for name, ratio in figures.items() if ratio is not None}
    known = dict(sorted(known.items(), key=lambda one: one[1]))
    _title(axes, title, unit)
    if not known:
        _say(axes, "not run")
        return
    colours = [OURS if name == NAME else THEIRS for name in known]
    bars = axes.barh(list(known), list(known.values()), color=colours, height=0.62)
    axes.bar_label(bars, [f"{ratio:.1f}×" for ratio in known.values()], padding=3)
    axes.axvline(1.0, color=INK, linewidth=0.8, linestyle=(0, (2, 2)))
    axes.invert_yaxis()
    axes.margins(x=0.18)
    axes.xaxis.set_major_locator(NullLocator())
    axes.spines[["top", "right", "bottom"]].set_visible(False)
    axes.tick_params(axis="y", length=0)
    if len(known) == 1:
        _say(axes, "peers: not run")


def _lines(axes: Axes, figures: Mapping[str, Mapping[int, float]]) -> None:
    _title(axes, "Written by one turn", "bytes, on the n-th turn of a conversation")
    if not figures:
        _say(axes, "not run")
        return
    axes.set(xscale="log", yscale="log", xlim=(0.85, 90_000), ylim=(1e3, 1e7))
    for name, turns in figures.items():
        colour, width = (OURS, 2.4) if name == NAME else (FAINT, 1.4)
        axes.plot(list(turns), list(turns.values()), color=colour, linewidth=width, marker="o",
                  markersize=3.5)  # fmt: skip
    height = 0.0
    for name, turns in sorted(figures.items(), key=lambda one: one[1][max(one[1])]):
        last = max(turns)
        height = max(turns[last], height * APART)  # names stand apart where lines do not
        axes.text(last * 1.25, height, name, va="center", color=OURS if name == NAME else INK,
                  fontweight="bold" if name == NAME else "normal")  # fmt: skip
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.0f}"))
    axes.yaxis.set_major_formatter(FuncFormatter(_bytes))
    axes.set_xticks([1, 10, 100, 1000])
    axes.xaxis.set_minor_locator(NullLocator())
    axes.yaxis.set_minor_locator(NullLocator())
    axes.grid(axis="y", color=THEIRS, linewidth=0.5, alpha=0.6)
    axes.spines[["top", "right", "left"]].set_visible(False)
    axes.tick_params(length=0)


def _recalls(axes: Axes, sizes: Mapping[str, Any]) -> None:
    _title(axes, "Recall in a long memory", "ms, warm, by turns in one home")
    if not sizes or "failed" in sizes:
        _say(axes, "not run")
        return
    turns = [int(number) for number in sizes]
    axes.set(xscale="log", yscale="log", xlim=(min(turns) / 1.6, max(turns) * 5))
    for figure, name, colour in (("warm_p50_ms", "half", OURS), ("warm_p95_ms", "95 %", FAINT)):
        taken = [one[figure] for one in sizes.values()]
        axes.plot(turns, taken, color=colour, linewidth=2.0, marker="o", markersize=3.5)
        axes.text(turns[-1] * 1.25, taken[-1], name, va="center", color=colour)
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.0f}"))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
    axes.set_xticks(turns)
    axes.xaxis.set_minor_locator(NullLocator())
    axes.yaxis.set_minor_locator(NullLocator())
    axes.grid(axis="y", color=THEIRS, linewidth=0.5, alpha=0.6)
    axes.spines[["top", "right", "left"]].set_visible(False)
    axes.tick_params(length=0)


def _bytes(value: float, _: Any) -> str:
    return f"{value / 1e6:,.0f} MB" if value >= 1e6 else f"{value / 1e3:,.0f} KB"


def _title(axes: Axes, title: str, unit: str) -> None:
    axes.set_facecolor(PAPER)
    axes.set_title(f"{title}\n", loc="left", fontweight="bold", fontsize=10)
    axes.text(0, 1.02, unit, transform=axes.transAxes, color="#5c616b", fontsize=8)


def _say(axes: Axes, words: str) -> None:
    axes.text(0.98, 0.04, words, transform=axes.transAxes, ha="right", color=FAINT)
