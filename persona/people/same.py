"""Same person? How much like each known person a fresh, unlinked conversation is written, and why.

Naive Bayes over the marks of writing (`memory/texture.py`): how much likelier is each from a person
than from the crowd, which is everybody known, taken together? What was heard of a person is mixed
with a few messages' worth of the crowd, so that one heard once is not yet like anybody. A family's
log odds a message count by its weight and by the square root of the messages, since marks of one
message do not come independently of each other.

A logistic rule then says how likely the best is to be right, by how far it stands above the others
and above the crowd; below `SURE` nobody is named. The answer only ever suggests a link, which both
sides then prove: it opens nothing and joins nothing.

Weights and rule are fitted by `python -m bench.same`, which prints what they are worth on people
that they were not fitted on. Mixing with the crowd is Dirichlet smoothing (Zhai and Lafferty, 2004).
"""

import math
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

from persona.memory.habits import HABITS
from persona.memory.texture import BUCKETS, FAMILIES, Mark, Texture, marks, read

WEIGHTS = {"habits": 0.4, "edges": 0.4, "letters": 3.0, "shapes": 2.3, "words": 1.9}
PRIORS = {"habits": 10.0, "edges": 30.0, "letters": 2_000.0, "shapes": 800.0, "words": 500.0}
"""What of the crowd is mixed with what was heard of a person: messages for habits, else marks."""
UNTOLD = frozenset({"letters", "shapes"})
KEYBOARD = frozenset(Mark("habits", number, says) for number, says in enumerate(HABITS))
RARE = 0.001
"""The share of messages in which a habit stands that nobody known has."""
UNHEARD = 0.05
"""The share of a family's marks that is left to those which nobody known has used."""
CONSTANT, RULE = -3.15, {"next": 2.0, "all": 0.65, "crowd": 1.0}
SURE = 0.61
"""The chance from which somebody is named: about 1 in 20 strangers is then taken for one known."""
LEAST_CROWD = 8
"""With fewer known, what is everybody's is not told from what is one's own, and strangers pass."""


@dataclass(frozen=True, slots=True)
class Likeness:
    """How much likelier the words are a person's than the crowd's: log odds, and each family's part."""

    person: str
    score: float
    parts: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Guess:
    """All likenesses, the best first; the chance (0 to 1) that it is right; who is named, if anyone."""

    ranking: tuple[Likeness, ...] = ()
    chance: float = 0.0
    named: str | None = None


@dataclass(frozen=True, slots=True)
class Reason:
    """One mark that speaks for a person, or against where `weight` (of the score) is below zero.

    It stands in `here` of `fresh` messages, in `theirs` of `heard` ones of the person, and in this
    `share` of everybody's.
    """

    mark: Mark
    weight: float
    here: int
    fresh: int
    theirs: int
    heard: int
    share: float

    def __str__(self) -> str:
        return (
            f"{self.mark.says} in {self.here} of {self.fresh} messages here, in {self.theirs} of "
            f"{self.heard} of theirs, in {self.share:.0%} of everybody's"
        )


