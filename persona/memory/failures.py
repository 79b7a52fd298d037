"""What a person was told to have failed, until they react to it: kept beside the head, not in words.

The turn that tells a failure leaves a pointer in its lane's head; the next turns with their words
say for themselves what had failed before them (`Turn.failed`), so that how they reacted can be read
off the turn alone (`memory/reactions.py`). Only between the two of them: where others read, nobody's
reaction is kept.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from persona import ids
from persona.decision import Decision, Failure
from persona.memory.reactions import reaction_of
from persona.memory.standing import Standing
from persona.memory.terms import terms
from persona.model import Event, Failed, Turn

MOST_HEARD = 3
"""Messages after which nobody who went on with other things is expected to come back to it."""
DAY = 86_400.0
ALIKE = 0.5
"""The share of the terms of a wish that another one holds which is another way to the same."""


def of_outcome(event: Event, effect: str, now: float) -> Failure | None:
    """What the outcome of a wish has to tell as failed; None where it was done."""
    about = event.detail
    if about.get("state") not in ("failed", "unknown"):
        return None
    what = "plan" if about.get("plan") else effect
    wished = json.loads(about.get("arguments", "{}"))
    pointers = [one for one in about.get("rests", "").split() if "/" in one]
    return Failure(what, now, next(iter(pointers), ""), _like(about["capability"], wished))


def before(
    standing: Standing, events: Sequence[Event], decision: Decision, now: float
) -> Failed | None:
    """What had failed right before the words of this turn; None where nothing had."""
    failure, first = standing.head.failure, events[0]
    is_said = first.kind == "message" and first.audience == "private" and not standing.is_shared
    if failure is None or not is_said or decision.wait_until or decision.unheard:
        return None
    ago = max(0.0, now - failure.at)
    last = ago > DAY or failure.heard + len(events) >= MOST_HEARD
    return Failed(failure.what, round(ago, 1), _then(standing, events, decision, failure), last)


def after(standing: Standing, decision: Decision, turn: Turn | None) -> Failure | None:
    """What is still to be reacted to once this turn is committed."""
    if decision.failure is not None:
        return None if standing.is_shared or not decision.reply else decision.failure
    failure = standing.head.failure
    failed = turn.failed if turn else None
    if failure is None or turn is None or failed is None:
        return failure
    said = [one.text for one in turn.said if one.author == "person"]
    if failed.last or any(reaction_of(text, failed) for text in said):
        return None
    return replace(failure, heard=failure.heard + len(said))


def _then(standing: Standing, events: Sequence[Event], decision: Decision, failure: Failure) -> Any:
    """Whether what is wished now is what had failed, or another way to it."""
    wished = [wish.intent for wish in decision.wishes]
    if any(_like(one.capability, one.arguments) == failure.like for one in wished):
        return "same"
    asked = {term for turn in _asked(standing, failure) for term in terms(turn.person_text())}
    said = {term for event in events for term in terms(event.words)}
    if asked and asked == said:
        return "same"
    is_near = bool(asked) and len(asked & said) >= ALIKE * len(asked)
    return "other" if wished and is_near else ""


def _asked(standing: Standing, failure: Failure) -> list[Turn]:
    """The turn in which it was wished, while that is among the last ones."""
    return [turn for turn in standing.recent if turn.pointer == failure.turn]


def _like(capability: str, arguments: Mapping[str, Any]) -> str:
    """The same for the same wish, whenever it is made; it says nothing of its words."""
    return ids.derive("like", capability, json.dumps(dict(arguments), sort_keys=True))
