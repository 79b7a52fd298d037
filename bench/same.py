"""Fits what `persona/people/same.py` weighs by, and says what it is worth on people it was not fitted on.

Conversations of real people stand beside the checkout (`../shared/data/irc-dev.jsonl`). Of each
person a third is held back, the last, the first or the middle one, and runs of it are matched against
the rest of everybody, once with and once without that person. Weights are those of a conditional
logit (which of all candidates said it?), the rule is a logistic regression (is the best one right?).
Figures are held out: people are cut into five folds, or by channel, and those of a fold take no part
in fitting what they are judged by, neither as writers nor as candidates.

    python -m bench.same [--out figures.json]
"""

import argparse
import json
import random
import runpy
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from persona.memory.texture import FAMILIES, Texture, read
from persona.people.same import RULE, WEIGHTS, Crowd

SCRIPT = Path(__file__).parents[2] / "shared" / "tools" / "eval_same_person.py"
COUNTS, RUNS, FOLDS = (5, 20), 3, 5
LEAST, LEAST_HELD = 40, 20
STRANGERS = 0.05
Numbers = NDArray[np.float64]
People = Mapping[str, list[str]]


@dataclass(frozen=True)
class Trial:
    """A run of messages: who wrote it, and what each family says of each candidate, unweighted.

    `strange` is the same judged by a crowd that does not know the writer; it has one row less.
    """

    writer: int
    messages: int
    known: Numbers
    strange: Numbers


@dataclass(frozen=True)
class Fit:
    weights: Numbers
    rule: Numbers
    sure: float


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path)
    asked = parser.parse_args()
    script = runpy.run_path(str(SCRIPT))
    people, home = script["load"](script["DEFAULT"])
    chosen = sorted(who for who, said in people.items() if len(said) >= LEAST)
    trials = [trial for part in range(3) for trial in trials_of(people, chosen, part)]
    shuffled = random.Random(5).sample(range(len(chosen)), len(chosen))
    folds = {who: at % FOLDS for at, who in enumerate(shuffled)}
    channels = {at: home[who] for at, who in enumerate(chosen)}
    found = {
        "people held out": judged(trials, folds),
        "channels held out": judged(trials, channels),
        "fitted": plain(fit(trials, range(len(chosen)))),
    }
    print(json.dumps(found, indent=1))
    if asked.out:
        asked.out.write_text(json.dumps(found, indent=1) + "\n")


def trials_of(people: People, chosen: Sequence[str], part: int) -> Iterator[Trial]:
    """`part` says which third of each person is held back: the last, the first, the middle one."""
    held = {who: third(people[who], part) for who in chosen}
    textures = {
        who: read(people[who][: held[who].start] + people[who][held[who].stop :]) for who in chosen
    }
    crowd, dice = Crowd(textures), random.Random(part)
    for at, who in enumerate(chosen):
        without = Crowd({one: texture for one, texture in textures.items() if one != who})
        for messages in COUNTS:
            for _ in range(RUNS):
                start = dice.randrange(held[who].start, held[who].stop - messages + 1)
                fresh = read(people[who][start : start + messages])
                yield Trial(at, messages, evidence(crowd, fresh), evidence(without, fresh))


