"""What a bundle is built for: a machine of Lambda's, its Python, and the distributions installed for it.

`Target()` is this process's own machine and environment, on which bundles are measured and tried;
`infra/wheels.py` makes one of a machine that is not here. Code is compiled by an interpreter of the
target's own Python, in a process that does nothing else: what marshal writes depends on what else
its process holds.
"""

import marshal
import platform
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from importlib.metadata import Distribution, distributions
from pathlib import Path

from packaging.markers import default_environment
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from infra.shares import INSTEAD
from persona.errors import Broken

PLACE = "/var/task"
"""Where Lambda lays the folder; stands in tracebacks."""
OWN_NAMES: Mapping[str, str] = {"arm64": "aarch64", "x86_64": "x86_64"}
"""What Linux calls each of Lambda's machines."""
COMPILES = """
import marshal, sys
from importlib.util import MAGIC_NUMBER, source_hash
def compiled(path, data):
    code = compile(data, path, "exec", dont_inherit=True)
    return MAGIC_NUMBER + (1).to_bytes(4, "little") + source_hash(data) + marshal.dumps(code)
told = [compiled(*one) for one in marshal.loads(sys.stdin.buffer.read())]
sys.stdout.buffer.write(marshal.dumps([sys.implementation.cache_tag, told], 2))
"""
"""Hash-based and unchecked (PEP 552): magic number, flags, hash of the source, code."""
MOST_SECONDS = 600


def own_architecture() -> str:
    """This machine, as Lambda calls it; as it calls itself where Lambda has none of its kind."""
    own = {name: called for called, name in OWN_NAMES.items()} | {"arm64": "arm64"}
    return own.get(platform.machine(), platform.machine())


def own_runtime() -> str:
    """This Python, as Lambda calls it."""
    return f"python{sys.version_info.major}.{sys.version_info.minor}"


class Target:
    """A machine, a Python, and what is installed for both.

    `packages` are the folders in which its distributions lie; `python` is the interpreter that
    compiles for it, empty where none is at hand: then nothing is compiled ahead.
    """

    def __init__(
        self,
        architecture: str = "",
        runtime: str = "",
        packages: Sequence[str] = (),
        python: str = sys.executable,
    ) -> None:
        self.architecture = architecture or own_architecture()
        self.runtime = runtime or own_runtime()
        self.packages = list(packages or sys.path)
        self.python = python
        self._compiled: dict[tuple[str, bytes], tuple[str, bytes]] = {}
        self._listed: dict[str, list[tuple[str, Path]]] = {}
        self._read: dict[Path, bytes] = {}

    @cached_property
    def markers(self) -> dict[str, str]:
        """What an environment marker of a requirement is asked of (PEP 508)."""
        version = self.runtime.removeprefix("python")
        told = {name: str(value) for name, value in default_environment().items()}
        is_own = (self.architecture, self.runtime) == (own_architecture(), own_runtime())
        if not is_own:
            told |= {
                "os_name": "posix",
                "sys_platform": "linux",
                "platform_system": "Linux",
                "platform_machine": OWN_NAMES[self.architecture],
                "python_version": version,
                "python_full_version": f"{version}.0",
                "implementation_version": f"{version}.0",
            }
        return {**told, "extra": ""}

    @cached_property
    def _distributions(self) -> dict[str, Distribution]:
        """By canonical name; what stands first on the path counts."""
        found: dict[str, Distribution] = {}
        for one in distributions(path=self.packages):
            found.setdefault(canonicalize_name(one.metadata["Name"]), one)
        return dict(sorted(found.items()))

    @cached_property
    def owners(self) -> dict[str, str]:
        """The distribution behind each importable top name."""
        found: dict[str, str] = {}
        for name, one in self._distributions.items():
            for module in _top_names(one):
                found.setdefault(module, name)
        return found

    def distribution(self, name: str) -> Distribution:
        """Raises Broken for one that is not installed."""
        if name not in self._distributions:
            raise Broken(f"{name} is not installed.")
        return self._distributions[name]

    def required(self, owner: str) -> tuple[str, ...]:
        """The distributions that one requires on this target."""
        requirements = map(Requirement, self.distribution(owner).requires or ())
        return tuple(
            one.name
            for one in requirements
            if one.marker is None or one.marker.evaluate(dict(self.markers))
        )

    def sources(self, owner: str) -> list[tuple[str, Path]]:
        """Every file of a distribution: where it lies in a bundle, and where it is read."""
        if owner not in self._listed:
            files = [
                (file.as_posix(), file.locate()) for file in self.distribution(owner).files or ()
            ]
            own = [(path, INSTEAD / path, Path(str(place))) for path, place in files]
            self._listed[owner] = [(p, mine if mine.is_file() else its) for p, mine, its in own]
        return self._listed[owner]

    def read(self, source: Path) -> bytes:
        """A file of a distribution; a compiled library without what only a debugger reads, where
        that can be done.
        """
        if source not in self._read:
            is_library = source.suffix == ".so"
            self._read[source] = (
                _strip(source, self._stripper()) if is_library else source.read_bytes()
            )
        return self._read[source]

    def compile(self, sources: Mapping[str, bytes]) -> Iterator[tuple[str, str, bytes]]:
        """Of each source the path, that of its compiled code and the code; none without a Python."""
        if not self.python:
            return
        missing = [one for one in sources.items() if one not in self._compiled]
        if missing:
            self._compile(missing)
        for path, data in sources.items():
            tag, code = self._compiled[path, data]
            folder, name = Path(path).parent, Path(path).stem
            yield path, str(folder / "__pycache__" / f"{name}.{tag}.pyc"), code

    def _compile(self, sources: Sequence[tuple[str, bytes]]) -> None:
        asked = marshal.dumps([(f"{PLACE}/{path}", data) for path, data in sources], 2)
        command = [self.python, "-W", "ignore", "-I", "-S", "-c", COMPILES]
        ended = subprocess.run(
            command, input=asked, capture_output=True, check=False, timeout=MOST_SECONDS
        )
        if ended.returncode:
            raise Broken(f"{self.python} could not compile: {ended.stderr.decode()[-500:]}")
        tag, codes = marshal.loads(ended.stdout)  # noqa: S302 (our own program wrote it)
        self._compiled |= {one: (tag, code) for one, code in zip(sources, codes, strict=True)}

    def _stripper(self) -> str | None:
        own = ("strip",) if self.architecture == own_architecture() else ()
        known = (*own, f"{OWN_NAMES.get(self.architecture, '')}-linux-gnu-strip", "llvm-strip")
        return next(filter(None, map(shutil.which, known)), None)


def _top_names(one: Distribution) -> list[str]:
    """What it says itself, else the first part of each module's path."""
    said = (one.read_text("top_level.txt") or "").split()
    paths = [file for file in one.files or () if file.suffix in (".py", ".so")]
    return said or sorted({file.parts[0].partition(".")[0] for file in paths})


def _strip(library: Path, stripper: str | None) -> bytes:
    if stripper is None:
        return library.read_bytes()
    with tempfile.TemporaryDirectory() as folder:
        made = Path(folder) / library.name
        command = [stripper, "--strip-unneeded", "-o", str(made), str(library)]
        subprocess.run(command, check=True, timeout=60)
        return made.read_bytes()
