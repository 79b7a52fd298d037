"""What every family of ports must do alike."""

import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import nullcontext
from pathlib import Path

import pytest

from backends.local.bell import Ring
from backends.local.lanes import Message
from persona import ports
from persona.errors import Broken, Conflict, Refused
from persona.keys import Key
from persona.ports import ABSENT, ANY, Check, Delete, Put, Row, Update, Write, equals
from tests.contract.families import FAMILIES, SHM, Aws, Opened
from tests.executions import executing

HELD, REPEATS, RECEIVES = 180.0, 300.0, 50
LATE = 61.0
"""Seconds that a timer may be late."""


@pytest.fixture(params=list(FAMILIES.values()), ids=list(FAMILIES))
def family(request: pytest.FixtureRequest) -> Iterator[Opened]:
    with tempfile.TemporaryDirectory(dir=SHM if SHM.exists() else None) as folder:
        opened: Opened = request.param(Path(folder))
        yield opened
        opened.close()


# Table

ONE, TWO, THREE = Key("P#1", "A#1"), Key("P#1", "A#2"), Key("P#2", "A#1")
HARD: Row = {
    "text": "Zürich 東京 😀 \u0000 \\ \" ' \n",
    "empty": "",
    "bytes": bytes(range(256)),
    "no bytes": b"",
    "small": -1,
    "large": 10**15,
    "float": 1_750_000_000.123456,
    "tiny": 1e-9,
    "whole": 3.0,
    "yes": True,
    "no": False,
    "nothing": None,
    "list": [1, "a", b"b", None, [], {}],
    "no list": [],
    "map": {"deep": {"deeper": [b"\xff", {"é": 0.1}]}},
    "no map": {},
}


def put(family: Opened, key: Key, row: Row | None = None) -> None:
    family.table.commit([Put(key, row or {"n": 1})])


def stored(family: Opened, *keys: Key) -> dict[Key, Row]:
    return family.table.get(keys)


def sorts(found: list[tuple[Key, Row]]) -> list[str]:
    return [key.sort for key, _ in found]


def test_a_row_comes_back_whatever_it_holds(family: Opened) -> None:
    put(family, ONE, HARD)
    assert stored(family, ONE)[ONE] == HARD
    assert family.table.query(Key("P#1", "A#"))[0] == (ONE, HARD)


def test_kinds_of_values_stay_apart(family: Opened) -> None:
    put(family, ONE, {"yes": True, "one": 1, "text": "1", "bytes": b"1"})
    row = stored(family, ONE)[ONE]
    assert [type(value) for value in row.values()] == [bool, int, str, bytes]


def test_what_is_absent_is_left_out(family: Opened) -> None:
    put(family, ONE)
    assert stored(family, ONE, TWO) == {ONE: {"n": 1}}
    assert stored(family) == {}
    assert stored(family, Key("P", "1#A#1")) == {}


def test_a_put_replaces_the_whole_row(family: Opened) -> None:
    put(family, ONE, {"a": 1, "b": 2})
    put(family, ONE, {"b": 3})
    assert stored(family, ONE)[ONE] == {"b": 3}


def test_hard_keys_are_kept_apart(family: Opened) -> None:
    hard = [Key("p", s) for s in ("a", "A", "a ", "ä", "a\u0308", "%", "_", "😀", "a#b", "'")]
    for n, key in enumerate(hard):
        put(family, key, {"n": n})
    assert {key: row["n"] for key, row in stored(family, *hard).items()} == {
        key: n for n, key in enumerate(hard)
    }


def test_at_most_a_hundred_keys_are_read_at_once(family: Opened) -> None:
    many = [Key("P", f"{n:03}") for n in range(101)]
    for key in many:
        put(family, key)
    assert len(stored(family, *many[:100])) == 100
    with pytest.raises(Broken):
        stored(family, *many)


def test_a_prefix_is_read_in_order_of_its_bytes(family: Opened) -> None:
    wanted = ["A#", "A#\u007f", "A#é", "A#東", "A#😀", "A#0", "A#a", "A#B"]
    for sort in [*wanted, "A", "B#1", 'A"', "@"]:
        put(family, Key("P", sort))
    put(family, Key("Q", "A#other"))
    found = sorts(family.table.query(Key("P", "A#")))
    assert found == sorted(wanted, key=lambda sort: sort.encode())
    assert sorts(family.table.query(Key("P", "A#"), newest_first=True)) == found[::-1]


