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


log = Logger(service=SERVICE, stream=_stream(), use_rfc3339=True)


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
