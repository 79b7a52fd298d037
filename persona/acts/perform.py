"""Carrying out a capability's acts: its own code, or the surface that carries its message.

What a capability can reach while it works is its `Means`, and nothing beyond its declaration.
"""

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from fnmatch import fnmatchcase
from typing import Any

from persona import keys
from persona.acts import credentials
from persona.decision import Act
from persona.declare import Capability, Result
from persona.errors import Broken, Refused
from persona.memory.standing import open_gate
from persona.model import Audience
from persona.ports import Blobs, Carrier, Clock, Hands, Ports, Sent
from persona.seal import seal, unseal
from persona.settings import Settings

MOST_RESULT = 40_000
"""Characters of what comes back, so that an event holds it; what is cut shows that it is."""


@dataclass(frozen=True, slots=True)
class OwnBlobs:
    """Implements `persona.ports.Blobs` by another; any name that fits no pattern raises Broken."""

    _blobs: Blobs
    _patterns: tuple[str, ...]

    def put(self, name: str, data: bytes) -> None:
        self._blobs.put(self._own(name), data)

    def get(self, name: str) -> bytes | None:
        return self._blobs.get(self._own(name))

    def list(self, prefix: str) -> list[str]:
        return self._blobs.list(self._own(prefix))

    def delete(self, name: str) -> None:
        self._blobs.delete(self._own(name))

    def _own(self, name: str) -> str:
        if not any(fnmatchcase(name, pattern) for pattern in self._patterns):
            raise Broken("a blob that was not declared, or of another home")
        return name


@dataclass(frozen=True, slots=True)
class Reach:
    """The means of one act: `declare.Means`, bounded by the capability's declaration.

    `ports` reach the rows of its lane's acts, the gate and its own credential, as its worker does.
    """

    capability: Capability
    act: Act
    homes: tuple[str, ...]
    ports: Ports

    @property
    def settings(self) -> Settings:
        return self.ports.settings

    @property
    def clock(self) -> Clock:
        return self.ports.clock

    @property
    def blobs(self) -> Blobs:
        """Those that were declared, of the person's homes alone."""
        named = [name for one in self.capability.statements for name in one.resources]
        places = [name.removeprefix("blobs/") for name in named if name.startswith("blobs/")]
        patterns = [place.format(home=home) for place in places for home in self.homes]
        return OwnBlobs(self.ports.blobs, tuple(patterns))

    @property
    def owner(self) -> str:
        return self.act.lane

    def seal(self, home: str, place: str, content: Any) -> bytes:
        """Raises Broken for a home that is not this person's."""
        return seal(self.ports, self._own(home), place, content)

    def unseal(self, home: str, place: str, sealed: bytes) -> Any:
        return unseal(self.ports, self._own(home), place, sealed)

    def _own(self, home: str) -> str:
        if home not in self.homes:
            raise Broken(f"{self.capability.name} reached for another home")
        return f"home:{home}"

    @property
    def idempotency_key(self) -> str:
        return self.act.id

    @property
    def seconds(self) -> float:
        return self.capability.timeout

    @property
    def causes(self) -> tuple[str, ...]:
        return tuple(one for one in self.act.wish["facts"].get("rests", ()) if "/" in one)

    def secret(self, name: str) -> str:
        """Raises Broken for a secret that the capability did not declare."""
        if name not in self.capability.secrets:
            raise Broken(f"{self.capability.name} did not declare the secret {name}")
        return self.ports.secrets.get(name)

    def client(self, api: str) -> Any:
        """Raises Broken for an API that no declared statement speaks of, or where there is none."""
        declared = [action for one in self.capability.statements for action in one.actions]
        if api not in {action.partition(":")[0] for action in declared}:
            raise Broken(f"{self.capability.name} declared nothing of {api}")
        return self.ports.client(api, declared)

    def credential(self) -> Mapping[str, str]:
        """Raises Broken where none was declared."""
        if not self.capability.credential:
            raise Broken(f"{self.capability.name} declared no credential")
        return credentials.read(self.ports, self.capability.credential, self.act.lane)


class Performing:
    """The carrier of one capability's acts; `surface` carries them where they are messages."""

    def __init__(
        self, capability: Capability, ports: Ports, surface: Carrier | None = None
    ) -> None:
        if bool(capability.carried_by) != (surface is not None):
            raise Broken(f"{capability.name} is carried by {capability.carried_by or 'nobody'}")
        self.capability = capability
        self._ports = ports
        self._surface = surface

    @property
    def keyed(self) -> bool:
        """Reading twice harms nobody; for the rest it is as declared."""
        if self._surface is not None:
            return self._surface.keyed
        return self.capability.keyed or self.capability.effect == "read"

    @property
    def settling(self) -> float:
        return self._surface.settling if self._surface else 0.0

    @property
    def lookup(self) -> Callable[[Act, Hands], Sent | None] | None:
        return self._surface.lookup if self._surface else None

    @property
    def heard_by(self) -> Callable[[Act, Hands], Audience] | None:
        return self._surface.heard_by if self._surface else None

    def _reach(self, act: Act) -> Reach:
        """The homes are the one that wished it, and those whose memory is open to it now."""
        one, key = self.capability, keys.gate(act.lane)
        ports = self._ports.within(keys.Scope.of_acts(act.lane, one.function, one.credential))
        row = ports.table.get([key]).get(key)
        if row is None or row.get("erased"):
            raise Refused("erased", "erased")
        gate, until = open_gate(row), ports.clock.now() - ports.settings.link_quarantine
        if act.home not in gate.homes:
            raise Refused("unlinked", "unlinked")
        opened = [h for h in gate.homes if gate.opens(act.home, h, 0.0, until)]
        homes = (act.home, *(home for home in opened if home != act.home))
        return Reach(one, act, homes, ports)

    def send(self, act: Act, hands: Hands) -> Sent:
        """One use. Raises Transient, Refused or Unknown, as what it speaks to answers."""
        if self._surface is not None:
            if self._surface.send is None:
                raise Refused("nothing can be sent there")
            return self._surface.send(act, hands)
        arguments = self.capability.arguments.model_validate(act.wish["intent"]["arguments"])
        result: Result = self.capability.use(arguments, self._reach(act))
        text = result.text
        if len(text) > MOST_RESULT:
            text = f"{text[:MOST_RESULT]}\n(cut here: {len(text) - MOST_RESULT} more characters)"
        untrusted = result.untrusted or self.capability.returns_untrusted
        sensitivity = max(result.sensitivity, self.capability.returns_sensitivity)
        told = Result(text, sensitivity, untrusted, result.rests, self._facts(result))
        return Sent(result=asdict(told))

    def _facts(self, result: Result) -> dict[str, str | float]:
        """Raises Broken for what was not declared."""
        known = self.capability.facts
        for name, value in result.facts.items():
            if name not in known or not known[name].fits(value):
                raise Broken(f"{self.capability.name} did not declare the fact {name} like this")
        return dict(result.facts)
