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

    `decision.tainted` is what the last turns brought, as far as its mind was shown them.
    """
    if any(passes_on(event.words) for event in events):
        return PASSED_ON
    brought = [event.detail.get("capability", "") for event in events if _is_others(event)]
    if brought:
        return brought[0]
    if any(one.passes_on for one in decision.recalled):
        return PASSED_ON
    return decision.tainted


def _is_others(event: Event) -> bool:
    """Whether it is the outcome of reading what others wrote."""
    return event.kind == "outcome" and event.detail.get("result_untrusted") == "True"
