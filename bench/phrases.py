"""What people say about time, and what they want done in time: understood, asked back, or wrong."""

from collections import Counter
from collections.abc import Callable, Iterable
from typing import Any

from tests.unit.mind import test_planning, test_times

ASKED = "?"


def measure() -> dict[str, Any]:
    """{times, plans: {said, understood, asked, needlessly (of those asked), wrong}}."""
    return {
        "times": scored(test_times.TABLE, test_times.meant),
        "plans": scored(test_planning.TABLE, test_planning.meant),
    }


def scored(table: Iterable[tuple[str, ...]], read: Callable[[str], str]) -> dict[str, int]:
    """How often the answer is the one that stands beside the words; asking is never wrong."""
    counts = Counter(said=0, understood=0, asked=0, needlessly=0, wrong=0)
    for words, expected in table:
        answer = read(words)
        counts["said"] += 1
        if answer == ASKED:
            counts["asked"] += 1
            counts["needlessly"] += expected != ASKED
        else:
            counts["understood" if answer == expected else "wrong"] += 1
    return dict(counts)
