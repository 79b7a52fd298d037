"""The person's plans as the page draws them; what is done with them is said in words like any other."""

import json

from persona.acts import plan_facts, questions
from persona.declare import Request, Response
from persona.errors import Rejected
from persona.ports import Door
from surfaces.web import session

JSON = {"content-type": "application/json", "x-content-type-options": "nosniff"}


def receive(request: Request, door: Door) -> Response:
    """`GET /web/plans`: every plan that is not over, by number. Raises Rejected without a session.

    What a new link keeps closed is left out.
    """
    now = door.clock.now()
    signed_in = session.read(request.headers, door.table, now)
    found = questions.standing_of(door, signed_in.address)
    if found is None:
        raise Rejected("sign in first", "unproven")
    place, gate = found
    until = now - door.settings.link_quarantine
    plans = plan_facts.seen_from(place.home, gate, until, door)
    told = [plan_facts.facts(plan) for plan in plans]
    return Response(200, json.dumps({"plans": told}).encode(), JSON)
