"""A boto3 session that reaches no network: what it sends is counted, what it gets is canned.

Serialising, signing and parsing are botocore's own; only the socket is missing. Both hooks stand
at `before-send`, where the request is what would go out.
"""

import base64
import io
import itertools
import json
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import boto3
from botocore.awsrequest import AWSResponse

from bench.peers.inside.words import REPLY

UNIT = 1024


def new_session() -> boto3.Session:
    """A session of its own, with credentials that open nothing."""
    return boto3.Session("AKIDBENCH", "secret", region_name="eu-west-1")


def answer(events: Any, operation: str, bodies: Callable[[], bytes]) -> None:
    """Answers `operation` (such as `sqs.SendMessage`) with 200 and the next of `bodies`.

    `events` is the emitter of a client (`client.meta.events`) or of a session.
    """

    def respond(request: Any, **about: Any) -> AWSResponse:
        headers = {"Content-Type": "application/json", "x-amzn-RequestId": "bench"}
        return AWSResponse(request.url, 200, headers, _Raw(bodies()))

    events.register_first(f"before-send.{operation}", respond)


def converse_bodies() -> Callable[[], bytes]:
    """Bedrock's answers in turn: the wish to call `weather`, then the reply."""
    wish = {"toolUse": {"toolUseId": "tool-1", "name": "weather", "input": {"city": "Lisbon"}}}
    bodies = itertools.cycle((_converse(wish, "tool_use"), _converse({"text": REPLY}, "end_turn")))
    return lambda: next(bodies)


def _converse(block: Mapping[str, Any], stop: str) -> bytes:
    return json.dumps(
        {
            "output": {"message": {"role": "assistant", "content": [block]}},
            "stopReason": stop,
            "usage": {"inputTokens": 300, "outputTokens": 60, "totalTokens": 360},
            "metrics": {"latencyMs": 1},
        }
    ).encode()


class _Raw(io.BytesIO):
    """A body as urllib3 would hand it over."""

    def stream(self, **about: Any) -> Any:
        while part := self.read(65_536):
            yield part


@dataclass(slots=True)
class Traffic:
    """What one turn sent to its store.

    `request_bytes` are the bodies of all requests, `written_bytes` the items and objects that were
    written, `wcu` the write units of the items: 1 KB each begun, twice that in a transaction.
    """

    requests: int = 0
    request_bytes: int = 0
    written_bytes: int = 0
    wcu: int = 0
    by_operation: Counter[str] = field(default_factory=Counter)

    def figures(self) -> dict[str, Any]:
        return {
            "requests": self.requests,
            "request_bytes": self.request_bytes,
            "written_bytes": self.written_bytes,
            "wcu": self.wcu,
            "by_operation": dict(sorted(self.by_operation.items())),
        }


class Meter:
    """Counts everything a session's clients send to a table or a bucket; `turn` is the count."""

    def __init__(self, session: boto3.Session) -> None:
        self.turn = Traffic()
        for vendor in ("dynamodb", "s3"):
            session.events.register_first(f"before-send.{vendor}", self._count)

    def _count(self, request: Any, event_name: str, **about: Any) -> None:
        _, vendor, operation = event_name.split(".")
        length = _length(request)
        self.turn.requests += 1
        self.turn.request_bytes += length
        self.turn.by_operation[f"{vendor}.{operation}"] += 1
        if operation == "PutObject":
            self.turn.written_bytes += length
        elif vendor == "dynamodb":
            times, items = _written(operation, json.loads(request.body))
            sizes = [item_size(item) for item in items]
            self.turn.written_bytes += sum(sizes)
            self.turn.wcu += sum(times * -(-size // UNIT) for size in sizes)


def _length(request: Any) -> int:
    """Bytes of the body, without the frames of a chunked one."""
    headers = request.headers
    return int(headers.get("X-Amz-Decoded-Content-Length") or headers.get("Content-Length") or 0)


def _written(operation: str, asked: Mapping[str, Any]) -> tuple[int, list[Mapping[str, Any]]]:
    """How many times a unit counts, and the items written; an unknown write is an error."""
    if operation == "PutItem":
        return 1, [asked["Item"]]
    if operation == "BatchWriteItem":
        wishes = itertools.chain.from_iterable(asked["RequestItems"].values())
        return 1, [wish["PutRequest"]["Item"] for wish in wishes]
    if operation == "TransactWriteItems":
        return 2, [wish["Put"]["Item"] for wish in asked["TransactItems"]]
    if operation in ("Query", "GetItem", "BatchGetItem", "CreateTable"):
        return 0, []
    raise NotImplementedError(f"the size of what {operation} writes")


def item_size(item: Mapping[str, Any]) -> int:
    """Bytes of an item by DynamoDB's published size rules: names and values, in UTF-8."""
    return sum(len(name.encode()) + _value_size(value) for name, value in item.items())


def _value_size(value: Mapping[str, Any]) -> int:
    ((kind, held),) = value.items()
    match kind:
        case "S":
            return len(held.encode())
        case "N":
            digits = held.lstrip("-").replace(".", "").strip("0")
            return (len(digits) + 1) // 2 + 1 + held.startswith("-")
        case "B":
            return len(base64.b64decode(held))
        case "BOOL" | "NULL":
            return 1
        case "L":
            return 3 + sum(1 + _value_size(one) for one in held)
        case "M":
            return 3 + sum(1 + len(name.encode()) + _value_size(one) for name, one in held.items())
        case _:
            raise NotImplementedError(f"the size of a value of type {kind}")
