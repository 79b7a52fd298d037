"""Taking everything out, and leaving: what only a strong session may ask."""

import json
import zlib
from collections.abc import Iterator
from typing import Any

from persona.acts import erase, export
from persona.declare import Request, Response
from persona.errors import Refused, Rejected
from persona.ports import Door
from surfaces.web import session

MOST_BYTES = 4_000_000
"""Of a download, as it goes over the wire: Lambda answers with 6 MB, in base64."""
JSON = {"content-type": "application/json", "x-content-type-options": "nosniff"}


def give_export(request: Request, door: Door) -> Response:
    """Everything about this person as a download; packed where the browser unpacks it."""
    signed_in = session.read(request.headers, door.table, door.clock.now())
    session.demand_strong(signed_in)
    lines = export.lines(signed_in.address, door, door.settings, door.clock)
    packs = "gzip" in request.header("accept-encoding")
    body = _fitting(_packed(lines) if packs else (line.encode() for line in lines))
    headers = {
        "content-type": "application/jsonl",
        "content-disposition": 'attachment; filename="persona-hub-export.jsonl"',
        "x-content-type-options": "nosniff",
    }
    return Response(200, body, {**headers, **({"content-encoding": "gzip"} if packs else {})})


def _packed(lines: Iterator[str]) -> Iterator[bytes]:
    gzip = zlib.compressobj(wbits=31)
    for line in lines:
        yield gzip.compress(line.encode())
    yield gzip.flush()


def _fitting(parts: Iterator[bytes]) -> bytes:
    """Raises Rejected for more than one answer holds; nothing is cut off."""
    body = bytearray()
    try:
        for part in parts:
            body += part
            if len(body) > MOST_BYTES:
                raise Rejected("too much for one download: use `hub export`", "too large")
    except Refused as error:
        raise Rejected("sign in first", "unproven") from error
    return bytes(body)


def begin_erasing(request: Request, door: Door) -> Response:
    """Begins it for good, where the name was typed once more; the sweeper ends it."""
    signed_in = session.read(request.headers, door.table, door.clock.now())
    session.demand_strong(signed_in)
    name = signed_in.address.id
    if _confirmed(request) != f"erase {name}":
        raise Rejected(f'to confirm, send {{"confirm": "erase {name}"}}')
    try:
        id = erase.begin(signed_in.address, door, door.clock.now())
    except Refused as error:
        raise Rejected("sign in first", "unproven") from error
    return Response(202, json.dumps({"id": id}).encode(), JSON)


def _confirmed(request: Request) -> str:
    if not request.header("content-type").lower().startswith("application/json"):
        raise Rejected("send application/json")
    try:
        body: Any = json.loads(request.body)
    except (ValueError, RecursionError) as error:
        raise Rejected("this is not JSON") from error
    confirm = body.get("confirm") if isinstance(body, dict) else None
    return confirm if isinstance(confirm, str) else ""
