"""The figures as rows: what, ours, beside it what shows that the number bites, limit, verdict."""

from dataclasses import dataclass
from typing import Any

from rich.table import Table


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table."""

    what: str
    ours: str
    beside: str
    limit: str
    is_good: bool


def rows(results: dict[str, Any]) -> list[Row]:
    """Every claim, from the results alone."""
    crash, control, bugs = (results["crash"][arm] for arm in ("ours", "control", "bug"))
    kills, forged, start, turns = (results[n] for n in ("kills", "forged", "start", "turns"))
    evil = ("lost", "doubled turns", "doubled sends", "stuck")
    naive = ", ".join(f"{control.get(name, 0)} {name}" for name in evil if control.get(name))
    return [
        Row(
            "crash points tried = fired, ten stories × three provider classes × five modes",
            f"{crash['points']:,} = {crash['fired']:,}",
            f"naive hub: {control['points']:,}",
            "≥ 1,000",
            crash["points"] == crash["fired"] >= 1_000,
        ),
        Row(
            "lost, doubled turns, doubled sends, stuck",
            ", ".join(str(crash.get(name, 0)) for name in evil),
            f"naive hub: {naive}",
            "0",
            not any(crash.get(name) for name in evil),
        ),
        Row(
            "outcomes that nobody can know, shown as `unknown`, never repeated",
            str(crash["unknown"]),
            "only where the provider can neither drop repeats nor be asked",
            "counted",
            True,
        ),
        Row("planted bugs caught", f"{bugs['caught']} of 11", "", "11", bugs["caught"] == 11),
        Row(
            "forged or altered webhooks accepted, over four surfaces, none answered 5xx",
            f"{forged['accepted']} of {forged['forged']:,}",
            f"verifier off: {forged['passed_unverified']:,} pass",
            "0 of ≥ 500",
            forged["accepted"] == 0 and forged["forged"] >= 500,
        ),
        Row(
            "genuine webhooks refused",
            f"{forged['genuine_refused']} of {forged['genuine']}",
            "",
            "0",
            forged["genuine_refused"] == 0,
        ),
        Row(
            "`kill -9` of `make run` under load: lost, sent twice",
            f"{kills['lost']}, {kills['doubled']}",
            f"{kills['kills']} kills, {kills['messages']:,} messages; "
            f"{kills['unknown']} replies unknown, {kills['excused']} of them never arrived",
            "0, 0",
            kills["lost"] == kills["doubled"] == 0,
        ),
        Row(
            "whole turns a second, 1,000 items stored, synchronous FULL",
            f"{turns['local_per_s']:.0f}",
            f"moto: {turns['moto_per_s']:.1f} ({turns['ratio']:.0f}×)",
            "≥ 20×",
            turns["ratio"] >= 20,
        ),
        Row(
            "second `make run` to healthy, median of five",
            f"{start['median_s']:.1f} s",
            f"slowest {start['max_s']:.1f} s",
            "< 3 s",
            start["median_s"] < 3,
        ),
    ]


def table(results: dict[str, Any]) -> Table:
    """For the terminal."""
    shown = Table(title="Figures")
    for column in ("what", "ours", "beside it", "limit", "ok"):
        shown.add_column(column)
    for row in rows(results):
        verdict = "[green]yes" if row.is_good else "[red]no"
        shown.add_row(row.what, row.ours, row.beside, row.limit, verdict)
    return shown


def markdown(results: dict[str, Any]) -> str:
    """For the README, which holds nothing that was not measured."""
    about = results["conditions"]
    lines = ["| what | ours | beside it | limit |", "|---|---|---|---|"]
    lines += [f"| {r.what} | **{r.ours}** | {r.beside} | {r.limit} |" for r in rows(results)]
    lines.append("")
    lines.append(
        f"Measured on {about['on']} with Python {about['python']} on {about['cores']} shared cores "
        f"(load {about['load_before']} before), commit {about['commit']}; timings move by half."
    )
    return "\n".join(lines)
