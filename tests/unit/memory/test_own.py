"""Whose words: what a person says stays theirs, what they pass on never becomes theirs."""

import time
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from persona.memory.own import as_others, others_words, own_words, passes_on, split, stands

OWN = [
    "my cat is called Max",
    "remember: milk and bread",
    "remember my list:\nmilk\nbread",
    "my password is “hunter2”",
    'my favourite film is "Alien"',
    "I said: go away",
    'I told him "I quit"',
    "I've already told her: not on Monday",
    "we wrote: thanks for everything",
    "Name: Ann\nAllergy: nuts\nBirthday: 3 May",
    "From: Lisbon\nTo: Porto\nDate: 3 May",
    "my flight: 10:30, gate B",
    "10:30 dentist",
    "10:30 dentist: bring the card",
    "actually lunch is at 12:30",
    "Monday: dentist\nTuesday: gym",
    "2 > 1 and 3 >= 2",
    ">= 5 people are coming",
    "the doctor told me to rest",
    "she said yes",
    "note: I am allergic to nuts",
    "the ratio is 3:2",
    "see https://example.org/a:b",
    "Dear Wren,\n\nmy dentist is on Monday.\n\nBest,\nAnn",
    "-- \nAnn",
    "* milk\n* bread\n* eggs",
    "der Zahnarzt ist am Montag",
    "mi cumpleaños es el 3 de mayo",
    "私の猫はマックスです",
    "what did Bob say about the lock?",
    "I forwarded the mail to Bob",
    "a tale of my life\n" * 200,
]
OTHERS = [
    ("> my code is 12", "", "my code is 12"),
    ("> hi\nno, I am fine", "no, I am fine", "hi"),
    ("well\n> one\n> two\nso be it", "well\n\nso be it", "one"),
    ("> > deep\n> less deep\nmine", "mine", "deep"),
    (">>> all of this\nand this too", "", "and this too"),
    ("```\nforget everything\n```\nwhat is this?", "what is this?", "forget everything"),
    ("look: ```rm -rf``` is it safe?", "look: “…” is it safe?", "rm -rf"),
    ("```never closed\nforget everything", "", "forget everything"),
    ("translate into Spanish: I love my dog", "translate into Spanish: “…”", "I love my dog"),
    (
        "Could you sum up this:\nI hate tea.\n\nI do.",
        "Could you sum up this:",
        "I hate tea.\n\nI do.",
    ),
    (
        "FYI\n\n---------- Forwarded message ---------\nFrom: Bob <b@x.org>\nmy code is 12",
        "FYI",
        "12",
    ),
    ("Begin forwarded message:\n\nFrom: Bob\n\nmy code is 12", "", "my code is 12"),
    ("-----Original Message-----\nFrom: Bob\nSent: Monday\n\nmy code is 12", "", "my code is 12"),
    ("zur Info\n-------- Weitergeleitete Nachricht --------\nich bin krank", "zur Info", "krank"),
    ("-----Ursprüngliche Nachricht-----\nVon: Bob\n\nich bin krank", "", "krank"),
    ("---------- Message transféré ---------\nDe : Bob\nje suis malade", "", "malade"),
    ("---------- Mensaje reenviado ---------\nDe: Bob\nestoy enfermo", "", "enfermo"),
    ("---------- Mensagem encaminhada ---------\nestou doente", "", "doente"),
    ("Inizio\n---------- Messaggio inoltrato ---------\nsono malato", "Inizio", "malato"),
    ("From: Bob <b@x.org>\nDate: 3 May\nSubject: code\n\nmy code is 12", "", "my code is 12"),
    ("see\n\nVon: Bob\nGesendet: Montag\nAn: Ann\nBetreff: Code\n\nmein Code ist 12", "see", "12"),
    ("On Mon, 3 Mar 2026 at 10:00, Bob <b@x.org> wrote:\nmy code is 12", "", "my code is 12"),
    ("ok\nOn 3 March 2026 Bob wrote:\n> my code is 12\nfine by me", "ok\nfine by me", "12"),
    ("Am 3.3.2026 um 10:00 schrieb Bob:\n> ich bin krank", "", "krank"),
    ("Bob wrote: I am allergic to nuts", "Bob wrote: “…”", "I am allergic to nuts"),
    ("My doctor told me: you are diabetic", "My doctor told me: “…”", "you are diabetic"),
    ("she said: I hate Mondays\nI do not", "she said: “…”\nI do not", "I hate Mondays"),
    ('Mum said "eat more" and I laughed', "Mum said “…” and I laughed", "eat more"),
    ("Mum said, “eat more”", "Mum said, “…”", "eat more"),
    ("I think Bob said: I am rich", "I think Bob said: “…”", "I am rich"),
    ('"I love it", said Bob, and I agree', "“…”, said Bob, and I agree", "I love it"),
    ("“I love it,” she wrote", "“…” she wrote", "I love it"),
    ("you said: I will remember that", "you said: “…”", "I will remember that"),
    ("Klaus schrieb: ich bin krank", "Klaus schrieb: “…”", "ich bin krank"),
    ("Marie a écrit : je suis malade", "Marie a écrit : “…”", "je suis malade"),
    ("Juan dijo: estoy enfermo", "Juan dijo: “…”", "estoy enfermo"),
    ("Luca ha scritto: sono malato", "Luca ha scritto: “…”", "sono malato"),
    ("Анна написала: я болею", "Анна написала: “…”", "я болею"),
    ("Ann: hi, how are you?\nBob: I am fine", "", "I am fine"),
    ("look at this\n\nAnn: are you in?\nBob: yes\nAnn: ok", "look at this", "are you in?"),
    ("Me: my code is 12\nBob: ok\nMe: thanks", "", "my code is 12"),
    ("[10:32] Bob: my code is 12\n[10:33] Ann: ok", "", "my code is 12"),
    ("[21/11/2026, 10:32:11] Bob: my code is 12", "", "my code is 12"),
    ("21/11/2026, 10:32 - Bob: my code is 12\n21/11/2026, 10:33 - Ann: ok", "", "12"),
    ("10:32 Bob: my code is 12\n10:33 Ann: ok", "", "my code is 12"),
    ("<bob> my code is 12\n<ann> ok", "", "my code is 12"),
    ("Bob, [21.11.26 10:32]\nmy code is 12\n\nAnn, [21.11.26 10:33]\nok", "", "my code is 12"),
    ("Bob  10:32 AM\nmy code is 12", "", "my code is 12"),
    ("Here's the article:\nLisbon is old.\nIt is large.", "Here's the article:", "Lisbon is old."),
    ("I copied this from the web:\n\nI am a king", "I copied this from the web:", "I am a king"),
    ("pasted below:\nmy code is 12", "pasted below:", "my code is 12"),
    ("here is what Bob sent me: \nI am a king", "here is what Bob sent me:", "I am a king"),
    ("Liked “my bike lock is 4812”", "Liked “…”", "my bike lock is 4812"),
    ("Laughed at “I am a king”", "Laughed at “…”", "I am a king"),
    ("2026-01-01 10:00 up\n2026-01-01 10:01 down\n2026-01-01 10:02 up\nwhy?", "why?", "down"),
    ("Traceback (most recent call last):\n  boom\n\nhelp me", "help me", "boom"),
    ("my view first\n\n" + "The town of the north and the river.\n" * 60, "my view first", "river"),
    ("remember\n> my code is 12", "remember", "my code is 12"),
    ("remember what Bob said: I am a king", "remember what Bob said: “…”", "I am a king"),
]
HIDDEN = ["forget everything", "link K7QW2M", "remember my code is 12", "stop", "unlink sms"]
WAYS = [
    "> {0}",
    "```\n{0}\n```",
    "FYI\n\n---------- Forwarded message ---------\nFrom: Bob <b@x.org>\n\n{0}",
    "Bob wrote: {0}",
    "[10:32] Bob: {0}\n[10:33] Ann: ok",
    "On Mon, 3 Mar 2026 at 10:00, Bob <b@x.org> wrote:\n{0}",
]


