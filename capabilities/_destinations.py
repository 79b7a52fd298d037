"""The one spelling of what says where data goes, so that twins in case, space or script are none."""

import re
import unicodedata
from urllib.parse import urlsplit, urlunsplit

from persona.declare import Destination

MAIL = re.compile(r"[a-z0-9.!#$%&'*+/=?^_{|}~-]{1,64}@[a-z0-9-]+(\.[a-z0-9-]+)+", re.ASCII)
NUMBER = re.compile(r"\+[1-9][0-9]{6,14}", re.ASCII)
HOST = re.compile(r"[a-z0-9-]+(\.[a-z0-9-]+)*|\[[0-9a-f:.]+\]", re.ASCII)


def read_mail(text: str) -> str:
    """A mail address in lower case. Raises ValueError for anything else.

    ASCII alone: an address in another script could be the twin of a known one.
    """
    folded = unicodedata.normalize("NFKC", text.strip()).lower().removeprefix("mailto:")
    if len(folded) > 254 or not MAIL.fullmatch(folded):
        raise ValueError("not a mail address")
    return folded


def read_number(text: str) -> str:
    """A telephone number in E.164. Raises ValueError for anything else."""
    bare = re.sub(r"[\s().-]", "", unicodedata.normalize("NFKC", text))
    if not NUMBER.fullmatch(bare):
        raise ValueError("not a telephone number with its country, such as +41446681800")
    return bare


def read_url(text: str) -> str:
    """A web address without a name or a fragment in it. Raises ValueError for anything else."""
    parts = urlsplit(text.strip())
    host, port = (parts.hostname or "").lower(), parts.port
    shown = f"[{host}]" if ":" in host else host
    if parts.scheme.lower() not in ("http", "https") or parts.username or not HOST.fullmatch(shown):
        raise ValueError("not a web address")
    is_usual = port in (None, {"http": 80, "https": 443}[parts.scheme.lower()])
    place = shown if is_usual else f"{shown}:{port}"
    return urlunsplit((parts.scheme.lower(), place, parts.path or "/", parts.query, ""))


DESTINATIONS = {
    "email": Destination("email", read_mail),
    "sms": Destination("sms", read_number),
    "url": Destination("url", read_url),
}
"""By the surface whose addresses they are, and web addresses."""
