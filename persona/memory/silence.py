"""Linked homes that open nothing until they are proven again: somebody else may have their addresses."""

from typing import TYPE_CHECKING

from persona.ports import Ports

if TYPE_CHECKING:  # which asks this module
    from persona.memory.standing import Gate, Head


def silent(head: "Head", gate: "Gate", ports: Ports) -> frozenset[str]:
    """Those that were silent for too long, and those that write like somebody else.

    One that stands alone has no link to suspend.
    """
    found = set(gate.unlike)
    for home, link in gate.links.items() if len(gate.links) > 1 else ():
        limit = ports.surfaces[link.address.surface].reassigned_after
        heard = max(head.heard.get(home, 0.0), link.heard)
        if limit and heard and ports.clock.now() - heard > limit:
            found.add(home)
    return frozenset(found)
