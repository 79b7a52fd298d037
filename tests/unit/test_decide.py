"""What to do about an event, by its kind."""

from dataclasses import replace
from typing import Any

import pytest

from persona import decide, keys
from persona.decide import FAILED
from persona.decision import Decision
from persona.errors import Broken
from persona.memory.recall import Indexes
from persona.model import Address, Event, message_id
from persona.ports import Put
from tests.unit.house import ANN, BOB, ROOM, SURFACES, House

MAIL = Address("email", "ann@example.org")
FIRST = "I remember what you tell me"
UNDELIVERED = "(An earlier message of mine could not be delivered.)"
UNSURE = "(I do not know whether my last message reached you; I have not sent it twice.)"


def decided(house: House, *events: Event) -> Decision:
    return decide.on(house.standing(*events), events, house.ports, reflex_only=False)


def outcome(house: House, state: str, reason: str = "") -> Event:
    detail = {"state": state, "reason": reason, "function": "sms"}
    return house.event("", kind="outcome", detail=detail)


# Who is spoken to


def test_the_first_answer_says_who_this_is_and_no_other_does(house: House) -> None:
    first, second = house.tell("hello"), house.tell("hello")
    assert FIRST in first
    assert house.ports.identity.name in first
    assert FIRST not in second


def test_each_address_is_met_for_the_first_time(house: House) -> None:
    house.tell("hello", who=ANN)
    assert FIRST in house.tell("hello", who=BOB)


def test_a_channel_that_was_overheard_first_is_still_told_who_this_is(house: House) -> None:
    about: dict[str, Any] = {"who": BOB, "address": ROOM, "audience": "lane"}
    house.tell("lunch is at noon", addressed=False, **about)
    assert FIRST in house.tell("when is lunch?", **about)


def test_what_is_said_past_the_persona_is_kept_and_not_answered(house: House) -> None:
    house.tell("lunch is at noon", who=BOB, address=ROOM, audience="lane", addressed=False)
    assert house.turns(ROOM)[0].person_text() == "lunch is at noon"
    assert house.replies(ROOM) == []


def test_in_a_thread_it_takes_part_in_it_need_not_be_named(house: House) -> None:
    about: dict[str, Any] = {"who": BOB, "address": ROOM, "audience": "lane"}
    house.tell("hello", thread="C1:1", **about)
    house.tell("are you there?", addressed=False, thread="C1:1", **about)
    house.tell("are you there?", addressed=False, thread="C1:2", **about)
    assert [bool(turn.persona_text()) for turn in house.turns(ROOM)] == [True, True, False]


# Halted, unproven, unreadable


def test_halted_it_hears_and_says_nothing(house: House) -> None:
    house.tell("hello")
    house.halt()
    decision = decided(house, house.event("what is my cat called?"))
    assert decision == Decision(mind="none")


def test_a_halt_is_confirmed_past_itself_and_a_start_is_told(house: House) -> None:
    stopped = decided(house, house.halt())
    assert stopped.reply.startswith("I have stopped.")
    assert stopped.notice
    started = decided(house, house.halt("start"))
    assert started.reply.startswith("I am back.")
    assert not started.notice


def test_where_the_carrier_confirms_the_persona_keeps_quiet(house: House) -> None:
    house.with_(surfaces={**SURFACES, "sms": replace(SURFACES["sms"], quiet_stop=True)})
    assert decided(house, house.halt()).reply == ""
    gate = house.standing(house.event("hello")).gate
    assert gate.suppressed == {str(ANN): "opted out"}


def test_an_unproven_sender_gets_an_answer_and_nobodys_memory(house: House) -> None:
    house.tell("my cat is Max", who=MAIL)
    decision = decided(house, house.event("who is my cat?", MAIL, audience="unverified"))
    assert "could not be verified" in decision.reply
    assert decision.recalled == ()
    assert "Max" not in decision.reply


def test_what_cannot_be_read_is_said_to_be_so(house: House) -> None:
    house.tell("hello", who=MAIL)
    event = house.event("", MAIL, detail={"unreadable": "an encrypted mail"})
    assert decided(house, event).reply == (
        "I cannot read this: an encrypted mail. Please send it as plain text."
    )


# Held back


def test_what_is_above_the_cap_waits_and_is_told_once(house: House) -> None:
    for _ in range(20):
        house.tell("hello")
    held = decided(house, first := house.event("one too many"))
    assert "at most 20 turns a minute" in held.reply
    assert held.wait_until > house.clock.at
    house.take(first)
    again = decided(house, house.event("two too many"))
    assert again.reply == ""
    assert again.wait_until > house.clock.at


def test_what_came_first_is_answered_first(house: House) -> None:
    for _ in range(20):
        house.tell("hello")
    early = house.event("early")
    house.take(early)
    house.clock.at += 120.0
    late = decided(house, house.event("late"))
    assert 0.0 < late.wait_until - house.clock.at <= 1.0
    assert decided(house, early).wait_until == 0.0


def test_a_minute_later_there_is_room_again(house: House) -> None:
    for _ in range(20):
        house.tell("hello")
    house.clock.at += 60.0
    assert decided(house, house.event("hello")).wait_until == 0.0


def test_automatic_mails_are_paced_by_the_hour(house: House) -> None:
    for _ in range(10):
        house.clock.at += 10.0
        house.tell("hello", who=MAIL)
    assert decided(house, house.event("hello", MAIL)).wait_until > house.clock.at + 3000
    assert decided(house, house.event("hello", ANN)).wait_until == 0.0


