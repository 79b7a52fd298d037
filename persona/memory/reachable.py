"""At which address of theirs a person may be told something now, beside the one where they spoke."""

from persona.memory.standing import Standing
from persona.ports import Ports


def may_take(standing: Standing, home: str, ports: Ports) -> bool:
    """Whether this linked address may be told whatever this person may, and takes messages."""
    gate, until = standing.gate, ports.clock.now() - ports.settings.link_quarantine
    is_closed = standing.hides or gate.hides(home, until) or home in standing.silent
    return not is_closed and str(gate.links[home].address) not in gate.suppressed


def home_on(standing: Standing, surface: str, ports: Ports) -> str:
    """The linked home whose address of this surface may be told now; empty for where it was asked."""
    if not surface or standing.gate.links.get(standing.place.home) is None:
        return ""
    here = standing.gate.links[standing.place.home].address.surface
    found = [home for home, link in standing.gate.links.items() if link.address.surface == surface]
    open_ones = [home for home in found if may_take(standing, home, ports)]
    return open_ones[0] if open_ones and here != surface else ""
