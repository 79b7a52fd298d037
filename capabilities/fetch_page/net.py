"""Reaching a site at an address that was looked at first: what is checked is what is dialled.

The name is asked for once, every answer must be public, and the connection goes to one of those
very answers; so a name that points elsewhere a moment later gains nothing. No proxy is read from
the environment: the library that speaks HTTP gets a connection that is open already.
"""

import socket
import ssl
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import certifi

from persona.errors import Refused, Transient
from persona.hosts import is_public

CONNECT_SECONDS = 5.0
RESOLVE_SECONDS = 5.0
MOST_DIALLED = 3
"""Addresses of one name that are tried before it counts as unreachable."""


@dataclass(frozen=True, slots=True)
class Net:
    """How names become addresses (in text), addresses connections, and whom TLS trusts.

    `resolve` takes a name; `dial` an address, a port and seconds. Both raise OSError.
    """

    resolve: Callable[[str], Sequence[str]]
    dial: Callable[[str, int, float], socket.socket]
    trust: Callable[[], ssl.SSLContext]


def connect(host: str, port: int, until: float, net: Net) -> socket.socket:
    """An open connection to one of the host's addresses; `until` is of `time.monotonic`.

    Raises Refused where there is no such site or one of its addresses is not public, and Transient
    where none of them answers.
    """
    addresses = list(dict.fromkeys(_resolve(host, until, net)))
    if not addresses:
        raise Refused(f"there is no site called {host}", "absent")
    if not all(map(is_public, addresses)):
        raise Refused(f"{host} is not on the public internet, and I open nothing else", "inside")
    for address in addresses[:MOST_DIALLED]:
        seconds = min(CONNECT_SECONDS, until - time.monotonic())
        if seconds <= 0:
            break
        try:
            return net.dial(address, port, seconds)
        except OSError:
            continue
    raise Transient(f"{host} cannot be reached")


def _resolve(host: str, until: float, net: Net) -> Sequence[str]:
    """The host's addresses, in a thread of its own, since the system's resolver knows no deadline."""
    if host.startswith("["):
        return [host.strip("[]")]
    found: list[Sequence[str]] = []
    failed: list[OSError] = []

    def ask() -> None:
        try:
            found.append(net.resolve(host))
        except OSError as error:
            failed.append(error)

    thread = threading.Thread(target=ask, name=f"resolve {host}", daemon=True)
    thread.start()
    thread.join(max(0.0, min(RESOLVE_SECONDS, until - time.monotonic())))
    if found:
        return found[0]
    if failed and failed[0].errno in (socket.EAI_NONAME, socket.EAI_FAIL):
        return []
    raise Transient(f"the address of {host} cannot be looked up")


def _ask_system(host: str) -> list[str]:
    found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    return [str(address[0]) for *_, address in found]


def _dial(address: str, port: int, seconds: float) -> socket.socket:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    connection = socket.socket(family, socket.SOCK_STREAM)
    try:
        connection.settimeout(seconds)
        connection.connect((address, port))
    except OSError:
        connection.close()
        raise
    return connection


def _trust() -> ssl.SSLContext:
    return ssl.create_default_context(cafile=certifi.where())


INTERNET = Net(_ask_system, _dial, _trust)
