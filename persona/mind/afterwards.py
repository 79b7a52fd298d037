"""What is answered to how somebody takes a failure: its reason, the same once more, another way.

Only right after it was told, while the lane still waits for how they take it (`Head.failure`), and
where their words say so by the rules of `memory/reactions.py`. Nothing is known beyond what was told
then, so that is what is said again.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from persona.memory.reactions import reaction_of
from persona.memory.standing import Standing
from persona.mind.outcomes import others
from persona.mind.wishing import heard
from persona.mind.words import in_quotes
from persona.model import Failed, Turn
from persona.ports import Ports

REASON = "All that came back is what I told you:{told}\n“ledger” shows when it was tried, and how it ended."
OTHER = "Another way: {other}."
NO_OTHER = "I know no other way to it; “help” lists what I can do."
HELD = (
    "{sorry} {told}\nThe ledger holds all of it, for you (“ledger”) and for whoever runs this hub."
)
FORGIVEN = "Thank you."


@dataclass(frozen=True, slots=True)
class Taken:
    """What is said, and what is wished once more: a capability's name and its arguments."""

    reply: str = ""
    again: tuple[str, Mapping[str, Any]] | None = None


NOT = Taken()
"""Where the words are about something else."""


def taken(words: str, standing: Standing, ports: Ports) -> Taken:
    """The answer to how these words take what has just failed; an empty one where they do not."""
    failure = standing.head.failure
    found = reaction_of(words, Failed(failure.what, 0.0)) if failure and words else None
    told, wished = _told(standing), _wished(standing, ports)
    if found is None or not told:
        return NOT
    match found[0]:
        case "retries":
            return Taken(again=heard(wished.person_text(), ports) if wished else None)
        case "asks why":
            return Taken(REASON.format(told=in_quotes(told)))
        case "works around":
            ways = others(standing, wished.acts[0], ports) if wished and wished.acts else ""
            return Taken(OTHER.format(other=ways) if ways else NO_OTHER)
        case "escalates":
            breaking = ports.identity.breaking("escalates")
            sorry = breaking.first if breaking else ""
            return Taken(HELD.format(sorry=sorry, told=told).strip())
        case "forgives":
            return Taken(FORGIVEN)
        case _:
            return NOT


def _told(standing: Standing) -> str:
    """How the failure was told, without what was offered beside it."""
    said = [turn.persona_text() for turn in standing.recent if not turn.person_text()]
    return said[-1].partition("\n")[0] if said else ""


def _wished(standing: Standing, ports: Ports) -> Turn | None:
    """The turn whose words wished it: of “once more” the one that it repeats."""
    until = standing.head.failure.turn if standing.head.failure else ""
    pointers = [turn.pointer for turn in standing.recent]
    before = standing.recent[: pointers.index(until) + 1] if until in pointers else ()
    asked = (turn for turn in reversed(before) if turn.person_text())
    return next((turn for turn in asked if heard(turn.person_text(), ports)), None)
