"""A link in the making, as its row: the code by its hash, both sides, and how far it has come."""

from dataclasses import asdict, dataclass, replace
from typing import Any, Literal

from persona import keys
from persona.decision import Act
from persona.errors import Broken
from persona.model import FORMAT, Address, End
from persona.ports import ABSENT, Put, Row, Store, Write, equals
from persona.seal import seal, unseal

KEPT = 86_400.0
"""Seconds for which a code's fate is remembered; longer than any act is repeated."""
OWN = frozenset(
    {
        "before",
        "browser",
        "code",
        "home",
        "left",
        "link",
        "number",
        "other",
        "signin",
        "silent",
        "spelled",
    }
)
"""What our acts and events say in `detail` beside what a surface needs to answer."""


Step = Literal["offered", "claimed", "linked", "revoked"]


def end_of(act: Act) -> End:
    """The side of a link that this act came from."""
    detail = {name: text for name, text in act.detail.items() if name not in OWN}
    return End(act.home, act.address, act.thread, detail)


@dataclass(frozen=True, slots=True)
class Code:
    """A link in the making; `claim` and `last` are the acts that claimed it and moved it last."""

    hash: str
    lane: str
    issuer: End
    until: float
    step: Step = "offered"
    moves: int = 0
    claimer: End | None = None
    number: str = ""
    wrong: int = 0
    claim: str = ""
    last: str = ""


def moved(store: Store, code: Code) -> Write:
    """The write of a code as it has become, if nothing moved it meanwhile."""
    when = equals("moves", code.moves) if code.moves else ABSENT
    return Put(keys.code(code.hash), row_of(store, replace(code, moves=code.moves + 1)), when)


def row_of(store: Store, code: Code) -> Row:
    """The code as stored, under the key of the lane that offered it."""
    row: Row = {
        "v": FORMAT,
        "lane": code.lane,
        "moves": code.moves,
        "expires": code.until + KEPT,
    }
    sealed = seal(store, f"lane:{code.lane}", f"CODE {code.hash}", asdict(code))
    return {**row, "sealed": sealed}


def open_row(store: Store, hash: str, row: Row) -> Code:
    """Raises Broken for a code of a newer format."""
    if row["v"] > FORMAT:
        raise Broken(f"code of format {row['v']}; this code knows up to {FORMAT}")
    fields: dict[str, Any] = unseal(store, f"lane:{row['lane']}", f"CODE {hash}", row["sealed"])
    issuer, claimer = _open_end(fields.pop("issuer")), fields.pop("claimer")
    return Code(issuer=issuer, claimer=_open_end(claimer) if claimer else None, **fields)


def _open_end(fields: dict[str, Any]) -> End:
    return End(fields["home"], Address(**fields["address"]), fields["thread"], fields["detail"])
