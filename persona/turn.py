"""The whole turn, top to bottom: read this first.

One strong read, one decision, one commit. Before the commit nothing has happened; after it
everything will: that the events were seen, what was said and answered, and the acts that carry
the answer out. A turn that loses the race for the head reads again; an answer that was lost shows
as events already seen.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from persona import decide
from persona.acts import waking
from persona.decision import Act, Decision
from persona.errors import Broken, Conflict, Refused, Transient
from persona.keys import Scope
from persona.memory import segments
from persona.memory.standing import Standing, read
from persona.model import End, Event, Place
from persona.people import addresses, reach
from persona.ports import Ports
from persona.record import Commit, record, waiting_moved, working_note

TRIES = 6


@dataclass(frozen=True, slots=True)
class Taken:
    """What a turn came to: the acts to ring for, the sockets to wake, and how it was thought."""

    acts: tuple[Act, ...] = ()
    handled: int = 0
    woke: bool = False
    mind: str = ""


def take_turn(
    place: Place, events: Sequence[Event], ports: Ports, reflex_only: bool = False
) -> Taken:
    """Takes one turn on a burst of events of one lane and thread.

    Raises Transient where it may simply be repeated, Broken where it may not.
    """
    thought: tuple[tuple[int, int], Decision] | None = None
    wasted: list[Mapping[str, Any]] = []
    own = ports
    for _ in range(TRIES):
        try:
            standing = read(place, events, own.within(_scope(place.lane, [place.home], own)))
        except Refused:  # said before its person was erased, and so erased with them
            return Taken()
        fresh = standing.unhandled(events)
        if not fresh:
            return Taken()
        is_here, reports = place.home in standing.gate.homes, fresh[0].reported_lane
        if not is_here and reports != place.lane:
            return _forward(standing, fresh, own)
        if is_here and reports not in ("", place.lane):
            _pass_on(fresh[0], own)
        homes = standing.gate.homes if is_here else [place.home]
        ports = own.within(_scope(place.lane, homes, own))
        moment = (standing.head.version, standing.gate.epoch)
        if thought is not None and thought[0] != moment:
            wasted.append(thought[1].cost)
            thought = None
        standing = standing.charged(wasted, own.clock.now())
        if thought is None:
            thought = (moment, decide.on(standing, fresh, ports, reflex_only))
        commit = record(standing, fresh, thought[1], ports, _end(standing, thought[1], own))
        try:
            ports.table.commit(commit.writes)
        except Conflict:
            continue
        ports.indexes.advance(standing, commit.turn, commit.notes)
        _ring(commit, ports)
        is_new = commit.turn is not None or fresh[0].kind == "link"  # which may open other homes
        woke = "web" in standing.gate.surfaces and is_new
        if woke:
            ports.bell.ring("socket", place.lane)
        segments.pack_when_due(place.lane, standing.gate.homes, commit.turn, ports)
        return Taken(commit.acts, len(fresh), woke, thought[1].mind)
    raise Transient("others kept moving this lane's head")


def _end(standing: Standing, decision: Decision, ports: Ports) -> End | None:
    """Where a reply goes that was asked for on another surface."""
    if not decision.elsewhere:
        return None
    address = standing.gate.links[decision.elsewhere].address
    return reach.read(ports, ports.table, decision.elsewhere, address)


def _forward(standing: Standing, events: Sequence[Event], ports: Ports) -> Taken:
    """A link changed while these were under way: on to the lane that has their home now.

    A lane drops repeats for some minutes, and a home may be linked and unlinked within them: so
    the put is marked by whence and when too. The seen mark goes by the event alone.
    """
    _let_go(standing, events, ports)
    lane, epoch = standing.place.lane, standing.gate.epoch
    for event in events:
        place = addresses.find(ports.table, event.address)
        if place is None:
            raise Broken("an event of an address that nobody has met")
        ports.lanes.put(place.lane, event.to_json(), f"{event.id}#{lane}#{epoch}")
    return Taken()


def _pass_on(event: Event, ports: Ports) -> None:
    """A report on an act of a lane that this address has left, or is now worked away from."""
    copy = replace(event, id=f"{event.id}@{event.reported_lane}")
    ports.lanes.put(event.reported_lane, copy.to_json(), copy.id)


def _let_go(standing: Standing, events: Sequence[Event], ports: Ports) -> None:
    """Events that a cap held back here wait elsewhere now: this lane no longer counts them."""
    writes = waiting_moved(standing, events, ports)
    if not writes:
        return
    scope = _scope(standing.place.lane, [standing.place.home], ports)
    try:
        ports.table.within(scope).commit(writes)
    except Conflict as error:
        raise Transient("this lane's head moved") from error


def fail_turn(place: Place, events: Sequence[Event], ports: Ports) -> None:
    """Ends events that failed each time as seen, failed and told; thinks nothing, recalls nothing."""
    scoped = ports.within(_scope(place.lane, [place.home], ports))
    try:
        standing = read(place, events, scoped)
    except Refused:  # said before its person was erased
        return
    fresh = standing.unhandled(events)
    if fresh and place.home not in standing.gate.homes:
        _forward(standing, fresh, ports)
    elif fresh:
        ports = scoped
        commit = record(standing, fresh, decide.failing(fresh), ports)
        ports.table.commit(commit.writes)
        _ring(commit, ports)


def tell_working(place: Place, event: Event, ports: Ports) -> None:
    """Says once that a long turn is still being thought about; a commit beside the turn's own."""
    ports = ports.within(_scope(place.lane, [place.home], ports))
    try:
        standing = read(place, [event], ports)
    except Refused:  # the person was erased meanwhile
        return
    if not standing.unhandled([event]):
        return
    commit = working_note(standing, event, ports)
    if commit is None:
        return
    try:
        ports.table.commit(commit.writes)
    except Conflict:  # told already, or the gate has moved
        return
    _ring(commit, ports)


def _scope(lane: str, homes: Iterable[str], ports: Ports) -> Scope:
    return Scope.of_turn(lane, homes, ports.functions)


def _ring(commit: Commit, ports: Ports) -> None:
    """One ring for the acts of a commit, which all go to one address; it says what they follow."""
    for act in commit.aside:
        ports.bell.ring(act.function, act.lane)
    for home in dict.fromkeys(home for home, _ in commit.moved):
        moved = [id for one, id in commit.moved if one == home]
        ports.bell.ring(waking.FUNCTION, home, moved)
    if commit.acts:
        first, named = commit.acts[0], [act.after for act in commit.acts]
        if commit.behind is None:
            ports.bell.ring(first.function, first.lane)
        else:
            ports.bell.ring(first.function, first.lane, named, commit.behind)
