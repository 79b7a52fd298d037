"""Lays the words of a page out in lines: blocks apart, list items and quotes marked, links named."""

import re
from urllib.parse import urlsplit

from persona.reading.look import Look
from persona.reading.text import tidy

MAX_QUOTES = 20
"""Marks on one line; a page may nest its quotes without end."""
MAX_TARGET = 300

_BLOCKS = frozenset(
    "address article aside blockquote body br center dd details div dl dt fieldset figure footer form "
    "h1 h2 h3 h4 h5 h6 header hr li main nav ol p pre section summary table tr ul".split()
)
_APART = frozenset("blockquote h1 h2 h3 h4 h5 h6 hr p pre table ul ol".split())
"""Blocks with an empty line before and after them."""


class Layout:
    """Lines of text in the making."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.line: list[str] = []

    def open(self, tag: str, look: Look) -> None:
        if tag in _BLOCKS:
            outer = Look(quotes=look.quotes - 1) if tag == "blockquote" else look
            self._feed(outer.quotes, always=tag == "br")
            if tag in _APART:
                self._part(outer.quotes)
        if tag == "li":
            self.line = ["- "]
        elif tag in ("td", "th") and self.line:
            self.line.append(" ")

    def write(self, text: str, look: Look) -> None:
        if look.is_faint:
            return
        if look.is_verbatim:
            *whole, text = text.split("\n")
            for piece in whole:
                self.line.append(piece)
                self._feed(look.quotes, always=True)
        else:
            text = re.sub(r"[ \t\r\n\f\xa0]+", " ", text)
            text = text.lstrip(" ") if not self.line or self.line[-1].endswith(" ") else text
        if text:
            self.line.append(text)

    def close(self, tag: str, look: Look, target: str) -> None:
        """Ends an element; `target` is where a link leads, '' where that is not to be told."""
        if tag in _BLOCKS and tag != "br":
            self._feed(look.quotes)
            if tag == "blockquote":
                while self.lines and not self.lines[-1].strip("> "):
                    self.lines.pop()
                self.lines.append(_mark(look.quotes - 1).rstrip())
            elif tag in _APART:
                self._part(look.quotes)
        if target.startswith(("http://", "https://")) and len(target) <= MAX_TARGET:
            shown = "".join(self.line[-20:])
            if not _is_shown(target, shown):
                self.line.append(f" ({target})")

    def finished(self) -> str:
        self._feed(0)
        return re.sub(r"\n{3,}", "\n\n", tidy("\n".join(self.lines))).strip("\n")

    def _feed(self, quotes: int, *, always: bool = False) -> None:
        """Ends the line; an empty one stands only where the page asks for it."""
        line = "".join(self.line).rstrip()
        if always or line.strip():
            self.lines.append(_mark(quotes) + line)
        self.line = []

    def _part(self, quotes: int) -> None:
        """One empty line, unless the last is one."""
        if self.lines and self.lines[-1].strip("> "):
            self.lines.append(_mark(quotes).rstrip())


def _mark(quotes: int) -> str:
    return "> " * min(quotes, MAX_QUOTES)


def _is_shown(target: str, shown: str) -> bool:
    try:
        parts = urlsplit(target)
        return target in shown or (parts.netloc + parts.path).rstrip("/") in shown
    except ValueError:
        return True
