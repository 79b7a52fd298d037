"""The hub as AWS would have it: `hub deploy` onto an emulator, spoken to through its gateway.

The emulator runs in an environment of its own, made from `emulator.lock`. What it cannot make of
the template stands in `INSTEAD`, with what takes its place; what else it does unlike AWS and can be
mended is, in `launch.py` and `fit`. What cannot: it checks no signature and no role, ends each
execution that runs when it is restarted, and gives its gateway no name that resolves, so that
nothing is pushed to a page's socket here.
"""

import base64
import json
import secrets
import subprocess
import sys
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import Any

import urllib3
from botocore.config import Config
from botocore.session import Session

from bench import served
from bench.peers import environments
from infra.template.data import RECEIVED
from tests.deployed.front import Front
from tests.end_to_end.house import CHECKOUT, Hub, free_port, until

LOCK = Path(__file__).with_name("emulator.lock")
KEPT = CHECKOUT / ".emulator"
REGION, OWNER = "eu-central-1", "123456789012"
NAME = "dev"
STACK = f"hub-{NAME}"
MACHINE = f"arn:aws:states:{REGION}:{OWNER}:stateMachine:{STACK}-plans"
INSTEAD: Mapping[str, str] = {
    "AWS::StepFunctions::StateMachineVersion": "published here, by the API",
    "AWS::StepFunctions::StateMachineAlias": "made here, by the API, with the template's own words",
    "AWS::SES::ReceiptRuleSet": "the emulator receives no mail; `receive` does SES's part",
    "AWS::SES::ReceiptRule": "the same",
    "AWS::Budgets::Budget": "nothing; nobody is billed",
}
"""Types of which its CloudFormation has never heard, and what takes their place."""
SOCKETS = "https://${Sockets}.execute-api.${AWS::Region}.${AWS::URLSuffix}"
HUB = "from hub.cli import app; app()"
"""`hub` of this checkout, whatever the environment has installed."""
WAITING = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
QUIET = 1.0
"""Seconds without a request after which nothing is under way that the table does not tell of."""
CREDENTIALS = {
    "AWS_ACCESS_KEY_ID": OWNER,
    "AWS_SECRET_ACCESS_KEY": "emulated",
    "AWS_EC2_METADATA_DISABLED": "true",
    "AWS_REGION": REGION,
    "AWS_DEFAULT_REGION": REGION,
}


