"""The template as it is kept, brought onto an emulator with real bundles, and lived in.

One story after the other on one stage, as a stage lives; each by people of its own.
"""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from infra.template.write import template
from tests.deployed.stage import INSTEAD, REGION, STACK, Stage
from tests.end_to_end.house import House, OnSlack, OnSms, Person, ask, found, link, open_house, until

pytestmark = pytest.mark.deployed

WHOLE = {
    "HUB_LINK_QUARANTINE": "0",
    "HUB_EMAIL_ADDRESS": "persona@hub.example",
    "HUB_ALARM_ADDRESS": "owner@hub.example",
    "HUB_MONTHLY_USD": "10",
}
"""With these every condition of the template holds, so that all of it is made."""


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """Everything deployed, and nobody spoke yet."""
    with open_house(tmp_path_factory.mktemp("stage"), Stage, **WHOLE) as house:
        stage = stage_of(house)
        with stage.front.open():
            stage.start()
            stage.deploy()
            yield house
            stage.end()


def stage_of(house: House) -> Stage:
    assert isinstance(house.hub, Stage)
    return house.hub


@pytest.fixture
def stage(house: House) -> Stage:
    return stage_of(house)


def says(person: Person, text: str) -> str:
    """What the person hears until the stage rests."""
    before = len(person.heard())
    ask(person, text)
    person.house.hub.is_idle()
    return "\n\n".join(one.text for one in person.heard()[before:])


# What is made


def test_all_but_what_the_emulator_has_never_heard_of_is_made_by_the_template(
    stage: Stage,
) -> None:
    pages = stage.client("cloudformation").get_paginator("list_stack_resources")
    stack: list[Any] = [
        one for page in pages.paginate(StackName=STACK) for one in page["StackResourceSummaries"]
    ]
    made = {one["LogicalResourceId"]: one["ResourceStatus"] for one in stack}
    assert set(made.values()) == {"CREATE_COMPLETE"}
    wanted = {name: one["Type"] for name, one in template()["Resources"].items()}
    missing = {kind for name, kind in wanted.items() if name not in made}
    assert missing == {*INSTEAD}
    assert made.keys() <= wanted.keys()


def test_what_was_deployed_says_that_it_is_there(stage: Stage) -> None:
    answer = stage.call("GET", "/healthz")
    assert (answer.status, answer.json()["stage"]) == (200, "aws")
    assert "<title>" in stage.call("GET", "/").data.decode()


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


def test_a_text_to_somebody_else_is_sent_after_a_yes(house: House) -> None:
    ann, bob = OnSlack(house), OnSms(house)
    asked = says(ann, f"text {bob.number}: the boat leaves at nine")
    assert not bob.heard()
    code = found(r"approve ([A-Z2-9]{6})", asked)
    says(ann, f"approve {code}")
    assert "the boat leaves at nine" in bob.heard()[0].text
    says(ann, f"approve {code}")
    assert len(bob.heard()) == 1


PLAN = """plan: {goal}
1. ask me: how is {goal}?
2. wait 3 seconds
3. tell me: the end of {goal}"""


def begin(ann: Person, goal: str) -> str:
    """A plan that has asked; its number."""
    number = found(rf"Plan (\d+): {goal}", says(ann, PLAN.format(goal=goal)))
    assert f"how is {goal}?" in says(ann, f"start {number}")
    return number


def test_a_plan_awaits_an_answer_and_waits_by_step_functions(house: House, stage: Stage) -> None:
    ann = OnSms(house)
    number = begin(ann, "the shed")
    (execution,) = until(lambda: running(stage), what="an execution")
    until(lambda: last_entered(stage, execution) == "Await", what="its question")
    says(ann, f"answer {number}: dry")
    until(lambda: "the end of the shed" in ann.heard()[-1].text, what="the plan's end")
    until(lambda: not running(stage), what="the execution's end")
    kinds = [one["type"] for one in history(stage, execution)]
    print(kinds)
    assert kinds[-1] == "ExecutionSucceeded"
    assert kinds.count("WaitStateExited") >= 1


def machine() -> str:
    return f"arn:aws:states:{REGION}:123456789012:stateMachine:{STACK}-plans"


def running(stage: Stage) -> list[str]:
    client = stage.client("stepfunctions")
    found = client.list_executions(stateMachineArn=machine(), statusFilter="RUNNING")
    return [one["executionArn"] for one in found["executions"]]


def last_entered(stage: Stage, execution: str) -> str:
    """The state that it is in, or left last."""
    about = [one.get("stateEnteredEventDetails", {}) for one in history(stage, execution)]
    return [one["name"] for one in about if one][-1]


def history(stage: Stage, execution: str) -> list[dict[str, Any]]:
    client = stage.client("stepfunctions")
    return client.get_execution_history(executionArn=execution, maxResults=1000)["events"]


def test_what_a_restart_of_step_functions_loses_is_begun_anew(house: House, stage: Stage) -> None:
    ann = OnSlack(house)
    number = begin(ann, "the boat")
    (lost,) = until(lambda: running(stage), what="an execution")
    until(lambda: last_entered(stage, lost) == "Await", what="its question")
    stage.restart()
    told = stage.client("stepfunctions").describe_execution(executionArn=lost)
    assert (told["status"], told["error"]) == ("FAILED", "States.ServiceRestart")
    says(ann, f"answer {number}: afloat")
    until(lambda: "the end of the boat" in ann.heard()[-1].text, what="the plan's end")
    texts = "\n".join(one.text for one in ann.heard())
    assert texts.count("the end of the boat") == 1
    generations = stage.client("stepfunctions").list_executions(stateMachineArn=machine())
    print(generations)
