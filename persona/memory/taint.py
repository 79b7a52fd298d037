"""Whose untrusted words stood before a mind: what it wishes after them may be theirs.

The mark goes with the words: through the last turns, which repeat them, and through recall of what
was passed on, however long ago and wherever that was.
"""

from collections.abc import Sequence

from persona.decision import Decision
from persona.memory.own import passes_on
from persona.model import Event

PASSED_ON = "what you passed on"
OVERHEARD = "what others say here"


def taint(events: Sequence[Event], decision: Decision) -> str:
    """Whose words, as the question and the ledger name them; empty where all are the person's own.

    `decision.tainted` is what its mind was shown beside: the last turns, and wishes made after them.
    """
    if any(passes_on(event.words) for event in events):
        return PASSED_ON
    brought = next(filter(None, map(_brought, events)), "")
    if brought:
        return brought
    if any(one.passes_on for one in decision.recalled):
        return PASSED_ON
    return decision.tainted


def _brought(event: Event) -> str:
    """Whose words an outcome brings: those that were read, or that stood behind the wish it tells."""
    if event.kind != "outcome":
        return ""
    is_others = event.detail.get("result_untrusted") == "True"
    return event.detail.get("capability" if is_others else "tainted", "")
