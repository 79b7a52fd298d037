"""How things stand in a lane before a turn: everything a decision needs, in one strong read."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from persona import keys
from persona.decision import Failure, Spent
from persona.errors import Broken, Refused
from persona.halts import Halts
from persona.memory import evidence, tombstones, topics, walls
from persona.memory.sensitivity import MOST, PRIVATE, sensitivity
from persona.memory.silence import silent
from persona.model import FORMAT, Address, Audience, Event, Evidence, Place, Turn, shortened
from persona.ports import ABSENT, Condition, Ports, Row, Store, equals
from persona.seal import seal, unseal
from persona.topic import Open

SAID_STOP = "you said stop"
MOST_RECENT = 2_000
"""Characters of one message in the recent turns, so that the strong read stays small."""


@dataclass(frozen=True, slots=True)
class Head:
    """A lane's compare-and-swap and working digest.

    `version` counts commits, `spoken` turns with words, `memory` what was forgotten or edited (a
    cached index with another number is stale), `notes` the turns that kept a note. `greeted`: the
    first words were said. `times` are the last turns' times, `paced` the last automatic messages to
    each address. `waiting` is how many events a cap holds back, `held_until` when the last of them
    is due. `asking` is a question that the next words may answer; `untold` what the person has yet
    to hear about messages that did not arrive. `tails` names the last act to each address; None
    where older code kept no such account. `spent` is what this lane has cost today, `wished` how
    many wishes it ever had. `linking` is the one code that was offered here, and until when it can
    be answered; `tries` are the times of the last tries to link; `heard` says when a linked home
    was last heard or proven, where its address may be given to somebody else. `plans` is the
    highest number that a plan was given; `zone` the person's time zone, as they said it or as their
    browser tells it. `awaited` are the plans that wait for words, as they stood at one epoch of the
    gate (`acts/awaited.py`). `looked` counts the reviews that had nothing to say since the last
    that had. `failure` is what the person was last told to have failed, until they react to it;
    `likeness` what was last suggested by how somebody writes: what, when, of which home, and why.
    """

    version: int = 0
    spoken: int = 0
    memory: int = 0
    notes: int = 0
    waiting: int = 0
    held_until: float = 0.0
    greeted: bool = False
    ledger: str = ""
    times: tuple[float, ...] = ()
    paced: Mapping[str, list[float]] = field(default_factory=dict[str, list[float]])
    asking: Mapping[str, Any] = field(default_factory=dict[str, Any])
    untold: tuple[str, ...] = ()
    tails: Mapping[str, str] | None = field(default_factory=dict[str, str])
    spent: Spent = field(default_factory=Spent)
    linking: Mapping[str, Any] = field(default_factory=dict[str, Any])
    tries: tuple[float, ...] = ()
    heard: Mapping[str, float] = field(default_factory=dict[str, float])
    wished: int = 0
    plans: int = 0
    zone: str = ""
    zone_said: bool = False
    looked: int = 0
    awaited: Mapping[str, Any] = field(default_factory=dict[str, Any])
    failure: Failure | None = None
    likeness: Mapping[str, Any] = field(default_factory=dict[str, Any])


@dataclass(frozen=True, slots=True)
class Link:
    """One linked home: the address that it belongs to, since when, and the lane of its own.

    `since` is when it came together with the homes that stand before it in the gate, 0 for one
    that was there before any other. `heard` is when its address was last heard or proven, as far
    as the lanes knew that it was worked in before; 0 where none of them did.
    """

    address: Address
    since: float
    lane: str
    heard: float = 0.0


@dataclass(frozen=True, slots=True)
class Gate:
    """What may change between a commit and an act.

    `links` says more about each of `homes`, in their order, where there were ever several;
    `given` names the lane to which a link took a home away, `came` the lane from which the end of
    one brought it back, and when. `floor` is a version below which nothing may be written: a
    home keeps its turns in order, whichever lane works it.
    """

    epoch: int
    halted: bool
    homes: tuple[str, ...]
    surfaces: tuple[str, ...]
    suppressed: Mapping[str, str]
    since: float
    row: Row
    links: Mapping[str, Link] = field(default_factory=dict[str, Link])
    given: Mapping[str, str] = field(default_factory=dict[str, str])
    came: Mapping[str, tuple[str, float]] = field(default_factory=dict[str, tuple[str, float]])
    floor: int = 0

    @property
    def halted_by_word(self) -> str:
        """What the person said that halts them, in words; empty where they are not halted."""
        return SAID_STOP if self.halted else ""

    def halted_since(self, at: float) -> str:
        """The same for what was decided at a time: a stop ends it, also once they start again."""
        return SAID_STOP if self.halted or at < self.row.get("stopped", 0.0) else ""

    @property
    def unlike(self) -> Mapping[str, float]:
        """Linked homes whose addresses write like somebody else, and since when they are closed."""
        known: Mapping[str, float] = self.row.get("unlike", {}) if len(self.links) > 1 else {}
        return {home: since for home, since in known.items() if home in self.links}

    @property
    def off(self) -> frozenset[str]:
        """The capabilities that the person has switched off."""
        return frozenset(self.row.get("off", ()))

    def own_lane(self, home: str, here: str) -> str:
        """The lane of that home's own, which it has for good; `here` is this lane."""
        return self.links[home].lane if home in self.links else here

    def is_new(self, home: str, until: float) -> bool:
        """Whether this home, or those it came with, was linked after `until`: in quarantine."""
        order = [*self.links]
        upto = order[: order.index(home) + 1] if home in self.links else []
        return any(self.links[one].since > until for one in upto)

    def together(self, home: str, other: str) -> float:
        """When a link brought these two together, whatever was linked to either of them since."""
        order = [*self.links]
        first, last = sorted((order.index(home), order.index(other)))
        return max((self.links[one].since for one in order[first + 1 : last + 1]), default=0.0)

    def opens(
        self, home: str, other: str, at: float, until: float, sensitivity: int = MOST
    ) -> bool:
        """Whether such words of `other` from that time may be recalled for `home`.

        Two homes that a link brought together after `until` are closed to each other's sensitive
        words from before it, so that a link by deceit shows neither side's past before it can be
        noticed. To a home whose address writes like somebody else no other is open.
        """
        if home in self.unlike and home != other:
            return False
        if home == other or sensitivity < PRIVATE:
            return True
        if home not in self.links or other not in self.links:
            return True
        since = self.together(home, other)
        return since <= until or at >= since

    def hides(self, home: str, until: float) -> bool:
        """Whether anything that was said in another of the homes may be closed to this one."""
        return not all(self.opens(home, other, 0.0, until) for other in self.homes)

    def shown(self, home: str, turn: Turn, until: float) -> Turn:
        """What of a turn may be shown to `home`: its reply may quote words that are closed to it."""
        may_quote = turn.sensitivity >= PRIVATE and self.hides(home, until)
        if turn.home == home:
            return turn
        said = tuple(
            one
            for one in turn.said
            if (one.author == "person" or not may_quote)
            and self.opens(home, turn.home, turn.at, until, sensitivity(one.text))
        )
        return turn if said == turn.said else replace(turn, said=said)


