"""Ten thousand random operations: SQLite, DynamoDB and a plain mapping never disagree."""

import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from backends.local._database import Database
from backends.local.table import Table
from persona.errors import Broken, Conflict
from persona.keys import Key
from persona.ports import (
    ABSENT,
    ANY,
    Check,
    Condition,
    Delete,
    Put,
    Row,
    Update,
    Write,
    equals,
)
from tests.aws import AwsFamily

EXAMPLES, OPERATIONS_EACH = 205, 50
SHM = Path("/dev/shm")


class Plain:
    """The same promises, kept by a mapping."""

    def __init__(self) -> None:
        self.rows: dict[Key, Row] = {}

    def get(self, keys: Iterable[Key]) -> dict[Key, Row]:
        return {key: self.rows[key] for key in keys if key in self.rows}

    def query(
        self, prefix: Key, *, after: str = "", limit: int = 1000, newest_first: bool = False
    ) -> list[tuple[Key, Row]]:
        found = [
            (key, row)
            for key, row in self.rows.items()
            if key.partition == prefix.partition and key.sort.startswith(prefix.sort)
        ]
        found.sort(key=lambda one: one[0].sort.encode(), reverse=newest_first)
        if after and newest_first:
            found = [one for one in found if one[0].sort.encode() < after.encode()]
        elif after:
            found = [one for one in found if one[0].sort.encode() > after.encode()]
        return found[:limit]

    def commit(self, writes: Sequence[Write]) -> None:
        if len({write.key for write in writes}) < len(writes):
            raise Broken("a row twice")
        if not all(self._holds(write.key, write.when) for write in writes):
            raise Conflict("a condition")
        for write in writes:
            if isinstance(write, Put):
                self.rows[write.key] = write.row
            elif isinstance(write, Update):
                self.rows[write.key] = {**self.rows.get(write.key, {}), **write.changes}
            elif isinstance(write, Delete):
                self.rows.pop(write.key, None)

    def _holds(self, key: Key, when: Condition) -> bool:
        row = self.rows.get(key)
        if when.kind == "any":
            return True
        if when.kind == "absent":
            return row is None
        if row is None or when.field not in row:
            return False
        held = row[when.field]
        return isinstance(held, bool) == isinstance(when.value, bool) and held == when.value

    def pages(self, prefix: Key, size: int, *, newest_first: bool) -> list[tuple[Key, Row]]:
        return self.query(prefix, newest_first=newest_first)

    def due(self, now: float, limit: int = 100) -> list[Key]:
        dues = [(row["due"], key) for key, row in self.rows.items() if "due" in row]
        return [key for due, key in sorted(dues) if due <= now][:limit]


PARTITIONS = ("HOME#A", "home#a")
SORTS = ("TURN#1", "TURN#2", "TURN#10", "TURN#é", "TURN#😀", "TURN%", "SEEN#1", "T")
PREFIXES = ("TURN#", "TURN#1", "T", "", "", "S", "TURN%", "X")
KEYS = st.builds(Key, st.sampled_from(PARTITIONS), st.sampled_from(SORTS))
SCALARS = (0, 1, -3, 2.5, 10**12, "a", "", "é", None)
ROWS = st.fixed_dictionaries(
    {"n": st.sampled_from([*SCALARS, b"", b"\x00\xff", [], [1, []], {"k": {"x": []}}])},
    optional={
        "is": st.booleans(),
        "due": st.sampled_from([1, 2.5, 3, 40.25]),
        "expires": st.sampled_from([1.0, 9.0]),
    },
)
WHENS = st.one_of(
    st.just(ANY),
    st.just(ANY),
    st.just(ABSENT),
    st.builds(equals, st.just("n"), st.sampled_from(SCALARS)),
    st.builds(equals, st.just("is"), st.sampled_from([True, False, 0, 1])),
    st.builds(equals, st.just("gone"), st.sampled_from(SCALARS)),
)
CHANGES = st.dictionaries(
    st.sampled_from(["n", "new"]), st.sampled_from(SCALARS), min_size=1
).flatmap(
    lambda fields: st.fixed_dictionaries(
        {name: st.just(value) for name, value in fields.items()},
        optional={"due": st.sampled_from([2, 7.5]), "expires": st.sampled_from([2.0, 9])},
    )
)
GUARDS = st.one_of(
    st.just(ABSENT),
    st.builds(equals, st.just("n"), st.sampled_from(SCALARS)),
    st.builds(equals, st.just("is"), st.sampled_from([True, False, 0, 1])),
)
WRITES = st.one_of(
    st.builds(Put, KEYS, ROWS, WHENS),
    st.builds(Put, KEYS, ROWS, WHENS),
    st.builds(Update, KEYS, CHANGES, GUARDS),
    st.builds(Delete, KEYS, WHENS),
    st.builds(Check, KEYS, WHENS),
)
Operation = tuple[str, dict[str, Any]]
FILLING = st.lists(st.builds(Put, KEYS, ROWS), min_size=2, max_size=6, unique_by=lambda w: w.key)
OPERATIONS: st.SearchStrategy[Operation] = st.one_of(
    st.tuples(st.just("commit"), st.fixed_dictionaries({"writes": FILLING})),
    st.tuples(
        st.just("commit"),
        st.fixed_dictionaries({"writes": st.lists(WRITES, min_size=1, max_size=4)}),
    ),
    st.tuples(
        st.just("get"), st.fixed_dictionaries({"keys": st.lists(KEYS, max_size=4, unique=True)})
    ),
    st.tuples(
        st.just("query"),
        st.fixed_dictionaries(
            {
                "prefix": st.builds(Key, st.sampled_from(PARTITIONS), st.sampled_from(PREFIXES)),
                "after": st.sampled_from(["", "", "", "TURN#1", "TURN#05", "TURN#😀"]),
                "limit": st.sampled_from([1, 2, 1000]),
                "newest_first": st.booleans(),
            }
        ),
    ),
    st.tuples(
        st.just("pages"),
        st.fixed_dictionaries(
            {
                "prefix": st.builds(Key, st.sampled_from(PARTITIONS), st.sampled_from(PREFIXES)),
                "size": st.sampled_from([1, 2, 3, 5]),
                "newest_first": st.booleans(),
            }
        ),
    ),
    st.tuples(
        st.just("due"),
        st.fixed_dictionaries(
            {"now": st.sampled_from([0, 1, 2.5, 99]), "limit": st.sampled_from([1, 2, 100])}
        ),
    ),
)


