"""The buttons of a plan that waits for a yes: what they say, and what is taken of a press."""

import json
from dataclasses import replace
from typing import Any

import pytest

from persona.decision import Act
from persona.model import Address
from surfaces.slack import posts
from surfaces.slack.events import parse_press

ACT = Act("slack", "L", "H", "000000000002#01", Address("slack", "T1:U1"), "D1", "Plan 3", "c", 0.0)
PRESS: dict[str, Any] = {
    "team": {"id": "T1"},
    "user": {"id": "U1", "team_id": "T1"},
    "channel": {"id": "D1"},
    "actions": [{"action_id": "start-1", "value": "plan-one", "action_ts": "1.5"}],
}


def offered(**detail: str) -> list[tuple[str, str, str]]:
    """What each button sends, names and says."""
    blocks = posts._buttons(replace(ACT, detail=detail))
    return [
        (one["action_id"], one["value"], one["text"]["text"])
        for block in blocks
        for one in block["elements"]
    ]


def test_one_plan_has_two_buttons_and_none_that_approves() -> None:
    assert offered(starts=json.dumps([["plan-one", 3]])) == [
        ("start-1", "plan-one", "Start it"),
        ("drop-1", "plan-one", "No"),
    ]


def test_several_plans_say_their_numbers_and_stand_below_the_questions() -> None:
    found = offered(asks=json.dumps(["q"]), starts=json.dumps([["one", 3], ["two", 4]]))
    assert [text for _, _, text in found] == [
        "Approve", "Deny", "Start it 3", "No 3", "Start it 4", "No 4"
    ]  # fmt: skip
    blocks = posts._buttons(
        replace(ACT, detail={"asks": '["q"]', "starts": json.dumps([["one", 3], ["two", 4]])})
    )
    assert len({block["block_id"] for block in blocks}) == 3


def test_a_message_that_shows_no_plan_has_none() -> None:
    assert offered() == []


@pytest.mark.parametrize("verb", ["start", "drop"])
def test_a_press_names_the_plan_and_says_nothing_else(verb: str) -> None:
    pressed = parse_press(
        {**PRESS, "actions": [{**PRESS["actions"][0], "action_id": f"{verb}-1"}]}, 7.0
    )
    assert pressed is not None
    assert (pressed.kind, pressed.target, pressed.words) == ("press", "plan-one", "")
    assert pressed.detail["press"] == verb
    assert str(pressed.author) == "slack:T1:U1"


@pytest.mark.parametrize(
    "changed",
    [
        {"channel": {"id": "C1"}},
        {"user": {}},
        {"actions": [{"action_id": "starting-1", "value": "plan-one"}]},
        {"actions": [{"action_id": "start-1"}]},
    ],
)
def test_a_press_elsewhere_or_by_nobody_is_none(changed: dict[str, Any]) -> None:
    assert parse_press({**PRESS, **changed}, 7.0) is None