class Stage(Hub):
    """A stage on the emulator. Its `port` is part of what the emulator keeps, so it stays."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.env.update(CREDENTIALS, HUB_PUBLIC_URL="https://hub.example")
        self.front = Front(self.url, self.fit, free_port())
        self.python = environments.made(LOCK, KEPT / "ministack")
        self._session = Session()

    def launch(self) -> None:
        """The emulator, with what it kept."""
        temporary = self.folder / "tmp"
        temporary.mkdir(exist_ok=True)
        env = {
            "PATH": "/usr/bin:/bin",
            "TMPDIR": str(temporary),
            "BIND_HOST": "127.0.0.1",
            "GATEWAY_PORT": str(self.port),
            "MINISTACK_REGION": REGION,
            "MINISTACK_ACCOUNT_ID": OWNER,
            "PERSIST_STATE": "1",
            "STATE_DIR": str(self.folder / "kept"),
            "S3_PERSIST": "1",
            "S3_DATA_DIR": str(self.folder / "blobs"),
            # Its functions inherit this, and AWS's own names for it.
            "AWS_ENDPOINT_URL": self.front.url,
            "NO_PROXY": "127.0.0.1,localhost",
        }
        self.http.clear()
        with open(self.folder / "output", "ab") as output:
            self.process = subprocess.Popen(
                [str(self.python), str(Path(__file__).with_name("launch.py"))],
                cwd=temporary,
                env=env,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def wait(self, seconds: float = 60.0) -> None:
        def is_healthy() -> bool:
            assert self.process is not None and self.process.poll() is None, self.output[-2000:]
            try:
                return self.http.request("GET", f"{self.url}/_ministack/health").status == 200
            except urllib3.exceptions.HTTPError:
                return False

        until(is_healthy, seconds, "the emulator")

    def deploy(self) -> dict[str, Any]:
        """`hub deploy`, as a person runs it; what it says of itself."""
        ended = subprocess.run(
            [sys.executable, "-c", HUB, "deploy", NAME, "--yes", "--here", "--json"],
            cwd=CHECKOUT,
            env={**self.env, "AWS_ENDPOINT_URL": self.front.url},
            capture_output=True,
            text=True,
            timeout=600,
        )
        (self.folder / "deployment").write_text(ended.stderr)
        assert not ended.returncode, ended.stderr[-3000:]
        self._publish()
        return json.loads(ended.stdout)

    def fit(self, form: dict[str, str]) -> dict[str, str]:
        """A change set's template without what the emulator cannot make, where it finds it.

        It reads a template's address with the bucket in the path, not in the host's name. And the
        host of its WebSocket API does not resolve, which pages and functions reach by its path.
        """
        if form.get("Action") != "CreateChangeSet":
            return form
        host, _, key = form["TemplateURL"].removeprefix("https://").partition("/")
        bucket, s3 = host.partition(".")[0], self.client("s3")
        text = s3.get_object(Bucket=bucket, Key=key)["Body"].read().decode()
        assert SOCKETS in text
        template = json.loads(text.replace(SOCKETS, f"{self.url}/_aws/execute-api/${{Sockets}}"))
        made = {n: one for n, one in template["Resources"].items() if one["Type"] not in INSTEAD}
        fitted = json.dumps({**template, "Resources": made}).encode()
        s3.put_object(Bucket=bucket, Key=f"{key}.fitted", Body=fitted)
        return {**form, "TemplateURL": f"https://s3.amazonaws.com/{bucket}/{key}.fitted"}

    def _publish(self) -> None:
        """What `INSTEAD` says of the state machine."""
        client = self.client("stepfunctions")
        version = client.publish_state_machine_version(stateMachineArn=MACHINE)
        client.create_state_machine_alias(
            name="live",
            routingConfiguration=[
                {"stateMachineVersionArn": version["stateMachineVersionArn"], "weight": 100}
            ],
        )

    def change(self, **parameters: str) -> None:
        """Other parameters for the same template, as a later deployment has them."""
        client = self.client("cloudformation")
        (before,) = client.describe_stacks(StackName=STACK)["Stacks"]
        names = [one["ParameterKey"] for one in before["Parameters"]]
        told = [
            {"ParameterKey": name, "ParameterValue": parameters[name]}
            if name in parameters
            else {"ParameterKey": name, "UsePreviousValue": True}
            for name in names
        ]
        client.update_stack(
            StackName=STACK,
            UsePreviousTemplate=True,
            Parameters=told,
            Capabilities=["CAPABILITY_NAMED_IAM"],
        )

        def is_made() -> bool:
            (found,) = client.describe_stacks(StackName=STACK)["Stacks"]
            assert "ROLLBACK" not in found["StackStatus"], found
            return found["StackStatus"] == "UPDATE_COMPLETE"

        until(is_made, what="the change")

    @contextmanager
    def unswept(self) -> Generator[None]:
        """Without the sweeper, which asks each minute whether anybody speaks or not."""
        events = self.client("events")
        (rule,) = events.list_rules(NamePrefix=STACK)["Rules"]
        events.disable_rule(Name=rule["Name"])
        try:
            yield
        finally:
            events.enable_rule(Name=rule["Name"])

    def row(self, key: dict[str, Any]) -> dict[str, Any]:
        """As it stands in the table, in DynamoDB's own spelling; the key where there is none."""
        found = self.client("dynamodb").get_item(TableName=STACK, Key=key, ConsistentRead=True)
        return {name: _spelled(value) for name, value in found.get("Item", key).items()}

    def receive(self, raw: bytes, sender: str) -> None:
        """What SES does with a mail whose sender is proven: lays it down, then says so."""
        id = secrets.token_hex(20)
        blobs = f"{STACK}-blobs-{OWNER}-{REGION}"
        self.client("s3").put_object(Bucket=blobs, Key=f"{RECEIVED}{id}", Body=raw)
        told = served.mail_event(id, sender, self.env["HUB_EMAIL_ADDRESS"])
        self.client("lambda").invoke(
            FunctionName=f"{STACK}-mail", InvocationType="Event", Payload=json.dumps(told)
        )

    def executions(self, status: str) -> list[str]:
        """Their names."""
        found = self.client("stepfunctions").list_executions(
            stateMachineArn=MACHINE, statusFilter=status
        )
        return [one["name"] for one in found["executions"]]

    def entered(self, execution: str) -> list[str]:
        """The states that an execution entered, in order; at first none."""
        arn = f"{MACHINE.replace(':stateMachine:', ':execution:')}:{execution}"
        told = self.client("stepfunctions").get_execution_history(executionArn=arn)["events"]
        about = (one.get("stateEnteredEventDetails") for one in told)
        return [one["name"] for one in about if one] or [""]

    def failure(self, execution: str) -> str:
        """The error by which an execution ended, if it did."""
        arn = f"{MACHINE.replace(':stateMachine:', ':execution:')}:{execution}"
        return self.client("stepfunctions").describe_execution(executionArn=arn).get("error", "")

    def restart(self) -> None:
        """Ends it cleanly, since it keeps nothing else, and starts it on what it kept."""
        self.end()
        Hub.start(self)

    def client(self, api: str) -> Any:
        """From outside: it is not counted."""
        return self._session.create_client(
            api,
            region_name=REGION,
            endpoint_url=self.url,
            aws_access_key_id=OWNER,
            aws_secret_access_key="emulated",
            config=Config(connect_timeout=10, read_timeout=60, retries={"total_max_attempts": 1}),
        )

    # As the people of `tests/end_to_end` speak to a hub

    @cached_property
    def doors(self) -> str:
        """The HTTP API's own id."""
        apis = self.client("apigatewayv2").get_apis()["Items"]
        return next(one["ApiId"] for one in apis if one["Name"] == f"{STACK}-doors")

    def call(
        self, method: str, path: str, content: Any = None, **headers: str
    ) -> urllib3.BaseHTTPResponse:
        """Its host's name does not resolve, so it stands in the header alone."""
        host = f"{self.doors}.execute-api.localhost:{self.port}"
        return super().call(method, path, content, host=host, **headers)

    @property
    def log(self) -> str:
        return self.output

    def is_idle(self, seconds: float = 60.0) -> bool:
        """Once no lane holds a message, no act is open, and nothing was asked for a while."""
        until(self._rests, seconds, "rest")
        return True

    def _rests(self) -> bool:
        queue = f"{self.url}/{OWNER}/{STACK}-lanes.fifo"
        told = self.client("sqs").get_queue_attributes(QueueUrl=queue, AttributeNames=WAITING)
        is_empty = not any(int(number) for number in told["Attributes"].values())
        return is_empty and not self._open_acts() and self.front.quiet_for > QUIET

    def _open_acts(self) -> int:
        found = self.client("dynamodb").scan(
            TableName=STACK,
            FilterExpression="begins_with(#p, :act) AND begins_with(#s, :open)",
            ExpressionAttributeNames={"#p": "partition", "#s": "sort"},
            ExpressionAttributeValues={":act": {"S": "ACT#"}, ":open": {"S": "OPEN#"}},
            Select="COUNT",
        )
        return found["Count"]


def _spelled(value: dict[str, Any]) -> dict[str, Any]:
    """Bytes as a request spells them."""
    is_bytes = isinstance(value.get("B"), bytes)
    return {"B": base64.b64encode(value["B"]).decode()} if is_bytes else value
