"""Whom the hub knows at an address, and what it keeps of them on purpose: read from a copy."""

import shutil
import tempfile
from pathlib import Path
from typing import Any

from backends.local.family import open_family
from hub.state import COPIED, copy_database
from persona import keys
from persona.errors import Broken
from persona.memory import notes
from persona.memory.standing import open_gate
from persona.model import Address, Note
from persona.people import addresses
from persona.ports import Ports


def person(state: Path, address: str, *, ended: bool = False) -> dict[str, Any]:
    """The addresses linked to this one and the notes of all of them, newest first.

    With `ended` also the notes that hold no longer. Raises Broken for an address nobody has met.
    """
    if not (state / "hub.db").exists():
        raise Broken(f"there is no hub in {state}")
    with tempfile.TemporaryDirectory() as folder:
        for name in COPIED:
            copy = copy_database if name.endswith(".db") else shutil.copy2
            copy(state / name, Path(folder) / name)
        family = open_family(Path(folder), {})
        try:
            return _found(Ports(**family.ports()), Address.parse(address), ended=ended)
        finally:
            family.close()


def _found(store: Ports, address: Address, *, ended: bool) -> dict[str, Any]:
    place = addresses.find(store.table, address)
    if place is None:
        raise Broken(f"nobody has written from {address}")
    gate = open_gate(store.table.get([keys.gate(place.lane)])[keys.gate(place.lane)])
    found = notes.Notes.of(note for home in gate.homes for note in notes.read(store, home))
    linked = sorted(str(link.address) for link in gate.links.values()) or [str(address)]
    shown = [_shown(note) for note in reversed(found.all) if ended or note.is_live]
    return {"address": str(address), "addresses": linked, "notes": shown}


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