def outcome(call: Callable[..., Any], **arguments: Any) -> Any:
    """What a call comes to: its answer, or the kind of its error."""
    try:
        return call(**arguments)
    except (Broken, Conflict) as error:
        return type(error)


def read_in_pages(table: Any, prefix: Key, size: int, *, newest_first: bool) -> list[Any]:
    """The whole prefix, each page going on from the last key of the one before."""
    read: list[tuple[Key, Row]] = []
    after = ""
    while page := table.query(prefix, after=after, limit=size, newest_first=newest_first):
        read += page
        after = read[-1][0].sort
    return read


def asked(table: Any, name: str, arguments: dict[str, Any]) -> Any:
    if name == "pages" and not isinstance(table, Plain):
        return outcome(read_in_pages, table=table, **arguments)
    return outcome(getattr(table, name), **arguments)


def compare(plain: Plain, tables: Sequence[Any], name: str, arguments: dict[str, Any]) -> Any:
    """Asks all of them the same. Among rows due at one time, the order is open."""
    expected = asked(plain, name, arguments)
    for table in tables:
        found = asked(table, name, arguments)
        if name == "due":
            assert set(found) <= set(plain.rows)
            found = [plain.rows[key]["due"] for key in found]
            assert found == [plain.rows[key]["due"] for key in expected], (name, arguments)
        else:
            assert found == expected, (type(table), name, arguments)
    return expected


@pytest.mark.long
def test_both_tables_are_a_mapping_with_a_disk() -> None:
    done: Counter[str] = Counter()
    began = time.perf_counter()
    with tempfile.TemporaryDirectory(dir=SHM if SHM.exists() else None) as folder:
        database = Database(Path(folder) / "hub.db", durable=False)
        local = Table(database)

        @settings(
            max_examples=EXAMPLES,
            suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
        )
        @given(st.lists(OPERATIONS, min_size=OPERATIONS_EACH, max_size=OPERATIONS_EACH))
        def play(operations: list[Operation]) -> None:
            with database.writing() as connection:
                connection.execute("DELETE FROM rows")
            plain, aws = Plain(), AwsFamily()
            tables = [local, aws.ports()["table"]]
            for name, arguments in operations:
                expected = compare(plain, tables, name, arguments)
                done[name] += 1
                done["conflicts"] += expected is Conflict
                done["found"] += name in ("query", "pages") and bool(expected)
                done["updates"] += any(isinstance(w, Update) for w in arguments.get("writes", []))
            for table in tables:
                rows = [row for p in PARTITIONS for row in table.query(Key(p, ""))]
                assert dict(rows) == plain.rows
            aws.close()

        play()
        database.close()
    print(dict(done), f"{time.perf_counter() - began:.1f} s")
    names = ("commit", "get", "query", "pages", "due")
    assert sum(done[name] for name in names) >= 10_000, done
    least = ("conflicts", "found", "due", "pages", "updates")
    assert min(done[name] for name in least) > 500, done
