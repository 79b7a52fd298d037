"""`hub deploy` against moto: what is uploaded, what is shown, what is asked, what is left to do."""

import io
import json
import re
import struct
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import typer
from rich.console import Console

from bench import served
from hub import deploying
from hub.after import steps
from hub.deploy import Deployment, Place, secret_names
from hub.kept import delete, find
from hub.mailing import domain_of, records, tokens
from hub.permissions import permission_changes
from hub.ready import checks
from infra.bundles import Bundle
from infra.functions import deployed
from infra.packing import Packed, pack
from infra.proof.stage import key_policy
from infra.target import Target
from infra.template.settings import NO_MAIL, parameter
from infra.template.stage import SETTLED
from infra.template.write import template
from persona.errors import Broken
from tests.template.test_deployed import configure

ENV = {
    "AWS_REGION": served.REGION,
    "HUB_MODEL": "openai:small",
    "HUB_EMAIL_ADDRESS": "persona@hub.example",
    "TWILIO_FROM": "+41790000002",
    "TWILIO_ACCOUNT_SID": "AC1",
    "TWILIO_AUTH_TOKEN": "token",
}
X86 = b"\x7fELF" + b"\0" * 14 + struct.pack("<H", 62)
ARM = b"\x7fELF" + b"\0" * 14 + struct.pack("<H", 183)
LAMBDA = Target("arm64", "python3.13", python="")


@pytest.fixture(scope="module")
def aws() -> Iterator[served.Served]:
    with served.started() as one:
        configure(one)
        yield one


@pytest.fixture(scope="module")
def packed(tmp_path_factory: pytest.TempPathFactory) -> Packed:
    """Archives with next to nothing in them: what a bundle holds is told elsewhere."""
    out = tmp_path_factory.mktemp("packed")
    return pack([bundle(out, name, {"a.py": b"x = 1", "b.so": ARM}) for name in deployed()], out)


def bundle(out: Path, name: str, files: Mapping[str, bytes], target: Target = LAMBDA) -> Bundle:
    folder = out / name
    folder.mkdir(exist_ok=True)
    for path, data in files.items():
        (folder / path).write_bytes(data)
    return Bundle(deployed()[name], folder, {"hub": sum(map(len, files.values()))}, {}, target)


def deployment(aws: served.Served, stage: str = "dev") -> tuple[Deployment, io.StringIO]:
    told = io.StringIO()
    owner = aws.client("sts").get_caller_identity()["Account"]
    place = Place(stage, served.REGION, owner)
    console = Console(file=told, width=200)
    return Deployment(place, aws.client, console, sleep=lambda seconds: None), told


def bring(aws: served.Served, packed: Packed, env: Mapping[str, str]) -> tuple[dict[str, str], str]:
    made, told = deployment(aws)
    made.upload(packed)
    change_set = made.propose(packed, made.parameters(packed, env, made.secrets(env)))
    assert change_set
    made.keep_secrets(env)
    return made.execute(change_set), told.getvalue()


@pytest.fixture(scope="module")
def brought(aws: served.Served, packed: Packed) -> tuple[dict[str, str], str]:
    return bring(aws, packed, ENV)


def variables(aws: served.Served, function: str) -> dict[str, str]:
    told = aws.client("lambda").get_function_configuration(FunctionName=f"hub-dev-{function}")
    return told["Environment"]["Variables"]


# What is made


def test_every_change_is_shown_before_it_is_made(brought: tuple[dict[str, str], str]) -> None:
    _, told = brought
    assert all(name in told for name in template()["Resources"] if "Bill" not in name)
    assert "+ Sweep may dynamodb:" in told
    assert "CREATE_COMPLETE" in told


