"""One measurement in a process of its own: `python -m bench.alone module:function OUT`.

So none warms the next one, loads what another must not, or leaves its objects to the collector.
"""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from importlib import import_module
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
TIMEOUT = 1_800.0
QUIET = {"HUB_LOG": os.devnull, "POWERTOOLS_LOG_LEVEL": "CRITICAL"}
KEYS = {"AWS_ACCESS_KEY_ID": "bench", "AWS_SECRET_ACCESS_KEY": "bench",
        "AWS_EC2_METADATA_DISABLED": "true"}  # fmt: skip


def run(what: str, surroundings: Mapping[str, str] = QUIET) -> dict[str, Any]:
    """What `what` (`module:function`) returns; where it failed `failed`, its last words, alone."""
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "measured.json"
        env = {name: value for name, value in os.environ.items() if not name.startswith("HUB_")}
        try:
            ended = subprocess.run(
                [sys.executable, "-m", "bench.alone", what, str(out)],
                cwd=ROOT, env={**env, **KEYS, **surroundings}, check=False, timeout=TIMEOUT,
                stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
            )  # fmt: skip
        except subprocess.TimeoutExpired:
            return {"failed": f"took more than {TIMEOUT:.0f} s"}
        if ended.returncode:
            return {"failed": " / ".join(ended.stderr.strip().splitlines()[-3:]) or "no word"}
        return json.loads(out.read_text())


if __name__ == "__main__":
    module, _, function = sys.argv[1].partition(":")
    measured = getattr(import_module(module), function)()
    Path(sys.argv[2]).write_text(json.dumps(measured))
