"""Links: attacked, genuine, delivered again, under way; every trial in a hub of its own."""

from collections import Counter
from itertools import product
from typing import Any

from tests.stories import link_trials as trials


def measure() -> dict[str, Any]:
    """Counts over all pairs of surfaces in both directions, two addresses of one surface too."""
    return {
        "attacks": attacks(),
        "control": control(),
        "genuine": genuine(),
        "again": again(),
        "under_way": under_way(),
    }


def attacks() -> dict[str, Any]:
    """Attempts by the name of their attack, and how many were accepted."""
    made, accepted = Counter[str](), 0
    for how, (one, other) in product(trials.ATTACKS, trials.ANY_TWO):
        attempts, got_in = trials.attack(how, one, other)
        made[how.__name__] += attempts
        accepted += got_in
    return {"made": dict(made), "attempts": made.total(), "accepted": accepted}


def control() -> dict[str, int]:
    """A relayed code where no number is asked for: how many were accepted."""
    accepted = sum(trials.attack_by_code_alone(one, other) for one, other in trials.ANY_TWO)
    return {"attempts": len(trials.ANY_TWO), "accepted": accepted}


def genuine() -> dict[str, int]:
    made = [*product(trials.GENUINE, trials.ANY_TWO)]
    refused = sum(not trials.genuine(how, one, other) for how, (one, other) in made)
    return {"made": len(made), "refused": refused}


def again() -> dict[str, int]:
    """Events that came again after their address was linked, unlinked or suspended."""
    events = once = 0
    for moment, later, pair in product(trials.MOMENTS, trials.LATER, trials.ANY_TWO):
        if moment != "suspended" or "sms" in pair:
            came, taken_once = trials.delivered_again(*pair, moment, later)
            events, once = events + came, once + taken_once
    return {"events": events, "once": once}


def under_way() -> dict[str, int]:
    """Events, timers, held events and outcomes on their way to a lane that joined or split."""
    found = Counter[str](lost=0, doubled=0)
    for moment, (one, other) in product(("joined", "split"), trials.ANY_TWO):
        found.update(trials.under_way(one, other, moment))
    return dict(found)
