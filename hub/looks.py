"""What the hub sees of how people write, and of how the persona keeps to itself: for who runs it.

Both read a copy of the state folder, also while the hub runs.
"""

import os
from collections import Counter, defaultdict
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.table import Table as Shown

from hub.client import printable
from hub.inspect import copied
from hub.leaving import address_of
from hub.terminal import Json, console, dump, fail
from persona import keys
from persona.drift import Drift
from persona.errors import Broken, Refused
from persona.memory import drifts, evidence
from persona.memory.own import own_of
from persona.memory.standing import Gate, open_gate
from persona.people import addresses, textures
from persona.ports import Ports

BARS = "▁▂▃▄▅▆▇█"
MOST_RANKED, MOST_REASONS = 3, 8


def likeness(
    person: Annotated[str, typer.Argument(help="surface:address, or a web account's name.")],
    json: Json = False,
) -> None:
    """Show whom a person writes like, how sure that is, and which habits speak for it."""
    try:
        found = likeness_of(_state(), person)
    except Broken as error:
        fail(error)
        return
    if json:
        print(dump(found))
        return
    sure = (
        f"{found['chance']:.0%} that the first is right"
        if found["ranking"]
        else "nobody to compare"
    )
    console.print(
        f"{found['messages']} messages among {found['known']} others: {sure}", markup=False
    )
    table = Shown(box=None, pad_edge=False)
    for column in ("like", "score", "because"):
        table.add_column(column)
    for one in found["ranking"]:
        because = "\n".join(one["because"])
        table.add_row(printable(one["person"]), f"{one['score']:.1f}", printable(because))
    console.print(table)
    for one in found["still"]:
        told = f"{one['address']}: {one['chance']:.0%} that the same person still writes there"
        console.print(printable(told), markup=False)


def persona(
    drift: Annotated[bool, typer.Option(help="Each review's look at itself.")] = False,
    json: Json = False,
) -> None:
    """Show which identity spoke on which surface, and how well it held to it."""
    try:
        found = persona_of(_state())
    except Broken as error:
        fail(error)
        return
    if json:
        print(dump(found))
        return
    console.print(f"{found['name']}, {found['stamp']}", markup=False)
    for surface, stamps in found["spoke"].items():
        told = ", ".join(f"{count} turns as {stamp}" for stamp, count in stamps.items())
        console.print(f"{surface}: {told}", markup=False)
    for one in found["drift"]:
        broken = ", ".join(f"{name} {count}×" for name, count in one["broken"].items()) or "nothing"
        judged = f"; a model: {one['judged']:.0%}" if one["judged"] is not None else ""
        told = f"{line(one['kept'])} {one['replies']} replies, broke {broken}{judged}"
        console.print(f"{one['person']}: {told}", markup=False)
        for sample in one["samples"] if drift else ():
            console.print(f"  {sample}", markup=False)


def line(shares: list[float]) -> str:
    """The shares (0 to 1) as bars, one each."""
    return "".join(BARS[round(share * (len(BARS) - 1))] for share in shares)


def likeness_of(state: Path, name: str) -> dict[str, Any]:
    """Everybody's likeness to a person by texture, the best first, and why; who of them still writes.

    Raises Broken where there is no hub, or nobody of that name.
    """
    from persona.memory.texture import read
    from persona.people.lent import chance_of_same
    from persona.people.same import Crowd

    with copied(state, os.environ) as (table, ports):
        place = addresses.find(ports.table, address_of(name))
        if place is None:
            raise Broken(f"nobody is known as {name}")
        gate = open_gate(ports.table.get([keys.gate(place.lane)])[keys.gate(place.lane)])
        said = _said(gate, ports)
        everybody = textures.read(ports, textures.listed(table))
        crowd = Crowd({lane: one for lane, one in everybody.items() if lane != place.lane})
        guess = crowd.guess(read(said))
        named: defaultdict[str, list[str]] = defaultdict(list)
        for key, row in table.scan("ADDRESS#"):
            if key.sort == "HOME":
                named[row["lane"]].append(
                    key.partition.removeprefix("ADDRESS#").replace("#", ":", 1)
                )
        ranking = [
            {
                "person": ", ".join(named[one.person]) or one.person,
                "score": round(one.score, 2),
                "because": [str(why) for why in crowd.reasons(one.person, said)[:MOST_REASONS]],
            }
            for one in guess.ranking[:MOST_RANKED]
        ]
        still: list[dict[str, Any]] = []
        for home, link in gate.links.items():
            key = keys.fresh(place.lane, home)
            fresh = textures.open_row(ports, key, table.get([key]).get(key))
            same = chance_of_same(Crowd(everybody), place.lane, fresh) if fresh else None
            if same is not None:
                still.append({"address": str(link.address), "chance": round(same, 4)})
        return {
            "messages": len(said),
            "known": len(crowd.known),
            "chance": round(guess.chance, 4),
            "named": guess.named is not None,
            "ranking": ranking,
            "still": still,
        }


def _said(gate: Gate, ports: Ports) -> list[str]:
    """The person's own words, in all their homes."""
    turns = [turn for home in gate.homes for turn in evidence.read_turns(ports, home)]
    every = [one for turn in turns for one in evidence.evidence_of(turn)]
    return [own_of(one) for one in every if one.audience != "unverified"]


def persona_of(state: Path) -> dict[str, Any]:
    """Whose identity took how many turns on each surface, and what reviews saw, lane by lane."""
    with copied(state, os.environ) as (table, ports):
        spoke: defaultdict[str, Counter[str]] = defaultdict(Counter)
        for key, row in table.scan("HOME#"):
            if key.sort.startswith("TURN#"):
                home = key.partition.removeprefix("HOME#")
                try:
                    turn = evidence.open_row(ports, home, row)
                except Refused:  # of a person who was erased meanwhile
                    continue
                spoke[turn.surface][row["identity"]] += 1
        seen = [
            (key.partition.removeprefix("LANE#"), drifts.open_row(row))
            for key, row in table.scan("LANE#")
            if key.sort == "DRIFT"
        ]
        return {
            "name": ports.identity.name,
            "stamp": ports.identity.stamp,
            "spoke": {surface: dict(stamps) for surface, stamps in sorted(spoke.items())},
            "drift": [_drift(lane, drift) for lane, drift in seen],
        }


def _drift(lane: str, drift: Drift) -> dict[str, Any]:
    broken = Counter[str]()
    for one in drift.samples:
        broken.update(one.broken)
    judged = [one.judged for one in drift.samples if one.judged is not None]
    return {
        "person": lane,
        "kept": [round(one.kept, 3) for one in drift.samples],
        "replies": sum(one.replies for one in drift.samples),
        "broken": dict(broken),
        "judged": judged[-1] if judged else None,
        "samples": [
            {"at": one.at, "stamp": one.stamp, "replies": one.replies, "broken": dict(one.broken)}
            for one in drift.samples
        ],
    }


def _state() -> Path:
    return Path(os.environ.get("HUB_STATE", ".hub")).absolute()
