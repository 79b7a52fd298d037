"""The same five ways to die, at each request that the aws family makes.

before    raised before botocore's retries begin    after    raised once a good answer was read
lost      moto applies the request, then the connection closes: botocore asks again
refuse    a 503 in place of an answer               zombie   a stall before the request
"""

import sys
from dataclasses import dataclass, field
from types import FrameType, SimpleNamespace
from typing import Any

import botocore.endpoint
from botocore.exceptions import ConnectionClosedError
from moto.core.models import botocore_stubber

from tests.aws import world
from tests.crash.injector import Death, Injector, Kind

OURS = ("/persona/", "/functions/")
KINDS: dict[str, Kind] = {
    "BatchGetItem": "read",
    "GetItem": "read",
    "Query": "read",
    "Decrypt": "read",
    "AssumeRole": "read",
    "ListObjectsV2": "read",
    "GetObject": "read",
    "SendMessage": "put",
    "ChangeMessageVisibility": "put",
    "DescribeExecution": "read",
    "SendTaskHeartbeat": "ring",
    "SendTaskSuccess": "ring",
    "Invoke": "ring",
}
"""What each operation is; all others write."""


@dataclass
class FaultyRequests:
    """Botocore's hooks for one run.

    `sites` says from where in our code each request came, and which of the run's calls it was.
    """

    injector: Injector
    sites: list[tuple[int, str]] = field(default_factory=list[tuple[int, str]])
    losing: bool = False

    def before_call(self, *, model: Any, context: dict[str, Any], **_: Any) -> Any:
        number = len(self.injector.census) + 1
        self.sites.append((number, f"{model.name} {_site(sys._getframe())}"))
        if not self.injector.fires(KINDS.get(model.name, "commit")):
            return None
        match self.injector.mode:
            case "before":
                raise Death
            case "after":
                context["dies"] = True
            case "lost":
                self.losing = True
            case "zombie":
                self.injector.stall()
            case _:
                return _refusal()
        return None

    def after_call(self, *, context: dict[str, Any], http_response: Any, **_: Any) -> None:
        if context.get("dies") and http_response.status_code < 300:
            raise Death

    def before_send(self, *, event_name: str, request: Any, **_: Any) -> None:
        if self.losing:
            self.losing = False
            if event_name != "Invoke":  # which the world has already heard
                botocore_stubber(event_name, request)
            raise ConnectionClosedError(endpoint_url=request.url)


def _refusal() -> tuple[Any, dict[str, Any]]:
    about = {"HTTPStatusCode": 503}
    error = {"Code": "ServiceUnavailable", "Message": "refused by the test"}
    return SimpleNamespace(status_code=503), {"Error": error, "ResponseMetadata": about}


def _site(frame: FrameType | None) -> str:
    """The functions of ours on the stack, outermost last; the tests' own aside."""
    names: list[str] = []
    while frame is not None:
        if any(part in frame.f_code.co_filename for part in OURS):
            names.append(f"{frame.f_code.co_name}:{frame.f_lineno}")
        frame = frame.f_back
    return " < ".join(names)


def inject(injector: Injector | None) -> None:
    """From here on requests fail as the injector says; None lets them all pass."""
    botocore.endpoint.time = SimpleNamespace(sleep=lambda seconds: None)  # type: ignore[assignment]
    world().faults = FaultyRequests(injector) if injector else None
