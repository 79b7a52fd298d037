"""The one form of a web address in which it is judged, approved and asked for.

A grammar of our own that is narrower than any browser's, because parsers that forgive disagree on
which host an address names, and that is the hole. What does not fit is no address.
"""

import re
from urllib.parse import quote

from persona.hosts import read_host

MOST_CHARACTERS = 2_000
PORTS = {"http": 80, "https": 443}
OTHER_PORTS = frozenset({80, 443, 8080, 8443})
"""Where pages are served; what listens elsewhere is rarely meant for a reader."""

_WHOLE = re.compile(
    r"(?P<scheme>https?)://(?P<host>\[[0-9a-f:.]+\]|[^\[\]/?#:@%]+)(?::(?P<port>[0-9]{0,5}))?"
    r"(?P<path>/[^?#]*)?(?:\?(?P<query>[^#]*))?(?:#.*)?",
    re.IGNORECASE,
)
_BLANK = re.compile(
    "[\\s\x00-\x20\x7f-\xa0\\\\\u00ad\u200b-\u200f\u2028-\u202f\u2060-\u206f\ufeff]"
)
"""Blanks, controls, what is not seen, and the backslash, which some readers take for a slash."""
_ESCAPE = re.compile(r"%([0-9a-fA-F]{2})?")
_PLAIN = re.compile(r"[A-Za-z0-9._~-]")
_KEPT = "%/:@!$&'()*+,;="


def read_url(text: str) -> str:
    """`scheme://host[:port]/path[?query]`: lower case, IDNA, no default port, nothing after `#`.

    Raises ValueError for another scheme or port, for names and passwords, for a host that is not a
    full name or a public address in its usual spelling, and for blanks and controls anywhere.
    """
    found = None if _BLANK.search(text) else _WHOLE.fullmatch(text)
    if found is None:
        raise ValueError("that is not the address of a web page")
    scheme, host = found["scheme"].lower(), read_host(found["host"])
    port = int(found["port"] or PORTS[scheme])
    if port not in OTHER_PORTS:
        raise ValueError(f"pages are not read from port {port}")
    place = "" if port == PORTS[scheme] else f":{port}"
    query = f"?{_escaped(found['query'], _KEPT + '?')}" if found["query"] else ""
    whole = f"{scheme}://{host}{place}{_without_dots(_escaped(found['path'] or '/', _KEPT))}{query}"
    if len(whole) > MOST_CHARACTERS:
        raise ValueError(f"an address has at most {MOST_CHARACTERS} characters")
    return whole


def _escaped(text: str, kept: str) -> str:
    """Each letter in the one way to write it: escaped only where it must be, in upper case."""
    return quote(_ESCAPE.sub(_unescaped, text), safe=kept, errors="strict")


def _unescaped(found: re.Match[str]) -> str:
    if not found[1]:
        return "%25"
    letter = chr(int(found[1], 16))
    return letter if _PLAIN.fullmatch(letter) else f"%{found[1].upper()}"


def _without_dots(path: str) -> str:
    """RFC 3986, 5.2.4: no `.` and no `..` is left."""
    kept: list[str] = []
    parts = path.split("/")[1:]
    for part in parts:
        if part == "..":
            kept = kept[:-1]
        elif part != ".":
            kept.append(part)
    if parts[-1] in (".", ".."):
        kept.append("")
    return "/" + "/".join(kept)
