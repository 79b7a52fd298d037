"""What a library makes of the phrases about time that ours is held to.

It is judged mildly: only the first time counts, to the minute unless the phrase names seconds.
"""

# pyright: basic

import signal
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Any

from bench.peers import case_files

TABLE = Path(__file__).parents[3] / "tests" / "unit" / "mind" / "time_phrases.txt"
SPOKEN = datetime(2026, 11, 21, 16, 20)  # noqa: DTZ001 as the person's clock shows it
ASKED = "?"
PATIENCE = 2.0
"""Seconds for one phrase: rules that never come true are looked for without end."""
Reader = Callable[[str, datetime], list[datetime]]


def measure(peer: str) -> dict[str, Any]:
    """{library: {said, understood, asked, needlessly (of those asked), wrong}}."""
    lines = [line.split(" => ") for line in TABLE.read_text().splitlines() if " => " in line]
    signal.signal(signal.SIGALRM, _give_up)
    readers: dict[str, Reader] = case_files.load(peer, "phrases")["READERS"]
    return {name: _scored(lines, read) for name, read in readers.items()}


def _scored(lines: list[list[str]], read: Reader) -> dict[str, int]:
    counts = Counter(said=0, understood=0, asked=0, needlessly=0, wrong=0)
    for words, expected in lines:
        answer = _answer(words, read)
        counts["said"] += 1
        if answer is None:
            counts["asked"] += 1
            counts["needlessly"] += expected != ASKED
        else:
            counts["understood" if _is_meant(answer, expected) else "wrong"] += 1
    return dict(counts)


def _answer(words: str, read: Reader) -> datetime | None:
    """The first time; none where it fails, or looks for one for too long."""
    found: list[datetime] = []
    signal.setitimer(signal.ITIMER_REAL, PATIENCE)
    with suppress(Exception):  # a library that breaks on a phrase has not understood it
        found = read(words, SPOKEN)
    signal.setitimer(signal.ITIMER_REAL, 0)
    return found[0] if found else None


def _give_up(*_: object) -> None:
    raise TimeoutError


def _is_meant(answer: datetime, expected: str) -> bool:
    first = expected.split(maxsplit=1)[0]
    unit = "seconds" if first.count(":") == 2 else "minutes"
    return answer.isoformat(timespec=unit) == first
