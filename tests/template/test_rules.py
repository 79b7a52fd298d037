"""The rules of time and loss, asked of every resource; each rule finds a template that breaks it."""

import copy
import json
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pytest

from functions._observe import ALARMING
from infra.functions import deployed
from infra.machine import ALIAS
from infra.reach import ROOT
from infra.roles import LEADING
from infra.template.functions import CLAIMING, MARGIN, RUNG
from infra.template.stage import logical
from infra.template.write import template
from persona import catalog
from persona.acts.outbox import LEASE

Resources = Mapping[str, dict[str, Any]]
Rule = Callable[[Resources], Iterator[tuple[str, bool]]]
GATEWAY_SECONDS = 30


def of_type(resources: Resources, kind: str) -> Iterator[tuple[str, dict[str, Any]]]:
    return ((name, one["Properties"]) for name, one in resources.items() if one["Type"] == kind)


def hidden_for_the_timeout_and_a_minute(resources: Resources) -> Iterator[tuple[str, bool]]:
    """A message comes again a minute after its function was killed, neither sooner nor later."""
    for name, source in of_type(resources, "AWS::Lambda::EventSourceMapping"):
        queue = resources[source["EventSourceArn"]["Fn::GetAtt"][0]]["Properties"]
        function = resources[source["FunctionName"]["Ref"]]["Properties"]
        yield name, queue.get("VisibilityTimeout") == function["Timeout"] + MARGIN


def handed_back_by_message(resources: Resources) -> Iterator[tuple[str, bool]]:
    for name, source in of_type(resources, "AWS::Lambda::EventSourceMapping"):
        yield name, source.get("FunctionResponseTypes") == ["ReportBatchItemFailures"]


def ended_before_its_lease(resources: Resources) -> Iterator[tuple[str, bool]]:
    """Whoever claims an act is dead when another takes over."""
    for one in deployed().values():
        if one.entry in CLAIMING:
            yield one.name, resources[logical(one.name)]["Properties"]["Timeout"] < LEASE


def long_enough_for_what_is_declared(resources: Resources) -> Iterator[tuple[str, bool]]:
    for one in catalog.capabilities().values():
        if one.function:
            timeout = resources[logical("act", one.function)]["Properties"]["Timeout"]
            yield one.name, one.timeout < timeout


def ended_before_the_gateway_gives_up(resources: Resources) -> Iterator[tuple[str, bool]]:
    for name, door in of_type(resources, "AWS::ApiGatewayV2::Integration"):
        function = door["IntegrationUri"]["Fn::Sub"][1]["Function"]["Fn::GetAtt"][0]
        timeout = resources[function]["Properties"]["Timeout"]
        yield name, timeout * 1000 < door["TimeoutInMillis"] < GATEWAY_SECONDS * 1000


def given_up_into_dead_letters(resources: Resources) -> Iterator[tuple[str, bool]]:
    """A queue that is worked has dead letters, and dead letters lie for fourteen days."""
    queues = dict(of_type(resources, "AWS::SQS::Queue"))
    for name, queue in queues.items():
        dead = queue.get("RedrivePolicy", {}).get("deadLetterTargetArn")
        yield (
            name,
            dead in ({"Fn::GetAtt": [one, "Arn"]} for one in queues) or name.endswith("Dead"),
        )
        yield name, queue.get("MessageRetentionPeriod") == 14 * 24 * 3600


def told_of_every_dead_letter(resources: Resources) -> Iterator[tuple[str, bool]]:
    watched = {
        alarm["Dimensions"][0]["Value"]["Fn::GetAtt"][0]
        for _, alarm in of_type(resources, "AWS::CloudWatch::Alarm")
        if alarm["MetricName"] == "ApproximateNumberOfMessagesVisible" and alarm["AlarmActions"]
    }
    for name, _ in of_type(resources, "AWS::SQS::Queue"):
        if name.endswith("Dead"):
            yield name, name in watched


def repeated_by_nobody_but_the_sweeper(resources: Resources) -> Iterator[tuple[str, bool]]:
    """What the bell wakes Lambda does not wake again."""
    invoked = {
        one["FunctionName"]["Ref"]: one
        for _, one in of_type(resources, "AWS::Lambda::EventInvokeConfig")
    }
    for one in deployed().values():
        if one.entry in RUNG:
            yield one.name, invoked.get(logical(one.name), {}).get("MaximumRetryAttempts") == 0
    for name, rule in of_type(resources, "AWS::Events::Rule"):
        yield name, all(t["RetryPolicy"]["MaximumRetryAttempts"] == 0 for t in rule["Targets"])


def kept_when_it_cannot_be_taken(resources: Resources) -> Iterator[tuple[str, bool]]:
    """A mail is a function's own event: nobody repeats it but Lambda, and then it is a dead letter."""
    for name, one in of_type(resources, "AWS::Lambda::EventInvokeConfig"):
        if one["FunctionName"] == {"Ref": logical("mail")}:
            kept = one.get("DestinationConfig", {}).get("OnFailure")
            yield name, one["MaximumRetryAttempts"] == 2 and kept is not None


