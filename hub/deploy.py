"""`hub deploy STAGE`: the kept template with bundles built here, shown as changes before any is made.

Everything goes through a change set, so that what will happen is seen first; what the roles would
be allowed from then on is told in words. Settings and credentials are taken from this process's
environment, by the names of the README; what is not named there stays as it was.
"""

import hashlib
import json
import time
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError
from rich.console import Console
from rich.progress import Progress, TaskID
from rich.table import Table

from hub.permissions import permission_changes, said_by
from infra.packing import Packed
from infra.template.settings import SETTINGS, WRITTEN, parameter
from infra.template.stage import SETTLED
from persona import catalog
from persona.errors import Broken

Clients = Callable[[str], Any]
"""Gives a client of an API by name."""
SECONDS_BETWEEN = 3.0
MOST_WAIT = 3600.0
ENDED = ("COMPLETE", "FAILED")
UNUSABLE = ("ROLLBACK_COMPLETE", "ROLLBACK_FAILED")
"""What is left of a stack whose making failed."""
MACHINE = "AWS::StepFunctions::StateMachine"
OF_MODELS = "OPENAI_API_KEY"
ALSO = {"ModelArns": "HUB_MODEL_ARNS", "AlarmAddress": "HUB_ALARM_ADDRESS",
        "MonthlyUsd": "HUB_MONTHLY_USD"}  # fmt: skip
"""Parameters that are no settings, and what they are called in the environment."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a stage is: its name, AWS's region, and the number of the AWS account."""

    stage: str
    region: str
    owner: str

    @property
    def stack(self) -> str:
        return f"hub-{self.stage}"

    @property
    def bucket(self) -> str:
        """Where bundles and templates are laid, those of each stage in a folder of its name."""
        return f"hub-code-{self.owner}-{self.region}"

    def folder(self, packed: Packed) -> str:
        """Where these lie there: no stage's deployer reaches what another's functions are made of."""
        return f"{self.stage}/{packed.code}"


