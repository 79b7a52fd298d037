"""The nouns: plain frozen records, so that a lean ingress can speak of them without loading more."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from persona import ids
from persona.errors import Broken

FORMAT = 1
"""Version of every row, lane message and event written today; a newer one is parked, not guessed."""

Kind = Literal[
    "message",
    "copy",
    "edit",
    "delete",
    "outcome",
    "status",
    "halt",
    "resume",
    "link",
    "press",
    "expiry",
    "timer",
    "review",
    "suggestion",
    "signin",
    "leave",
    "restore",
]
Audience = Literal["private", "lane", "unverified"]
"""Who can read what is said: the person alone, everybody in a shared lane, or nobody proven."""
GUEST = "guest"
"""In an event's `detail`: its author has no private conversation here, only shared ones."""
EXPOSURE: dict[str, int] = {"private": 0, "unverified": 1, "lane": 1}


def exposure(audience: str) -> int:
    """How far words go that are said to this audience; to an unknown one, farther than to any."""
    return EXPOSURE.get(audience, 2)


@dataclass(frozen=True, slots=True)
class Address:
    """Where a person, or a shared place, is reached on one surface; `id` holds the tenant too."""

    surface: str
    id: str

    def __str__(self) -> str:
        return f"{self.surface}:{self.id}"

    @staticmethod
    def parse(text: str) -> "Address":
        surface, _, id = text.partition(":")
        return Address(surface, id)


@dataclass(frozen=True, slots=True)
class Event:
    """Anything that enters a lane.

    `address` names the lane's owner: the person in private, the place where others listen.
    `author` said it. `words` are the new words as a mind should see them; `detail` is what the
    surface needs to answer in the right thread, and is shown to nobody; `blob` names the raw
    original where one is kept. `at` is the provider's
    time in epoch seconds: data, never order. `home` is filled in at admission.
    """

    id: str
    kind: Kind
    address: Address
    author: Address
    words: str = ""
    thread: str = ""
    at: float = 0.0
    audience: Audience = "private"
    addressed: bool = True
    target: str = ""
    detail: Mapping[str, str] = field(default_factory=dict[str, str])
    blob: str = ""
    home: str = ""
    v: int = FORMAT

    @property
    def correlation(self) -> str:
        """One short id that follows the event from the webhook to the sent reply."""
        return ids.derive(self.id)[:12]

    @property
    def message_id(self) -> str:
        """The id under which these words stand in the conversation."""
        return message_id(self.id)

    @property
    def leaver(self) -> str:
        """Whose every trace goes from a shared place; empty for all else."""
        return str(self.author) if self.kind == "leave" else ""

    @property
    def reported_lane(self) -> str:
        """The lane whose act a carrier reports on; empty for all else, and where it cannot say."""
        return self.detail.get("lane", "") if self.kind == "status" else ""

    def to_json(self) -> str:
        """Field by field: `asdict` copies everything it meets, and takes longer than JSON does."""
        fields = {name: getattr(self, name) for name in self.__slots__}
        fields["address"] = {"surface": self.address.surface, "id": self.address.id}
        fields["author"] = {"surface": self.author.surface, "id": self.author.id}
        fields["detail"] = dict(self.detail)
        return json.dumps(fields, ensure_ascii=False, separators=(",", ":"))

    @staticmethod
    def from_json(text: str) -> "Event":
        """Raises Broken for a format that is newer than this code."""
        fields: dict[str, Any] = json.loads(text)
        if fields.get("v", 0) > FORMAT:
            raise Broken(f"event of format {fields['v']}; this code knows up to {FORMAT}")
        address, author = Address(**fields.pop("address")), Address(**fields.pop("author"))
        return Event(address=address, author=author, **fields)


def readable(text: str) -> str:
    """The text without what no row, page or provider can hold: half characters and NULs."""
    return text.encode("utf-8", "replace").decode("utf-8").replace("\x00", "")


def shortened(text: str, most: int) -> str:
    """The text, cut with a visible mark where it is longer than `most` characters."""
    return text if len(text) <= most else text[: most - 1].rstrip() + "\u2026"


def message_id(event_id: str) -> str:
    """The id under which an event's words stand in the conversation."""
    return ids.derive("message", event_id)


@dataclass(frozen=True, slots=True)
class Place:
    """Whose memory an address has (home, never moves) and in which order it is worked (lane)."""

    home: str
    lane: str


