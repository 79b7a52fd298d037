"""What all tests share: quiet logs in a file of their own, and no figure kept unless asked."""

import gc
import os

os.environ["HUB_LOG"] = os.devnull
os.environ["POWERTOOLS_LOG_LEVEL"] = "CRITICAL"
COLLECTED_AFTER = (20_000, 20, 50)
"""New objects until a look for cycles; the default looks thirty times as often at a big process."""


def pytest_collection_finish() -> None:
    """What is loaded by now stays, so no look for cycles goes through it again."""
    gc.freeze()
    gc.set_threshold(*COLLECTED_AFTER)