def test_settings_and_credentials_come_from_the_environment(
    aws: served.Served, brought: tuple[dict[str, str], str]
) -> None:
    assert variables(aws, "turn")["HUB_MODEL"] == "openai:small"
    assert variables(aws, "act-sms")["HUB_SECRETS"] == "TWILIO_ACCOUNT_SID,TWILIO_AUTH_TOKEN"
    assert variables(aws, "act-slack")["HUB_SECRETS"].strip(",") == ""
    found = aws.client("ssm").get_parameter(Name="/hub/dev/TWILIO_AUTH_TOKEN", WithDecryption=True)
    assert (found["Parameter"]["Value"], found["Parameter"]["Type"]) == ("token", "SecureString")
    assert "token" not in json.dumps(variables(aws, "turn"))


def test_what_is_not_named_again_stays_as_it_was(
    aws: served.Served, packed: Packed, brought: tuple[dict[str, str], str]
) -> None:
    made, _ = deployment(aws)
    told = made.parameters(packed, {"HUB_THINK_SECONDS": "30"}, ["TWILIO_ACCOUNT_SID"])
    by_name = {one["ParameterKey"]: one for one in told}
    assert by_name["ThinkSeconds"]["ParameterValue"] == "30"
    assert by_name[parameter("HUB_MODEL")] == {"ParameterKey": "Model", "UsePreviousValue": True}
    assert by_name["HasSms"]["ParameterValue"] == "no"
    assert by_name.keys() == template()["Parameters"].keys()


def test_what_is_published_is_another_for_any_change_and_for_nothing_else(
    aws: served.Served, packed: Packed, brought: tuple[dict[str, str], str]
) -> None:
    made, _ = deployment(aws)

    def settled(env: Mapping[str, str], names: list[str], of: Packed = packed) -> str:
        told = made.parameters(of, env, names)
        (one,) = [one["ParameterValue"] for one in told if one["ParameterKey"] == SETTLED]
        return one

    names = made.secrets({})
    stands = aws.client("cloudformation").describe_stacks(StackName="hub-dev")["Stacks"][0]
    (known,) = [p for p in stands["Parameters"] if p["ParameterKey"] == SETTLED]
    assert settled(ENV, names) == settled({}, names) == known["ParameterValue"]
    others = [
        settled({"HUB_THINK_SECONDS": "30"}, names),
        settled({}, []),
        settled({}, names, replace(packed, code="other")),
    ]
    assert len({known["ParameterValue"], *others}) == 4


def test_another_setting_is_deployed_and_no_role_is_said_to_change(
    aws: served.Served, packed: Packed, brought: tuple[dict[str, str], str]
) -> None:
    _, told = bring(aws, packed, {**ENV, "HUB_TIMEZONE": "Europe/Zurich"})
    assert " may " not in told  # no role changed
    assert variables(aws, "turn")["HUB_TIMEZONE"] == "Europe/Zurich"


def test_only_the_archives_that_are_new_are_uploaded(
    aws: served.Served, packed: Packed, brought: tuple[dict[str, str], str]
) -> None:
    made, _ = deployment(aws)
    client = aws.client("s3")
    before = client.head_object(Bucket=made.place.bucket, Key=f"dev/{packed.code}/turn.zip")
    made.upload(packed)
    after = client.head_object(Bucket=made.place.bucket, Key=f"dev/{packed.code}/turn.zip")
    assert after["LastModified"] == before["LastModified"]
    closed = client.get_public_access_block(Bucket=made.place.bucket)
    assert all(closed["PublicAccessBlockConfiguration"].values())


def test_what_is_left_is_what_the_vendors_are_told(brought: tuple[dict[str, str], str]) -> None:
    outputs = {name: f"https://hub.example/{name}" for name in template()["Outputs"]}
    told = "\n".join(steps("dev", outputs, ENV))
    assert f"phone-numbers:update +41790000002 --sms-url {outputs['SmsUrl']}" in told
    assert "set-active-receipt-rule-set --rule-set-name hub-dev" in told
    assert f"hub.example. MX 10 inbound-smtp.{served.REGION}" in told
    app = json.loads(told.partition("secrets: ")[2])
    events = app["settings"]["event_subscriptions"]
    assert events["request_url"] == outputs["SlackEventsUrl"]
    assert "app_mention" in events["bot_events"]


