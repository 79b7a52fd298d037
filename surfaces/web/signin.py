"""Signing in by a code that is sent to an address one already has: the same link, for a browser.

The browser that asks gets a secret of its own, and the code counts in that browser alone. Whether
anybody has the address is said to nobody: the answer and what is done for it are the same. Opening
the link in the message changes nothing; entering its code does, by POST.

The address's lane is told first and the code is taken afterwards, together with the session, so
that no browser is let in whose link would be missing.
"""

import re
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import dataclass, replace

from persona import ids, keys
from persona.acts import codes
from persona.acts.codes import Code, End
from persona.declare import Request, Response
from persona.errors import Conflict, Refused, Rejected
from persona.keys import Key
from persona.memory.standing import Gate, open_gate
from persona.model import FORMAT, Address, Event, Place
from persona.people import addresses, spelling
from persona.ports import ABSENT, Delete, Door, Put, Row, Update, Write, equals
from persona.settings import Settings
from surfaces.web import body, pace, session

LIFE = 600.0
"""Seconds for which a code counts; as long as the message says."""
MOST_TRIES = 5
MOST_FROM_BROWSER, MOST_FOR_ADDRESS, MOST_FROM_SOURCE = 5, 5, 20
HOUR = 3600.0
MOST_BYTES = 4_096
WRONG = "That code does not work: it may be wrong, used or too old. Ask for a new one."
ELSEWHERE = (
    "This browser has not asked to sign in, or too long ago. Enter the code in the browser in "
    "which you asked for it, or ask again here."
)
USED_UP = "That was wrong too often, and the code is dead. Ask for a new one."
SPELLING = "Write an email address, or a telephone number with its country's code."


def ask(request: Request, door: Door) -> Response:
    """Has a code sent to the address that was typed, where somebody has it."""
    typed = body.read(request, MOST_BYTES, address=str)["address"]
    spelled = spelling.read(typed, door.settings)
    if not spelled:
        raise Rejected(SPELLING)
    now = door.clock.now()
    asked = _asked_before(request.headers, door, now)
    _count(f"source {request.source}", MOST_FROM_SOURCE, door, now)
    _count(f"address {spelled[0]}", MOST_FOR_ADDRESS, door, now)
    secret = urlsafe_b64encode(door.entropy(24)).decode()
    browser = session.hash_of(secret)
    row: Row = {"v": FORMAT, "asked": [*asked, now], "tries": 0, "until": now + LIFE}
    door.table.commit([Put(keys.signin(browser), {**row, "expires": now + HOUR}, ABSENT)])
    address, _ = addresses.find_any(door.table, spelled)
    door.admit(
        _event(address, f"{browser}:asked", now, signin="asked", browser=browser, about=SUBJECT)
    )
    headers = {"content-type": "application/json", "set-cookie": _cookie(secret, door.settings)}
    return Response(202, b'{"status":"asked"}', headers)


SUBJECT = "Signing in on the web"


def _count(whose: str, most: int, door: Door, now: float) -> None:
    """Kept by its hash, so that no row says who was asked for."""
    pace.count(keys.pace("signin", ids.derive(whose)), most, HOUR, door.table, now)


def _asked_before(headers: Mapping[str, str], door: Door, now: float) -> list[float]:
    """When this browser asked lately. Raises Rejected when that was too often."""
    known = _browser(headers, door)
    times = [time for time in known.row["asked"] if time > now - HOUR] if known else []
    if len(times) >= MOST_FROM_BROWSER:
        raise Rejected("too many at once; wait a little", "too many", times[0] + HOUR - now)
    return times


def _event(address: Address, id: str, now: float, **detail: str) -> Event:
    return Event(
        id=f"signin:{id}", kind="signin", address=address, author=address, at=now, detail=detail
    )


def enter(request: Request, door: Door) -> Response:
    """Opens a session for the code, in the browser that asked for it. Raises Rejected."""
    browser, now = _browser(request.headers, door), door.clock.now()
    if browser is None or browser.row["until"] <= now:
        raise Rejected(ELSEWHERE, "forbidden")
    typed = body.read(request, MOST_BYTES, code=str)["code"]
    _count_try(browser, door)
    code = _open_code(ids.code_hash(re.sub(r"[\s-]", "", typed), browser.hash), door)
    if code is None or code.step != "offered" or now >= code.until:
        raise Rejected(WRONG, "forbidden")
    place, gate = _standing(code.issuer.address, door)
    if gate.is_new(place.home, now - door.settings.link_quarantine) and len(gate.homes) > 1:
        raise Rejected(
            "This address was linked a short while ago: it lets nobody in yet.", "forbidden"
        )
    return _let_in(request, code, gate, browser.key, door)


