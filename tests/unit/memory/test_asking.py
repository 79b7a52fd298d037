"""What a message asks the persona for: orders and questions, and nothing that is only told."""

import pytest

from persona.memory.asking import KINDS, asked_for

ASKED = {
    "reminders": (
        "remind me tomorrow at 5 to call Bob",
        "Hey, can you remind us to water the plants?",
        "could you set me a reminder for nine",
        "remind me to email Bob",
    ),
    "mails": (
        "can you email bob@example.org: see you there",
        "Email Bob that I'm late",
        "please send an email to Ann",
        "good. now mail Ann the list",
    ),
    "messages": ("text +12025550142: here", "would you text Mara that I am late", "send Jo a dm"),
    "documents": (
        "show me the lease document",
        "what documents do I have?",
        "save this as a document called lease",
        "hey, could you pull up the rental doc",
        "do you have my tax papers?",
    ),
    "dates": (
        "what's on my calendar tomorrow?",
        "am I free on friday?",
        "put lunch with Jo on my calendar",
        "when is my next meeting",
    ),
    "plans": ("plan: get the passports\n1. take a photograph", "make me a plan for the move"),
}
NOTHING = (
    "I emailed Bob yesterday",
    "Ann reminded me of it",
    "my plan is to sleep",
    "I read the document yesterday",
    "did you send the mail?",
    "mail is slow today",
    "Message from Ann: come at nine",
    "keep the receipt",
    "who is coming to the event?",
    "I wish she would text me",
)


@pytest.mark.parametrize("what", KINDS)
def test_an_order_or_a_question_asks_for_something(what: str) -> None:
    assert {words: asked_for(words) for words in ASKED[what]} == dict.fromkeys(ASKED[what], what)


@pytest.mark.parametrize("words", NOTHING)
def test_what_is_told_asks_for_nothing(words: str) -> None:
    assert asked_for(words) == ""
