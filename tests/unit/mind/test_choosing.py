"""Which of what was listed somebody means, in the ways in which people say it."""

import pytest

from persona.mind.choosing import chosen


@pytest.mark.parametrize(
    ("answer", "meant"),
    [
        ("2", [2]),
        ("1, 3", [1, 3]),
        ("1 and 3.", [1, 3]),
        ("all", [1, 2, 3]),
        ("both of them", [1, 2, 3]),
        ("no", []),
        ("none of them", []),
        ("the second one", [2]),
        ("the last one is wrong", [3]),
        ("number 3 and the first one", [3, 1]),
        ("2nd please", [2]),
        ("one", [1]),
        ("two and three", [2, 3]),
    ],
)
def test_a_choice_may_be_said_in_many_ways(answer: str, meant: list[int]) -> None:
    assert chosen(answer, 3) == meant


@pytest.mark.parametrize(
    "answer",
    ["7", "that's wrong", "the one about tea", "my lock is 4812", "yes", "", "it was 2 or so"],
)
def test_other_words_choose_nothing(answer: str) -> None:
    assert chosen(answer, 3) is None
