"""The evidence: turns as they stand in a home, sealed, and what can be recalled of them.

Only the person's own words are evidence: what they pass on of others is marked (`memory/own.py`)
and answers nothing about them. What the persona answered is kept with the turn, so
that the conversation can be shown, and is never recalled as something the person said.
"""

from collections.abc import Collection
from dataclasses import asdict, replace
from typing import Any

from persona import ids, keys
from persona.memory.own import passes_on
from persona.memory.sensitivity import sensitivity
from persona.model import FORMAT, Evidence, Failed, Said, Turn
from persona.ports import Row, Store
from persona.seal import seal, unseal

PAGE = 500
RARE = frozenset({"failed", "manner"})
"""What few turns say: the others have no place for it."""


def turn_row(store: Store, turn: Turn, identity: str, cost: dict[str, Any]) -> Row:
    """One turn as stored: what code needs in the clear, every word under the home's key."""
    return {
        "v": FORMAT,
        "version": turn.version,
        "identity": identity,
        "cost": cost,
        **({"lane": turn.lane} if turn.lane else {}),
        "sealed": seal(store, f"home:{turn.home}", _context(turn), plain_turn(turn)),
    }


def read_turns(store: Store, home: str, after: int = 0, limit: int | None = None) -> list[Turn]:
    """The turns of a home after a version, oldest first, page by page."""
    turns: list[Turn] = []
    last = keys.turn(home, after).sort if after else ""
    while limit is None or len(turns) < limit:
        page = PAGE if limit is None else min(PAGE, limit - len(turns))
        rows = store.table.query(keys.turns(home), after=last, limit=page)
        turns += [open_row(store, home, row) for _, row in rows]
        if len(rows) < page:
            break
        last = rows[-1][0].sort
    return turns


def read_turn(store: Store, home: str, version: int) -> Turn | None:
    key = keys.turn(home, version)
    row = store.table.get([key]).get(key)
    return open_row(store, home, row) if row else None


def open_row(store: Store, home: str, row: Row) -> Turn:
    context = f"TURN {home} {row['version']}"
    return open_turn(unseal(store, f"home:{home}", context, row["sealed"]))


def plain_turn(turn: Turn) -> dict[str, Any]:
    """The turn as JSON holds it; what it recalled from its own home goes without the home."""
    own = f"{turn.home}/"
    fields = {**asdict(turn), "recalled": [one.removeprefix(own) for one in turn.recalled]}
    return {name: value for name, value in fields.items() if value or name not in RARE}


def open_turn(content: dict[str, Any]) -> Turn:
    fields = dict(content)
    fields["said"] = tuple(Said(**one) for one in content["said"])
    recalled: list[str] = content["recalled"]
    own = f"{content['home']}/"
    fields["recalled"] = tuple(one if "/" in one else own + one for one in recalled)
    fields["blobs"] = tuple(content.get("blobs", ()))
    fields["acts"] = tuple(content.get("acts", ()))
    fields["failed"] = Failed(**content["failed"]) if content.get("failed") else None
    return Turn(**fields)


def evidence_of(turn: Turn) -> list[Evidence]:
    """What of a turn can be recalled: each message of the person."""
    return [
        Evidence(
            id=said.id,
            home=turn.home,
            version=turn.version,
            text=said.text,
            author=turn.author,
            surface=said.surface,
            at=said.at,
            tells=said.tells,
            kept=turn.kept,
            passes_on=passes_on(said.text),
            audience=turn.audience,
            sensitivity=sensitivity(said.text),
        )
        for said in turn.said
        if said.author == "person" and said.text.strip()
    ]


def without(turn: Turn, gone: Collection[str]) -> Turn:
    """The turn with these messages forgotten, and with no reply that could repeat them.

    Where nothing is left of it, it does not say either who spoke.
    """
    left = tuple(said for said in turn.said if said.id not in gone and said.author == "person")
    if not left:
        bare = replace(turn, kept=False, blobs=(), author="", thread="", failed=None)
        return replace(bare, said=(), recalled=(), manner="")
    return replace(turn, said=left, recalled=(), manner="")


def silenced(turn: Turn) -> Turn:
    """The turn without its reply, which quoted something since forgotten."""
    own = tuple(said for said in turn.said if said.author == "person")
    return replace(turn, said=own, recalled=(), manner="")


def reply_id(home: str, version: int, *more: str) -> str:
    return ids.derive("reply", home, str(version), *more)


def _context(turn: Turn) -> str:
    return f"TURN {turn.home} {turn.version}"
