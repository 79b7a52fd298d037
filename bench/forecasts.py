"""How well it is forecast what somebody does when something fails: persons with hidden tempers.

Each planted person has a hidden chance of each reaction, another one for each kind of failure, and
perhaps a stance that leans on both; they react in words that no rule was made by (`reactions.toml`,
every other line), which the product's own rules read. What they do later is held out.
"""

import random
import tomllib
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from statistics import fmean
from typing import Any, get_args

from bench.rows import NONE, Results, Row, counted
from persona.memory.reactions import signs_of_reaction
from persona.model import Evidence, Failed
from persona.people.forecast import REACTIONS, brier, forecast
from persona.people.graph import by_subject
from persona.people.manner import manner
from persona.people.traits import derive
from persona.trait import Graph, Reaction, Shown, Sign, Stance

PHRASES = Path(__file__).with_name("reactions.toml")
KINDS = ("read", "send", "write")
SEEN = (0, 1, 2, 4, 8, 16)
"""Reactions of a person before the forecast; as many persons of each."""
PERSONS, HELD = 1_800, 5
"""Persons of all, and what each of them does later: many of them, since what one does later hangs
together."""
LEANS: Mapping[Stance, Sequence[Reaction]] = {
    "skeptic": ("asks why", "escalates"),
    "operator": ("retries", "works around", "escalates"),
    "regular": ("forgives", "retries"),
    "newcomer": ("leaves", "asks why", "forgives"),
}
"""What planted stances lean to: not what the product takes for likely, though not far from it."""
SPARSE, LEANING, OF_A_KIND = 0.25, 0.75, 0.3
"""How few reactions a person has, how much a stance adds, the share that a kind of failure decides."""
SIMPLE = ("base", "alike", "own")
"""What a forecast has to be better than."""
MOST_CALIBRATION = 0.05
LEAST_GAIN = 0.05
NOW = 1_750_000_000.0
Chances = Mapping[Reaction, float]


def measure(seed: int = 8) -> dict[str, Any]:
    """{persons, held, brier {ours, ...}, by_seen, reliability, error, read {dev, held}}.

    Of the arms `base` knows how often everybody reacts so, `alike` how often those of the same stance
    do, `own` each person's own past frequencies (and `base` where there are none), all by what truly
    was, not as it was read; `best` their hidden chances. `reliability` is, by the forecast in tenths,
    [how many, mean forecast, share that came]; `error` their mean distance.
    """
    drawn = random.Random(seed)
    persons = [_Person(drawn, SEEN[n % len(SEEN)]) for n in range(PERSONS)]
    base = _rate(persons)
    alike = {
        stance: _rate([one for one in persons if one.stance == stance])
        for stance in (*get_args(Stance), None)
    }
    scores = defaultdict[str, list[float]](list)
    by_seen = defaultdict[int, defaultdict[str, list[float]]](lambda: defaultdict(list))
    bins = defaultdict[int, list[tuple[float, bool]]](list)
    for person in persons:
        graph = person.graph()
        ours = {kind: manner(graph, kind).forecast.chances for kind in KINDS}
        for kind, came in person.later:
            arms = {
                "ours": ours[kind],
                "base": base,
                "alike": alike[person.stance],
                "own": person.frequency(base),
                "uniform": forecast(Graph()).chances,
                "best": person.chances[kind],
            }
            for arm, chances in arms.items():
                scores[arm].append(brier(chances, came))
                by_seen[len(person.past)][arm].append(scores[arm][-1])
            for one, chance in arms["ours"].items():
                bins[min(9, int(chance * 10))].append((chance, one == came))
    table = {n: _bin(found) for n, found in sorted(bins.items())}
    total = sum(many for many, _, _ in table.values())
    return {
        "persons": PERSONS,
        "held": len(scores["ours"]),
        "brier": {arm: round(fmean(found), 4) for arm, found in scores.items()},
        "by_seen": {
            str(n): {arm: round(fmean(found), 4) for arm, found in arms.items()}
            for n, arms in sorted(by_seen.items())
        },
        "reliability": {str(n): list(row) for n, row in table.items()},
        "error": round(sum(many * abs(p - came) for many, p, came in table.values()) / total, 4),
        "read": {"dev": read_rightly(0), "held": read_rightly(1)},
    }


def _rate(persons: Sequence["_Person"]) -> Chances:
    """How often all of them together reacted so, as far as they were seen."""
    every = Counter(one for person in persons for _, one in person.past)
    return {one: every[one] / every.total() for one in REACTIONS}


def _bin(found: Sequence[tuple[float, bool]]) -> tuple[int, float, float]:
    said, came = fmean(p for p, _ in found), fmean(came for _, came in found)
    return len(found), round(said, 4), round(came, 4)


def phrases(half: int) -> dict[Reaction, list[str]]:
    """The phrases of one half: 0 for which rules were made, 1 held out."""
    found = tomllib.loads(PHRASES.read_text(encoding="utf-8"))
    return {one: found[one][half::2] for one in REACTIONS}


