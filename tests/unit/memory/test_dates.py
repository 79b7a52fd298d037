"""Which days words speak of, and which days a question asks about."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from persona.memory.dates import asked, spoken

WEDNESDAY = date(2026, 11, 18)
TODAY = WEDNESDAY.toordinal()


def days(first: date, last: date | None = None) -> tuple[int, int]:
    return first.toordinal(), (last or first).toordinal()


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("I saw it yesterday", days(date(2026, 11, 17))),
        ("this morning", days(WEDNESDAY)),
        ("Tomorrow!", days(date(2026, 11, 19))),
        ("last Friday", days(date(2026, 11, 13))),
        ("last wednesday", days(date(2026, 11, 11))),
        ("next Monday", days(date(2026, 11, 23))),
        ("next wednesday", days(date(2026, 11, 25))),
        ("this friday", days(date(2026, 11, 20))),
        ("last week", days(date(2026, 11, 9), date(2026, 11, 15))),
        ("last weekend", days(date(2026, 11, 14), date(2026, 11, 15))),
        ("this month", days(date(2026, 11, 1), date(2026, 11, 30))),
        ("next month", days(date(2026, 12, 1), date(2026, 12, 31))),
        ("last year", days(date(2025, 1, 1), date(2025, 12, 31))),
        ("three days ago", days(date(2026, 11, 15))),
        ("2 weeks ago", days(date(2026, 11, 1), date(2026, 11, 7))),
        ("a month ago", days(date(2026, 10, 4), date(2026, 11, 3))),
        ("a few years ago", days(date(2023, 1, 1), date(2023, 12, 31))),
    ],
)
def test_what_is_said_is_resolved_against_the_day_it_was_said(
    words: str, expected: tuple[int, int]
) -> None:
    assert spoken(words, TODAY) == [expected]


@pytest.mark.parametrize("words", ["nothing", "the last straw", "years of work", "ago", "mayday"])
def test_words_without_a_day_speak_of_none(words: str) -> None:
    assert spoken(words, TODAY) == []


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("what did I do on 7 May 2023?", [days(date(2023, 5, 7))]),
        ("what did I do on May 7th, 2023?", [days(date(2023, 5, 7))]),
        ("on the 3rd of June?", [days(date(2025, 6, 3)), days(date(2026, 6, 3))]),
        ("in August 2023?", [days(date(2023, 8, 1), date(2023, 8, 31))]),
        ("in December 2023?", [days(date(2023, 12, 1), date(2023, 12, 31))]),
        ("in 2024?", [days(date(2024, 1, 1), date(2024, 12, 31))]),
        ("what did I say yesterday?", [days(date(2026, 11, 17))]),
        ("on 30 February 2023?", [days(date(2023, 2, 1), date(2023, 2, 28))]),
        ("may I ask?", []),
        ("what happened in may 2024?", [days(date(2024, 5, 1), date(2024, 5, 31))]),
        ("room 2150?", []),
    ],
)
def test_a_question_names_days_months_and_years(
    question: str, expected: list[tuple[int, int]]
) -> None:
    assert asked(question, TODAY, [2025, 2026]) == expected


@given(st.text(max_size=60), st.integers(719163, 1_000_000))
def test_any_words_on_any_day_can_be_resolved(text: str, today: int) -> None:
    for first, last in [*spoken(text, today), *asked(text, today, [1970, 2026])]:
        assert first <= last


@given(st.integers(0, 999), st.sampled_from(["days", "weeks", "months", "years"]))
def test_any_count_of_days_ago_can_be_resolved(count: int, unit: str) -> None:
    ((first, last),) = spoken(f"{count} {unit} ago", TODAY)
    assert 1 <= first <= last