@dataclass(frozen=True, slots=True)
class Standing:
    """One lane as one strong read found it.

    `opens` says whether evidence may be recalled for the address that speaks, as its links are;
    `recent` are the last turns as that address may see them, `slots` as they stand; `hides`: a link
    is so new that words of another home may be closed to it; `is_new`: it was this address that was
    linked a short while ago. `silent` are linked homes whose addresses somebody else may have.
    `forgotten` are the events whose message was forgotten: they are no news, however late they
    come. `halts` is what is halted for everybody, `open` what was left open in this home.
    """

    place: Place
    head: Head
    head_is_new: bool
    gate: Gate
    recent: tuple[Turn, ...]
    seen: Mapping[str, Row]
    joined: frozenset[str]
    audience: Audience = "private"
    opens: Callable[[Evidence], bool] = lambda one: True
    slots: tuple[Turn, ...] = ()
    hides: bool = False
    is_new: bool = False
    silent: frozenset[str] = frozenset()
    forgotten: frozenset[str] = frozenset()
    halts: Halts = field(default_factory=Halts)
    open: Open = topics.NOTHING

    @property
    def halted(self) -> str:
        """Why nothing may be said or done for this lane now, in words; empty where it may."""
        return self.gate.halted_by_word or self.halts.why()

    def is_closed(self, capability: str) -> bool:
        """Whether the person has switched this capability off, or it is halted for everybody."""
        return capability in self.gate.off or bool(self.halts.why(capability))

    @property
    def is_silent(self) -> bool:
        """Whether the address that speaks may be somebody else's by now."""
        return self.place.home in self.silent

    @property
    def is_unwritten(self) -> bool:
        """Nothing was ever said in any of its homes: there is nothing to read."""
        is_alone = self.gate.homes == (self.place.home,)
        return self.head_is_new and is_alone and not self.gate.floor and not self.gate.links

    @property
    def next_version(self) -> int:
        """The version of the next commit: above all that its homes have seen in any lane."""
        return max(self.head.version, self.gate.floor) + 1

    @property
    def memory(self) -> tuple[int, int]:
        """What an index of this lane was made of; another pair means that it is stale."""
        return self.head.memory, self.gate.floor

    @property
    def place_is_unproven(self) -> bool:
        """Nobody has shown that they own this address: it gets an answer, and nobody's memory."""
        return self.audience == "unverified"

    @property
    def is_shared(self) -> bool:
        return self.audience == "lane"

    def unhandled(self, events: Sequence[Event]) -> list[Event]:
        """Those that still need a turn: not seen, held back until now, or overheard and now asked."""
        return [event for event in events if self._needs_turn(event)]

    def _needs_turn(self, event: Event) -> bool:
        state = self.seen.get(event.id, {}).get("state")
        if state == "overheard":
            return event.kind == "message" and event.addressed
        if state is None:
            return event.id not in self.forgotten
        return state in ("waiting", "moved")

    def seen_condition(self, event: Event) -> Condition:
        row = self.seen.get(event.id)
        return equals("state", row["state"]) if row else ABSENT

    def charged(self, costs: Iterable[Mapping[str, Any]], now: float) -> "Standing":
        """The same, with these thinkings paid for that came to no turn."""
        spent = self.head.spent
        for cost in costs:
            spent = spent.at(now).plus(cost)
        return replace(self, head=replace(self.head, spent=spent))

    @property
    def head_condition(self) -> Condition:
        return ABSENT if self.head_is_new else equals("version", self.head.version)


