"""The last loop breakers: never more than so many in any window, and never later than needed."""

from hypothesis import given
from hypothesis import strategies as st

from persona.acts import limits

TIMES = st.lists(st.integers(0, 200).map(float), max_size=60).map(sorted)


def taken(wishes: list[float], most: int, window: float) -> list[float]:
    """When each wish is granted, if each waits for its turn."""
    times: tuple[float, ...] = ()
    granted: list[float] = []
    now = 0.0
    for wish in wishes:
        now = max(now, wish)
        now = limits.free_at(times, now, most, window)
        times = limits.remember(times, now, most, window)
        granted.append(now)
    return granted


@given(TIMES, st.integers(1, 5), st.sampled_from([10.0, 60.0]))
def test_no_window_ever_holds_more_than_the_most(
    wishes: list[float], most: int, window: float
) -> None:
    granted = taken(wishes, most, window)
    for start in granted:
        assert sum(start <= one < start + window for one in granted) <= most


@given(TIMES, st.integers(1, 5))
def test_nobody_waits_whom_the_window_has_room_for(wishes: list[float], most: int) -> None:
    granted = taken(wishes, most, 60.0)
    for n, (wish, at) in enumerate(zip(wishes, granted, strict=True)):
        is_blocked = n >= most and granted[n - most] + 60.0 > wish
        assert at == wish or is_blocked or at == granted[n - 1]


def test_the_one_too_many_waits_until_the_oldest_leaves() -> None:
    times = (0.0, 10.0, 20.0)
    assert limits.free_at(times, 30.0, 4, 60.0) == 30.0
    assert limits.free_at(times, 30.0, 3, 60.0) == 60.0
    assert limits.free_at(times, 30.0, 2, 60.0) == 70.0
    assert limits.free_at(times, 60.0, 3, 60.0) == 60.0


@given(TIMES, st.integers(1, 5))
def test_no_more_is_remembered_than_is_needed(wishes: list[float], most: int) -> None:
    times: tuple[float, ...] = ()
    for now in wishes:
        times = limits.remember(times, now, most, 60.0)
    assert len(times) <= most
    assert not wishes or max(times) == wishes[-1]
