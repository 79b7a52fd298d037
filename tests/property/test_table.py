"""Ten thousand random operations: the table and a plain mapping never disagree."""

import tempfile
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from backends.local._database import Database
from backends.local.table import Table
from persona.errors import Broken, Conflict
from persona.keys import Key
from persona.ports import ABSENT, ANY, Check, Condition, Delete, Put, Row, Write, equals

EXAMPLES, LEAST, MOST = 260, 40, 60
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
            elif isinstance(write, Delete):
                self.rows.pop(write.key, None)

    def _holds(self, key: Key, when: Condition) -> bool:
        row = self.rows.get(key)
        if when.kind == "any":
            return True
        if when.kind == "absent":
            return row is None
        return row is not None and when.field in row and row[when.field] == when.value

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
    st.builds(equals, st.just("is"), st.booleans()),
    st.builds(equals, st.just("gone"), st.sampled_from(SCALARS)),
)
WRITES = st.one_of(
    st.builds(Put, KEYS, ROWS, WHENS),
    st.builds(Put, KEYS, ROWS, WHENS),
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


def test_the_table_is_a_mapping_with_a_disk() -> None:
    done: Counter[str] = Counter()
    with tempfile.TemporaryDirectory(dir=SHM if SHM.exists() else None) as folder:
        database = Database(Path(folder) / "hub.db", durable=False)
        table = Table(database)

        @settings(
            max_examples=EXAMPLES,
            deadline=None,
            suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
        )
        @given(st.lists(OPERATIONS, min_size=LEAST, max_size=MOST))
        def play(operations: list[Operation]) -> None:
            with database.writing() as connection:
                connection.execute("DELETE FROM rows")
            plain = Plain()
            for name, arguments in operations:
                expected = outcome(getattr(plain, name), **arguments)
                found = outcome(getattr(table, name), **arguments)
                if name == "due":
                    expected, found = (
                        [plain.rows[k]["due"] for k in keys] for keys in (expected, found)
                    )
                assert found == expected, (name, arguments)
                done[name] += 1
                done["conflicts"] += expected is Conflict
                done["found"] += name == "query" and bool(expected)
            assert {
                key: row for p in PARTITIONS for key, row in table.query(Key(p, ""))
            } == plain.rows

        play()
        database.close()
    assert sum(done[name] for name in ("commit", "get", "query", "due")) >= 10_000, done
    assert min(done["conflicts"], done["found"], done["due"]) > 500, done