def third(said: Sequence[str], part: int) -> range:
    size = max(len(said) // 3, LEAST_HELD)
    start = (len(said) - size, 0, (len(said) - size) // 2)[part]
    return range(start, start + size)


def evidence(crowd: Crowd, fresh: Texture) -> Numbers:
    """What each family says of each person known, in the order of their names: log odds."""
    ranking = sorted(crowd.guess(fresh).ranking, key=lambda one: one.person)
    return np.array([[one.parts[name] / WEIGHTS[name] for name in FAMILIES] for one in ranking])


def fit(trials: Sequence[Trial], among: Sequence[int]) -> Fit:
    """Fitted on these writers, against these candidates alone."""
    kept = list(among)
    own = [trial for trial in trials if trial.writer in among]
    cases = np.stack([trial.known[kept] for trial in own])
    right = np.array([kept.index(trial.writer) for trial in own])
    weights = conditional_logit(cases, right)
    known = [measures(trial.known[kept] @ weights) for trial in own]
    strange = [measures(without(trial, kept) @ weights) for trial in own]
    named = (cases @ weights).argmax(1) == right
    told = np.concatenate([named, np.zeros(len(strange))])
    rule = logistic(np.array(known + strange), told)
    return Fit(weights, rule, float(np.quantile(chances(np.array(strange), rule), 1 - STRANGERS)))


def without(trial: Trial, kept: Sequence[int]) -> Numbers:
    """What the crowd that does not know the writer says of these candidates."""
    return trial.strange[[one - (one > trial.writer) for one in kept if one != trial.writer]]


def measures(scores: Numbers) -> list[float]:
    """What `same.chance_of` goes by: a constant, how far above the next, all, and the crowd."""
    next_best, best = np.sort(scores)[-2:]
    above = np.array([best - next_best, best - scores.mean(), best]) / scores.std()
    return [1.0, *map(float, above)]


def conditional_logit(cases: Numbers, right: NDArray[np.int64], decay: float = 0.003) -> Numbers:
    """Weights by Newton's method; `cases` are trials × candidates × families."""
    weights = np.zeros(cases.shape[2])
    for _ in range(50):
        scores = cases @ weights
        shares = np.exp(scores - scores.max(1, keepdims=True))
        shares /= shares.sum(1, keepdims=True)
        mean = np.einsum("tc,tcf->tf", shares, cases)
        slope = (cases[np.arange(len(right)), right] - mean).mean(0) - decay * weights
        spread = np.einsum("tc,tcf,tcg->fg", shares, cases, cases) - mean.T @ mean
        step = np.linalg.solve(spread / len(right) + decay * np.eye(len(weights)), slope)
        weights = weights + step
        if np.abs(step).max() < 1e-6:
            return weights
    raise ArithmeticError("no weights were found in 50 steps")


def logistic(cases: Numbers, told: Numbers, decay: float = 1e-4) -> Numbers:
    rule = np.zeros(cases.shape[1])
    for _ in range(50):
        chance = chances(cases, rule)
        slope = cases.T @ (told - chance) / len(told) - decay * rule
        spread = (cases.T * (chance * (1 - chance))) @ cases / len(told)
        step = np.linalg.solve(spread + decay * np.eye(len(rule)), slope)
        rule = rule + step
        if np.abs(step).max() < 1e-6:
            return rule
    raise ArithmeticError("no rule was found in 50 steps")


def chances(cases: Numbers, rule: Numbers) -> Numbers:
    return 1 / (1 + np.exp(-cases @ rule))


def judged(trials: Sequence[Trial], folds: Mapping[int, object]) -> dict[str, Any]:
    """Figures by number of messages, each trial judged by a fit that knew nobody of its fold."""
    fits = {
        fold: fit(trials, [one for one in folds if folds[one] != fold])
        for fold in dict.fromkeys(folds.values())
    }
    found: dict[str, Any] = {}
    for messages in COUNTS:
        rows = [
            row(trial, fits[folds[trial.writer]]) for trial in trials if trial.messages == messages
        ]
        first, known, strange, sure = (np.array(column) for column in zip(*rows, strict=True))
        named = known >= sure
        limit = np.quantile(strange, 1 - STRANGERS)
        found[f"{messages} messages"] = {
            "trials": len(rows),
            "top-1": share(first),
            "known named, at the fitted limit": share(named),
            "of them rightly": share(first[named]),
            "strangers named, at the fitted limit": share(strange >= sure),
            "known named, at 5 % strangers": share(known > limit),
            "rightly, at 5 % strangers": share((known > limit) & (first > 0)),
            "Brier": share(np.concatenate([(known - first) ** 2, strange**2])),
            "Brier of always the average": share((b := first.mean() / 2) * (1 - b)),
        }
    return found


def row(trial: Trial, fit: Fit) -> tuple[float, float, float, float]:
    scores = trial.known @ fit.weights
    asked = np.array([measures(scores), measures(without(trial, range(len(scores))) @ fit.weights)])
    known, strange = chances(asked, fit.rule)
    return float(scores.argmax() == trial.writer), float(known), float(strange), fit.sure


def share(of: Any) -> float:
    return round(float(np.mean(of)), 4)


def plain(fit: Fit) -> dict[str, Any]:
    weights = {name: round(float(one), 2) for name, one in zip(FAMILIES, fit.weights, strict=True)}
    constant, *rest = (round(float(one), 2) for one in fit.rule)
    rule = dict(zip(RULE, rest, strict=True))
    return {"weights": weights, "constant": constant, "rule": rule, "sure": round(fit.sure, 3)}


if __name__ == "__main__":
    main()