def read_rightly(half: int) -> dict[str, int]:
    """How many phrases of a half are read as what they are, as something else, or not at all."""
    counts = Counter(said=0, right=0, wrong=0)
    for reaction, said in phrases(half).items():
        for words in said:
            failed = Failed("read", 60.0, last=reaction == "leaves")
            signs = signs_of_reaction(words, failed)
            counts["said"] += 1
            counts["right"] += any(sign.value == reaction for sign in signs)
            counts["wrong"] += any(sign.value != reaction for sign in signs)
    return dict(counts)


class _Person:
    """Somebody with hidden chances, what they did so far, and what they do later."""

    def __init__(self, drawn: random.Random, seen: int) -> None:
        self._drawn = drawn
        stance = drawn.choice([*get_args(Stance), None])
        weights = dict.fromkeys(REACTIONS, SPARSE)
        for one in LEANS[stance] if stance else ():
            weights[one] += LEANING
        own = self._dirichlet(weights)
        self.chances = {kind: self._mixed(own) for kind in KINDS}
        self.stance: Stance | None = stance
        self.past = [self._react() for _ in range(seen)]
        self.later = [self._react() for _ in range(HELD)]

    def graph(self) -> Graph:
        """What the product believes after reading what they said, one conversation a day."""
        shown: list[Shown] = []
        said = phrases(1)
        for n, (kind, reaction) in enumerate(self.past):
            words, failed = self._words(kind, reaction, said)
            evidence = Evidence(f"{n}", "home", n, words, "ann", "web", NOW - n * 86_400.0)
            shown += [Shown(one, evidence, n) for one in signs_of_reaction(words, failed)]
        for n in range(3) if self.stance else ():
            evidence = Evidence(f"s{n}", "home", n, self.stance or "", "ann", "web", NOW - n)
            sign = Sign("stance", "stance", self.stance or "", 0, len(evidence.text))
            shown.append(Shown(sign, evidence, 100 + n))
        return derive(by_subject(shown), (), NOW)

    def frequency(self, base: Chances) -> Chances:
        """How often they did each so far."""
        counts = Counter(reaction for _, reaction in self.past)
        own: dict[Reaction, float] = {
            one: counts[one] / max(1, counts.total()) for one in REACTIONS
        }
        return own if counts else base

    def _words(
        self, kind: str, reaction: Reaction, said: Mapping[Reaction, Sequence[str]]
    ) -> tuple[str, Failed]:
        """Words that react so; half of those who wish again or another thing just wish it."""
        words = self._drawn.choice(said[reaction])
        if reaction == "retries" and self._drawn.random() < 0.5:
            return "read document plans", Failed(kind, 60.0, "same")
        if reaction == "works around" and self._drawn.random() < 0.5:
            return "list documents", Failed(kind, 60.0, "other")
        return words, Failed(kind, 60.0, last=reaction == "leaves")

    def _react(self) -> tuple[str, Reaction]:
        kind = self._drawn.choice(KINDS)
        chances = self.chances[kind]
        (reaction,) = self._drawn.choices(list(chances), list(chances.values()))
        return kind, reaction

    def _mixed(self, own: Chances) -> Chances:
        """Their own chances, moved by what a kind of failure is to them."""
        moved = self._dirichlet(dict.fromkeys(REACTIONS, SPARSE))
        return {one: (1 - OF_A_KIND) * own[one] + OF_A_KIND * moved[one] for one in REACTIONS}

    def _dirichlet(self, weights: Mapping[Reaction, float]) -> Chances:
        found: dict[Reaction, float] = {
            one: self._drawn.gammavariate(weight, 1.0) for one, weight in weights.items()
        }
        return {one: value / sum(found.values()) for one, value in found.items()}


def rows(results: Results, goal: str) -> Iterator[Row]:
    """The forecast beside the two simple ones, and whether it may be taken at its word."""
    found = results["forecasts"]
    scores = found["brier"]
    gain = 1 - scores["ours"] / scores["base"]
    simple = [scores[arm] for arm in SIMPLE if arm in scores]
    base, *others = (f"{score:.3f}" for score in simple)
    yield Row(
        goal, f"forecast of what {found['persons']} people do when something fails, "
        f"{found['held']:,} held out: Brier score",
        "base rate (of the same stance; own frequency)", f"{base} ({'; '.join(others)})",
        f"{scores['ours']:.3f}, {gain:.0%} lower; by their hidden chances {scores['best']:.3f}",
        f"{scores['ours'] / scores['base']:.2f}",
        f"≥ {LEAST_GAIN:.0%} lower", counted(gain >= LEAST_GAIN and scores["ours"] < min(simple)),
    )  # fmt: skip
    held = found["read"]["held"]
    yield Row(
        goal, "the same: mean distance of forecast and what came; held-out reactions misread, missed",
        NONE, NONE,
        f"{found['error']:.3f}; {held['wrong']}, {held['said'] - held['right'] - held['wrong']} "
        f"of {held['said']}",
        NONE, f"≤ {MOST_CALIBRATION}", counted(found["error"] <= MOST_CALIBRATION),
    )  # fmt: skip
