"""The bundles as they are uploaded: one archive a function, in a folder named by what is in them.

The same files make the same bytes: sorted, all of one time, none by whom or when. Compiled
libraries are looked at, since one of another machine would fail only when it is called.
"""

import hashlib
import struct
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from infra.bundles import Bundle
from persona.errors import Broken

MACHINES: Mapping[int, str] = {62: "x86_64", 183: "arm64"}
"""What stands in an ELF header (e_machine), as Lambda calls it."""
RUNTIMES = ("python3.11", "python3.12", "python3.13")
BEGINNING = (1980, 1, 1, 0, 0, 0)
"""The first time that an archive can say."""
MOST_BYTES = 250 * 1024 * 1024
"""What Lambda unpacks."""


@dataclass(frozen=True, slots=True)
class Packed:
    """Archives by function; `code` is the folder that their contents name."""

    code: str
    archives: Mapping[str, Path]
    machine: str
    runtime: str


def pack(bundles: Iterable[Bundle], out: Path) -> Packed:
    """Writes an archive beside each bundle's folder. Raises Broken for what Lambda could not run."""
    archives: dict[str, Path] = {}
    targets: set[tuple[str, str]] = set()
    for bundle in bundles:
        name, target = bundle.function.name, bundle.target
        if target.runtime not in RUNTIMES:
            known = ", ".join(RUNTIMES)
            raise Broken(f"Lambda has no {target.runtime}; build for one of {known}.")
        if bundle.size > MOST_BYTES:
            raise Broken(f"{name} has {bundle.size} bytes, more than Lambda takes.")
        if others := {*_machines(bundle.folder)} - {target.architecture}:
            told = ", ".join(sorted(others))
            raise Broken(f"{name} is for {target.architecture} and has libraries of {told}.")
        targets.add((target.architecture, target.runtime))
        archives[name] = _archive(bundle.folder, out / f"{name}.zip")
    if len(targets) != 1:
        raise Broken(f"All bundles of a stage are for one machine, not for {sorted(targets)}.")
    marks = sorted((name, _digest(path)) for name, path in archives.items())
    code = hashlib.sha256(repr(marks).encode()).hexdigest()[:20]
    ((machine, runtime),) = targets
    return Packed(code, archives, machine, runtime)


def _machines(folder: Path) -> Iterator[str]:
    """For which machines its libraries were compiled."""
    for path in sorted(folder.rglob("*.so")):
        header = path.read_bytes()[:20]
        if header[:4] != b"\x7fELF":
            raise Broken(f"{path.name} is no library of Linux; build the bundles there.")
        (machine,) = struct.unpack("<H", header[18:20])
        if machine not in MACHINES:
            raise Broken(f"{path.name} is of a machine that Lambda does not have.")
        yield MACHINES[machine]


def _archive(folder: Path, path: Path) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in sorted(one for one in folder.rglob("*") if one.is_file()):
            entry = zipfile.ZipInfo(file.relative_to(folder).as_posix(), BEGINNING)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, file.read_bytes())
    return path


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
