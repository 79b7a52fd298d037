"""One POST that ends within its deadline whatever the server does, and what its status means."""

import threading
import time
from collections.abc import Mapping
from contextlib import suppress

import urllib3

from persona.errors import Refused, Transient, Unknown

MOST_BYTES = 4 * 1024 * 1024
CONNECT_SECONDS = 5.0
IDLE_SECONDS = 30.0
CONNECTIONS = 16
"""As many as lanes think at once in the local stage."""

NOT_REACHED = (
    urllib3.exceptions.ConnectTimeoutError,
    urllib3.exceptions.NewConnectionError,
    urllib3.exceptions.ProxyError,
    urllib3.exceptions.SSLError,
)


class Post:
    """Keeps connections open between calls; it repeats nothing and follows nobody elsewhere."""

    def __init__(self) -> None:
        self._pool = urllib3.PoolManager(retries=False, maxsize=CONNECTIONS)
        self._used_at = 0.0

    def send(
        self, url: str, body: bytes, headers: Mapping[str, str], seconds: float
    ) -> tuple[int, Mapping[str, str], bytes]:
        """Status, headers, body. Raises Transient where the server was never reached, else Unknown."""
        now = time.monotonic()
        until = now + seconds
        if now > self._used_at + IDLE_SECONDS:  # who knows what still hears at the other end
            self._pool.clear()
        self._used_at = now
        try:
            answer = self._pool.request(
                "POST",
                url,
                body=body,
                headers=dict(headers),
                timeout=urllib3.Timeout(total=seconds, connect=min(CONNECT_SECONDS, seconds)),
                preload_content=False,
            )
            return answer.status, answer.headers, _read(answer, until)
        except NOT_REACHED as error:
            raise Transient(f"it cannot be reached: {type(error).__name__}") from error
        except urllib3.exceptions.HTTPError as error:
            raise Unknown(f"its answer was lost: {type(error).__name__}") from error


def _read(answer: urllib3.BaseHTTPResponse, until: float) -> bytes:
    """The whole body; at the deadline a timer ends a body that drips or stands still."""
    data, is_whole = b"", False
    alarm = threading.Timer(max(0.0, until - time.monotonic()), _hang_up, (answer,))
    alarm.daemon = True
    alarm.start()
    try:
        while chunk := answer.read1(64 * 1024):  # what is there, without waiting for more
            data += chunk
            if len(data) > MOST_BYTES:
                raise Unknown("it answered without end")
        is_whole = time.monotonic() < until
    finally:
        alarm.cancel()
        if is_whole:
            answer.release_conn()
        else:
            answer.close()
    if not is_whole:
        raise Unknown("it answers too slowly")
    return data


def _hang_up(answer: urllib3.BaseHTTPResponse) -> None:
    with suppress(OSError, RuntimeError, ValueError):  # the body has just ended by itself
        answer.shutdown()


def judge(status: int, code: str = "") -> Transient | Refused | Unknown:
    """The error that a status other than 2xx is.

    A throttled server did no work; one that broke or timed out, or stands behind a gateway that
    did, may have done it and bill for it.
    """
    reason = f"its server answered {status}{' ' if code else ''}{code}"
    if status in (409, 425, 429, 503, 529):
        return Transient(reason)
    return Unknown(reason) if status in (408, 424) or status >= 500 else Refused(reason)
