"""AWS for processes of their own: moto behind a port on loopback, with what the template deploys.

Tells calls and correctness, never throughput.
"""

import json
import subprocess
import sys
import time
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from botocore.session import Session

from backends.aws import _shape

REGION = "eu-central-1"
PREFIX, TABLE, KEYS_TABLE, BLOBS = "hub-", "hub", "hub-keys", "hub-blobs"
LANES = "hub-lanes.fifo"
SECRETS = {
    "SLACK_SIGNING_SECRET": "0123456789abcdef0123456789abcdef",
    "SLACK_BOT_TOKEN": "",
    "TWILIO_ACCOUNT_SID": "AC00000000000000000000000000000000",
    "TWILIO_AUTH_TOKEN": "fedcba9876543210fedcba9876543210",
}
PUBLIC_URL = "https://hub.example"
MACHINE: Mapping[str, str] = {
    "PATH": "/usr/bin:/bin",
    "AWS_ACCESS_KEY_ID": "bundle",
    "AWS_SECRET_ACCESS_KEY": "bundle",
    "AWS_REGION": REGION,
    "AWS_DEFAULT_REGION": REGION,
    "AWS_EC2_METADATA_DISABLED": "true",
    "HUB_PUBLIC_URL": PUBLIC_URL,
    "HUB_TABLE": TABLE,
    "HUB_KEYS_TABLE": KEYS_TABLE,
    "HUB_BLOBS": BLOBS,
    "HUB_FUNCTIONS_PREFIX": PREFIX,
    "HUB_SECRETS_PATH": "/hub",
    "HUB_SECRETS": ",".join(SECRETS),
    "HUB_LANES_URL": f"https://sqs.{REGION}.amazonaws.com/123456789012/{LANES}",
    "HUB_KMS_KEY": "alias/hub",
    "HUB_SOCKETS_URL": "https://sockets.example/live",
}
"""The environment of a deployed function; enough to make its ports and clients."""


SERVER = """
import logging, sys
from moto.server import ThreadedMotoServer

logging.getLogger("werkzeug").setLevel(logging.ERROR)
server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
server.start()
print(server.get_host_and_port()[1], flush=True)
sys.stdin.read()
"""
"""A process of its own, since moto's worlds in one process would mix; it ends with its input."""


@dataclass(frozen=True, slots=True)
class Served:
    """The environment for functions that run against it, and clients to look from outside."""

    env: dict[str, str]
    session: Any

    def client(self, api: str) -> Any:
        return self.session.create_client(
            api,
            region_name=REGION,
            endpoint_url=self.env["AWS_ENDPOINT_URL"],
            aws_access_key_id="bundle",
            aws_secret_access_key="bundle",
        )

    def received(self) -> dict[str, Any]:
        """The waiting lane messages, as SQS gives a batch to Lambda."""
        queue = self.env["HUB_LANES_URL"]
        answer = self.client("sqs").receive_message(
            QueueUrl=queue, MaxNumberOfMessages=10, MessageSystemAttributeNames=["All"]
        )
        return {
            "Records": [
                {
                    "messageId": message["MessageId"],
                    "receiptHandle": message["ReceiptHandle"],
                    "body": message["Body"],
                    "attributes": message["Attributes"],
                    "eventSource": "aws:sqs",
                }
                for message in answer.get("Messages", [])
            ]
        }

    def rows(self, table: str = TABLE) -> list[dict[str, Any]]:
        return self.client("dynamodb").scan(TableName=table)["Items"]


@contextmanager
def serve() -> Generator[Served, None, None]:
    """Starts the server and makes tables, queue, key, bucket and secrets."""
    with started() as served:
        _make(served)
        yield served


