"""Saying when and where: dates in the person's time zone, surfaces by their names."""

import re
from collections.abc import Iterable
from datetime import datetime
from zoneinfo import ZoneInfo

from persona.model import Address, Evidence, shortened
from persona.ports import Ports

LINE_END = re.compile("\r\n|[\n\r\x85\u2028\u2029]")
"""Every way to begin a line, so that no quoted words stand outside their quotation."""
MOST_QUOTED = 600
"""Characters of a quotation."""


def when(at: float, ports: Ports) -> str:
    """`today at 07:15`, `yesterday at 18:02`, else `3 March 2026 at 09:00`."""
    zone = ZoneInfo(ports.settings.timezone)
    moment = datetime.fromtimestamp(at, zone)
    days = (datetime.fromtimestamp(ports.clock.now(), zone).date() - moment.date()).days
    clock = f"{moment:%H:%M}"
    if days in (0, 1):
        return f"{('today', 'yesterday')[days]} at {clock}"
    return f"{moment.day} {moment:%B %Y} at {clock}"


def where(surface: str, ports: Ports) -> str:
    """The surface as people call it: `on Slack`, `by SMS`, `by email`, `on the web`."""
    title = ports.surfaces[surface].title if surface in ports.surfaces else surface
    return {"sms": "by SMS", "email": "by email", "web": "on the web"}.get(surface, f"on {title}")


def named(address: Address, ports: Ports) -> str:
    """The exact address with its surface: `SMS +14155550101`."""
    surface = ports.surfaces.get(address.surface)
    return f"{surface.title if surface else address.surface} {address.id}"


def speaker(author: str) -> str:
    """How one of several people is told from the others: by the vendor's own id."""
    return Address.parse(author).id.rpartition(":")[2]


def quote(one: Evidence, ports: Ports, by: str = "") -> str:
    """The words as they were said, with when and on which surface; `by` whom, where many speak."""
    who = f"{by} said" if by else "you told me"
    place = where(one.surface, ports)
    if one.audience == "lane" and not by:
        place += ", where others read it"
    lines = LINE_END.split(shortened(one.text.strip(), MOST_QUOTED))
    marks = "\n> " if len(lines) > 1 else " "
    body = "\n> ".join(lines) if len(lines) > 1 else f"“{''.join(lines)}”"
    return f"{who} {place}, {when(one.at, ports)}:{marks}{body}"


def sentence(text: str) -> str:
    """The text with a capital at its beginning, and the rest as it is."""
    return text[:1].upper() + text[1:]


def numbered(lines: Iterable[str]) -> str:
    return "\n".join(f"{n}. {line}" for n, line in enumerate(lines, 1))
