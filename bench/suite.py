"""Figures that a part of the test suite leaves behind when it is asked to (`HUB_FIGURES`)."""

import json
import os
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
FIGURES = ROOT / "bench" / "figures"


def measure_crashes() -> dict[str, Any]:
    """A day's share of the crash sweep on both families, its control arm, the planted bugs, by arm.

    `ours` is the local family, `every` how many points there are; `plans`, `plans on aws` and
    `naive plans` are the same of plans; `bug` also has how many were `planted`.
    """
    _run("tests/crash", FIGURES / "crash.jsonl")
    plans = ("plans", "plans on aws", "naive plans")
    arms = {arm: Counter[str]() for arm in ("ours", "aws", "control", *plans, "bug")}
    for line in (FIGURES / "crash.jsonl").read_text().splitlines():
        row = json.loads(line)
        arms[row["arm"]].update({k: v for k, v in row.items() if isinstance(v, int)})
        arms["bug"]["planted"] += row["arm"] == "bug"
    return {arm: dict(sorted(counts.items())) for arm, counts in arms.items()}


def measure_forgeries() -> dict[str, Any]:
    """The forged and the genuine requests, by surface and summed."""
    _run("tests/contract/test_forged_webhooks.py", FIGURES / "forged.json", "-n", "0")
    found = json.loads((FIGURES / "forged.json").read_text())
    for figure in ("forged", "accepted", "passed_unverified"):
        found[figure] = sum(n for name, n in found.items() if name.endswith(f"_{figure}"))
    return found


def measure_canaries() -> dict[str, Any]:
    """Secrets planted, what other lanes held of them, and what came out without the walls."""
    _run("tests/stories/test_canaries.py", FIGURES / "canaries.json", "-n", "0")
    return json.loads((FIGURES / "canaries.json").read_text())


def measure_forgettings() -> dict[str, Any]:
    """How many things of many shapes were forgotten, how many were left, and so for the control."""
    _run("tests/stories/test_residue.py", FIGURES / "forgotten.json", "-n", "0")
    return json.loads((FIGURES / "forgotten.json").read_text())


def measure_tamperings() -> dict[str, Any]:
    """Alterations of a ledger and its head, how many were found, and what hashes alone would miss."""
    _run("tests/stories/test_ledger.py", FIGURES / "tampers.json", "-n", "0", "-k", "tampering")
    return json.loads((FIGURES / "tampers.json").read_text())


def measure_erasures() -> dict[str, Any]:
    """How often a secret was found after erasing: in the folder, and in a restored backup."""
    _run("tests/stories/test_backup.py", FIGURES / "erased.jsonl", "-n", "0")
    lines = (FIGURES / "erased.jsonl").read_text().splitlines()
    found = [json.loads(line) for line in lines]
    return {
        name: sum(one[name] for one in found) for name in ("persons", "restores", "found", "before")
    }


def measure_same() -> dict[str, Any]:
    """How often the right person is found by their writing, beside the script's own texture."""
    _run("tests/contract/test_same_person.py", FIGURES / "same.json", "-n", "0", "-k", "bars")
    found = FIGURES / "same.json"
    if not found.exists():  # its data lie beside the checkout, where there are any
        return {"not_run": "needs ../shared"}
    return json.loads(found.read_text())


def measure_reviews() -> dict[str, Any]:
    """When a review wrote as it should, when it should not have, when it should and did not."""
    _run("tests/stories/test_review_table.py", FIGURES / "review.json", "-n", "0")
    return json.loads((FIGURES / "review.json").read_text())


def measure_hostile() -> dict[str, Any]:
    """The hostile model by arm: attacks and leaks, what was meant and done, the first rules' leaks."""
    _run("tests/hostile", FIGURES / "hostile.jsonl", "-n", "0")
    arms = {arm: Counter[str]() for arm in ("goals", "approvals", "utility", "control", "rules")}
    for line in (FIGURES / "hostile.jsonl").read_text().splitlines():
        row = json.loads(line)
        if row.get("family") != "aws":  # a sample of the same cases
            arms[row["arm"]].update({k: v for k, v in row.items() if isinstance(v, int)})
    return {arm: dict(sorted(counts.items())) for arm, counts in arms.items()}


def measure_deployed() -> dict[str, Any]:
    """Requests and bytes of a message through the stack on an emulator, and in process."""
    _run("tests/deployed", FIGURES / "deployed.json", "-n", "0", "-m", "deployed")
    return json.loads((FIGURES / "deployed.json").read_text())


def _run(path: str, written: Path, *more: str) -> None:
    """Raises RuntimeError with pytest's last words when a test fails."""
    written.unlink(missing_ok=True)
    ended = subprocess.run(
        [sys.executable, "-m", "pytest", path, "-q", "-p", "no:cacheprovider", *more],
        cwd=ROOT, env={**os.environ, "HUB_FIGURES": "1"}, check=False, capture_output=True,
        text=True, timeout=7200,
    )  # fmt: skip
    if ended.returncode:
        raise RuntimeError("\n".join(ended.stdout.splitlines()[-5:]))
