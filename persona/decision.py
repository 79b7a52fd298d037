"""What a turn decides, and what becomes of it: decisions, intents and their verdicts, acts."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any, Literal

from persona import ids
from persona.drift import Drift
from persona.model import Address, Audience, Event, Evidence, Note, Turn
from persona.plan import Plan
from persona.topic import Looked


@dataclass(frozen=True, slots=True)
class Spent:
    """What a lane has cost on one day (UTC, `2026-11-21`), in USD where prices are known.

    `tokens` are those of thinking, `segments` what its text messages went out in, replies and all.
    `uses` counts the acts of each capability, and of each standing permission with a limit.
    """

    day: str = ""
    tokens: int = 0
    usd: float = 0.0
    uses: Mapping[str, int] = field(default_factory=dict[str, int])
    segments: int = 0

    def at(self, now: float) -> "Spent":
        """What has been spent on the day of this moment."""
        day = datetime.fromtimestamp(now, UTC).date().isoformat()
        return self if self.day == day else Spent(day)

    def plus(self, cost: Mapping[str, Any]) -> "Spent":
        """With one turn's `Decision.cost` added."""
        tokens = self.tokens + cost.get("tokens_in", 0) + cost.get("tokens_out", 0)
        return replace(self, tokens=tokens, usd=self.usd + cost.get("usd", 0.0))

    def using(self, names: Iterable[str], usd: float = 0.0, segments: int = 0) -> "Spent":
        """With one more use of each of these, and what they took."""
        uses = dict(self.uses)
        for name in names:
            uses[name] = uses.get(name, 0) + 1
        money, sent = self.usd + usd, self.segments + segments
        return replace(self, uses=uses, usd=money, segments=sent)


@dataclass(frozen=True, slots=True)
class Failure:
    """What a lane was told to have failed, until somebody reacted to it or let it be.

    `what` is the effect of the capability, or a plan; `at` when it was told (epoch seconds); `turn`
    points to where it was wished, `like` is a hash of what was wished; `heard` counts the messages
    since.
    """

    what: str
    at: float
    turn: str = ""
    like: str = ""
    heard: int = 0