def test_deleting_a_stage_keeps_its_data_and_waits_for_no_plan(
    aws: served.Served, packed: Packed, monkeypatch: pytest.MonkeyPatch
) -> None:
    plans = aws.client("stepfunctions")
    made, _ = deployment(aws, "gone")
    monkeypatch.setattr(
        made, "_clients", lambda api: plans if api == "stepfunctions" else aws.client(api)
    )
    made.upload(packed)
    made.execute(made.propose(packed, made.parameters(packed, {}, [])))
    machine = f"arn:aws:states:{served.REGION}:{made.place.owner}:stateMachine:hub-gone-plans"
    waits = plans.start_execution(stateMachineArn=machine, name="one-1")["executionArn"]
    assert plans.describe_execution(executionArn=waits)["status"] == "RUNNING"
    stopped: list[str] = []
    monkeypatch.setattr(plans, "stop_execution", lambda **one: stopped.append(one["executionArn"]))
    kept = made.destroy()
    assert stopped == [waits]  # which AWS would else wait for, and moto does not
    assert "hub-gone" in kept
    assert "hub-gone-keys" in kept
    assert len(kept) == sum("DeletionPolicy" in one for one in template()["Resources"].values())


# In words


def test_a_wider_role_is_told_in_words() -> None:
    old = {"Turn": {"s3:GetObject on s3:::x/mail/*"}}
    new = {"Turn": {"s3:GetObject on s3:::x/*"}, "New": {"sqs:SendMessage on lanes"}}
    assert list(permission_changes(old, new)) == [
        "+ New may sqs:SendMessage on lanes",
        "+ Turn may s3:GetObject on s3:::x/*",
        "- Turn may no longer s3:GetObject on s3:::x/mail/*",
    ]
    assert list(permission_changes(new, new)) == []


def test_every_credential_has_a_name() -> None:
    assert {"SLACK_BOT_TOKEN", "TWILIO_AUTH_TOKEN", "OPENAI_API_KEY"} <= {*secret_names()}


# Before


def test_a_machine_with_credentials_and_region_is_ready(aws: served.Served) -> None:
    found = {one.name: one for one in checks("dev", aws.client, ENV)}
    assert found["credentials"].is_good
    assert found["region"].told == served.REGION
    assert found["Twilio"].is_good
    assert not found["mail sent"].is_good
    assert not found["mail identity"].is_good
    assert "DNS records that hub.example then needs" in found["mail identity"].fix


def test_without_a_region_nothing_else_is_asked() -> None:
    def nobody(api: str) -> Any:
        raise AssertionError(api)

    found = {one.name: one for one in checks("dev", nobody, {})}
    assert not found["region"].is_good
    assert found["region"].is_needed
    assert found.keys() == {"bundles", "compiled ahead", "region", "credentials"}


def test_half_a_pair_of_credentials_is_told(aws: served.Served) -> None:
    half = {"AWS_REGION": served.REGION, "SLACK_BOT_TOKEN": "xoxb"}
    found = {one.name: one for one in checks("dev", aws.client, half)}
    assert found["Slack"].fix == "Set SLACK_SIGNING_SECRET too."


# Archives


def test_the_same_files_make_the_same_archive(tmp_path: Path) -> None:
    one, two = tmp_path / "one", tmp_path / "two"
    for out in (one, two):
        out.mkdir()
    files = {"a.py": b"x = 1", "b.so": ARM}
    first, second = (pack([bundle(out, "turn", files)], out) for out in (one, two))
    assert first.code == second.code
    assert first.archives["turn"].read_bytes() == second.archives["turn"].read_bytes()
    assert (first.machine, first.runtime) == ("arm64", "python3.13")
    assert first.archives.keys() == {"turn"}
    with zipfile.ZipFile(first.archives["turn"]) as archive:
        assert archive.namelist() == ["a.py", "b.so"]
        assert archive.testzip() is None
        assert archive.read("b.so") == ARM
        assert archive.getinfo("a.py").date_time == (1980, 1, 1, 0, 0, 0)
    changed = pack([bundle(two, "turn", {"a.py": b"x = 2"})], two)
    assert changed.code != first.code


