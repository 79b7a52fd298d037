"""One visit to a page: a GET without cookies or credentials, its redirects judged from the start.

urllib3's connections speak HTTP, on a socket that `net` opened. All of a visit shares one deadline:
a timer shuts the connection down, whichever of TLS, headers or body it is that drips.
"""

import http.client
import re
import socket
import threading
import time
from collections.abc import Generator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from ssl import SSLCertVerificationError
from urllib.parse import urljoin, urlsplit

from urllib3 import BaseHTTPResponse
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import DecodeError, HTTPError

from capabilities.fetch_page import net
from persona.errors import Refused, Transient
from persona.reading.url import PORTS, read_url
from persona.settings import VERSION

INTERNET = net.INTERNET
MOST_BYTES = 2_000_000
"""Of a page, unpacked."""
MOST_SECONDS = 20.0
READ_SECONDS = 10.0
MOST_REDIRECTS = 5
CHUNK = 64 * 1024
HEADERS = {
    "accept": "text/html,application/xhtml+xml,text/*;q=0.9,application/json;q=0.9",
    "accept-encoding": "gzip",
    "user-agent": f"persona-hub/{VERSION}",
}
PACKED = frozenset({"", "identity", "gzip", "x-gzip", "deflate"})
REDIRECTS = frozenset({301, 302, 303, 307, 308})
_ABSOLUTE = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")
AGAIN = frozenset({408, 425, 429, 502, 503, 504})
"""What a site answers when the same question may be answered later."""


@dataclass(frozen=True, slots=True)
class Page:
    """What a site answered: the address that answered, its media type and charset, and the bytes."""

    url: str
    media: str
    charset: str
    data: bytes


def visit(url: str, seconds: float, world: net.Net) -> Page:
    """The page at a canonical address, within so many seconds.

    Raises Refused with a reason in words where there is none to be read, and Transient where it
    may be there later. Nothing is changed anywhere by trying again.
    """
    until = time.monotonic() + min(seconds, MOST_SECONDS)
    for _ in range(MOST_REDIRECTS + 1):
        found = _get(url, until, world)
        if isinstance(found, Page):
            return found
        url = _next(url, found)
    raise Refused("the page sends its readers on without end", "redirects")


def _next(url: str, location: str) -> str:
    """Where a redirect leads, in canonical form."""
    try:
        spelled = location.encode("latin-1").decode()
        target = read_url(spelled if _ABSOLUTE.match(spelled) else urljoin(url, spelled))
    except ValueError as error:
        raise Refused(f"the page sends its readers where I do not go: {error}", "astray") from error
    if url.startswith("https:") and not target.startswith("https:"):
        raise Refused("the page sends its readers on without encryption", "downgrade")
    return target


def _get(url: str, until: float, world: net.Net) -> Page | str:
    """The page, or the address that it sends its readers on to."""
    parts = urlsplit(url)
    try:
        with _open(url, until, world) as connection:
            target = parts.path + (f"?{parts.query}" if parts.query else "")
            connection.request("GET", target, headers=HEADERS, preload_content=False)
            answer = connection.getresponse()
            if answer.status in REDIRECTS and "location" in answer.headers:
                return answer.headers["location"].strip()
            media, charset = _readable(answer)
            page = Page(url, media, charset, _body(answer))
    except SSLCertVerificationError as error:
        raise Refused(f"{parts.hostname} does not prove that it is itself", "unproven") from error
    except (OSError, http.client.HTTPException, HTTPError, ValueError) as error:
        raise _failed(error, parts.hostname or "", until) from error
    if time.monotonic() >= until:  # hung up on, a body without a length looks like one that ended
        raise Transient(f"{parts.hostname} answers too slowly")
    return page


def _failed(error: Exception, host: str, until: float) -> Refused | Transient:
    if time.monotonic() >= until or isinstance(error, TimeoutError):
        return Transient(f"{host} answers too slowly")
    is_lost = isinstance(error, OSError) or not isinstance(
        error, DecodeError | http.client.HTTPException | ValueError
    )
    if not is_lost:
        return Refused(f"{host} answered something other than a page", "garbage")
    return Transient(f"the answer of {host} was lost: {type(error).__name__}")


class _Plain(HTTPConnection):
    pinned: socket.socket

    def _new_conn(self) -> socket.socket:
        return self.pinned


class _Secure(HTTPSConnection):
    pinned: socket.socket

    def _new_conn(self) -> socket.socket:
        return self.pinned


@contextmanager
def _open(url: str, until: float, world: net.Net) -> Generator[_Plain | _Secure, None, None]:
    """A connection on a socket whose address was checked; at `until` it is shut down, come what may."""
    parts = urlsplit(url)
    host = parts.netloc.rpartition(":")[0] if parts.port else parts.netloc
    port = parts.port or PORTS[parts.scheme]
    pinned = net.connect(host, port, until, world)
    pinned.settimeout(READ_SECONDS)
    secure = parts.scheme == "https"
    connection = (
        _Secure(host, port, timeout=READ_SECONDS, ssl_context=world.trust())
        if secure
        else _Plain(host, port, timeout=READ_SECONDS)
    )
    connection.pinned = pinned
    with pinned.dup() as watched:  # TLS takes the socket over; a copy still reaches the connection
        alarm = threading.Timer(max(0.0, until - time.monotonic()), _hang_up, (watched,))
        alarm.daemon = True
        alarm.start()
        try:
            yield connection
        finally:
            alarm.cancel()
            connection.close()
            pinned.close()


def _hang_up(connection: socket.socket) -> None:
    with suppress(OSError):  # it has just ended by itself
        connection.shutdown(socket.SHUT_RDWR)


def _readable(answer: BaseHTTPResponse) -> tuple[str, str]:
    """Media type and charset of an answer that holds a page to read."""
    if answer.status in AGAIN:
        raise Transient(f"the site answered {answer.status}")
    if answer.status != 200:
        raise Refused(f"the site answered {answer.status}", str(answer.status))
    if answer.headers.get("content-encoding", "").strip().lower() not in PACKED:
        raise Refused("the page is packed in a way that I cannot open", "packed")
    length = answer.headers.get("content-length", "")
    if length.isdigit() and int(length) > MOST_BYTES:
        raise Refused(f"the page is larger than {MOST_BYTES // 1_000_000} MB", "large")
    declared = http.client.HTTPMessage()
    declared["content-type"] = answer.headers.get("content-type", "application/octet-stream")
    media = declared.get_content_type()
    if not _is_text(media):
        raise Refused(f"it is {media}, and I read pages and texts only", "media")
    return media, declared.get_content_charset("")


def _is_text(media: str) -> bool:
    kind, _, rest = media.partition("/")
    return kind == "text" or (kind == "application" and rest in ("json", "xhtml+xml"))


def _body(answer: BaseHTTPResponse) -> bytes:
    """All of it, unpacked piece by piece, so that a small answer cannot grow without bound."""
    pieces: list[bytes] = []
    size = 0
    while piece := answer.read(CHUNK, decode_content=True):
        size += len(piece)
        if size > MOST_BYTES:
            raise Refused(f"the page is larger than {MOST_BYTES // 1_000_000} MB", "large")
        pieces.append(piece)
    return b"".join(pieces)
