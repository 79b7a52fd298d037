"""What a person faces on a day to come: read by rules, and only where it is sure."""

from datetime import date

import pytest

from persona.memory import concerns, dates
from persona.memory.concerns import concern, is_same, settles

WEDNESDAY = date(2026, 11, 18).toordinal()


@pytest.mark.parametrize(
    ("words", "last"),
    [
        ("on Friday", "2026-11-20"),
        ("next Friday", "2026-11-27"),
        ("on Wednesday", "2026-11-25"),
        ("on 3 December", "2026-12-03"),
        ("on March 3", "2027-03-03"),
        ("on 3 March 2027", "2027-03-03"),
        ("in three days", "2026-11-21"),
        ("in two weeks", "2026-12-05"),
        ("the day after tomorrow", "2026-11-20"),
        ("tonight", "2026-11-18"),
        ("this weekend", "2026-11-22"),
        ("next week", "2026-11-29"),
        ("on the 14th", "2026-12-14"),
        ("in May", "2027-05-31"),
    ],
)
def test_days_to_come_end_with_the_latest_that_may_be_meant(words: str, last: str) -> None:
    (found,) = dates.coming(f"it is {words}", WEDNESDAY)
    assert date.fromordinal(found[1]).isoformat() == last


@pytest.mark.parametrize(
    "words", ["last Friday", "since Monday", "every Friday", "on Fridays", "Friday's news", "yesterday",
              "on the 32nd", "on 30 February", "soon"],
)  # fmt: skip
def test_what_is_over_or_no_day_is_none_to_come(words: str) -> None:
    assert not dates.coming(f"it is {words}", WEDNESDAY)


def test_the_sentence_is_kept_as_it_was_said() -> None:
    found = concern("Hi. My sister\u2019s exam is on Friday! I am nervous.", WEDNESDAY)
    assert found is not None
    assert found.words == "My sister\u2019s exam is on Friday!"
    assert (found.of, found.day) == ("sister exam", WEDNESDAY + 2)


def test_long_words_take_no_longer() -> None:
    assert concern("my " * 20_000 + "exam is on Friday", WEDNESDAY) is None


def test_too_far_ahead_is_not_sure() -> None:
    assert concern("my exam is on 3 March 2029", WEDNESDAY) is None
    assert concerns.FARTHEST < 500


def test_one_event_has_one_day() -> None:
    assert is_same("exam", "math exam")
    assert not is_same("physic exam", "math exam")


@pytest.mark.parametrize(
    ("words", "days", "is_settled"),
    [
        ("the exam was fine", -1, False),
        ("the exam is cancelled", -1, True),
        ("off to the exam now", 0, False),
        ("the exam went well", 0, True),
        ("it went well", 0, True),
        ("I got a bad grade", 1, True),
        ("my cat is ill", 9, False),
    ],
)
def test_what_is_said_since_settles_it_or_not(words: str, days: int, is_settled: bool) -> None:
    assert settles(words, "exam", WEDNESDAY, WEDNESDAY + days) is is_settled
