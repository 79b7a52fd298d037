"""The web page's open sockets: who may listen, and what to push when a lane has something new."""

import json
from typing import Any

from functions import _compose
from functions._observe import count, log
from persona import keys
from persona.errors import Conflict, Rejected
from persona.memory.standing import open_gate
from persona.model import FORMAT, Address
from persona.people import addresses
from persona.ports import ABSENT, Delete, Ports, Put, Row, equals
from surfaces.web import conversation, session

HOURS = 2 * 3600.0
"""API Gateway closes a socket after two hours; so does the row behind it."""
OPENING = 10.0
"""Seconds in which a new socket may still be opening, so that a push that fails proves nothing."""


def handler(event: dict[str, Any], context: object) -> dict[str, Any]:
    """Lambda's entry: a WebSocket event of API Gateway, or `{"lane": …}` from the bell."""
    ports = _compose.ports()
    if "lane" in event:
        push(event["lane"], ports)
        return {"statusCode": 200}
    return run(event, ports)


def run(event: dict[str, Any], ports: Ports) -> dict[str, Any]:
    """Answers $connect, $disconnect and messages: whatever a client sends asks what is new."""
    context = event["requestContext"]
    match context["eventType"]:
        case "CONNECT":
            return {"statusCode": _connect(event, ports)}
        case "DISCONNECT":
            _drop(context["connectionId"], ports)
        case _:
            _answer(context["connectionId"], ports)
    return {"statusCode": 200}


def push(lane: str, ports: Ports) -> None:
    """Sends every open socket of the lane's homes what it has not seen, and moves its cursor."""
    key = keys.gate(lane)
    gate = open_gate(ports.table.get([key])[key])
    for home in gate.homes:
        if home not in gate.links or gate.links[home].address.surface == "web":
            _push_home(home, ports)


def _push_home(home: str, ports: Ports) -> None:
    for key, row in ports.table.query(keys.socket_of(home, "")):
        try:
            _push_one(key.sort, row, ports)
        except Exception:  # one socket's trouble is no other's
            log.exception("push failed")


def _push_one(socket: str, row: Row, ports: Ports) -> None:
    address, cursor = Address("web", row["name"]), row["cursor"]
    while True:
        page = conversation.read(address, cursor, ports)
        if page.cursor == cursor:
            break
        mark = json.dumps({"type": "cursor", "cursor": page.cursor})
        frames = [*conversation.frames(page.messages), mark]
        if not all(ports.sockets.push(socket, frame) for frame in frames):
            if ports.clock.now() > row.get("opened", 0.0) + OPENING:
                _drop(socket, ports)
            return
        cursor = page.cursor
    if cursor == row["cursor"]:
        return
    try:
        key = keys.socket_of(row["home"], socket)
        moved = {**row, "cursor": cursor}
        ports.table.commit([Put(key, moved, equals("cursor", row["cursor"]))])
    except Conflict:  # another push was quicker; the client drops what it has seen
        count("push raced")


def _connect(event: dict[str, Any], ports: Ports) -> int:
    query = event.get("queryStringParameters") or {}
    headers = {name.lower(): value for name, value in (event.get("headers") or {}).items()}
    try:
        address = session.socket_address(
            query.get("ticket", ""), headers, ports.table, ports.clock, ports.settings
        )
        cursor = query.get("after") or conversation.newest(address, ports)
        conversation.read(address, cursor, ports)
    except Rejected as error:
        return {"unproven": 401, "forbidden": 403}.get(error.fault, 400)
    socket, now = event["requestContext"]["connectionId"], ports.clock.now()
    place = addresses.meet(ports.table, address, ports.entropy, now)
    row: Row = {
        "v": FORMAT,
        "home": place.home,
        "name": address.id,
        "cursor": cursor,
        "opened": now,
        "expires": now + HOURS,
    }
    ports.table.commit(
        [
            Put(keys.socket_of(place.home, socket), row, ABSENT),
            Put(keys.socket(socket), {"v": FORMAT, "home": place.home, "expires": row["expires"]}),
        ]
    )
    ports.bell.ring("socket", place.lane)
    return 200


def _answer(socket: str, ports: Ports) -> None:
    known = keys.socket(socket)
    row = ports.table.get([known]).get(known)
    if row is not None:
        own = keys.socket_of(row["home"], socket)
        found = ports.table.get([own]).get(own)
        if found is not None:
            _push_one(socket, found, ports)


def _drop(socket: str, ports: Ports) -> None:
    key = keys.socket(socket)
    row = ports.table.get([key]).get(key)
    if row:
        ports.table.commit([Delete(key), Delete(keys.socket_of(row["home"], socket))])
