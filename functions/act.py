"""Carries out the acts of one function and lane, under that function's own role."""

from typing import Any

from functions import _compose
from functions._observe import ended
from persona.acts.work import work
from persona.ports import Ports


def handler(event: dict[str, Any], context: object) -> None:
    """Lambda's entry; takes the bell's or the sweeper's ring."""
    run(event, _compose.ports())


def run(event: dict[str, Any], ports: Ports) -> None:
    """Trusts nothing of its caller but names: acts and gate are read from the table.

    `{"function": …, "lane": …}`, and the names of new acts in `acts` and `behind`.
    """
    function, lane = event["function"], event["lane"]
    new, behind = event.get("acts", ()), event.get("behind", ())
    for cause, state, _ in work(function, lane, ports.carriers[function], ports, new, behind):
        ended("act", function, state, cause)
