"""Is it still itself? Each rule finds what breaks it, and lets pass what only looks like it."""

import pytest

from persona.identity.load import Identity, load
from persona.identity.rules import RULES, broken, said_in
from persona.model import Said, Turn

BROKEN = {
    "certain without a quotation": [
        ("You told me that your lock is 4812.", "what is my lock?"),
        ("As you mentioned, the train leaves at nine.", "when does it leave?"),
        ("I remember you like tea.", "what do I like?"),
    ],
    "asked before it answered": [
        ("Do you mean the red bike? Its lock is in the shed.", "where is my lock?"),
    ],
    "promised what it cannot do": [
        ("I have sent it to Ann.", "send it to Ann"),
        ("I'll remind you tomorrow.", "remind me"),
        ("I'll pick you up at six.", "can you help?"),
    ],
    "flattered": [("Great question. It is blue.", "which colour is it?")],
    "exclaimed": [("Done!", "thanks")],
    "was somebody else": [
        ("My name is Robin.", "who are you?"),
        ("I am a large language model.", "what are you?"),
        ("As an AI, I have no opinion.", "what do you think?"),
    ],
}
KEPT = [
    ("You told me on the web: “my lock is 4812”.", "what is my lock?"),
    ("I know nothing about that.", "what is my lock?"),
    ("Which one do you mean?", "where is my lock?"),
    ("It is in the shed. Shall I write that down?", "where is my lock?"),
    ("You wrote: “what a great idea!!”", "what did I write?"),
    ("My name is Wren.", "who are you?"),
    ("I am a companion who keeps what you tell me.", "what are you?"),
    ("It could not be sent.", "send it"),
]


@pytest.fixture(scope="module")
def identity() -> Identity:
    return load()


def turn(
    reply: str, asked: str, *, recalled: tuple[str, ...] = (), acts: tuple[str, ...] = ()
) -> Turn:
    said = (
        Said("a", "person", asked, "web", 0.0),
        Said("b", "persona", reply, "web", 0.0),
    )
    return Turn(1, 1, "h", "web", "", "web:ann", 0.0, said, recalled=recalled, acts=acts)


def broken_by(identity: Identity, one: Turn) -> list[str]:
    said = said_in(one)
    assert said is not None
    return broken(said, identity)


@pytest.mark.parametrize("rule", RULES)
def test_each_rule_finds_what_breaks_it_and_nothing_else_does(
    identity: Identity, rule: str
) -> None:
    for reply, asked in BROKEN[rule]:
        assert broken_by(identity, turn(reply, asked)) == [rule], reply


@pytest.mark.parametrize(("reply", "asked"), KEPT)
def test_what_keeps_to_the_identity_breaks_nothing(
    identity: Identity, reply: str, asked: str
) -> None:
    assert broken_by(identity, turn(reply, asked, recalled=("h/0",))) == []


def test_what_was_done_may_be_said_and_what_has_no_evidence_may_not_be_quoted(
    identity: Identity,
) -> None:
    sent = "I have sent it to Ann."
    assert broken_by(identity, turn(sent, "send it", acts=("send_email",))) == []
    quoted = "You told me: “my lock is 4812”."
    assert broken_by(identity, turn(quoted, "my lock?", recalled=("h/0",))) == []
    assert broken_by(identity, turn(quoted, "my lock?")) == ["certain without a quotation"]


def test_a_turn_without_a_reply_says_nothing_about_it() -> None:
    assert said_in(turn("", "hello")) is None