@dataclass(frozen=True, slots=True)
class Evidence:
    """Words that were said: by whom, when, where, and under which turn they are kept.

    `tells` is false for a question or a command, which name a thing and say nothing about it.
    `passes_on` says that some of the words are not the person's own: quoted, pasted, forwarded.
    `audience` could read them when they were said, `sensitivity` is 0 to 3
    (`memory/sensitivity.py`).
    """

    id: str
    home: str
    version: int
    text: str
    author: str
    surface: str
    at: float
    tells: bool = True
    kept: bool = False
    passes_on: bool = False
    audience: Audience = "private"
    sensitivity: int = 0

    @property
    def pointer(self) -> str:
        """What a turn writes down to say that it relied on this."""
        return f"{self.home}/{self.version}"


@dataclass(frozen=True, slots=True)
class Quote:
    """Words that stand in a message of a person, exactly so; version 0 is the turn being taken."""

    message: str
    version: int
    words: str


@dataclass(frozen=True, slots=True)
class Note:
    """What is kept on purpose: a claim in words, and the evidence that it rests on.

    It stands in the home of its evidence. `since` is when it was said; `ends` names the messages
    whose words hold no longer since then, and `why` says by which sign. `doubt` says why a claim
    that a model made needs the person's own word; empty where there is none. `contests` is the id of
    a trait that the person says is wrong: such a note claims nothing. `kind`, `about` and `value` are
    those of the sign that a model took the quotation for, and empty for most notes. `until` (0 for ever)
    and `superseded_by` are worked out from the notes that may be seen together, so that they come
    and go with a link (see `memory/notes.py`).
    """

    id: str
    home: str
    version: int
    claim: str
    evidence: tuple[Quote, ...]
    since: float
    made_by: Literal["person", "model"] = "person"
    ends: tuple[str, ...] = ()
    why: str = ""
    doubt: str = ""
    contests: str = ""
    kind: str = ""
    about: str = ""
    value: str = ""
    until: float = 0.0
    superseded_by: str = ""

    @property
    def is_live(self) -> bool:
        return not self.until


@dataclass(frozen=True, slots=True)
class Said:
    """One message of a conversation, as the surfaces show it."""

    id: str
    author: Literal["person", "persona"]
    text: str
    surface: str
    at: float
    tells: bool = True


@dataclass(frozen=True, slots=True)
class Failed:
    """What had failed right before a person's words, as their own turn holds it.

    `ago` is how long before it was told, in seconds; `then` whether the words wish the same once
    more or another way to it; `last` that no later words are taken for an answer to it.
    """

    what: str
    ago: float
    then: Literal["", "same", "other"] = ""
    last: bool = False


@dataclass(frozen=True, slots=True)
class Turn:
    """One pass as it is remembered: the words, the reply, and what the reply relied on.

    `number` counts the turns with words in this lane; it names the slot among the recent ones.
    `blobs` names raw originals that lie elsewhere, such as the whole mail. `lane` is the lane
    whose acts carried the reply; empty for the home's own. `audience` could read it, fixed when it
    was written; `sensitivity` is the highest of what its mind was shown. Turns of older code say
    neither, and count as what closes most. `tainted` says whose untrusted words the reply repeats.
    `acts` names the capabilities that it set to work. `failed` is what had failed right before its
    words, `manner` how the reply was chosen: the stance, and the reaction that was expected.
    """

    version: int
    number: int
    home: str
    surface: str
    thread: str
    author: str
    at: float
    said: tuple[Said, ...]
    recalled: tuple[str, ...] = ()
    mind: str = ""
    kept: bool = False
    blobs: tuple[str, ...] = ()
    lane: str = ""
    tainted: str = ""
    audience: Audience = "private"
    sensitivity: int = 3
    acts: tuple[str, ...] = ()
    failed: Failed | None = None
    manner: str = ""

    @property
    def pointer(self) -> str:
        return f"{self.home}/{self.version}"

    def person_text(self) -> str:
        return "\n".join(said.text for said in self.said if said.author == "person")

    def persona_text(self) -> str:
        return "\n".join(said.text for said in self.said if said.author == "persona")


@dataclass(frozen=True, slots=True)
class End:
    """An address with its home, and how it is reached there: the thread, what its surface needs."""

    home: str
    address: Address
    thread: str
    detail: Mapping[str, str]

    @staticmethod
    def of(event: Event, home: str) -> "End":
        """Where an event came from."""
        return End(home, event.address, event.thread, dict(event.detail))

    @staticmethod
    def from_row(row: Mapping[str, Any]) -> "End":
        return End(row["home"], Address(**row["address"]), row["thread"], row["detail"])