def test_a_prefix_is_no_pattern(family: Opened) -> None:
    for sort in ("A%1", "AB1", "A_1", "a%2"):
        put(family, Key("P", sort))
    assert sorts(family.table.query(Key("P", "A%"))) == ["A%1"]
    assert sorts(family.table.query(Key("P", "A_"))) == ["A_1"]


def test_the_empty_prefix_is_the_whole_partition(family: Opened) -> None:
    for key in (ONE, TWO, THREE):
        put(family, key)
    assert sorts(family.table.query(Key("P#1", ""))) == ["A#1", "A#2"]
    assert family.table.query(Key("P#3", "")) == []


@pytest.mark.parametrize("newest_first", [False, True])
def test_pages_are_read_on_from_the_last_key(family: Opened, newest_first: bool) -> None:
    for n in range(10):
        put(family, Key("P", f"A#{n}"))
    put(family, Key("P", "B#0"))
    read: list[str] = []
    after = ""
    while page := family.table.query(
        Key("P", "A#"), after=after, limit=3, newest_first=newest_first
    ):
        assert len(page) <= 3
        read += sorts(page)
        after = read[-1]
    whole = [f"A#{n}" for n in range(10)]
    assert read == (whole[::-1] if newest_first else whole)


def test_after_need_not_be_a_row_and_is_exclusive(family: Opened) -> None:
    for sort in ("A#1", "A#3"):
        put(family, Key("P", sort))
    prefix = Key("P", "A#")
    assert sorts(family.table.query(prefix, after="A#2")) == ["A#3"]
    assert sorts(family.table.query(prefix, after="A#1")) == ["A#3"]
    assert sorts(family.table.query(prefix, after="A#3")) == []
    assert sorts(family.table.query(prefix, after="A#2", newest_first=True)) == ["A#1"]


MAKE: dict[str, Callable[[Key, ports.Condition], Write]] = {
    "put": lambda key, when: Put(key, {"new": 1}, when),
    "update": lambda key, when: Update(key, {"new": 1}, when),
    "delete": Delete,
    "check": Check,
}


HOLDS: list[tuple[ports.Condition, bool, bool]] = [
    (ANY, True, True),
    (ABSENT, True, False),
    (equals("n", 1), False, True),
    (equals("n", 1.0), False, True),
    (equals("n", 2), False, False),
    (equals("n", "1"), False, False),
    (equals("text", "é"), False, True),
    (equals("text", ""), False, False),
    (equals("yes", True), False, True),
    (equals("yes", False), False, False),
    (equals("nothing", None), False, True),
    (equals("missing", None), False, False),
    (equals("missing", ""), False, False),
    (equals("at", 0.1), False, True),
    (equals("yes", 1), False, False),
    (equals("n", True), False, False),
]
"""A condition, and whether it holds on nothing and on a row."""
CASES = [
    (kind, *case) for case in HOLDS for kind in MAKE if not (kind == "update" and case[0] is ANY)
]


@pytest.mark.parametrize(("kind", "when", "on_nothing", "on_a_row"), CASES)
def test_a_condition_holds_or_nothing_is_written(
    family: Opened, kind: str, when: ports.Condition, on_nothing: bool, on_a_row: bool
) -> None:
    row: Row = {"n": 1, "text": "é", "yes": True, "nothing": None, "at": 0.1}
    for key, exists, holds in ((ONE, False, on_nothing), (TWO, True, on_a_row)):
        if exists:
            put(family, key, row)
        before = stored(family, key)
        write = MAKE[kind](key, when)
        beside = Key("beside", key.sort)
        if holds:
            family.table.commit([write, Put(beside, {"n": 1})])
            updated = {**before.get(key, {}), "new": 1}
            after: dict[str, dict[Key, Row]] = {
                "put": {key: {"new": 1}},
                "update": {key: updated},
                "delete": {},
                "check": before,
            }
            assert stored(family, key) == after[kind]
        else:
            with pytest.raises(Conflict):
                family.table.commit([Put(beside, {"n": 1}), write])
            assert stored(family, key) == before
        assert bool(stored(family, beside)) is holds


