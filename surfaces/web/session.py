"""Who is at the page: sessions, one-time socket tickets, and whose origin may ask.

Tokens are 256 random bits and stored as their hash. The cookie is HttpOnly and SameSite=Lax, and
an Origin that is not ours is refused on every unsafe method and on the socket.

A session says how it was proven: level 1 by something that reached an address (a code), level 2 by
a passkey. What leaves nothing behind or costs money asks for level 2, proven a short while ago.
"""

import hashlib
import re
from base64 import urlsafe_b64encode
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from http.cookies import CookieError, SimpleCookie

from persona import keys
from persona.errors import Conflict, Rejected
from persona.model import FORMAT, Address, Place
from persona.people import addresses
from persona.ports import ABSENT, Clock, Delete, Put, Row, Table, Update, Write, equals
from persona.settings import Settings
from surfaces.web import pace as paces

SESSION_DAYS = 30
DAY = 86_400.0
TICKET_SECONDS = 30.0
FRESH = 600.0
"""Seconds for which a proof counts as one of now."""
MOST_A_MINUTE = 30
LOOPBACK = frozenset({"127.0.0.1", "localhost", "[::1]"})


@dataclass(frozen=True, slots=True)
class Session:
    """A signed-in browser, as read at `at`: whose web address it is, and how it was proven.

    Where that address is worked, its own row says.
    """

    key: keys.Key
    address: Address
    row: Row
    at: float

    @property
    def level(self) -> int:
        """1 for possession of an address, 2 for a passkey."""
        return self.row.get("level", 1)

    @property
    def is_fresh(self) -> bool:
        """Whether its proof is of the last minutes; the local stage's own page always stands."""
        return self.row.get("stands", False) or self.at - self.row.get("proven", 0.0) <= FRESH

    @property
    def is_strong(self) -> bool:
        """Whether a passkey has just proven it."""
        return self.level == 2 and self.is_fresh


@dataclass(frozen=True, slots=True)
class Proof:
    """How a session was opened: in what browser, how strongly, and whether that never grows old."""

    browser: str = ""
    level: int = 1
    stands: bool = False


POSSESSION = Proof()


def sign_in(
    name: str,
    table: Table,
    entropy: Callable[[int], bytes],
    now: float,
    proof: Proof = POSSESSION,
) -> tuple[str, Place]:
    """Opens a session for the web address `name`; returns its token and where it lives."""
    address = Address("web", name)
    place = addresses.meet(table, address, entropy, now)
    token, writes = opening(address, place.home, entropy, now, proof)
    table.commit(writes)
    return token, place


def opening(
    address: Address, home: str, entropy: Callable[[int], bytes], now: float, proof: Proof
) -> tuple[str, list[Write]]:
    """A new session's token, and the writes that open it."""
    token = urlsafe_b64encode(entropy(32)).decode().rstrip("=")
    expires = now + SESSION_DAYS * DAY
    about: Row = {"v": FORMAT, "browser": proof.browser, "expires": expires}
    row: Row = {
        **about,
        "name": address.id,
        "home": home,
        "since": now,
        "level": proof.level,
        "proven": now,
        "stands": proof.stands,
    }
    hashed = hash_of(token)
    return token, [
        Put(keys.session(hashed), row, ABSENT),
        Put(keys.session_of(home, now, hashed), about),
    ]


def strengthening(session: Session) -> Write:
    """The write by which a passkey proves this very session anew."""
    return Update(
        session.key, {"level": 2, "proven": session.at}, equals("name", session.address.id)
    )


def ending(session: Session) -> list[Write]:
    """The writes that end it."""
    home, since = session.row.get("home", ""), session.row.get("since", 0.0)
    hashed = session.key.partition.removeprefix("SESSION#")
    return [Delete(session.key), Delete(keys.session_of(home, since, hashed))]


def end_all(home: str, table: Table) -> int:
    """Signs out every browser of a web address; returns how many sessions ended."""
    ended = 0
    while found := table.query(keys.sessions(home), limit=40):
        writes = [(Delete(at), Delete(keys.session(at.sort.partition("#")[2]))) for at, _ in found]
        table.commit([write for pair in writes for write in pair])
        ended += len(found)
    return ended


def listed(home: str, table: Table, now: float, most: int) -> Iterator[tuple[str, float, str]]:
    """The newest live sessions of a web address: token hash, since when, in what browser."""
    for at, row in table.query(keys.sessions(home), limit=most, newest_first=True):
        since, _, hashed = at.sort.partition("#")
        if row["expires"] > now:
            yield hashed, float(since), row["browser"]


