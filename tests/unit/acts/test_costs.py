"""What a day has cost, and whether the next thing still fits; no I/O."""

from dataclasses import replace

import pytest

from persona.acts import costs
from persona.acts.costs import Cost
from persona.decision import Spent
from tests.unit.house import NOON, SETTINGS

DAY = 86_400.0


def test_a_new_day_begins_with_nothing_spent() -> None:
    today = Spent().at(NOON).using(["send_sms"], usd=0.5, segments=3)
    assert (today.uses, today.usd, today.segments) == ({"send_sms": 1}, 0.5, 3)
    assert today.at(NOON) is today
    tomorrow = today.at(NOON + DAY)
    assert (tomorrow.uses, tomorrow.usd, tomorrow.segments) == ({}, 0.0, 0)


def test_counts_add_up_whatever_is_used() -> None:
    spent = Spent("2025-06-15", tokens=5).using(["a", "grant 1"]).using(["a"], 0.25, 2)
    spent = spent.plus({"tokens_in": 3, "tokens_out": 4, "usd": 0.25})
    assert spent == Spent("2025-06-15", 12, 0.5, {"a": 2, "grant 1": 1}, 2)


@pytest.mark.parametrize(
    ("spent", "takes", "fits"),
    [
        (Spent(segments=7), Cost(0.0, 1), True),
        (Spent(segments=7), Cost(0.0, 2), False),
        (Spent(segments=9), Cost(0.0, 0), False),
        (Spent(usd=0.75), Cost(0.25, 1), True),
        (Spent(usd=0.75), Cost(0.26, 1), False),
    ],
)
def test_the_last_messages_of_a_day_are_kept_for_saying_so(
    spent: Spent, takes: Cost, fits: bool
) -> None:
    most = replace(SETTINGS, budget_segments=8 + costs.RESERVE, budget_usd=1.0)
    assert costs.fits(spent, takes, most) is fits


def test_the_last_word_fits_what_is_kept_for_it() -> None:
    from surfaces._segments import segments_of

    assert segments_of(costs.LAST_WORD) <= costs.RESERVE
