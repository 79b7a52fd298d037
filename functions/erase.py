"""Erases a person, under a role of its own: every row, original and key of theirs, then a certificate."""

from typing import Any

from functions import _compose
from functions._observe import count, log
from persona.acts import erase
from persona.ports import Ports


def handler(event: dict[str, Any], context: object) -> None:
    """Lambda's entry; takes the sweeper's ring."""
    run(event, _compose.ports())


def run(event: dict[str, Any], ports: Ports) -> None:
    """Goes on with one erasure, named in `lane`: `{"function": "erase", "lane": …}`."""
    done = erase.run(event["lane"], ports)
    count("erase", outcome="done" if done else "going on")
    log.info("erase", extra={"erasure": event["lane"], "done": done is not None})