@pytest.mark.parametrize("kind", ["put", "update", "delete", "check"])
def test_a_condition_holds_of_a_write_alone_too(family: Opened, kind: str) -> None:
    put(family, ONE, {"n": 1})
    for key, when in ((ONE, equals("n", 2)), (ONE, ABSENT), (TWO, equals("n", 1))):
        with pytest.raises(Conflict):
            family.table.commit([MAKE[kind](key, when)])
    assert stored(family, ONE, TWO) == {ONE: {"n": 1}}
    family.table.commit([MAKE[kind](ONE, equals("n", 1))])
    after: dict[str, dict[Key, Row]] = {
        "put": {ONE: {"new": 1}},
        "update": {ONE: {"n": 1, "new": 1}},
        "delete": {},
        "check": {ONE: {"n": 1}},
    }
    assert stored(family, ONE) == after[kind]


def test_an_update_sets_its_fields_and_leaves_the_others(family: Opened) -> None:
    put(family, ONE, {**HARD, "n": 1})
    changes: Row = {"n": 2, "text": "é", "map": {"a": [1]}, "new": b"1"}
    family.table.commit([Update(ONE, changes, equals("n", 1))])
    assert stored(family, ONE)[ONE] == {**HARD, **changes}
    with pytest.raises(Conflict):
        family.table.commit([Update(ONE, {"n": 3}, equals("n", 1))])
    assert stored(family, ONE)[ONE] == {**HARD, **changes}


def test_an_update_moves_what_is_due_and_what_expires(family: Opened) -> None:
    now = family.clock.now()
    put(family, ONE, {"n": 1})
    put(family, TWO, {"n": 1, "due": 10.5, "expires": now + 1})
    family.table.commit(
        [Update(ONE, {"due": 20}, equals("n", 1)), Update(TWO, {"due": 30.25}, equals("n", 1))]
    )
    assert family.table.due(25) == [ONE]
    assert family.table.due(99) == [ONE, TWO]
    family.table.commit([Update(TWO, {"expires": now + 100.5}, equals("due", 30.25))])
    family.pass_time(50)
    family.expire()
    assert stored(family, TWO)[TWO] == {"n": 1, "due": 30.25, "expires": now + 100.5}
    family.pass_time(52)
    family.expire()
    assert set(stored(family, ONE, TWO)) == {ONE}
    assert family.table.due(99) == [ONE]


def test_of_two_that_saw_the_same_row_one_writes(family: Opened) -> None:
    put(family, ONE, {"n": 1})
    won = 0
    for name in ("a", "b"):
        try:
            family.table.commit([Update(ONE, {"n": 2, "by": name}, equals("n", 1))])
            won += 1
        except Conflict:
            pass
    assert won == 1
    assert stored(family, ONE)[ONE] == {"n": 2, "by": "a"}


def test_no_writes_change_nothing(family: Opened) -> None:
    family.table.commit([])
    assert family.table.query(Key("P#1", "")) == []


def test_all_is_written_or_nothing(family: Opened) -> None:
    put(family, TWO, {"n": 2})
    with pytest.raises(Conflict):
        family.table.commit([Put(ONE, {"n": 1}), Delete(TWO), Put(THREE, {"n": 3}, equals("n", 9))])
    assert stored(family, ONE, TWO, THREE) == {TWO: {"n": 2}}
    family.table.commit([Put(ONE, {"n": 1}), Delete(TWO), Put(THREE, {"n": 3}, ABSENT)])
    assert stored(family, ONE, TWO, THREE) == {ONE: {"n": 1}, THREE: {"n": 3}}


def test_conditions_see_the_rows_as_they_were_before_the_commit(family: Opened) -> None:
    with pytest.raises(Conflict):
        family.table.commit([Put(ONE, {"n": 1}), Check(TWO, equals("n", 1))])
    assert stored(family, ONE) == {}


def test_what_is_absent_may_be_deleted(family: Opened) -> None:
    family.table.commit([Delete(ONE)])
    with pytest.raises(Conflict):
        family.table.commit([Delete(ONE, equals("n", 1))])
    assert stored(family, ONE) == {}


