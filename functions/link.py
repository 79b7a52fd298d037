"""Joins and parts addresses, under a role of its own: codes, addresses and gates, and no memory."""

from typing import Any

from functions import _compose
from functions._observe import ended
from persona.acts.link import FUNCTION, Linking
from persona.acts.work import work
from persona.ports import Ports


def handler(event: dict[str, Any], context: object) -> None:
    """Lambda's entry; takes the bell's or the sweeper's ring."""
    run(event, _compose.ports())


def run(event: dict[str, Any], ports: Ports) -> None:
    """Works the link acts of one lane: `{"lane": …}`."""
    for cause, state, _ in work(FUNCTION, event["lane"], Linking(ports), ports):
        ended("link", FUNCTION, state, cause)
