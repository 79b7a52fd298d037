"""Cuts the quoted trail out of a mail, unless the quotes are what the new words answer."""

from surfaces.email.attribution import attribution_end, foreign_mark, opens_with_attribution
from surfaces.email.lines import Line, next_line
from surfaces.email.separators import opens_header_block, separates
from surfaces.email.signature import signs

_Stretch = tuple[int, int]
"""What stays of a quoted stretch, as the first line kept and the end of it: equal where nothing does."""


def without_trail(lines: list[Line]) -> list[Line]:
    """The lines before the trail; with answers between quotes, all but the lines that introduce these."""
    at, out = 0, list[Line]()
    while at < len(lines):
        started = any(not line.is_blank for line in out)
        kept, end = _stretch(lines, at, started=started) or (at, at + 1)
        out += lines[kept:end]
        at = end
    return out


def _stretch(lines: list[Line], at: int, *, started: bool) -> _Stretch | None:
    """The quoted stretch that begins here, if one does; `started` says that new words stand above."""
    nothing = (len(lines), len(lines))
    if lines[at].is_blank:
        return None
    if lines[at].is_quoted:
        return _quote(lines, at, introduced=False, started=started)
    if separates(lines, at):
        return nothing
    if opens_header_block(lines, at):
        return nothing if started else (at, len(lines))
    end = attribution_end(lines, at)
    if not end:
        return None
    below = next_line(lines, end)
    if below is not None and (lines[below].is_quoted or foreign_mark(lines, below)):
        return _quote(lines, below, introduced=True, started=started)
    if started:
        return nothing
    return (end, end) if below is not None else None


def _quote(lines: list[Line], at: int, *, introduced: bool, started: bool) -> _Stretch:
    """An introduced quote goes where nothing follows, or where it stands alone above the answer.

    A quote that no line introduces stays: people also set their own words apart so.
    """
    end = _quote_end(lines, at)
    if not introduced and not opens_with_attribution(lines[at : at + 4]):
        return at, end
    if _nothing_follows(lines, end):
        return len(lines), len(lines)
    if not started and not any(line.is_quoted for line in lines[end:]):
        return end, end
    return at, end


def _quote_end(lines: list[Line], at: int) -> int:
    mark = "" if lines[at].is_quoted else foreign_mark(lines, at)
    end = at
    while end < len(lines) and (
        lines[end].is_quoted
        or (mark and lines[end].raw.startswith(mark))
        or _is_gap(lines, end)
        or _is_wrapped(lines, end)
    ):
        end += 1
    return end


def _is_gap(lines: list[Line], at: int) -> bool:
    """A line without words between quoted ones."""
    below = None if lines[at].has_words else next_line(lines, at)
    return below is not None and lines[below].is_quoted


def _is_wrapped(lines: list[Line], at: int) -> bool:
    """The end of a long quoted line that a mailer broke without marking it: it goes on in lower case."""
    if not 0 < at < len(lines) - 1 or not lines[at - 1].is_quoted or not lines[at + 1].is_quoted:
        return False
    is_broken = len(lines[at - 1].raw) >= 70 and lines[at - 1].bare[-1:] not in ".?!:"
    return is_broken and lines[at].bare[:1].islower() and len(lines[at].bare) < 60


def _nothing_follows(lines: list[Line], at: int) -> bool:
    """Whether the rest of the mail is blank, without a word, or a signature."""
    for below in range(at, len(lines)):
        if signs(lines, below, below_quote=True):
            return True
        if lines[below].has_words:
            return False
    return True
