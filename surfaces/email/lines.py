"""The lines of a mail, as received and as compared with what mail programs write."""

import re
from dataclasses import dataclass

from surfaces.email.languages import alternatives

MAX_COMPARED = 1_000
"""Characters of a line that are looked at; all of them are kept."""

_FIELDS = ("sender", "to", "date", "subject", "other")
_FIELD = re.compile(
    r"(?:> ?)*[\W_]{0,2}(?:"
    + "|".join(f"(?P<{field}>{alternatives(field)})" for field in _FIELDS)
    + r")\b[*_ ]{0,3}[:\uff1a]",
    re.IGNORECASE,
)
_QUOTED = re.compile(r" {0,3}>")


@dataclass(frozen=True, slots=True)
class Line:
    """`bare` is without marks of emphasis and undecoded spaces; `field` is the header field it shows."""

    raw: str
    bare: str
    is_quoted: bool
    field: str

    @staticmethod
    def of(raw: str) -> "Line":
        spaced = re.sub(r"=09|=20|=\Z|\xa0|\t", " ", raw[:MAX_COMPARED])
        bare = spaced.strip(" *\u200e\u200f")
        field = _FIELD.match(bare) if ":" in bare[:40] or "\uff1a" in bare[:40] else None
        is_quoted = _QUOTED.match(spaced) is not None
        return Line(raw, bare, is_quoted, (field.lastgroup or "") if field else "")

    @property
    def is_blank(self) -> bool:
        return not self.bare

    @property
    def has_words(self) -> bool:
        return re.search(r"\w", self.bare) is not None

    def unquoted(self) -> "Line":
        return Line.of(re.sub(r"^[\s>]+", "", self.raw))


def next_line(lines: list[Line], at: int) -> int | None:
    """Where the next line with anything on it stands, `at` included, unless that is far away."""
    return next((i for i in range(at, min(len(lines), at + 12)) if not lines[i].is_blank), None)


def joined(lines: list[Line]) -> str:
    return " ".join(line.bare for line in lines)
