"""What must hold of every hub at rest, whatever happened in it: ledgers whole, nothing without its half."""

from persona import catalog
from persona.acts.ledger import breaks
from persona.acts.orphans import orphans
from tests.stories.people import drain
from tests.support import Hub


def functions() -> dict[str, str]:
    """Each capability's function."""
    return {one.name: one.function for one in catalog.capabilities().values()}


def lost(hub: Hub) -> list[str]:
    """Effects without an intent, intents without an end, and chains that break."""
    drain(hub)
    rows = hub.family.table.scan("")
    broken = breaks([row for row in rows if row[0].partition.startswith("LANE#")], hub.ports)
    return [*orphans(rows, functions()), *(f"{lane} breaks at {at}" for lane, at in broken.items())]
