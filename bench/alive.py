"""What happens when nobody speaks, as rows: an idle day, and when a review writes."""

from collections.abc import Iterator

from bench.rows import NONE, Results, Row, counted

MOST_CPU = 1.0
"""Seconds of CPU for the day of a thousand people."""
MOST_MISSED = 3


def idle(results: Results, goal: str) -> Iterator[Row]:
    """Counts are those of the table; what AWS is asked each minute is one look for everybody."""
    found = results["idle"]
    quiet, beside = found["quiet"], found["open"]
    is_idle = not quiet["models"] and not quiet["read"] and not quiet["written"]
    yield Row(
        goal, f"idle day, {quiet['people']:,} quiet people: model calls, rows read, commits, messages",
        f"{beside['people']} who left something open",
        f"{beside['models']} calls, {beside['read']} reads, {beside['written']} commits",
        f"{quiet['models']}, {quiet['read']}, {quiet['written']}, {quiet['sent']}", NONE, "0",
        counted(is_idle and not quiet["sent"] and beside["models"] == beside["people"]),
    )  # fmt: skip
    asked, cpu = sum(found["aws"].values()), quiet["cpu_s"] * 1000
    yield Row(
        goal, "the same day: looks for what is due, by everybody together; CPU of all of them",
        NONE, NONE,
        f"{quiet['looked']:,} ({asked * quiet['looked']:,} queries in aws), {cpu:.0f} ms",
        NONE, f"≤ {MOST_CPU:.0f} s", counted(quiet["cpu_s"] <= MOST_CPU),
    )  # fmt: skip


def reviews(results: Results, goal: str) -> Iterator[Row]:
    found = results["reviews"]
    yield Row(
        goal, f"when to write unasked, {found['situations']} situations: right, wrong contacts, missed",
        "any day to come", f"{found['naive']} wrong",
        f"{found['right']}, {found['wrong']}, {found['missed']}", NONE, f"0 wrong, ≤ {MOST_MISSED} missed",
        counted(not found["wrong"] and found["missed"] <= MOST_MISSED and found["situations"] >= 120),
    )  # fmt: skip
