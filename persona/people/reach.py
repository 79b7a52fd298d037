"""How a linked address is reached when it has not just spoken: as it was reached when it was linked."""

from persona import keys
from persona.model import Address, End
from persona.ports import Store, Table
from persona.seal import seal, unseal


def sealed(ports: Store, end: End) -> bytes:
    """What the row of the end's address keeps, under the key of its home."""
    content = {"thread": end.thread, "detail": dict(end.detail)}
    return seal(ports, f"home:{end.home}", f"REACH {end.home}", content)


def read(ports: Store, table: Table, home: str, address: Address) -> End:
    """The linked address as an end; `table` reaches its row, `ports` its home's key."""
    key = keys.address(address)
    row = table.get([key])[key]
    found = unseal(ports, f"home:{home}", f"REACH {home}", row["reach"])
    return End(home, address, found["thread"], found["detail"])
