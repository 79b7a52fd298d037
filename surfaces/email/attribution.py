"""Finds the lines that introduce a quote: a date or an address, then a verb of writing or a colon."""

import re

from surfaces.email.languages import STAMP, alternatives
from surfaces.email.lines import Line, joined, next_line

MAX_ATTRIBUTION = 300
"""Characters of an attribution."""

_VERBS = alternatives("wrote")
_INTRODUCED = re.compile(
    rf"(?:\b|(?<=\W)|(?<=[\d>”\"]))(?:{_VERBS})"
    r"(?:\s*(?:-{2,})?|(?P<name> .{2,80}[:\uff1a])|\s*[:\uff1a])$",
    re.IGNORECASE,
)
_OPENING = re.compile(
    rf"(?:-{{2,}} ?)?(?:(?:{alternatives('opening')})\b|\d{{1,4}}[-/.年:h ]|[\"<\u3040-\u9fff])",
    re.IGNORECASE,
)
_VERB = re.compile(rf"(?:{_VERBS})\s*[:\uff1a]", re.IGNORECASE)
_CLOSING = re.compile(rf">\s*(?:{_VERBS})?\s*[:\uff1a]", re.IGNORECASE)
_WRITER = re.compile(r"[^\s<>@]@[^\s<>@]|&lt;")
_OLD_GMAIL = re.compile(r"\d{4}[-/]\d{1,2}[-/]\d{1,2} \d{1,2}:\d\d GMT[+-]\d{1,2}:\d\d \S.{1,80}")


def attribution_end(lines: list[Line], at: int) -> int:
    """The line after the attribution that begins at `at`, or 0."""
    first = lines[at].bare
    if _OLD_GMAIL.fullmatch(first):
        return at + 1
    if not _OPENING.match(first) and not _WRITER.search(first) and "<" not in first:
        return 0
    text = ""
    for end in range(at, min(len(lines), at + 6)):
        if _breaks_off(lines, end, text):
            return 0
        text = f"{text} {lines[end].bare}".strip()
        quotes = _quote_follows(lines, end + 1)
        if _introduces(text, quotes=quotes):
            # The shortest run of lines is the attribution: what stands above it was written.
            tails = (joined(lines[start : end + 1]) for start in range(at + 1, end + 1))
            return 0 if any(_is_attribution(tail, quotes=quotes) for tail in tails) else end + 1
    return 0


def _breaks_off(lines: list[Line], at: int, text: str) -> bool:
    """Whether an attribution that reads `text` so far cannot go on in this line."""
    line = lines[at]
    closes = text and not lines[at - 1].is_quoted and _CLOSING.fullmatch(line.bare)
    parts = line.is_blank and lines[min(at + 1, len(lines) - 1)].bare != "<"
    return (line.is_quoted and not closes) or parts or len(text) > 400


def _quote_follows(lines: list[Line], at: int) -> bool:
    below = next_line(lines, at)
    if below is None or _CLOSING.fullmatch(lines[below].bare):
        return False
    return lines[below].is_quoted or bool(foreign_mark(lines, below))


def foreign_mark(lines: list[Line], at: int) -> str:
    """What marks each of the next lines (`|`, `:`, `Name>`): only believed below an attribution."""
    nearby = [line.raw for line in lines[at : at + 4] if line.raw.strip()]
    mark = re.match(r"[|:]|[A-Za-z]{1,12}>", nearby[0]) if nearby else None
    return mark[0] if mark and all(raw.startswith(mark[0]) for raw in nearby[:2]) else ""


def _introduces(text: str, *, quotes: bool) -> bool:
    """Whether `text` is an attribution; `quotes` says that quoted lines follow it."""
    if len(text) > MAX_ATTRIBUTION:
        return False
    verb = _INTRODUCED.search(text)
    if not verb and not text.endswith((":", "\uff1a", ">")):
        return False
    is_dated, is_addressed = STAMP.search(text) is not None, _WRITER.search(text) is not None
    is_opened = _OPENING.match(text) is not None
    if verb:
        # A verb before the name is also how people report: it needs an address or quotes below.
        is_sure = not verb["name"] or is_addressed or quotes
        return is_sure and ((is_dated and is_opened) or (is_addressed and len(text) < 200))
    is_closed = quotes or not text.endswith(">")
    return is_closed and is_dated and is_addressed and (is_opened or quotes) and "?" not in text


def _is_attribution(text: str, *, quotes: bool) -> bool:
    """Whether `text` is one from its first word on."""
    return bool(_OPENING.match(text) and STAMP.search(text)) and _introduces(text, quotes=quotes)


def opens_with_attribution(quoted: list[Line]) -> bool:
    """Whether a quote introduces itself in these first lines of it."""
    lines = [line.unquoted() for line in quoted]
    head = joined(lines)[:MAX_ATTRIBUTION]
    verb = _VERB.search(head)
    if verb and _introduces(head[: verb.end()], quotes=True):
        return True
    return sum(1 for line in lines if line.field) >= 2
