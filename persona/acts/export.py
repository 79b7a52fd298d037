"""Everything that is kept about one person, as lines of JSON, and at the end what they were.

Line by line, so that it may be as long as a life. It holds what the person's own address is shown:
nothing of other people, nothing forgotten, and nothing that a new link keeps closed. Of places
where others listen it holds the person's own words alone.
"""

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict
from itertools import chain
from math import inf
from typing import Any

from persona import keys
from persona.acts import credentials, handover, outbox, questions, residue
from persona.decision import Act
from persona.errors import Refused, Transient
from persona.memory import documents, evidence, notes, plans, topics
from persona.memory.sensitivity import sensitivity
from persona.memory.standing import Gate, open_gate
from persona.model import Address, Note, Place, Turn
from persona.people import addresses, graph
from persona.people.consent import follows_up
from persona.ports import Blobs, Clock, Store
from persona.settings import Settings

VERSION = 1
ABSENT_HERE = (
    "raw mails, whose new words are among the messages",
    "what other people said, and what was said to them",
    "what was forgotten or erased",
    "how you write, which is counted anew from your messages",
    "keys, passwords, sessions and codes",
    "what Slack, carriers, mail servers and model hosts keep",
)
PAGE = 200
Line = dict[str, Any]


def lines(
    address: Address, store: Store, blobs: Blobs, settings: Settings, clock: Clock
) -> Iterator[str]:
    """JSON lines, each ending in a newline; the last is the manifest of all before it.

    Raises Refused where nobody is known by this address.
    """
    whole, counts = hashlib.sha256(), Counter[str]()
    until = clock.now() - settings.link_quarantine
    known = chain(
        _everything(address, store, blobs, until), _graph(address, store, settings, clock.now())
    )
    for line in known:
        spelled = json.dumps(line, ensure_ascii=False, separators=(",", ":")) + "\n"
        spelled = spelled.encode("utf-8", "replace").decode()
        whole.update(spelled.encode())
        counts[line["type"]] += 1
        yield spelled
    manifest: Line = {
        "type": "manifest",
        "version": VERSION,
        "hub": settings.version,
        "address": str(address),
        "at": clock.now(),
        "lines": sum(counts.values()),
        "counts": dict(sorted(counts.items())),
        "sha256": whole.hexdigest(),
        "not_in_it": list(ABSENT_HERE),
    }
    yield json.dumps(manifest, ensure_ascii=False, separators=(",", ":")) + "\n"


def count(address: Address, store: Store) -> int:
    """About how many lines it will be, for whoever shows how far it is: the turns of all homes."""
    _, gate = _standing(address, store)
    newest = [store.table.query(keys.turns(h), limit=1, newest_first=True) for h in gate.homes]
    return sum(rows[0][1]["version"] for rows in newest if rows)


def _standing(address: Address, store: Store) -> tuple[Place, Gate]:
    for _ in range(3):
        place = addresses.find(store.table, address)
        row = store.table.get([keys.gate(place.lane)]).get(keys.gate(place.lane)) if place else None
        if place is None or row is None or row.get("erased"):
            break
        gate = open_gate(row)
        if place.home in gate.homes:
            return place, gate
    else:
        raise Transient("links of this person keep moving")
    raise Refused(f"nobody is known as {address}")


def _everything(address: Address, store: Store, blobs: Blobs, until: float) -> Iterator[Line]:
    place, gate = _standing(address, store)
    yield from _links(address, gate)
    yield _consent(gate)
    lanes = {place.lane, *(link.lane for link in gate.links.values())}
    sent_by, functions = set(lanes), {*gate.surfaces, "link"}
    for home in gate.homes:
        for turn in _turns(store, home):
            sent_by |= {turn.lane} - {""}
            functions |= {*turn.acts}
            yield from _messages(gate.shown(place.home, turn, until))
    yield from _notes(place.home, gate, until, store)
    yield from _questions(place.home, gate, until, store)
    yield from ({"type": "grant", **one} for one in gate.row.get("grants", ()))
    yield from _documents(place.home, gate, until, store, blobs)
    yield from _plans(place.home, gate, until, store)
    yield from _topics(gate, store)
    own = {str(address), *(str(link.address) for link in gate.links.values())}
    for one in sorted(own):
        yield from _said_in_rooms(Address.parse(one), store)
        yield from _handed_over(Address.parse(one), store)
        for name in credentials.given_by(store, Address.parse(one)):
            yield {"type": "credential", "name": name, "address": one}
    for lane in sorted(sent_by):  # also of lanes that were left since
        yield from _acts(lane, sorted(functions), place.home, gate, until, store)
    for lane in sorted(lanes):
        yield from _ledger(lane, store)


