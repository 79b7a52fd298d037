"""What all tests share: quiet logs in a file of their own, no figure kept unless asked, and haste."""

import gc
import os
import sys

import pytest

os.environ["HUB_LOG"] = os.devnull
os.environ["POWERTOOLS_LOG_LEVEL"] = "CRITICAL"
# Dozens of processes load the same code, and each would compile it anew.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False
# How many new objects until a look for cycles; Python's own figures look thirty times as often.
gc.set_threshold(20_000, 20, 50)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Those that wait for processes and browsers begin, beside those that need the processor."""
    items.sort(key=lambda item: item.get_closest_marker("end_to_end") is None)


def pytest_collection_finish() -> None:
    """What is loaded by now stays, so no look for cycles goes through it again."""
    gc.freeze()
