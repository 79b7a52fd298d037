"""What is gathered while one mail is walked: its texts, its attachments, its defects, the time left."""

from collections.abc import Callable
from dataclasses import dataclass, field

from surfaces.email.mail import Attachment

MAX_TEXT = 1_000_000
"""Bytes of one text, and characters of all of them together."""
MAX_DEFECTS = 50


@dataclass(frozen=True, slots=True)
class Text:
    """The words of one part, as a page or as plain lines."""

    words: str
    is_page: bool


@dataclass(slots=True)
class Reading:
    """`slots` holds the texts in their order, the alternatives of one text together; `spare` what
    speaks only where these are silent. `types` are the kinds of parts met, `methods` those of
    calendars, in capitals.
    """

    until: float
    clock: Callable[[], float]
    parts: int = 0
    slots: dict[int, list[Text]] = field(default_factory=dict[int, list[Text]])
    spare: list[Text] = field(default_factory=list[Text])
    attachments: list[Attachment] = field(default_factory=list[Attachment])
    types: set[str] = field(default_factory=set[str])
    methods: set[str] = field(default_factory=set[str])
    encrypted: bool = False
    defects: list[str] = field(default_factory=list[str])
    truncated: bool = False

    def is_late(self) -> bool:
        if self.clock() < self.until:
            return False
        self.cut("out of time")
        return True

    def cut(self, defect: str) -> None:
        """Notes a defect for which something was left out."""
        self.truncated = True
        self.flaw(defect)

    def flaw(self, defect: str) -> None:
        if defect not in self.defects and len(self.defects) < MAX_DEFECTS:
            self.defects.append(defect)

    def enclosed(self) -> "Reading":
        """A reading of a mail within this one: it shares the time and the count of parts alone."""
        return Reading(self.until, self.clock, parts=self.parts)

    def take(self, within: "Reading") -> None:
        """What an enclosed mail adds: spare texts and defects, but nothing about the outer mail."""
        self.parts = within.parts
        self.truncated = self.truncated or within.truncated
        for defect in within.defects:
            self.flaw(defect)
        for texts in within.slots.values():
            self.spare += sorted(texts, key=lambda text: text.is_page)
        self.spare += within.spare
