"""Answering on another surface of the same person than the one where it was asked.

Only a linked, verified address takes it, and only one to which nothing of this person is closed:
never one that is not theirs, however it is named.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from persona.decision import Decision
from persona.memory.reachable import may_take
from persona.memory.standing import Standing
from persona.mind.commands import is_question, parse
from persona.mind.linking import meant
from persona.mind.words import named
from persona.model import Event
from persona.ports import Ports

NAMES = {
    "mail": "email",
    "e-mail": "email",
    "text": "sms",
    "text message": "sms",
    "phone": "sms",
}
"""What people call a surface beside its name."""
SHARED = "I answer elsewhere only what you ask me in private."
FOREIGN = (
    "That is no address that is linked to you, and I answer only to your own: say link to link it."
)
CLOSED = (
    "I cannot answer there now: that address is too new, was silent for long, or takes nothing "
    "more from me. Ask me here, or on another surface of yours."
)
NOWHERE = "I answer elsewhere what is asked or told, and do here what I am to do."
NOTHING = "Ask me first, then say where the answer should go."
ANSWERED = "I answered to {where}."


@dataclass(frozen=True, slots=True)
class Errand:
    """The words to be answered, and the linked home to whose address the answer goes."""

    events: tuple[Event, ...]
    home: str
    note: str


def wish(standing: Standing, events: Sequence[Event], ports: Ports) -> Errand | Decision | None:
    """What to answer elsewhere; a Decision where that cannot be, None where nobody wishes it."""
    command = parse(events[0].words) if len(events) == 1 else None
    if command is None or command.verb != "elsewhere":
        return None
    words = command.rest or _asked_last(standing)
    if command.rest and parse(command.rest) is not None:
        return None
    if standing.is_shared:
        return _say(SHARED)
    links = standing.gate.links
    found = meant(NAMES.get(command.where.casefold(), command.where), links, ports)
    if not found:
        return _say(FOREIGN)
    if standing.place.home in found:
        found = {standing.place.home: found[standing.place.home]}
    if len(found) > 1:
        listed = "\n".join(f"answer me at {link.address.id}" for link in found.values())
        return _say(f"Which one? Say one of these:\n{listed}")
    ((home, link),) = found.items()
    if not words:
        return _say(NOTHING)
    asked = (replace(events[0], words=words),)
    if home == standing.place.home:
        return Errand(asked, "", "")
    if not may_take(standing, home, ports):
        return _say(CLOSED)
    return Errand(asked, home, ANSWERED.format(where=named(link.address, ports)))


def _asked_last(standing: Standing) -> str:
    """The newest question that was asked at this address."""
    own = (turn for turn in reversed(standing.recent) if turn.home == standing.place.home)
    said = (one.text for turn in own for one in reversed(turn.said) if one.author == "person")
    return next((text for text in said if parse(text) is None and is_question(text)), "")


def _say(reply: str) -> Decision:
    return Decision(reply=reply, mind="none")
