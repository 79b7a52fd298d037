"""What it takes to write the template: a new process each time, from its beginning to the text."""

import statistics
import subprocess
import sys
from typing import Any

from infra.template.write import spelled, template

ROUNDS = 5
WRITES = """
import time
from infra.template.write import spelled
spelled()
print(time.process_time())
"""


def measure() -> dict[str, Any]:
    """Cpu seconds, all samples and their median; how many resources, functions and bytes."""
    samples = [_write() for _ in range(ROUNDS)]
    kinds = [one["Type"] for one in template()["Resources"].values()]
    return {
        "seconds": round(statistics.median(samples), 3),
        "samples": samples,
        "resources": len(kinds),
        "functions": kinds.count("AWS::Lambda::Function"),
        "bytes": len(spelled()),
    }


def _write() -> float:
    command = [sys.executable, "-c", WRITES]
    ended = subprocess.run(command, capture_output=True, check=True, text=True, timeout=60)
    return round(float(ended.stdout), 3)
