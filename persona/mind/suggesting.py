"""What is made of how somebody writes: a hint to everybody alike, or a closed door to be proven open."""

from persona.decision import Decision
from persona.memory.standing import Standing
from persona.model import Event
from persona.ports import Ports

LINK = (
    "(If you talk with me somewhere else as well: say “link” here, and once you have shown that it "
    "is you on both sides, it is one conversation.)"
)


def told(standing: Standing, event: Event, ports: Ports) -> Decision:
    """A hint goes with the next answer; what writes like somebody else is closed at once."""
    if event.detail.get("suggests") == "closing":
        return _closing(standing, event, ports)
    is_alone = len(standing.gate.homes) == 1 and not standing.gate.given
    return Decision(mind="none", untold=LINK if is_alone else "")


def _closing(standing: Standing, event: Event, ports: Ports) -> Decision:
    """The address opens nothing from now on; the person's others are told, and how to undo it."""
    gate, home = standing.gate, standing.place.home
    if len(gate.links) < 2 or home not in gate.links or standing.is_silent:
        return Decision(mind="none")
    closed = {**gate.unlike, home: ports.clock.now()}
    return Decision(mind="none", gate={"unlike": closed}, link={"verb": "warn"})


def proven(standing: Standing, now: float) -> dict[str, dict[str, float]]:
    """What the gate says once the address was proven to be its person's after all."""
    gate, home = standing.gate, standing.place.home
    if home not in gate.unlike:
        return {}
    left = {other: since for other, since in gate.unlike.items() if other != home}
    return {"unlike": left, "alike": {**gate.row.get("alike", {}), home: now}}