def test_a_commit_takes_a_hundred_writes(family: Opened) -> None:
    many: list[Write] = [Put(Key("P", f"{n:03}"), {"n": n}) for n in range(101)]
    with pytest.raises(Broken):
        family.table.commit(many)
    assert family.table.query(Key("P", "")) == []
    family.table.commit(many[:100])
    assert len(family.table.query(Key("P", ""))) == 100


@pytest.mark.parametrize(
    "writes",
    [
        [Put(ONE, {"n": 1}), Put(ONE, {"n": 2})],
        [Put(ONE, {"n": 1}), Delete(ONE)],
        [Check(ONE, ABSENT), Put(ONE, {"n": 1})],
    ],
)
def test_a_commit_touches_a_row_once(family: Opened, writes: list[Write]) -> None:
    with pytest.raises(Broken):
        family.table.commit(writes)
    assert stored(family, ONE) == {}


def test_a_row_takes_400_kilobytes(family: Opened) -> None:
    with pytest.raises(Broken):
        family.table.commit([Put(TWO, {"n": 1}), Put(ONE, {"text": "x" * 410_000})])
    assert stored(family, ONE, TWO) == {}
    put(family, ONE, {"text": "x" * 400_000})
    assert len(stored(family, ONE)[ONE]["text"]) == 400_000
    put(family, TWO, {"bytes": b"x" * 290_000})
    assert len(stored(family, TWO)[TWO]["bytes"]) == 290_000


def test_what_no_row_can_hold_is_refused_and_changes_nothing(family: Opened) -> None:
    with pytest.raises((TypeError, Broken)):
        family.table.commit([Put(TWO, {"n": 1}), Put(ONE, {"set": {1, 2}})])
    assert stored(family, ONE, TWO) == {}


def test_a_row_is_due_while_it_says_so(family: Opened) -> None:
    put(family, ONE, {"due": 20.5})
    put(family, TWO, {"due": 10})
    put(family, THREE, {"n": 1})
    assert family.table.due(9.9) == []
    assert family.table.due(10) == [TWO]
    assert family.table.due(99) == [TWO, ONE]
    assert family.table.due(99, limit=1) == [TWO]
    put(family, TWO, {"due": 30})
    assert family.table.due(25) == [ONE]
    put(family, ONE, {"n": 1})
    assert family.table.due(99) == [TWO]
    family.table.commit([Delete(TWO)])
    assert family.table.due(99) == []


def test_what_is_due_comes_earliest_first_from_every_partition(family: Opened) -> None:
    rows = {Key(f"P#{n}", "A"): {"due": 1000.0 - n * 7} for n in range(12)}
    for key, row in rows.items():
        put(family, key, row)
    found = family.table.due(1000)
    assert found == sorted(rows, key=lambda key: rows[key]["due"])
    assert family.table.due(1000, limit=5) == found[:5]
    assert family.table.due(960) == found[:6]


def test_a_commit_that_failed_makes_nothing_due(family: Opened) -> None:
    with pytest.raises(Conflict):
        family.table.commit([Put(ONE, {"due": 1}), Check(TWO, equals("n", 1))])
    assert family.table.due(99) == []


def test_rows_past_their_time_go_and_others_stay(family: Opened) -> None:
    now = family.clock.now()
    put(family, ONE, {"expires": now + 10})
    put(family, TWO, {"n": 1})
    family.expire()
    assert set(stored(family, ONE, TWO)) == {ONE, TWO}
    family.pass_time(11)
    family.expire()
    assert set(stored(family, ONE, TWO)) == {TWO}


def test_what_was_committed_is_there_after_a_restart(family: Opened) -> None:
    put(family, ONE, {**HARD, "due": 5})
    family.reopen()
    assert stored(family, ONE)[ONE] == {**HARD, "due": 5}
    assert family.table.due(5) == [ONE]


# Lanes


def fill(family: Opened, *bodies: str) -> None:
    """Each body's first letter names its lane."""
    for body in bodies:
        family.lanes.put(body[0], body, f"once {body}")


def bodies(found: Sequence[Message]) -> list[str]:
    return [message.body for message in found]


def finish(family: Opened, found: Sequence[Message]) -> list[str]:
    for message in found:
        family.delete(message)
    return bodies(found)


