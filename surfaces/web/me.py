"""What the page shows a person about themselves: addresses, consent, sessions and passkeys."""

from typing import Any

from persona import keys
from persona.declare import Request
from persona.errors import Rejected
from persona.memory.standing import Gate, Link, open_gate
from persona.model import Place
from persona.people import addresses
from persona.ports import Door, Row
from surfaces.web import body, passkeys, session

MOST_SESSIONS = 20
"""Shown of one web address, the newest."""
MOST_BYTES = 4_096


def about(request: Request, door: Door) -> dict[str, Any]:
    """Who is signed in, by what proof; their addresses, and what opens each of the web's.

    `refuses` says why nothing unasked goes to an address, `quiet` when nothing does, by surface.
    """
    now = door.clock.now()
    signed_in = session.read(request.headers, door.table, now)
    place, gate = _standing(signed_in, door)
    own = signed_in.key.partition.removeprefix("SESSION#")
    homes = _web_homes(place, gate)
    return {
        "address": str(signed_in.address),
        "level": signed_in.level,
        "strong": signed_in.is_strong,
        "stands": signed_in.row.get("stands", False),
        "addresses": _addresses(signed_in, place, gate, now, door),
        "quiet": gate.row.get("quiet", {}),
        "sessions": [
            {"since": since, "browser": browser, "here": hashed == own}
            for home in homes
            for hashed, since, browser in session.listed(home, door.table, now, MOST_SESSIONS)
        ],
        "passkeys": [
            {"id": id, "since": since, "browser": browser}
            for id, since, browser in passkeys.listed(place.home, door.table)
        ],
    }


def sign_out(request: Request, door: Door) -> str:
    """Ends this session, or all of this person's; returns the cookie that forgets it."""
    signed_in = session.read(request.headers, door.table, door.clock.now())
    if body.read(request, MOST_BYTES, everywhere=bool)["everywhere"]:
        place, gate = _standing(signed_in, door)
        for home in _web_homes(place, gate):
            session.end_all(home, door.table)
    door.table.commit(session.ending(signed_in))
    value = session.cookie("", door.settings)
    return value.replace(f"Max-Age={session.SESSION_DAYS * 86400}", "Max-Age=0")


def _standing(signed_in: session.Session, door: Door) -> tuple[Place, Gate]:
    place = addresses.find(door.table, signed_in.address)
    if place is None:
        raise Rejected("sign in first", "unproven")
    key = keys.gate(place.lane)
    return place, open_gate(door.table.get([key])[key])


def _web_homes(place: Place, gate: Gate) -> list[str]:
    """The homes of all the person's web addresses, this one first."""
    others = [home for home, link in gate.links.items() if link.address.surface == "web"]
    return list(dict.fromkeys([place.home, *others]))


def _addresses(
    signed_in: session.Session, place: Place, gate: Gate, now: float, door: Door
) -> list[Row]:
    """Every linked address, this one first; an address that was never linked stands alone."""
    alone = {place.home: Link(signed_in.address, 0.0, place.lane)}
    links = gate.links if place.home in gate.links else alone
    until = now - door.settings.link_quarantine
    told: list[Row] = [
        {
            "surface": link.address.surface,
            "id": link.address.id,
            "since": link.since or None,
            "here": home == place.home,
            "closed": gate.is_new(home, until) and len(links) > 1,
            "refuses": gate.suppressed.get(str(link.address), ""),
        }
        for home, link in links.items()
    ]
    return sorted(told, key=lambda one: not one["here"])
