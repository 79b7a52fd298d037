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


ALARMING = frozenset({"failed", "unknown"})
"""Ends of acts that are counted once more, whatever the function: somebody is told of them."""


def ended(kind: str, function: str, state: str, cause: str) -> None:
    """How one act ended, and which turn it came of."""
    count(kind, function=function, state=state)
    if state in ALARMING:
        count(f"{state} act")
    log.info(kind, extra={"correlation": cause, "function": function, "state": state})


def _namespace() -> str:
    """One a stage, since two may share an AWS account."""
    return os.environ.get("HUB_METRICS", "persona-hub")


def count(name: str, value: float = 1, **about: str) -> None:
    """One number: a CloudWatch metric in aws, a line of the log file in the local stage."""
    if os.environ.get("HUB_LOG"):
        log.info("count", extra={"metric": name, "value": value, **about})
        return
    with single_metric(
        name=name, unit=MetricUnit.Count, value=value, namespace=_namespace()
    ) as metric:
        for key, text in about.items():
            metric.add_dimension(name=key, value=text)
