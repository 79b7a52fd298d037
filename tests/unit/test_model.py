"""The nouns, and how an event travels through a lane as text."""

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from persona.decision import ORDER, Act
from persona.errors import Broken
from persona.model import FORMAT, Address, Event, Said, Turn, message_id

TEXT = st.text(max_size=30)
ADDRESSES = st.builds(Address, st.sampled_from(["sms", "slack", "web"]), TEXT)
EVENTS = st.builds(
    Event,
    id=TEXT,
    kind=st.sampled_from(["message", "edit", "delete", "outcome", "status", "halt", "resume"]),
    address=ADDRESSES,
    author=ADDRESSES,
    words=TEXT,
    thread=TEXT,
    at=st.floats(0, 4e9),
    audience=st.sampled_from(["private", "lane", "unverified"]),
    addressed=st.booleans(),
    target=TEXT,
    detail=st.dictionaries(TEXT, TEXT, max_size=3),
    home=TEXT,
)
HELLO = Event("sms:1", "message", Address("sms", "+1"), Address("sms", "+1"), "hello")


@given(EVENTS)
def test_an_event_comes_out_of_json_as_it_went_in(event: Event) -> None:
    assert Event.from_json(event.to_json()) == event


def test_an_event_of_a_newer_format_is_broken_and_says_what_is_known() -> None:
    newer = json.dumps({**json.loads(HELLO.to_json()), "v": FORMAT + 1})
    with pytest.raises(Broken, match=f"format {FORMAT + 1}; this code knows up to {FORMAT}"):
        Event.from_json(newer)


def test_a_newer_format_is_told_before_its_unknown_fields_are_met() -> None:
    newer = json.dumps({**json.loads(HELLO.to_json()), "v": FORMAT + 1, "mood": "blue"})
    with pytest.raises(Broken):
        Event.from_json(newer)


@given(st.sampled_from(["sms", "slack", "email"]), TEXT)
def test_an_address_reads_back_whatever_colons_its_id_holds(surface: str, id: str) -> None:
    address = Address(surface, id)
    assert Address.parse(str(address)) == address


def test_the_correlation_is_short_and_follows_the_id_alone() -> None:
    again = replace(HELLO, words="other words", home="H")
    assert again.correlation == HELLO.correlation
    assert len(HELLO.correlation) == 12
    assert replace(HELLO, id="sms:2").correlation != HELLO.correlation


def test_a_message_stands_under_an_id_that_is_not_the_vendors() -> None:
    assert HELLO.message_id == message_id("sms:1") != HELLO.id


def test_a_turn_keeps_apart_what_each_side_said() -> None:
    said = (
        Said("1", "person", "one", "sms", 0.0),
        Said("2", "person", "two", "sms", 0.0),
        Said("3", "persona", "three", "sms", 0.0),
    )
    turn = Turn(7, 1, "H", "sms", "t", "sms:+1", 0.0, said)
    assert turn.person_text() == "one\ntwo"
    assert turn.persona_text() == "three"
    assert turn.pointer == "H/7"


def test_an_act_is_named_by_its_place_and_open_until_it_ends() -> None:
    act = Act("sms", "L", "H", "1#01", Address("sms", "+1"), "", "hello", "cause", 0.0)
    assert replace(act, text="changed", state="sent").id == act.id
    assert replace(act, after="1#02").id != act.id
    still_open = {state for state in ORDER if replace(act, state=state).open}  # type: ignore[arg-type]
    assert still_open == {"pending", "sending"}


def test_ended_states_rank_above_open_ones() -> None:
    assert max(ORDER["pending"], ORDER["sending"]) < min(
        ORDER[ended] for ended in ("sent", "unknown", "failed", "delivered")
    )
