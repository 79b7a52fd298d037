"""The peers' figures for the terminal."""

from collections.abc import Iterator
from typing import Any

from rich.table import Table

Row = tuple[str, str]


def table(results: dict[str, dict[str, Any]]) -> Table:
    """One row a figure, peers in the order given; a peer that is not there says so."""
    shown = Table(title="Peers")
    for column in ("peer", "what", "figure"):
        shown.add_column(column)
    for peer, result in results.items():
        shown.add_section()
        if "not_run" in result:
            shown.add_row(peer, "", f"not run: {result['not_run']}")
            continue
        for what, figure in rows(result):
            shown.add_row(peer, what, figure)
        for what, words in result.get("failed", {}).items():
            shown.add_row(peer, what, f"[red]failed: {words}")
    return shown


def rows(result: dict[str, Any]) -> Iterator[Row]:
    """Every figure of one peer in words."""
    yield "bundle, unzipped", f"{result['bundle_mb']} MB"
    for case, figures in result.get("cold", {}).items():
        for floor, its in figures["beside"].items():
            ratio = f"{its['ratio']:.2f}x cpu ({its['low']:.2f}–{its['high']:.2f})"
            yield f"cold {case} / {floor}", f"{ratio}, {its['rss']:.2f}x memory"
    for case, calls in result.get("ingress", {}).items():
        for call, its in calls.items():
            yield f"warm {case} / {call}", _warm(its)
    for way, its in result.get("loop", {}).items():
        yield f"loop, {way} / plain converse loop", _warm(its)
    for store, history in result.get("state", {}).items():
        for number, turn in history["turns"].items():
            yield (
                f"state, {store}, turn {number}",
                f"{turn['requests']} requests, {turn['written_bytes']:,} B, {turn['wcu']} WCU",
            )
        if history["ended"]:
            yield f"state, {store}", history["ended"]
    for library, its in result.get("phrases", {}).items():
        figure = ", ".join(f"{count} {what}" for what, count in its.items())
        yield f"phrases about time, {library}", figure
    for number, turn in result.get("memory", {}).get("turns", {}).items():
        yield f"turn {number}", ", ".join(f"{count:,} {what}" for what, count in turn.items())


def _warm(its: dict[str, Any]) -> str:
    return f"{its['ratio']:.2f}x ({its['low']:.2f}–{its['high']:.2f}), p50 {its['p50_ms']:.2f} ms"