def published_and_called_by_alias(resources: Resources) -> Iterator[tuple[str, bool]]:
    """What waits for days goes on by the words it began with; another build is another version."""
    aliases = {"AWS::Lambda::Alias", "AWS::StepFunctions::StateMachineAlias"}
    known = {name for name, one in resources.items() if one["Type"] in aliases}
    for name, machine in of_type(resources, "AWS::StepFunctions::StateMachine"):
        leads = [one["Ref"] for one in machine["DefinitionSubstitutions"].values()]
        yield name, bool(leads) and known.issuperset(leads)
        called = set(re.findall(r'"FunctionName":"([^"]*)"', machine["DefinitionString"]))
        yield name, called == {f"${{{one}}}" for one in machine["DefinitionSubstitutions"]}
    for name, version in of_type(resources, "AWS::Lambda::Version"):
        told = version.get("Description", {}).get("Fn::Sub", "")
        yield name, {"${Code}", "${Settled}"} == {*told.split()}
        # Where the function is as it was, Lambda makes no other version, and the deployment fails.
        function = resources[version["FunctionName"]["Ref"]]["Properties"]
        yield name, function.get("Description") == version["Description"]
    for name, version in of_type(resources, "AWS::StepFunctions::StateMachineVersion"):
        revision = version.get("StateMachineRevisionId", {}).get("Fn::GetAtt", [])
        yield name, revision == [version["StateMachineArn"]["Ref"], "StateMachineRevisionId"]
    for name, function in of_type(resources, "AWS::Lambda::Function"):
        begun = function["Environment"]["Variables"].get("HUB_PLANS_MACHINE")
        if begun:
            yield name, begun["Fn::Sub"][0].endswith(f":{ALIAS}")


def ended_before_the_machine_asks_again(resources: Resources) -> Iterator[tuple[str, bool]]:
    for name, machine in of_type(resources, "AWS::StepFunctions::StateMachine"):
        asked = json.loads(machine["DefinitionString"])["States"].values()
        timeout = resources[logical("plan")]["Properties"]["Timeout"]
        waits = [one for one in asked if one["Type"] == "Task"]
        yield name, all(one.get("TimeoutSeconds", timeout + 1) > timeout for one in waits)
        yield name, all({"TimeoutSeconds", "TimeoutSecondsPath"} & one.keys() for one in waits)


def statements(resources: Resources) -> Iterator[tuple[str, dict[str, Any]]]:
    for name, role in of_type(resources, "AWS::IAM::Role"):
        for said in role["Policies"][0]["PolicyDocument"]["Statement"]:
            yield name, said["Fn::If"][1] if "Fn::If" in said else said


def no_action_is_a_pattern(resources: Resources) -> Iterator[tuple[str, bool]]:
    for name, said in statements(resources):
        yield name, not any("*" in action for action in said["Action"])


def rows_are_asked_for_by_key(resources: Resources) -> Iterator[tuple[str, bool]]:
    """`ForAllValues` is true where no key is named, so `Null` asks for one."""
    for name, said in statements(resources):
        when = said.get("Condition", {})
        if any(LEADING in keys for operator, keys in when.items() if operator != "Null"):
            yield name, when.get("Null") == {LEADING: ["false"]}


def no_variable_is_a_pattern(resources: Resources) -> Iterator[tuple[str, bool]]:
    for name, said in statements(resources):
        like = [
            v for o, keys in said.get("Condition", {}).items() if "Like" in o for v in keys.values()
        ]
        yield name, "${aws:" not in json.dumps(like)


def every_log_ends(resources: Resources) -> Iterator[tuple[str, bool]]:
    logged = {
        one["LogGroupName"]["Fn::Sub"]: one for _, one in of_type(resources, "AWS::Logs::LogGroup")
    }
    for name, function in of_type(resources, "AWS::Lambda::Function"):
        own = logged.get("/aws/lambda/" + function["FunctionName"]["Fn::Sub"], {})
        yield name, own.get("RetentionInDays", 0) in range(1, 91)


def counted() -> set[str]:
    """What our functions count without a dimension, by the names that they say."""
    texts = [path.read_text() for path in (ROOT / "functions").glob("*.py")]
    said = {name for text in texts for name in re.findall(r'count\(\s*"([^"]+)"', text)}
    return said | {f"{state} act" for state in ALARMING}