def drain(family: Opened) -> list[str]:
    read: list[str] = []
    while found := family.receive():
        read += finish(family, found)
    return read


def test_a_lane_keeps_its_order_across_batches(family: Opened) -> None:
    sent = [f"a{n}" for n in range(25)]
    fill(family, *sent)
    assert drain(family) == sent


def test_lanes_do_not_mix_up_whatever_a_batch_holds(family: Opened) -> None:
    sent = [f"{lane}{n}" for n in range(12) for lane in "abc"]
    fill(family, *sent)
    batches: list[list[str]] = []
    while found := family.receive():
        assert all(message.lane == message.body[0] for message in found)
        batches.append(finish(family, found))
    for lane in "abc":
        worked = [body for batch in batches for body in batch if body[0] == lane]
        assert worked == [f"{lane}{n}" for n in range(12)]


def test_one_batch_of_a_lane_is_in_flight_and_other_lanes_go_on(family: Opened) -> None:
    fill(family, "a1")
    held = family.receive()
    fill(family, "a2", "b1")
    assert drain(family) == ["b1"]
    finish(family, held)
    assert drain(family) == ["a2"]


def test_what_is_not_finished_comes_again_in_order(family: Opened) -> None:
    fill(family, "a1", "a2")
    first = family.receive()
    family.delete(first[0])
    family.pass_time(HELD - 1)
    fill(family, "a3")
    assert list(family.receive()) == []
    family.pass_time(2)
    again = family.receive()
    assert bodies(again) == ["a2", "a3"]
    assert [message.receives for message in again] == [2, 1]


def test_a_receipt_that_was_overtaken_deletes_nothing(family: Opened) -> None:
    fill(family, "a1")
    late = family.receive()
    family.pass_time(HELD + 1)
    newest = family.receive()
    finish(family, late)
    family.lanes.release(late[0].receipt, 0.0)
    assert list(family.receive()) == []
    family.lanes.release(newest[0].receipt, 0.0)
    assert drain(family) == ["a1"]
    assert drain(family) == []


def test_what_is_released_comes_again_after_its_pause_and_holds_up_its_lane(family: Opened) -> None:
    fill(family, "a1", "a2")
    for message in family.receive():
        family.lanes.release(message.receipt, 5.0)
    fill(family, "a3", "b1")
    assert drain(family) == ["b1"]
    family.pass_time(5.1)
    assert drain(family) == ["a1", "a2", "a3"]


def test_every_receive_counts_also_of_what_waits_behind_another(family: Opened) -> None:
    fill(family, "a1", "a2")
    for receives in (1, 2, 3):
        found = family.receive()
        assert [(m.body, m.receives) for m in found] == [("a1", receives), ("a2", receives)]
        for message in found:
            family.lanes.release(message.receipt, 0.0)


def test_a_lane_gives_nothing_while_any_of_it_is_in_flight(family: Opened) -> None:
    fill(family, "a1", "a2")
    first, second = family.receive()
    family.lanes.release(first.receipt, 0.0)
    assert list(family.receive()) == []
    family.lanes.release(second.receipt, 0.0)
    assert drain(family) == ["a1", "a2"]


def test_a_pause_is_kept_to_the_second_upwards(family: Opened) -> None:
    fill(family, "a1")
    family.lanes.release(family.receive()[0].receipt, 0.2)
    family.pass_time(1.0)
    assert drain(family) == ["a1"]


def test_a_lane_takes_256_kilobytes_a_message(family: Opened) -> None:
    family.lanes.put("a", "é" * (128 * 1024), "1")
    with pytest.raises(Broken, match="bytes"):
        family.lanes.put("a", "é" * (128 * 1024) + "x", "2")
    assert [len(body) for body in drain(family)] == [128 * 1024]


def test_a_receipt_of_something_done_releases_nothing(family: Opened) -> None:
    fill(family, "a1")
    (message,) = family.receive()
    family.delete(message)
    family.lanes.release(message.receipt, 0.0)
    family.delete(message)
    assert drain(family) == []


