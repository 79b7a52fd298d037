"""What is known of things without reading them: figures of what came back, dates in words."""

import re
from dataclasses import dataclass
from typing import Any, Literal

from persona.compiled import compiled

FigureKind = Literal["count", "clock"]


@dataclass(frozen=True, slots=True)
class Figure:
    """What can be known of that which came back without reading it, so that a plan can go by it.

    A `count` is a whole number, a `clock` a time of the day (`08:30`) by the clock of the zone that
    was asked for. Neither holds words, so nobody else's words decide what a plan does. `words` name
    it to a person, `heard` is the pattern of what they call it: of a count the things that are
    counted.
    """

    kind: FigureKind
    words: str
    heard: str

    def fits(self, value: object) -> bool:
        """Whether this is such a figure."""
        if self.kind == "count":
            return isinstance(value, int) and not isinstance(value, bool) and value >= 0
        return (
            isinstance(value, str) and re.fullmatch(r"(?:[01]\d|2[0-3]):[0-5]\d", value) is not None
        )


MONTHS = r"(?:jan|feb|mar|apr|may|jun|jul|aug|sept?|oct|nov|dec)[a-z]*"
DATED = (
    r"(?i)\d{4}-\d\d|\d{1,2}\.\d{1,2}\.|\d/\d|\d(?:st|nd|rd|th)?\s(?:of\s)?"
    rf"{MONTHS}\b|\b{MONTHS}\s(?:the\s)?\d"
)


def is_dated(words: Any) -> bool:
    """Whether words of a time name its date, which is the same whenever they are read."""
    return not isinstance(words, str) or compiled(DATED).search(words) is not None