class Crowd:
    """Everybody known, by their textures, and what is common among them; each counts the same."""

    def __init__(self, known: Mapping[str, Texture]) -> None:
        """Who said nothing is left out."""
        self.known = {person: texture for person, texture in known.items() if texture.messages}
        self._shares = {family: _shares(family, self.known.values()) for family in FAMILIES}
        self._totals = {
            person: {family: texture.counts[family].total() for family in FAMILIES}
            for person, texture in self.known.items()
        }

    def guess(self, fresh: Texture) -> Guess:
        """Whose words they are; nobody is named where the crowd is too small, or nothing was said."""
        if not fresh.messages or not self.known:
            return Guess()
        found = [self._likeness(person, fresh) for person in self.known]
        ranking = tuple(sorted(found, key=lambda one: (-one.score, one.person)))
        chance = chance_of([one.score for one in ranking])
        is_named = chance >= SURE and len(ranking) >= LEAST_CROWD
        return Guess(ranking, chance, ranking[0].person if is_named else None)

    def reasons(self, person: str, messages: Collection[str]) -> list[Reason]:
        """What of the fresh messages speaks for a person or against, the strongest first.

        Runs of characters count in the score and are not told: they say nothing to a reader.
        """
        shown = {mark for text in messages for mark in marks(text) if mark.family not in UNTOLD}
        return self._reasons(person, read(messages), shown | KEYBOARD)

    def habits(self, person: str, fresh: Texture) -> list[Reason]:
        """What of the keyboard speaks for a person or against: a closed list, in nobody's words."""
        return self._reasons(person, fresh, KEYBOARD)

    def _reasons(self, person: str, fresh: Texture, shown: Collection[Mark]) -> list[Reason]:
        texture = self.known[person]
        weights = {family: self._weights(family, person, fresh) for family in FAMILIES}
        found = [
            Reason(
                mark,
                weight=weights[mark.family][mark.number],
                here=fresh.of(mark),
                fresh=fresh.messages,
                theirs=texture.of(mark),
                heard=texture.messages,
                share=_share_of_messages(mark, self.known.values()),
            )
            for mark in shown
        ]
        return sorted(found, key=lambda reason: (-abs(reason.weight), reason.mark.says))

    def _likeness(self, person: str, fresh: Texture) -> Likeness:
        parts = {
            family: math.fsum(self._weights(family, person, fresh).values()) for family in FAMILIES
        }
        return Likeness(person, math.fsum(parts.values()), parts)

    def _weights(self, family: str, person: str, fresh: Texture) -> dict[int, float]:
        """What each mark adds to a person's score; of those not shown only habits say anything."""
        is_closed = family == "habits"
        odds = self._habits(person, fresh) if is_closed else self._uses(family, person, fresh)
        scale = WEIGHTS[family] * math.sqrt(fresh.messages)
        return {number: scale * one for number, one in odds}

    def _habits(self, person: str, fresh: Texture) -> Iterator[tuple[int, float]]:
        """Log odds a message of each habit, which stands in it or does not."""
        texture, prior = self.known[person], PRIORS["habits"]
        for number in range(len(HABITS)):
            share = self._shares["habits"].get(number, RARE)
            own = (texture.counts["habits"][number] + prior * share) / (texture.messages + prior)
            here = fresh.counts["habits"][number] / fresh.messages
            shown, not_shown = math.log(own / share), math.log((1 - own) / (1 - share))
            yield number, here * shown + (1 - here) * not_shown

    def _uses(self, family: str, person: str, fresh: Texture) -> Iterator[tuple[int, float]]:
        """Log odds of each mark used, as its part of those that were."""
        heard, shares, prior = (
            self.known[person].counts[family],
            self._shares[family],
            PRIORS[family],
        )
        unheard, used = UNHEARD / BUCKETS[family], fresh.counts[family].total()
        of_all = math.log(self._totals[person][family] + prior)
        never = math.log(prior)
        for number, here in fresh.counts[family].items():
            theirs = heard.get(number, 0)
            odds = math.log(theirs / shares.get(number, unheard) + prior) if theirs else never
            yield number, here / used * (odds - of_all)


def chance_of(scores: Sequence[float]) -> float:
    """How likely the best of these scores, in any order, is the right one (0 to 1).

    What counts is how far it stands above the next, above the mean of all, and above the crowd, whose
    score is 0: in standard deviations of all, so that it matters not how much was said, but how much
    it sets one person apart.
    """
    if len(scores) < 2 or max(scores) == min(scores):
        return 0.0
    next_best, best = sorted(scores)[-2:]
    mean = math.fsum(scores) / len(scores)
    spread = math.dist(scores, [mean] * len(scores)) / math.sqrt(len(scores))
    above = {"next": best - next_best, "all": best - mean, "crowd": best}
    odds = CONSTANT + sum(RULE[what] * above[what] for what in RULE) / spread
    return (1 + math.tanh(odds / 2)) / 2


def quotes(mark: Mark, messages: Mapping[str, str], most: int = 3) -> list[tuple[str, str]]:
    """Messages, by id, in which the mark stands, word for word: the first few, with their words.

    Two marks may share a number, and never their words, so a quotation always shows what it is for.
    """
    found = (
        (id, text)
        for id, text in messages.items()
        if any(one == mark and one.says == mark.says for one in marks(text))
    )
    return list(islice(found, most))


def _shares(family: str, known: Collection[Texture]) -> dict[int, float]:
    """How common each mark is: of habits the share of messages, else the share of all marks."""
    found: dict[int, float] = {}
    for texture in known:
        of = texture.messages if family == "habits" else texture.counts[family].total()
        for number, messages in texture.counts[family].items():
            found[number] = found.get(number, 0.0) + messages / of / len(known)
    if family == "habits":
        return {number: (share + RARE) / (1 + 2 * RARE) for number, share in found.items()}
    floor = UNHEARD / BUCKETS[family]
    return {number: (1 - UNHEARD) * share + floor for number, share in found.items()}


def _share_of_messages(mark: Mark, known: Iterable[Texture]) -> float:
    shares = [texture.of(mark) / texture.messages for texture in known]
    return sum(shares) / len(shares)
