"""Carries out the acts of one capability, or of one MCP server's, and lane, under a role of its own."""

from typing import Any

from functions import _compose
from functions._observe import ended
from persona.acts.perform import Performing
from persona.acts.work import work
from persona.ports import Ports


def handler(event: dict[str, Any], context: object) -> None:
    """Lambda's entry; takes the bell's or the sweeper's ring."""
    run(event, _compose.ports())


def run(event: dict[str, Any], ports: Ports) -> None:
    """Trusts nothing of its caller but names: act and gate are read from the table, and judged.

    `{"function": …, "lane": …}`, and the names of new acts in `acts` and `behind`.
    """
    function, lane = event["function"], event["lane"]
    new, behind = event.get("acts", ()), event.get("behind", ())
    uses = {
        name: Performing(one, ports, ports.carriers[one.carried_by] if one.carried_by else None)
        for name, one in ports.carried(function).items()
    }
    for cause, state, _ in work(function, lane, None, ports, new, behind, uses):
        ended("capability", function, state, cause)
