"""Whom and what somebody speaks of: “my sister Ann”, “Dr. Weber”, “my garden”."""

import re
from collections.abc import Iterator
from typing import Literal

from persona.compiled import compiled
from persona.memory.dates import MONTHS, WEEKDAYS
from persona.memory.terms import stem

Mention = tuple[Literal["person", "thing", "topic"], str, int, int]
"""What it is, its name in lower case, and where it stands."""
KIN = frozenset(
    """sister brother mother father mom mum dad son daughter wife husband partner girlfriend
    boyfriend aunt uncle cousin niece nephew grandmother grandfather grandma grandpa boss
    colleague coworker friend neighbour neighbor landlord landlady doctor dentist therapist lawyer
    teacher trainer roommate flatmate client fiancé fiancée stepson stepdaughter stepfather
    stepmother godmother godfather twin kid child baby""".split()
)
NOT_OWNED = frozenset(
    """own way mind god goodness bad opinion name favourite favorite best first last next new old
    word words turn fault guess point question side part self time day life head eyes hands bets
    pleasure apologies mistake view understanding knowledge experience whole only very other
    little big good dear biggest greatest worst main friends family parents sources source usual
    thing stuff kind place end side behalf""".split()
)
NAME = r"[A-ZÄÖÜÉÀÇÑØ][a-zà-öø-ÿß]+(?:-[A-Z][a-zà-öø-ÿ]+)?"
RELATED = rf"\b(?i:my|our)\s+(?P<kin>[a-zé]+)(?:(?i:\s*,|\s+called|\s+named)?\s+(?P<name>{NAME}))?"
TITLED = rf"\b(?:Dr|Mr|Mrs|Ms|Prof|Professor|Herr|Frau|Mme|Señora?)\b\.?\s+(?P<name>{NAME})"
MET = (
    r"\b(?:met|meet|meeting|call|called|ask|asked|tell|told|phone|phoned|saw|visit|visited|invite"
    rf"|invited|text|texted|thank|with)\s+(?P<name>{NAME})\b(?!\s+[A-Z])"
)
NAMED = rf"(?<=[a-z,;] )(?P<name>{NAME}(?:\s{NAME}){{0,2}})"
ABOUT = r"\b(?:about|regarding|concerning)\s+(?:the|our|this|that)\s+(?P<name>[a-z][\w-]{3,})\b"
OWN = re.compile(r"\b(?:[Mm]y|[Oo]ur) ")
CAPITAL = re.compile(r"[\w,;.] [A-ZÄÖÜÉÀÇÑØ][a-z]")
"""Without which nobody is named."""
ENGLISH = re.compile(r"\b(?:the|and|to|of|my|with|at|is|from|for)\b")
CALENDAR = frozenset({*WEEKDAYS, *MONTHS, "i"})


def mentions(text: str) -> Iterator[Mention]:
    """Each once, people first. Names are told by capitals, so only where small letters are written."""
    seen: set[str] = set()
    for found in compiled(RELATED).finditer(text) if OWN.search(text) else ():
        kin, name = found["kin"].casefold(), found["name"]
        if kin in KIN:
            yield from _new(seen, "person", (name or kin).casefold(), found)
        elif kin not in NOT_OWNED and len(kin) > 2:
            yield from _new(seen, "topic", stem(kin), found)
    for found in compiled(ABOUT).finditer(text) if "ing " in text or "about " in text else ():
        yield from _new(seen, "topic", stem(found["name"]), found)
    if not CAPITAL.search(text):
        return
    for pattern in (TITLED, MET):
        for found in compiled(pattern).finditer(text):
            if found["name"].casefold() not in CALENDAR:
                yield from _new(seen, "person", found["name"].casefold(), found)
    if ENGLISH.search(text):
        for found in compiled(NAMED).finditer(text):
            name = found["name"].casefold()
            if name not in CALENDAR and not seen.intersection(name.split()):
                yield from _new(seen, "thing", name, found, "name")


def _new(
    seen: set[str],
    what: Literal["person", "thing", "topic"],
    name: str,
    found: re.Match[str],
    group: str | int = 0,
) -> Iterator[Mention]:
    if name not in seen:
        seen.add(name)
        start = found.start(group)
        end = found.end(group)
        yield what, name, start, end
