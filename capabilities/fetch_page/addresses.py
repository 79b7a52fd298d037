"""Which addresses of a network are public; every other belongs to the machine, its net or its cloud.

`ipaddress` alone is too lenient: it takes for global what leads back inside (addresses of IPv4 in
IPv6, tunnels, relays). So IPv6 is what is given out for the public internet and nothing else.
"""

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
