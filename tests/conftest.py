"""What all tests share: quiet logs in a file of their own, no figure kept unless asked, and haste.

No property has a time to keep: on a busy machine that would fail, and say nothing of the code.
"""

import gc
import logging
import os
import sys

import pytest
from hypothesis import HealthCheck, settings

os.environ["HUB_LOG"] = os.devnull
os.environ["POWERTOOLS_LOG_LEVEL"] = "CRITICAL"
logging.disable(logging.INFO)  # `listening` of the stories turns them on, and reads them
# Dozens of processes load the same code, and each would compile it anew.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False
EARLY = ("end_to_end", "long")
# How many new objects until a look for cycles; Python's own figures look thirty times as often.
gc.set_threshold(20_000, 20, 50)
settings.register_profile("unhurried", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("unhurried")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Those that wait for processes and browsers begin, beside those that need the processor.

    Then the long ones, so that none of them is what everybody waits for in the end. There is a
    worker more than cores: while one waits, two work.
    """
    items.sort(key=lambda item: [not item.get_closest_marker(name) for name in EARLY])


def pytest_collection_finish() -> None:
    """What is loaded by now stays, so no look for cycles goes through it again."""
    gc.freeze()
