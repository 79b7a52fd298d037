"""Slack ingress as Powertools has it: its resolver and Logger, slack_sdk's verifier, boto3."""

# pyright: basic, reportMissingImports=false

from typing import Any

import boto3
from aws_lambda_powertools import Logger
from aws_lambda_powertools.event_handler import APIGatewayHttpResolver
from aws_lambda_powertools.event_handler.exceptions import UnauthorizedError
from slack_sdk.signature import SignatureVerifier

logger = Logger(service="ingress", level="ERROR")
app = APIGatewayHttpResolver()
verifier = SignatureVerifier("secret")
sqs = boto3.client("sqs")
QUEUE = "https://sqs.eu-west-1.amazonaws.com/123456789012/lanes.fifo"


@app.post("/slack/events")
def take() -> dict[str, str]:
    event = app.current_event
    if not verifier.is_valid_request(event.body or "", event.headers):
        raise UnauthorizedError("not Slack's signature")
    said = event.json_body
    sent = sqs.send_message(
        QueueUrl=QUEUE,
        MessageBody=event.body,
        MessageGroupId=said["event"]["channel"],
        MessageDeduplicationId=said["event_id"],
    )
    logger.info("admitted", extra={"message_id": sent["MessageId"]})
    return {"id": sent["MessageId"]}


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    return app.resolve(event, context)
