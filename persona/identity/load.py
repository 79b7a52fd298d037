"""Reads who the persona is from one TOML file; the version and the hash go into every turn."""

import hashlib
import tomllib
from dataclasses import asdict, dataclass, field
from pathlib import Path
from string import Formatter
from typing import Any

from persona.topic import TopicKind
from persona.trait import Reaction, Stance

DEFAULT = Path(__file__).with_name("default.toml")


@dataclass(frozen=True, slots=True)
class Construct:
    """A tension the persona holds, the outcome that serves, and how to hold it."""

    name: str
    tension: str
    serves: str
    guide: str


@dataclass(frozen=True, slots=True)
class Pattern:
    """When this happens, choose so; and what to ask oneself at review."""

    when: str
    choose: str
    ask: str


@dataclass(frozen=True, slots=True)
class Structure:
    """What is kept, in this order, when something fails, and what is promised meanwhile."""

    when: str
    keep: tuple[str, ...]
    promise: str


@dataclass(frozen=True, slots=True)
class Review:
    """What it comes back to by itself, in this order, and what it asks then, by the kind of topic.

    `ask` is what it asks itself first, beside what its patterns have it ask. A kind that is not
    among `about` is never written about.
    """

    about: tuple[TopicKind, ...]
    ask: str
    asks: dict[TopicKind, str]


@dataclass(frozen=True, slots=True)
class Style:
    """How it sounds, and how that is rendered on each surface: the thinnest part."""

    tone: str
    surfaces: dict[str, str]


@dataclass(frozen=True, slots=True)
class Serving:
    """How somebody of one stance is served; words that are empty are everybody's.

    `because` follows "I put it so because", `guide` is for a language model.
    """

    because: str
    guide: str
    answered: str = ""
    doing: str = ""
    done: str = ""
    brought: str = ""
    failed: str = ""
    unsure: str = ""


@dataclass(frozen=True, slots=True)
class Breaking:
    """What somebody is told first, and offered, who is likely to react so when something fails.

    `because` says in `why` what is expected of them.
    """

    because: str
    guide: str
    first: str = ""
    failed: str = ""
    offer: str = ""


@dataclass(frozen=True, slots=True)
class Identity:
    """Who speaks: `stamp` (`version-hash`) says exactly which identity took a turn."""

    name: str
    version: int
    about: str
    constructs: tuple[Construct, ...]
    patterns: tuple[Pattern, ...]
    structures: tuple[Structure, ...]
    review: Review
    style: Style
    stamp: str
    stances: dict[Stance, Serving] = field(default_factory=dict[Stance, Serving])
    reactions: dict[Reaction, Breaking] = field(default_factory=dict[Reaction, Breaking])

    def serving(self, stance: str) -> Serving | None:
        """How somebody of this stance is served; None where the file says nothing of it."""
        return next((one for known, one in self.stances.items() if known == stance), None)

    def breaking(self, reaction: str) -> Breaking | None:
        """The same for who is likely to react so."""
        return next((one for known, one in self.reactions.items() if known == reaction), None)


def load(path: Path = DEFAULT) -> Identity:
    """Raises ValueError, naming the field, for a file that does not say who this is."""
    from pydantic import ConfigDict, TypeAdapter, with_config

    raw = path.read_bytes()
    fields: dict[str, Any] = tomllib.loads(raw.decode("utf-8"))
    stamp = f"{fields.get('version', 0)}-{hashlib.sha256(raw).hexdigest()[:12]}"
    closed = with_config(ConfigDict(extra="forbid"))(Identity)
    identity = TypeAdapter(closed).validate_python({**fields, "stamp": stamp})
    unasked = set(identity.review.about) - identity.review.asks.keys()
    if unasked:
        raise ValueError(f"review.asks says nothing of {', '.join(sorted(unasked))}")
    for name, one in (*identity.stances.items(), *identity.reactions.items()):
        _check(name, one)
    return identity


FIELDS = frozenset({"quote", "short", "count", "all", "also", "shown", "reason", "result"})
OFFERED = frozenset({"shown", "reason", "words", "other", "certain"})
"""What the words of a stance, and of a reaction, may be filled with."""


def _check(name: str, one: Serving | Breaking) -> None:
    """Raises ValueError for words with a field that nothing fills."""
    allowed = FIELDS if isinstance(one, Serving) else OFFERED
    for part, words in asdict(one).items():
        wanted = {field for _, field, _, _ in Formatter().parse(words) if field is not None}
        if wanted - allowed:
            unknown = ", ".join(sorted(f"{{{field}}}" for field in wanted - allowed))
            raise ValueError(f"{name}.{part} asks for {unknown}, which nothing fills")
