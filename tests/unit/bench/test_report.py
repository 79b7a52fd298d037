"""A figure is judged by its rule: counts strictly, timings by their better quartile, in quiet."""

from typing import Any

import pytest

from bench import report, rows
from bench.rows import Row

QUIET, BUSY = [0.4, 1.2], [0.4, 2.6]


def loop(ratio: float, low: float, load: list[float] = QUIET, **more: Any) -> dict[str, Any]:
    """Results of a run that took the loops alone."""
    figure = {"ratio": ratio, "low": low, "high": ratio}
    ingress = {name: {"ratio": 1.0, "low": 1.0, "high": 1.0} for name in ("slack", "sms", "web")}
    return {
        "conditions": {"cores": 2, "commit": "abc"},
        "loads": {"loops": load},
        "loops": {"loop": figure, "ingress": ingress},
        **more,
    }


def row(results: dict[str, Any], goal: str) -> Row:
    return next(row for row in report.rows(results) if row.goal == goal)


@pytest.mark.parametrize(
    ("ratio", "low", "load", "verdict"),
    [
        (1.2, 1.1, QUIET, "yes"),
        (1.6, 1.5, QUIET, "yes"),
        (1.6, 1.51, QUIET, "no"),
        (1.6, 1.51, BUSY, "unclear, repeat"),
        (1.2, 1.1, BUSY, "unclear, repeat"),
    ],
)
def test_a_timing_is_judged_by_its_lower_quartile_and_only_in_quiet(
    ratio: float, low: float, load: list[float], verdict: str
) -> None:
    results = loop(ratio, low, load)
    assert row(results, "G7").verdict == verdict
    assert report.fails(results) == (verdict == "no")


def test_more_turns_a_second_are_judged_by_the_upper_quartile() -> None:
    for high, verdict in ((20.0, "yes"), (19.9, "no")):
        turns = {"items": 1000, "synchronous": "FULL", "local_per_s": 90, "moto_per_s": 5,
                 "ratio": 18.0, "low": 17.0, "high": high}  # fmt: skip
        results = {"conditions": {"cores": 2}, "loads": {"turns": QUIET}, "turns": turns}
        assert row(results, "G10").verdict == verdict


def hops(state: int, requests: int = 2, written: int = 1_000) -> dict[str, Any]:
    """A message of one hop."""
    asked = {"state": state, "requests": requests, "by_operation": {"Query": requests}}
    return {"turn": {**asked, "written_bytes": written, "wcu": 6}}


def counts(last: dict[str, Any]) -> dict[str, Any]:
    turns = {"1": [hops(2, 9)], "10": [hops(2)], "100": [hops(2)], "1000": [hops(2), last]}
    replay = {"within": {"requests": 2}, "after": {"requests": 3}}
    cold = {name: {"once": {}, "by_operation": {}} for name in last}
    counted = {"turns": turns, "replay": replay, "cold": cold}
    return {"conditions": {"cores": 2}, "loads": {}, "counts": counted}


@pytest.mark.parametrize(
    ("last", "goal"),
    [(hops(3), "G4"), (hops(2, written=1_200), "G5"), (hops(2, 9), "G6")],
)
def test_a_count_is_strict_and_one_message_is_enough_to_miss_it(
    last: dict[str, Any], goal: str
) -> None:
    assert not report.fails(counts(hops(2)))
    results = counts(last)
    assert [one.goal for one in report.rows(results) if one.verdict == "no"] == [goal]
    assert report.fails(results)


def recalled(p50: float, p95: float, load: list[float] = QUIET) -> dict[str, Any]:
    one = {"warm_p50_ms": p50, "warm_p95_ms": p95, "cold_requests": 2, "cold_bytes": 800_000,
           "cold_ms": 90.0, "index_bytes_a_turn": 76.4}  # fmt: skip
    sizes = {"1000": one, "10000": one, "100000": {**one, "warm_p50_ms": 6 * p50}}
    return {"conditions": {"cores": 2}, "loads": {"recall": load}, "recall": sizes}


@pytest.mark.parametrize(
    ("p50", "p95", "load", "verdicts"),
    [
        (5.0, 9.9, QUIET, ["yes", "yes"]),
        (5.1, 9.9, QUIET, ["no", "no"]),
        (4.0, 10.0, QUIET, ["no", "yes"]),
        (4.0, 10.0, BUSY, ["unclear, repeat", "unclear, repeat"]),
    ],
)
def test_recall_is_judged_by_its_half_and_its_tail(
    p50: float, p95: float, load: list[float], verdicts: list[str]
) -> None:
    warm = [one for one in report.rows(recalled(p50, p95, load)) if one.what.startswith("warm rec")]
    assert [one.verdict for one in warm] == verdicts


@pytest.mark.parametrize(("share", "verdict"), [(0.88, "yes"), (0.82, "no")])
def test_what_recall_finds_must_reach_every_line(share: float, verdict: str) -> None:
    scores = {"n": 9, "recall@5": share, "recall@10": share, "recall@25": 0.9, "nDCG@10": share}
    scored = {"1-4 together": scores, "adversarial": {"recall@10": share}}
    found = [one for one in report.rows({"found": scored}) if one.limit.startswith("≥ 0.")]
    assert [one.verdict for one in found] == ["yes", verdict]


def test_what_cannot_be_measured_here_says_why_and_fails_nothing() -> None:
    results = {"found": {"not_run": "needs its data"}}
    told = [one for one in report.rows(results) if one.ours == "needs its data"]
    assert [one.verdict for one in told] == ["not run"]
    assert not report.fails(results)


def test_what_was_not_measured_says_so_and_fails_nothing() -> None:
    results = loop(1.2, 1.1)
    assert row(results, "G13").verdict == "not run"
    assert not report.fails(results)


def test_a_measurement_that_broke_fails_with_its_last_words() -> None:
    results = loop(1.2, 1.1, start={"failed": "the hub does not start"})
    assert row(results, "G13").verdict == "failed"
    assert row(results, "G13").ours == "the hub does not start"
    assert report.fails(results)


def test_a_peer_that_was_not_run_has_no_figure() -> None:
    alone, together = loop(1.2, 1.1), loop(1.2, 1.1, peers=PEERS)
    assert (row(alone, "G7").its, row(alone, "G7").ratio) == ("not run", rows.NONE)
    assert row(together, "G7").peer == "strands (langchain)"
    assert row(together, "G7").its == "4.00× (6.00×)"
    assert row(together, "G7").ratio == "0.30"


def test_a_peer_that_broke_fails_the_run() -> None:
    broken = {**PEERS, "strands": {"failed": {"loop": "no such method"}}}
    assert not report.fails(loop(1.2, 1.1, peers={**PEERS, "seconds": 300}))
    assert report.fails(loop(1.2, 1.1, peers=broken))


PEERS: dict[str, Any] = {
    "strands": {"loop": {"reused": {"ratio": 4.0}}},
    "langgraph": {"loop": {"reused": {"ratio": 6.0}}},
    "pydantic_ai": {"not_run": "no wheel"},
}


def test_the_readme_gets_a_table_with_a_cell_for_each_column() -> None:
    table, _, line = report.markdown(loop(1.2, 1.1)).partition("\n\n")
    columns = {text.count("|") for text in table.splitlines()}
    assert columns == {len(report.COLUMNS) + 1}
    assert line == "2 cores, commit abc."
