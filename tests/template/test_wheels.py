"""Bundles for Lambda's own machine, built on whichever this is: from the lock, and of nothing else."""

import json
import shutil
import struct
import subprocess
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from infra import wheels
from infra.bundles import Bundle, build, of_lambda
from infra.functions import deployed
from infra.packing import pack
from infra.target import Target
from persona.errors import Broken

FUNCTION = deployed()["ingress-web-answers"]
"""A small one with compiled libraries in it."""
MACHINE = {"arm64": 183, "x86_64": 62}
MAGIC = {"python3.13": 3571}
"""What each Python puts before its compiled code (importlib's own table)."""


@pytest.fixture(scope="module")
def target() -> Target:
    return of_lambda([FUNCTION])


@pytest.fixture(scope="module")
def built(target: Target, tmp_path_factory: pytest.TempPathFactory) -> Bundle:
    return build(FUNCTION, tmp_path_factory.mktemp("built"), target)


def libraries(bundle: Bundle) -> Iterator[tuple[str, int]]:
    for path in bundle.folder.rglob("*.so"):
        yield path.name, struct.unpack("<H", path.read_bytes()[18:20])[0]


def test_every_library_is_of_lambdas_machine_and_python(built: Bundle) -> None:
    found = dict(libraries(built))
    assert found
    assert {*found.values()} == {MACHINE["arm64"]}
    assert all("x86_64" not in name and "311" not in name for name in found)


def test_it_holds_what_one_of_this_machine_holds(built: Bundle, tmp_path: Path) -> None:
    """Name by name, but for the names of compiled code and libraries."""
    here = build(FUNCTION, tmp_path, Target())

    def names(bundle: Bundle) -> set[str]:
        paths = (path for path in bundle.folder.rglob("*") if path.is_file())
        held = {str(path.relative_to(bundle.folder)) for path in paths}
        return {name for name in held if not name.endswith((".pyc", ".so"))}

    assert names(built) == names(here)
    assert len([*libraries(built)]) == len([*libraries(here)])


def test_code_is_compiled_by_lambdas_python_where_there_is_one(
    built: Bundle, target: Target
) -> None:
    compiled = list(built.folder.rglob("*.pyc"))
    assert bool(compiled) == bool(target.python) == bool(built.compiled)
    magic = MAGIC[target.runtime].to_bytes(2, "little") + b"\r\n"
    assert all(path.read_bytes()[:8] == magic + b"\x01\0\0\0" for path in compiled)


def test_without_that_python_the_sources_ship_alone(target: Target, tmp_path: Path) -> None:
    bare = build(
        FUNCTION, tmp_path, Target(target.architecture, target.runtime, target.packages, "")
    )
    assert not bare.compiled
    assert bare.size == bare.source_size > 1_000_000


def test_it_is_the_same_archive_each_time(target: Target, built: Bundle, tmp_path: Path) -> None:
    again = Target(target.architecture, target.runtime, target.packages, target.python)
    other = build(FUNCTION, tmp_path, again)
    one, two = (pack([bundle], bundle.folder.parent) for bundle in (built, other))
    assert one == pack([built], built.folder.parent)
    assert one.code == two.code
    assert (one.machine, one.runtime) == ("arm64", "python3.13")
    with zipfile.ZipFile(one.archives[FUNCTION.name]) as archive:
        assert "functions/ingress.py" in archive.namelist()
        assert not any(name.startswith(("tests/", "hub/", "bench/")) for name in archive.namelist())


# The lock


def test_what_the_lock_says_for_another_machine_is_left_out() -> None:
    elsewhere = Target("arm64", "python3.13", python="")
    assert elsewhere.markers["platform_machine"] == "aarch64"
    assert "cffi==" in wheels._locked({"cffi"}, elsewhere)
    assert ";" not in wheels._locked({"cffi"}, elsewhere)
    with pytest.raises(Broken, match="says nothing of pywin32"):
        wheels._locked({"pywin32"}, elsewhere)


def test_a_wheel_that_the_lock_does_not_name_is_refused(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    lock = tmp_path / "requirements.lock"
    lock.write_text(f"six==1.17.0 \\\n    --hash=sha256:{'0' * 64}\n")
    monkeypatch.setattr(wheels, "LOCK", lock)
    monkeypatch.setattr(wheels, "KEPT", tmp_path / "kept")
    with pytest.raises(Broken, match=r"(?i)hash"):
        wheels.target({"six"})
    assert not [path for path in (tmp_path / "kept").iterdir() if path.is_dir()]


def test_a_python_is_asked_what_it_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shim = tmp_path / "python3.12"
    shim.write_text("#!/bin/sh\necho 'not installed' >&2; exit 127\n")
    shim.chmod(0o755)
    assert not wheels._is_of(str(shim), "python3.12")
    own = Target()
    assert wheels._is_of(own.python, own.runtime)
    assert wheels.interpreter(own.runtime) == own.python
    monkeypatch.setenv("PYENV_ROOT", str(tmp_path))
    monkeypatch.setattr(shutil, "which", lambda name: None)
    assert wheels.interpreter("python3.99") == ""


# Where this machine has Lambda's Python, what is built for it runs


@pytest.mark.skipif(not wheels.interpreter(wheels.RUNTIME), reason="no Python 3.13 here")
def test_it_runs_on_lambdas_python(tmp_path: Path) -> None:
    """For this processor in place of Lambda's, which cannot be asked here."""
    made_for = of_lambda([FUNCTION], Target().architecture)
    folder = build(FUNCTION, tmp_path, made_for).folder
    program = (
        f"import sys, json; sys.path.insert(0, {str(folder)!r})\n"
        f"import {', '.join(sorted(FUNCTION.modules))}, nacl.bindings\n"
        f"own = [n for n, m in sys.modules.items() if (m.__file__ or '').startswith({str(folder)!r})]\n"
        "print(json.dumps([sys.implementation.cache_tag, len(own)]))"
    ).replace("(m.__file__ or '')", "(getattr(m, '__file__', None) or '')")
    command = [made_for.python, "-I", "-S", "-c", program]
    env = {"PATH": "/usr/bin:/bin", "AWS_REGION": "eu-central-1"}
    ended = subprocess.run(command, env=env, capture_output=True, text=True, timeout=120)
    assert ended.returncode == 0, ended.stderr
    tag, loaded = json.loads(ended.stdout)
    assert tag == "cpython-313"
    assert loaded > 100