def read(place: Place, events: Sequence[Event], ports: Ports) -> Standing:
    """One request: head, gate, recent turns, seen marks, tombstones, threads.

    Raises Broken for newer rows, and Refused where this lane's person was erased.
    """
    seen_keys = {event.id: keys.seen(place.home, event.id) for event in events}
    thread_keys = {event.thread: keys.thread(place.lane, event.thread) for event in events}
    recent_keys = [keys.recent(place.lane, n) for n in range(keys.RECENT_TURNS)]
    head_key, gate_key = keys.head(place.lane), keys.gate(place.lane)
    gone_keys = {
        event.id: key
        for event in events
        if (key := tombstones.key_of(ports, place.home, event.message_id))
    }
    now, open_key = ports.clock.now(), keys.review(place.home)
    own = [*seen_keys.values(), *gone_keys.values(), *thread_keys.values(), open_key]
    watched = ports.halts.wanted(now)
    rows = ports.table.get(dict.fromkeys([head_key, gate_key, *recent_keys, *own, *watched]))
    halts = ports.halts.take(watched, rows, now)
    if gate_key not in rows or rows[gate_key].get("erased"):
        raise Refused("the person of this lane was erased", "erased")
    for key, row in rows.items():
        if row.get("v", 0) > FORMAT:
            raise Broken(f"{key.sort} is of format {row['v']}; this code knows up to {FORMAT}")
    recent = [
        evidence.open_turn(
            unseal(ports, f"lane:{place.lane}", f"RECENT {place.lane}", row["sealed"])
        )
        for row in (rows[key] for key in recent_keys if key in rows)
    ]
    head, gate = open_head(ports, place.lane, rows.get(head_key)), open_gate(rows[gate_key])
    until = now - ports.settings.link_quarantine
    slots, audience = sorted(recent, key=lambda turn: turn.version), events[0].audience
    shown = [
        gate.shown(place.home, walls.heard_again(turn, place.home, audience), until)
        for turn in slots
    ]
    return Standing(
        place=place,
        head=head,
        head_is_new=head_key not in rows,
        gate=gate,
        recent=tuple(turn for turn in shown if turn.said),
        seen={id: rows[key] for id, key in seen_keys.items() if key in rows},
        joined=frozenset(thread for thread, key in thread_keys.items() if key in rows),
        audience=audience,
        opens=lambda one: gate.opens(place.home, one.home, one.at, until, one.sensitivity),
        slots=tuple(slots),
        hides=gate.hides(place.home, until),
        is_new=gate.is_new(place.home, until),
        silent=silent(head, gate, ports),
        forgotten=frozenset(id for id, key in gone_keys.items() if key in rows),
        halts=halts,
        open=topics.open_row(ports, place.home, rows.get(open_key)),
    )


