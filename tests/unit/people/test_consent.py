"""When something unasked may be sent: never in quiet hours, and as soon as they are over."""

from datetime import datetime
from math import inf
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from persona.model import Address
from persona.people.consent import WEEKEND, Consent, Quiet, plain_quiet, told_quiet

ANN = Address("sms", "+14155550101")
ZURICH = "Europe/Zurich"
NIGHT = Quiet(22 * 60, 7 * 60)


def at(text: str, zone: str = ZURICH) -> float:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).timestamp()


def free(text: str, quiet: Quiet, zone: str = ZURICH) -> str:
    moment = Consent(quiet={"*": quiet}).free_at(ANN, at(text, zone), zone)
    return f"{datetime.fromtimestamp(moment, ZoneInfo(zone)):%Y-%m-%d %H:%M}"


@pytest.mark.parametrize(
    ("now", "then"),
    [
        ("2026-03-02 21:59", "2026-03-02 21:59"),
        ("2026-03-02 22:00", "2026-03-03 07:00"),
        ("2026-03-03 00:00", "2026-03-03 07:00"),
        ("2026-03-03 06:59", "2026-03-03 07:00"),
        ("2026-03-03 07:00", "2026-03-03 07:00"),
    ],
)
def test_the_night_is_quiet_from_its_first_minute_to_its_last(now: str, then: str) -> None:
    assert free(now, NIGHT) == then


def test_a_weekend_is_quiet_and_monday_is_not() -> None:
    assert free("2026-03-07 12:00", Quiet(days=WEEKEND)) == "2026-03-09 00:00"
    assert free("2026-03-07 12:00", Quiet(22 * 60, 7 * 60, WEEKEND)) == "2026-03-09 07:00"


def test_the_night_ends_by_the_clock_on_the_days_when_clocks_change() -> None:
    assert free("2026-03-28 23:00", NIGHT) == "2026-03-29 07:00"
    assert free("2026-10-24 23:00", NIGHT) == "2026-10-25 07:00"
    assert at("2026-10-25 07:00") - at("2026-10-24 22:00") == 10 * 3600


def test_an_hour_that_comes_twice_is_quiet_both_times() -> None:
    second = at("2026-10-25 02:10") + 3600
    moment = Consent(quiet={"*": Quiet(60, 150)}).free_at(ANN, second, ZURICH)
    assert moment == second + 20 * 60


def test_by_whose_clock_it_is() -> None:
    moment = at("2026-03-02 23:00", "UTC")
    quiet = Consent(quiet={"*": NIGHT})
    assert quiet.free_at(ANN, moment, "America/New_York") == moment
    assert quiet.free_at(ANN, moment, "UTC") == at("2026-03-03 07:00", "UTC")


def test_one_surface_may_be_quiet_alone() -> None:
    quiet, night = Consent(quiet={"sms": NIGHT}), at("2026-03-02 23:00")
    assert quiet.free_at(ANN, night, ZURICH) > night
    assert quiet.free_at(Address("slack", "T:U"), night, ZURICH) == night


def test_a_closed_address_is_never_free() -> None:
    assert Consent(closed={str(ANN): "asked not to"}).free_at(ANN, 0.0, "UTC") == inf
    assert Consent(quiet={"*": Quiet(days=tuple(range(7)))}).free_at(ANN, 0.0, "UTC") == inf


@given(
    start=st.integers(0, 1439),
    end=st.integers(0, 1439),
    days=st.sets(st.integers(0, 6), max_size=6),
    minutes=st.integers(0, 366 * 1440),
    zone=st.sampled_from([ZURICH, "America/New_York", "Asia/Kathmandu", "Australia/Lord_Howe"]),
)
def test_it_is_free_then_and_was_quiet_until_then(
    start: int, end: int, days: set[int], minutes: int, zone: str
) -> None:
    """But for an hour, where the end of the quiet falls into one that clocks leave out."""
    rule, where = Quiet(start, end, tuple(sorted(days))), ZoneInfo(zone)
    moment = at("2026-01-01 00:00", "UTC") + 60.0 * minutes
    then = Consent(quiet={"*": rule}).free_at(ANN, moment, zone)
    assert then >= moment
    assert not rule.holds(datetime.fromtimestamp(then, where))
    steps = range(int(moment), int(then) - 3600, 977)
    assert all(rule.holds(datetime.fromtimestamp(step, where)) for step in steps)


def test_it_reads_as_people_say_it_and_is_kept_as_it_was() -> None:
    rule = Quiet(22 * 60, 7 * 60, WEEKEND)
    assert told_quiet(rule) == "22:00 to 07:00 and on weekends"
    assert told_quiet(Quiet(days=(0,))) == "Mondays"
    gate = {"suppressed": {}, "quiet": {"*": plain_quiet(rule)}}
    assert Consent.of(gate).quiet == {"*": rule}
