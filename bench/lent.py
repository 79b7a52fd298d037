"""Fits what `persona/people/lent.py` judges by, and says how often it is right and how often wrong.

Conversations of real people stand beside the checkout. Of each person a third is held back, the
last, the first and the middle one in turn, and looked at as the product does: in each eighth message
the last sixteen (`acts/textures.py`), against how everybody wrote in the rest. False alarms are
counted over all of what people wrote themselves. A stranger's messages are those of somebody whom
the hub does not know, in the place of each person's: sixteen of them, or only the newest eight.
People are cut into five folds: those of a fold take no part in fitting what they are judged by.

    python -m bench.lent [--out figures.json]
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

from bench.same import FOLDS, LEAST, SCRIPT, chances, logistic, share, third
from persona.acts.textures import EACH, LATELY
from persona.memory.texture import read
from persona.people.lent import FLOOR, RULE, measures
from persona.people.same import Crowd

PER_THOUSAND = 0.4
"""False alarms in a thousand messages for which the limit is set: below the one that may be."""
OTHERS = 6
"""Persons in whose place a stranger's messages are judged, each time."""
Numbers = NDArray[np.float64]


@dataclass(frozen=True)
class Case:
    """How one window measures for the person whose it should be; `writer` wrote its newest words.

    `strange` says how many of its messages are the writer's: none for the person's own.
    """

    person: int
    writer: int
    strange: int
    near: bool
    own: float
    row: tuple[float, ...]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path)
    asked = parser.parse_args()
    script = runpy.run_path(str(SCRIPT))
    people, home = script["load"](script["DEFAULT"])
    chosen = sorted(who for who, said in people.items() if len(said) >= LEAST)
    cases = [one for part in range(3) for one in cases_of(people, home, chosen, part)]
    shuffled = random.Random(5).sample(range(len(chosen)), len(chosen))
    folds = {who: at % FOLDS for at, who in enumerate(shuffled)}
    rule, limit = fit(cases)
    constant, *rest = (round(float(one), 2) for one in rule)
    found = {
        "held out": judged(cases, folds),
        "fitted": {
            "constant": constant,
            "rule": dict(zip(RULE, rest, strict=True)),
            "unlike": limit,
        },
    }
    print(json.dumps(found, indent=1))
    if asked.out:
        asked.out.write_text(json.dumps(found, indent=1) + "\n")


def cases_of(
    people: Mapping[str, list[str]], home: Mapping[str, str], chosen: Sequence[str], part: int
) -> Iterator[Case]:
    """All windows of all persons, and each of them in the place of some others."""
    held = {who: third(people[who], part) for who in chosen}
    textures = {
        who: read(people[who][: held[who].start] + people[who][held[who].stop :]) for who in chosen
    }
    crowd, dice = Crowd(textures), random.Random(part)
    for at, who in enumerate(chosen):
        others = [one for one in range(len(chosen)) if one != at]
        strangers = Crowd({one: texture for one, texture in textures.items() if one != who})
        for start in range(held[who].start, held[who].stop - LATELY + 1, EACH):
            window = people[who][start : start + LATELY]
            yield Case(at, at, 0, True, *measured(crowd, who, window))
            for one in dice.sample(others, OTHERS):
                name = chosen[one]
                near = home[name] == home[who]
                yield Case(one, at, LATELY, near, *measured(strangers, name, window))
                begun = people[name][held[name].start :][: LATELY - EACH] + window[:EACH]
                yield Case(one, at, EACH, near, *measured(strangers, name, begun))


def measured(crowd: Crowd, person: str, window: Sequence[str]) -> tuple[float, tuple[float, ...]]:
    """The person's own score for these words, and what the rule goes by, behind a constant."""
    scores = {one.person: one.score for one in crowd.guess(read(window)).ranking}
    own = scores.pop(person)
    above = measures(own, list(scores.values()))
    return own, (1.0, *(above[what] for what in RULE))


def fit(cases: Sequence[Case]) -> tuple[Numbers, float]:
    """The rule, fitted on windows that are one person's as a whole, and the limit below which it warns."""
    whole = [one for one in cases if one.strange in (0, LATELY)]
    own = np.array([one.row for one in whole if not one.strange])
    strange = np.array([one.row for one in whole if one.strange])
    even = np.repeat(own, max(1, len(strange) // len(own)), axis=0)
    told = np.concatenate([np.ones(len(even)), np.zeros(len(strange))])
    rule = logistic(np.concatenate([even, strange]), told)
    allowed = int(PER_THOUSAND * len(own) * EACH / 1000)
    lowest = np.sort(chances(own, rule))
    return rule, round(float(lowest[allowed]), 4)


def judged(cases: Sequence[Case], folds: Mapping[int, int]) -> dict[str, Any]:
    alarms, flagged = list[bool](), dict[str, list[bool]]()
    for fold in range(FOLDS):
        rule, limit = fit(
            [one for one in cases if fold not in (folds[one.person], folds[one.writer])]
        )
        for one in cases:
            if folds[one.writer] != fold:
                continue
            is_flagged = bool(chances(np.array([one.row]), rule)[0] < limit or one.own < FLOOR)
            if not one.strange:
                alarms.append(is_flagged)
                continue
            flagged.setdefault(f"after {one.strange} messages", []).append(is_flagged)
            if one.near:
                named = f"after {one.strange} messages, of the same channel"
                flagged.setdefault(named, []).append(is_flagged)
    return {
        "own messages": len(alarms) * EACH,
        "looks": len(alarms),
        "false alarms": sum(alarms),
        "false alarms in 1,000 messages": round(1000 * sum(alarms) / len(alarms) / EACH, 2),
        "strangers flagged": {name: share(found) for name, found in sorted(flagged.items())},
        "trials": {name: len(found) for name, found in sorted(flagged.items())},
    }


if __name__ == "__main__":
    main()