@contextmanager
def started() -> Generator[Served, None, None]:
    """Starts the server on a free port, with nothing in it."""
    server = subprocess.Popen(
        [sys.executable, "-c", SERVER], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert server.stdout
    try:
        port = server.stdout.readline().strip()
        if not port:
            raise RuntimeError("moto's server did not start")
        yield Served({**MACHINE, "AWS_ENDPOINT_URL": f"http://127.0.0.1:{port}"}, Session())
    finally:
        server.kill()
        server.communicate(timeout=20)


def _make(served: Served) -> None:
    dynamodb, kms, ssm = (served.client(api) for api in ("dynamodb", "kms", "ssm"))
    dynamodb.create_table(TableName=TABLE, **_shape.TABLE)
    dynamodb.create_table(TableName=KEYS_TABLE, **_shape.KEYS_TABLE)
    queue = served.client("sqs").create_queue(QueueName=LANES, Attributes=_shape.LANES)
    served.env["HUB_LANES_URL"] = queue["QueueUrl"]
    served.env["HUB_KMS_KEY"] = kms.create_key()["KeyMetadata"]["KeyId"]
    where = {"LocationConstraint": REGION}
    served.client("s3").create_bucket(Bucket=BLOBS, CreateBucketConfiguration=where)
    for name, value in SECRETS.items():
        if value:
            ssm.put_parameter(Name=f"/hub/{name}", Value=value, Type="SecureString")


def http_event(
    path: str, body: str, headers: Mapping[str, str], method: str = "POST"
) -> dict[str, Any]:
    """A request as API Gateway hands it over (HTTP API, payload 2.0)."""
    return {
        "version": "2.0",
        "rawPath": path,
        "rawQueryString": "",
        "headers": dict(headers),
        "requestContext": {"http": {"method": method, "sourceIp": "127.0.0.1"}},
        "body": body,
        "isBase64Encoded": False,
    }


def text_message(words: str, sid: str) -> dict[str, Any]:
    """A text message as Twilio would post it, signed."""
    from twilio.request_validator import RequestValidator

    fields = {
        "AccountSid": SECRETS["TWILIO_ACCOUNT_SID"],
        "MessageSid": sid,
        "From": "+41790000001",
        "To": "+41790000002",
        "Body": words,
    }
    sign = RequestValidator(SECRETS["TWILIO_AUTH_TOKEN"]).compute_signature
    signature = sign(f"{PUBLIC_URL}/sms", fields)
    kind = "application/x-www-form-urlencoded"
    headers = {"content-type": kind, "x-twilio-signature": signature}
    return http_event("/sms", urlencode(fields), headers)


def slack_message(words: str, ts: str) -> dict[str, Any]:
    """A direct message as Slack would post it, signed for now."""
    from slack_sdk.signature import SignatureVerifier

    body = json.dumps(
        {
            "type": "event_callback",
            "team_id": "T1",
            "api_app_id": "A1",
            "event_id": f"Ev{ts}",
            "authorizations": [{"user_id": "U9", "is_bot": True}],
            "event": {
                "type": "message",
                "channel_type": "im",
                "user": "U1",
                "channel": "D1",
                "ts": ts,
                "text": words,
            },
        }
    )
    stamp = str(int(time.time()))
    signature = SignatureVerifier(SECRETS["SLACK_SIGNING_SECRET"]).generate_signature(
        timestamp=stamp, body=body
    )
    headers = {
        "content-type": "application/json",
        "x-slack-request-timestamp": stamp,
        "x-slack-signature": str(signature),
    }
    return http_event("/slack/events", body, headers)


def mail_event(id: str, sender: str, recipient: str) -> dict[str, Any]:
    """What SES says of a received mail (receipt rule, Lambda action)."""
    verdicts = {f"{name}Verdict": {"status": "PASS"} for name in
                ("spf", "dkim", "dmarc", "spam", "virus")}  # fmt: skip
    mail = {"messageId": id, "source": sender}
    return {
        "Records": [{"ses": {"mail": mail, "receipt": {"recipients": [recipient], **verdicts}}}]
    }
