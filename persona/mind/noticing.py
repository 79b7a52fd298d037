"""At review, what the person said lately is looked at once more, for what it shows taken together.

A model proposes and code believes: each proposal needs words that stand in what they said, and that
bear it out, as in a turn (`memory/proposals.py`); of the rest only the number is kept. It is shown
only what its person may hear at the address of the review, nothing that they pasted, and nothing of
a turn that words of others stand behind; it writes nothing to anybody.
"""

from collections.abc import Mapping, Sequence
from typing import Any, get_args

from persona.errors import Refused
from persona.language import Call
from persona.memory import evidence, frames, walls
from persona.memory.own import own_of
from persona.memory.proposals import TELLING
from persona.memory.sensitivity import MOST
from persona.memory.standing import Standing
from persona.mind.commands import parse
from persona.mind.hands import MemoryHands
from persona.mind.wording import wording
from persona.mind.words import without_codes
from persona.model import Event, Evidence, shortened
from persona.ports import Ports
from persona.trait import Stance

LEAST_SAID = 4
"""Messages for which it is worth asking: what one shows by itself was asked when it was said."""
MOST_SHOWN = 300
"""Characters of each message that a model is shown."""
NOTICE = "notice"


def heard(upto: int, standing: Standing, ports: Ports) -> list[Evidence]:
    """What the person said after the turn of this version and may be looked at; nothing for too few."""
    home, audience = standing.place.home, standing.audience
    said = [
        one
        for turn in standing.recent
        if turn.version > upto and not turn.tainted
        for one in evidence.evidence_of(turn)
        if not one.passes_on and own_of(one).strip() and parse(one.text) is None
        if one.sensitivity < MOST and standing.opens(one) and walls.may_hear(one, home, audience)
    ]
    return said if len(said) >= LEAST_SAID else []


def told(said: Sequence[Evidence]) -> str:
    """The messages as a model is shown them."""
    return "\n".join(f"- {without_codes(shortened(own_of(one), MOST_SHOWN))}" for one in said)


def asked(name: str) -> str:
    """What a model is asked about them, with the names that a stance and a way may have."""
    ways = sorted(frames.claims("action").values())
    stances = ", ".join(get_args(Stance))
    return wording().say("noticed", name=name, stances=stances, ways="; ".join(ways))


def taken(
    calls: Sequence[Call], said: Sequence[Evidence], standing: Standing, event: Event, ports: Ports
) -> MemoryHands:
    """The hands with what of it is borne out, and how much is not. Raises Refused for no such list."""
    hands = MemoryHands(standing, [event], ports)
    hands.cite(said)
    for call in calls:
        shown: Any = call.arguments.get("shown")
        if not isinstance(shown, list):
            raise Refused("it did not list what it noticed")
        for one in shown:  # pyright: ignore[reportUnknownVariableType]
            _take(one, hands)
    return hands


def _take(proposed: Any, hands: MemoryHands) -> None:
    """Keeps one proposal as its quotation; what is none, or not borne out, is counted."""
    fields: Mapping[Any, Any] = proposed if isinstance(proposed, Mapping) else {}
    quote, kind, about, value = (
        one if isinstance(one := fields.get(name, ""), str) else ""
        for name in ("quote", "kind", "about", "value")
    )
    hands.keep_claim(quote, quote, kind or "nothing", about, value)


OFFER: Mapping[str, Any] = {
    "name": NOTICE,
    "description": "Says what the person's words show of them.",
    "parameters": {
        "type": "object",
        "properties": {
            "shown": {
                "type": "array",
                "items": {
                    "type": "object",
                    "properties": {
                        "quote": {
                            "type": "string",
                            "description": "Words of one message that say it, copied exactly.",
                        },
                        "kind": {"type": "string", "enum": [*sorted(TELLING), "stance", "action"]},
                        "about": {
                            "type": "string",
                            "description": "What it is about, in words of the quotation.",
                        },
                        "value": {
                            "type": "string",
                            "description": "yes or no (dislikes, decided against), or which one.",
                        },
                    },
                    "required": ["quote", "kind", "about", "value"],
                    "additionalProperties": False,
                },
            }
        },
        "required": ["shown"],
        "additionalProperties": False,
    },
}
