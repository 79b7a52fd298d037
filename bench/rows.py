"""A figure as a row of the table: beside a peer's from the same run, under its limit, judged.

Counts are strict. A timing misses its limit when even the better quartile of its rounds is beyond
it, and is unclear when more processes wanted a core meanwhile than there are cores.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

Verdict = Literal["yes", "no", "unclear, repeat", "not run", "failed"]
Results = Mapping[str, Any]
Path = tuple[str, ...]

NONE = "–"


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table; `goal` is what performance goal it belongs to, or empty."""

    goal: str
    what: str
    peer: str
    its: str
    ours: str
    ratio: str
    limit: str
    verdict: Verdict


def counted(is_good: bool) -> Verdict:
    """A count is what it is."""
    return "yes" if is_good else "no"


def timed(results: Results, step: str, is_good: bool) -> Verdict:
    """A timing is only as good as the quiet in which its step ran."""
    is_quiet = max(results["loads"][step]) <= results["conditions"]["cores"]
    return counted(is_good) if is_quiet else "unclear, repeat"


def at(peers: Results, path: Path) -> Any:
    """What stands there; None where a peer was not run or this part of it failed."""
    found: Any = peers
    for name in path:
        found = found.get(name) if isinstance(found, Mapping) else None
    return found


def beside(
    results: Results,
    ours: float,
    cases: Mapping[str, Path],
    shown: Callable[[float], str],
    figure: Callable[[Any], float | None] = lambda found: found,
) -> tuple[str, str, str]:
    """Names, their figures and our ratio to the best one, from this very run or not at all."""
    measured = {name: at(results.get("peers", {}), path) for name, path in cases.items()}
    found = {name: figure(one) for name, one in measured.items() if one is not None}
    known = sorted((value, name) for name, value in found.items() if value is not None)
    if not known:
        return ", ".join(cases), "not run", NONE
    (best, name), others = known[0], known[1:]
    names = ", ".join(other for _, other in others)
    figures = ", ".join(shown(value) for value, _ in others)
    return (
        f"{name} ({names})" if others else name,
        f"{shown(best)} ({figures})" if others else shown(best),
        f"{ours / best:.2f}",
    )


def times(ratio: float) -> str:
    return f"{ratio:.2f}×"
