"""One folder a function, ready to be zipped: its part of our code and of the locked environment.

`python -m infra.bundles [--only NAME] OUT`. The catalog finds surfaces by listing their folder, so
a bundle that holds one knows one. Everything is compiled ahead without a check against the source:
the code folder of a Lambda is read-only, and would be compiled anew at each cold start. Compiled
libraries are those of the machine that builds, which has to be of Lambda's kind; their symbols go
where the machine has `strip`.
"""

import marshal
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from importlib import metadata
from importlib.util import MAGIC_NUMBER, source_hash
from pathlib import Path
from typing import Annotated, NamedTuple

import typer
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from rich.console import Console
from rich.progress import track
from rich.table import Table

from infra.apis import api_data
from infra.functions import Deployed, deployed
from infra.reach import ROOT, path_of
from infra.shares import INSTEAD, Share, share_of
from persona.errors import Broken

PLACE = "/var/task"
"""Where Lambda lays the folder; stands in tracebacks."""
TIMEZONES = "tzdata"
"""The zones of `zoneinfo`, which Lambda's machine does not have."""
MB = 1_000_000


class File(NamedTuple):
    """One file of a bundle: where it lies there, its bytes, and whose it is."""

    path: str
    data: bytes
    owner: str


@dataclass(frozen=True, slots=True)
class Bundle:
    """A folder that was built; bytes by owner (`hub` or a distribution), and those compiled of them."""

    function: Deployed
    folder: Path
    sizes: dict[str, int]
    compiled: dict[str, int]

    @property
    def size(self) -> int:
        """Bytes, unzipped."""
        return sum(self.sizes.values())

    @property
    def source_size(self) -> int:
        """Bytes without what was compiled."""
        return self.size - sum(self.compiled.values())

    @property
    def sdk_size(self) -> int:
        """Bytes of what the surface of this function needs and nothing else in it, not compiled."""
        rest = with_needs(self.function.outside - self.function.sdk)
        own = [owner for owner in with_needs(self.function.sdk) if owner not in rest]
        return sum(self.sizes[owner] - self.compiled.get(owner, 0) for owner in own)


def build(function: Deployed, out: Path) -> Bundle:
    """Writes the function's folder below `out`, afresh. Raises Broken for what is not installed."""
    folder = out / function.name
    shutil.rmtree(folder, ignore_errors=True)
    sizes: dict[str, int] = {}
    compiled: dict[str, int] = {}
    for file in files(function):
        path = folder / file.path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(file.data)
        sizes[file.owner] = sizes.get(file.owner, 0) + len(file.data)
        if path.suffix == ".pyc":
            compiled[file.owner] = compiled.get(file.owner, 0) + len(file.data)
    return Bundle(function, folder, sizes, compiled)


def files(function: Deployed) -> Iterator[File]:
    """Every file of a bundle, once."""
    for module in sorted(function.modules):
        path = path_of(module)
        yield from _with_compiled(str(path.relative_to(ROOT)), path.read_bytes(), "hub")
        if path.name == "__init__.py":
            yield from _beside(path.parent)
    for owner, shares in sorted(with_needs(function.outside).items()):
        for path, data in _installed(owner, shares):
            yield from _with_compiled(path, data, owner)
        if owner == "botocore":
            data = Path(str(metadata.distribution(owner).locate_file("botocore/data")))
            for path, spelled in api_data(data, function.apis, _words(function)):
                yield File(f"botocore/data/{path}", spelled, owner)


def _words(function: Deployed) -> frozenset[str]:
    """Every name that the function's own code says; the methods of clients are among them."""
    texts = (path_of(module).read_text() for module in function.modules)
    return frozenset(word for text in texts for word in re.findall(r"[a-z_0-9]+", text))


def _beside(folder: Path) -> Iterator[File]:
    """What lies beside our code and is none: the identity, the page."""
    for path in sorted(folder.rglob("*")):
        is_code = path.suffix in (".py", ".pyc") or not path.is_file()
        if not is_code and not _has_package_between(folder, path):
            yield File(str(path.relative_to(ROOT)), path.read_bytes(), "hub")


def _has_package_between(folder: Path, path: Path) -> bool:
    between = path.relative_to(folder).parents
    return any((folder / one / "__init__.py").exists() for one in between if one.name)


