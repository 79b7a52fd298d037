"""How a person will react when something fails: counted, with a prior that gives way to what they do.

A chain of Dirichlet priors, each level the mean of the next: their reactions to this kind of
failure, to any failure, what the stances that they have shown make likely, everybody alike. Before
anything is seen a person's own level holds one count for each outcome (Laplace's rule of
succession), and that of one kind of failure twice as many, since people differ more from each other
than from themselves. A reaction counts by its age, as its trait does. Of what comes of it one part
in ten is left to anybody's, since nobody reads each reaction right, and who was sure was too sure:
the constants are round numbers that anybody can argue with, and planted people who are not those of
the benchmark chose among them.
"""

from collections import defaultdict
from collections.abc import Mapping
from functools import cache
from typing import get_args

from persona.trait import BROKEN, Forecast, Graph, Reaction, Shown, Stance

REACTIONS: tuple[Reaction, ...] = get_args(Reaction)
OWN = len(REACTIONS)
"""How many of their reactions what stands behind a person weighs: one for each outcome."""
OF_A_KIND = 2 * OWN
"""How many of one kind what they do elsewhere weighs."""
LIKELY: Mapping[Stance, tuple[Reaction, ...]] = {
    "skeptic": ("asks why",),
    "operator": ("retries", "works around"),
    "regular": ("forgives",),
    "newcomer": ("asks why", "leaves"),
}
"""What each stance makes more likely than the rest, by what the word means."""
MORE = 2
"""How many times as likely."""
ANYBODY = 0.1
"""The part of a forecast that nothing seen of a person moves."""
MOST_SHOWN = 5


def forecast(
    graph: Graph, what: str = "", shares: Mapping[Stance, float] | None = None
) -> Forecast:
    """The chance of each reaction to a failure of the kind `what` (`Failed.what`; empty for any).

    `shares` is the person's mixture of stances, as far as they have shown them: the rest of it, up to
    1, is anybody's. Traits that the person contested count for nothing.
    """
    kept = [one for one in graph.traits if one.kind == "action" and not one.contested_by]
    broken = [
        one for one in kept if one.about.partition(" ")[0] == BROKEN and one.value in REACTIONS
    ]
    every, alike = defaultdict[str, float](float), defaultdict[str, float](float)
    for trait in broken:
        seen = len(trait.shown) * trait.weight / trait.conversations
        every[trait.value] += seen
        if what and trait.about.partition(" ")[2] == what:
            alike[trait.value] += seen
    theirs = _mixed(alike, _mixed(every, _by_stance(shares or {}), OWN), OF_A_KIND)
    chances: dict[Reaction, float] = {
        one: (1 - ANYBODY) * theirs[one] + ANYBODY / len(REACTIONS) for one in REACTIONS
    }
    shown = sorted((one for trait in broken for one in trait.shown), key=_newest)
    own = sum(len(trait.shown) for trait in broken)
    return Forecast(chances, own, tuple(shown[:MOST_SHOWN]))


def brier(chances: Mapping[Reaction, float], came: Reaction) -> float:
    """The squared distance between a forecast and what came (0 to 2; Brier, 1950)."""
    return sum((chances[one] - (one == came)) ** 2 for one in REACTIONS)


def _mixed(
    counts: Mapping[str, float], prior: Mapping[Reaction, float], weight: int
) -> dict[Reaction, float]:
    """The mean of a Dirichlet whose prior weighs so many counts."""
    total = sum(counts.values()) + weight
    return {one: (counts.get(one, 0) + weight * prior[one]) / total for one in REACTIONS}


def _by_stance(shares: Mapping[Stance, float]) -> Mapping[Reaction, float]:
    """Everybody alike, but for what the stances make likely, each by its share (at most 1 in all)."""
    rest = max(0.0, 1.0 - sum(shares.values()))
    mixed: dict[Reaction, float] = dict.fromkeys(REACTIONS, rest / len(REACTIONS))
    for stance, share in shares.items():
        if share:
            for one, chance in _of(stance).items():
                mixed[one] += share * chance
    return mixed


@cache
def _of(stance: Stance) -> Mapping[Reaction, float]:
    """What somebody of this stance does, where nothing else is known of them."""
    total = len(REACTIONS) + (MORE - 1) * len(LIKELY[stance])
    return {one: (MORE if one in LIKELY[stance] else 1) / total for one in REACTIONS}


def _newest(one: Shown) -> float:
    return -one.said.at
