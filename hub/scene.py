"""A stage in AWS as it is looked at live: what was asked of it, and what was made beside it for that.

Whatever is made is called `hub-STAGE-live-…`, holds nobody's words, and goes again with the scene;
what could not be removed is told by name.
"""

import json
import secrets
import time
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import Any, Self

from botocore.exceptions import BotoCoreError, ClientError
from botocore.session import Session

from hub.deploy import Clients, Place

Under = Callable[[Mapping[str, str]], Clients]
"""Gives clients that ask under credentials that STS gave."""
LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ234567"


@dataclass
class Scene:
    """The stage, a name for what is made beside it, and a list of what has to go again."""

    place: Place
    clients: Clients
    under: Under
    sleep: Callable[[float], None] = time.sleep
    clock: Callable[[], float] = time.time
    name: str = ""
    left: list[str] = field(default_factory=list[str])
    _stack: ExitStack = field(default_factory=ExitStack)
    _role: str = ""

    def __post_init__(self) -> None:
        self.name = self.name or f"hub-{self.place.stage}-live-{secrets.token_hex(4)}"

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def removes(self, what: str, remove: Callable[[], Any]) -> None:
        """Has something removed in the end, the last made first."""

        def attempt() -> None:
            try:
                remove()
            except (BotoCoreError, ClientError) as error:
                self.left.append(f"{what}: {error}")

        self._stack.callback(attempt)

    def outputs(self) -> dict[str, str]:
        """What the stack says of itself."""
        found = self.clients("cloudformation").describe_stacks(StackName=self.place.stack)
        return {one["OutputKey"]: one["OutputValue"] for one in found["Stacks"][0]["Outputs"]}

    def queue(self, name: str, **attributes: str) -> tuple[str, str]:
        """A queue of its own: its URL and its ARN."""
        client = self.clients("sqs")
        url = client.create_queue(QueueName=name, Attributes=attributes)["QueueUrl"]
        self.removes(f"queue {name}", lambda: client.delete_queue(QueueUrl=url))
        told = client.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])
        return url, told["Attributes"]["QueueArn"]

    def role(self, name: str, trust: Mapping[str, Any], policy: Mapping[str, Any]) -> str:
        """A role of its own; its ARN. IAM knows it everywhere only some seconds later."""
        client = self.clients("iam")
        made = client.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(trust))
        self.removes(f"role {name}", lambda: client.delete_role(RoleName=name))
        client.put_role_policy(
            RoleName=name, PolicyName="declared", PolicyDocument=json.dumps(policy)
        )
        self.removes(
            f"policy of {name}",
            lambda: client.delete_role_policy(RoleName=name, PolicyName="declared"),
        )
        return made["Role"]["Arn"]

    def lane_role(self) -> str:
        """A role that may what the turn's lane role may, word by word, taken by whoever looks."""
        if self._role:
            return self._role
        client, deployed = self.clients("iam"), f"hub-{self.place.stage}-turn-lane"
        policy = client.get_role_policy(RoleName=deployed, PolicyName="declared")["PolicyDocument"]
        trust = client.get_role(RoleName=deployed)["Role"]["AssumeRolePolicyDocument"]
        me = self.clients("sts").get_caller_identity()
        (said,) = trust["Statement"]
        root = f"arn:{me['Arn'].split(':')[1]}:iam::{self.place.owner}:root"
        when = {**said["Condition"], "StringEquals": {"aws:userid": me["UserId"]}}
        mine = {**said, "Principal": {"AWS": root}, "Condition": when}
        self._role = self.role(self.name, {**trust, "Statement": [mine]}, policy)
        return self._role

    def take(self, role: str, tags: Mapping[str, str]) -> Clients:
        """Clients under this role for these session tags. Raises ClientError where it is refused."""
        given = self.clients("sts").assume_role(
            RoleArn=role,
            RoleSessionName="live",
            DurationSeconds=900,
            Tags=[{"Key": name, "Value": value} for name, value in tags.items()],
        )["Credentials"]
        return self.under(given)

    def take_patiently(self, role: str, tags: Mapping[str, str], seconds: int = 40) -> Clients:
        """The same, for a role so new that IAM may not know it yet."""
        for _ in range(seconds // 4):
            try:
                return self.take(role, tags)
            except ClientError as error:
                if not is_denied(error):
                    raise
                self.sleep(4.0)
        return self.take(role, tags)


def is_denied(error: ClientError) -> bool:
    """Whether IAM said no."""
    return error.response["Error"]["Code"] in ("AccessDenied", "AccessDeniedException")


def nobody() -> str:
    """An id as a lane's or a home's is, that nobody has."""
    return "LIVE" + "".join(secrets.choice(LETTERS) for _ in range(22))


def under(region: str) -> Under:
    """Real clients under given credentials."""

    def given(credentials: Mapping[str, str]) -> Clients:
        session = Session()
        session.set_credentials(
            credentials["AccessKeyId"], credentials["SecretAccessKey"], credentials["SessionToken"]
        )
        return lambda api: session.create_client(api, region_name=region)

    return given
