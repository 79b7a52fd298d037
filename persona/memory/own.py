"""Whose words they are: a message split into what the person says and what others said.

What is quoted, pasted, forwarded or told as somebody else's is kept with the message and is never
evidence about the person who passed it on; nor is a command in it obeyed. The split is a pure
function of the text, so it is worked out again wherever it is needed: other signs than these a
surface turns into `>` lines, which mean the same everywhere (`as_others`).

A wrong "others'" only makes the persona say "you pasted"; a wrong "own" would put words into
somebody's mouth. Where there is no sign at all, the words are the person's.
"""

import re
from dataclasses import dataclass

from persona.model import Evidence

Span = tuple[int, int]

GAP = "“…”"
"""What stands in the person's own words for a quotation inside a sentence."""
LONG = 1_500
"""Characters of lines in which nobody says "I", from which on they are taken for a pasted text."""
QUOTATION = r"\"[^\"\n]{2,1000}\"|“[^”\n]{2,1000}”|„[^“”\n]{2,1000}[“”]|«[^»\n]{2,1000}»|「[^」\n]{2,1000}」"
MOST_READ = 60_000
"""Characters that are split; whatever is beyond counts as others', since nobody types so much."""

SIGNS = re.compile(
    r"^[ \t]*[><\[]|```|[:\uff1a\"“”«»„「]|^[-_=>*# ]{2,}\S|forwarded|original message|Traceback",
    re.MULTILINE | re.IGNORECASE,
)
"""Without any of these, and short, a message is all the person's own."""


@dataclass(frozen=True, slots=True)
class Part:
    """A stretch of a message, as it stands there."""

    text: str
    is_own: bool


def split(text: str) -> tuple[Part, ...]:
    """The message in parts, in order; joined they are the message."""
    parts: list[Part] = []
    at = 0
    for start, end in _others(text):
        parts += [Part(text[at:start], is_own=True), Part(text[start:end], is_own=False)]
        at = end
    parts.append(Part(text[at:], is_own=True))
    return tuple(part for part in parts if part.text)


def passes_on(text: str) -> bool:
    """Whether any of it is somebody else's."""
    return bool(_others(text))


def own_words(text: str) -> str:
    """What the person says in it; `GAP` stands for what is quoted inside a sentence."""
    spans = _others(text)
    if not spans:
        return text
    kept, at = list[str](), 0
    for start, end in spans:
        kept += [text[at:start], GAP if _is_inside_line(text, start, end) else ""]
        at = end
    own = "".join([*kept, text[at:]]).strip()
    return own if own.replace(GAP, "").strip(" \t\n.,;:!?…-\u2013\u2014") else ""


def others_words(text: str) -> str:
    """What is somebody else's in it, without the marks that say so."""
    found = [text[start:end].strip("\n") for start, end in _others(text)]
    lines = [re.sub(r"^[ \t]{0,3}>[> ]*", "", line) for one in found for line in one.split("\n")]
    return "\n".join(lines).strip().removeprefix("```").removesuffix("```").strip()


def own_of(one: Evidence) -> str:
    """The person's own words of a piece of evidence."""
    return own_words(one.text) if one.passes_on else one.text


def stands(quote: str, text: str) -> bool:
    """Whether a quotation stands, word for word, in what the person says in a message."""
    wanted = _flat(quote)
    return bool(wanted) and any(part.is_own and wanted in _flat(part.text) for part in split(text))


def place_of(quote: str, text: str) -> Span | None:
    """Where in a message the person says these words, blanks aside; None where they do not."""
    wanted, at = re.compile(r"\s+".join(map(re.escape, quote.split()))), 0
    for part in split(text) if quote.strip() else ():
        found = wanted.search(part.text) if part.is_own else None
        if found:
            return at + found.start(), at + found.end()
        at += len(part.text)
    return None


def as_others(text: str) -> str:
    """The text marked as somebody else's, line by line; nothing stays nothing."""
    return text and "\n".join(f"> {line}".rstrip() for line in text.split("\n"))


def _flat(text: str) -> str:
    return " ".join(text.split())


def _others(text: str) -> list[Span]:
    """The stretches that are not the person's own, in order and apart."""
    if len(text) < LONG and not SIGNS.search(text):
        return []
    from persona.memory import others  # few messages need its many patterns

    return others.spans(text)


def _is_inside_line(text: str, start: int, end: int) -> bool:
    """Whether other words stand on the same line, before or behind."""
    before = text[text.rfind("\n", 0, start) + 1 : start]
    behind = text[end:].partition("\n")[0] if not text[:end].endswith("\n") else ""
    return bool(before.strip() or behind.strip())
