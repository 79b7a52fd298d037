"""Where a credential may go: an https server, or one on this machine in the local stage."""

from urllib.parse import urlsplit

from persona.errors import Refused

LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})


def origin(url: str) -> tuple[str, str, int | None]:
    """Scheme, host and port; what shares them is one server. Raises ValueError for no address."""
    parts = urlsplit(url)
    port = parts.port or {"https": 443, "http": 80}.get(parts.scheme)
    return parts.scheme, (parts.hostname or "").lower(), port


def check_server(url: str, stage: str) -> str:
    """The URL, if a credential may go there. Raises Refused."""
    try:
        scheme, host, _ = origin(url)
        parts = urlsplit(url)
    except ValueError as error:
        raise Refused(f"{url!r} is no address of a server", "server") from error
    if parts.username or parts.password or not host:
        raise Refused("a server's address is https://host/path, without a name in it", "server")
    is_here = scheme == "http" and host in LOOPBACK and stage != "aws"
    if scheme != "https" and not is_here:
        raise Refused("credentials go over https only; the server's address is not", "server")
    return url
