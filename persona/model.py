"""The nouns: plain frozen records, so that a lean ingress can speak of them without loading more."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
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
    that a model made needs the person's own word; empty where there is none. `until` (0 for ever)
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
class Turn:
    """One pass as it is remembered: the words, the reply, and what the reply relied on.

    `number` counts the turns with words in this lane; it names the slot among the recent ones.
    `blobs` names raw originals that lie elsewhere, such as the whole mail. `lane` is the lane
    whose acts carried the reply; empty for the home's own. `audience` could read it, fixed when it
    was written; `sensitivity` is the highest of what its mind was shown. Turns of older code say
    neither, and count as what closes most.
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
    audience: Audience = "private"
    sensitivity: int = 3

    @property
    def pointer(self) -> str:
        return f"{self.home}/{self.version}"

    def person_text(self) -> str:
        return "\n".join(said.text for said in self.said if said.author == "person")

    def persona_text(self) -> str:
        return "\n".join(said.text for said in self.said if said.author == "persona")


@dataclass(frozen=True, slots=True)
class Spent:
    """What a lane's thinking has cost on one day (UTC, `2026-11-21`), where prices are known in USD."""

    day: str = ""
    tokens: int = 0
    usd: float = 0.0

    def at(self, now: float) -> "Spent":
        """What has been spent on the day of this moment."""
        day = datetime.fromtimestamp(now, UTC).date().isoformat()
        return self if self.day == day else Spent(day)

    def plus(self, cost: Mapping[str, Any]) -> "Spent":
        """With one turn's `Decision.cost` added."""
        tokens = self.tokens + cost.get("tokens_in", 0) + cost.get("tokens_out", 0)
        return Spent(self.day, tokens, self.usd + cost.get("usd", 0.0))


@dataclass(frozen=True, slots=True)
class Decision:
    """What the mind returned for one turn; nothing of it has happened yet.

    `asks` is a question left open for the next words; `notes` are kept with this turn;
    `forgets` names evidence that must go, `rewrites` gives evidence new words (and whether they
    tell), `amends` is an edit or deletion of an event that is still held back, `buries` a message
    whose deletion came before itself. `wait_until` holds the events back. `suppress` closes
    addresses, `untold` is a note for the next reply, `told` says that the notes so far were told.
    `status` is a provider's report on one act. `mind` says which brain thought of it, `cost` what
    the models among them took (see `mind/budget.py`), `notice` that the reply may pass a halt,
    since it confirms one, `greets` that it says who this is, `failed` that the events ended
    unworked, `unheard` that the words are not kept, since nobody knows whose they are, `rejected`
    how many claims of a model rested on no words of the person. `link` is a wish for the link
    function (its verb and what it needs, see `acts/link.py`), `linking` the code that may now be
    answered here,
    empty for none, None for no change. `elsewhere` is the linked home to whose address the reply
    goes, and `note` what is said instead where it was asked. `shown` is what the mind was shown
    beside the new words, when it was not `recalled`: the highest sensitivity of it. `aside` are
    words of theirs that the person wants to go on with in private.
    """

    reply: str = ""
    recalled: tuple[Evidence, ...] = ()
    notes: tuple[Note, ...] = ()
    forgets: tuple[Evidence, ...] = ()
    rewrites: Mapping[str, tuple[str, bool]] = field(default_factory=dict[str, tuple[str, bool]])
    asks: Mapping[str, Any] = field(default_factory=dict[str, Any])
    amends: "Event | None" = None
    buries: str = ""
    wait_until: float = 0.0
    suppress: Mapping[str, str] = field(default_factory=dict[str, str])
    untold: str = ""
    told: bool = False
    status: tuple[str, str] = ("", "")
    mind: str = "reflex"
    cost: Mapping[str, Any] = field(default_factory=dict[str, Any])
    notice: bool = False
    greets: bool = False
    failed: bool = False
    unheard: bool = False
    rejected: int = 0
    link: Mapping[str, str] = field(default_factory=dict[str, str])
    linking: Mapping[str, Any] | None = None
    elsewhere: str = ""
    note: str = ""
    shown: int = 0
    aside: str = ""


@dataclass(frozen=True, slots=True)
class End:
    """An address with its home, and how it is reached there: the thread, what its surface needs."""

    home: str
    address: Address
    thread: str
    detail: Mapping[str, str]


State = Literal["pending", "sending", "sent", "delivered", "failed", "unknown"]
ORDER: dict[str, int] = {
    "pending": 0,
    "sending": 1,
    "unknown": 2,
    "sent": 3,
    "failed": 4,
    "delivered": 4,
}
"""A state only moves to a higher rank; a provider's late report never takes one back."""


@dataclass(frozen=True, slots=True)
class Act:
    """A judged wish, committed and to be run by `function`: today a reply to one address.

    `after` is the version and part that orders acts of one lane; `notice` acts may pass a halt
    (they only confirm it). `attempt` names the live try, `lease` says until when it may hold it;
    `alone` repeats the attempt until another worker finds an act waiting behind this one.
    `audience` is the narrowest that any words behind it were said to, `sensitivity` the highest of
    what the mind was shown.
    """

    function: str
    lane: str
    home: str
    after: str
    address: Address
    thread: str
    text: str
    cause: str
    at: float
    audience: Audience = "private"
    sensitivity: int = 3
    detail: Mapping[str, str] = field(default_factory=dict[str, str])
    notice: bool = False
    state: State = "pending"
    due: float = 0.0
    attempt: str = ""
    alone: str = ""
    lease: float = 0.0
    tries: int = 0
    provider_id: str = ""
    kept: bool = False
    reason: str = ""

    @property
    def id(self) -> str:
        return ids.derive("act", self.function, self.lane, self.after)

    @property
    def open(self) -> bool:
        return self.state in ("pending", "sending")
