"""The locked environment of a machine that is not here: its wheels, fetched by pip, held to the lock.

`python -m infra.bundles --for arm64 OUT` and `hub deploy` build from it, without a container and on
any machine: pip takes no wheel whose hash the lock does not name, and nothing that would have to be
built. What was fetched is kept in `.bundles`, by what was asked for.
"""

import hashlib
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Collection, Iterator
from pathlib import Path

from packaging.markers import Marker
from packaging.utils import canonicalize_name

from infra.reach import ROOT
from infra.target import MOST_SECONDS, OWN_NAMES, Target
from persona.errors import Broken

LOCK = ROOT / "requirements.lock"
KEPT = ROOT / ".bundles"
RUNTIME = "python3.13"
ARCHITECTURE = "arm64"
GLIBC = ("2014", "_2_17", "_2_24", "_2_26", "_2_27", "_2_28", "_2_31", "_2_34")
"""Wheels that Amazon Linux 2023 runs, whose libc is 2.34 (docs.aws.amazon.com/linux/al2023)."""
LOCKED = re.compile(r"^(?P<name>[A-Za-z0-9._-]+)==[^;\s]+(?: ; (?P<marker>[^\\]+))?", re.MULTILINE)


def target(
    names: Collection[str], architecture: str = ARCHITECTURE, runtime: str = RUNTIME
) -> Target:
    """A target with these distributions of the lock, fetched where they are not kept yet.

    Raises Broken for what the lock or the index does not have for such a machine.
    """
    asked = _locked(names, Target(architecture, runtime, python=""))
    digest = hashlib.sha256(asked.encode()).hexdigest()[:16]
    folder = KEPT / f"{architecture}-{runtime}-{digest}"
    if not folder.is_dir():
        _fetch(asked, folder, OWN_NAMES[architecture], runtime)
    return Target(architecture, runtime, [str(folder)], interpreter(runtime))


def _locked(names: Collection[str], wanted: Target) -> str:
    """The lock's lines of these distributions, as they hold on the target."""
    text, found = LOCK.read_text(), dict[str, str]()
    starts = list(LOCKED.finditer(text))
    ends = [one.start() for one in starts[1:]] + [len(text)]
    for one, end in zip(starts, ends, strict=True):
        name = canonicalize_name(one["name"])
        holds = one["marker"] is None or Marker(one["marker"]).evaluate(dict(wanted.markers))
        if name in names and holds:
            whole = text[one.start() : end]
            found[name] = whole.replace(f" ; {one['marker']}", " ") if one["marker"] else whole
    if missing := {*names} - found.keys():
        raise Broken(f"The lock says nothing of {', '.join(sorted(missing))}.")
    return "".join(found[name] for name in sorted(found))


def _fetch(asked: str, folder: Path, machine: str, runtime: str) -> None:
    """Laid down whole or not at all."""
    KEPT.mkdir(exist_ok=True)
    version = runtime.removeprefix("python").replace(".", "")
    platforms = [word for glibc in GLIBC for word in ("--platform", f"manylinux{glibc}_{machine}")]
    with tempfile.TemporaryDirectory(dir=KEPT) as beside:
        lines = Path(beside) / "asked.lock"
        lines.write_text(asked)
        command = [
            sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check",
            "--no-input", "--timeout", "30", "--no-deps", "--no-compile", "--require-hashes",
            "--only-binary=:all:", "--implementation", "cp", "--python-version", version,
            *platforms, "--target", f"{beside}/packages", "--requirement", str(lines),
        ]  # fmt: skip
        ended = subprocess.run(
            command, capture_output=True, check=False, text=True, timeout=MOST_SECONDS
        )
        if ended.returncode:
            raise Broken(f"pip could not fetch the wheels: {ended.stderr[-800:].strip()}")
        try:
            Path(beside, "packages").rename(folder)
        except OSError:
            if not folder.is_dir():  # else another process was first
                raise


def interpreter(runtime: str) -> str:
    """A Python of the target's version on this machine, empty where there is none."""
    return next((one for one in _candidates(runtime) if _is_of(one, runtime)), "")


def _candidates(runtime: str) -> Iterator[str]:
    yield sys.executable
    if found := shutil.which(runtime):
        yield found
    pyenv = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv")) / "versions"
    versions = sorted(pyenv.glob(f"{runtime.removeprefix('python')}.*/bin/{runtime}"))
    yield from map(str, reversed(versions))


def _is_of(python: str, runtime: str) -> bool:
    """Asked, since a name may lead to a shim of a Python that is not installed."""
    program = "import sys; print('python%d.%d' % sys.version_info[:2])"
    command = [python, "-I", "-S", "-c", program]
    ended = subprocess.run(command, capture_output=True, check=False, text=True, timeout=30)
    return ended.stdout.strip() == runtime
