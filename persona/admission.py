"""An event's first step: from a verified message to its lane, with no mark that it was seen.

The mark stands in the turn's own commit. One written here would lose the event that died
between mark and lane; a lane put that fails makes the vendor send again.
`stop` and `start` take effect here, past the lane, so that a long turn cannot hold them up.
"""

from dataclasses import replace

from persona import ids, keys
from persona.errors import Conflict, Transient
from persona.model import Event, Kind, Place, readable
from persona.people import addresses
from persona.ports import Ports, Put, equals

TRIES = 8


def admit(event: Event, ports: Ports) -> Place:
    """Puts a verified event into its lane; raises Transient where the provider must repeat it."""
    place = _place(event, ports)
    if place is None:
        return Place("", "")
    if event.kind == "message" and event.author != event.address:
        now = ports.clock.now()
        addresses.note_speaker(ports.table, event.author, event.address, place, now)
    event = replace(event, words=readable(event.words), home=place.home)
    event = replace(event, kind=_meaning(event, place, ports))
    if event.kind in ("halt", "resume"):
        _move_gate(event, ports)
    once = f"{event.id}{'' if event.addressed else '#overheard'}"
    ports.lanes.put(place.lane, event.to_json(), once)
    return place


def _place(event: Event, ports: Ports) -> Place | None:
    """Where the address lives, made at first contact; None for words of somebody erased since.

    Who only asks to sign in by an address meets nobody: where nobody lives there, the event goes
    into a lane of nobody, so that asking takes as long.
    """
    if event.kind == "status" and event.detail.get("function"):  # the one who got it lives nowhere
        return Place(home=event.home, lane=event.reported_lane)
    if event.kind == "signin":
        known = addresses.find(ports.table, event.address)
        return known or Place(home="", lane=ids.derive("nobody", str(event.address)))
    known = addresses.find(ports.table, event.address)
    if known is None and event.at <= addresses.left_at(ports, event.address):
        return None
    return known or addresses.meet(ports.table, event.address, ports.entropy, ports.clock.now())


def _meaning(event: Event, place: Place, ports: Ports) -> Kind:
    if event.kind != "message" or not event.addressed:
        return event.kind  # the page's function knows no surface but its own, and admits for others
    surface = ports.surfaces[event.address.surface]
    if surface.stops(event.words):
        return "halt"
    if surface.starts(event.words):
        own = addresses.find(ports.table, event.author) or place
        gate = ports.table.get([keys.gate(own.lane)])[keys.gate(own.lane)]
        return "resume" if gate["halted"] or gate["suppressed"] else "message"
    return "message"


def _move_gate(event: Event, ports: Ports) -> None:
    """Writes the halt; the epoch moves, so that nothing decided before it passes.

    Said where others listen, it halts what is done for its author and silences nobody else.

    A webhook that is delivered again must not undo a later word: the last few event ids that
    moved the gate are kept in it. Where the carrier itself blocks a number that said stop, that
    address stays suppressed until it says start, whatever other surfaces say. Where a link moves
    the author to another lane meanwhile, it is that lane's gate which halts.
    """
    surface = ports.surfaces[event.address.surface]
    halted = event.kind == "halt"
    for _ in range(TRIES):
        own = addresses.meet(ports.table, event.author, ports.entropy, ports.clock.now())
        key = keys.gate(own.lane)
        row = ports.table.get([key])[key]
        if own.home not in row["homes"]:
            continue
        if event.id in row.get("moved_by", []):
            return
        suppressed = {a: why for a, why in row["suppressed"].items() if a != str(event.address)}
        if halted and surface.quiet_stop:
            suppressed[str(event.address)] = "opted out"
        moved = {
            **row,
            "halted": halted,
            "suppressed": suppressed,
            "epoch": row["epoch"] + 1,
            "moved_by": [*row.get("moved_by", []), event.id][-20:],
            **({"stopped": ports.clock.now()} if halted else {}),
        }
        try:
            ports.table.commit([Put(key, moved, equals("epoch", row["epoch"]))])
        except Conflict:
            continue
        return
    raise Transient("the gate is busy")
