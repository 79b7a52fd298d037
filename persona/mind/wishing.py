"""What a mind wishes done while it thinks: only taken down here; `acts/wishes.py` judges it.

A model never hears that something happened, because nothing has; it hears that the wish is noted.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from persona.decision import Intent
from persona.declare import moment
from persona.errors import Refused
from persona.memory.standing import Standing
from persona.mind.wording import wording
from persona.model import Event
from persona.ports import Ports

MOST = 5
"""Wishes of one turn, and as many that do not fit."""
UNKNOWN = "unknown"
"""What a capability is called that there is none of: the name is a mind's own words."""


class Wishing:
    """The wishes of one turn, in their order, not yet judged."""

    def __init__(self, standing: Standing, events: Sequence[Event], ports: Ports) -> None:
        self._lane, self._before = standing.place.lane, standing.head.wished
        self._capabilities = ports.capabilities
        self._ports = ports
        self._intents: list[Intent] = []
        self._unfit: list[Intent] = []

    @property
    def intents(self) -> tuple[Intent, ...]:
        return (*self._intents, *self._unfit)

    def wish(self, name: str, arguments: Mapping[str, Any]) -> str:
        """Takes down a wish; returns what to answer a model.

        Raises Refused for one that is not clear, and for one that does not fit, which is taken down
        for the ledger all the same.
        """
        capability = self._capabilities.get(name)
        if capability is None:
            self._reject(UNKNOWN, 0, {**arguments, "name": name})
            return wording().say("no_such_capability", name=name)
        try:
            canonical = capability.settled(arguments, moment(self._ports))
        except Refused as refused:
            if refused.code == "unfit":
                self._reject(name, capability.version, arguments)
            raise
        if len(self._intents) >= MOST:
            return wording().say("too_many_wishes")
        cause = f"wish {self._before + len(self._intents) + 1}"
        intent = Intent(name, capability.version, canonical, self._lane, cause)
        if not any((one.capability, one.arguments) == (name, canonical) for one in self._intents):
            self._intents.append(intent)
        return wording().say("wish_noted")

    def _reject(self, name: str, version: int, arguments: Mapping[str, Any]) -> None:
        cause = f"wish {self._before + 1}, unfit {len(self._unfit)}"
        if len(self._unfit) < MOST:
            self._unfit.append(Intent(name, version, dict(arguments), self._lane, cause))


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