def test_repeats_are_dropped_for_five_minutes_and_not_after(family: Opened) -> None:
    fill(family, "a1")
    assert drain(family) == ["a1"]
    family.pass_time(REPEATS - 1)
    fill(family, "a1")
    assert drain(family) == []
    family.pass_time(2)
    fill(family, "a1")
    assert drain(family) == ["a1"]


def test_a_repeat_is_one_of_the_same_lane_and_mark_whatever_its_body(family: Opened) -> None:
    family.lanes.put("a", "first", "mark")
    family.lanes.put("a", "other body", "mark")
    family.lanes.put("b", "other lane", "mark")
    family.lanes.put("a", "other mark", "mark 2")
    assert sorted(drain(family)) == ["first", "other lane", "other mark"]


def test_what_fails_each_time_becomes_a_dead_letter_and_lets_the_rest_through(
    family: Opened,
) -> None:
    fill(family, "a1")
    for _ in range(RECEIVES):
        (message,) = family.receive()
        assert family.dead() == []
        family.lanes.release(message.receipt, 0.0)
    fill(family, "a2")
    assert drain(family) == ["a2"]
    assert family.dead() == ["a1"]


def test_what_is_never_answered_becomes_a_dead_letter_too(family: Opened) -> None:
    fill(family, "a1")
    for _ in range(RECEIVES + 1):
        family.receive()
        family.pass_time(HELD + 1)
    family.receive()
    assert family.dead() == ["a1"]


def test_a_body_comes_through_unchanged(family: Opened) -> None:
    body = '{"words":"Zürich 東京 😀 \\u0000 \\n","n":1.5}'
    family.lanes.put("a", body, "1")
    assert drain(family) == [body]


def test_lanes_keep_what_they_hold_over_a_restart(family: Opened) -> None:
    fill(family, "a1", "a2")
    family.delete(family.receive()[0])
    family.reopen()
    family.pass_time(HELD + 1)
    fill(family, "a1")
    assert drain(family) == ["a2"]


# Bell


def test_a_ring_names_its_function_and_lane_and_is_heard_once(family: Opened) -> None:
    assert family.rung() is None
    family.bell.ring("sms", "a")
    ring = family.rung()
    assert ring
    assert ring == Ring("sms", "a")
    family.answered(ring)
    assert family.rung() is None


def test_a_ring_names_the_acts_and_what_they_follow(family: Opened) -> None:
    family.bell.ring("sms", "a", ["2#0", "2#1"], ["1#0"])
    ring = family.rung()
    assert ring
    assert ring == Ring("sms", "a", ("2#0", "2#1"), ("1#0",))
    assert ring.event() == {
        "function": "sms",
        "lane": "a",
        "acts": ["2#0", "2#1"],
        "behind": ["1#0"],
    }


def test_two_lanes_and_two_functions_are_two_rings(family: Opened) -> None:
    rings = {Ring("sms", "a"), Ring("sms", "b"), Ring("slack", "a"), Ring("socket", "a")}
    for ring in sorted(rings):
        family.bell.ring(ring.function, ring.lane)
    assert {family.rung() for _ in rings} == rings


def test_a_ring_while_its_work_is_under_way_is_heard_too(family: Opened) -> None:
    family.bell.ring("sms", "a")
    ring = family.rung()
    assert ring
    family.bell.ring("sms", "a")
    family.answered(ring)
    assert family.rung() == ring


# Plans


def test_an_execution_runs_from_its_start_until_it_is_stopped(family: Opened) -> None:
    assert not family.plans.is_running("plan-1")
    body = {"home": "HOME", "plan": "plan", "generation": 1, "move": {"looks": 0}}
    for _ in range(2):  # whoever asks again means the same one
        family.plans.start("plan-1", body)
    assert family.plans.is_running("plan-1")
    assert not family.plans.is_running("plan-2")
    for _ in range(2):
        family.plans.stop("plan-1")
    family.plans.stop("never")


@pytest.mark.parametrize("token", ["AQC0" * 40, "x"])
def test_a_token_that_nobody_gave_is_answered_by_nobody(family: Opened, token: str) -> None:
    is_moto = isinstance(family, Aws)  # whose machines know of tokens only where they really run
    with executing(ports.Ports, family.clock.now) if is_moto else nullcontext():
        assert not family.plans.answer(token)
        assert not family.plans.beat(token)


# Timers


