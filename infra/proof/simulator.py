"""The simulator: `@cloud-copilot/iam-simulate` on the locked node, fetched once and held to its hashes.

`npm.lock` beside this file names every package with version and hash; see `infra/npm.py`.
"""

import json
import shutil
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from infra import npm
from infra.proof.stage import ACCOUNT
from infra.reach import ROOT

HERE = Path(__file__).parent
LOCK = HERE / "npm.lock"
FETCHED = ROOT / ".prove"
STANDS_IN = ("kms:EncryptionContext:owner", "kms:RequestAlias")
"""The simulator overlooks keys with a name of ours after a colon; another text of KMS's, which
nothing here uses, takes its place in policies and questions alike."""
ASK_SECONDS = 600


class Verdict(NamedTuple):
    """The actions that are allowed, and how many were asked that such a resource knows."""

    allowed: frozenset[str]
    asked: int


def judge(
    policies: Mapping[str, Any], asks: Iterable[Mapping[str, Any]], folder: Path = FETCHED
) -> list[Verdict]:
    """A verdict an ask, in order; see `simulate.mjs`. Raises Broken where node fails."""
    fetch(folder)
    told = json.dumps({"policies": policies, "account": ACCOUNT, "asks": list(asks)})
    told = told.replace(*STANDS_IN)
    node = npm.wheel() / "bin/node"
    found = npm.run([str(node), str(folder / "simulate.mjs")], folder, ASK_SECONDS, told)
    return [Verdict(frozenset(one["allowed"]), one["asked"]) for one in json.loads(found)]


def fetch(folder: Path = FETCHED) -> None:
    """Brings what is locked into a folder where it is not; raises Broken for anything else."""
    stamp, wanted = folder / "lock", LOCK.read_text()
    if not stamp.is_file() or stamp.read_text() != wanted:
        shutil.rmtree(folder, ignore_errors=True)
        with npm.client() as client:
            for package in npm.locked(LOCK):
                npm.fetch(package, client, folder)
        stamp.write_text(wanted)
    shutil.copy(HERE / "simulate.mjs", folder)
