"""Forgetting and correcting: the words go, and so does every reply that could repeat them.

A turn that quoted the forgotten words points to them in `recalled`, which is how the replies are
found. The lane's recent turns and the packed index are rewritten in the same commit, and the
head's `memory` number moves, so that no process keeps recalling from an older index. A tombstone
for each message says that it went, so that nothing brings it back.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from persona import keys
from persona.memory import evidence, notes, plans, segments, tombstones
from persona.memory.standing import Standing, recent_row
from persona.memory.tombstones import Tombstone
from persona.model import FORMAT, Said, Turn
from persona.ports import Delete, Ports, Put, Row, Write

MOST_TURNS = 40
"""One commit holds at most 100 writes; what is beyond that many goes ahead of it."""
MOST_NOTES = 6
MOST_TOMBSTONES = 10
MOST_AHEAD = 20
"""Writes of one commit that goes ahead: as many whole segments as its 4 MB hold."""


def writes_for(
    standing: Standing,
    ports: Ports,
    gone: Iterable[str] = (),
    changed: Mapping[str, tuple[str, bool]] | None = None,
    author: str = "",
) -> tuple[list[Write], list[Turn]]:
    """The writes that drop the messages `gone` and give those in `changed` their new words.

    Every turn of an `author` who leaves is emptied, also one in which only the persona spoke.

    Returns with them the turns as they were whose words or reply go, so that what else was made
    of them (sent texts, raw mails) can go too.

    Where very many turns are touched, the surplus goes at once in commits of its own: forgetting
    repeats without harm. Tombstones go first, while their messages can still be found, and segments
    last, since what they hold is found and forgotten again.
    """
    renew = _Renewal(frozenset(gone), changed or {}, author)
    turns = evidence_in(standing, ports)
    holders = [turn for turn in turns if renew.holds(turn)]
    pointers = {turn.pointer for turn in holders}
    quoting = [t for t in turns if t not in holders and pointers.intersection(t.recalled)]
    renewed = [evidence.silenced(turn) for turn in quoting] + [renew.of(turn) for turn in holders]
    marked = [tombstones.write(h, one) for h, one in renew.tombstones(holders, ports)]
    is_large = len(renewed) > MOST_TURNS or len(marked) > MOST_TOMBSTONES
    writes = _but_surplus(marked, 0 if is_large else MOST_TOMBSTONES, ports)
    writes += _but_surplus([_rewrite(ports, turn) for turn in renewed], MOST_TURNS, ports)
    most = segments.MOST_SEGMENTS // len(standing.gate.homes)
    for home in standing.gate.homes:
        versions = {turn.version: turn for turn in renewed if turn.home == home}
        packed = segments.renew(ports, home, versions, renew.gone | renew.changed.keys())
        writes += _but_surplus(packed, most, ports)
    dropped = notes.writes_to_drop(ports, standing.gate.homes, renew.gone, renew.changed)
    rested_on = {*renew.gone, *(turn.pointer for turn in holders if renew.drops(turn))}
    dropped += plans.writes_to_drop(ports, standing.gate.homes, rested_on)
    writes += _but_surplus(dropped, MOST_NOTES, ports)
    writes += _recent_writes(standing, ports, renew, pointers)
    return writes, [*holders, *quoting]


def _but_surplus(writes: Sequence[Write], most: int, ports: Ports) -> list[Write]:
    """The last so many writes; those before them are committed now."""
    ahead = writes[: max(0, len(writes) - most)]
    for start in range(0, len(ahead), MOST_AHEAD):
        ports.table.commit(ahead[start : start + MOST_AHEAD])
    return list(writes[len(ahead) :])


@dataclass(frozen=True, slots=True)
class _Renewal:
    gone: frozenset[str]
    changed: Mapping[str, tuple[str, bool]]
    author: str

    def holds(self, turn: Turn) -> bool:
        if self.author and turn.author == self.author:
            return True
        return any(said.id in self.gone or said.id in self.changed for said in turn.said)

    def drops(self, turn: Turn) -> bool:
        """Whether words of it go, and are not only changed."""
        return any(said.id in self.gone for said in turn.said)

    def of(self, turn: Turn) -> Turn:
        said = tuple(self._said(one) for one in turn.said)
        return evidence.without(replace(turn, said=said), self.gone)

    def tombstones(self, holders: Iterable[Turn], ports: Ports) -> Iterator[tuple[str, Tombstone]]:
        """For each home what is marked there, each mark once."""
        now, known = ports.clock.now(), set[tuple[str, str]]()
        for turn in holders:
            for said in turn.said:
                if said.id not in self.gone and said.id not in self.changed:
                    continue
                why: tombstones.Why = "forgotten" if said.id in self.gone else "edited"
                for one in tombstones.over(ports, turn.home, said, why, now):
                    if (turn.home, one.mark) not in known:
                        known.add((turn.home, one.mark))
                        yield turn.home, one

    def _said(self, one: Said) -> Said:
        if one.id not in self.changed:
            return one
        text, is_told = self.changed[one.id]
        return replace(one, text=text, tells=is_told)


def _rewrite(ports: Ports, turn: Turn) -> Write:
    key = keys.turn(turn.home, turn.version)
    row = ports.table.get([key])[key]
    fresh = evidence.turn_row(ports, turn, row["identity"], row["cost"])
    kept = {name: value for name, value in row.items() if name in fresh}
    return Put(key, {**kept, "sealed": fresh["sealed"]})


def _recent_writes(
    standing: Standing, ports: Ports, renew: _Renewal, pointers: set[str]
) -> list[Write]:
    lane = standing.place.lane
    writes: list[Write] = []
    for turn in standing.slots:
        if renew.holds(turn):
            renewed = renew.of(turn)
        elif pointers.intersection(turn.recalled):
            renewed = evidence.silenced(turn)
        else:
            continue
        key = keys.recent(lane, turn.number)
        writes.append(Put(key, recent_row(ports, lane, renewed)) if renewed.said else Delete(key))
    return writes


def to_prove(
    standing: Standing,
    turns: Iterable[Turn],
    version: int,
    ports: Ports,
    originals: Iterable[str] = (),
) -> list[Write]:
    """The row by which the sweeper does what is left of a forgetting, and proves that it is done.

    Raw originals go: those named, and all from the first of these turns on, since a later mail may
    quote them, and what it said newly is kept with its turn.
    """
    touched = list(turns)
    since = min((turn.at for turn in touched), default=float("inf"))
    everything = evidence_in(standing, ports) if touched else []
    blobs = [blob for turn in (*touched, *everything) if turn.at >= since for blob in turn.blobs]
    lane, now = standing.place.lane, ports.clock.now()
    own_lanes = [link.lane for link in standing.gate.links.values()]
    row: Row = {
        "v": FORMAT,
        "lane": lane,
        "version": version,
        "at": now,
        "lanes": list(dict.fromkeys([lane, *own_lanes])),
        "homes": list(standing.gate.homes),
        "functions": list(dict.fromkeys([*ports.functions, *ports.carriers, "link", "handover"])),
        "blobs": list(dict.fromkeys([*originals, *blobs])),
        "looks": 0,
        "due": now,
    }
    return [Put(keys.forgetting(standing.place.lane, version), row)]


def evidence_in(standing: Standing, ports: Ports) -> list[Turn]:
    """All turns of a lane's homes."""
    return [turn for home in standing.gate.homes for turn in evidence.read_turns(ports, home)]