@pytest.mark.parametrize(
    ("library", "told"),
    [
        (b"\xcf\xfa\xed\xfe" + b"\0" * 20, "no library of Linux"),
        (b"\x7fELF" + b"\0" * 14 + struct.pack("<H", 243), "a machine that Lambda does not have"),
    ],
)
def test_a_library_of_another_machine_is_refused(library: bytes, told: str, tmp_path: Path) -> None:
    with pytest.raises(Broken, match=told):
        pack([bundle(tmp_path, "turn", {"b.so": library})], tmp_path)


def test_libraries_of_another_machine_than_it_is_for_are_refused(tmp_path: Path) -> None:
    with pytest.raises(Broken, match="turn is for arm64 and has libraries of x86_64"):
        pack([bundle(tmp_path, "turn", {"a.so": ARM, "b.so": X86})], tmp_path)


def test_one_stage_has_one_machine_and_one_that_lambda_has(tmp_path: Path) -> None:
    other = bundle(tmp_path, "sweep", {"a.so": X86}, Target("x86_64", "python3.13", python=""))
    with pytest.raises(Broken, match="for one machine, not for"):
        pack([bundle(tmp_path, "turn", {"a.so": ARM}), other], tmp_path)
    old = bundle(tmp_path, "plan", {}, Target("arm64", "python3.9", python=""))
    with pytest.raises(Broken, match=r"Lambda has no python3\.9"):
        pack([old], tmp_path)


# From its beginning to its end


