"""Hands a person's own words from a shared place to their own lane, under a role without memory."""

from typing import Any

from functions import _compose
from functions._observe import ended
from persona.acts.handover import FUNCTION, HandingOver
from persona.acts.work import work
from persona.ports import Ports


def handler(event: dict[str, Any], context: object) -> None:
    """Lambda's entry; takes the bell's or the sweeper's ring."""
    run(event, _compose.ports())


def run(event: dict[str, Any], ports: Ports) -> None:
    """Works the hand-over acts of one lane: `{"lane": …}`."""
    for cause, state, _ in work(FUNCTION, event["lane"], HandingOver(ports), ports):
        ended("handover", FUNCTION, state, cause)
