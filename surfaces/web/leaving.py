"""Taking everything out, and leaving: what only a strong session may ask.

Both read all that is kept about a person, and load what reads it: so they have a function of their
own, and the page goes without.
"""

import json
import zlib
from collections.abc import Iterator
from typing import Any

from persona import keys
from persona.declare import Request, Response
from persona.errors import Refused, Rejected
from persona.memory.standing import open_gate
from persona.people import addresses
from persona.ports import Door
from surfaces.web import session
from surfaces.web.session import Session

MOST_BYTES = 4_000_000
"""Of a download, as it goes over the wire: Lambda answers with 6 MB, in base64."""
JSON = {"content-type": "application/json", "x-content-type-options": "nosniff"}
CONFIRMED = "erase everything"


def receive(request: Request, door: Door) -> Response:
    """`/web/export` and `/web/erase`. Raises Rejected."""
    if request.method == "GET":
        return _give_export(request, door)
    session.check_origin(request.headers, door.settings)
    return _begin_erasing(request, door)


def _proven(request: Request, door: Door) -> Session:
    """A strong session of an address that no link has just brought here."""
    signed_in = session.read(request.headers, door.table, door.clock.now())
    session.demand_strong(signed_in)
    place = addresses.find(door.table, signed_in.address)
    if place is not None:
        key = keys.gate(place.lane)
        gate = open_gate(door.table.get([key])[key])
        if gate.hides(place.home, door.clock.now() - door.settings.link_quarantine):
            raise Rejected("an address was linked a short while ago: wait a day", "forbidden")
    return signed_in


def _give_export(request: Request, door: Door) -> Response:
    """Everything about this person as a download; packed where the browser unpacks it."""
    from persona.acts import export

    signed_in = _proven(request, door)
    lines = export.lines(signed_in.address, door, door.blobs(), door.settings, door.clock)
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


def _begin_erasing(request: Request, door: Door) -> Response:
    """Begins it for good, where that was typed out; the sweeper ends it."""
    from persona.acts import erase

    signed_in = _proven(request, door)
    if _confirmed(request).strip().casefold() != CONFIRMED:
        raise Rejected(f'to confirm, send {{"confirm": "{CONFIRMED}"}}')
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
