"""How things stand in a lane before a turn: everything a decision needs, in one strong read."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from persona import keys
from persona.errors import Broken
from persona.memory import evidence
from persona.model import FORMAT, Audience, Event, Place, Spent, Turn, shortened
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
    code kept no such account. `spent` is what thinking has cost in this lane today.
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


@dataclass(frozen=True, slots=True)
class Gate:
    """What may change between a commit and an act."""

    epoch: int
    halted: bool
    homes: tuple[str, ...]
    surfaces: tuple[str, ...]
    suppressed: Mapping[str, str]
    since: float
    row: Row


@dataclass(frozen=True, slots=True)
class Standing:
    """One lane as one strong read found it."""

    place: Place
    head: Head
    head_is_new: bool
    gate: Gate
    recent: tuple[Turn, ...]
    seen: Mapping[str, Row]
    joined: frozenset[str]
    audience: Audience = "private"

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
        return state is None or state == "waiting"

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
    """One request: head, gate, recent turns, seen marks, threads. Raises Broken for newer rows."""
    seen_keys = {event.id: keys.seen(place.home, event.id) for event in events}
    thread_keys = {event.thread: keys.thread(place.lane, event.thread) for event in events}
    recent_keys = [keys.recent(place.lane, n) for n in range(keys.RECENT_TURNS)]
    head_key, gate_key = keys.head(place.lane), keys.gate(place.lane)
    wanted = [head_key, gate_key, *recent_keys, *seen_keys.values(), *thread_keys.values()]
    rows = ports.table.get(dict.fromkeys(wanted))
    for key, row in rows.items():
        if row.get("v", 0) > FORMAT:
            raise Broken(f"{key.sort} is of format {row['v']}; this code knows up to {FORMAT}")
    recent = [
        evidence.open_turn(unseal(ports, f"lane:{place.lane}", _recent(place.lane), row["sealed"]))
        for row in (rows[key] for key in recent_keys if key in rows)
    ]
    return Standing(
        place=place,
        head=_open_head(ports, place.lane, rows.get(head_key)),
        head_is_new=head_key not in rows,
        gate=open_gate(rows[gate_key]),
        recent=tuple(sorted(recent, key=lambda turn: turn.version)),
        seen={id: rows[key] for id, key in seen_keys.items() if key in rows},
        joined=frozenset(thread for thread, key in thread_keys.items() if key in rows),
        audience=events[0].audience,
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
    )


def head_row(ports: Ports, lane: str, head: Head) -> Row:
    """The head as it is stored: counters in the clear, what was asked under the lane's key."""
    digest = {
        "asking": dict(head.asking),
        "untold": list(head.untold),
        "paced": dict(head.paced),
        "tails": dict(head.tails or {}),
    }
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
    )
