"""Lines: what of a turn stands in the index, read once and kept as columns.

A line is one message of the person, which can be recalled, or what the persona asked, which
cannot: it is context for the answer that follows it, and is never taken for the person's words.
Columns are what segments hold and what an index takes in, so a line is read the same way whether
it was said just now or comes out of the table.
"""

from base64 import b64decode, b64encode
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import astuple, dataclass, field
from datetime import datetime
from itertools import accumulate, pairwise
from typing import Any
from zoneinfo import ZoneInfo

from persona.compiled import compiled
from persona.memory import evidence
from persona.memory.dates import MONTHS, WEEKDAYS, spoken
from persona.memory.reactions import signs_of_reaction
from persona.memory.signs import signs_of
from persona.memory.terms import terms
from persona.memory.walls import OWN
from persona.model import Evidence, Failed, Turn
from persona.trait import Sign

PERSONA = "persona"
"""The author of a line that is context alone."""
MOST_ASKED = 300
"""Characters of what the persona asked that count as context."""

ASKS, ENDS_ASKING, TIMED, COUNTED, PLACED, LASTING, NAMES = 1, 2, 4, 8, 16, 32, 64
"""The shape of a line: it asks, ends so, says when, how many, where, how long; then its names."""
MOST_NAMES = 3

QUESTION = r"[^.!?\n]*\?"
SAYS_WHEN = (
    r"(?i)\b(?:yesterday|today|tonight|tomorrow|morning|last|next|ago|since|recently|weekend"
    rf"|weeks?|months?|years?|{'|'.join(WEEKDAYS)}|{'|'.join(MONTHS)}|(?:19|20)\d\d)\b"
)
SAYS_HOW_MANY = (
    r"(?i)\b(?:\d+|one|two|three|four|five|six|seven|eight|nine|ten|once|twice|couple|dozen|few"
    r"|several)\b"
)
NAME = r"(?<=[a-z,;] )[A-Z][a-z]+|\"[^\"]{2,80}\"|“[^”]{2,80}”"
SAYS_WHERE = r"\b(?:in|at|to|from|near|through|around|visit(?:ed|ing)?) (?:the |a )?[A-Z][a-z]+"
SAYS_HOW_LONG = (
    r"(?i)\b(?:for|since|after|over|about|in)\b[^.!?]{0,20}\b(?:\d+|an?|one|two|three|four|five|six|seven"
    r"|eight|nine|ten|few|couple|several)[^.!?]{0,12}\b(?:second|minute|hour|day|week|month|year)s?\b"
)
LATEST = 32_503_680_000.0
"""The year 3000: a provider's time beyond it says nothing."""


@dataclass(frozen=True, slots=True)
class Line:
    """Words in their place: `thread` and the pause before them tell conversations apart.

    `failed` is what had failed right before them.
    """

    words: Evidence
    thread: str
    failed: Failed | None = None

    @property
    def shows(self) -> bool:
        """Whether these words say something of who wrote them: a person's own, and proven theirs."""
        return self.words.author != PERSONA and self.words.audience in OWN


@dataclass(frozen=True, slots=True)
class Columns:
    """Lines in order, read: `postings` names the line of every occurrence of a term, ascending.

    `days` are ordinals in the person's time zone, `dates` the days that a line speaks of, as
    (line, first, last), `lengths` how many terms each line has. `signs` are what the lines show of
    who wrote them, as (line, sign). `texture` is how the one person who wrote all of them writes, as
    `memory/texture.py` spells it; None where nobody has read it yet, or several wrote. `vectors`
    holds by embedding model those of the lines that have one, all of one length.
    """

    lines: list[Line]
    lengths: list[int]
    shapes: list[int]
    days: list[int]
    dates: list[tuple[int, int, int]]
    postings: dict[str, list[int]]
    signs: list[tuple[int, Sign]] = field(default_factory=list[tuple[int, Sign]])
    texture: Mapping[str, Any] | None = None
    vectors: dict[str, dict[int, bytes]] = field(default_factory=dict[str, dict[int, bytes]])


def lines_of(turns: Iterable[Turn]) -> Iterator[Line]:
    """What of these turns stands in the index, in order."""
    for turn in turns:
        for one in evidence.evidence_of(turn):
            yield Line(one, turn.thread, turn.failed)
        asked = " ".join(found.strip() for found in compiled(QUESTION).findall(turn.persona_text()))
        if asked:
            yield Line(_context(turn, asked[:MOST_ASKED]), turn.thread)


def _context(turn: Turn, asked: str) -> Evidence:
    """What the persona asked, in the form of a line; `tells` is false, as it is for any question."""
    id = evidence.reply_id(turn.home, turn.version)
    return Evidence(id, turn.home, turn.version, asked, PERSONA, turn.surface, turn.at, tells=False)


