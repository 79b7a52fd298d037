"""Which rows and keys a function reaches in its own name, where no lane bounds it.

Read it beside `persona/keys.py`. What a story of the aws family asks for and this does not say
fails that story (`tests/watch.py`).
"""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Rows:
    """Patterns of partitions, with spaces between, by what is done with their rows.

    `is_finding_due`: it asks the index for what is due, which holds keys alone.
    """

    read: str = ""
    put: str = ""
    deleted: str = ""
    is_finding_due: bool = False


@dataclass(frozen=True, slots=True)
class Owners:
    """Patterns of key owners, with spaces between, by what is done with their keys.

    `buried` and `unburied` are tombstones that are read and set, or taken away.
    """

    read: str = ""
    made: str = ""
    destroyed: str = ""
    buried: str = ""
    unburied: str = ""


ADMITS = Rows(read="ADDRESS#* GATE#* LEFT#*", put="ADDRESS#* GATE#*")
"""Whose home an address is, made at first contact; `stop` and `start` take effect at the door."""
ADMITTING = Owners(read="left", made="left")
"""Whether an address was erased is known by a keyed hash of it."""
INSTALLS = Rows(read="INSTALL#*", put="INSTALL#*")
TURNS = Rows(read="ADDRESS#*")
WRITES_TO = Rows(read="ADDRESS#*")
"""A message of a capability is wanted or not by whoever has the address that it goes to."""
REMEMBERS = Owners(
    read="home:* lane:*",
    made="home:* lane:*",
    buried="tombstones:home:* tombstones:blobs#*",
)
ASKS = Owners(f"{REMEMBERS.read} slips", f"{REMEMBERS.made} slips", buried=REMEMBERS.buried)
"""It asks by mail too: what stands in a mail's links is sealed by the hub."""

ROWS: Mapping[str, Rows] = {
    "ingress-slack": Rows(
        read="ADDRESS#* GATE#* LEFT#* INSTALL#*", put="ADDRESS#* GATE#* INSTALL#*"
    ),
    "ingress-sms": ADMITS,
    "mail": ADMITS,
    "ingress-web": Rows(
        read="ADDRESS#* CODE#* GATE#* HOME#* LEFT#* PACE#* PASSKEYS#* SESSION#* SESSIONS#* SIGNIN#*",
        put="ADDRESS#* CODE#* GATE#* PACE#* SESSION#* SESSIONS#* SIGNIN#* TICKET#*",
        deleted="SESSION#* SESSIONS#* SIGNIN#*",
    ),
    "ingress-web-answers": Rows(
        read="ADDRESS#* GATE#* HOME#* LEFT#* PACE#* SESSION#*", put="ADDRESS#* GATE#* PACE#*"
    ),
    "ingress-web-leaving": Rows(
        read="ACT#* ADDRESS#* ERASE#* GATE#* HOME#* LANE#* LEFT#* SESSION#*",
        put="ERASE#* GATE#* LEFT#*",
        deleted="ADDRESS#*",
    ),
    "ingress-web-passkeys": Rows(
        read="ADDRESS#* CHALLENGE#* PACE#* PASSKEY#* PASSKEYS#* SESSION#*",
        put="CHALLENGE#* PACE#* PASSKEY#* PASSKEYS#* SESSION#* SESSIONS#*",
        deleted="CHALLENGE#* PASSKEY#* PASSKEYS#*",
    ),
    "ingress-web-person": Rows(read="ADDRESS#* GATE#* HOME#* LANE#* SESSION#*"),
    "ingress-web-plans": Rows(read="ADDRESS#* GATE#* HOME#* SESSION#*"),
    "socket": Rows(
        read="ADDRESS#* GATE#* HOME#* SESSION#* SOCKET#* SOCKETS#* TICKET#*",
        put="ADDRESS#* GATE#* SOCKET#* SOCKETS#*",
        deleted="SOCKET#* SOCKETS#* TICKET#*",
    ),
    "turn": TURNS,
    "undelivered": TURNS,
    "act-slack": INSTALLS,
    "act-handover": ADMITS,
    "act-likeness": Rows(read="TEXTURE#* TEXTURES", put="TEXTURES"),
    "act-link": Rows(
        read="ACT#link#* ADDRESS#* CODE#* GATE#* LANE#*",
        put="ACT#link#* ADDRESS#* CODE#* GATE#*",
        deleted="ACT#link#* LANE#* TEXTURE#*",
    ),
    "act-erase": Rows(
        read="ACT#* ADDRESS#* ERASE#* ERASED HOME#* LANE#* PASSKEYS#* PROVIDER#* SESSIONS#* "
        "SOCKETS#* TEXTURE#* WAKE#*",
        put="ERASE#* ERASED",
        deleted="ACT#* ADDRESS#* CODE#* CREDENTIAL#* ERASE#* GATE#* HOME#* LANE#* PACE#* PASSKEY#* "
        "PASSKEYS#* PROVIDER#* SESSION#* SESSIONS#* SOCKET#* SOCKETS#* TEXTURE#* TEXTURES TICKET#* "
        "WAKE#*",
    ),
    "plan": Rows(read="ADDRESS#*"),
    "sweep": Rows(
        read="ACT#* ADDRESS#* HOME#* LANE#*",
        put="ACT#* HOME#* LANE#*",
        deleted="LANE#*",
        is_finding_due=True,
    ),
}
OWNERS: Mapping[str, Owners] = {
    "ingress-slack": ADMITTING,
    "ingress-sms": ADMITTING,
    "mail": ADMITTING,
    "ingress-web": Owners(read="home:* lane:* left", made="left"),
    "ingress-web-answers": Owners(read="home:* lane:* left slips", made="left"),
    "ingress-web-leaving": Owners(read="erase:* home:* lane:* left", made="erase:* left"),
    "ingress-web-person": Owners(read="home:* lane:*"),
    "ingress-web-plans": Owners(read="home:*"),
    "socket": Owners(read="home:*"),
    "turn": ASKS,
    "undelivered": ASKS,
    "act-email": Owners(read="lane:*"),
    "act-slack": Owners(read="lane:*"),
    "act-sms": Owners(read="lane:*"),
    "act-handover": Owners(read="lane:* left", made="left"),
    "act-likeness": Owners(read="lane:*"),
    "act-link": Owners(read="home:* lane:*", made="home:* lane:*"),
    "act-erase": Owners(
        read="erase:* home:* lane:*",
        destroyed="erase:* home:* lane:*",
        buried="tombstones:blobs#* tombstones:certificates#*",
        unburied="tombstones:erase:* tombstones:home:* tombstones:lane:*",
    ),
    "plan": Owners(read="home:*"),
    "sweep": Owners(read="home:* lane:*", buried="tombstones:blobs#* tombstones:home:*"),
}
