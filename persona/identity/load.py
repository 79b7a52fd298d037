"""Reads who the persona is from one TOML file; the version and the hash go into every turn."""

import hashlib
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from persona.topic import TopicKind

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
    return identity
