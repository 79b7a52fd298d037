"""How things stand in a lane before a turn: everything a decision needs, in one strong read."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from persona import keys
from persona.errors import Broken, Refused
from persona.memory import evidence, tombstones
from persona.model import FORMAT, Address, Audience, Event, Place, Spent, Turn, shortened
from persona.ports import ABSENT, Condition, Ports, Row, equals
from persona.seal import seal, unseal

MOST_RECENT = 2_000
"""Characters of one message in the recent turns, so that the strong read stays small."""


@dataclass(frozen=True, slots=True)
class Head:
    """A lane's compare-and-swap and working digest.

    `version` counts commits, `spoken` turns with words, `memory` what was forgotten or edited
    (a cached index with another number is stale). `greeted`: the first words were said. `times`
    are the last turns' times, `paced` the last automatic messages to each address. `waiting` is
    how many events a cap holds back, `held_until` when the last of them is due. `asking` is a
    question that the next words may answer; `untold` what the person has yet to hear about
    messages that did not arrive. `tails` names the last act to each address; None where older
    code kept no such account. `spent` is what thinking has cost in this lane today. `linking` is
    the one code that was offered here, and until when it can be answered; `tries` are the times
    of the last tries to link; `heard` says when a linked home was last heard or proven, where
    its address may be given to somebody else.
    """

    version: int = 0
    spoken: int = 0
    memory: int = 0
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


@dataclass(frozen=True, slots=True)
class Link:
    """One linked home: the address that it belongs to, since when, and the lane of its own.

    `since` is 0 for a home that was here before any other.
    """

    address: Address
    since: float
    lane: str


@dataclass(frozen=True, slots=True)
class Gate:
    """What may change between a commit and an act.

    `links` says more about each of `homes` where there were ever several; `given` names the lane
    to which a link took a home away. `floor` is a version below which nothing may be written: a
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
    floor: int = 0

    def own_lane(self, home: str, here: str) -> str:
        """The lane of that home's own, which it has for good; `here` is this lane."""
        return self.links[home].lane if home in self.links else here

    def is_new(self, home: str, until: float) -> bool:
        """Whether this home was linked after `until`, so that it is still in quarantine."""
        return home in self.links and self.links[home].since > until

    def opens(self, home: str, other: str, at: float, until: float) -> bool:
        """Whether words of `other` from that time may be recalled for `home`.

        Two homes that a link brought together after `until` are closed to each other's words from
        before it, so that a link by deceit shows neither side's past before it can be noticed.
        """
        if home == other or home not in self.links or other not in self.links:
            return True
        one, two = self.links[home].since, self.links[other].since
        return one == two or max(one, two) <= until or at >= max(one, two)

    def hides(self, home: str, until: float) -> bool:
        """Whether anything that was said in another of the homes is closed to this one."""
        return not all(self.opens(home, other, 0.0, until) for other in self.homes)

    def shows(self, home: str, turn: Turn, until: float) -> bool:
        """Whether a whole turn may be shown to `home`: its reply may quote closed words."""
        may_quote = turn.home != home and bool(turn.recalled)
        is_hidden = may_quote and self.hides(home, until)
        return self.opens(home, turn.home, turn.at, until) and not is_hidden


