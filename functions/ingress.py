"""Every webhook and web request: verify, normalise, enqueue, answer; nothing else.

Takes API Gateway's HTTP event (payload 2.0), in AWS and in the local stage alike.
"""

import base64
import json
from collections.abc import Callable
from functools import partial
from typing import Any

from functions import _compose
from functions._observe import count, log
from persona.admission import admit
from persona.declare import Request, Response, Surface
from persona.errors import Rejected, Transient
from persona.model import Event
from persona.ports import Door, Ports

STATUS = {
    "malformed": 400,
    "unproven": 401,
    "forbidden": 403,
    "absent": 404,
    "too large": 413,
    "too many": 429,
}


def handler(event: dict[str, Any], context: object) -> dict[str, Any]:
    """Lambda's entry."""
    return run(event, _compose.ports())


def run(event: dict[str, Any], ports: Ports) -> dict[str, Any]:
    """Answers one HTTP event; what cannot be enqueued is a 503, so that the vendor repeats it."""
    request = _request(event)
    found = _receiver(request, ports)
    if found is None:
        return _answer(Response(404, b'{"error":"not found"}'))
    surface, receive = found
    try:
        return _answer(receive(request, door(ports)))
    except Rejected as error:
        count("refused", surface=surface.name, fault=error.fault)
        if (
            error.__cause__ is not None
        ):  # by its kind alone, so that a bug of ours shows and no words
            cause = type(error.__cause__).__name__
            log.warning("refused", extra={"surface": surface.name, "cause": cause})
        return _answer(_refusal(error, surface))
    except Transient:
        log.exception("not enqueued", extra={"surface": surface.name})
        return _answer(Response(503, b'{"error":"try again"}', {"retry-after": "1"}))


def door(ports: Ports) -> Door:
    """What a surface may do at ingress, and nothing more."""

    def admit_one(event: Event) -> None:
        admit(event, ports)
        about = {"surface": event.address.surface, "kind": event.kind}
        log.debug("admitted", extra={"correlation": event.correlation, **about})

    return Door(
        settings=ports.settings,
        secrets=ports.secrets,
        table=ports.table,
        keys=ports.keys,
        clock=ports.clock,
        entropy=ports.entropy,
        admit=admit_one,
        blobs=partial(getattr, ports, "blobs"),
    )


def _receiver(
    request: Request, ports: Ports
) -> tuple[Surface, Callable[[Request, Door], Response]] | None:
    """Who declared this route, and takes it; a path ending in `*` takes what lies below it."""
    for surface in ports.surfaces.values():
        for part in (surface, *surface.parts):
            for method, path in part.routes:
                below = path.endswith("*") and request.path.startswith(path[:-1])
                if request.method == method and (request.path == path or below):
                    return surface, part.receive
    return None


def _refusal(error: Rejected, surface: Surface) -> Response:
    status = surface.refusals.get(error.fault, STATUS[error.fault])
    headers = {"content-type": "application/json"}
    if error.retry_after:
        headers["retry-after"] = str(max(1, round(error.retry_after)))
    return Response(status, json.dumps({"error": error.reason}).encode(), headers)


def _request(event: dict[str, Any]) -> Request:
    http = event["requestContext"]["http"]
    headers = {name.lower(): value for name, value in (event.get("headers") or {}).items()}
    if event.get("cookies"):
        headers["cookie"] = "; ".join(event["cookies"])
    return Request(
        method=http["method"],
        path=event["rawPath"],
        query=event.get("rawQueryString", ""),
        headers=headers,
        body=_body(event),
        source=http.get("sourceIp", ""),
    )


def _body(event: dict[str, Any]) -> bytes:
    """The raw bytes; none where the body only claims to be base64."""
    text = (event.get("body") or "").encode("utf-8", "surrogatepass")
    try:
        return base64.b64decode(text) if event.get("isBase64Encoded") else text
    except ValueError:
        return b""


def _answer(response: Response) -> dict[str, Any]:
    headers = {"cache-control": "no-store", **response.headers}
    cookies = [headers.pop("set-cookie")] if "set-cookie" in headers else []
    return {
        "statusCode": response.status,
        "headers": headers,
        "cookies": cookies,
        "body": base64.b64encode(response.body).decode(),
        "isBase64Encoded": True,
    }
