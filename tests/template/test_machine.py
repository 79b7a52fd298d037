"""The state machine as it is deployed: bounded everywhere, by alias, and the one that was looked at."""

import json
from pathlib import Path
from typing import Any

from infra.machine import ALIAS, MOST_TRIES, definition
from infra.proof.stage import address
from persona import errors
from persona.acts import waking

FUNCTION = address(f"function/plan:{ALIAS}")
MACHINE = definition(FUNCTION)
STATES: dict[str, dict[str, Any]] = MACHINE["States"]
KEPT = Path(__file__).with_name("machine.json")
AWS_ERRORS = ("Lambda.", "States.")


def test_it_is_the_one_that_was_looked_at() -> None:
    assert json.loads(KEPT.read_text()) == MACHINE, "it changed: see `KEPT`, and look at the diff"


def test_every_call_ends_in_time_and_is_made_by_the_alias() -> None:
    calls = [one for one in STATES.values() if one["Type"] == "Task"]
    assert len(calls) == 2
    for one in calls:
        assert "TimeoutSeconds" in one or "TimeoutSecondsPath" in one
        assert one["Parameters"]["FunctionName"] == FUNCTION
        assert FUNCTION.endswith(f":{ALIAS}")
        if one["Resource"].endswith("waitForTaskToken"):
            assert "HeartbeatSecondsPath" in one


def test_it_is_sent_ids_and_counts_alone() -> None:
    sent = {
        name for one in STATES.values() for name in one.get("Parameters", {}).get("Payload", ())
    }
    assert sent == {"home.$", "plan.$", "generation.$", "looks.$", "token.$"}


def test_it_asks_in_jsonpath_and_repeats_by_names_that_there_are() -> None:
    assert MACHINE["QueryLanguage"] == "JSONPath"
    rules = [
        rule for one in STATES.values() for rule in (*one.get("Retry", ()), *one.get("Catch", ()))
    ]
    named = {name for rule in rules for name in rule["ErrorEquals"]}
    ours = {name for name in named if not name.startswith(AWS_ERRORS)}
    assert ours == {"Conflict", "Transient"}
    assert all(issubclass(getattr(errors, name), Exception) for name in ours)
    assert "States.ALL" not in named  # what is broken ends the execution, and another one begins
    assert all(rule.get("MaxAttempts", MOST_TRIES) == MOST_TRIES for rule in rules)


def test_each_move_leads_somewhere_and_no_other_is_known() -> None:
    choices = {one["StringEquals"]: one["Next"] for one in STATES["Choose"]["Choices"]}
    assert choices == {"wait": "Wait", "await": "Await", "done": "Done"}
    assert {STATES[name]["Next"] for name in ("Wait", "Await")} == {"Next"}
    assert "Default" not in STATES["Choose"]


def test_a_heartbeat_is_always_shorter_than_the_wait() -> None:
    for seconds in (0.2, 1.0, 2.0, 59.5, 86_400.0, waking.LONGEST):
        move = waking._move("await", 1_750_000_000.0 + seconds, 1, seconds)
        assert 1 <= move["beat"] < move["seconds"]
        assert move["seconds"] <= 99_999_999
