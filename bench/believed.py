"""What it costs to know a person, as rows: bytes and requests of a turn, and time."""

from collections.abc import Iterator

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


def _named(sizes: dict[str, object]) -> str:
    return ", ".join(f"{int(size):,}" for size in sizes)
