"""Each peer's own environment: made from its lock, measured, and kept for the next run.

Peers are never among the project's dependencies: every one has a virtual environment in
`.bench-peers/`, which ignores itself in git. A lock that changed makes its environment anew.
"""

import hashlib
import platform
import re
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
LOCKS = Path(__file__).parent
CACHE = ROOT / ".bench-peers"
TIMEOUT = 300.0
ADDRESS = re.compile(r"\S+://\S+")  # the reason is kept in a file that names none
NOT_SHIPPED = ("pip", "setuptools", "_distutils_hack", "distutils-precedence.pth")


class NotInstalled(Exception):
    """A peer that this machine could not install, with the installer's own last words."""


def install(peer: str) -> Path:
    """The Python of `peer`'s environment, by `<peer>.lock`. Raises NotInstalled."""
    return made(LOCKS / f"{peer}.lock", CACHE / peer)


def made(lock: Path, folder: Path) -> Path:
    """The Python of an environment in `folder`, installed from `lock` unless it stands there.

    Raises NotInstalled.
    """
    stamp = folder / ".installed"
    wanted = f"{hashlib.sha256(lock.read_bytes()).hexdigest()} {platform.python_version()}"
    if not (stamp.exists() and stamp.read_text() == wanted):
        shutil.rmtree(folder, ignore_errors=True)
        folder.parent.mkdir(exist_ok=True)
        (folder.parent / ".gitignore").write_text("*\n")
        _run(sys.executable, "-m", "venv", str(folder))
        _run(
            str(folder / "bin" / "python"), "-m", "pip", "install", "--quiet",
            "--disable-pip-version-check", "--require-hashes", "-r", str(lock),
        )  # fmt: skip
        stamp.write_text(wanted)
    return folder / "bin" / "python"


def packages(peer: str) -> Path:
    """The site-packages of an installed peer."""
    return next((CACHE / peer / "lib").glob("python3.*/site-packages"))


def versions(peer: str) -> dict[str, str]:
    """What the lock holds for the packages that `<peer>.in` asks for."""
    asked = {line.split("[")[0].strip() for line in (LOCKS / f"{peer}.in").read_text().splitlines()}
    pinned = (
        line.split(";")[0].rstrip(" \\").partition("==")
        for line in (LOCKS / f"{peer}.lock").read_text().splitlines()
        if "==" in line and not line.startswith(" ")
    )
    return {
        name.split("[")[0]: version for name, _, version in pinned if name.split("[")[0] in asked
    }


def bundle_mb(peer: str) -> float:
    """MB (10^6) of what would be shipped, unzipped: no pyc, no installer."""
    top = packages(peer)
    size = 0
    for path in top.rglob("*"):
        first = path.relative_to(top).parts[0]
        if first.split("-")[0] in NOT_SHIPPED or first in NOT_SHIPPED or path.suffix == ".pyc":
            continue
        size += path.stat().st_size if path.is_file() else 0
    return round(size / 1e6, 1)


def _run(*command: str) -> None:
    try:
        subprocess.run(command, check=True, capture_output=True, text=True, timeout=TIMEOUT)
    except subprocess.CalledProcessError as failed:
        words = (failed.stderr or failed.stdout).strip().splitlines() or ["no word"]
        told = " / ".join(" ".join(line.split()) for line in words[-3:])
        raise NotInstalled(ADDRESS.sub("(address)", told)) from failed
    except subprocess.TimeoutExpired as slow:
        raise NotInstalled(f"the installer took more than {TIMEOUT:.0f} s") from slow