def told_of_what_waits_or_is_lost(resources: Resources) -> Iterator[tuple[str, bool]]:
    """Each thing that nobody may overlook has an alarm that somebody hears, on what is counted."""
    heard = {
        one["MetricName"]: one
        for _, one in of_type(resources, "AWS::CloudWatch::Alarm")
        if one["AlarmActions"] == [{"Ref": "Alarms"}]
    }
    for name in OVERLOOKED:
        yield name, name in heard
    for name, one in heard.items():
        if not str(one["Namespace"]).startswith("AWS/"):
            yield name, name in counted() and "Dimensions" not in one
    (bill,) = [one for _, one in of_type(resources, "AWS::Budgets::Budget")]
    kinds = [
        told["Notification"]["NotificationType"] for told in bill["NotificationsWithSubscribers"]
    ]
    yield "Bill", kinds == ["ACTUAL", "FORECASTED"]


OVERLOOKED = ("ApproximateNumberOfMessagesVisible", "ApproximateAgeOfOldestMessage", "Invocations",
              "oldest due act", "unknown act", "failed act")  # fmt: skip
RULES: dict[str, Rule] = {
    rule.__name__: rule
    for rule in (
        hidden_for_the_timeout_and_a_minute,
        handed_back_by_message,
        ended_before_its_lease,
        long_enough_for_what_is_declared,
        ended_before_the_gateway_gives_up,
        given_up_into_dead_letters,
        told_of_every_dead_letter,
        repeated_by_nobody_but_the_sweeper,
        kept_when_it_cannot_be_taken,
        published_and_called_by_alias,
        ended_before_the_machine_asks_again,
        no_action_is_a_pattern,
        rows_are_asked_for_by_key,
        no_variable_is_a_pattern,
        every_log_ends,
        told_of_what_waits_or_is_lost,
    )
}


@pytest.mark.parametrize("rule", RULES)
def test_it_holds_for_every_resource(rule: str) -> None:
    asked = list(RULES[rule](template()["Resources"]))
    assert asked
    assert [name for name, holds in asked if not holds] == []


def test_they_are_asked_often_enough_to_mean_something() -> None:
    asked = sum(len(list(rule(template()["Resources"]))) for rule in RULES.values())
    assert asked > 700, asked


# Templates that break them


def first_said(resources: Resources, name: str) -> dict[str, Any]:
    return resources[name]["Properties"]["Policies"][0]["PolicyDocument"]["Statement"][1]


def longer(resources: Resources) -> None:
    resources["Turn"]["Properties"]["Timeout"] += 1


def whole_batches(resources: Resources) -> None:
    del resources["TurnSource"]["Properties"]["FunctionResponseTypes"]


def outliving(resources: Resources) -> None:
    resources["ActSms"]["Properties"]["Timeout"] = 60


def hasty(resources: Resources) -> None:
    resources["ActFetchPage"]["Properties"]["Timeout"] = 10


def patient(resources: Resources) -> None:
    resources["IngressSlack"]["Properties"]["Timeout"] = 60


def losing(resources: Resources) -> None:
    del resources["Lanes"]["Properties"]["RedrivePolicy"]


def silent(resources: Resources) -> None:
    resources["MailDeadLetters"]["Properties"]["AlarmActions"] = []


def insistent(resources: Resources) -> None:
    resources["ActSendSmsInvoked"]["Properties"]["MaximumRetryAttempts"] = 2


def careless(resources: Resources) -> None:
    del resources["MailInvoked"]["Properties"]["DestinationConfig"]


def unpublished(resources: Resources) -> None:
    resources["Plans"]["Properties"]["DefinitionSubstitutions"]["PlanLive"] = {"Ref": "Plan"}


def slow(resources: Resources) -> None:
    resources["Plan"]["Properties"]["Timeout"] = 60


def all_powerful(resources: Resources) -> None:
    first_said(resources, "SweepRole")["Action"] = ["dynamodb:*"]


def unguarded(resources: Resources) -> None:
    del first_said(resources, "TurnLaneRole")["Condition"]["Null"]


def patterned(resources: Resources) -> None:
    when = first_said(resources, "TurnLaneRole")["Condition"]
    when["ForAllValues:StringLike"] = when.pop("ForAllValues:StringEquals")


def endless(resources: Resources) -> None:
    del resources["TurnLog"]["Properties"]["RetentionInDays"]


def misnamed(resources: Resources) -> None:
    resources["ActsUnknown"]["Properties"]["MetricName"] = "unknown acts"


SPOILT: dict[str, Callable[[Resources], None]] = dict(
    zip(
        RULES,
        (longer, whole_batches, outliving, hasty, patient, losing, silent, insistent, careless,
         unpublished, slow,
         all_powerful, unguarded, patterned, endless, misnamed),
        strict=True,
    )
)  # fmt: skip


@pytest.mark.parametrize("rule", RULES)
def test_it_finds_a_template_that_breaks_it(rule: str) -> None:
    spoilt = copy.deepcopy(template()["Resources"])
    SPOILT[rule](spoilt)
    assert not all(holds for _, holds in RULES[rule](spoilt))
