"""Notes: what is kept on purpose, each with the exact words that it rests on.

A note never changes what another note says. It names the messages whose words hold no longer
(`ends`), and what that means for older notes is worked out from those that may be seen together:
so a correction that came from another home ends nothing any more once that home is unlinked, and
forgetting a correction forgets that there was one.

A note is in its turn's own commit, under the key of the home whose words it quotes. A process reads
a lane's notes once and keeps them until the head says that they changed (`Head.notes`).
"""

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from persona import ids, keys
from persona.errors import Broken
from persona.memory.claims import bare, claim
from persona.memory.own import own_words, split, stands
from persona.model import FORMAT, Note, Quote
from persona.ports import Delete, Put, Row, Store, Write
from persona.seal import seal, unseal

PAGE = 500
MOST_CLAIM = 2_000
"""Characters of a claim and of a quotation: longer words are kept whole in their turn."""
DERIVED = ("until", "superseded_by")
RARE = ("contests", "kind", "about", "value")
"""Fields that most notes do not have, and whose rows then do not hold either."""
REMEMBER = re.compile(r"\s*(?:please\s+)?remember\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Notes:
    """The notes that may be seen together, oldest first, with their ends.

    `contests` are those that claim nothing, and only say which traits are wrong.
    """

    all: tuple[Note, ...] = ()
    contests: tuple[Note, ...] = ()

    @staticmethod
    def of(found: Iterable[Note]) -> "Notes":
        """Works out what has ended which; of several the earliest."""
        known = sorted(found, key=lambda note: (note.since, note.id))
        notes = [note for note in known if not note.contests]
        ending: dict[str, Note] = {}
        for note in notes:
            for message in note.ends:
                ending.setdefault(message, note)
        contests = tuple(note for note in known if note.contests)
        return Notes(tuple(_ended(note, ending) for note in notes), contests)

    def live(self) -> list[Note]:
        """Those that hold, newest first."""
        return [note for note in reversed(self.all) if note.is_live]

    def on(self, message: str) -> list[Note]:
        """The notes that quote this message."""
        return [note for note in self.all if any(q.message == message for q in note.evidence)]

    def denials(self) -> frozenset[str]:
        """The messages that only say that a trait is wrong, and claim nothing instead."""
        said = {quote.message for note in self.contests for quote in note.evidence}
        return frozenset(said.difference(q.message for note in self.all for q in note.evidence))

    def ending(self, message: str) -> Note | None:
        """The note since which the words of this message hold no longer."""
        return next((note for note in self.all if message in note.ends), None)

    def newest(self, message: str) -> Note | None:
        """What holds instead of this message's words, however often it was corrected."""
        note, passed = self.ending(message), set[str]()
        while note is not None and note.id not in passed:
            passed.add(note.id)
            later = self.ending(note.evidence[0].message)
            if later is None:
                return note
            note = later
        return note


def _ended(note: Note, ending: Mapping[str, Note]) -> Note:
    found = [ending[quote.message] for quote in note.evidence if quote.message in ending]
    later = min(
        (one for one in found if one.id != note.id), key=lambda one: one.since, default=None
    )
    if later is None:
        return note
    return replace(note, until=later.since, superseded_by=later.id)


def new_note(home: str, words: str, quote: Quote, since: float, **about: Any) -> Note:
    """A note on one quotation; the same words in the same message, taken for the same, give
    the same id.
    """
    quote = replace(quote, words=quote.words[:MOST_CLAIM])
    taken = (about["kind"], about["about"], about["value"]) if about.get("kind") else ()
    id = ids.derive("note", home, quote.message, quote.words, *taken)
    return Note(id, home, quote.version, words.strip()[:MOST_CLAIM], (quote,), since, **about)


def new_contest(home: str, trait: str, since: float, quotes: tuple[Quote, ...] = ()) -> Note:
    """That the person says a trait is wrong, in one of the homes whose words have shown it.

    It stands in each of them, so that it holds on where a link ends; the words that contest it are
    quoted in their own home alone.
    """
    return Note(ids.derive("contest", home, trait), home, 0, "", quotes, since, contests=trait)


def asks_to_keep(note: Note) -> bool:
    """Whether the person asked for this note in so many words."""
    return note.made_by == "person" and bool(REMEMBER.match(note.evidence[0].words))


def committed(note: Note, version: int) -> Note:
    """The note as the turn of this version keeps it."""
    evidence = tuple(replace(q, version=q.version or version) for q in note.evidence)
    return replace(note, version=version, evidence=evidence)


def put(store: Store, note: Note) -> Write:
    return Put(keys.note(note.home, note.id), _row(store, note))


def read(store: Store, home: str) -> list[Note]:
    """All notes of a home, page by page. Raises Broken for one of a newer format."""
    notes: list[Note] = []
    after = ""
    while True:
        rows = store.table.query(keys.notes(home), after=after, limit=PAGE)
        notes += [_open(store, home, row) for _, row in rows]
        if len(rows) < PAGE:
            return notes
        after = rows[-1][0].sort


def writes_to_drop(
    store: Store,
    homes: Iterable[str],
    gone: Collection[str],
    changed: Mapping[str, tuple[str, bool]],
) -> list[Write]:
    """The writes after which no note rests on messages in `gone`, or on words that were edited.

    `changed` gives messages their new words, and whether these tell anything. A note whose
    quotation still stands in them stays; one that the person made is made anew of words that tell.
    """
    writes: list[Write] = []
    for home in homes:
        for note in read(store, home):
            messages = {quote.message for quote in note.evidence}
            if note.contests:
                writes += _contesting_on(store, note, gone, changed)
            elif messages & set(gone):
                writes.append(Delete(keys.note(home, note.id)))
            elif messages & changed.keys():
                writes += _renewed(store, note, changed)
    return writes


def _contesting_on(
    store: Store, note: Note, gone: Collection[str], changed: Mapping[str, tuple[str, bool]]
) -> Sequence[Write]:
    """What was contested stays so, without the words where those went: a no is not taken back."""
    left = tuple(
        quote
        for quote in note.evidence
        if quote.message not in gone
        and (quote.message not in changed or stands(quote.words, changed[quote.message][0]))
    )
    return [] if left == note.evidence else [put(store, replace(note, evidence=left))]


def _renewed(store: Store, note: Note, changed: Mapping[str, tuple[str, bool]]) -> Sequence[Write]:
    """What an edit leaves of a note; it still ends others where it speaks of the same thing."""
    (quote, *_), drop = note.evidence, Delete(keys.note(note.home, note.id))
    words, is_told = changed[quote.message]
    if stands(quote.words, words):
        return []
    own = quotable(words)
    if not own or not is_told or note.made_by == "model":
        return [drop]
    fresh = new_note(note.home, bare(own), replace(quote, words=own), note.since)
    before, after = claim(note.claim), claim(fresh.claim)
    is_same = before is not None and after is not None and before.subject == after.subject
    ends, why = (note.ends, note.why) if is_same else ((), "")
    return [drop, put(store, replace(fresh, version=note.version, ends=ends, why=why))]


def quotable(text: str) -> str:
    """The person's own words of a message, as one stretch that stands in it exactly."""
    own = own_words(text).strip()
    if stands(own, text):
        return own
    return max((part.text.strip() for part in split(text) if part.is_own), key=len, default="")


def _row(store: Store, note: Note) -> Row:
    known = asdict(note).items()
    content = {n: value for n, value in known if n not in DERIVED and (value or n not in RARE)}
    sealed = seal(store, f"home:{note.home}", f"NOTE {note.home} {note.id}", content)
    return {"v": FORMAT, "id": note.id, "sealed": sealed}


def _open(store: Store, home: str, row: Row) -> Note:
    if row["v"] > FORMAT:
        raise Broken(f"a note is of format {row['v']}; this code knows up to {FORMAT}")
    content = unseal(store, f"home:{home}", f"NOTE {home} {row['id']}", row["sealed"])
    fields: dict[str, Any] = {**content, "ends": tuple(content["ends"])}
    fields["evidence"] = tuple(Quote(**one) for one in content["evidence"])
    return Note(**fields)
