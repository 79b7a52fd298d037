"""What all tests share: quiet logs in a file of their own, and no figure kept unless asked."""

import os

os.environ["HUB_LOG"] = os.devnull
os.environ["POWERTOOLS_LOG_LEVEL"] = "CRITICAL"
