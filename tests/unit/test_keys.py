"""Where rows stand: no two things in one place, and order kept where it is asked for."""

from hypothesis import given
from hypothesis import strategies as st

from persona import keys
from persona.keys import RECENT_TURNS, Key
from persona.model import Address

HARD = st.text(alphabet="ab#/:1 é", max_size=8)


@given(st.floats(0, 9e9), st.floats(0, 9e9))
def test_held_events_stand_in_the_order_of_their_time(one: float, other: float) -> None:
    first, second = sorted((round(one, 6), round(other, 6)))
    assert keys.wait("L", first, "e").sort <= keys.wait("L", second, "e").sort
    if second - first > 0.001:
        assert keys.wait("L", first, "e").sort < keys.wait("L", second, "e").sort


@given(st.integers(0, 10**9), st.integers(0, 10**9))
def test_turns_and_ledger_stand_in_the_order_of_their_versions(one: int, other: int) -> None:
    assert (keys.turn("H", one).sort < keys.turn("H", other).sort) is (one < other)
    assert (keys.ledger("L", one).sort < keys.ledger("L", other).sort) is (one < other)


@given(HARD, HARD)
def test_what_a_vendor_writes_cannot_leave_its_own_row(one: str, other: str) -> None:
    same = one == other
    assert (keys.seen("H", one) == keys.seen("H", other)) is same
    assert (keys.thread("L", one) == keys.thread("L", other)) is same
    assert "#" not in keys.seen("H", one).sort.removeprefix("SEEN#")


@given(HARD, HARD)
def test_two_addresses_have_two_rows(one: str, other: str) -> None:
    rows = {keys.address(Address("sms", one)), keys.address(Address("sms", other))}
    assert len(rows) == len({one, other})
    assert keys.address(Address("sms", one)) != keys.address(Address("slack", one))


def test_the_recent_turns_go_round_in_eight_slots() -> None:
    slots = {keys.recent("L", number) for number in range(100)}
    assert len(slots) == RECENT_TURNS == 8
    assert keys.recent("L", 3) == keys.recent("L", 11)


def test_open_acts_and_untold_ends_share_a_prefix_that_ended_acts_have_left() -> None:
    prefix = keys.unfinished_acts("sms", "L")
    stands_in = {
        stage: keys.act("sms", "L", stage, "1#01").sort.startswith(prefix.sort)
        for stage in ("OPEN", "OUT", "DONE")
    }
    assert stands_in == {"OPEN": True, "OUT": True, "DONE": False}
    assert keys.act("sms", "L", "OPEN", "1#01").partition == prefix.partition


def test_a_capability_meets_no_memory_in_its_own_partitions() -> None:
    acts = keys.act("sms", "L", "OPEN", "1#01").partition
    memory = {keys.turn("L", 1).partition, keys.head("L").partition, keys.gate("L").partition}
    assert acts not in memory
    assert len(memory) == 3


def test_everything_has_a_place_of_its_own() -> None:
    same = "X"
    places: list[Key] = [
        keys.seen(same, same),
        keys.turn(same, 1),
        keys.head(same),
        keys.recent(same, 1),
        keys.thread(same, same),
        keys.wait(same, 1.0, same),
        keys.ledger(same, 1),
        keys.gate(same),
        *(keys.act(same, same, stage, same) for stage in ("OPEN", "OUT", "DONE")),
        keys.address(Address(same, same)),
        keys.provider(same, same, same),
        keys.forgetting(same, 1),
        keys.tombstone(same, same),
        keys.redaction(same, 1),
        keys.session(same),
        keys.ticket(same),
        keys.socket(same),
        keys.socket_of(same, same),
        keys.install(same),
    ]
    assert len(set(places)) == len(places)
