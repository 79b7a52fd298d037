"""Where one worker of acts sits: whose acts it works, by what they are carried, and what it reaches."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Protocol

from persona import keys
from persona.decision import Act
from persona.declare import Capability
from persona.keys import Key
from persona.ports import Carrier, Hands, Ports


class Use(Carrier, Protocol):
    """What carries out the acts of one capability."""

    @property
    def capability(self) -> Capability: ...


NO_USES: Mapping[str, Use] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Desk:
    """Where one worker sits: whose acts it works, in `ports` that reach nothing else.

    `hands` is what a carrier gets: the function's own reach. `uses` are the capabilities whose acts
    these are, by name; without any they are replies, which `replies` carries.
    """

    function: str
    lane: str
    replies: Carrier | None
    ports: Ports
    hands: Hands
    uses: Mapping[str, Use]

    def carrier(self, act: Act) -> Carrier:
        """Who carries this act; of one that nobody here may, any, since it is then denied."""
        if self.replies is not None:
            return self.replies
        own = self.use(act)
        return own if own is not None else next(iter(self.uses.values()))

    def use(self, act: Act) -> Use | None:
        """The capability that the act wishes, if its acts are this function's."""
        wished: str = act.wish["intent"]["capability"] if act.wish else ""
        return self.uses.get(wished)

    def at(self, after: str) -> Key:
        """Where an open act stands."""
        return keys.act(self.function, self.lane, "OPEN", after)