def with_needs(modules: Iterable[str]) -> dict[str, set[Share]]:
    """The distributions behind these outside modules, and what those need, with their shares."""
    found: dict[str, set[Share]] = {}
    waiting = [(_owner(module), share_of(module)) for module in modules]
    while waiting:
        owner, share = waiting.pop()
        if share in found.setdefault(owner, set()):
            continue
        found[owner].add(share)
        needs = _required(owner) if share.needs is None else share.needs
        waiting += [(canonicalize_name(need), share_of(_module(need))) for need in needs]
    return found


@cache
def _owners() -> dict[str, str]:
    return {
        module: canonicalize_name(names[0])
        for module, names in metadata.packages_distributions().items()
    }


def _owner(module: str) -> str:
    top = module.partition(".")[0]
    if top == "zoneinfo":
        return TIMEZONES
    if top not in _owners():
        raise Broken(f"{top} is not installed.")
    return _owners()[top]


@cache
def _module(distribution: str) -> str:
    """The importable name by which a distribution's share is found."""
    name = canonicalize_name(distribution)
    own = [module for module, owner in _owners().items() if owner == name]
    return next((module for module in own if not module.startswith("_")), name)


@cache
def _required(owner: str) -> tuple[str, ...]:
    requirements = map(Requirement, metadata.requires(owner) or ())
    return tuple(
        one.name for one in requirements if one.marker is None or one.marker.evaluate({"extra": ""})
    )


def _installed(owner: str, shares: Collection[Share]) -> Iterator[tuple[str, bytes]]:
    for path, source in _sources(owner):
        if any(share.takes(path) for share in shares):
            yield path, _stripped(source) if source.suffix == ".so" else source.read_bytes()


@cache
def _sources(owner: str) -> tuple[tuple[str, Path], ...]:
    """Every file of a distribution: where it lies in a bundle, and where it is read."""
    paths = {file.as_posix(): Path(str(file.locate())) for file in metadata.files(owner) or ()}
    own = {path: INSTEAD / path for path in paths}
    return tuple(
        (path, own[path] if own[path].is_file() else source) for path, source in paths.items()
    )


def _with_compiled(path: str, data: bytes, owner: str) -> Iterator[File]:
    yield File(path, data, owner)
    if path.endswith(".py"):
        folder, name = Path(path).parent, Path(path).stem
        compiled = folder / "__pycache__" / f"{name}.{sys.implementation.cache_tag}.pyc"
        yield File(str(compiled), _compiled(data, path), owner)


@cache
def _compiled(data: bytes, path: str) -> bytes:
    """Hash-based and unchecked (PEP 552): magic number, flags, hash of the source, code."""
    code = compile(data, f"{PLACE}/{path}", "exec", dont_inherit=True)
    flags = (1).to_bytes(4, "little")
    return b"".join([MAGIC_NUMBER, flags, source_hash(data), marshal.dumps(code)])


@cache
def _stripped(library: Path) -> bytes:
    """A compiled library without the symbols that only a debugger reads."""
    strip = shutil.which("strip")
    if strip is None:
        return library.read_bytes()
    with tempfile.TemporaryDirectory() as folder:
        made = Path(folder) / library.name
        command = [strip, "--strip-unneeded", "-o", str(made), str(library)]
        subprocess.run(command, check=True, timeout=60)
        return made.read_bytes()


def main(
    out: Annotated[Path, typer.Argument(help="Where the folders go.")],
    only: Annotated[str, typer.Option(help="One function alone.")] = "",
) -> None:
    """Builds the bundles of all functions and shows their sizes."""
    console = Console(stderr=True)
    functions = deployed()
    if only and only not in functions:
        raise typer.BadParameter(f"there is no {only}; there are {', '.join(functions)}")
    chosen = [functions[only]] if only else list(functions.values())
    built = [build(one, out) for one in track(chosen, "Bundles", console=console, transient=True)]
    Console().print(table(built))


def table(bundles: Iterable[Bundle]) -> Table:
    """Sizes, and what is largest in each."""
    shown = Table("function", "handler", "MB", "without pyc", "largest")
    for bundle in bundles:
        largest = sorted(bundle.sizes.items(), key=lambda item: -item[1])[:4]
        shown.add_row(
            bundle.function.name,
            bundle.function.handler,
            f"{bundle.size / MB:.1f}",
            f"{bundle.source_size / MB:.1f}",
            ", ".join(f"{owner} {size / MB:.1f}" for owner, size in largest),
        )
    return shown


if __name__ == "__main__":
    typer.run(main)