def open_gate(row: Row) -> Gate:
    return Gate(
        epoch=row["epoch"],
        halted=row["halted"],
        homes=tuple(row["homes"]),
        surfaces=tuple(row["surfaces"]),
        suppressed=row["suppressed"],
        since=row["since"],
        row=row,
        links={home: _open_link(row["links"][home]) for home in row["homes"] if "links" in row},
        given=row.get("given", {}),
        came={home: (one["lane"], one["since"]) for home, one in row.get("came", {}).items()},
        floor=row.get("floor", 0),
    )


def _open_link(link: Mapping[str, Any]) -> Link:
    address = Address.parse(link["address"])
    return Link(address, link["since"], link["lane"], link.get("heard", 0.0))


def head_row(ports: Ports, lane: str, head: Head) -> Row:
    """The head as it is stored: counters in the clear, what was asked under the lane's key."""
    digest = {
        "asking": dict(head.asking),
        "untold": list(head.untold),
        "paced": dict(head.paced),
        "tails": dict(head.tails or {}),
        "ledger": head.ledger,
    }
    rare = ("linking", "tries", "heard", "zone", "zone_said", "awaited", "likeness")
    digest |= {name: value for name in rare if (value := getattr(head, name))}
    digest |= {"failure": asdict(head.failure)} if head.failure else {}
    spent = {name: value for name, value in asdict(head.spent).items() if name in OLDEST or value}
    counted = {"wished": head.wished, "plans": head.plans, "looked": head.looked}
    return {
        "v": FORMAT,
        **{name: getattr(head, name) for name in CLEAR},
        "times": list(head.times),
        "spent": spent,
        **{name: count for name, count in counted.items() if count},
        "sealed": seal(ports, f"lane:{lane}", f"HEAD {lane}", digest),
    }


CLEAR = ("version", "spoken", "memory", "notes", "waiting", "held_until", "greeted", "ledger")
OLDEST = ("day", "tokens", "usd")
"""Counts that every head has; others come once there is something to count."""


def recent_row(ports: Ports, lane: str, turn: Turn) -> Row:
    """A turn as the prompt will show it: long words are cut here, and whole in the home."""
    said = tuple(replace(one, text=shortened(one.text, MOST_RECENT)) for one in turn.said)
    content = evidence.plain_turn(replace(turn, said=said))
    sealed = seal(ports, f"lane:{lane}", f"RECENT {lane}", content)
    return {"v": FORMAT, "version": turn.version, "sealed": sealed}


def open_head(ports: Store, lane: str, row: Row | None) -> Head:
    """A lane's head; that of a lane in which nothing was said for None."""
    if row is None:
        return Head()
    digest = unseal(ports, f"lane:{lane}", f"HEAD {lane}", row["sealed"])
    clear: dict[str, Any] = {name: row.get(name, 0) for name in CLEAR}
    return Head(
        **clear,
        times=tuple(row["times"]),
        paced=digest["paced"],
        asking=digest["asking"],
        untold=tuple(digest["untold"]),
        tails=digest.get("tails"),
        spent=Spent(**row.get("spent", {})),
        linking=digest.get("linking", {}),
        tries=tuple(digest.get("tries", ())),
        heard=digest.get("heard", {}),
        wished=row.get("wished", 0),
        plans=row.get("plans", 0),
        looked=row.get("looked", 0),
        zone=digest.get("zone", ""),
        zone_said=digest.get("zone_said", False),
        awaited=digest.get("awaited", {}),
        failure=Failure(**digest["failure"]) if "failure" in digest else None,
        likeness=digest.get("likeness", {}),
    )
