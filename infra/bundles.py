"""One folder a function, ready to be zipped: its part of our code and of the locked environment.

`python -m infra.bundles [--only NAME] [--for arm64] OUT`. The catalog finds surfaces by listing their
folder, so a bundle that holds one knows one. Everything is compiled ahead without a check against
the source: the code folder of a Lambda is read-only, and would be compiled anew at each cold start.
What is not ours comes from the environment of a target: this machine's own, or the locked wheels of
Lambda's.
"""

import re
import shutil
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, NamedTuple

import typer
from packaging.utils import canonicalize_name
from rich.console import Console
from rich.progress import track
from rich.table import Table

from infra import wheels
from infra.apis import api_data
from infra.functions import Deployed, deployed
from infra.reach import ROOT, path_of
from infra.shares import Share, share_of
from infra.target import Target
from infra.wheels import ARCHITECTURE, RUNTIME
from persona.errors import Broken

TIMEZONES = "tzdata"
"""The zones of `zoneinfo`, which Lambda's machine does not have."""
MB = 1_000_000
HERE = Target()
"""This machine, and what is installed on it."""


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
    target: Target = HERE

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
        rest = with_needs(self.function.outside - self.function.sdk, self.target)
        sdk = with_needs(self.function.sdk, self.target)
        own = [owner for owner in sdk if owner not in rest]
        return sum(self.sizes[owner] - self.compiled.get(owner, 0) for owner in own)


def build(function: Deployed, out: Path, target: Target = HERE) -> Bundle:
    """Writes the function's folder below `out`, afresh. Raises Broken for what is not installed."""
    folder = out / function.name
    shutil.rmtree(folder, ignore_errors=True)
    sizes: dict[str, int] = {}
    compiled: dict[str, int] = {}
    made: set[Path] = set()
    for file in files(function, target):
        path = folder / file.path
        if path.parent not in made:
            path.parent.mkdir(parents=True, exist_ok=True)
            made.add(path.parent)
        path.write_bytes(file.data)
        sizes[file.owner] = sizes.get(file.owner, 0) + len(file.data)
        if path.suffix == ".pyc":
            compiled[file.owner] = compiled.get(file.owner, 0) + len(file.data)
    return Bundle(function, folder, sizes, compiled, target)


def files(function: Deployed, target: Target = HERE) -> Iterator[File]:
    """Every file of a bundle, once."""
    sources: dict[str, tuple[bytes, str]] = {}
    for file in _written(function, target):
        yield file
        if file.path.endswith(".py"):
            sources[file.path] = (file.data, file.owner)
    for path, place, code in target.compile({path: data for path, (data, _) in sources.items()}):
        yield File(place, code, sources[path][1])


def _written(function: Deployed, target: Target) -> Iterator[File]:
    for module in sorted(function.modules):
        path = path_of(module)
        yield File(str(path.relative_to(ROOT)), path.read_bytes(), "hub")
        if path.name == "__init__.py":
            yield from _beside(path.parent)
    for owner, shares in sorted(with_needs(function.outside, target).items()):
        for path, data in _installed(owner, shares, target):
            yield File(path, data, owner)
        if owner == "botocore":
            data = Path(str(target.distribution(owner).locate_file("botocore/data")))
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


def with_needs(modules: Iterable[str], target: Target = HERE) -> dict[str, set[Share]]:
    """The distributions behind these outside modules, and what those need, with their shares."""
    found: dict[str, set[Share]] = {}
    waiting = [(_owner(module, target), share_of(module)) for module in modules]
    while waiting:
        owner, share = waiting.pop()
        if share in found.setdefault(owner, set()):
            continue
        found[owner].add(share)
        needs = target.required(owner) if share.needs is None else share.needs
        waiting += [(canonicalize_name(one), share_of(_module(one, target))) for one in needs]
    return found


def _owner(module: str, target: Target) -> str:
    top = module.partition(".")[0]
    if top == "zoneinfo":
        return TIMEZONES
    if top not in target.owners:
        raise Broken(f"{top} is not installed.")
    return target.owners[top]


def _module(distribution: str, target: Target) -> str:
    """The importable name by which a distribution's share is found."""
    name = canonicalize_name(distribution)
    own = [module for module, owner in target.owners.items() if owner == name]
    return next((module for module in own if not module.startswith("_")), name)


def _installed(
    owner: str, shares: Collection[Share], target: Target
) -> Iterator[tuple[str, bytes]]:
    for path, source in target.sources(owner):
        if any(share.takes(path) for share in shares):
            yield path, target.read(source)


def of_lambda(functions: Iterable[Deployed], architecture: str = ARCHITECTURE) -> Target:
    """Lambda's own machine, with the locked wheels that these functions need."""
    wanted = Target(architecture, RUNTIME, python="")
    modules = {module for one in functions for module in one.outside}
    return wheels.target(with_needs(modules, wanted), architecture)


def main(
    out: Annotated[Path, typer.Argument(help="Where the folders go.")],
    only: Annotated[str, typer.Option(help="One function alone.")] = "",
    architecture: Annotated[
        str, typer.Option("--for", help="arm64 or x86_64: Lambda's machine, not this one.")
    ] = "",
) -> None:
    """Builds the bundles of all functions and shows their sizes."""
    console = Console(stderr=True)
    functions = deployed()
    if only and only not in functions:
        raise typer.BadParameter(f"there is no {only}; there are {', '.join(functions)}")
    chosen = [functions[only]] if only else list(functions.values())
    made_for = of_lambda(chosen, architecture) if architecture else HERE
    shown = track(chosen, "Bundles", console=console, transient=True)
    built = [build(one, out, made_for) for one in shown]
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
