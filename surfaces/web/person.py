"""What is known about the person as the page draws it; what is done about it is said in words."""

import json
import re
from typing import Any

from persona import keys
from persona.declare import Request, Response
from persona.errors import Rejected
from persona.memory.index import Index
from persona.memory.signs import as_you
from persona.memory.standing import Gate, open_gate, open_head
from persona.model import Evidence, Place, shortened
from persona.people import addresses, graph, suggested
from persona.people.manner import manner, plain
from persona.people.suggested import Suggested
from persona.ports import Door
from persona.trait import Graph, Trait
from surfaces.web import session

MOST_WHOLE = 600
"""Characters of a message that are shown around a quotation."""
MOST_NAMED = 110
"""Characters by which a trait is named."""
JSON = {"content-type": "application/json", "x-content-type-options": "nosniff"}


def receive(request: Request, door: Door) -> Response:
    """`GET /web/person`: the graph of `graph.plain`, and the manner. Raises Rejected without a session.

    It is read anew from the evidence, so it is never behind a word that was forgotten. What a new
    link keeps closed to this address is left out, and so is what rests on it alone.
    """
    now = door.clock.now()
    signed_in = session.read(request.headers, door.table, now)
    place = addresses.find(door.table, signed_in.address)
    gate_row = door.table.get([keys.gate(place.lane)]).get(keys.gate(place.lane)) if place else None
    if gate_row is not None and gate_row.get("erased"):
        raise Rejected("sign in first", "unproven")
    told: dict[str, Any] = {**graph.plain(Graph()), "manner": None, "likeness": None}
    if place is not None and gate_row is not None:
        told = _known(place, open_gate(gate_row), now, door)
    return Response(200, json.dumps(told, ensure_ascii=False).encode("utf-8", "replace"), JSON)


def _known(place: Place, gate: Gate, now: float, door: Door) -> dict[str, Any]:
    """What the graph tells, each trait also in words to its person (`you`), the manner, and what was
    made of how they write.
    """
    index = graph.read_anew(gate, door, door.settings)
    found = graph.seen_from(place.home, gate, door, door.settings, now, index)
    told, known = graph.plain(found), {trait.id: trait for trait in found.traits}
    nodes = [_with_words(node, known.get(node["id"])) for node in told["nodes"]]
    likeness = _likeness(place, gate, index, now, door)
    return {**told, "nodes": nodes, "manner": plain(manner(found)), "likeness": likeness}


def _likeness(
    place: Place, gate: Gate, index: Index, now: float, door: Door
) -> dict[str, Any] | None:
    """What was made of how they write (`suggested.plain`), and the words by which it is answered."""
    row = door.table.get([keys.head(place.lane)]).get(keys.head(place.lane))
    likeness = open_head(door, place.lane, row).likeness
    found = suggested.seen_from(place.home, place.lane, likeness, gate, is_silent=False)
    if found is None:
        return None
    sees = graph.sees_from(place.home, gate, door.settings, now)
    each = suggested.on_each(found.score, index, sees) if found.what == "like" else {}
    told = suggested.plain(found, each)
    return {**told, "can": {} if found.is_proven else _answering(found)}


def _answering(found: Suggested) -> dict[str, str]:
    """The words that prove it, and those that part a closed address."""
    if found.what == "like":
        return {}
    unlinking = {"unlink": f"unlink {found.address.id}"} if found.address else {}
    return {"link": "link", **unlinking}


def _with_words(node: dict[str, Any], trait: Trait | None) -> dict[str, Any]:
    """A trait with the words by which each thing is done about it, on any surface.

    Each quotation stands in the `whole` message, which is what is forgotten.
    """
    if trait is None:
        return node
    you = as_you(trait.claim)
    can = {"why": f"why do you think that {_i(you)}"}
    if not trait.contested_by:
        can["contest"] = f"that's wrong that {_i(you)}"
    quotes = [
        {**quote, "whole": shortened(one.said.text, MOST_WHOLE), "can": _forgetting(one.said)}
        for quote, one in zip(node["quotes"], trait.shown, strict=False)
    ]
    return {**node, "you": you, "can": can, "quotes": quotes}


def _i(you: str) -> str:
    """The claim as the person says it of themselves, without what would end it or begin another."""
    plain = " ".join(re.sub(r"[^\w\s'’]+", " ", you).split())
    return f"I {re.sub(r'^are ', 'am ', plain)}"[:MOST_NAMED]


def _forgetting(said: Evidence) -> dict[str, str]:
    """Long words are named by how they begin."""
    return {"forget": f"forget {' '.join(said.text.split())[:MOST_WHOLE]}"}
