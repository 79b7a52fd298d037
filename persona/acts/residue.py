"""Proof of a forgetting: everything of the person is opened and looked through, then a receipt.

The words are gone by then, so they are known by their tombstones: a message by its id, a quotation
by the hash of how the words begin. What the person still says elsewhere, in words of their own that
were not forgotten, is no residue. The receipt is an entry of the lane's ledger.
"""

import json
import math
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache, partial
from typing import Any

from persona import ids, keys
from persona.acts import handover, ledger, outbox
from persona.errors import Broken
from persona.keys import Key
from persona.memory import documents, tombstones
from persona.memory.lines import PERSONA
from persona.memory.standing import head_row, open_head
from persona.memory.tombstones import Keeping, Tombstone
from persona.model import message_id
from persona.ports import Delete, Ports, Put, Row, Store, Write, equals
from persona.seal import unseal

PAGE = 200
MOST_LOOKS = 10
"""Looks after which a receipt is written that names what was still found."""
AGAIN = 30.0
MARKS = frozenset({"TOMB", "SEEN", "FORGOT", "LEDGER", "REDACT", "GONE"})
"""Rows that hold marks, hashes and numbers, and no words."""
MARKS_KEPT = 1 << 14
"""Marks of one look that are not made again, since people repeat themselves; about 6 MB."""


@dataclass(frozen=True, slots=True)
class Words:
    """Some words found in a row: the person's own message, by its id, or what was made of any."""

    place: str
    text: str
    message: str = ""
    home: str = ""


@dataclass(slots=True)
class Found:
    """What a look found: how much of each kind it opened, and where something is left."""

    looked: Counter[str] = field(default_factory=Counter[str])
    left: list[str] = field(default_factory=list[str])


def look(
    store: Keeping,
    lanes: Iterable[str],
    homes: Iterable[str],
    functions: Collection[str],
    until: float = math.inf,
) -> Found:
    """Looks through all rows and documents of these homes, these lanes and their acts.

    What was forgotten after `until` may still be on its way out, and has a look of its own.
    """
    homes, found = list(homes), Found()
    gone = {home: _forgotten(store, home, until) for home in homes}
    words = list(_everything(store, lanes, homes, functions, found))
    kept = _Probe(store, gone)
    own = [one for one in words if one.message and not kept.is_gone(one)]
    elsewhere = kept.hits(one.text for one in own)
    for one in words:
        is_left = kept.is_gone(one) if one.message else bool(kept.hits([one.text]) - elsewhere)
        found.left += [one.place] if is_left else []
    return found


def _forgotten(store: Store, home: str, until: float) -> dict[str, Tombstone]:
    stones = tombstones.standing(store, home)
    return {mark: one for mark, one in stones.items() if one.at <= until}


class _Probe:
    """What was forgotten in some homes, as far as it can be recognised."""

    def __init__(self, store: Store, gone: Mapping[str, Mapping[str, Tombstone]]) -> None:
        self._store, self._gone = store, gone
        self._mark = lru_cache(MARKS_KEPT)(partial(tombstones.mark, store))
        self._probes = {
            home: {probe for one in stones.values() for probe in one.probes}
            for home, stones in gone.items()
        }

    def is_gone(self, one: Words) -> bool:
        """Whether this very message was forgotten, or these words of it."""
        if one.home not in self._gone:
            return False
        said = " ".join(tombstones.canonical(one.text))
        marks = (
            tombstones.mark(self._store, one.home, "message", one.message),
            tombstones.mark(self._store, one.home, "version", one.message, said),
        )
        return any(mark in self._gone[one.home] for mark in marks)

    def hits(self, texts: Iterable[str]) -> set[tuple[str, str]]:
        """Which forgotten words the texts quote, as home and mark."""
        found: set[tuple[str, str]] = set()
        spoken = [tombstones.canonical(text) for text in texts]
        for home, probes in self._probes.items():
            wanted = {mark for _, mark in probes}
            for length in {length for length, _ in probes}:
                for said in spoken:
                    for start in range(len(said) - length + 1):
                        window = said[start : start + length]
                        mark = self._mark(home, "probe", *window)
                        if mark in wanted:
                            found.add((home, mark))
        return found


