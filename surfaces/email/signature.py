"""Takes the signature off the end of a mail: a `-- ` block, a "Sent from my ..." line, rules.

Nothing else is promised: a name below a greeting may as well be said.
"""

import re

from surfaces.email.languages import alternatives
from surfaces.email.lines import Line, next_line

_DEVICE = re.compile(
    rf"(?:{alternatives('device')})"
    r"[^.?!;:]{0,60}\.?(?:<[^<>]{0,300}>|\(http[^()]{0,300}\))?$",
    re.IGNORECASE,
)
_RULE_BELOW_QUOTE = re.compile(r"_{2,}|-{2,}|={3,}")
_RULE_AT_END = re.compile(r"([-=_~#*+\u2014])\1+|[\u1427\u200b]")


def without_signature(lines: list[Line]) -> list[Line]:
    first = next((at for at, line in enumerate(lines) if not line.is_blank), len(lines))
    end = next((at for at in range(first + 1, len(lines)) if signs(lines, at)), len(lines))
    while end and (lines[end - 1].is_blank or _RULE_AT_END.fullmatch(lines[end - 1].raw.strip())):
        end -= 1
    return lines[:end]


def is_device(lines: list[Line]) -> bool:
    """Whether these lines hold a device's advertisement of itself, and nothing else."""
    said = [line for line in lines if not line.is_blank]
    return len(said) == 1 and _DEVICE.match(said[0].bare) is not None


def signs(lines: list[Line], at: int, *, below_quote: bool = False) -> bool:
    """Whether the signature begins here; below a quote, where little is said, less is asked for."""
    line = lines[at]
    if _DEVICE.match(line.bare):
        return below_quote or lines[at - 1].is_blank or next_line(lines, at + 1) is None
    is_rule = below_quote and _RULE_BELOW_QUOTE.fullmatch(line.bare)
    if line.bare not in ("--", "\u2014") and not is_rule:
        return False
    rest = [below for below in lines[at + 1 : at + 80] if not below.is_blank]
    if line.raw == "-- " or below_quote:
        return len(rest) <= 25
    # Without its space the delimiter may also part two sections, and those have sentences.
    return line.bare == "--" and len(rest) <= 12 and all(len(below.bare) <= 100 for below in rest)
