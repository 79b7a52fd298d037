"""Going on in private: offered to everybody alike, so that the offer says nothing of any memory."""

from collections.abc import Sequence
from dataclasses import replace

from persona.decision import Decision
from persona.memory.standing import Standing
from persona.mind.commands import parse
from persona.model import Event

OFFER = "Say “tell me privately”, and I go on with you alone."
"""The same whatever is remembered of whoever asks; where others read, nobody looks it up."""
HANDED = "I go on with you alone."
NOTHING = "hello"


def wish(standing: Standing, events: Sequence[Event]) -> Decision | None:
    """A wish to go on in private, said where others read; None where the words are no such wish."""
    first = events[0]
    command = parse(first.words) if len(events) == 1 else None
    is_wish = command is not None and command.verb == "privately"
    if not is_wish or not standing.is_shared or first.author == first.address:
        return None
    words = (command.rest if command else "") or _asked_before(standing, first) or NOTHING
    return Decision(reply=HANDED, mind="none", aside=words)


def offered(standing: Standing, decision: Decision) -> Decision:
    """The decision, with the offer where something was wished that is not done where others read."""
    is_denied = any(wish.verdict.decision == "deny" for wish in decision.wishes)
    if not standing.is_shared or not is_denied:
        return decision
    return replace(decision, reply=f"{decision.reply}\n{OFFER}")


def _asked_before(standing: Standing, event: Event) -> str:
    """What this person said last here, where now they only say that they want it in private."""
    for turn in reversed(standing.slots):
        words = turn.person_text()
        command = parse(words)
        is_other = command is None or command.verb != "privately"
        if turn.author == str(event.author) and words and is_other:
            return words
    return ""