def _everything(
    store: Keeping,
    lanes: Iterable[str],
    homes: list[str],
    functions: Collection[str],
    found: Found,
) -> Iterator[Words]:
    partitions = [f"HOME#{home}" for home in homes]
    for lane in lanes:
        partitions.append(f"LANE#{lane}")
        partitions += [keys.act(function, lane, "OPEN", "").partition for function in functions]
    for partition in partitions:
        family = partition.partition("#")[0]
        for key, row in rows_of(store, partition):
            kind = key.sort.partition("#")[0]
            if kind in MARKS or "sealed" not in row:
                continue
            found.looked[kind] += 1
            opened = opened_row(store, key, row)
            read = READERS.get(kind if family != "ACT" else partition.split("#")[1])
            if read is not None:
                yield from read(partition.partition("#")[2], opened)
            else:
                yield from (Words(kind, text) for text in _texts(opened))
    for home in homes:
        for name in documents.names(store.blobs, home):
            found.looked["DOCUMENT"] += 1
            document = documents.opened(store, store.blobs, home, name)
            if document is not None:
                yield Words("DOCUMENT", f"{document[0].title}\n{document[1]}")


def rows_of(store: Store, partition: str, prefix: str = "") -> Iterator[tuple[Key, Row]]:
    """Every row of a partition whose sort key starts so, page by page."""
    after = ""
    while True:
        rows = store.table.query(Key(partition, prefix), after=after, limit=PAGE)
        yield from rows
        if len(rows) < PAGE:
            return
        after = rows[-1][0].sort


def opened_row(store: Store, key: Key, row: Row) -> Any:
    """What is sealed in any row of a home, a lane or acts. Raises Broken for a row of no known kind."""
    family, _, name = key.partition.partition("#")
    kind, _, rest = key.sort.partition("#")
    context = CONTEXTS.get((family, kind))
    if context is None:
        raise Broken(f"a row of kind {family} {kind} that nothing here can open")
    owner = f"home:{name}" if family == "HOME" else f"lane:{name.rpartition('#')[2]}"
    return unseal(store, owner, context(name, rest, row), row["sealed"])


def _of_act(name: str, rest: str, row: Row) -> str:
    function, _, lane = name.partition("#")
    return ids.derive("act", function, lane, rest)


CONTEXTS: dict[tuple[str, str], Callable[[str, str, Row], str]] = {
    ("HOME", "TURN"): lambda home, rest, row: f"TURN {home} {row['version']}",
    ("HOME", "NOTE"): lambda home, rest, row: f"NOTE {home} {row['id']}",
    ("HOME", "PLAN"): lambda home, rest, row: f"PLAN {home} {rest}",
    ("HOME", "QUESTION"): lambda home, rest, row: f"QUESTION {rest}",
    ("HOME", "INDEX"): lambda home, rest, row: f"INDEX {home} {int(rest)}",
    ("LANE", "HEAD"): lambda lane, rest, row: f"HEAD {lane}",
    ("LANE", "RECENT"): lambda lane, rest, row: f"RECENT {lane}",
    ("LANE", "WAIT"): lambda lane, rest, row: f"WAIT {lane} {row['id']}",
    **{("ACT", stage): _of_act for stage in ("OPEN", "OUT", "DONE")},
}
"""Where each sealed row says that it belongs, by its partition's and its own kind."""


def _of_turn(home: str, turn: Mapping[str, Any]) -> Iterator[Words]:
    for said in turn["said"]:
        own = said["author"] == "person"
        yield Words("TURN", said["text"], said["id"] if own else "", turn["home"])


def _of_note(home: str, note: Mapping[str, Any]) -> Iterator[Words]:
    for quote in note["evidence"]:
        yield Words("NOTE", quote["words"], quote["message"], home)
        yield Words("NOTE", note["claim"], quote["message"], home)


def _of_plan(home: str, plan: Mapping[str, Any]) -> Iterator[Words]:
    """Its goal, its steps with their arguments, and what they brought back."""
    message, steps = plan["message"], plan.get("steps", ())
    texts = [text for one in steps for text in (one["text"], *map(str, one["arguments"].values()))]
    for text in filter(None, [plan["what"], *texts]):
        yield Words("PLAN", text, message, home)
    for came in (*plan.get("came", ()), *plan.get("news", ())):
        yield Words("PLAN", came["text"], next(iter(came["rests"]), message), home)


