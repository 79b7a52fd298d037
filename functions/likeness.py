"""Compares how people write, under a role of its own: textures of all, and nobody's words."""

from typing import Any

from functions import _compose
from functions._observe import ended
from persona.acts.likeness import Likening
from persona.acts.textures import FUNCTION
from persona.acts.work import work
from persona.ports import Ports


def handler(event: dict[str, Any], context: object) -> None:
    """Lambda's entry; takes the bell's or the sweeper's ring."""
    run(event, _compose.ports())


def run(event: dict[str, Any], ports: Ports) -> None:
    """Works the looks of one lane: `{"lane": …}`."""
    for cause, state, _ in work(FUNCTION, event["lane"], Likening(ports), ports):
        ended("likeness", FUNCTION, state, cause)
