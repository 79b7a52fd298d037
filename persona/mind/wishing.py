"""What a mind wishes done while it thinks: only taken down here; `acts/wishes.py` judges it.

A model never hears that something happened, because nothing has; it hears that the wish is noted.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from persona.decision import Intent
from persona.declare import Moment
from persona.errors import Refused
from persona.memory.standing import Standing
from persona.mind.wording import wording
from persona.model import Event
from persona.ports import Ports

MOST = 5
"""Wishes of one turn."""
SHORTEST_IN_AWS = 60.0
"""Seconds: what is due is looked for each minute there."""


class Wishing:
    """The wishes of one turn, in their order, not yet judged."""

    def __init__(self, standing: Standing, events: Sequence[Event], ports: Ports) -> None:
        self._lane, self._cause = standing.place.lane, events[-1].correlation
        self._capabilities = ports.capabilities
        self._ports = ports
        self._intents: list[Intent] = []

    @property
    def intents(self) -> tuple[Intent, ...]:
        return tuple(self._intents)

    def wish(self, name: str, arguments: Mapping[str, Any]) -> str:
        """Takes down a wish; returns what to answer a model. Raises Refused for one that is unfit."""
        capability = self._capabilities[name]
        canonical = capability.settled(arguments, moment(self._ports))
        if len(self._intents) >= MOST:
            return wording().say("too_many_wishes")
        cause = f"{self._cause}/{len(self._intents)}"
        intent = Intent(name, capability.version, canonical, self._lane, cause)
        if not any((one.capability, one.arguments) == (name, canonical) for one in self._intents):
            self._intents.append(intent)
        return wording().say("wish_noted")


def moment(ports: Ports) -> Moment:
    """Now, by the clock of the person's zone."""
    settings = ports.settings
    shortest = SHORTEST_IN_AWS if settings.stage == "aws" else 1.0
    return Moment(ports.clock.now(), settings.timezone, shortest)


def heard(words: str, ports: Ports) -> tuple[str, dict[str, Any]] | None:
    """The capability that plain words wish, and with which arguments; None where they wish none."""
    for capability in ports.capabilities.values():
        arguments = capability.wished(words)
        if arguments is not None:
            return capability.name, arguments
    return None


def unfit(name: str, error: Refused) -> str:
    """What the person reads about a wish whose arguments do not fit, or are not clear."""
    if error.code != "unfit":
        return error.reason
    return f"I understood that as {name.replace('_', ' ')}, but it does not fit: {error.reason}"
