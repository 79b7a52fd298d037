"""What a text message holds: parts within Twilio's limit, whole letters, and one form of a number."""

import re

import pytest
import regex
from hypothesis import given, settings
from hypothesis import strategies as st

from surfaces import sms
from surfaces.sms import MOST_PARTS, SURFACE

LIMIT = 1_600
"""Twilio's bound in UTF-16 units (error 21617)."""
FAMILY = "👩‍👩‍👧"
WORDS = st.one_of(
    st.text(max_size=60),
    st.integers(1, 4_000).map(lambda n: "x" * n),
    st.integers(1, 400).map(lambda n: FAMILY * n),
    st.integers(1, 300).map(lambda n: "tell me more " * n),
    st.sampled_from(["https://example.org/a/long/path?with=a&query=too", "\n\n", "e\u0301" * 50]),
)
TEXTS = st.lists(WORDS, max_size=12).map(" ".join)


def units(text: str) -> int:
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def unnumbered(parts: tuple[str, ...]) -> list[str]:
    return [re.sub(r"^\(\d+/\d+\) ", "", part) for part in parts] if len(parts) > 1 else list(parts)


@settings(max_examples=80)
@given(TEXTS)
def test_parts_are_within_the_limit_and_numbered(text: str) -> None:
    parts = sms.split(text)
    assert len(parts) <= MOST_PARTS
    assert all(units(part) <= LIMIT for part in parts)
    if len(parts) > 1:
        assert [part.split()[0] for part in parts] == [
            f"({n}/{len(parts)})" for n in range(1, len(parts) + 1)
        ]


@settings(max_examples=80)
@given(TEXTS.filter(lambda text: units(text) < 10_000))
def test_nothing_is_lost_between_parts(text: str) -> None:
    together = "".join(unnumbered(sms.split(text)))
    assert re.sub(r"\s+", "", together) == re.sub(r"\s+", "", sms.plain(text))


@settings(max_examples=60)
@given(st.text("ab" + FAMILY, max_size=30).map(lambda text: text * 120))
def test_no_letter_is_cut_in_two(text: str) -> None:
    whole = regex.findall(r"\X", sms.plain(text))
    found = [
        letter for part in unnumbered(sms.split(text)) for letter in regex.findall(r"\X", part)
    ]
    assert len(found) == len(whole)


def test_an_address_of_the_web_is_never_cut() -> None:
    url = "https://example.org/" + "a" * 150
    parts = sms.split(f"{url} " * 40)
    assert len(parts) > 3 and sum(part.count(url) for part in parts) == 40


def test_what_does_not_fit_is_counted_and_said() -> None:
    parts = sms.split("word " * 10_000)
    assert len(parts) == MOST_PARTS
    shown = sum(part.count("word") for part in parts)
    left = re.fullmatch(r"\(10/10\) (\d+) more characters .* web\.", parts[-1])
    assert left and abs(int(left[1]) + shown * 5 - 50_000) <= 5 * MOST_PARTS


def test_a_letter_too_long_for_any_message_is_cut_after_all() -> None:
    parts = sms.split("e" + "\u0301" * 5_000)
    assert all(units(part) <= LIMIT for part in parts) and len(parts) == 4


@pytest.mark.parametrize(
    ("number", "canonical"),
    [
        ("+14155550101", "+14155550101"),
        (" +1 (415) 555-0101 ", "+14155550101"),
        ("+١٤١٥٥٥٥٠١٠١", "+14155550101"),
        ("＋１４１５５５５０１０１", "+14155550101"),
        ("whatsapp:+14155550101", "whatsapp:+14155550101"),
        ("whatsapp:+1 415 555 0101", "whatsapp:+14155550101"),
        ("+491701234567", "+491701234567"),
        ("72975", ""),
        ("TWILIO", ""),
        ("whatsapp:", ""),
        ("whatsapp:whatsapp:+14155550101", ""),
        ("messenger:123", ""),
        ("call +14155550101", ""),
        ("+1800FLOWERS", ""),
        ("+1", ""),
        ("+" + "1" * 300, ""),
        ("", ""),
        ("\x00", ""),
    ],
)
def test_a_number_has_one_form(number: str, canonical: str) -> None:
    assert sms._canonical(number) == canonical


@given(st.text(max_size=40))
def test_any_sender_is_a_number_or_nobody(number: str) -> None:
    assert re.fullmatch(r"(whatsapp:)?\+[0-9]{4,17}|", sms._canonical(number))


@pytest.mark.parametrize(
    ("text", "number"),
    [("0", 0), ("12", 12), ("", 0), ("-1", 0), ("²", 0), ("١", 0), ("1.5", 0), ("9" * 99, 0)],
)
def test_a_field_holds_a_number_or_none(text: str, number: int) -> None:
    assert sms._number(text) == number


@given(st.text(max_size=20))
def test_only_a_bare_word_stops_or_starts(text: str) -> None:
    assert SURFACE.stops(text) == (text.strip().casefold() in SURFACE.stop_words)
    assert not (SURFACE.stops(text) and SURFACE.starts(text))
    assert not SURFACE.stops(f"{text}x please")


@pytest.mark.parametrize(
    ("marked", "shown"),
    [
        ("**Bring** the `key`", "Bring the key"),
        ("see [the map](https://example.org/m)", "see the map https://example.org/m"),
        ("# Today\n- tea", "Today\n- tea"),
        ("```python\nx = 1\n```\ndone", "x = 1\ndone"),
        ("2*3*4 and a_b_c, ** alone", "2*3*4 and a_b_c, ** alone"),
    ],
)
def test_a_text_message_shows_no_marks_of_a_page(marked: str, shown: str) -> None:
    assert sms.split(marked) == (shown,)
