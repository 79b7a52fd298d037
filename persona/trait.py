"""What is believed about a person, and the person's own words that it rests on: two layers apart.

A sign is what one message shows of who wrote it; a trait is what several signs say together. Signs
are read by code (`memory/signs.py`) or proposed by a model, each with a quotation that stands in the
message. What the persona said, and what a person pasted, quoted or forwarded, shows nothing.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal

from persona.model import Evidence

TraitKind = Literal["preference", "decision", "concern", "stance", "texture", "action"]
SignKind = Literal[
    "preference", "decision", "concern", "stance", "texture", "action", "topic", "mention"
]
"""A trait's kind, or that a message is about a topic, or speaks of somebody or something by name."""

Stance = Literal["skeptic", "operator", "regular", "newcomer"]
Reaction = Literal["retries", "asks why", "works around", "escalates", "leaves", "forgives"]
"""What somebody does when what they asked for has failed."""
BROKEN = "broken"
"""What a sign of the kind `action` that tells such a reaction is about, before what had failed: the
effect of a capability (`broken read`), or a plan."""
LEAST_WEIGHT = 0.5
"""Below so much of one conversation a trait has faded: one half-life after it was last seen at the
earliest, two after it was seen twice in a row, and the later the oftener it was seen."""


@dataclass(frozen=True, slots=True)
class Sign:
    """What one message shows of its writer.

    Signs of one kind that are `about` the same (terms in their dictionary form, or a word of code)
    speak of one trait; of a preference or a decision `value` says which way, and another value
    later contradicts it. The quotation is `text[start:end]` of the message as it was said.
    """

    kind: SignKind
    about: str
    value: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Shown:
    """A sign where it stands: the message, and in which conversation (a number in its index)."""

    sign: Sign
    said: Evidence
    talk: int

    @property
    def quote(self) -> str:
        """The person's exact words."""
        return self.said.text[self.sign.start : self.sign.end]

    @property
    def name(self) -> str:
        """What is spoken of, as it is called here: of “about the boiler” its last word."""
        at = self.quote.casefold().find(self.sign.about)
        return self.quote[at : at + len(self.sign.about)] if at >= 0 else self.quote.split()[-1]


@dataclass(frozen=True, slots=True)
class Trait:
    """Something believed about a person.

    `claim` says it in words that follow the person's name or "you". `shown` is what it rests on, the
    newest first. `first` and `last` are when it was seen (epoch seconds), `conversations` and
    `surfaces` in how many; `weight` is how many conversations are left of those, each counted by its
    age. `confidence` (0 to 1) grows with it. `superseded_by` is the trait (its id) that holds
    instead, `contested_by` the message in which the person said that it is wrong; a trait with
    either, one that has faded, or one from one conversation alone, is not acted on.
    """

    id: str
    kind: TraitKind
    about: str
    value: str
    claim: str
    shown: tuple[Shown, ...]
    first: float
    last: float
    conversations: int
    surfaces: tuple[str, ...]
    confidence: float
    weight: float
    made_by: Literal["code", "model"] = "code"
    superseded_by: str = ""
    contested_by: str = ""

    @property
    def has_faded(self) -> bool:
        """Whether it was not seen for long; it is there again with the next word of it."""
        return self.weight < LEAST_WEIGHT

    @property
    def is_held(self) -> bool:
        """Seen in two conversations or more, not superseded, not contested, however long ago."""
        return self.conversations >= 2 and not self.superseded_by and not self.contested_by

    @property
    def is_stable(self) -> bool:
        """Held, and seen lately: what may be acted on."""
        return self.is_held and not self.has_faded


def each_once(traits: Iterable[Trait]) -> list[Trait]:
    """The traits by what they claim, each claim once.

    “I prefer trains to planes” shows two things in the same words: what is preferred, and what less.
    """
    found: dict[tuple[str, bool, bool], Trait] = {}
    for one in traits:
        found.setdefault((one.claim, bool(one.superseded_by), bool(one.contested_by)), one)
    return list(found.values())


@dataclass(frozen=True, slots=True)
class Mentioned:
    """A topic, a person or a thing that somebody speaks of, with the words that do."""

    id: str
    kind: Literal["topic", "person", "thing"]
    name: str
    shown: tuple[Shown, ...]


@dataclass(frozen=True, slots=True)
class Graph:
    """What is believed about one person, as those may see it for whom it was read.

    `about` leads from a trait's id to the ids of what is mentioned in the words that it rests on.
    """

    traits: tuple[Trait, ...] = ()
    mentioned: tuple[Mentioned, ...] = ()
    about: Mapping[str, tuple[str, ...]] = field(default_factory=dict[str, tuple[str, ...]])
    conversations: int = 0
    messages: int = 0

    def stable(self, kind: TraitKind | None = None) -> list[Trait]:
        """The traits that may be acted on, the surest first."""
        found = [one for one in self.traits if one.is_stable and kind in (None, one.kind)]
        return sorted(found, key=lambda one: -one.confidence)

    def faded(self) -> list[Trait]:
        """The traits that nobody argues with and that were not seen for long, the latest first."""
        found = [one for one in self.traits if one.is_held and one.has_faded]
        return sorted(found, key=lambda one: -one.last)


@dataclass(frozen=True, slots=True)
class Forecast:
    """How a person will react when something breaks: the chance of each reaction (they sum to 1).

    `own` is how many reactions of their own it rests on, `shown` the newest of them.
    """

    chances: Mapping[Reaction, float]
    own: int = 0
    shown: tuple[Shown, ...] = ()

    @property
    def likeliest(self) -> Reaction:
        return max(self.chances, key=lambda one: self.chances[one])


@dataclass(frozen=True, slots=True)
class Manner:
    """How the persona behaves towards this person, and why.

    `shares` is the mixture of stances (sums to 1), `because` the traits that speak for the leading
    one, `forecast` what they will do if this fails.
    """

    shares: Mapping[Stance, float]
    forecast: Forecast
    because: tuple[Trait, ...] = ()

    @property
    def leading(self) -> Stance:
        return max(self.shares, key=lambda one: self.shares[one])
