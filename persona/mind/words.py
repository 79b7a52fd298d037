"""Saying when and where: dates in the person's time zone, surfaces by their names."""

import re
from collections.abc import Iterable
from datetime import datetime
from zoneinfo import ZoneInfo

from persona.ids import LETTERS
from persona.memory.own import others_words, own_of
from persona.model import Address, Evidence, shortened
from persona.ports import Ports

LINE_END = re.compile("\r\n|[\n\r\x85\u2028\u2029]")
"""Every way to begin a line, so that no quoted words stand outside their quotation."""
MOST_QUOTED = 600
"""Characters of a quotation."""
CODE = re.compile(
    r"\b(approve|deny|link)[\s:]+[\W_]*"
    rf"(?-i:[{LETTERS}]{{6,8}}|(?=[A-Za-z]{{0,7}}[2-9])[A-Za-z2-9]{{6,8}})\b",
    re.IGNORECASE,
)


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


def quote(one: Evidence, ports: Ports, by: str = "", whole: bool = True) -> str:
    """The words as they were said, with when and on which surface; `by` whom, where many speak.

    What was only passed on stands apart from what was said, and is called so; unless the `whole`
    message is wanted it is left out.
    """
    own = own_of(one)
    others = in_quotes(others_words(one.text)) if one.passes_on and whole else ""
    if not own:
        return pasted(one, ports, by)
    said = f"{f'{by} said' if by else 'you told me'} {place(one, ports, by)}:{in_quotes(own)}"
    joint = "\n" if "\n" in said else ", "
    return f"{said}{joint}and pasted:{others}" if others else said


def pasted(one: Evidence, ports: Ports, by: str = "") -> str:
    """What somebody only passed on, and never said."""
    others = in_quotes(others_words(one.text))
    return f"{by or 'you'} pasted {place(one, ports, by)}:{others}"


def place(one: Evidence, ports: Ports, by: str) -> str:
    """On which surface and when; whether others could read it, where that says something."""
    heard = ", where others read it" if one.audience == "lane" and not by else ""
    return f"{where(one.surface, ports)}{heard}, {when(one.at, ports)}"


def without_codes(text: str) -> str:
    """The text without the codes in it that answer a question.

    A mind that knew the code of a question could have it said for something else.
    """
    return CODE.sub("\\1 \u2026\u2026", text)


def in_quotes(text: str) -> str:
    """The text between quotation marks, or several lines as a quotation; no codes in it."""
    lines = LINE_END.split(shortened(without_codes(text.strip()), MOST_QUOTED))
    return f" “{lines[0]}”" if len(lines) == 1 else "\n> " + "\n> ".join(lines)


def sentence(text: str) -> str:
    """The text with a capital at its beginning, and the rest as it is."""
    return text[:1].upper() + text[1:]


def numbered(lines: Iterable[str]) -> str:
    return "\n".join(f"{n}. {line}" for n, line in enumerate(lines, 1))