def demand_strong(session: Session) -> None:
    """Raises Rejected where level 2 was not proven within the last minutes."""
    if not session.is_strong:
        raise Rejected("prove with a passkey that it is you", "forbidden")


def cookie(token: str, settings: Settings) -> str:
    """The Set-Cookie value; the `__Host-` prefix and Secure need https."""
    name, more = ("__Host-hub", "; Secure") if is_secure(settings) else ("hub", "")
    return f"{name}={token}; Path=/; HttpOnly; SameSite=Lax; Max-Age={SESSION_DAYS * 86400}{more}"


def is_secure(settings: Settings) -> bool:
    return settings.public_url.startswith("https://") and settings.stage != "local"


def read(headers: Mapping[str, str], table: Table, now: float) -> Session:
    """The session of a bearer token or cookie. Raises Rejected where there is none."""
    token = _token(headers)
    if token:
        key = keys.session(hash_of(token))
        row = table.get([key]).get(key)
        if row and row["expires"] > now:
            return Session(key, Address("web", row["name"]), row, now)
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
    key = keys.pace("web", session.address.id)
    paces.count(key, MOST_A_MINUTE, 60.0, table, now)


def ticket(session: Session, table: Table, entropy: Callable[[int], bytes], now: float) -> str:
    """A one-time pass to the socket, good for 30 s, so that no token stands in a URL."""
    pass_ = urlsafe_b64encode(entropy(24)).decode()
    row: Row = {"v": FORMAT, "name": session.address.id, "expires": now + TICKET_SECONDS}
    key = keys.ticket(hash_of(pass_))
    pointer: Row = {"v": FORMAT, "at": list(key), "since": now, "expires": row["expires"]}
    table.commit([Put(key, row), Put(keys.beside(session.address, key), pointer)])
    return pass_


def socket_address(
    pass_: str, headers: Mapping[str, str], table: Table, clock: Clock, settings: Settings
) -> Address:
    """For whom a connecting socket listens: by its ticket, or by the session of the same domain."""
    check_origin(headers, settings)
    now = clock.now()
    if not pass_:
        return read(headers, table, now).address
    key = keys.ticket(hash_of(pass_))
    row = table.get([key]).get(key)
    if row is None or row["expires"] <= now:
        raise Rejected("this ticket is used or too old", "unproven")
    try:
        table.commit([Delete(key, equals("v", row["v"]))])
    except Conflict as error:
        raise Rejected("this ticket is used or too old", "unproven") from error
    return Address("web", row["name"])


def cookies(headers: Mapping[str, str]) -> dict[str, str]:
    """The request's cookies; none where they cannot be read."""
    jar: SimpleCookie = SimpleCookie()
    try:
        jar.load(headers.get("cookie", ""))
    except CookieError:
        return {}
    return {name: morsel.value for name, morsel in jar.items()}


def _token(headers: Mapping[str, str]) -> str:
    scheme, _, token = headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        return token.strip()
    jar = cookies(headers)
    return jar.get("__Host-hub") or jar.get("hub", "")


def hash_of(token: str) -> str:
    """What stands for a secret of a browser in the table."""
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()


BROWSERS = (
    ("Edge", r"\bEdg"),
    ("Opera", r"\bOPR/"),
    ("Firefox", r"\b(?:Firefox|FxiOS)/"),
    ("Chrome", r"(?:Chrome|CriOS|Chromium)/"),
    ("Safari", r"\bSafari/"),
    ("the command line", r"urllib3|curl|python"),
)
SYSTEMS = (
    ("iPhone", r"\biPhone\b"),
    ("iPad", r"\biPad\b"),
    ("Android", r"\bAndroid\b"),
    ("Windows", r"\bWindows\b"),
    ("macOS", r"\bMac OS X\b"),
    ("Linux", r"\bLinux\b"),
)


def name_browser(headers: Mapping[str, str]) -> str:
    """What a person calls the browser that asks: `Firefox on Linux`; for their own list alone."""
    told = headers.get("user-agent", "")
    browser = next((name for name, mark in BROWSERS if re.search(mark, told)), "a browser")
    system = next((name for name, mark in SYSTEMS if re.search(mark, told)), "")
    return f"{browser} on {system}" if system else browser
