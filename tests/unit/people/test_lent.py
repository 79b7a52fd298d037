"""Still the same person? Whoever writes as ever is let alone, and somebody else is noticed."""

import pytest

from persona.memory.texture import read
from persona.people.lent import FLOOR, LEAST, UNLIKE, chance_of_same, measures
from persona.people.same import LEAST_CROWD, Crowd
from tests.unit.people.test_same import OPENINGS, written

STRANGER = [
    f"Good afternoon, Sir or Madam: would you kindly tell me about item {n}?" for n in range(16)
]


def is_unlike(crowd: Crowd, person: str, messages: list[str]) -> bool:
    chance = chance_of_same(crowd, person, read(messages))
    return chance is not None and chance < UNLIKE


@pytest.fixture
def crowd() -> Crowd:
    return Crowd({f"p{at}": read(written(at, 30)) for at in range(len(OPENINGS))})


def test_whoever_writes_as_before_is_let_alone(crowd: Crowd) -> None:
    for at in range(len(OPENINGS)):
        assert not is_unlike(crowd, f"p{at}", written(at, 16, since=30))


def test_a_stranger_and_somebody_else_of_the_crowd_are_noticed(crowd: Crowd) -> None:
    noticed = [is_unlike(crowd, f"p{at}", STRANGER) for at in range(len(OPENINGS))]
    assert sum(noticed) >= len(OPENINGS) - 2
    assert is_unlike(crowd, "p0", written(3, 16))


def test_of_too_little_nothing_is_said(crowd: Crowd) -> None:
    assert chance_of_same(crowd, "p0", read(STRANGER[: LEAST - 1])) is None
    assert chance_of_same(crowd, "nobody", read(STRANGER)) is None
    small = Crowd({f"p{at}": read(written(at, 30)) for at in range(LEAST_CROWD)})
    assert not is_unlike(small, "p0", STRANGER)


def test_it_is_measured_by_the_spread_of_the_others() -> None:
    assert measures(5.0, [1.0, 3.0]) == {"next": 2.0, "all": 3.0}
    assert measures(FLOOR, [2.0, 2.0]) == {"next": FLOOR - 2, "all": FLOOR - 2}
