"""Wakes plans: rung after a commit that moved some, and asked by the executions that wait for them."""

from typing import Any

from functions import _compose
from functions._observe import count, log
from persona.acts import waking
from persona.ports import Ports


def handler(event: dict[str, Any], context: object) -> dict[str, Any] | None:
    """Lambda's entry; takes the bell's ring, and what the state machine sends."""
    return run(event, _compose.ports())


def run(event: dict[str, Any], ports: Ports) -> dict[str, Any] | None:
    """Ids only: `{"lane": home, "acts": [plan …]}` of a ring, else one execution's question.

    That is `{"home", "plan", "generation"}` with `looks`, which is answered with a move, or with
    a `token`, which is kept. Raises Conflict and Transient where the same may be asked again.
    """
    if "generation" not in event:
        waking.agree(event["lane"], event["acts"], ports)
        count("plans looked at", len(event["acts"]))
        return None
    home, plan, generation = event["home"], event["plan"], event["generation"]
    if "token" in event:
        waking.hold(home, plan, generation, event["token"], ports)
        return None
    move = waking.look(home, plan, generation, event["looks"], ports)
    log.info("plan", extra={"plan": plan, "generation": generation, "move": move["name"]})
    return move
