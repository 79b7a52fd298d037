"""Slack ingress as slack_bolt has it: its App, its Lambda adapter, boto3."""

# pyright: basic, reportMissingImports=false

import logging
from typing import Any

import boto3
from slack_bolt import App
from slack_bolt.adapter.aws_lambda import SlackRequestHandler
from slack_bolt.authorization import AuthorizeResult

sqs = boto3.client("sqs")
QUEUE = "https://sqs.eu-west-1.amazonaws.com/123456789012/lanes.fifo"


def authorize(enterprise_id: str | None, team_id: str | None) -> AuthorizeResult:
    return AuthorizeResult(
        enterprise_id=enterprise_id, team_id=team_id, bot_token="xoxb-bench", bot_user_id="UHUB"
    )


app = App(signing_secret="secret", authorize=authorize, process_before_response=True)
logging.getLogger("slack_bolt").setLevel(logging.ERROR)


@app.event("message")
def take(body: dict[str, Any], event: dict[str, Any]) -> None:
    sqs.send_message(
        QueueUrl=QUEUE,
        MessageBody=event["text"],
        MessageGroupId=event["channel"],
        MessageDeduplicationId=body["event_id"],
    )


adapter = SlackRequestHandler(app)


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    return adapter.handle(event, context)
