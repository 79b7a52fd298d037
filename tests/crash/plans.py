"""What the house counts of plans: each step's effect as often as it was planned, and none that stays."""

from collections import Counter
from collections.abc import Iterable, Sequence

from persona.decision import Act
from persona.keys import Key
from persona.ports import Row

EVIL = ("told wrongly", "plans stuck", "wakes left", "plans lost")


def count(
    told: Sequence[tuple[str, str]],
    never: Sequence[str],
    got: Iterable[Act],
    rows: Iterable[tuple[Key, Row]],
    unknown: int,
) -> Counter[str]:
    """What was heard more or less often than planned, and plans that stand still for ever.

    All that time moves was moved by then, so a plan that was started and is still there would never
    end, and what waits outside would wait for nothing. `unknown` acts excuse as many that nobody
    heard.
    """
    found: Counter[str] = Counter()
    heard = [(str(act.address), line) for act in got for line in act.text.splitlines()]
    for (address, text), wanted in Counter(told).items():
        times = sum(to == address and line.startswith(text) for to, line in heard)
        found["plans lost"] += max(0, wanted - times - unknown)
        found["doubled sends"] += max(0, times - wanted)
    found["told wrongly"] += sum(line in never for _, line in heard)
    for key, row in rows:
        is_started = key.sort.startswith("PLAN#") and row["state"] != "shown"
        found["plans stuck"] += is_started
        found["wakes left"] += key.partition.startswith("WAKE#")
    return found
