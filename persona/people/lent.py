"""Still the same person? Whether a linked address writes like its person, or like somebody else.

A phone is lent or stolen, a browser left open: what is written there then is compared with how its
person writes, and with how everybody else does. A logistic rule says how likely it is still theirs,
by how far its likeness to them stands above that to the best of the others, and to all. Below
`UNLIKE` it is taken for somebody else's, and where the words are hardly to be expected of them at
all. That closes the person's memory there until they prove themselves, and so it may hardly ever be
wrong: the limits are such that of a thousand messages that people wrote themselves less than one
was taken for another's.

Fitted and measured by `python -m bench.lent`, on people that it was not fitted on.
"""

import math
from collections.abc import Sequence

from persona.memory.texture import Texture
from persona.people.same import LEAST_CROWD, Crowd

CONSTANT, RULE = -2.8, {"next": 1.85, "all": 2.45}
UNLIKE = 0.045
"""The chance below which the words are taken for somebody else's."""
FLOOR = -9.0
"""The score below which they are as well; the least of the persons measured was -7.3."""
LEAST = 8
"""With fewer messages nothing is said."""


def chance_of_same(crowd: Crowd, person: str, fresh: Texture) -> float | None:
    """How likely (0 to 1) the words are still this person's; None where too little is known."""
    is_enough = person in crowd.known and len(crowd.known) > LEAST_CROWD
    if not is_enough or fresh.messages < LEAST:
        return None
    scores = {one.person: one.score for one in crowd.guess(fresh).ranking}
    own = scores.pop(person)
    if own < FLOOR:
        return 0.0
    measured = measures(own, list(scores.values()))
    odds = CONSTANT + sum(RULE[what] * measured[what] for what in RULE)
    return (1 + math.tanh(odds / 2)) / 2


def measures(own: float, others: Sequence[float]) -> dict[str, float]:
    """How far their own score stands above the best of the others, and above the mean of them.

    In standard deviations of the others, so that it matters not how much was said.
    """
    mean = math.fsum(others) / len(others)
    spread = math.dist(others, [mean] * len(others)) / math.sqrt(len(others)) or 1.0
    return {"next": (own - max(others)) / spread, "all": (own - mean) / spread}
