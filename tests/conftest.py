"""What all tests share: quiet logs in a file of their own, and no figure kept unless asked."""

import os
import tempfile

os.environ["HUB_LOG"] = os.path.join(tempfile.gettempdir(), f"hub-tests-{os.getpid()}.log")
os.environ["POWERTOOLS_LOG_LEVEL"] = "CRITICAL"