@dataclass(frozen=True, slots=True)
class Standing:
    """One lane as one strong read found it.

    `opens` says whether words of a home from a time may be recalled for the address that speaks;
    `hides` that some are not; `is_new` that this address was linked a short while ago,
    `is_silent` that it was silent for so long that somebody else may have it now. `forgotten` are
    the events whose message was forgotten: they are no news, however late they come again.
    """

    place: Place
    head: Head
    head_is_new: bool
    gate: Gate
    recent: tuple[Turn, ...]
    seen: Mapping[str, Row]
    joined: frozenset[str]
    audience: Audience = "private"
    opens: Callable[[str, float], bool] = lambda home, at: True
    hides: bool = False
    is_new: bool = False
    is_silent: bool = False
    forgotten: frozenset[str] = frozenset()

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
    own = [*seen_keys.values(), *gone_keys.values(), *thread_keys.values()]
    rows = ports.table.get(dict.fromkeys([head_key, gate_key, *recent_keys, *own]))
    if gate_key not in rows or rows[gate_key].get("erased"):
        raise Refused("the person of this lane was erased", "erased")
    for key, row in rows.items():
        if row.get("v", 0) > FORMAT:
            raise Broken(f"{key.sort} is of format {row['v']}; this code knows up to {FORMAT}")
    recent = [
        evidence.open_turn(unseal(ports, f"lane:{place.lane}", _recent(place.lane), row["sealed"]))
        for row in (rows[key] for key in recent_keys if key in rows)
    ]
    head = _open_head(ports, place.lane, rows.get(head_key))
    gate, until = open_gate(rows[gate_key]), ports.clock.now() - ports.settings.link_quarantine
    recent = [turn for turn in recent if gate.shows(place.home, turn, until)]
    return Standing(
        place=place,
        head=head,
        head_is_new=head_key not in rows,
        gate=gate,
        recent=tuple(sorted(recent, key=lambda turn: turn.version)),
        seen={id: rows[key] for id, key in seen_keys.items() if key in rows},
        joined=frozenset(thread for thread, key in thread_keys.items() if key in rows),
        audience=events[0].audience,
        opens=lambda home, at: gate.opens(place.home, home, at, until),
        hides=gate.hides(place.home, until),
        is_new=gate.is_new(place.home, until),
        is_silent=_is_silent(place.home, head, gate, events[0], ports),
        forgotten=frozenset(id for id, key in gone_keys.items() if key in rows),
    )


def _is_silent(home: str, head: Head, gate: Gate, event: Event, ports: Ports) -> bool:
    limit = ports.surfaces[event.address.surface].reassigned_after
    if not limit or home not in gate.links or home not in head.heard:
        return False
    return ports.clock.now() - head.heard[home] > limit


def open_gate(row: Row) -> Gate:
    return Gate(
        epoch=row["epoch"],
        halted=row["halted"],
        homes=tuple(row["homes"]),
        surfaces=tuple(row["surfaces"]),
        suppressed=row["suppressed"],
        since=row["since"],
        row=row,
        links={home: _open_link(link) for home, link in row.get("links", {}).items()},
        given=row.get("given", {}),
        floor=row.get("floor", 0),
    )


def _open_link(link: Mapping[str, Any]) -> Link:
    return Link(Address.parse(link["address"]), link["since"], link["lane"])


def head_row(ports: Ports, lane: str, head: Head) -> Row:
    """The head as it is stored: counters in the clear, what was asked under the lane's key."""
    digest = {
        "asking": dict(head.asking),
        "untold": list(head.untold),
        "paced": dict(head.paced),
        "tails": dict(head.tails or {}),
    }
    if head.linking or head.tries or head.heard:
        digest |= {"linking": dict(head.linking), "tries": list(head.tries)}
        digest |= {"heard": dict(head.heard)}
    return {
        "v": FORMAT,
        "version": head.version,
        "spoken": head.spoken,
        "memory": head.memory,
        "waiting": head.waiting,
        "held_until": head.held_until,
        "greeted": head.greeted,
        "ledger": head.ledger,
        "times": list(head.times),
        "spent": asdict(head.spent),
        "sealed": seal(ports, f"lane:{lane}", f"HEAD {lane}", digest),
    }


def recent_row(ports: Ports, lane: str, turn: Turn) -> Row:
    """A turn as the prompt will show it: long words are cut here, and whole in the home."""
    said = tuple(replace(one, text=shortened(one.text, MOST_RECENT)) for one in turn.said)
    content = evidence.plain_turn(replace(turn, said=said))
    sealed = seal(ports, f"lane:{lane}", _recent(lane), content)
    return {"v": FORMAT, "version": turn.version, "sealed": sealed}


def _recent(lane: str) -> str:
    return f"RECENT {lane}"


def _open_head(ports: Ports, lane: str, row: Row | None) -> Head:
    if row is None:
        return Head()
    digest = unseal(ports, f"lane:{lane}", f"HEAD {lane}", row["sealed"])
    return Head(
        version=row["version"],
        spoken=row["spoken"],
        memory=row["memory"],
        waiting=row["waiting"],
        held_until=row["held_until"],
        greeted=row["greeted"],
        ledger=row["ledger"],
        times=tuple(row["times"]),
        paced=digest["paced"],
        asking=digest["asking"],
        untold=tuple(digest["untold"]),
        tails=digest.get("tails"),
        spent=Spent(**row.get("spent", {})),
        linking=digest.get("linking", {}),
        tries=tuple(digest.get("tries", ())),
        heard=digest.get("heard", {}),
    )
