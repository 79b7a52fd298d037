"""Finds where a trail without quote marks begins: a separator line, or copied header fields below it."""

import re

from surfaces.email.languages import STAMP, alternatives
from surfaces.email.lines import Line, joined, next_line

_FORWARD = alternatives("forwarded")
_SEPARATOR = re.compile(
    rf"(?:[-_=>*# ]{{2,}}\s*(?:{alternatives('original')}|{_FORWARD})\s*:?\s*(?:[-_=<*#]{{2,}}|\Z)"
    rf"|[-_]{{4,}} ?forwarded by .{{3,120}}? on .{{6,40}}|(?:{_FORWARD}) ?:(?: |\Z))",
    re.IGNORECASE,
)
_FORWARDED = re.compile(rf"[-_=>*# ]*(?:{_FORWARD})\s*:?\s*[-_=<*#]*$", re.IGNORECASE)
_RULE = re.compile(r"([-=_~#*.\u2014\u2015\u2500])\1{3,}")


def is_forward(lines: list[Line]) -> bool:
    """Whether a mail begins as one that only hands another on."""
    first = next((line.bare for line in lines if not line.is_blank), "")
    return _FORWARDED.match(first) is not None


def separates(lines: list[Line], at: int) -> bool:
    """Whether a trail begins here, for certain."""
    return (
        _SEPARATOR.match(joined(lines[at : at + 2])) is not None
        or _opens_notes_reply(lines, at)
        or _is_rule_above_fields(lines, at)
    )


def _opens_notes_reply(lines: list[Line], at: int) -> bool:
    """Lotus Notes: a writer and a date on short lines of their own, then To, cc and Subject."""
    end = at
    while end < min(len(lines), at + 7) and _may_name_writer(lines[end]):
        end += 1
    seen = joined(lines[at:end])
    below = next_line(lines, end)
    if end == at or below is None or below - end > 4 or len(seen) >= 200:
        return False
    is_dated = re.search(r"\d{1,2}[/.-]\d{1,2}[/.-]\d{2,4}", seen) and re.search(r"\d:\d\d", seen)
    fields = {line.field for line in lines[below : below + 60]}
    return bool(is_dated) and lines[below].field == "to" and {"subject", "other"} <= fields


def _may_name_writer(line: Line) -> bool:
    return not line.is_blank and line.field in ("", "other") and "----" not in line.bare


def _is_rule_above_fields(lines: list[Line], at: int) -> bool:
    below = next_line(lines, at + 1) if _RULE.fullmatch(lines[at].bare) else None
    return below is not None and opens_header_block(lines, below)


def opens_header_block(lines: list[Line], at: int) -> bool:
    """Whether copied header fields begin here: three of them, among these the writer or a date."""
    if lines[at].field in ("", "other"):
        return False
    fields = _fields_below(lines, at)
    real = fields - {"other"}
    is_addressed = any("@" in line.bare for line in lines[at : at + 6])
    if not is_addressed and "subject" not in real:
        # A journey has a From, a To and a Date as well.
        return False
    if len(real) >= 3:
        return True
    is_dated = STAMP.search(joined(lines[at : at + 4])) is not None
    return len(real) == 2 and "sender" in real and is_dated


def _fields_below(lines: list[Line], at: int) -> set[str]:
    """Which fields stand here together, however far their values are folded."""
    fields, folded = set[str](), 0
    for line in lines[at : at + 60]:
        if line.field:
            fields.add(line.field)
            folded = 0
        elif line.is_blank and fields - {"sender"}:
            break
        else:
            # Recipients go on for many lines; a writer's own words are not so short of fields.
            folded += not line.is_blank
            if folded > (40 if fields & {"to", "other"} else 2):
                break
    return fields
