"""How long `make run` takes to be healthy, once everything is installed and the state exists."""

import os
import signal
import socket
import statistics
import subprocess
import tempfile
import time
import urllib.request
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
ROUNDS = 5


def measure() -> dict[str, Any]:
    """Seconds from the command to 200 on /healthz: every start after the first of one folder."""
    with tempfile.TemporaryDirectory() as folder:
        times = [_start(Path(folder)) for _ in range(ROUNDS + 1)][1:]
    return {"median_s": round(statistics.median(times), 2), "max_s": round(max(times), 2),
            "rounds": ROUNDS, "samples": [round(time, 3) for time in times]}  # fmt: skip


def _start(state: Path) -> float:
    port, smtp_port = _free_port(), _free_port()
    env = {**os.environ, "HUB_PORT": str(port), "HUB_SMTP_PORT": str(smtp_port),
           "HUB_STATE": str(state)}  # fmt: skip
    env.pop("HUB_LOG", None)
    began = time.perf_counter()
    hub = subprocess.Popen(
        ["make", "run"], cwd=ROOT, env=env, stdout=subprocess.DEVNULL, start_new_session=True
    )
    try:
        while not _is_healthy(port):
            if hub.poll() is not None or time.perf_counter() - began > 60:
                raise AssertionError("the hub does not start")
            time.sleep(0.02)
        return time.perf_counter() - began
    finally:
        os.killpg(hub.pid, signal.SIGTERM)
        hub.wait(15)


def _is_healthy(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=1) as answer:
            return answer.status == 200
    except OSError:
        return False


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