def test_nothing_is_made_before_a_yes_and_everything_after(
    aws: served.Served, packed: Packed, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(deploying, "_packed", lambda folder, *, here: packed)
    for name, value in ENV.items():
        monkeypatch.setenv(name, value)
    told = io.StringIO()
    monkeypatch.setattr(deploying, "console", Console(file=told, width=200))
    made, _ = deployment(aws, "whole")
    spell_policies(aws)
    monkeypatch.setattr(typer, "confirm", lambda *_, **__: False)
    with pytest.raises(Broken, match="Nothing was changed"):
        deploying._deploy(made, aws.client, yes=False, here=False)
    assert not made.is_standing()
    assert not aws.client("ssm").get_parameters_by_path(Path="/hub/whole")["Parameters"]
    assert "an identity in SES for hub.example" in told.getvalue()
    made_by_moto = made.execute
    outputs = {name: f"https://{name}" for name in template()["Outputs"]}
    # moto knows no API of the gateway's, whose addresses the outputs are.
    monkeypatch.setattr(made, "execute", lambda change_set: made_by_moto(change_set) or outputs)
    facts = deploying._deploy(made, aws.client, yes=True, here=False)
    assert facts["changed"]
    assert made.is_standing()
    left = "\n".join(facts["left"])
    assert all(
        word in left for word in ("The page: ", "Twilio: ", "DNS: hub.example. MX", "Slack: ")
    )
    monkeypatch.setattr(typer, "prompt", lambda *_, **__: "hub-whole")
    spell_policies(aws)
    ended = deploying._destroy(made, aws.client, yes=False, with_data=True)
    assert "hub-whole-keys" in ended["erased"]
    assert not made.is_standing()


# What is left of a stage


class Importing:
    """CloudFormation that imports, which moto's does not: it notes what it is asked and has done it."""

    def __init__(self, status: str = "CREATE_COMPLETE", reason: str = "") -> None:
        self.reason = reason
        self.asked: list[dict[str, Any]] = []
        self.executed: list[str] = []
        self.status = status
        self.deleted: list[str] = []

    def create_change_set(self, **asked: Any) -> None:
        self.asked.append(asked)

    def describe_change_set(self, **about: Any) -> dict[str, Any]:
        return {"Status": self.status, "StatusReason": self.reason}

    def delete_change_set(self, **about: Any) -> None:
        self.deleted.append(about["ChangeSetName"])

    def execute_change_set(self, **about: Any) -> None:
        self.executed.append(about["ChangeSetName"])

    def get_paginator(self, name: str) -> Any:
        status = "IMPORT_COMPLETE" if self.executed else "REVIEW_IN_PROGRESS"
        event = {"EventId": status, "LogicalResourceId": "hub-dev", "ResourceStatus": status}

        class Pages:
            def paginate(self, **about: Any) -> list[dict[str, Any]]:
                return [{"StackEvents": [event]}]

        return Pages()

    def describe_stacks(self, **about: Any) -> dict[str, Any]:
        return {"Stacks": [{"StackStatus": "IMPORT_COMPLETE"}]}

    def get_template(self, **about: Any) -> dict[str, Any]:
        return {"TemplateBody": {"Resources": {}}}


LEFT = {"Table": {"TableName": "hub-dev"}, "Master": {"KeyId": "1-2-3"}}


def importing(client: Importing) -> Deployment:
    place = Place("dev", served.REGION, "123456789012")
    return Deployment(place, lambda api: client, Console(file=io.StringIO()), lambda seconds: None)


def test_what_an_earlier_stage_left_is_taken_over() -> None:
    client = Importing()
    importing(client).adopt(LEFT)
    (asked,) = client.asked
    assert asked["ChangeSetType"] == "IMPORT"
    told = json.loads(asked["TemplateBody"])
    assert told["Resources"] == {name: template()["Resources"][name] for name in LEFT}
    assert all(one["DeletionPolicy"] == "Retain" for one in told["Resources"].values())
    assert told["Parameters"].keys() == {"Stage"}
    assert [one["ResourceIdentifier"] for one in asked["ResourcesToImport"]] == [*LEFT.values()]
    assert client.executed == [asked["ChangeSetName"]]


def test_what_cannot_be_taken_over_is_told_and_left() -> None:
    client = Importing("FAILED", "already in another stack")
    with pytest.raises(Broken, match="already in another stack"):
        importing(client).adopt(LEFT)
    assert client.deleted
    assert not client.executed


def test_where_nothing_differs_nothing_is_asked(packed: Packed) -> None:
    """CloudFormation calls it a failure (moto compares otherwise, and finds a difference)."""
    client = Importing("FAILED", "The submitted information didn't contain changes.")
    assert importing(client).propose(packed, []) == ""
    assert [one["ChangeSetType"] for one in client.asked] == ["UPDATE"]
    assert client.deleted
    with pytest.raises(Broken, match="no such bucket"):
        importing(Importing("FAILED", "no such bucket")).propose(packed, [])


def test_what_refers_to_what_is_not_taken_over_could_not_be_imported() -> None:
    """The four refer to nothing but the stage, so that each can be imported alone."""
    for name, one in template()["Resources"].items():
        if "DeletionPolicy" in one:
            refers = set(re.findall(r'"(?:Ref|Fn::GetAtt)": "?\[?"?(\w+)', json.dumps(one)))
            assert "Condition" not in one
            assert refers <= {"Stage"}, name


def spell_policies(aws: served.Served) -> None:
    """moto keeps a key's policy as the template has it, and then cannot read it."""
    client = aws.client("kms")
    for one in client.list_keys()["Keys"]:
        client.put_key_policy(
            KeyId=one["KeyId"], PolicyName="default", Policy=json.dumps(key_policy())
        )


def test_data_is_found_again_and_deleted_when_told(aws: served.Served, packed: Packed) -> None:
    made, _ = deployment(aws, "over")
    made.upload(packed)
    made.execute(made.propose(packed, made.parameters(packed, {}, made.secrets(ENV))))
    made.keep_secrets(ENV)
    spell_policies(aws)
    kept = find(made.place, aws.client)
    assert {*kept} == {n for n, one in template()["Resources"].items() if "DeletionPolicy" in one}
    bucket = kept["Blobs"]["BucketName"]
    aws.client("s3").put_object(Bucket=bucket, Key="mail/1", Body=b"From: ann")
    gone = delete(kept, made.place, aws.client)
    assert {"hub-over", "hub-over-keys", bucket, "/hub/over/TWILIO_AUTH_TOKEN"} <= {*gone}
    assert find(made.place, aws.client) == {}
    told = aws.client("kms").describe_key(KeyId=kept["Master"]["KeyId"])["KeyMetadata"]
    assert told["KeyState"] == "PendingDeletion"
    dev = aws.client("ssm").get_parameters_by_path(Path="/hub/over")["Parameters"]
    assert dev == []


def test_a_key_is_not_guessed(aws: served.Served) -> None:
    for _ in range(2):
        aws.client("kms").create_key(Description="Wraps the data keys of hub twice.")
    spell_policies(aws)
    with pytest.raises(Broken, match="Several keys say"):
        find(Place("twice", served.REGION, "123456789012"), aws.client)


def test_data_is_never_deleted_by_yes_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    def untouched(*_: Any) -> Any:
        raise AssertionError

    monkeypatch.setattr(typer, "prompt", lambda *_, **__: "yes")
    made = Deployment(Place("dev", "eu", "1"), untouched, Console(file=io.StringIO()))
    with pytest.raises(Broken, match="Nothing was changed"):
        deploying._destroy(made, untouched, yes=True, with_data=True)


def test_a_stage_without_mail_is_asked_for_none(aws: served.Served) -> None:
    outputs = {name: f"https://hub.example/{name}" for name in template()["Outputs"]}
    for env in ({}, {"HUB_EMAIL_ADDRESS": NO_MAIL}):
        assert domain_of(env) == ""
        assert "SES" not in "".join(steps("dev", outputs, env))
        found = {one.name for one in checks("dev", aws.client, {**env, "AWS_REGION": "eu-west-1"})}
        assert not found & {"mail identity", "mail received", "mail sent"}


def test_the_domain_is_proven_by_what_its_dns_says(aws: served.Served) -> None:
    assert tokens("hub.example", aws.client) == tokens("hub.example", aws.client)
    told = list(records("hub.example", "eu-central-1", ["one", "two"]))
    assert told[0] == "hub.example. MX 10 inbound-smtp.eu-central-1.amazonaws.com."
    assert told[2] == "two._domainkey.hub.example. CNAME two.dkim.amazonses.com."
    assert aws.client("sesv2").get_email_identity(EmailIdentity="hub.example")


PROFILE = "arn:aws:bedrock:eu-west-1:1:inference-profile/eu.claude"
TWO = ("eu-west-1", "eu-west-3")


@pytest.mark.parametrize(
    ("arns", "is_good"),
    [
        ("", False),
        ("arn:aws:bedrock:us-east-1::foundation-model/claude", True),
        (PROFILE, False),
        (
            ",".join(
                [PROFILE, *(f"arn:aws:bedrock:{one}::foundation-model/claude" for one in TWO)]
            ),
            True,
        ),
    ],
)
def test_a_model_needs_the_arns_of_all_its_regions(
    aws: served.Served, arns: str, is_good: bool
) -> None:
    env = {"AWS_REGION": served.REGION, "HUB_MODEL": "bedrock:claude", "HUB_MODEL_ARNS": arns}
    found = {one.name: one for one in checks("dev", aws.client, env)}
    assert found["models"].is_good == is_good
    assert "HUB_MODEL_ARNS" in found["models"].fix


def test_what_carriers_want_first_is_told(aws: served.Served) -> None:
    env = {**ENV, "TWILIO_FROM": "+12025550100, whatsapp:+41790000002"}
    found = {one.name: one for one in checks("dev", aws.client, env)}
    assert "10DLC" in found["numbers"].fix
    assert "template" in found["WhatsApp"].fix
    assert not found["alarms"].is_good
