"""How the persona kept to its identity, as reviews saw it: numbers, never words."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Sample:
    """What one review saw: when, whose identity (its stamp), of how many replies, and what they broke.

    `judged` is by how much a model found them to hold to the constructs (0 to 1), of `asked`
    replies; None where none was asked.
    """

    at: float
    stamp: str
    replies: int
    broken: Mapping[str, int] = field(default_factory=dict[str, int])
    judged: float | None = None
    asked: int = 0

    @property
    def kept(self) -> float:
        """The share of replies that broke no rule, at least (0 to 1)."""
        return 1 - min(1.0, sum(self.broken.values()) / self.replies) if self.replies else 1.0


@dataclass(frozen=True, slots=True)
class Drift:
    """The samples of a lane, the oldest first, and the version of the last turn that was looked at.

    `rejected` is how much that models proposed there about the person was not borne out.
    """

    upto: int = 0
    samples: tuple[Sample, ...] = ()
    rejected: int = 0