def _turns(store: Store, home: str) -> Iterator[Turn]:
    """One page after the other, so that no life is ever in memory whole."""
    after = 0
    while turns := evidence.read_turns(store, home, after, PAGE):
        yield from turns
        after = turns[-1].version


def _links(address: Address, gate: Gate) -> Iterator[Line]:
    if not gate.links:
        yield {"type": "link", "address": str(address), "home": gate.homes[0], "since": gate.since}
    for home, link in gate.links.items():
        yield {"type": "link", "address": str(link.address), "home": home, "since": link.since}


def _consent(gate: Gate) -> Line:
    return {
        "type": "consent",
        "stopped": gate.halted,
        "closed_addresses": dict(gate.suppressed),
        "quiet_hours": dict(gate.row.get("quiet", {})),
        "follows_up": follows_up(gate.row),
        "since": gate.since,
    }


def _messages(turn: Turn) -> Iterator[Line]:
    replies = [said.id for said in turn.said if said.author == "persona"]
    for said in turn.said:
        line: Line = {
            "type": "message",
            "id": said.id,
            "home": turn.home,
            "turn": turn.version,
            "at": said.at,
            "surface": said.surface,
            "thread": turn.thread,
            "author": said.author,
            "text": said.text,
        }
        if said.author == "person":
            line |= {"reply": replies, "kept": turn.kept}
        else:
            line |= {"recalled": list(turn.recalled), "mind": turn.mind}
        yield line


def _notes(own: str, gate: Gate, until: float, store: Store) -> Iterator[Line]:
    """What is kept on purpose, with the words that it rests on, also what holds no longer."""
    kept = (note for home in gate.homes for note in notes.read(store, home))
    held = notes.Notes.of(note for note in kept if _is_open(note, own, gate, until))
    for note in held.all:
        yield {
            "type": "note",
            "id": note.id,
            "home": note.home,
            "claim": note.claim,
            "evidence": [asdict(quote) for quote in note.evidence],
            "since": note.since,
            "until": note.until or None,
            "superseded_by": note.superseded_by or None,
            "made_by": note.made_by,
        }
    for note in held.contests:
        yield {
            "type": "contest",
            "home": note.home,
            "trait": note.contests,
            "evidence": [asdict(quote) for quote in note.evidence],
            "since": note.since,
        }


def _graph(address: Address, store: Store, settings: Settings, now: float) -> Iterator[Line]:
    """What is believed of the person: stored nowhere, and derived here from the messages above."""
    place, gate = _standing(address, store)
    told = graph.plain(graph.seen_from(place.home, gate, store, settings, now))
    for node in told["nodes"]:
        yield {"type": "trait" if "claim" in node else "mentioned", "derived": True, **node}
    for edge in told["edges"]:
        yield {"type": "edge", "derived": True, **edge}


def _questions(own: str, gate: Gate, until: float, store: Store) -> Iterator[Line]:
    """What was asked for and may still wait for a yes; its code stands nowhere."""
    for home in gate.homes:
        for one in questions.in_home(home, store):
            asked_at = one.until - questions.STANDS
            if gate.opens(own, home, asked_at, until, sensitivity(one.wish.shown)):
                yield {
                    "type": "question",
                    "home": home,
                    "capability": one.wish.intent.capability,
                    "shown": one.wish.shown,
                    "reason": one.wish.verdict.reason,
                    "state": one.state,
                    "at": asked_at,
                    "until": one.until,
                }


def _documents(own: str, gate: Gate, until: float, store: Store, blobs: Blobs) -> Iterator[Line]:
    """The person's own documents, whole."""
    for home in gate.homes:
        for name in documents.names(blobs, home):
            found = documents.opened(store, blobs, home, name)
            if found is not None and gate.opens(own, home, found[0].at, until):
                one, text = found
                line: Line = {"type": "document", "home": home, "title": one.title}
                yield {**line, "at": one.at, "text": text}