class Deployment:
    """One stage being brought to what is built here; `sleep` passes between two looks."""

    def __init__(
        self,
        place: Place,
        clients: Clients,
        console: Console,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self.place = place
        self._clients = clients
        self._console = console
        self._sleep = sleep
        self._changing = 0

    def upload(self, packed: Packed) -> None:
        """Lays down the archives that are not there yet, and the template beside them."""
        client, bucket, folder = self._clients("s3"), self.place.bucket, self.place.folder(packed)
        self._make_bucket()
        for name, path in packed.archives.items():
            key = f"{folder}/{name}.zip"
            if not _is_there(lambda key=key: client.head_object(Bucket=bucket, Key=key)):
                client.put_object(Bucket=bucket, Key=key, Body=path.read_bytes())
        compact = json.dumps(json.loads(WRITTEN.read_text()), separators=(",", ":"))
        key = f"{folder}/template.json"
        client.put_object(Bucket=bucket, Key=key, Body=compact.encode())

    def _make_bucket(self) -> None:
        client, bucket = self._clients("s3"), self.place.bucket
        if _is_there(lambda: client.head_bucket(Bucket=bucket)):
            return
        where = {"CreateBucketConfiguration": {"LocationConstraint": self.place.region}}
        client.create_bucket(Bucket=bucket, **(where if self.place.region != "us-east-1" else {}))
        closed = (
            "BlockPublicAcls",
            "BlockPublicPolicy",
            "IgnorePublicAcls",
            "RestrictPublicBuckets",
        )
        client.put_public_access_block(
            Bucket=bucket, PublicAccessBlockConfiguration=dict.fromkeys(closed, True)
        )

    def secrets(self, env: Mapping[str, str]) -> list[str]:
        """The credentials that will stand in SSM: those there, and those that the environment names."""
        client, path = self._clients("ssm"), f"/hub/{self.place.stage}/"
        names = [path + name for name in secret_names()]
        found = [
            one["Name"].removeprefix(path)
            for start in range(0, len(names), 10)
            for one in client.get_parameters(Names=names[start : start + 10])["Parameters"]
        ]
        return sorted({*found, *_named(env)})

    def keep_secrets(self, env: Mapping[str, str]) -> None:
        """Puts the credentials that the environment names into SSM."""
        client = self._clients("ssm")
        for name in _named(env):
            path = f"/hub/{self.place.stage}/{name}"
            client.put_parameter(Name=path, Value=env[name], Type="SecureString", Overwrite=True)

    def parameters(
        self, packed: Packed, env: Mapping[str, str], secrets: list[str]
    ) -> list[dict[str, Any]]:
        """What the template is told: what the environment names, and the rest as it was."""
        told = {
            "Stage": self.place.stage,
            "CodeBucket": self.place.bucket,
            "Code": self.place.folder(packed),
            "Runtime": packed.runtime,
            "Architecture": packed.machine,
            **{parameter(name): env[name] for name in SETTINGS if name in env},
            **{name: env[named] for name, named in ALSO.items() if named in env},
        }
        for surface in catalog.surfaces().values():
            if surface.secrets:
                has = "yes" if {*surface.secrets} <= {*secrets} else "no"
                told[f"Has{surface.name.capitalize()}"] = has
        stands = (self._stack() or {}).get("Parameters", ())
        before = {one["ParameterKey"]: one["ParameterValue"] for one in stands}
        known = json.loads(WRITTEN.read_text())["Parameters"]
        defaults = {name: one.get("Default", "") for name, one in known.items()}
        whole = {name: {**defaults, **before, **told}[name] for name in known if name != SETTLED}
        told[SETTLED] = hashlib.sha256(json.dumps(whole, sort_keys=True).encode()).hexdigest()[:20]
        return [
            {"ParameterKey": name, "ParameterValue": told[name]}
            if name in told
            else {"ParameterKey": name, "UsePreviousValue": True}
            for name in known
            if name in told or name in before
        ]

    def propose(self, packed: Packed, parameters: list[dict[str, Any]]) -> str:
        """Makes a change set and shows it; returns its name, empty where nothing would change."""
        client, name = self._clients("cloudformation"), f"hub-{packed.code}-{int(time.time())}"
        before, stack = self._policies(), self._stack()
        if stack and stack["StackStatus"] in UNUSABLE:
            raise Broken(
                f"{self.place.stack} was never made; delete it first: hub deploy --destroy."
            )
        url = f"https://{self.place.bucket}.s3.{self.place.region}.amazonaws.com"
        client.create_change_set(
            StackName=self.place.stack,
            ChangeSetName=name,
            ChangeSetType="UPDATE" if stack else "CREATE",
            TemplateURL=f"{url}/{self.place.folder(packed)}/template.json",
            Parameters=parameters,
            Capabilities=["CAPABILITY_NAMED_IAM"],
        )
        about = {"StackName": self.place.stack, "ChangeSetName": name}
        made = self._until(lambda: client.describe_change_set(**about), "Status")
        if made["Status"] == "FAILED":
            client.delete_change_set(**about)
            if "No updates" in made["StatusReason"] or "didn't contain" in made["StatusReason"]:
                return ""
            raise Broken(made["StatusReason"])
        pages = client.get_paginator("describe_change_set").paginate(**about)
        changes = [one["ResourceChange"] for page in pages for one in page["Changes"]]
        self._changing = len(changes)
        self._show(changes)
        for line in permission_changes(before, said_by(json.loads(WRITTEN.read_text()))):
            self._console.print(line, markup=False, highlight=False, soft_wrap=True)
        return name

    def withdraw(self, change_set: str) -> None:
        """Takes back what was proposed, and the empty stack that a first proposal makes."""
        client, stack = self._clients("cloudformation"), self.place.stack
        client.delete_change_set(StackName=stack, ChangeSetName=change_set)
        if not self.is_standing():
            client.delete_stack(StackName=stack)

    def execute(self, change_set: str) -> dict[str, str]:
        """Makes the changes, says what happens to each resource, and returns the stack's outputs."""
        ended = self._execute(change_set, ("CREATE_COMPLETE", "UPDATE_COMPLETE"))
        return {one["OutputKey"]: one["OutputValue"] for one in ended.get("Outputs", ())}

    def _execute(self, change_set: str, good: Collection[str]) -> dict[str, Any]:
        client, seen = self._clients("cloudformation"), {one["EventId"] for one in self._events()}
        client.execute_change_set(StackName=self.place.stack, ChangeSetName=change_set)
        is_quiet = not self._console.is_terminal
        has_ended = False
        with Progress(console=self._console, transient=True, disable=is_quiet) as bar:
            changed = bar.add_task("Changing", total=self._changing or None)

            def look() -> dict[str, Any]:
                nonlocal has_ended  # what the stack says of itself may lag behind its last event
                has_ended = self._tell_new(seen, bar, changed) or has_ended
                return (self._stack() or {}) if has_ended else {}

            ended = self._until(look, "StackStatus")
        if ended["StackStatus"] not in good:
            raise Broken(
                f"{self.place.stack} is {ended['StackStatus']}: see above what failed first."
            )
        return ended

    def adopt(self, kept: Mapping[str, Mapping[str, str]]) -> None:
        """Makes a stack of what an earlier one left behind; a deployment then goes on from it.

        `kept` are resources by name: what identifies each in AWS.
        """
        client, name = self._clients("cloudformation"), f"hub-adopts-{int(time.time())}"
        whole = json.loads(WRITTEN.read_text())
        told = {
            "AWSTemplateFormatVersion": whole["AWSTemplateFormatVersion"],
            "Parameters": {"Stage": whole["Parameters"]["Stage"]},
            "Resources": {one: whole["Resources"][one] for one in kept},
        }
        about = {"StackName": self.place.stack, "ChangeSetName": name}
        client.create_change_set(
            **about,
            ChangeSetType="IMPORT",
            TemplateBody=json.dumps(told),
            Parameters=[{"ParameterKey": "Stage", "ParameterValue": self.place.stage}],
            ResourcesToImport=[
                {
                    "ResourceType": whole["Resources"][one]["Type"],
                    "LogicalResourceId": one,
                    "ResourceIdentifier": dict(identity),
                }
                for one, identity in kept.items()
            ],
        )
        made = self._until(lambda: client.describe_change_set(**about), "Status")
        if made["Status"] == "FAILED":
            client.delete_change_set(**about)
            raise Broken(f"What stands there could not be taken over: {made['StatusReason']}")
        self._execute(name, ("IMPORT_COMPLETE",))

    def is_standing(self) -> bool:
        """Whether there is a stack."""
        return self._stack() is not None

    def destroy(self) -> list[str]:
        """Deletes the stage but for its data; returns what stays, by name."""
        known = json.loads(WRITTEN.read_text())["Resources"]
        kept = {name for name, one in known.items() if one.get("DeletionPolicy") == "Retain"}
        client = self._clients("cloudformation")
        pages = client.get_paginator("list_stack_resources").paginate(StackName=self.place.stack)
        found = [one for page in pages for one in page["StackResourceSummaries"]]
        for one in found:
            if one["ResourceType"] == MACHINE:
                self._stop(one["PhysicalResourceId"])
        client.delete_stack(StackName=self.place.stack)
        self._until(lambda: self._stack() or {"StackStatus": "DELETE_COMPLETE"}, "StackStatus")
        return [one["PhysicalResourceId"] for one in found if one["LogicalResourceId"] in kept]

    def _stop(self, machine: str) -> None:
        """Ends what waits there for plans: a machine is deleted only once its executions have ended,
        which may be in months. The plans stand in the table, and a later stage begins them anew.
        """
        client = self._clients("stepfunctions")
        pages = client.get_paginator("list_executions").paginate(
            stateMachineArn=machine, statusFilter="RUNNING"
        )
        for one in [one for page in pages for one in page["executions"]]:
            client.stop_execution(executionArn=one["executionArn"], cause="the stage is deleted")

    def _tell_new(self, seen: set[str], bar: Progress, changed: TaskID) -> bool:
        """Says what is new; returns whether the stack itself has ended with it."""
        has_ended = False
        for event in reversed(list(self._events())):
            if event["EventId"] in seen:
                continue
            seen.add(event["EventId"])
            status, name = event["ResourceStatus"], event["LogicalResourceId"]
            reason = event.get("ResourceStatusReason", "")
            told = f"{status:<28}{name} {reason}".rstrip()
            self._console.print(told, markup=False, highlight=False, soft_wrap=True)
            is_of_stack = name == self.place.stack
            bar.advance(changed, status.endswith(ENDED) and not is_of_stack)
            has_ended |= is_of_stack and status.endswith(ENDED)
        return has_ended

    def _events(self) -> Iterator[dict[str, Any]]:
        pages = self._clients("cloudformation").get_paginator("describe_stack_events")
        for page in pages.paginate(StackName=self.place.stack):
            yield from page["StackEvents"]

    def _stack(self) -> dict[str, Any] | None:
        """The stack; None where there is none, or only a change set that was never made."""
        try:
            found = self._clients("cloudformation").describe_stacks(StackName=self.place.stack)
        except ClientError as error:
            if "does not exist" in str(error):
                return None
            raise
        stack = found["Stacks"][0]
        return None if stack["StackStatus"] == "REVIEW_IN_PROGRESS" else stack

    def _policies(self) -> dict[str, set[str]]:
        if self._stack() is None:
            return {}
        client = self._clients("cloudformation")
        told = client.get_template(StackName=self.place.stack)["TemplateBody"]
        return said_by(told if isinstance(told, dict) else json.loads(told))

    def _until(self, look: Callable[[], dict[str, Any]], status: str) -> dict[str, Any]:
        """Looks until what is looked at has ended. Raises Broken after an hour."""
        for _ in range(int(MOST_WAIT / SECONDS_BETWEEN)):
            found = look()
            if found.get(status, "").endswith(ENDED):
                return found
            self._sleep(SECONDS_BETWEEN)
        raise Broken(f"{self.place.stack} has not ended within an hour.")

    def _show(self, changes: list[dict[str, Any]]) -> None:
        shown = Table("", "what", "its kind", "made anew")
        for one in changes:
            anew = one.get("Replacement", "")
            shown.add_row(one["Action"], one["LogicalResourceId"], one["ResourceType"], anew)
        self._console.print(shown)


def secret_names() -> list[str]:
    """Every credential that anything declares."""
    surfaces = [name for one in catalog.surfaces().values() for name in one.secrets]
    capabilities = [name for one in catalog.capabilities().values() for name in one.secrets]
    return sorted({*surfaces, *capabilities, OF_MODELS})


def _named(env: Mapping[str, str]) -> list[str]:
    """The credentials that an environment names."""
    return [name for name in secret_names() if env.get(name)]


def _is_there(ask: Callable[[], Any]) -> bool:
    try:
        ask()
    except ClientError as error:
        if error.response.get("ResponseMetadata", {}).get("HTTPStatusCode") == 404:
            return False
        raise
    return True
