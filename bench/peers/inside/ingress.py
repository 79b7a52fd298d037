"""A warm Slack request through a peer's ingress, beside the calls it makes, made bare.

The bare calls are one SendMessage, as in the peers' own way, and a look-up with a SendMessage, as
in ours; the peer's figure to the second is its own overhead upon both calls.
"""

import hashlib
import hmac
import json
import time
from typing import Any

from bench.peers import case_files
from bench.peers.inside import warm, wire
from bench.peers.inside.words import TEXT

QUEUE = "https://sqs.eu-west-1.amazonaws.com/123456789012/lanes.fifo"
SENT = {"MD5OfMessageBody": "0" * 32, "MessageId": "bench", "SequenceNumber": "1"}
FOUND = {"Item": {"pk": {"S": "ADDRESS#slack#T1/U1"}, "sk": {"S": "HOME"}, "lane": {"S": "one"}}}


def measure(peer: str) -> dict[str, Any]:
    """Every ingress case of the peer, as a ratio to the bare calls."""
    dynamodb, sqs = _clients()
    found: dict[str, Any] = {}
    for case in case_files.named(peer, "ingress*"):
        ingress = case_files.load(peer, case)
        wire.answer(ingress["sqs"].meta.events, "sqs.SendMessage", json.dumps(SENT).encode)
        handler, event = ingress["handler"], slack_event()
        if (code := handler(event, _Context())["statusCode"]) != 200:
            raise AssertionError(f"{case} answered {code}")
        alone = warm.measure(
            {
                "bare": lambda: send(sqs),
                "it": lambda handler=handler, event=event: handler(event, _Context()),
            },
            "bare",
        )
        both = warm.measure(
            {
                "bare": lambda: (look_up(dynamodb), send(sqs)),
                "it": lambda handler=handler, event=event: (
                    look_up(dynamodb),
                    handler(event, _Context()),
                ),
            },
            "bare",
        )
        found[case] = {"send": alone["it"], "look-up and send": both["it"]}
    return found


def look_up(dynamodb: Any) -> Any:
    """Whose address this is."""
    key = {"pk": {"S": "ADDRESS#slack#T1/U1"}, "sk": {"S": "HOME"}}
    return dynamodb.get_item(TableName="hub", Key=key, ConsistentRead=True)


def send(sqs: Any) -> Any:
    """One message into one lane."""
    return sqs.send_message(
        QueueUrl=QUEUE,
        MessageBody=BODY,
        MessageGroupId="C1",
        MessageDeduplicationId="Ev1",
    )


def slack_event() -> dict[str, Any]:
    """One message as the HTTP API hands it over, signed now with the cases' secret."""
    stamp = str(int(time.time()))
    signed = hmac.new(b"secret", f"v0:{stamp}:{BODY}".encode(), hashlib.sha256).hexdigest()
    return {
        "version": "2.0",
        "routeKey": "$default",
        "rawPath": "/slack/events",
        "rawQueryString": "",
        "headers": {
            "content-type": "application/json",
            "x-slack-request-timestamp": stamp,
            "x-slack-signature": f"v0={signed}",
        },
        "requestContext": {
            "http": {"method": "POST", "path": "/slack/events"},
            "stage": "$default",
            "requestId": "bench",
        },
        "body": BODY,
        "isBase64Encoded": False,
    }


BODY = json.dumps(
    {
        "type": "event_callback",
        "team_id": "T1",
        "api_app_id": "A1",
        "event_id": "Ev1",
        "event_time": 1_760_000_000,
        "event": {
            "type": "message",
            "channel_type": "im",
            "channel": "C1",
            "user": "U1",
            "text": TEXT,
            "ts": "1760000000.000100",
        },
    }
)


class _Context:
    """What Lambda hands over beside the event."""

    function_name = "ingress"
    memory_limit_in_mb = 512
    invoked_function_arn = "arn:aws:lambda:eu-west-1:123456789012:function:ingress"
    aws_request_id = "bench"


def _clients() -> tuple[Any, Any]:
    session = wire.new_session()
    wire.answer(session.events, "dynamodb.GetItem", json.dumps(FOUND).encode)
    wire.answer(session.events, "sqs.SendMessage", json.dumps(SENT).encode)
    return session.client("dynamodb"), session.client("sqs")
