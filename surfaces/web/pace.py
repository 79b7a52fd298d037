"""How often somebody may do something: a row that keeps the times, counted before it is done."""

from persona.errors import Conflict, Rejected
from persona.keys import Key
from persona.model import FORMAT
from persona.ports import ABSENT, Put, Row, Table, equals

TRIES = 30
DAY = 86_400.0


def count(key: Key, most: int, window: float, table: Table, now: float) -> None:
    """Counts once more within the last `window` seconds. Raises Rejected when that was too often."""
    for _ in range(TRIES):
        row: Row = table.get([key]).get(key) or {"v": FORMAT, "count": 0, "times": []}
        times = [time for time in row["times"] if time > now - window]
        if len(times) >= most:
            wait = times[0] + window - now
            raise Rejected("too many at once; wait a little", "too many", retry_after=wait)
        moved = {**row, "count": row["count"] + 1, "times": [*times, now], "expires": now + DAY}
        when = equals("count", row["count"]) if row["count"] else ABSENT
        try:
            table.commit([Put(key, moved, when)])
        except Conflict:  # another one was counted first
            continue
        return
    raise Rejected("too many at once", "too many", retry_after=1.0)