def read(lines: Iterable[Line], zone: ZoneInfo) -> Columns:
    """The lines as columns."""
    taken = Columns([], [], [], [], [], {})
    for number, line in enumerate(lines):
        text = line.words.text
        found = terms(text)
        day = datetime.fromtimestamp(min(max(line.words.at, 0.0), LATEST), zone).toordinal()
        taken.lines.append(line)
        taken.lengths.append(len(found))
        taken.shapes.append(_shape(text))
        taken.days.append(day)
        taken.dates.extend((number, first, last) for first, last in spoken(text, day))
        for term in found:
            taken.postings.setdefault(term, []).append(number)
        if line.shows:
            taken.signs.extend((number, sign) for sign in signs_of(text))
            taken.signs.extend((number, s) for s in signs_of_reaction(text, line.failed))
    return taken


def _shape(text: str) -> int:
    shape = ASKS if "?" in text else 0
    shape |= ENDS_ASKING if text.rstrip().endswith("?") else 0
    shape |= TIMED if compiled(SAYS_WHEN).search(text) else 0
    shape |= COUNTED if compiled(SAYS_HOW_MANY).search(text) else 0
    shape |= PLACED if compiled(SAYS_WHERE).search(text) else 0
    shape |= LASTING if compiled(SAYS_HOW_LONG).search(text) else 0
    return shape + NAMES * min(MOST_NAMES, sum(1 for _ in compiled(NAME).finditer(text)))


def pack(columns: Columns) -> dict[str, Any]:
    """The columns as JSON can say them, small once compressed: differences and numbered names."""
    words = [line.words for line in columns.lines]
    names = sorted({name for line in columns.lines for name in _names(line)})
    number = {name: n for n, name in enumerate(names)}
    content: dict[str, Any] = {
        "names": names,
        "named": [[number[name] for name in _names(line)] for line in columns.lines],
        "ids": [one.id for one in words],
        "versions": _steps([one.version for one in words]),
        "texts": [one.text for one in words],
        "at": [one.at for one in words],
        "marks": [
            one.tells + 2 * one.kept + 4 * one.passes_on + 8 * one.sensitivity for one in words
        ],
        "lengths": columns.lengths,
        "shapes": columns.shapes,
        "days": _steps(columns.days),
        "dates": columns.dates,
        "postings": {term: _steps(at) for term, at in columns.postings.items()},
        "signs": [
            [line, sign.kind, sign.about, sign.value, sign.start, sign.end]
            for line, sign in columns.signs
        ],
    }
    failed = [[n, *astuple(one.failed)] for n, one in enumerate(columns.lines) if one.failed]
    if failed:
        content["failed"] = failed
    if columns.texture is not None:
        content["texture"] = columns.texture
    if columns.vectors:
        content["vectors"] = {
            model: [list(held), b64encode(b"".join(held.values())).decode()]
            for model, held in columns.vectors.items()
        }
    return content


def unpack(content: dict[str, Any], home: str) -> Columns:
    """The columns that `pack` made of a home's lines."""
    names: list[str] = content["names"]
    failed = {line: Failed(*about) for line, *about in content.get("failed", ())}
    lines = [
        Line(
            Evidence(
                id=id,
                home=home,
                version=version,
                text=text,
                author=names[author],
                surface=names[surface],
                at=at,
                tells=bool(mark & 1),
                kept=bool(mark & 2),
                passes_on=bool(mark & 4),
                audience=names[audience],  # type: ignore[arg-type]
                sensitivity=mark >> 3,
            ),
            names[thread],
            failed.get(number),
        )
        for number, id, version, text, at, mark, (author, surface, audience, thread) in zip(
            range(len(content["ids"])),
            content["ids"],
            _sums(content["versions"]),
            content["texts"],
            content["at"],
            content["marks"],
            content["named"],
            strict=True,
        )
    ]
    return Columns(
        lines=lines,
        lengths=content["lengths"],
        shapes=content["shapes"],
        days=_sums(content["days"]),
        dates=[(line, first, last) for line, first, last in content["dates"]],
        postings={term: _sums(steps) for term, steps in content["postings"].items()},
        signs=[(line, Sign(*sign)) for line, *sign in content["signs"]],
        texture=content.get("texture"),
        vectors={
            model: _cut(places, b64decode(text))
            for model, (places, text) in content.get("vectors", {}).items()
        },
    )


def _cut(places: list[int], data: bytes) -> dict[int, bytes]:
    """The vectors of these lines, which stand one after another."""
    size = len(data) // len(places)
    return {place: data[n * size : (n + 1) * size] for n, place in enumerate(places)}


def _names(line: Line) -> tuple[str, ...]:
    return line.words.author, line.words.surface, line.words.audience, line.thread


def _steps(numbers: list[int]) -> list[int]:
    return [after - before for before, after in pairwise([0, *numbers])]


def _sums(steps: list[int]) -> list[int]:
    return list(accumulate(steps))