def _plans(own: str, gate: Gate, until: float, store: Store) -> Iterator[Line]:
    """What is still to be done in time."""
    for plan in (plan for home in gate.homes for plan in plans.read(store, home)):
        if gate.opens(own, plan.home, plan.made, until, sensitivity(plan.words)):
            yield {
                "type": "plan",
                "id": plan.id,
                "home": plan.home,
                "number": plan.number,
                "what": plan.what,
                "when": plan.schedule.words,
                "next": plan.at if plan.at < inf else None,
                "state": plan.state,
                "steps": [_named(asdict(step)) for step in plan.steps],
                "at step": plan.step or None,
                "came": [_named(asdict(came)) for came in plan.came],
                "untold": [came.text for came in plan.news],
                "deadline": plan.deadline or None,
                "most acts": plan.most or None,
                "missed": plan.missed,
                "by": plan.by or None,
                "made": plan.made,
                "message": plan.message,
            }


def _topics(gate: Gate, store: Store) -> Iterator[Line]:
    """What the persona may come back to by itself; the words are among the messages."""
    for home, known in topics.read(store, gate.homes).items():
        for one in known.topics:
            line: Line = {"type": "topic", "home": home, "kind": one.kind, "at": one.at}
            yield {**line, "made": one.made, "rests": list(one.rests)}


def _named(fields: Mapping[str, Any]) -> dict[str, Any]:
    """Without what says nothing."""
    return {name: value for name, value in fields.items() if value}


def _is_open(note: Note, own: str, gate: Gate, until: float) -> bool:
    words = "\n".join([note.claim, *(quote.words for quote in note.evidence)])
    return gate.opens(own, note.home, note.since, until, sensitivity(words))


def _said_in_rooms(author: Address, store: Store) -> Iterator[Line]:
    """The person's own words where others listen; answers there may quote others."""
    for _, row in store.table.query(keys.spoken(author)):
        for turn in _turns(store, row["home"]):
            if turn.author != str(author):
                continue
            for line in _messages(turn):
                if line["author"] == "person":
                    yield {**line, "reply": [], "place": row["address"]}


def _acts(
    lane: str, functions: Iterable[str], home: str, gate: Gate, until: float, store: Store
) -> Iterator[Line]:
    """What was or is to be sent to this person, and done for them; where each stands now."""
    for function in functions:
        partition = keys.act(function, lane, "OPEN", "").partition
        for _, row in residue.rows_of(store, partition):
            if row["home"] not in gate.homes:
                continue
            act = outbox.open_row(store, row)
            if gate.opens(home, act.home, act.at, until) and not gate.hides(home, until):
                yield _act(act)


def _handed_over(author: Address, store: Store) -> Iterator[Line]:
    """What went from shared places to this person; the words are among the messages."""
    for _, spoke in store.table.query(keys.spoken(author)):
        place = addresses.find(store.table, Address.parse(spoke["address"]))
        lane = place.lane if place else ""
        for _, row in residue.rows_of(store, keys.act(handover.FUNCTION, lane, "", "").partition):
            act = outbox.open_row(store, row)
            if act.address == author:
                yield {**_act(act), "text": "", "place": spoke["address"]}


def _act(act: Act) -> Line:
    return {
        "type": "act",
        "id": act.id,
        "function": act.function,
        "to": str(act.address),
        "text": act.text,
        "at": act.at,
        "state": act.state,
        "reason": act.reason,
        "tries": act.tries,
    }


def _ledger(lane: str, store: Store) -> Iterator[Line]:
    for key, row in residue.rows_of(store, keys.head(lane).partition):
        if key.sort.startswith("LEDGER#"):
            yield {**{n: value for n, value in row.items() if n != "v"}, "type": "ledger"}


def verify(spelled: Iterable[str]) -> bool:
    """Whether these lines are what their manifest says."""
    whole, last = hashlib.sha256(), ""
    for line in spelled:
        whole.update(last.encode())
        last = line
    manifest = json.loads(last)
    return manifest["type"] == "manifest" and manifest["sha256"] == whole.hexdigest()
