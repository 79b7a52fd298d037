"""Carries out the acts of one function and lane, under that function's own role."""

from typing import Any

from functions import _compose
from functions._observe import count, log
from persona.acts.work import work
from persona.ports import Ports


def handler(event: dict[str, Any], context: object) -> None:
    """Lambda's entry; takes `{"function": …, "lane": …}` from the bell or the sweeper."""
    run(event, _compose.ports())


def run(event: dict[str, Any], ports: Ports) -> None:
    """Trusts nothing of its caller but the name of the lane: acts and gate are read from the table."""
    function, lane = event["function"], event["lane"]
    ended = work(function, lane, ports.carriers[function], ports)
    for cause, state in ended:
        count("act", function=function, state=state)
        log.info("act", extra={"correlation": cause, "function": function, "state": state})
