"""Words for Slack: cut into messages that it takes, and unable to call anybody."""

import re
from collections.abc import Iterator

PART = 3_500
"""Characters a message: it goes out twice, as a markdown block and as the fallback text."""
LINE = PART - 100
FENCE = re.compile(r" {0,3}(`{3,20}|~{3,20})([^`]*)")


def split(text: str) -> tuple[str, ...]:
    """The parts of a long text, cut between lines, with code fences closed and opened again."""
    parts: list[str] = []
    lines: list[str] = []
    size, fence = 0, ""
    for line in _lines(text):
        if lines and size + _size(line) > PART:
            parts.append("\n".join([*lines, _mark(fence)] if fence else lines))
            lines = [fence] if fence else []
            size = sum(map(_size, lines))
        lines.append(line)
        size += _size(line)
        fence = _fence_behind(line, fence)
    if lines:
        parts.append("\n".join([*lines, _mark(fence)] if fence else lines))
    return tuple(part for part in parts if part.strip())


def _lines(text: str) -> Iterator[str]:
    """The lines; one too long for a part in pieces, between words where it has any."""
    for line in text.split("\n"):
        piece, size = "", 0
        for word in [line] if _size(line) <= LINE else _words_of(line):
            length = len(escape(word))
            if piece and size + length > LINE:
                yield piece
                piece, size = "", 0
            piece, size = piece + word, size + length
        yield piece


def _words_of(line: str) -> Iterator[str]:
    import regex

    for word in regex.findall(r"\S+\s*|\s+", line):
        for letter in [word] if len(word) < 200 else regex.findall(r"\X", word):
            yield from (letter[at : at + 200] for at in range(0, len(letter), 200))


def _size(line: str) -> int:
    """Characters on the wire, with the line's end."""
    return len(escape(line)) + 1


def _fence_behind(line: str, fence: str) -> str:
    """The code fence that is open behind this line; empty outside of code (CommonMark 4.5)."""
    found = FENCE.fullmatch(line)
    if found is None:
        return fence
    mark, about = found.groups()
    if not fence:
        return mark + about.strip()[:20]
    return "" if mark.startswith(_mark(fence)) and not about.strip() else fence


def _mark(fence: str) -> str:
    """The run of letters that closes a fence."""
    return fence[: len(fence) - len(fence.lstrip(fence[:1]))]


def escape(text: str) -> str:
    """Text that can call nobody: no mention, no group, no channel-wide shout survives."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