def test_a_timer_puts_its_body_into_its_lane_at_its_time(family: Opened) -> None:
    body = '{"words":"Zürich 😀","at":1.5}'
    family.timers.set("plan-1.a_B", family.clock.now() + 600, "a", body)
    family.pass_time(599)
    family.fire()
    assert drain(family) == []
    family.pass_time(1 + LATE)
    family.fire()
    (message,) = family.receive()
    assert (message.lane, message.body) == ("a", body)
    family.delete(message)
    family.pass_time(3600)
    family.fire()
    assert drain(family) == []


def test_a_timer_set_again_moves(family: Opened) -> None:
    now = family.clock.now()
    family.timers.set("t", now + 600, "a", "a early")
    family.timers.set("t", now + 1200.5, "b", "b late")
    family.pass_time(600 + LATE)
    family.fire()
    assert drain(family) == []
    family.pass_time(601)
    family.fire()
    assert drain(family) == ["b late"]


def test_a_timer_may_be_set_again_after_it_fired(family: Opened) -> None:
    for n in (1, 2):
        family.timers.set("t", family.clock.now() + 100, "a", f"a{n}")
        family.pass_time(100 + LATE)
        family.fire()
        assert drain(family) == [f"a{n}"]


def test_a_cancelled_timer_never_fires_and_another_does(family: Opened) -> None:
    now = family.clock.now()
    family.timers.set("one", now + 100, "a", "a1")
    family.timers.set("two", now + 100, "a", "a2")
    family.timers.cancel("one")
    family.timers.cancel("one")
    family.timers.cancel("never")
    family.pass_time(100 + LATE)
    family.fire()
    assert drain(family) == ["a2"]
    family.timers.cancel("two")


def test_a_timer_for_the_past_fires_soon(family: Opened) -> None:
    family.timers.set("t", family.clock.now() - 3600, "a", "a1")
    family.pass_time(LATE)
    family.fire()
    assert drain(family) == ["a1"]


def test_timers_fire_in_order_and_a_repeated_body_is_one_message(family: Opened) -> None:
    now = family.clock.now()
    family.timers.set("later", now + 200, "a", "a2")
    family.timers.set("first", now + 100, "a", "a1")
    family.timers.set("again", now + 150, "a", "a1")
    family.timers.set("elsewhere", now + 150, "b", "a1")
    family.pass_time(200 + LATE)
    family.fire()
    found = sorted((m.lane, m.body) for m in family.receive())
    found += [(m.lane, m.body) for m in family.receive()]
    assert sorted(found) == [("a", "a1"), ("a", "a2"), ("b", "a1")]


def test_a_timers_name_has_up_to_64_characters(family: Opened) -> None:
    name = "Aa0._-" * 10 + "abcd"
    family.timers.set(name, family.clock.now() + 100, "a", "a1")
    family.timers.cancel(name)
    family.pass_time(100 + LATE)
    family.fire()
    assert drain(family) == []


def test_timers_outlive_a_restart(family: Opened) -> None:
    family.timers.set("t", family.clock.now() + 100, "a", "a1")
    family.reopen()
    family.pass_time(100 + LATE)
    family.fire()
    assert drain(family) == ["a1"]


# Blobs, keys, secrets, sockets, clock


def test_a_blob_is_kept_under_its_name_and_replaced_whole(family: Opened) -> None:
    name, large = "mail/../é 😀", bytes(range(256)) * 4000
    assert family.blobs.get(name) is None
    family.blobs.put(name, large)
    family.blobs.put("other", b"")
    assert family.blobs.get(name) == large
    assert family.blobs.get("other") == b""
    family.blobs.put(name, b"short")
    family.reopen()
    assert family.blobs.get(name) == b"short"


def test_a_deleted_blob_is_gone_and_may_be_deleted_again(family: Opened) -> None:
    family.blobs.put("a", b"1")
    family.blobs.put("b", b"2")
    family.blobs.delete("a")
    family.blobs.delete("a")
    assert family.blobs.get("a") is None
    assert family.blobs.get("b") == b"2"


