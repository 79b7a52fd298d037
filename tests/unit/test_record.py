"""One decision is one commit: all that it means, and nothing that a table cannot take."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from persona.decision import Decision
from persona.errors import Conflict
from persona.model import Address, Event
from persona.ports import Check, Put, Table, Write
from persona.record import Commit, record, working_note
from persona.turn import tell_working
from tests.unit.house import ANN, BOB, ROOM, SETTINGS, Between, House

MAIL = Address("email", "ann@example.org")
WORDS = Decision(reply="Noted.")


def recorded(house: House, decision: Decision, *events: Event) -> Commit:
    return record(house.standing(*events), events, decision, house.ports)


def names(commit: Commit) -> list[str]:
    """What is written, by the first word of each key."""
    return sorted(write.key.sort.partition("#")[0] for write in commit.writes)


def rows_of(commit: Commit, name: str) -> list[dict[str, Any]]:
    found = [w for w in commit.writes if isinstance(w, Put) and w.key.sort.startswith(name)]
    return [write.row for write in found]


def test_a_message_and_its_reply_are_seven_writes(house: House) -> None:
    commit = recorded(house, WORDS, house.event("my cat is Max"))
    assert names(commit) == ["GATE", "HEAD", "LEDGER", "OPEN", "RECENT", "SEEN", "TURN"]
    assert [act.text for act in commit.acts] == ["Noted."]


def test_the_gate_is_checked_and_not_rewritten(house: House) -> None:
    commit = recorded(house, WORDS, house.event("hello"))
    gate = [w for w in commit.writes if w.key.sort == "GATE"]
    assert [type(write) for write in gate] == [Check]


def test_a_gate_that_moved_meanwhile_undoes_the_whole_turn(house: House) -> None:
    house.tell("hello")
    event = house.event("my cat is Max")
    commit = recorded(house, WORDS, event)
    before = house.rows("")
    house.halt()
    with pytest.raises(Conflict):
        house.ports.table.commit(commit.writes)
    moved = {sort for sort, row in house.rows("").items() if before.get(sort) != row}
    assert moved <= {"GATE"}


def test_of_two_turns_on_one_head_one_counts(house: House) -> None:
    house.tell("hello")
    one, other = house.event("one"), house.event("other")
    silence = Decision(mind="none")
    first, second = recorded(house, silence, one), recorded(house, silence, other)
    house.ports.table.commit(first.writes)
    with pytest.raises(Conflict):
        house.ports.table.commit(second.writes)


def test_the_same_event_is_recorded_once(house: House) -> None:
    house.tell("hello")
    event = house.event("once")
    commit = recorded(house, WORDS, event)
    house.take(event)
    with pytest.raises(Conflict):
        house.ports.table.commit(commit.writes)
    assert house.take(event).handled == 0
    assert [turn.person_text() for turn in house.turns()] == ["hello", "once"]


REPLIES = st.text("ab\f", max_size=12)
BURSTS = st.lists(
    st.sampled_from(["hello", "forget cat", "my cat is Max"]), min_size=1, max_size=10
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(
    words=BURSTS,
    reply=REPLIES,
    wait=st.booleans(),
    failed=st.booleans(),
    suppress=st.booleans(),
    surface=st.sampled_from([ANN, MAIL, Address("web", "ann")]),
    audience=st.sampled_from(["private", "lane", "unverified"]),
)
def test_no_commit_writes_a_key_twice_or_more_than_a_table_takes(
    house: House,
    words: list[str],
    reply: str,
    wait: bool,
    failed: bool,
    suppress: bool,
    surface: Address,
    audience: str,
) -> None:
    events = [house.event(one, surface, audience=audience) for one in words]
    closes = {str(surface): "bounced"} if suppress else {}
    until = house.clock.at + 9 if wait else 0.0
    decision = Decision(reply=reply, wait_until=until, failed=failed, suppress=closes)
    writes = recorded(house, decision, *events).writes
    assert len({write.key for write in writes}) == len(writes) <= 100
    house.ports.table.commit(writes)


def test_a_reply_of_very_many_parts_still_fits_one_commit(house: House) -> None:
    commit = recorded(house, Decision(reply="\f".join("x" * 120)), house.event("hello"))
    assert len(commit.writes) <= 100


def test_a_long_reply_is_as_many_acts_in_order(house: House) -> None:
    commit = recorded(house, Decision(reply="one\ftwo\fthree"), house.event("hello"))
    assert [(act.after, act.text) for act in commit.acts] == [
        ("000000000001#01", "one"),
        ("000000000001#02", "two"),
        ("000000000001#03", "three"),
    ]
    assert commit.turn is not None
    assert commit.turn.persona_text() == "one\ftwo\fthree"


def test_where_the_turn_is_the_delivery_there_is_no_act(house: House) -> None:
    commit = recorded(house, WORDS, house.event("hello", Address("web", "ann")))
    assert commit.acts == ()
    assert commit.turn is not None
    assert commit.turn.persona_text() == "Noted."


def test_an_act_is_an_answer_to_the_last_message_and_carries_its_correlation(house: House) -> None:
    events = [house.event(words, thread="C1:9", detail={"n": words}) for words in ("one", "two")]
    (act,) = recorded(house, WORDS, *events).acts
    assert (act.address, act.thread, act.detail) == (ANN, "C1:9", {"n": "two"})
    assert act.cause == events[-1].correlation


def test_what_policy_denies_is_in_the_ledger_and_nowhere_else(house: House) -> None:
    house.tell("hello")
    house.halt()
    commit = recorded(house, WORDS, house.event("hello"))
    assert commit.acts == ()
    assert rows_of(commit, "LEDGER")[0]["refused"] == ["halted"]
    assert "OPEN" not in names(commit)


def test_a_notice_passes_the_halt_that_it_confirms(house: House) -> None:
    event = house.halt()
    assert len(recorded(house, Decision(reply="Stopped.", notice=True), event).acts) == 1
    assert recorded(house, Decision(reply="Stopped."), event).acts == ()


def test_silence_leaves_a_mark_and_the_words(house: House) -> None:
    commit = recorded(house, Decision(mind="none"), house.event("hello"))
    assert names(commit) == ["GATE", "HEAD", "LEDGER", "RECENT", "SEEN", "TURN"]
    silent = recorded(house, Decision(mind="none"), house.event("", kind="outcome"))
    assert names(silent) == ["GATE", "HEAD", "LEDGER", "SEEN"]
    assert silent.turn is None


# The head


def test_the_head_counts_what_happened(house: House) -> None:
    house.tell("hello")
    house.take(house.event("", kind="outcome", detail={"state": "failed"}))
    head = house.standing(house.event("x")).head
    assert (head.version, head.spoken, head.memory) == (2, 1, 0)
    assert head.untold != ()
    house.tell("my cat is Max")
    house.tell("forget my cat")
    head = house.standing(house.event("x")).head
    assert (head.version, head.spoken, head.memory, head.untold) == (4, 3, 1, ())


def test_only_answers_count_against_the_cap(house: House) -> None:
    about: dict[str, Any] = {"who": BOB, "address": ROOM, "audience": "lane"}
    for _ in range(5):
        house.tell("overheard", addressed=False, **about)
    house.tell("hello", **about)
    assert len(house.standing(house.event("x", BOB, address=ROOM)).head.times) == 1


def test_an_open_question_lasts_for_one_message(house: House) -> None:
    house.tell("my locker code is 111")
    house.tell("my locker code at work is 222")
    house.tell("forget my locker code")
    assert house.standing(house.event("x")).head.asking["what"] == "forget"
    house.take(house.event("", kind="outcome", detail={"state": "failed"}))
    assert house.standing(house.event("x")).head.asking["what"] == "forget"
    house.tell("hello")
    assert house.standing(house.event("x")).head.asking == {}


def test_no_more_than_three_notes_wait_to_be_told(house: House) -> None:
    for number in range(5):
        event = house.event("", kind="outcome")
        commit = recorded(house, Decision(mind="none", untold=f"note {number}"), event)
        house.ports.table.commit(commit.writes)
    assert house.standing(house.event("x")).head.untold == ("note 2", "note 3", "note 4")


def test_every_ledger_entry_holds_the_hash_of_the_one_before(house: House) -> None:
    for words in ("one", "two", "three"):
        house.tell(words)
    rows = [row for sort, row in house.rows("LANE#").items() if sort.startswith("LEDGER#")]
    assert len(rows) == 3
    assert [row["before"] for row in rows][1:] == [row["hash"] for row in rows][:-1]


# Held back, overheard, closed


def test_what_waits_is_kept_sealed_and_due_and_not_yet_said(house: House) -> None:
    events = [house.event(words) for words in ("one", "two")]
    commit = recorded(house, Decision(wait_until=house.clock.at + 9, reply="Wait."), *events)
    house.ports.table.commit(commit.writes)
    waiting = rows_of(commit, "WAIT")
    assert [row["id"] for row in sorted(waiting, key=lambda row: row["due"])] == [
        event.id for event in events
    ]
    assert commit.turn is not None
    assert commit.turn.person_text() == ""
    assert house.standing(*events).head.waiting == 2
    assert house.standing(*events).unhandled(events) == events


def test_words_that_had_to_wait_twice_are_due_one_after_the_other(house: House) -> None:
    events = [house.event(f"number {n}") for n in range(6)]
    for until in (house.clock.at + 9, house.clock.at + 60):
        for event in events:
            commit = recorded(house, Decision(wait_until=until), event)
            house.ports.table.commit(commit.writes)
    dues = {row["id"]: row["due"] for row in house.rows("LANE#").values() if "due" in row}
    assert len({dues[event.id] for event in events}) == len(events)


def test_what_waits_keeps_its_order_at_every_version(house: House) -> None:
    dues: list[float] = []
    until = house.clock.at + 60
    for version in (9_998, 9_999, 10_000):
        standing = house.standing(event := house.event("hello"))
        standing = replace(standing, head=replace(standing.head, version=version))
        commit = record(standing, [event], Decision(wait_until=until), house.ports)
        dues += [row["due"] for row in rows_of(commit, "WAIT")]
    assert dues == sorted(dues)


def test_what_was_overheard_and_then_asked_stands_once(house: House) -> None:
    about: dict[str, Any] = {"who": BOB, "address": ROOM, "audience": "lane"}
    event = house.event("when is lunch?", addressed=False, **about)
    house.take(event)
    house.take(replace(event, addressed=True))
    assert [turn.person_text() for turn in house.turns(ROOM)] == ["when is lunch?"]
    assert len(house.replies(ROOM)) == 1


def test_a_closed_address_stays_closed_until_its_owner_writes(house: House) -> None:
    house.tell("hello")
    house.take(house.event("", kind="outcome", detail={"state": "failed", "reason": "bounced"}))
    assert house.standing(house.event("x")).gate.suppressed == {str(ANN): "bounced"}
    assert house.take(house.event("hello again")).acts != ()
    assert house.standing(house.event("x")).gate.suppressed == {}


def test_who_unsubscribed_is_not_reopened_by_a_message(house: House) -> None:
    house.tell("hello")
    detail = {"state": "failed", "reason": "unsubscribed"}
    house.take(house.event("", kind="outcome", detail=detail))
    assert house.take(house.event("hello again")).acts == ()
    assert house.standing(house.event("x")).gate.suppressed == {str(ANN): "unsubscribed"}


def test_a_shared_place_remembers_which_threads_it_takes_part_in(house: House) -> None:
    about: dict[str, Any] = {"who": BOB, "address": ROOM, "audience": "lane"}
    house.tell("hello", thread="C1:1", **about)
    standing = house.standing(house.event("x", thread="C1:1", **about))
    assert standing.joined == {"C1:1"}
    assert house.standing(house.event("x", thread="C1:2", **about)).joined == frozenset()


# The note that it is still working


class Watched(Between):
    """A table that counts what is committed to it."""

    def __init__(self, table: Table) -> None:
        super().__init__(table)
        self.commits: list[int] = []

    def commit(self, writes: Sequence[Write]) -> None:
        self.commit_there(writes)
        self.commits.append(len(writes))


def test_a_turn_is_one_commit(house: House) -> None:
    house.tell("my cat is Max")
    watched = Watched(house.ports.table)
    house.with_(table=watched)
    house.take(house.event("who is my cat?"), house.event("really?"))
    assert len(watched.commits) == 1


def test_the_working_note_is_said_once_and_before_the_answer(house: House) -> None:
    event = house.event("a hard question?")
    for _ in range(3):
        tell_working(house.meet(), event, house.ports)
    house.take(event)
    house.work()
    told = [act.text.split("\n")[0] for act in house.post.sent]
    assert told[0] == "I am still working on this."
    assert len(told) == 2


def test_no_working_note_follows_the_answer(house: House) -> None:
    event = house.event("an easy question?")
    note = working_note(house.standing(event), event, house.ports)
    assert note
    house.take(event)
    tell_working(house.meet(), event, house.ports)
    with pytest.raises(Conflict):
        house.ports.table.commit(note.writes)
    assert len(house.acts()) == 1


def test_halted_nobody_hears_that_it_is_working(house: House) -> None:
    event = house.event("a hard question?")
    house.halt()
    tell_working(house.meet(), event, house.ports)
    assert house.acts() == {}


def test_the_cap_is_the_settings(house: House) -> None:
    house.with_(settings=replace(SETTINGS, turns_a_minute=2))
    for _ in range(2):
        house.tell("hello")
    assert "at most 2 turns a minute" in house.tell("hello")
