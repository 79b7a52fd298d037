"""Wishes that wait for a yes, as rows: each in the home of the address where it was asked.

There it follows its home through links, and can be answered from any address of the same person.
The code that answers it stands in the words that show it and, under the same key, in the row, so
that what is waiting can be shown again.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from persona import ids, keys
from persona.acts import grants
from persona.acts.entries import intent_mark
from persona.acts.wishes import open_wish, plain
from persona.decision import Act, Answer, Wish
from persona.declare import Capability
from persona.errors import Broken
from persona.keys import Key
from persona.memory.standing import Gate, Standing, open_gate
from persona.model import FORMAT, Address, End, Event, Place
from persona.people import addresses
from persona.ports import ABSENT, Ports, Put, Row, Store, Update, Write, equals
from persona.seal import seal, unseal

STANDS = 7 * 86_400.0
"""Seconds for which a question may stand; silence then means no."""
AGAIN = 600.0
"""Seconds after which an unanswered question is told once more that nobody closed."""
KEPT = 30 * 86_400.0
"""Seconds for which an answered question is remembered, so that a late yes is told what happened."""
FORGOTTEN = "forgotten"
"""How a question ends whose words were forgotten or changed: it is withdrawn, and its row goes."""
PAGE = 25
"""Questions read at once."""
PRESSES = frozenset({"approve", "always", "deny"})
"""What a button, a card or a slip can say."""


@dataclass(frozen=True, slots=True)
class Copy:
    """A message that asks with buttons: the act that carried it, and how its place is reached."""

    lane: str
    after: str
    end: End


@dataclass(frozen=True, slots=True)
class Question:
    """A wish that waits for a yes, or had its answer: `state` is open, approved, denied or expired.

    `turn` is the version of the turn that asked, in `home`; `copy` its message where that has
    buttons. `strong`: a yes needs a passkey; `lasting`: it can be given once and for all; `own`:
    it spends nothing, where it goes stands in the person's own words, and no words of others were
    read, so that the slip in a mail is enough. `closed`
    (epoch seconds) and `by` (a surface) say when and from where it was answered.
    """

    home: str
    hash: str
    state: str
    until: float
    wish: Wish
    asked: End
    code: str = ""
    turn: int = 0
    copy: Copy | None = None
    strong: bool = False
    lasting: bool = False
    own: bool = False
    closed: float = 0.0
    by: str = ""

    @property
    def since(self) -> float:
        """When it was asked."""
        return self.until - STANDS

    def is_open(self, now: float) -> bool:
        """Whether an answer still counts."""
        return self.state == "open" and now < self.until


def hash_of(code: str) -> str:
    """What stands for a code everywhere but in the words that show it."""
    return ids.code_hash(code, "approve")


# Asked


def opened(
    standing: Standing,
    events: Sequence[Event],
    wished: Iterable[Wish],
    replies: Sequence[Act],
    ports: Ports,
) -> list[Write]:
    """The writes that keep what must be asked; `replies` are the acts that show it."""
    place = End.of(events[-1], standing.place.home)
    shown = next((_copy(act) for act in reversed(replies) if _has_buttons(act, ports)), None)
    version = standing.next_version
    return [
        _put(_asked(wish) or place, wish, version, shown, ports)
        for wish in wished
        if wish.verdict.decision == "ask"
    ]


def _asked(wish: Wish) -> End | None:
    """Where a plan was asked for whose step this is; None for any other wish."""
    asked = wish.facts.get("asked")
    return End.from_row(asked) if asked else None


def _has_buttons(act: Act, ports: Ports) -> bool:
    """Whether the message can be replaced; the answer to a slash command cannot."""
    surface = ports.surfaces.get(act.function)
    is_asking = bool(surface and surface.presses and act.detail.get("asks"))
    return is_asking and not act.detail.get("response_url")


def _copy(act: Act) -> Copy:
    return Copy(act.lane, act.after, End(act.home, act.address, act.thread, act.detail))


def _put(place: End, wish: Wish, version: int, shown: Copy | None, ports: Ports) -> Write:
    until, hash = ports.clock.now() + STANDS, hash_of(wish.code)
    capability = ports.capabilities[wish.intent.capability]
    content = {
        "wish": plain(wish),
        "asked": asdict(place),
        "code": wish.code,
        "turn": version,
        "copy": asdict(shown) if shown else None,
        "strong": capability.effect == "spend",
        "lasting": grants.can_last(capability),
        "own": _is_own(wish, capability),
    }
    sealed = seal(ports, f"home:{place.home}", f"QUESTION {hash}", content)
    row: Row = {"v": FORMAT, "state": "open", "until": until, "due": until, "sealed": sealed}
    row["intent"] = intent_mark(ports, place.home, wish)
    return Put(keys.question(place.home, hash), row, ABSENT)


def _is_own(wish: Wish, capability: Capability) -> bool:
    """Whether nothing of it needs more than the possession of a mail."""
    named = set(capability.destinations(wish.intent.arguments))
    is_typed = named <= set(wish.facts["typed"])
    return is_typed and not wish.facts["tainted"] and capability.effect != "spend"


# Found


def find(standing: Standing, hash: str, ports: Ports) -> Question | None:
    """The question whose code has this hash, in any home of the person; None where there is none."""
    return find_in(standing.gate, hash, ports)


def find_in(gate: Gate, hash: str, store: Store) -> Question | None:
    """The same, by the gate alone."""
    wanted = [keys.question(home, hash) for home in gate.homes]
    found = store.table.get(wanted).items()
    return next((open_row(key, row, store) for key, row in found), None)


def listed(gate: Gate, store: Store) -> list[Question]:
    """All that was asked in any home of the person and is still remembered, the oldest first."""
    found = [one for home in gate.homes for one in in_home(home, store)]
    return sorted(found, key=lambda one: (one.since, one.hash))


def in_home(home: str, store: Store) -> Iterator[Question]:
    """All that was asked in one home and is still remembered."""
    prefix, after = keys.questions(home), ""
    while page := store.table.query(prefix, after=after, limit=PAGE):
        yield from (open_row(key, row, store) for key, row in page)
        after = page[-1][0].sort


def standing_of(store: Store, address: Address) -> tuple[Place, Gate] | None:
    """Where an address is worked now, and with which homes; None for one that lives nowhere."""
    place = addresses.find(store.table, address)
    if place is None:
        return None
    key = keys.gate(place.lane)
    row = store.table.get([key]).get(key)
    gate = open_gate(row) if row and not row.get("erased") else None
    return (place, gate) if gate and place.home in gate.homes else None


def open_row(key: Key, row: Row, store: Store) -> Question:
    """Raises Broken for a question of a newer format."""
    if row["v"] > FORMAT:
        raise Broken(f"question of format {row['v']}; this code knows up to {FORMAT}")
    home, hash = key.partition.removeprefix("HOME#"), key.sort.removeprefix("QUESTION#")
    content: dict[str, Any] = unseal(store, f"home:{home}", f"QUESTION {hash}", row["sealed"])
    return Question(
        home=home,
        hash=hash,
        state=row["state"],
        until=row["until"],
        wish=open_wish(content["wish"]),
        asked=End.from_row(content["asked"]),
        code=content["code"],
        turn=content["turn"],
        copy=_open_copy(content["copy"]),
        strong=content["strong"],
        lasting=content["lasting"],
        own=content["own"],
        closed=row.get("closed", 0.0),
        by=row.get("by", ""),
    )


def _open_copy(fields: Mapping[str, Any] | None) -> Copy | None:
    if fields is None:
        return None
    return Copy(fields["lane"], fields["after"], End.from_row(fields["end"]))


# Answered


def press(question: Question, answer: str, end: End, epoch: int, now: float, **proof: str) -> Event:
    """What a card on the page or a slip from a mail says: one of `PRESSES`, for one address.

    `proof` is `strong="yes"` where a passkey stands behind it, `slip="yes"` where it rests on
    the possession of a mail alone. The same press within a minute, by an unmoved gate, is one
    event, however often it is made.
    """
    minute = int(now // 60)
    return Event(
        id=f"press:{end.address}:{question.hash}:{answer}:{epoch}:{minute}",
        kind="press",
        address=end.address,
        author=end.address,
        thread=end.thread,
        at=now,
        target=question.hash,
        detail={**end.detail, "press": answer, **proof},
    )


def expiry(question: Question, ports: Ports) -> Event:
    """What tells the lane that nobody answered in time."""
    place = question.asked
    return Event(
        id=f"expiry:{question.hash}:{question.until}",
        kind="expiry",
        address=place.address,
        author=place.address,
        thread=place.thread,
        at=ports.clock.now(),
        home=place.home,
        target=question.hash,
        detail=place.detail,
    )


def closing(question: Question, state: str) -> Answer:
    """That this question ends so."""
    return Answer(question.home, question.hash, state, question.wish)


def answered(answers: Iterable[Answer], event: Event, ports: Ports) -> list[Write]:
    """The writes that close questions; each counts once. Forgotten ones go (`acts/forgotten.py`).

    `event` is what answered them.
    """
    now = ports.clock.now()
    by = "" if event.kind == "expiry" else event.address.surface
    closed: Row = {"closed": now, "by": by, "expires": now + KEPT}
    return [
        Update(
            keys.question(one.home, one.hash),
            {**closed, "state": one.state},
            equals("state", "open"),
        )
        for one in answers
        if one.state != FORGOTTEN
    ]


def through(surface: str) -> str:
    """The surface as people call it: `by SMS`, `on Slack`; empty for none."""
    return BY.get(surface, f"on {surface.capitalize()}") if surface else ""


BY = {"sms": "by SMS", "email": "by email", "web": "on the web"}
"""Where it is not “on” and the name."""
