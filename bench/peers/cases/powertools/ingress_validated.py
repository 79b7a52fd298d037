"""The same ingress with the resolver's validation and a model of what Slack sends."""

# pyright: basic, reportMissingImports=false

from typing import Any

import boto3
from aws_lambda_powertools import Logger
from aws_lambda_powertools.event_handler import APIGatewayHttpResolver
from aws_lambda_powertools.event_handler.exceptions import UnauthorizedError
from pydantic import BaseModel
from slack_sdk.signature import SignatureVerifier

logger = Logger(service="ingress", level="ERROR")
app = APIGatewayHttpResolver(enable_validation=True)
verifier = SignatureVerifier("secret")
sqs = boto3.client("sqs")
QUEUE = "https://sqs.eu-west-1.amazonaws.com/123456789012/lanes.fifo"


class Said(BaseModel):
    type: str
    channel: str
    user: str
    text: str
    ts: str


class Envelope(BaseModel):
    type: str
    event_id: str
    team_id: str
    event: Said


class Admitted(BaseModel):
    id: str


@app.post("/slack/events")
def take(envelope: Envelope) -> Admitted:
    event = app.current_event
    if not verifier.is_valid_request(event.body or "", event.headers):
        raise UnauthorizedError("not Slack's signature")
    sent = sqs.send_message(
        QueueUrl=QUEUE,
        MessageBody=event.body,
        MessageGroupId=envelope.event.channel,
        MessageDeduplicationId=envelope.event_id,
    )
    logger.info("admitted", extra={"message_id": sent["MessageId"]})
    return Admitted(id=sent["MessageId"])


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    return app.resolve(event, context)
