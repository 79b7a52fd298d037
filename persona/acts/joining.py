"""What joining and splitting lanes writes: gates and addresses, and no row of any home.

A home has a lane of its own for good. Joined, it is worked in another's: that gate lists it, its
own gate says to whom it was given, its address points there. Splitting writes the reverse. In
both, the lane that goes on with a home starts above every version that the other lane gave it
(the head of the other is part of the commit), and recent turns that could show the words of a
home that left are dropped.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from persona import keys
from persona.memory.standing import Gate, Link
from persona.people.consent import OFF, follows_up
from persona.ports import ABSENT, Check, Delete, Put, Row, Update, Write, equals

MOST_MOVED_BY = 20
"""Event ids that moved a gate, kept so that a repeated webhook moves nothing."""


@dataclass(frozen=True, slots=True)
class Side:
    """One lane of the two: its gate, its head's version (None where nothing was said), its links.

    The links know when their addresses were last heard in this lane, too.
    """

    lane: str
    gate: Gate
    version: int | None
    links: Mapping[str, Link]


def join(taker: Side, giver: Side, now: float) -> list[Write]:
    """The taker gets every home of the giver, which keeps none; a halt of either holds for both.

    Among themselves the giver's homes stay together since whenever they were: only the first of
    them comes to the taker's now.
    """
    first = next(iter(giver.links))
    taken = {**giver.links, first: replace(giver.links[first], since=now)}
    given = {home: lane for home, lane in taker.gate.given.items() if home not in taken}
    became = {
        **_with_links({**taker.links, **taken}),
        **_carried(taker.gate, giver.gate, giver.gate.suppressed),
        **_grants({*taker.links, *taken}, taker.gate, giver.gate),
        "floor": max(taker.gate.floor, giver.gate.floor, giver.version or 0),
        "given": given,
    }
    gave = {**giver.gate.given, **dict.fromkeys(taken, taker.lane)}
    return [
        _put_gate(taker, became),
        _put_gate(giver, {**_with_links({}), **_grants(()), "given": gave}),
        _head_check(giver),
        *_without_recent(giver.lane),
        *_without_textures(taker),
        *_without_textures(giver),
        *_point(taken.values(), giver.lane, taker.lane),
    ]


def split(leaving: Iterable[str], source: Side, target: Side, now: float) -> list[Write]:
    """These homes go from the source to the target, which is the own lane of one of them.

    What the source was sending to them just then goes first: the target knows where they came from.
    """
    leaving = set(leaving)
    gone = _among(source.links, leaving)
    kept = _among(source.links, source.links.keys() - leaving)
    theirs = {str(link.address) for link in gone.values()}
    suppressed = source.gate.suppressed
    given = {home: lane for home, lane in target.gate.given.items() if home not in gone}
    became = {
        **_with_links(gone),
        **_carried(target.gate, source.gate, {a: r for a, r in suppressed.items() if a in theirs}),
        **_grants(gone, source.gate),
        "halted": source.gate.halted,
        "floor": max(target.gate.floor, source.gate.floor, source.version or 0),
        "given": given,
        "came": {home: {"lane": source.lane, "since": now} for home in gone},
    }
    left = {a: r for a, r in suppressed.items() if a not in theirs}
    return [
        _put_gate(target, became),
        _put_gate(source, {**_with_links(kept), **_grants(kept, source.gate), "suppressed": left}),
        _head_check(source),
        *_without_recent(source.lane),
        *_without_textures(source),
        *_point(gone.values(), source.lane, target.lane),
    ]


def _among(links: Mapping[str, Link], homes: Collection[str]) -> dict[str, Link]:
    """The links of these homes, each two together since when they were, whoever stood between."""
    among: dict[str, Link] = {}
    since = 0.0
    for home, link in links.items():
        since = max(since, link.since)
        if home in homes:
            among[home] = replace(link, since=since)
            since = 0.0
    return among


def _with_links(links: Mapping[str, Link]) -> Row:
    rows = {
        home: {
            "address": str(link.address),
            "since": link.since,
            "lane": link.lane,
            "heard": link.heard,
        }
        for home, link in links.items()
    }
    surfaces = dict.fromkeys(link.address.surface for link in links.values())
    return {"homes": list(links), "surfaces": list(surfaces), "links": rows}


def _grants(homes: Collection[str], *gates: Gate) -> Row:
    """The standing permissions of these gates that were given at one of these homes."""
    rows = [row for gate in gates for row in gate.row.get("grants", ())]
    return {"grants": [row for row in rows if row["home"] in homes]}


def _carried(gate: Gate, other: Gate, suppressed: Mapping[str, str]) -> Row:
    """What of the other's gate goes on to hold: a halt, what is off or closed, who moved it."""
    moved_by = [*gate.row.get("moved_by", []), *other.row.get("moved_by", [])]
    return {
        "halted": gate.halted or other.halted,
        "off": sorted(gate.off | other.off),
        "stopped": max(one.row.get("stopped", 0.0) for one in (gate, other)),
        "suppressed": {**gate.suppressed, **suppressed},
        **({"review": OFF} if any(not follows_up(one.row) for one in (gate, other)) else {}),
        "quiet": {**other.row.get("quiet", {}), **gate.row.get("quiet", {})},
        "moved_by": list(dict.fromkeys(moved_by))[-MOST_MOVED_BY:],
    }


def _put_gate(side: Side, changes: Mapping[str, Any]) -> Write:
    gate = side.gate
    row = {**gate.row, **changes, "epoch": gate.epoch + 1}
    return Put(keys.gate(side.lane), row, equals("epoch", gate.epoch))


def _head_check(side: Side) -> Write:
    when = ABSENT if side.version is None else equals("version", side.version)
    return Check(keys.head(side.lane), when)


def _without_recent(lane: str) -> list[Write]:
    return [Delete(keys.recent(lane, number)) for number in range(keys.RECENT_TURNS)]


def _without_textures(side: Side) -> list[Write]:
    """How its person writes is derived again, of the homes that it has then."""
    fresh = [Delete(keys.fresh(side.lane, home)) for home in side.links]
    return [Delete(keys.texture(side.lane)), *fresh]


def _point(links: Iterable[Link], before: str, after: str) -> list[Write]:
    """Their addresses lead to the other lane from now on."""
    when = equals("lane", before)
    return [Update(keys.address(link.address), {"lane": after}, when) for link in links]
