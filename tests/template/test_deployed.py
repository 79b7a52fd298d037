"""The template is deployed by moto's CloudFormation, and a message goes through what it made.

moto knows tables, queues, bucket, key, roles, functions, mappings and the state machine, and no API
of the gateway's, alias, alarm or receipt rule; of those cfn-lint says that they are well formed, and an account the rest.
Each function runs in a process of its own, with the environment that the template gave it.
"""

import io
import json
import sysconfig
import urllib.request
import zipfile
from collections.abc import Iterator
from typing import Any

import pytest

from backends.aws._shape import TABLE
from bench import bundles, served
from bench.bundles import Bundle
from infra.functions import deployed
from infra.reach import ROOT
from infra.template.settings import WRITTEN
from infra.template.write import template
from tests.vendor import provider

STACK = "hub-dev"
TOLD = {
    "Stage": "dev",
    "CodeBucket": "code",
    "Code": "one",
    "PublicUrl": served.PUBLIC_URL,
    "HasSms": "yes",
    "TwilioFrom": "+41790000002",
    "EmailAddress": "persona@hub.example",
}
BEYOND_MOTO = (
    "AWS::ApiGatewayV2::", "AWS::CloudWatch::Alarm", "AWS::SES::", "AWS::SNS::TopicPolicy",
    "AWS::Lambda::Alias", "AWS::Lambda::EventInvokeConfig", "AWS::Scheduler::ScheduleGroup",
    "AWS::StepFunctions::StateMachineAlias", "AWS::StepFunctions::StateMachineVersion",
    "AWS::S3::BucketPolicy", "AWS::Budgets::",
)  # fmt: skip


@pytest.fixture(scope="module")
def vendor() -> Iterator[tuple[str, list[tuple[str, str]]]]:
    with provider({"sid": "SM" + "9" * 32, "status": "queued"}) as (url, posts):
        yield url, posts


@pytest.fixture(scope="module")
def aws(vendor: tuple[str, Any]) -> Iterator[served.Served]:
    """An AWS in which the stack stands, and nothing else but its credentials and bundles."""
    with served.started() as one:
        configure(one)
        _upload(one)
        for name, value in served.SECRETS.items():
            if value:
                one.client("ssm").put_parameter(
                    Name=f"/hub/dev/{name}", Value=value, Type="SecureString"
                )
        told = {**TOLD, "TwilioApiUrl": vendor[0]}
        one.client("cloudformation").create_stack(
            StackName=STACK,
            TemplateURL=f"https://code.s3.{served.REGION}.amazonaws.com/template.json",
            Parameters=[{"ParameterKey": k, "ParameterValue": v} for k, v in told.items()],
            Capabilities=["CAPABILITY_NAMED_IAM"],
        )
        _hold(one)
        one.env["HUB_LANES_URL"] = environment(one, "turn")["HUB_LANES_URL"]
        yield one


def configure(aws: served.Served) -> None:
    """An invoke is taken and runs nothing: the bell only rings here."""
    asked = urllib.request.Request(
        f"{aws.env['AWS_ENDPOINT_URL']}/moto-api/config",
        json.dumps({"lambda": {"use_docker": False}}).encode(),
        {"content-type": "application/json"},
    )
    urllib.request.urlopen(asked, timeout=20).close()


def _hold(aws: served.Served) -> None:
    """The lanes' messages wait for us: moto's Lambda would take them and run nothing."""
    client = aws.client("lambda")
    sources = client.list_event_source_mappings()["EventSourceMappings"]
    taken = {one["FunctionArn"].rpartition(":")[2]: one["BatchSize"] for one in sources}
    assert taken == {f"{STACK}-turn": 10, f"{STACK}-undelivered": 10}
    for one in sources:
        client.update_event_source_mapping(UUID=one["UUID"], Enabled=False)


def _upload(aws: served.Served) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("empty.py", "")
    where = {"LocationConstraint": served.REGION}
    client = aws.client("s3")
    client.create_bucket(Bucket="code", CreateBucketConfiguration=where)
    client.put_object(Bucket="code", Key="template.json", Body=WRITTEN.read_bytes())
    for name in deployed():
        client.put_object(Bucket="code", Key=f"one/{name}.zip", Body=packed.getvalue())


def environment(aws: served.Served, function: str) -> dict[str, str]:
    """What AWS would give the function: the template's own variables, region and credentials."""
    told = aws.client("lambda").get_function_configuration(FunctionName=f"{STACK}-{function}")
    machine = {k: v for k, v in aws.env.items() if k.startswith("AWS_")}
    return {"PATH": "/usr/bin:/bin", **machine, **told["Environment"]["Variables"]}


def invoke(aws: served.Served, function: str, event: Any) -> Any:
    """One invocation, from the code as it lies here."""
    whole = Bundle(deployed()[function], ROOT, {}, {})
    libraries = f"import sys; sys.path.append({sysconfig.get_path('purelib')!r})\n"
    program = libraries + bundles.invocation(whole)
    told = bundles.run(program, environment(aws, function), json.dumps(event))
    return json.loads(told.splitlines()[-1])["answer"]


def test_all_that_moto_knows_was_made(aws: served.Served) -> None:
    pages = aws.client("cloudformation").get_paginator("list_stack_resources")
    found = [
        one for page in pages.paginate(StackName=STACK) for one in page["StackResourceSummaries"]
    ]
    made = {one["LogicalResourceId"] for one in found}
    missing = {
        name: one["Type"]
        for name, one in template()["Resources"].items()
        if name not in made and not one["Type"].startswith(BEYOND_MOTO)
    }
    assert missing == {}
    assert len(made) > 100


def test_the_table_is_the_family_s_own(aws: served.Served) -> None:
    found = aws.client("dynamodb").describe_table(TableName=STACK)["Table"]
    assert found["KeySchema"] == TABLE["KeySchema"]
    (index,) = found["GlobalSecondaryIndexes"]
    assert {name: index[name] for name in ("IndexName", "KeySchema", "Projection")} == {
        **TABLE["GlobalSecondaryIndexes"][0]
    }


def test_a_text_message_goes_in_through_a_turn_and_out(
    aws: served.Served, vendor: tuple[str, list[tuple[str, str]]]
) -> None:
    text = served.text_message("remember my bike lock is 4812", "SM100")
    assert invoke(aws, "ingress-sms", text)["statusCode"] == 200
    batch = aws.received()
    assert len(batch["Records"]) == 1
    assert invoke(aws, "turn", batch) == {"batchItemFailures": []}
    lane = batch["Records"][0]["attributes"]["MessageGroupId"]
    assert invoke(aws, "act-sms", {"function": "sms", "lane": lane}) is None
    ((path, body),) = vendor[1]
    assert path.endswith("/Messages.json")
    assert "4812" in body
    stands = [
        row["sort"]["S"] for row in aws.rows(STACK) if row["partition"]["S"] == f"ACT#sms#{lane}"
    ]
    assert [sort.partition("#")[0] for sort in stands] == ["DONE"]
    assert "4812" not in json.dumps(aws.rows(STACK), default=str)


def test_a_forged_one_goes_nowhere(aws: served.Served) -> None:
    text = served.text_message("remember my bike lock is 4812", "SM101")
    text["headers"]["x-twilio-signature"] = "A" * 28
    assert invoke(aws, "ingress-sms", text)["statusCode"] == 403
    assert aws.received()["Records"] == []
