"""What is known about the person as the page draws it; what they say to it is said in words like any other."""

import json
from collections.abc import Callable
from typing import Any
from zoneinfo import ZoneInfo

from persona import keys
from persona.declare import Request, Response
from persona.errors import Rejected
from persona.memory import notes, walls
from persona.memory.index import Index
from persona.memory.recall import load
from persona.memory.standing import Gate, open_gate
from persona.model import Evidence, Place
from persona.people import addresses, graph
from persona.ports import Door
from persona.trait import Graph
from surfaces.web import session

JSON = {"content-type": "application/json", "x-content-type-options": "nosniff"}


def receive(request: Request, door: Door) -> Response:
    """`GET /web/person`: the graph as `graph.plain` tells it. Raises Rejected without a session.

    It is read anew from the evidence, so it is never behind a word that was forgotten. What a new
    link keeps closed to this address is left out, and so is what rests on it alone.
    """
    now = door.clock.now()
    signed_in = session.read(request.headers, door.table, now)
    place = addresses.find(door.table, signed_in.address)
    gate_row = door.table.get([keys.gate(place.lane)]).get(keys.gate(place.lane)) if place else None
    if gate_row is not None and gate_row.get("erased"):
        raise Rejected("sign in first", "unproven")
    told = graph.plain(Graph())
    if place is not None and gate_row is not None:
        told = _known(place, open_gate(gate_row), now, door)
    return Response(200, json.dumps(told, ensure_ascii=False).encode("utf-8", "replace"), JSON)


def _known(place: Place, gate: Gate, now: float, door: Door) -> dict[str, Any]:
    index = Index(ZoneInfo(door.settings.timezone))
    for home in gate.homes:
        load(index, door, home)
    kept = [note for home in gate.homes for note in notes.read(door, home)]
    sees = _sees(place.home, gate, now - door.settings.link_quarantine)
    return graph.plain(graph.of_index(index, kept, now, sees))


def _sees(home: str, gate: Gate, until: float) -> Callable[[Evidence], bool]:
    """Whether evidence is open to this address: by the walls, and by how new its links are."""
    return lambda one: walls.may_hear(one, home, "private") and gate.opens(
        home, one.home, one.at, until, one.sensitivity
    )
