"""The cases: what one would write upon a peer, as files to start anew or to load and keep warm."""

import runpy
from pathlib import Path
from typing import Any

CASES = Path(__file__).parent / "cases"


def named(peer: str, pattern: str = "*") -> list[str]:
    """The peer's cases whose names match, in order."""
    return sorted(path.stem for path in (CASES / peer).glob(f"{pattern}.py"))


def started(peer: str) -> dict[str, Path]:
    """The cases whose start is measured: `state` needs a stage, and `phrases` starts nothing."""
    unmeasured = ("state", "phrases")
    return {case: CASES / peer / f"{case}.py" for case in named(peer) if case not in unmeasured}


def load(peer: str, case: str) -> dict[str, Any]:
    """What the case defines, once it has run."""
    return runpy.run_path(str(CASES / peer / f"{case}.py"), run_name=f"{peer}_{case}")
