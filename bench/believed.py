"""What it costs to know a person, as rows: bytes and requests of a turn, and time."""

from collections.abc import Iterator, Mapping

from bench.rows import NONE, Results, Row, counted, timed

MOST_MS, MOST_US = 5.0, 60.0
"""Milliseconds to build a graph of 10,000 lines; microseconds to read the signs of a message."""


def cost(results: Results, goal: str) -> Iterator[Row]:
    found = results["graph"]
    turns = found["turns"]
    added = [(one["added_bytes"], one["added_requests"]) for one in turns.values()]
    told = ", ".join(f"{size:,.0f} B and {asked:.0f}" for size, asked in added)
    yield Row(
        goal, f"bytes and requests that the person graph adds to a turn, at turns {_named(turns)}",
        NONE, NONE, told, NONE, "0 and 0", counted(not any(size or asked for size, asked in added)),
    )  # fmt: skip
    yield Row(
        goal, "the same in the packed index, a turn: signs and texture", NONE, NONE,
        f"{found['segment_bytes_a_turn']:.0f} B", NONE, NONE, counted(is_good=True),
    )  # fmt: skip


def time(results: Results, goal: str) -> Iterator[Row]:
    found = results["graph time"]
    built = found["build"]
    told = ", ".join(f"{one['ms']:.1f} ms" for one in built.values())
    yield Row(
        goal, f"building the graph after one more line, at {_named(built)} lines", NONE, NONE, told,
        NONE, f"≤ {MOST_MS:.0f} ms",
        timed(results, "graph time", all(one["ms"] <= MOST_MS for one in built.values())),
    )  # fmt: skip
    yield Row(
        goal, "reading the signs of a message", NONE, NONE, f"{found['signs_us']:.0f} µs", NONE,
        f"≤ {MOST_US:.0f} µs", timed(results, "graph time", found["signs_us"] <= MOST_US),
    )  # fmt: skip


def same(results: Results, goal: str) -> Iterator[Row]:
    """The bars are those that were proposed for 5 and 20 messages; at 5 % strangers at 20 alone."""
    found = results["same"]
    for figure, what, bars in SAME:
        shares, its = (
            ", ".join(f"{found[who][count][figure]:.3f}" for count in ("5", "20"))
            for who in ("ours", "texture")
        )
        is_good = all(found["ours"][count][figure] >= bar for count, bar in bars.items())
        limit = ", ".join(f"≥ {bar:.2f} at {count}" for count, bar in bars.items())
        yield Row(
            goal, f"who wrote 5, 20 messages, of {found['people']} people in four channels: {what}",
            "the script's own texture", its, shares, NONE, limit or NONE, counted(is_good),
        )  # fmt: skip


SAME: tuple[tuple[str, str, Mapping[str, float]], ...] = (
    ("top-1", "the right one first", {"5": 0.60, "20": 0.85}),
    ("AUC", "the right one before another (AUC)", {}),
    ("AUC here", "the same within a channel", {"20": 0.96}),
    ("named@5%", "named, where 5 % of strangers are", {"20": 0.50}),
    ("correctly", "and rightly", {"20": 0.50}),
)
"""What the script counts, in words, and what is aimed at by number of messages."""


def _named(sizes: dict[str, object]) -> str:
    return ", ".join(f"{int(size):,}" for size in sizes)