@dataclass(frozen=True, slots=True)
class Intent:
    """A wish to use a capability; `arguments` are JSON, canonical by the capability's own schema.

    `cause` says which of the lane's wishes it is: words that were said twice are two. Two intents
    are the same only if every byte of all this is: an approval is bound to the hash, so that a yes
    to one is a yes to nothing else. Who only asks what would happen has the hash of the wish that
    is then made.
    """

    capability: str
    version: int
    arguments: Mapping[str, Any] = field(default_factory=dict[str, Any])
    lane: str = ""
    cause: str = ""

    @property
    def hash(self) -> str:
        """SHA-256 over canonical JSON of all of it, in hex."""
        fields = {name: getattr(self, name) for name in self.__slots__}
        fields["arguments"] = dict(self.arguments)
        text = json.dumps(fields, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


@dataclass(frozen=True, slots=True)
class Verdict:
    """Allow, Ask or Deny, and why: in words for the person, and by its rule for the ledger.

    The reason may name what only the person should read; `rule` never does.
    """

    decision: Literal["allow", "ask", "deny"]
    reason: str = ""
    rule: str = ""


@dataclass(frozen=True, slots=True)
class Wish:
    """An intent as it was judged, and what becomes of it.

    `shown` says in words rendered by code what would be done. `facts` are those of its
    circumstances that its own function cannot find out again (see `acts/wishes.py`). `code` is
    what approves it, where it is asked for.
    """

    intent: Intent
    verdict: Verdict
    shown: str
    facts: Mapping[str, Any] = field(default_factory=dict[str, Any])
    code: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """How a question about `wish` ends: approved, denied, expired, withdrawn, or forgotten with its
    words.

    It stands in `home`, by its code's hash.
    """

    home: str
    hash: str
    state: str
    wish: Wish

    @property
    def is_yes(self) -> bool:
        """Whether an act comes with it; without that act it does not count."""
        return self.state == "approved"


@dataclass(frozen=True, slots=True)
class Decision:
    """What the mind returned for one turn; nothing of it has happened yet.

    `asks` is a question left open for the next words; `notes` are kept with this turn; `forgets`
    names evidence that must go, `rewrites` gives evidence new words (and whether they tell),
    `amends` is an edit or deletion of an event that is still held back, `buries` a message whose
    deletion came before itself. `wait_until` holds the events back. `suppress` closes addresses for
    a reason, and opens those with none (see `people/consent.py`). `untold` is a note for the next
    reply, `told` says that the notes so far were told. `status` is a provider's report on one act.
    `mind` says which brain thought of it, `cost` what the models among them took (see
    `mind/budget.py`), `notice` that the reply may pass a halt, since it confirms one, `greets` that
    it says who this is, `failed` that the events ended unworked, `unheard` that the words are not
    kept, since nobody knows whose they are, `rejected` how many claims of a model rested on no
    words of the person. `link` is a wish for the link function (its verb and what it needs, see
    `acts/link.py`), `linking` the code that may now be answered here, empty for none, None for no
    change. `elsewhere` is the linked home to whose address the reply goes, and `note` what is said
    instead where it was asked. `shown` is what the mind was shown beside the new words, when it was
    not `recalled`: the highest sensitivity of it. `aside` are words of theirs that the person wants
    to go on with in private. `intents` are what the mind wishes done, `wishes` the same once
    judged, `answers` end questions, `grants` are standing permissions that come with them, `gate`
    other fields of the gate that this turn sets. `plans` are made or moved, those in `over` have
    ended; `awaited` are the plans that wait for words, where this turn read them anew; `zone` is the
    time zone that the person says is theirs. `rests` names turns whose words
    the reply repeats beside what it recalled. `tainted` says whose untrusted words its mind was
    shown, beside what it recalled, or its reply repeats. `withheld`: the reply does not fit what
    today's text messages may cost. `looked` is what a review came to, `drift` what it saw of the
    persona itself; None for any other turn. `failure` is what the reply says to have failed, `manner`
    how its words were chosen: the stance, and the reaction that was expected. `likeness` is what was
    suggested by how somebody writes, and by what (see `Head.likeness`); None for no change.
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
    intents: tuple[Intent, ...] = ()
    wishes: tuple[Wish, ...] = ()
    answers: tuple[Answer, ...] = ()
    rests: tuple[str, ...] = ()
    grants: tuple[Mapping[str, Any], ...] = ()
    gate: Mapping[str, Any] = field(default_factory=dict[str, Any])
    plans: tuple[Plan, ...] = ()
    over: tuple[Plan, ...] = ()
    awaited: Mapping[str, Any] | None = None
    zone: str = ""
    withheld: bool = False
    tainted: str = ""
    shown: int = 0
    aside: str = ""
    looked: Looked | None = None
    drift: Drift | None = None
    failure: Failure | None = None
    manner: str = ""
    likeness: Mapping[str, Any] | None = None

    @property
    def is_silent(self) -> bool:
        """Whether it is a review that had nothing to say."""
        return self.looked is not None and not self.looked.told

    def noted(self, turn: Turn | None) -> tuple[Note, ...]:
        """Its notes, where words are kept for them to rest on: this turn's, or those of a review."""
        return self.notes if turn is not None or self.looked is not None else ()


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


REPLACES = "replaces"
"""In an act's `detail`: the act whose message it takes the place of, as `lane/after`."""


@dataclass(frozen=True, slots=True)
class Act:
    """A judged wish, committed and to be run by `function`: a reply, or a use of a capability.

    `after` is the version and part that orders acts of one lane; `notice` acts may pass a halt
    (they only confirm it). `attempt` names the live try, `lease` says until when it may hold it;
    `alone` repeats the attempt until another worker finds an act waiting behind this one.
    `audience` is the narrowest that any words behind it were said to, `sensitivity` the highest of
    what the mind was shown. `wish` is the judged intent behind it, empty for a reply; `result` what
    it came to, until told.
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
    wish: Mapping[str, Any] = field(default_factory=dict[str, Any])
    result: Mapping[str, Any] = field(default_factory=dict[str, Any])

    @property
    def id(self) -> str:
        return ids.derive("act", self.function, self.lane, self.after)

    @property
    def open(self) -> bool:
        return self.state in ("pending", "sending")

    @property
    def yields(self) -> bool:
        """Whether nothing waits for it, and nobody is told how it ended: it only tidies up."""
        return REPLACES in self.detail
