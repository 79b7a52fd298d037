"""Topics as rows: one a home while anything in it is open, due when the first is to be looked at.

A home in which nothing is open has no row, so that a person who left nothing open costs nothing.
"""

from collections.abc import Iterable
from dataclasses import asdict
from typing import Any

from persona import keys
from persona.errors import Broken
from persona.keys import Key
from persona.model import FORMAT, End, Event
from persona.ports import ABSENT, Delete, Ports, Put, Row, Store, Write, equals
from persona.seal import seal, unseal
from persona.topic import BY_REVIEW, Open, Topic

MOST = 20
"""Topics of one home; of more the nearest stay."""
AGAIN = 60.0
"""Seconds after which a home is looked at once more, if nothing came of it."""


NOTHING = Open()


def read(store: Store, homes: Iterable[str]) -> dict[str, Open]:
    """What is open in each of these homes."""
    wanted = {home: keys.review(home) for home in homes}
    rows = store.table.get(wanted.values()) if wanted else {}
    return {home: open_row(store, home, rows.get(key)) for home, key in wanted.items()}


def open_row(store: Store, home: str, row: Row | None) -> Open:
    """Nothing for no row. Raises Broken for a row of a newer format."""
    if row is None:
        return NOTHING
    if row["v"] > FORMAT:
        raise Broken(f"topics of format {row['v']}; this code knows up to {FORMAT}")
    content: list[dict[str, Any]] = unseal(store, f"home:{home}", context(home), row["sealed"])
    return Open(tuple(_topic(home, one) for one in content), row["changes"], row["at"])


def _topic(home: str, fields: dict[str, Any]) -> Topic:
    asked, rests = End.from_row(fields.pop("asked")), tuple(fields.pop("rests"))
    return Topic(home=home, asked=asked, rests=rests, **fields)


def context(home: str) -> str:
    """Where a home's sealed topics belong."""
    return f"REVIEW {home}"


def write(store: Store, home: str, known: Open, topics: Iterable[Topic]) -> Write | None:
    """The write after which these are open; None where they were. It fails where the row moved."""
    left = tuple(sorted(topics, key=lambda one: (one.at, one.id)))[:MOST]
    if left == known.topics:
        return None
    key = keys.review(home)
    when = equals("changes", known.changes) if known.changes else ABSENT
    if not left:
        return Delete(key, when)
    content = [{n: v for n, v in asdict(one).items() if n != "home"} for one in left]
    row: Row = {"v": FORMAT, "changes": known.changes + 1, "at": left[0].at, "due": left[0].at}
    row["sealed"] = seal(store, f"home:{home}", context(home), content)
    return Put(key, row, when)


def review(key: Key, row: Row, ports: Ports) -> Event | None:
    """What puts a home's topics into its lane when the first is due; None before."""
    home = key.partition.removeprefix("HOME#")
    known = open_row(ports, home, row)
    if not known.topics or known.due > ports.clock.now():
        return None
    asked, again = known.topics[0].asked, row.get("fired", 0)
    return Event(
        id=f"review:{home}:{known.changes}:{known.due:.3f}{f':{again}' if again else ''}",
        kind="review",
        address=asked.address,
        author=asked.address,
        thread=asked.thread,
        at=ports.clock.now(),
        home=home,
        target=f"{known.changes}",
        detail={**asked.detail, "chain": str(BY_REVIEW)},
    )
