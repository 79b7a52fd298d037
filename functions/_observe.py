"""Structured logs and counts (Powertools), one correlation id from the webhook to the sent reply.

No message text, address, token or URL with a query is ever given to it.
"""

import os
import sys
from typing import TextIO

from aws_lambda_powertools import Logger
from aws_lambda_powertools.metrics import MetricUnit, single_metric

SERVICE = "persona-hub"


def _stream() -> TextIO:
    """Where lines go: the file that the local stage names, else standard output for CloudWatch."""
    path = os.environ.get("HUB_LOG")
    return open(path, "a", encoding="utf-8", buffering=1) if path else sys.stdout


def _level() -> str | None:
    """In the local stage everything; in AWS what Powertools' own setting says.

    What happens to every single message at its door is told at DEBUG there: the gateway's access
    log and the turn, which names the same correlation, say it too, and a line is a tenth of a door.
    """
    return "DEBUG" if os.environ.get("HUB_LOG") else None


log = Logger(service=SERVICE, level=_level(), stream=_stream(), use_rfc3339=True)


def count(name: str, value: float = 1, **about: str) -> None:
    """One number: a CloudWatch metric in aws, a line of the log file in the local stage."""
    if os.environ.get("HUB_LOG"):
        log.info("count", extra={"metric": name, "value": value, **about})
        return
    with single_metric(
        name=name, unit=MetricUnit.Count, value=value, namespace="PersonaHub"
    ) as metric:
        for key, text in about.items():
            metric.add_dimension(name=key, value=text)
