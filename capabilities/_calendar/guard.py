"""The way to a calendar's server: one origin, one deadline, so many bytes, and no redirects.

The server is the person's own choice, yet what it answers is not: its answers name further
addresses, and the password goes only to the origin for which it was given.
"""

import time
from collections.abc import Callable
from typing import Any

import requests
from requests.auth import HTTPBasicAuth
from urllib3.exceptions import HTTPError, NewConnectionError

from capabilities._origin import origin
from persona.errors import Refused, Transient, Unknown

MOST_BYTES = 5_000_000
CONNECT = 5.0
WRITES = frozenset({"PUT", "DELETE"})
QUERIES = frozenset({"PROPFIND", "REPORT"})


class Guarded(requests.Session):
    """A session that asks one origin only and ends by a time (of `tick`, in seconds).

    Raises Refused for another origin and for a redirect, Transient where nothing can have
    happened, and Unknown where a write may have arrived and its answer did not.
    """

    def __init__(
        self, url: str, seconds: float, tick: Callable[[], float] = time.monotonic
    ) -> None:
        super().__init__()
        self.trust_env = False  # a .netrc, or a proxy, would see the password
        self._origin = origin(url)
        self._tick = tick
        self._until = tick() + seconds

    def request(self, method: Any, url: Any, *args: Any, **options: Any) -> requests.Response:
        where, lost = str(url), Unknown if method in WRITES else Transient
        if origin(where) != self._origin:
            raise Refused(f"the calendar's server points to another one: {where[:200]}", "server")
        left = self._until - self._tick()
        if left <= 0:
            raise Transient("the calendar's server takes too long")
        options["headers"] = {**(options.get("headers") or {}), "Accept-Encoding": "identity"}
        options |= {"timeout": (min(CONNECT, left), left), "allow_redirects": False, "stream": True}
        try:
            response = super().request(method, where, *args, **options)
            body = self._read(response, lost)
        except requests.exceptions.SSLError as error:
            raise Refused(
                "the calendar's server has no certificate that holds", "server"
            ) from error
        except requests.RequestException as error:
            if _was_never_made(error):
                raise Transient("the calendar's server cannot be reached") from error
            raise lost("the calendar's answer was lost") from error
        except (HTTPError, OSError) as error:
            raise lost("the calendar's answer was lost") from error
        _check(response, lost)
        # An error's page is nothing to parse; the library would write it to the log.
        response._content = body if response.ok else b""  # noqa: SLF001 streamed above
        return response

    def _read(self, response: requests.Response, lost: type[Exception]) -> bytes:
        """The body, read as it drips in, so that neither its size nor its pace is the server's."""
        if response.headers.get("Content-Encoding", "identity") != "identity":
            raise Refused("the calendar's server packs its answers unasked", "server")
        body = bytearray()
        while piece := response.raw.read1(65_536):
            body += piece
            if len(body) > MOST_BYTES:
                raise Refused("the calendar's server answers too much at once", "too much")
            if self._tick() > self._until:
                raise lost("the calendar's answer took too long")
        return bytes(body)


def _was_never_made(error: requests.RequestException) -> bool:
    """A connection that was never made carried nothing; any other may have."""
    if isinstance(error, requests.ConnectTimeout):
        return True
    reason = getattr(error.args[0] if error.args else None, "reason", None)
    return isinstance(reason, NewConnectionError)


def _check(response: requests.Response, lost: type[Exception]) -> None:
    """Raises for what only the server's state explains; the rest is told from the status."""
    status = response.status_code
    if status in (429, 503):
        raise Transient(f"the calendar's server is busy ({status})")
    if status >= 500 and status != 507:
        raise lost(f"the calendar's server failed ({status})")
    if 300 <= status < 400:
        raise Refused("the calendar has moved; give its new address", "server")
    is_answer = response.request.method in QUERIES and response.ok
    if is_answer and "xml" not in response.headers.get("Content-Type", ""):
        raise Refused("what answers there is no calendar server", "server")


def sign_in(user: str, password: str) -> HTTPBasicAuth:
    """Latin text as it is, any other as UTF-8 (RFC 7617)."""
    return HTTPBasicAuth(user.encode(), password.encode())