def _of_segment(home: str, packed: Mapping[str, Any]) -> Iterator[Words]:
    authors = [packed["names"][names[0]] for names in packed["named"]]
    for id, text, author in zip(packed["ids"], packed["texts"], authors, strict=True):
        yield Words("INDEX", text, "" if author == PERSONA else id, home)


def _of_held(lane: str, spelled: str) -> Iterator[Words]:
    event: dict[str, Any] = json.loads(spelled)
    yield Words("WAIT", event["words"], message_id(event["id"]), event["home"])


def _of_handover(name: str, act: Mapping[str, Any]) -> Iterator[Words]:
    """The words that are handed over stand in a text of JSON, which spells them otherwise."""
    if act["text"] in ("", outbox.REDACTED):
        return
    for given in json.loads(act["text"]):
        yield Words(handover.FUNCTION.upper(), given["words"])


READERS: dict[str, Callable[[str, Any], Iterator[Words]]] = {
    "TURN": _of_turn,
    "RECENT": _of_turn,
    "NOTE": _of_note,
    "PLAN": _of_plan,
    "INDEX": _of_segment,
    "WAIT": _of_held,
    handover.FUNCTION: _of_handover,
}
"""How rows of a kind, or acts of a function, hold words; of all others every text counts."""


def _texts(opened: Any) -> Iterator[str]:
    match opened:
        case str():
            yield opened
        case dict():
            for inner in opened.values():
                yield from _texts(inner)
        case list():
            for inner in opened:
                yield from _texts(inner)
        case _:
            return


def prove(ports: Ports, key: Key, row: Row) -> None:
    """Does what is left of a forgetting; repeating any of it is harmless.

    Raw originals go, tombstones are kept beside the keys, and once what was sent is redacted, which
    a row of its own sees to, everything is looked through. Where something is left it looks again
    later.
    """
    for name in row["blobs"]:
        tombstones.drop_blob(ports, name)
    for home in row["homes"]:
        tombstones.keep(ports, home)
    if outbox.is_redacting(ports, row["lane"], row["version"]):
        _come_again(ports, key, row, row["looks"])
        return
    found = look(ports, row["lanes"], row["homes"], row["functions"], row["at"])
    found.left += ["BLOB" for name in row["blobs"] if ports.blobs.get(name) is not None]
    if found.left and row["looks"] < MOST_LOOKS:
        _come_again(ports, key, row, row["looks"] + 1)
        return
    ports.table.commit(_receipt(ports, key, row, found))


def _come_again(ports: Ports, key: Key, row: Row, looks: int) -> None:
    later: Row = {**row, "looks": looks, "due": ports.clock.now() + AGAIN}
    ports.table.commit([Put(key, later, equals("looks", row["looks"]))])


def _receipt(ports: Ports, key: Key, row: Row, found: Found) -> list[Write]:
    """The ledger's entry and the end of the row, if nobody moved the lane's head meanwhile."""
    head_key = keys.head(row["lane"])
    head = ports.table.get([head_key]).get(head_key)
    if head is None:  # erased meanwhile, and this row with it
        return []
    version = head["version"] + 1
    stones = {home: sorted(_forgotten(ports, home, row["at"])) for home in row["homes"]}
    receipt = {
        "forgotten": ledger.digest(stones),
        "tombstones": sum(map(len, stones.values())),
        "looked_through": {**found.looked, "BLOB": len(row["blobs"])},
        "residue": len(found.left),
        "left_in": dict(Counter(found.left)),
    }
    entry = ledger.receipt(head["ledger"], version, ports.clock.now(), receipt)
    lane = row["lane"]
    before = open_head(ports, lane, head)
    moved = head_row(ports, lane, replace(before, version=version, ledger=entry["hash"]))
    return [
        Put(head_key, moved, equals("version", head["version"])),
        Put(keys.ledger(row["lane"], version), entry),
        Delete(key, equals("looks", row["looks"])),
    ]
