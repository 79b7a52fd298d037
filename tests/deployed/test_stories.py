"""The template as it is kept, brought onto an emulator with real bundles, and lived in.

One story after the other on one stage, as a stage lives; each by people of its own.
"""

import json
from typing import Any

import pytest

from infra.template.write import template
from tests.deployed.people import says
from tests.deployed.stage import INSTEAD, STACK, Stage
from tests.end_to_end.house import House, OnSlack, OnSms, Person, ask, found, link, until

pytestmark = pytest.mark.deployed


# What is made


def test_all_but_what_the_emulator_has_never_heard_of_is_made_by_the_template(
    stage: Stage,
) -> None:
    pages = stage.client("cloudformation").get_paginator("list_stack_resources")
    stack: list[Any] = [
        one for page in pages.paginate(StackName=STACK) for one in page["StackResourceSummaries"]
    ]
    made = {one["LogicalResourceId"]: one["ResourceStatus"] for one in stack}
    assert set(made.values()) <= {"CREATE_COMPLETE", "UPDATE_COMPLETE"}
    wanted = {name: one["Type"] for name, one in template()["Resources"].items()}
    missing = [kind for name, kind in wanted.items() if name not in made]
    assert sorted(missing) == sorted(INSTEAD)
    assert made.keys() <= wanted.keys()


def test_what_was_deployed_says_that_it_is_there(stage: Stage) -> None:
    answer = stage.call("GET", "/healthz")
    assert (answer.status, answer.json()["stage"]) == (200, "aws")
    assert "<title>" in stage.call("GET", "/").data.decode()
    assert stage.call("GET", "/local/sent").status == 404


# Stories


@pytest.mark.parametrize("surface", [OnSms, OnSlack])
def test_a_message_is_kept_and_answered(house: House, surface: type[OnSms | OnSlack]) -> None:
    ann = surface(house)
    assert "I will remember" in ask(ann, "remember my bike lock is 4812").text
    answer = ask(ann, "what is my bike lock?").text
    assert "4812" in answer
    assert "You told me" in answer


def test_a_forged_one_is_refused(house: House, stage: Stage) -> None:
    ann, before = OnSms(house), house.twilio.token
    house.twilio.token = "another's"
    try:
        assert not ann.deliver(ann.write("remember my bike lock is 4812"))
    finally:
        house.twilio.token = before
    body = json.dumps({"type": "event_callback"}).encode()
    headers = {**house.sign_slack(body), "x_slack_signature": "v0=" + "0" * 64}
    assert stage.call("POST", "/slack/events", body, **headers).status == 401
    assert stage.is_idle()
    assert not ann.heard()


def test_two_surfaces_become_one_person_and_part_again(house: House) -> None:
    desk, phone = OnSlack(house), OnSms(house)
    says(desk, "remember my locker code is 4812")
    assert "4812" not in says(phone, "what is my locker code?")
    link(desk, phone)
    answer = says(phone, "what is my locker code?")
    assert "4812" in answer
    assert "on Slack" in answer
    assert "own again" in says(desk, "unlink sms")
    assert "4812" not in says(phone, "what is my locker code?")


def test_a_text_to_somebody_else_is_sent_after_a_yes_and_once(house: House) -> None:
    ann, bob = OnSlack(house), OnSms(house)
    asked = says(ann, f"text {bob.number}: the boat leaves at nine")
    assert not bob.heard()
    code = found(r"approve ([A-Z2-9]{6})", asked)
    says(ann, f"approve {code}")
    assert "the boat leaves at nine" in bob.heard()[0].text
    says(ann, f"approve {code}")
    assert len(bob.heard()) == 1


# Plans

ASKING = """plan: {goal}
1. ask me: how is it?
2. wait 3 seconds
3. tell me: the end of it"""
WAITING = """plan: {goal}
1. wait 15 seconds
2. tell me: the end of it"""
END = "\nthe end of it"
"""How the end is told; the plan's own words stand behind another verb."""


def begin(ann: Person, words: str, goal: str) -> str:
    """The number of the plan, started."""
    number = found(rf"Plan (\d+): {goal}", says(ann, words.format(goal=goal)))
    assert "Started" in says(ann, f"start {number}")
    return number


def ends(ann: Person) -> int:
    """How often the person was told the end."""
    return sum(f"\n{one.text}".count(END) for one in ann.heard())


def execution_in(stage: Stage, state: str) -> str:
    """The one running execution that is in this state."""

    def look() -> list[str]:
        running = stage.executions("RUNNING")
        return [one for one in running if stage.entered(one)[-1] == state]

    (name,) = until(look, what=f"an execution in {state}")
    return name


def test_a_plan_awaits_an_answer_and_waits_by_step_functions(house: House, stage: Stage) -> None:
    ann = OnSms(house)
    number = begin(ann, ASKING, "the shed")
    assert "how is it?" in ann.heard()[-1].text
    execution = execution_in(stage, "Await")
    says(ann, f"answer {number}: dry")
    until(lambda: ends(ann), what="the plan's end")
    until(lambda: execution not in stage.executions("RUNNING"), what="the execution's end")
    assert execution in stage.executions("SUCCEEDED")
    entered = stage.entered(execution)
    states = [state for state in entered if state not in ("Next", "Choose")]
    # What was awaited came with its token; after the wait a token is held for the last step.
    assert states == ["Await", "Wait", "Await", "Done"]


def test_what_a_restart_of_step_functions_loses_is_begun_anew(house: House, stage: Stage) -> None:
    ann, bob = OnSlack(house), OnSms(house)
    number = begin(ann, ASKING, "the boat")
    awaiting = execution_in(stage, "Await")
    begin(bob, WAITING, "the oven")
    waiting = execution_in(stage, "Wait")
    stage.restart()
    for lost in (awaiting, waiting):
        assert stage.failure(lost) == "States.ServiceRestart"
    assert "Noted" in says(ann, f"answer {number}: afloat")
    until(lambda: ends(ann), what="the end of the plan that had asked")
    # Nothing tells of the other's time but the sweeper, which the stack's own rule wakes.
    until(lambda: ends(bob), seconds=150, what="the end of the plan that was waiting")
    assert stage.is_idle()
    assert (ends(ann), ends(bob)) == (1, 1)
    assert f"{awaiting.removesuffix('1')}2" in stage.executions("SUCCEEDED")
    until(lambda: not stage.executions("RUNNING"), what="the end of every execution")
