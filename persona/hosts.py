"""Names and addresses of hosts: the one spelling of each, and which of them are public.

A name is a full one in ASCII (IDNA, UTS 46), in lower case and without a dot at its end; what a
browser would read as a number is an address. Every address that is not the public internet's
belongs to the machine, its net or its cloud.

`ipaddress` alone is too lenient: it takes for global what leads back inside (addresses of IPv4 in
IPv6, tunnels, relays). So IPv6 is what is given out for the public internet and nothing else.
"""

import re
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ipaddress import IPv4Network, IPv6Network

PUBLIC_6 = "2000::/3"
"""All of IPv6 that is given out as global unicast (IANA, IPv6 address space)."""
CLOSED = (
    "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12",
    "192.0.0.0/24", "192.0.2.0/24", "192.31.196.0/24", "192.52.193.0/24", "192.88.99.0/24",
    "192.168.0.0/16", "192.175.48.0/24", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24",
    "224.0.0.0/4", "240.0.0.0/4",
    "168.63.129.16/32",  # Azure's own services, at an address that looks public
    "2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20",
)  # fmt: skip
"""IANA's special-purpose registries (RFC 6890), with the relays and tunnels in them."""

LABELS = re.compile(
    r"(?=.{4,253}$)(?:[a-z0-9](?:[a-z0-9_-]{0,61}[a-z0-9])?\.)+[a-z](?:[a-z0-9-]{0,61}[a-z0-9])"
)
NUMERIC = re.compile(r"\d+|0x[0-9a-f]*")


def read_name(text: str) -> str:
    """The full name of a site in its one spelling. Raises ValueError for anything else."""
    name = _ascii(text)
    if not LABELS.fullmatch(name):
        raise ValueError("that is not the full name of a site")
    return name


def read_host(text: str) -> str:
    """The same, or a public address in its usual spelling, one of IPv6 in brackets."""
    if text.startswith("["):
        return f"[{_public(text[1:-1])}]"
    name = _ascii(text)
    if NUMERIC.fullmatch(name.rpartition(".")[2]):  # browsers read such a name as a number
        return _public(name)
    return read_name(name)


def _ascii(text: str) -> str:
    name = text.lower()
    if not name.isascii() or "xn--" in name:
        import idna

        name = idna.encode(name, uts46=True, std3_rules=True).decode("ascii")
    return name.removesuffix(".")


def _public(address: str) -> str:
    from ipaddress import ip_address

    if not is_public(address):
        raise ValueError("that address is not on the public internet")
    return str(ip_address(address))


def is_public(address: str) -> bool:
    """Whether this address, in its usual spelling, is one of the public internet's."""
    from ipaddress import IPv6Address, ip_address, ip_network

    try:
        read = ip_address(address)
    except ValueError:
        return False
    if isinstance(read, IPv6Address) and (read.scope_id or read not in ip_network(PUBLIC_6)):
        return False
    return read.is_global and not any(read in closed for closed in _closed())


@cache
def _closed() -> "tuple[IPv4Network | IPv6Network, ...]":
    from ipaddress import ip_network

    return tuple(ip_network(one) for one in CLOSED)