def _let_in(request: Request, code: Code, gate: Gate, asked: Key, door: Door) -> Response:
    """The code taken and the session opened, by one commit; whoever comes second gets neither."""
    now = door.clock.now()
    address, home, writes = _web_address(gate, door)
    known = "new" if writes else "known"
    issuer = code.issuer.address
    door.admit(_event(issuer, f"{code.hash}:entered", now, signin=known, code=code.hash))
    proof = session.Proof(session.name_browser(request.headers))
    token, opened = session.opening(address, home, door.entropy, now, proof)
    taken = replace(code, step="claimed", claimer=End(home, address, "web", {}))
    try:
        door.table.commit(
            [codes.moved(door, taken), *writes, *opened, Delete(asked), *_before(request, door)]
        )
    except Conflict as error:
        raise Rejected(WRONG, "forbidden") from error
    headers = {"content-type": "application/json"}
    headers["set-cookie"] = session.cookie(token, door.settings)
    return Response(200, b'{"status":"signed in"}', headers)


def _web_address(gate: Gate, door: Door) -> tuple[Address, str, list[Write]]:
    """The person's web address and its home: the one that is linked, or a new one to be met."""
    for home, link in gate.links.items():
        if link.address.surface == "web":
            return link.address, home, []
    address = Address("web", ids.spell(door.entropy(16))[:10].lower())
    place, writes = addresses.first_meeting(address, door.entropy, door.clock.now())
    return address, place.home, writes


def _before(request: Request, door: Door) -> list[Write]:
    """Whoever was signed in here before is signed out by it."""
    try:
        return session.ending(session.read(request.headers, door.table, door.clock.now()))
    except Rejected:
        return []


@dataclass(frozen=True, slots=True)
class Browser:
    """A browser that asked: the hash of its secret, and the row that says what it did since."""

    hash: str
    key: Key
    row: Row


def _browser(headers: Mapping[str, str], door: Door) -> Browser | None:
    """The browser that asked, by its own secret."""
    secret = session.cookies(headers).get(_name(door.settings), "")
    key = keys.signin(session.hash_of(secret))
    row = door.table.get([key]).get(key) if secret else None
    return Browser(session.hash_of(secret), key, row) if row else None


def _count_try(browser: Browser, door: Door) -> None:
    """One of few; counted before the code is looked at, so that a race gives no more of them."""
    row, key = browser.row, browser.key
    for _ in range(MOST_TRIES + 1):
        if row["tries"] >= MOST_TRIES:
            raise Rejected(USED_UP, "forbidden")
        try:
            changes: Row = {"tries": row["tries"] + 1}
            door.table.commit([Update(key, changes, equals("tries", row["tries"]))])
        except Conflict:
            found = door.table.get([key]).get(key)
            if found is None:  # another request of this browser has just signed in
                raise Rejected(WRONG, "forbidden") from None
            row = found
            continue
        return
    raise Rejected("too many at once", "too many", retry_after=1.0)


def _open_code(hash: str, door: Door) -> Code | None:
    key = keys.code(hash)
    row = door.table.get([key]).get(key)
    try:
        return codes.open_row(door, hash, row) if row else None
    except Refused:  # who offered it was erased meanwhile
        return None


def _standing(address: Address, door: Door) -> tuple[Place, Gate]:
    place = addresses.find(door.table, address)
    if place is None:
        raise Rejected(WRONG, "forbidden")
    key = keys.gate(place.lane)
    return place, open_gate(door.table.get([key])[key])


def _name(settings: Settings) -> str:
    return "__Host-hub-signin" if session.is_secure(settings) else "hub-signin"


def _cookie(secret: str, settings: Settings) -> str:
    more = "; Secure" if session.is_secure(settings) else ""
    kept = f"Path=/; HttpOnly; SameSite=Strict; Max-Age={round(HOUR)}{more}"
    return f"{_name(settings)}={secret}; {kept}"