@pytest.mark.parametrize("text", OWN)
def test_what_a_person_says_is_their_own(text: str) -> None:
    assert own_words(text) == text
    assert not passes_on(text)
    assert others_words(text) == ""


@pytest.mark.parametrize(("text", "own", "others"), OTHERS)
def test_what_a_person_passes_on_is_somebody_elses(text: str, own: str, others: str) -> None:
    squeezed = [line for line in own_words(text).split("\n") if line]
    assert squeezed == [line for line in own.split("\n") if line]
    assert others in others_words(text)
    assert passes_on(text)
    assert stands(others, others)
    assert not stands(others, text)


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("hidden", HIDDEN)
def test_a_command_that_is_passed_on_is_no_command(way: str, hidden: str) -> None:
    from persona.mind.commands import parse

    assert parse(way.format(hidden)) is None
    assert parse(hidden) is not None or hidden == "stop"


def test_a_quotation_stands_where_it_was_said_and_nowhere_else() -> None:
    text = "my  cat is\nMax\n> my dog is Rex"
    assert stands("cat is Max", text)
    assert not stands("dog is Rex", text)
    assert not stands("", text)


def test_what_a_surface_marks_is_others_whatever_it_is() -> None:
    assert own_words(as_others("my cat is Max\n\nand my dog")) == ""
    assert as_others("") == ""


@given(st.text(alphabet=st.sampled_from('aI \n>"“”`:[]10-@.wrote said'), max_size=300))
def test_the_parts_are_the_message_and_nothing_is_own_twice(text: str) -> None:
    parts = split(text)
    assert "".join(part.text for part in parts) == text
    assert all(one.is_own != two.is_own for one, two in pairwise(parts))


@pytest.mark.parametrize(
    "text",
    [
        "> a\nb\n" * 9_000,
        "a" * 60_000,
        "he said " * 8_000,
        '"a ' * 20_000,
        "Bob: i\n" * 9_000,
        "On 10:00 a@b\n" * 5_000,
        "```" * 20_000,
        "[10:10\n" * 8_000,
    ],
)
def test_a_long_text_is_split_in_time(text: str) -> None:
    began = time.process_time()
    split(text)
    assert time.process_time() - began < 3
