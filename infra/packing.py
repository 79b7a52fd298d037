"""The bundles as they are uploaded: one archive a function, in a folder named by what is in them.

The same files make the same bytes, and what several functions have is looked at and deflated once.
Compiled libraries are asked for which machine they are, since one of another would fail only when
it is called.
"""

import hashlib
import struct
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from infra.archive import Member, deflate, write
from infra.bundles import Bundle
from persona.errors import Broken

MACHINES: Mapping[int, str] = {62: "x86_64", 183: "arm64"}
"""What stands in an ELF header (e_machine), as Lambda calls it."""
RUNTIMES = ("python3.11", "python3.12", "python3.13")
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
    known: dict[bytes, Member] = {}
    for bundle in bundles:
        name, target = bundle.function.name, bundle.target
        if target.runtime not in RUNTIMES:
            named = ", ".join(RUNTIMES)
            raise Broken(f"Lambda has no {target.runtime}; build for one of {named}.")
        if bundle.size > MOST_BYTES:
            raise Broken(f"{name} has {bundle.size} bytes, more than Lambda takes.")
        members = _members(bundle, known)
        targets.add((target.architecture, target.runtime))
        archives[name] = out / f"{name}.zip"
        write(archives[name], members)
    if len(targets) != 1:
        raise Broken(f"All bundles of a stage are for one machine, not for {sorted(targets)}.")
    marks = sorted((name, _digest(path)) for name, path in archives.items())
    code = hashlib.sha256(repr(marks).encode()).hexdigest()[:20]
    ((machine, runtime),) = targets
    return Packed(code, archives, machine, runtime)


def _members(bundle: Bundle, known: dict[bytes, Member]) -> dict[str, Member]:
    """Its files by their place there; what is not `known` by its hash yet is from then on."""
    members: dict[str, Member] = {}
    for file in bundle.folder.rglob("*"):
        if not file.is_file():
            continue
        data = file.read_bytes()
        if file.suffix == ".so":
            _check(file.name, data, bundle)
        mark = hashlib.sha256(data).digest()
        if mark not in known:
            known[mark] = deflate(data)
        members[file.relative_to(bundle.folder).as_posix()] = known[mark]
    return members


def _check(library: str, data: bytes, bundle: Bundle) -> None:
    """Raises Broken for a library that was compiled for another machine than the bundle is for."""
    if data[:4] != b"\x7fELF":
        raise Broken(f"{library} is no library of Linux; build the bundles there.")
    (machine,) = struct.unpack("<H", data[18:20])
    if machine not in MACHINES:
        raise Broken(f"{library} is of a machine that Lambda does not have.")
    wanted, found = bundle.target.architecture, MACHINES[machine]
    if found != wanted:
        raise Broken(f"{bundle.function.name} is for {wanted} and has libraries of {found}.")


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
