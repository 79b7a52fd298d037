"""What AWS takes of a template and emulators let pass: sizes, names, circles; on the longest stage."""

import graphlib
import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from infra.template.write import template
from tests.template.read import LONGEST, of_type, stage

REGION = "ap-southeast-1"
"""The longest name of a region in which Lambda runs on arm64."""
POLICY, TRUST, DESCRIPTION = 10_240, 2_048, 256
"""Characters: all inline policies of a role, who may take it, what a function or version says."""
MACHINE = 1024 * 1024
RESERVED = frozenset(
    {
        "_HANDLER", "_X_AMZN_TRACE_ID", "AWS_DEFAULT_REGION", "AWS_REGION", "AWS_EXECUTION_ENV",
        "AWS_LAMBDA_FUNCTION_NAME", "AWS_LAMBDA_FUNCTION_MEMORY_SIZE",
        "AWS_LAMBDA_FUNCTION_VERSION", "AWS_LAMBDA_INITIALIZATION_TYPE",
        "AWS_LAMBDA_LOG_GROUP_NAME", "AWS_LAMBDA_LOG_STREAM_NAME", "AWS_ACCESS_KEY",
        "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN",
        "AWS_LAMBDA_RUNTIME_API", "LAMBDA_TASK_ROOT", "LAMBDA_RUNTIME_DIR",
    }
)  # fmt: skip
"""Variables that Lambda sets itself, and refuses (docs.aws.amazon.com/lambda)."""
NAMES: Mapping[tuple[str, str], int] = {
    ("AWS::IAM::Role", "RoleName"): 64,
    ("AWS::Lambda::Function", "FunctionName"): 64,
    ("AWS::SQS::Queue", "QueueName"): 80,
    ("AWS::SNS::Topic", "TopicName"): 256,
    ("AWS::S3::Bucket", "BucketName"): 63,
    ("AWS::CloudWatch::Alarm", "AlarmName"): 255,
    ("AWS::Logs::LogGroup", "LogGroupName"): 512,
    ("AWS::DynamoDB::Table", "TableName"): 255,
    ("AWS::KMS::Alias", "AliasName"): 256,
    ("AWS::ApiGatewayV2::Api", "Name"): 128,
    ("AWS::Scheduler::ScheduleGroup", "Name"): 64,
    ("AWS::StepFunctions::StateMachine", "StateMachineName"): 80,
    ("AWS::SES::ReceiptRuleSet", "RuleSetName"): 64,
}
WHOLE = stage(
    Stage=LONGEST,
    ModelArns=["arn:aws:bedrock:eu-west-1::foundation-model/" + "m" * 60] * 8,
    BedrockGuardrail="abcdefghijkl:1",
    **{"AWS::Region": REGION},
)
RESOURCES: Mapping[str, dict[str, Any]] = template()["Resources"]


def size(told: Any) -> int:
    """Without white space, as IAM counts."""
    return len(re.sub(r"\s", "", json.dumps(WHOLE.resolve(told))))


def test_every_role_is_small_enough() -> None:
    for name, role in of_type("AWS::IAM::Role").items():
        assert sum(size(one["PolicyDocument"]) for one in role["Policies"]) <= POLICY, name
        assert size(role["AssumeRolePolicyDocument"]) <= TRUST, name


@pytest.mark.parametrize(("kind", "property"), NAMES)
def test_every_name_fits(kind: str, property: str) -> None:
    names = [WHOLE.resolve(one[property]) for one in of_type(kind).values()]
    assert names
    assert all(len(name) <= NAMES[kind, property] for name in names)
    assert len({*names}) == len(names)


def test_no_function_is_told_what_lambda_tells_it() -> None:
    told = [one["Environment"]["Variables"] for one in of_type("AWS::Lambda::Function").values()]
    assert all(not RESERVED & one.keys() for one in told)


def test_what_a_published_version_says_of_itself_fits() -> None:
    built = stage(Code=f"{LONGEST}/{'0' * 20}", Settled="0" * 20)
    for kind in ("AWS::Lambda::Function", "AWS::Lambda::Version"):
        for one in of_type(kind).values():
            assert len(built.resolve(one.get("Description", ""))) <= DESCRIPTION


def test_lanes_come_in_batches_that_a_fifo_queue_gives() -> None:
    for one in of_type("AWS::Lambda::EventSourceMapping").values():
        assert one["BatchSize"] <= 10
        assert "MaximumBatchingWindowInSeconds" not in one


def test_the_socket_asks_nothing_of_the_aws_account() -> None:
    """A WebSocket API writes a log only through a role that is set for the account by hand."""
    stages = of_type("AWS::ApiGatewayV2::Stage")
    assert "AccessLogSettings" in stages["DoorsStage"]
    assert "AccessLogSettings" not in stages["SocketsStage"]
    routes = {name for name in of_type("AWS::ApiGatewayV2::Route") if "Socket" in name}
    assert {*RESOURCES["SocketsStage"]["DependsOn"]} == routes


def test_the_machine_is_small_enough() -> None:
    (machine,) = of_type("AWS::StepFunctions::StateMachine").values()
    assert len(machine["DefinitionString"]) < MACHINE


# What waits for what


def referred(told: Any) -> Iterator[str]:
    """The resources that a part of the template names."""
    match told:
        case {"Ref": str(name)}:
            yield name
        case {"Fn::GetAtt": [str(name), *_]}:
            yield name
        case {"Fn::Sub": str(text)}:
            yield from re.findall(r"\$\{(\w+)", text)
        case {"Fn::Sub": [str(text), dict(own)]}:
            yield from (name for name in re.findall(r"\$\{(\w+)", text) if name not in own)
            yield from referred(own)
        case dict():
            for one in told.values():
                yield from referred(one)
        case list():
            for one in told:
                yield from referred(one)
        case _:
            return


def needs(resources: Mapping[str, Any]) -> dict[str, set[str]]:
    """What each resource waits for."""
    found: dict[str, set[str]] = {}
    for name, one in resources.items():
        after = one.get("DependsOn", [])
        after = [after] if isinstance(after, str) else after
        found[name] = {*referred(one["Properties"]), *after} & resources.keys()
    return found


def test_no_two_wait_for_each_other() -> None:
    order = list(graphlib.TopologicalSorter(needs(RESOURCES)).static_order())
    assert order.index("Turn") > order.index("TurnRole") > 0
    circle = {"A": {"Properties": {"Fn::Sub": "${B.Arn}"}}, "B": {"Properties": {"Ref": "A"}}}
    with pytest.raises(graphlib.CycleError):
        graphlib.TopologicalSorter(needs(circle)).prepare()


def test_what_may_be_absent_is_needed_by_nothing_that_is_there() -> None:
    asked = 0
    for name, waits in needs(RESOURCES).items():
        for other in waits:
            when = RESOURCES[other].get("Condition")
            asked += when is not None
            assert when in (None, RESOURCES[name].get("Condition")), (name, other)
    assert asked
