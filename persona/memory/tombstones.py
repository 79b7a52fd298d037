"""Tombstones: that something was forgotten, when and why, as marks that say nothing of it.

A mark is a hash under the home's key, so it tells nothing without that key and nothing at all once
the person was erased. It stands in the home, where the turn that forgets writes it in its own
commit, and later also beside the keys, outside of what a restore overwrites.

A message's mark blocks that message for good, whoever delivers it again. The mark of its words
blocks only what was said until then: what the person says anew later is a new statement.
"""

import hashlib
import hmac
import json
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Literal, Protocol

from persona import keys
from persona.errors import Refused
from persona.keys import Key
from persona.model import FORMAT, Evidence, Said
from persona.ports import Blobs, Put, Row, Store, Write

Why = Literal["forgotten", "edited"]
Kind = Literal["message", "words", "version", "probe"]
WORD = re.compile(r"\w+")
MOST_PROBED = 12
"""Words of the beginning by which a quotation is found: what is quoted may be cut at its end."""
PAGE = 500
BLOBS = "blobs"
"""The owner of the marks of blobs that went."""


class Keeping(Store, Protocol):
    """What dropping a blob needs."""

    @property
    def blobs(self) -> Blobs: ...


@dataclass(frozen=True, slots=True)
class Tombstone:
    """One mark; `at` in epoch seconds. `probes` are lengths and marks of how the words began."""

    mark: str
    at: float
    why: str
    probes: tuple[tuple[int, str], ...] = ()


def mark(store: Store, home: str, kind: Kind, *parts: str) -> str:
    """32 hexadecimal digits under the home's key. Raises Refused where that was destroyed."""
    said = "\x1f".join([kind, *parts]).encode("utf-8", "surrogatepass")
    return hmac.digest(store.keys.of(f"home:{home}"), said, "sha256").hex()[:32]


def canonical(words: str) -> list[str]:
    """Words as they are compared: in one Unicode form, without case, spacing and punctuation."""
    return WORD.findall(unicodedata.normalize("NFKC", words).casefold())


def over(store: Store, home: str, said: Said, why: Why, now: float) -> list[Tombstone]:
    """The tombstones of one message of a person: of the message itself, and of its words.

    One that was edited lives on: only these words of it are marked.
    """
    words = " ".join(canonical(said.text))
    whole = mark(store, home, "message", said.id)
    old = mark(store, home, "version", said.id, words)
    found = [Tombstone(whole if why == "forgotten" else old, now, why)]
    if words:
        probes = tuple(_probes(store, home, words.split()))
        found.append(Tombstone(mark(store, home, "words", words), now, why, probes))
    return found


def early(store: Store, home: str, message: str, now: float) -> Tombstone:
    """The tombstone of a message that was deleted before it came: of its words nothing is known."""
    return Tombstone(mark(store, home, "message", message), now, "forgotten")


def _probes(store: Store, home: str, words: list[str]) -> Iterable[tuple[int, str]]:
    """How a quotation of these words begins; nothing where any text could begin so by chance."""
    starts = [words, words[1:]] if words[0] == "remember" else [words]
    for start in starts:
        begun = start[:MOST_PROBED]
        if len(begun) > 2 or any(word.isdigit() for word in begun):
            yield len(begun), mark(store, home, "probe", *begun)


def write(home: str, one: Tombstone) -> Write:
    """The row of a tombstone; writing it again changes nothing that matters."""
    row: Row = {"v": FORMAT, **asdict(one)}
    row["probes"] = [list(probe) for probe in one.probes]
    return Put(keys.tombstone(home, one.mark), row)


def key_of(store: Store, home: str, message: str) -> Key | None:
    """Where a message's tombstone would stand; None in a home that was erased."""
    try:
        return keys.tombstone(home, mark(store, home, "message", message))
    except Refused:
        return None


def is_forgotten(store: Store, one: Evidence) -> bool:
    """Whether nothing may be derived from this: the message went, these words of it, or such words.

    For whoever derives (notes, traits, indexes): asked before something new is written down.
    """
    if went(store, one):
        return True
    key = keys.tombstone(one.home, mark(store, one.home, "words", _spoken(one)))
    row = store.table.get([key]).get(key)
    return row is not None and one.at <= row["at"]


def went(store: Store, one: Evidence) -> bool:
    """Whether this very message was forgotten, or these words of it were edited away."""
    whole = mark(store, one.home, "message", one.id)
    old = mark(store, one.home, "version", one.id, _spoken(one))
    return bool(store.table.get([keys.tombstone(one.home, found) for found in (whole, old)]))


def _spoken(one: Evidence) -> str:
    return " ".join(canonical(one.text))


def standing(store: Store, home: str) -> dict[str, Tombstone]:
    """All tombstones of a home, by mark, as its rows say."""
    found: dict[str, Tombstone] = {}
    prefix, after = keys.tombstones(home), ""
    while True:
        rows = store.table.query(prefix, after=after, limit=PAGE)
        found.update({row["mark"]: _open(row) for _, row in rows})
        if len(rows) < PAGE:
            return found
        after = rows[-1][0].sort


def keep(store: Store, home: str) -> None:
    """Puts beside the keys what stands in the home and not yet there."""
    kept = store.keys.buried(f"home:{home}")
    fresh = {m: one for m, one in standing(store, home).items() if m not in kept}
    if fresh:
        store.keys.bury(f"home:{home}", {m: _spell(one) for m, one in fresh.items()})


def kept(store: Store, home: str) -> dict[str, Tombstone]:
    """All tombstones of a home that stand beside its key."""
    buried = store.keys.buried(f"home:{home}")
    return {mark: _open(json.loads(spelled)) for mark, spelled in buried.items()}


def drop_blob(store: Keeping, name: str) -> None:
    """Deletes a blob of somebody's words; a restore, which brings its file back, finds it marked."""
    store.keys.bury(BLOBS, {hashlib.sha256(name.encode()).hexdigest(): ""})
    store.blobs.delete(name)


def _spell(one: Tombstone) -> str:
    return json.dumps(asdict(one), separators=(",", ":"))


def _open(row: Row) -> Tombstone:
    probes = tuple((length, probe) for length, probe in row["probes"])
    return Tombstone(row["mark"], row["at"], row["why"], probes)
