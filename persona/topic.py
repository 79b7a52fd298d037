"""What was left open and may be looked at again when nobody is chatting: pointers, never words."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from persona.model import End, Evidence

TopicKind = Literal["promise", "outcome", "plan", "concern"]
"""In the order in which a review speaks of them where the identity says nothing else."""
LEFT = "left"
"""The state of an outcome that failed, and was left there by somebody who mostly lets things drop."""
BY_REVIEW = 100
"""The chain of wishes that a review begins: what comes of them is looked at no more."""


@dataclass(frozen=True, slots=True)
class Topic:
    """One thing that a review may come back to, once.

    `id` is the same for the same thing, whoever says it again. `at` is when to look at it, `made`
    when it was left open (epoch seconds), by the turn of version `turn` in `home`; `asked` is where.
    `rests` names the messages and turns that it comes from: with any of them it goes.

    `of` says which thing: of a promise or an outcome its act (`function lane after`), of a plan
    `id/run/step`, of a concern the words of its event, by their stems; `day` is the last day of that
    event (an ordinal), `state` how the outcome stood.
    """

    id: str
    kind: TopicKind
    home: str
    at: float
    made: float
    turn: int
    asked: End
    of: str
    rests: tuple[str, ...] = ()
    day: int = 0
    state: str = ""


@dataclass(frozen=True, slots=True)
class Found:
    """A topic that still stands when it is looked at, with what can be said of it.

    `words` are the person's own of a concern; `shown` is what was wished, or the plan's line, as
    code renders it. `again` is the capability and the arguments of a read that is to be tried anew.
    """

    topic: Topic
    words: Evidence | None = None
    shown: str = ""
    since: float = 0.0
    sensitivity: int = 0
    rests: tuple[str, ...] = ()
    tainted: str = ""
    again: tuple[str, Mapping[str, Any]] | None = None


@dataclass(frozen=True, slots=True)
class Open:
    """What is open in a home, as its row says; `changes` counts the turns that wrote it.

    `due` is when the first of it is to be looked at.
    """

    topics: tuple[Topic, ...] = ()
    changes: int = 0
    due: float = 0.0


@dataclass(frozen=True, slots=True)
class Looked:
    """What a review came to: what stays open in each home that was looked at, and what it told.

    `before` is each home's row as it was read; `told` are the kinds that it wrote about.
    """

    left: Mapping[str, tuple[Topic, ...]] = field(default_factory=dict[str, tuple[Topic, ...]])
    before: Mapping[str, Open] = field(default_factory=dict[str, Open])
    told: tuple[TopicKind, ...] = ()
