"""The bill follows its counts and prices, and shows every assumption that it rests on."""

import copy
from typing import Any

import pytest

from bench import costs
from bench.costs import PRICES, Line, markdown, of_a_month, of_messages


@pytest.fixture(scope="module")
def found() -> dict[str, Any]:
    return costs.results()


def by_name(lines: list[Line]) -> dict[str, Line]:
    return {one.what: one for one in lines}


def test_a_line_is_its_amount_times_its_price() -> None:
    assert Line("x", "DynamoDB write unit, on demand", 34_000, "").usd == pytest.approx(0.02125)
    assert PRICES["usd"].keys() == PRICES["per"].keys()


def test_writes_are_those_that_were_counted(found: dict[str, Any]) -> None:
    hops = found["counts"]["turns"]["1000"]
    units = sum(hop["wcu"] for one in hops for hop in one.values()) / len(hops)
    assert by_name(of_messages(found, 1))["writes"].amount == pytest.approx(units)
    more = copy.deepcopy(found)
    for one in more["counts"]["turns"]["1000"]:
        one["turn"]["wcu"] += 10
    assert by_name(of_messages(more, 1))["writes"].amount == pytest.approx(units + 10)


def test_twice_the_messages_cost_twice_as_much(found: dict[str, Any]) -> None:
    one, two = (sum(line.usd for line in of_messages(found, number)) for number in (500, 1000))
    assert two == pytest.approx(2 * one)


def test_more_memory_is_more_of_a_cpu_and_costs_more_while_it_waits(found: dict[str, Any]) -> None:
    hop = {"requests": 3}
    turn, memory = costs.running(found, "turn", hop)
    act, less = costs.running(found, "act", hop)
    assert memory > less
    assert act - PRICES["assumed"]["ms_a_vendor"] > turn


def test_a_quiet_month_thinks_nothing(found: dict[str, Any]) -> None:
    month = by_name(of_a_month(found))
    assert month["the sweeper called"].amount == 43_200
    assert month["alarms"].amount >= 5
    assert not any("model" in name for name in month)


def test_every_price_and_every_assumption_is_shown(found: dict[str, Any]) -> None:
    told = markdown(found)
    assert all(unit in told for unit in PRICES["usd"])
    assert all(name.replace("_", " ") in told for name in PRICES["assumed"])
    assert PRICES["region"] in told
    assert PRICES["on"] in told