# Outcomes and reports


@pytest.mark.parametrize(
    ("state", "note"), [("failed", UNDELIVERED), ("unknown", UNSURE)], ids=["failed", "unknown"]
)
def test_what_did_not_arrive_is_told_once_on_the_next_occasion(
    house: House, state: str, note: str
) -> None:
    house.tell("hello")
    house.take(outcome(house, state))
    assert len(house.replies()) == 1, "an outcome must not itself be answered"
    assert house.tell("hello").startswith(note)
    assert note not in house.tell("hello")


def test_the_same_note_twice_is_told_once(house: House) -> None:
    house.tell("hello")
    house.take(outcome(house, "failed"))
    house.take(outcome(house, "failed"))
    house.take(outcome(house, "unknown"))
    reply = house.tell("hello")
    assert reply.count(UNDELIVERED) == 1
    assert reply.count(UNSURE) == 1


@pytest.mark.parametrize("reason", ["halted", "unlinked", "opted out", "erased"])
def test_what_the_person_caused_needs_no_telling(house: House, reason: str) -> None:
    assert decided(house, outcome(house, "failed", reason)) == Decision(mind="none")


@pytest.mark.parametrize("reason", ["unsubscribed", "bounced"])
def test_a_closed_address_is_closed_and_not_told_about(house: House, reason: str) -> None:
    decision = decided(house, outcome(house, "failed", reason))
    assert decision.suppress == {str(ANN): reason}
    assert decision.untold == ""


def test_a_report_moves_its_act_and_a_bounce_closes_the_address(house: House) -> None:
    detail = {"status": "failed", "reason": "bounced"}
    decision = decided(house, house.event("", kind="status", target="SM1", detail=detail))
    assert decision.status == ("failed", "SM1")
    assert decision.suppress == {str(ANN): "bounced"}
    assert decision.reply == ""


# Edits and deletions


def changed(house: House, kind: str, target: Event, words: str = "", who: Address = ANN) -> Event:
    return house.event(words, who, kind=kind, target=target.id, address=target.address)


def test_an_edit_renews_the_words_and_is_not_answered(house: House) -> None:
    house.take(told := house.event("my locker code is 111"))
    decision = decided(house, changed(house, "edit", told, "my locker code is 222"))
    assert decision.rewrites == {message_id(told.id): ("my locker code is 222", True)}
    assert decision.reply == ""
    house.take(changed(house, "edit", told, "my locker code is 222"))
    assert house.tell("what is my locker code?").endswith("“my locker code is 222”")


def test_a_deletion_forgets(house: House) -> None:
    house.take(told := house.event("my locker code is 111"))
    house.take(changed(house, "delete", told))
    assert house.tell("what is my locker code?").startswith("I do not know.")


def test_nobody_changes_what_somebody_else_said(house: House) -> None:
    about: dict[str, Any] = {"address": ROOM, "audience": "lane"}
    house.take(told := house.event("lunch is at noon", ANN, **about))
    for kind in ("edit", "delete"):
        decision = decided(house, changed(house, kind, told, "lunch is off", BOB))
        assert decision == Decision(mind="none")
    assert decided(house, changed(house, "delete", told, "", ANN)).forgets


def test_a_change_of_something_never_seen_says_nothing_and_a_deletion_keeps_it_away(
    house: House,
) -> None:
    unknown = house.event("never admitted")
    assert decided(house, changed(house, "edit", unknown, "other")) == Decision(mind="none")
    buried = Decision(mind="none", buries=message_id(unknown.id))
    assert decided(house, changed(house, "delete", unknown)) == buried


def test_a_question_edited_into_a_statement_can_be_recalled(house: House) -> None:
    house.take(told := house.event("my locker code is 111?"))
    house.take(changed(house, "edit", told, "my locker code is 111"))
    assert "111" in house.tell("what is my locker code?")


def test_words_deleted_while_they_wait_are_not_kept(house: House) -> None:
    for _ in range(20):
        house.tell("hello")
    house.take(held := house.event("my locker code is 111"))
    house.take(changed(house, "delete", held))
    house.clock.at += 120.0
    house.sweep()
    assert house.standing(held).head.waiting == 0
    assert "111" not in "".join(turn.person_text() for turn in house.turns())


def test_nobody_forgets_for_somebody_else_in_a_shared_place(house: House) -> None:
    about: dict[str, Any] = {"address": ROOM, "audience": "lane"}
    house.tell("lunch is at noon", who=ANN, **about)
    house.tell("forget lunch is at noon", who=BOB, **about)
    assert "noon" in house.turns(ROOM)[0].person_text()


# The end of what failed each time


def test_what_failed_each_time_is_told_where_somebody_waits_for_an_answer(house: House) -> None:
    assert decide.failing([house.event("hello")]).reply == FAILED
    assert decide.failing([house.event("hello", addressed=False)]).reply == ""
    assert decide.failing([outcome(house, "failed")]).reply == ""
    assert decide.failing([house.event("hello")]).failed


def test_a_turn_that_cannot_be_opened_is_not_papered_over(house: House) -> None:
    house.tell("my cat is Max")
    key = keys.turn(house.meet().home, 1)
    row = house.ports.table.get([key])[key]
    house.ports.table.commit([Put(key, {**row, "sealed": b"x" * 40})])
    house.with_(indexes=Indexes())
    with pytest.raises(Broken):
        decided(house, house.event("who is my cat?"))