def test_blobs_are_listed_by_how_their_names_begin(family: Opened) -> None:
    names = ["documents/ANN/1.é 😀", "documents/ANN/2", "documents/ANNIE/1", "mail/ANN/1"]
    for name in reversed(names):
        family.blobs.put(name, b"x" * 100_000)
    family.blobs.put("documents/ANN/3", b"")
    family.blobs.delete("documents/ANN/3")
    family.reopen()
    assert family.blobs.list("documents/ANN/") == names[:2]
    assert family.blobs.list("documents/") == names[:3]
    assert family.blobs.list("documents/BOB/") == []
    family.blobs.put("documents/ANN/2", b"anew")
    assert family.blobs.list("documents/ANN/") == names[:2]


def test_a_listing_of_blobs_is_whole_however_many_there_are(family: Opened) -> None:
    names = [f"documents/ANN/{number:04}" for number in range(1_001)]
    for name in names:
        family.blobs.put(name, b"")
    assert family.blobs.list("documents/ANN/") == names


def test_each_owner_has_one_key_of_32_bytes_for_good(family: Opened) -> None:
    one, other = family.keys.of("home:A"), family.keys.of("lane:A")
    assert len(one) == len(other) == 32
    assert one != other
    assert family.keys.of("home:A") == one
    family.reopen()
    assert (family.keys.of("home:A"), family.keys.of("lane:A")) == (one, other)


@pytest.mark.parametrize("was_used", [True, False])
def test_a_destroyed_key_stays_destroyed(family: Opened, was_used: bool) -> None:
    other = family.keys.of("home:B")
    if was_used:
        family.keys.of("home:A")
    family.keys.destroy("home:A")
    for _ in range(2):
        with pytest.raises(Refused):
            family.keys.of("home:A")
        family.reopen()
    family.keys.destroy("home:A")
    with pytest.raises(Refused):
        family.keys.of("home:A")
    assert family.keys.of("home:B") == other


def test_tombstones_stand_beside_the_keys_until_their_owner_is_destroyed(family: Opened) -> None:
    marks = {f"{number % 16:x}{number:031x}": f"told {number}" for number in range(250)}
    family.keys.bury("home:A", marks)
    family.keys.bury("home:B", {"0" * 32: "of another"})
    family.keys.bury("home:A", {"f" * 32: "one more", "0" * 32: "and told again"})
    family.reopen()
    kept = {**marks, "f" * 32: "one more", "0" * 32: "and told again"}
    assert family.keys.buried("home:A") == kept
    assert family.keys.buried("home:C") == {}
    family.keys.destroy("home:A")
    assert family.keys.buried("home:A") == {}
    assert family.keys.buried("home:B") == {"0" * 32: "of another"}


def test_a_refusal_names_no_owner(family: Opened) -> None:
    family.keys.destroy("home:SECRETNAME")
    with pytest.raises(Refused) as caught:
        family.keys.of("home:SECRETNAME")
    assert "SECRETNAME" not in str(caught.value)
    assert caught.value.code == "erased"


def test_a_secret_is_text_and_an_unknown_one_is_empty(family: Opened) -> None:
    assert family.secrets.get("TWILIO_FROM") == "+1"
    assert family.secrets.get("NEVER_SET") == ""
    assert family.secrets.get("EMPTY") == ""
    made = family.secrets.get("SLACK_SIGNING_SECRET")
    family.reopen()
    assert family.secrets.get("SLACK_SIGNING_SECRET") == made


def test_a_push_reaches_its_own_socket_while_it_is_open(family: Opened) -> None:
    heard: dict[str, list[str]] = {"a": [], "b": []}
    for socket, texts in heard.items():
        family.connect(socket, texts.append)
    assert family.sockets.push("a", "é 😀")
    assert heard == {"a": ["é 😀"], "b": []}
    family.disconnect("a")
    assert not family.sockets.push("a", "late")
    assert not family.sockets.push("never", "lost")
    assert heard == {"a": ["é 😀"], "b": []}


def test_the_clock_counts_seconds_since_the_epoch_and_never_runs_back(family: Opened) -> None:
    before = family.clock.now()
    family.pass_time(1.5)
    assert before > 1_600_000_000
    assert family.clock.now() >= before + 1.5


def test_the_machines_own_clock_is_one() -> None:
    import time

    from backends.clock import Clock as MachineClock

    assert abs(MachineClock().now() - time.time()) < 60
