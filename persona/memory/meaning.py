"""Meaning beside words: vectors of lines, where an embedding model is set (`HUB_EMBEDDINGS`).

Vectors are made when lines are packed, after a turn, and stand in their segment; the newest lines
have none yet. Both scores are taken as how far a line stands above the others (z-scores) and added,
the vectors' at half weight. Wherever a vector is missing, late, too dear or refused, recall goes by
the words, which need none.
"""

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from operator import mul
from typing import TYPE_CHECKING

from persona import keys
from persona.decision import Spent
from persona.errors import Refused, Transient, Unknown
from persona.language import Embedder
from persona.memory.lines import PERSONA, Columns
from persona.ports import Ports, Update, Write, equals
from persona.settings import Settings

if TYPE_CHECKING:
    from persona.memory.index import Index

WEIGHT = 0.5
AROUND = {0: 1.0, -1: 0.5, 1: 0.25}
"""How much the vector of a line so many places before or after counts, within one conversation."""
NEWEST, CLOSEST = 2_000, 50
"""Of the newest lines, how many of the closest in meaning are weighed whatever their words."""
PACKING_SECONDS = 20.0


@dataclass(frozen=True, slots=True)
class Meaning:
    """A question's vector, and the model that made it."""

    model: str
    vector: bytes


Mean = Callable[[str], Meaning | None]
"""The vector of a question; None where there is to be none, or none can be had."""


def by_words_alone(words: str) -> Meaning | None:
    return None


class Vectors:
    """Makes the vectors of what is packed; `lane` pays, within what its day has left.

    Without a lane nobody's budget is asked: who rebuilds an index wants it made.
    """

    def __init__(self, ports: Ports, embedder: Embedder, lane: str = "") -> None:
        self._ports, self._embedder, self._lane = ports, embedder, lane
        head = keys.head(lane)
        row = ports.table.get([head]).get(head, {}) if lane else {}
        self._version = row.get("version")
        self._spent = Spent(**row.get("spent", {})).at(ports.clock.now())
        self._until = min(ports.clock.now() + PACKING_SECONDS, ports.think_until)

    def add_to(self, columns: Columns) -> None:
        """Gives each line of a person its vector; where one cannot be had, no line gets any."""
        texts = {
            place: line.words.text
            for place, line in enumerate(columns.lines)
            if line.words.author != PERSONA
        }
        settings, name = self._ports.settings, self._embedder.name
        seconds = self._until - self._ports.clock.now() if self._lane else PACKING_SECONDS
        most = cost(settings, name, bound(texts.values()))
        if not texts or seconds <= 0 or (self._lane and not fits(settings, self._spent.plus(most))):
            return
        try:
            vectors, tokens = self._embedder.embed(list(texts.values()), seconds)
        except (Transient, Refused, Unknown):  # some may have been made: all are paid for
            self._spent = self._spent.plus(most)
            return
        self._spent = self._spent.plus(cost(settings, name, tokens))
        columns.vectors[name] = dict(zip(texts, vectors, strict=True))

    def charge(self) -> list[Write]:
        """What the lane's head has to show for it; it fails where a turn moved the head meanwhile."""
        if not self._lane:
            return []
        unmoved = equals("version", self._version)
        return [Update(keys.head(self._lane), {"spent": asdict(self._spent)}, unmoved)]


def bound(texts: Iterable[str]) -> int:
    """The most tokens that a model can be billed for being shown these."""
    return sum(len(text.encode("utf-8", "replace")) + 2 for text in texts)


def cost(settings: Settings, model: str, tokens: int) -> dict[str, float]:
    """Of so many tokens, as turns keep it."""
    price = settings.prices.get(model)
    return {"tokens_in": tokens, "usd": tokens * price.into / 1_000_000 if price else 0.0}


def fits(settings: Settings, spent: Spent) -> bool:
    """Whether a day may cost this much."""
    is_cheap = not settings.budget_usd or spent.usd <= settings.budget_usd
    return is_cheap and spent.tokens <= settings.budget_tokens


def closest(index: "Index", meaning: Meaning) -> set[int]:
    """The newest lines that are closest in meaning."""
    first = len(index.lines) - NEWEST
    near = nearness(index, meaning, {p for p in index.vectors_of(meaning.model) if p >= first})
    return set(sorted(near, key=lambda place: (near[place], place))[-CLOSEST:])


def nearness(index: "Index", meaning: Meaning, near: Iterable[int]) -> dict[int, float]:
    """How close each line and those around it are to the question, for lines that have vectors."""
    vectors, talks = index.vectors_of(meaning.model), index.talks
    asked = _numbers(meaning.vector)
    near = [place for place in near if place in vectors]
    wanted = {place + offset for place in near for offset in AROUND} & vectors.keys()
    alone = {place: sum(map(mul, asked, _numbers(vectors[place]))) for place in wanted}
    found: dict[int, float] = {}
    for place in near:
        around = {place + o: w for o, w in AROUND.items() if place + o in alone}
        own = {other: w for other, w in around.items() if talks[other] == talks[place]}
        found[place] = sum(w * alone[other] for other, w in own.items()) / sum(own.values())
    return found


def fuse(scores: Mapping[int, float], nearness: Mapping[int, float]) -> dict[int, float]:
    """Both as z-scores, added; a line without a vector stands in the middle of those with one."""
    by_words, by_meaning = _standing(scores), _standing(nearness)
    return {place: by_words[place] + WEIGHT * by_meaning.get(place, 0.0) for place in scores}


def _standing(scores: Mapping[int, float]) -> dict[int, float]:
    if not scores:
        return {}
    mean = sum(scores.values()) / len(scores)
    spread = math.sqrt(sum((one - mean) ** 2 for one in scores.values()) / len(scores)) or 1.0
    return {place: (one - mean) / spread for place, one in scores.items()}


def _numbers(vector: bytes) -> Sequence[int]:
    return memoryview(vector).cast("b")
