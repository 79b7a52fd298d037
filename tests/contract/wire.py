"""What goes over the wire to AWS, seen and answered from botocore's own hooks."""

import json
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any

from botocore.awsrequest import AWSResponse
from moto.core.models import botocore_stubber

Answer = tuple[int, dict[str, Any]] | Exception | None
"""A status and a body, an error on the way, or None: let it through."""


@dataclass
class Wire:
    """The requests that went out, and what is answered in place of AWS, first come first."""

    answers: list[Answer] = field(default_factory=list[Answer])
    bodies: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    operations: list[str] = field(default_factory=list[str])

    def send(self, request: Any, event_name: str, **_: Any) -> AWSResponse | None:
        self.operations.append(event_name.rpartition(".")[2])
        body = request.body
        self.bodies.append(json.loads(body) if body and body[:1] == b"{" else {})
        answer = self.answers.pop(0) if self.answers else None
        botocore_stubber.enabled = answer is None  # botocore asks every hook, moto's too
        if answer is None:
            return None
        if isinstance(answer, Exception):
            raise answer
        status, parsed = answer
        raw = Raw(json.dumps(parsed).encode())
        return AWSResponse(request.url, status, {}, raw)


class Raw(BytesIO):
    def stream(self, **_: Any) -> Generator[bytes, None, None]:
        yield self.read()


@contextmanager
def tapped(client: Any, *answers: Answer, operation: str = "") -> Generator[Wire, None, None]:
    """Sees every request of this client, or those of one operation, before AWS does."""
    wire = Wire(list(answers))
    name = f"before-send.{client.meta.service_model.service_id.hyphenize()}"
    event = f"{name}.{operation}" if operation else name
    client.meta.events.register_first(event, wire.send)
    try:
        yield wire
    finally:
        client.meta.events.unregister(event, wire.send)
        botocore_stubber.enabled = True


def refusal(code: str, status: int = 400, **more: Any) -> Answer:
    """AWS's no, in the JSON protocols' form."""
    return status, {"__type": f"com.amazonaws.vendor#{code}", "message": code, **more}


def cancelled(*reasons: str) -> Answer:
    """A transaction that was cancelled; one reason a write, `None` for those that were well."""
    told = [{"Code": reason, "Message": reason} for reason in reasons]
    return refusal("TransactionCanceledException", CancellationReasons=told)
