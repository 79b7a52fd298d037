"""Whom the hub knows at an address: links, consent, plans, and what is kept on purpose."""

from collections.abc import Iterable
from typing import Any

from persona import keys
from persona.acts import effects, grants, plan_facts
from persona.memory import drifts, evidence, notes
from persona.memory.silence import silent
from persona.memory.standing import Gate, Link, open_gate, open_head
from persona.model import Address, Note, Place
from persona.people import addresses
from persona.people import graph as graphs
from persona.people.consent import follows_up
from persona.people.manner import manner, plain
from persona.ports import Ports


def person(
    address: Address, ports: Ports, *, ended: bool = False, graph: bool = False
) -> dict[str, Any] | None:
    """Links (since when, in quarantine until when, what is closed), what may be done without asking
    and what is switched off, consent, plans as the page has them, and notes, newest first.

    With `ended` also the notes that hold no longer, with `graph` the person graph as this address
    may see it (`people/graph.plain`), how they are served (`people/manner.plain`), and how much of what
    models made of their words was kept and rejected. None for an address that nobody has met.
    """
    place = addresses.find(ports.table, address)
    if place is None:
        return None
    head_key, gate_key = keys.head(place.lane), keys.gate(place.lane)
    rows = ports.table.get([head_key, gate_key])
    gate = open_gate(rows[gate_key])
    head = open_head(ports, place.lane, rows.get(head_key))
    plans = plan_facts.seen_from(place.home, gate, ports.clock.now(), ports)
    kept = notes.Notes.of(note for home in gate.homes for note in notes.read(ports, home))
    believed: dict[str, Any] = {}
    if graph:
        found = graphs.seen_from(place.home, gate, ports, ports.settings, ports.clock.now())
        believed = {"graph": graphs.plain(found), "manner": plain(manner(found))}
        believed["proposals"] = _proposals(place.lane, gate.homes, kept.all, ports)
    return {
        "address": str(address),
        "person": place.lane,
        "halted": gate.halted,
        "off": sorted(gate.off),
        "grants": [dict(row) for row in grants.live(gate, ports.clock.now())],
        "quiet_hours": gate.row.get("quiet", {}),
        "follows_up": follows_up(gate.row),
        "consent": _consent({place.lane, *(link.lane for link in gate.links.values())}, ports),
        "links": _links(place, address, gate, silent(head, gate, ports), ports),
        "plans": [plan_facts.facts(plan) for plan in plans],
        "notes": [_shown(note) for note in reversed(kept.all) if ended or note.is_live],
        **believed,
    }


def _proposals(
    lane: str, homes: Iterable[str], kept: Iterable[Note], ports: Ports
) -> dict[str, int]:
    """What models made of the person's words, in turns and reviews: how much stands, how much does not."""
    rejected = drifts.read(ports, lane).rejected
    for home in homes:
        after = ""
        while rows := ports.table.query(keys.turns(home), after=after, limit=evidence.PAGE):
            rejected += sum(
                row["cost"].get("notes_rejected", 0) for _, row in rows if "cost" in row
            )
            after = rows[-1][0].sort
    return {"kept": sum(note.made_by == "model" for note in kept), "rejected": rejected}


def _consent(lanes: Iterable[str], ports: Ports) -> list[dict[str, Any]]:
    """Each change of what may be sent, as the ledgers of these lanes hold it, the oldest first."""
    entries = (row for lane in lanes for row in effects.entries_of(ports, lane))
    changes = [
        {"at": row["at_ms"] / 1000, **{name: one[name] for name in ("surface", "change", "why")}}
        for row in entries
        for one in row.get("consent", ())
    ]
    return sorted(changes, key=lambda one: one["at"])


def _links(
    place: Place, address: Address, gate: Gate, suspended: frozenset[str], ports: Ports
) -> list[dict[str, Any]]:
    links = gate.links or {place.home: Link(address, 0.0, place.lane)}
    now, seconds = ports.clock.now(), ports.settings.link_quarantine
    return [
        {
            "address": str(link.address),
            "since": link.since or None,
            "quarantine_until": link.since + seconds if link.since + seconds > now else None,
            "suspended": home in suspended,
            "takes_nothing": gate.suppressed.get(str(link.address)),
        }
        for home, link in links.items()
    ]


def _shown(note: Note) -> dict[str, Any]:
    evidence = [
        {"turn": f"{note.home}/{q.version}", "message": q.message, "words": q.words}
        for q in note.evidence
    ]
    return {
        "id": note.id,
        "claim": note.claim,
        "evidence": evidence,
        "since": note.since,
        "until": note.until or None,
        "superseded_by": note.superseded_by or None,
        "why": note.why,
        "made_by": note.made_by,
        "doubt": note.doubt,
        "turn": f"{note.home}/{note.version}",
    }
