"""Who is at the page: sessions, one-time socket tickets, and whose origin may ask.

Tokens are 256 random bits and stored as their hash. The cookie is HttpOnly and SameSite=Lax, and
an Origin that is not ours is refused on every unsafe method and on the socket.
"""

import hashlib
from base64 import urlsafe_b64encode
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http.cookies import CookieError, SimpleCookie

from persona import keys
from persona.errors import Conflict, Rejected
from persona.model import FORMAT, Address, Place
from persona.people import addresses
from persona.ports import ABSENT, Clock, Delete, Put, Row, Table, equals
from persona.settings import Settings

SESSION_DAYS = 30
DAY = 86_400.0
TICKET_SECONDS = 30.0
MOST_A_MINUTE = 30
LOOPBACK = frozenset({"127.0.0.1", "localhost", "[::1]"})


@dataclass(frozen=True, slots=True)
class Session:
    """A signed-in browser: whose web address it is. Where that is worked, its own row says."""

    key: keys.Key
    address: Address
    row: Row


def sign_in(
    name: str, table: Table, entropy: Callable[[int], bytes], now: float
) -> tuple[str, Place]:
    """Opens a session for the web address `name`; returns its token and where it lives."""
    address = Address("web", name)
    place = addresses.meet(table, address, entropy, now)
    token = urlsafe_b64encode(entropy(32)).decode().rstrip("=")
    row: Row = {"v": FORMAT, "name": name, "expires": now + SESSION_DAYS * DAY}
    key = keys.session(_hash(token))
    pointer: Row = {"v": FORMAT, "at": list(key), "since": now, "expires": row["expires"]}
    table.commit([Put(key, row), Put(keys.beside(address, key), pointer)])
    return token, place


def demand_strong(session: Session) -> None:
    """Taking everything out and erasing need a strong session; the owner on loopback has one."""


def cookie(token: str, settings: Settings) -> str:
    """The Set-Cookie value; the `__Host-` prefix and Secure need https."""
    secure = settings.public_url.startswith("https://") and settings.stage != "local"
    name, more = ("__Host-hub", "; Secure") if secure else ("hub", "")
    return f"{name}={token}; Path=/; HttpOnly; SameSite=Lax; Max-Age={SESSION_DAYS * 86400}{more}"


def read(headers: Mapping[str, str], table: Table, now: float) -> Session:
    """The session of a bearer token or cookie. Raises Rejected where there is none."""
    token = _token(headers)
    if token:
        key = keys.session(_hash(token))
        row = table.get([key]).get(key)
        if row and row["expires"] > now:
            return Session(key, Address("web", row["name"]), row)
    raise Rejected("sign in first", "unproven")


def check_origin(headers: Mapping[str, str], settings: Settings) -> None:
    """Raises Rejected for an Origin that is neither the public one nor this very loopback host."""
    origin = headers.get("origin", "")
    own = {settings.origin}
    host = headers.get("host", "")
    if settings.stage == "local" and host.rpartition(":")[0] in LOOPBACK:
        own.add(f"http://{host}")
    if origin and origin not in own:
        raise Rejected("this origin may not ask", "forbidden")


def pace(session: Session, table: Table, now: float) -> None:
    """Counts one message against the address's minute. Raises Rejected when it is full."""
    key = keys.pace(session.address)
    for _ in range(MOST_A_MINUTE):
        row = table.get([key]).get(key) or {"v": FORMAT, "count": 0, "times": []}
        times = [time for time in row["times"] if time > now - 60.0]
        if len(times) >= MOST_A_MINUTE:
            wait = times[0] + 60.0 - now
            raise Rejected("too many messages", "too many", retry_after=wait)
        moved = {**row, "count": row["count"] + 1, "times": [*times, now], "expires": now + DAY}
        when = equals("count", row["count"]) if row["count"] else ABSENT
        try:
            table.commit([Put(key, moved, when)])
        except Conflict:  # another message of the same person was counted first
            continue
        return
    raise Rejected("too many messages at once", "too many", retry_after=1.0)


def ticket(session: Session, table: Table, entropy: Callable[[int], bytes], now: float) -> str:
    """A one-time pass to the socket, good for 30 s, so that no token stands in a URL."""
    pass_ = urlsafe_b64encode(entropy(24)).decode()
    row: Row = {"v": FORMAT, "name": session.address.id, "expires": now + TICKET_SECONDS}
    table.commit([Put(keys.ticket(_hash(pass_)), row)])
    return pass_


def socket_address(
    pass_: str, headers: Mapping[str, str], table: Table, clock: Clock, settings: Settings
) -> Address:
    """For whom a connecting socket listens: by its ticket, or by the session of the same domain."""
    check_origin(headers, settings)
    now = clock.now()
    if not pass_:
        return read(headers, table, now).address
    key = keys.ticket(_hash(pass_))
    row = table.get([key]).get(key)
    if row is None or row["expires"] <= now:
        raise Rejected("this ticket is used or too old", "unproven")
    try:
        table.commit([Delete(key, equals("v", row["v"]))])
    except Conflict as error:
        raise Rejected("this ticket is used or too old", "unproven") from error
    return Address("web", row["name"])


def _token(headers: Mapping[str, str]) -> str:
    scheme, _, token = headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        return token.strip()
    jar: SimpleCookie = SimpleCookie()
    try:
        jar.load(headers.get("cookie", ""))
    except CookieError:
        return ""
    for name in ("__Host-hub", "hub"):
        if name in jar:
            return jar[name].value
    return ""


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()
