"""What is handed over shows nothing of the person, and what they say themselves beside it does."""

import pytest

from persona.memory.handed import of_self
from persona.memory.signs import signs_of
from persona.trait import Sign

HANDED = {
    "names in bold": "*Ida:* I love opera\n*Otto:* I decided to sell the boat\n*Ida:* no way",
    "a name and a time in brackets": "Otto Lang (Monday 8:15): I love opera, believe me",
    "a forwarded line": "Forwarded\nOtto, 8:15: I've decided to sell the boat\n\nwhat do I answer?",
    "a post in a forum": "r/sailing · Posted by u/otto\nI decided to sell the boat. I love opera.",
    "subtitles": "00:00:01,200 --> 00:00:03,000\nI'm scared of dogs.\n",
    "two in turn": "Ida: I love opera\nOtto: I decided to sell the boat\n",
    "a text to translate": "translate this to French: I love opera",
    "a letter below": "a letter from my aunt, see below\nI love opera and I decided to sell the boat",
    "a quotation": "she wrote “I love opera, and I decided to sell the boat” on the card",
    "a heading in brackets": "[Verse 2]\nI love opera, I love the sea\n",
}
OWN = (
    "I love opera",
    "hi Wren,\nI love opera",
    "one thing: I love opera",
    "remember this: I love opera",
    "lunch at 12:30? I love opera, by the way. I love opera!",
)


def told(text: str) -> list[Sign]:
    return [sign for sign in signs_of(text) if sign.kind not in ("topic", "mention")]


@pytest.mark.parametrize("form", HANDED)
def test_nobody_is_known_by_what_they_hand_over(form: str) -> None:
    assert told(HANDED[form]) == []


@pytest.mark.parametrize("text", OWN)
def test_what_somebody_says_themselves_is_read(text: str) -> None:
    assert [sign.about for sign in told(text)] == ["opera"]


@pytest.mark.parametrize("text", [*HANDED.values(), *OWN])
def test_every_place_stays_where_it_was(text: str) -> None:
    left = of_self(text)
    assert len(left) == len(text)
    assert all(a in (b, ";") for a, b in zip(left, text, strict=True))
