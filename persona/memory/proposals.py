"""What a model takes somebody's words for: believed only as far as those words bear it out.

The quotation must stand in what the person says themselves, and of what they like, decide or fear each
term must stand in the quotation, so that no model says of anybody what they did not speak of. A stance
or a way of going about things has a closed list of names.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import cast, get_args

from persona.memory import frames
from persona.memory.about import MOST_TERMS
from persona.memory.handed import of_self
from persona.memory.index import Index, Sees
from persona.memory.notes import Notes
from persona.memory.own import place_of
from persona.memory.terms import terms
from persona.model import Note
from persona.trait import Shown, Sign, SignKind, Stance, Trait

TELLING = frozenset({"preference", "decision", "concern"})


def fitted(kind: str, about: str, value: str, quote: str) -> tuple[str, str] | None:
    """What a sign of the kind is about, and its value, as code would have read them.

    None where the words do not bear it out.
    """
    if kind in TELLING:
        found = list(dict.fromkeys(terms(about)))
        is_said = bool(found) and set(found) <= set(terms(quote)) and len(found) <= MOST_TERMS
        return (" ".join(found), value or "yes") if is_said and value in ("", "yes", "no") else None
    named = (value or about).strip().casefold()
    if kind == "stance" and named in get_args(Stance):
        return "stance", named
    ways = frames.claims("action").values()
    return ("way", named) if kind == "action" and named in ways else None


def proposed(index: Index, notes: Iterable[Note], sees: Sees) -> Iterator[Shown]:
    """The signs that notes of a model take words for, where those words still stand.

    What was made beside words of somebody else counts only when the person says it themselves.
    """
    for note in Notes.of(notes).live():
        place = index.place_of(note.evidence[0].message) if note.kind and not note.doubt else None
        if place is None:
            continue
        said, quote = index.lines[place].words, note.evidence[0].words
        span = place_of(quote, of_self(said.text))
        if span and sees(said):
            sign = Sign(cast("SignKind", note.kind), note.about, note.value, *span)
            yield Shown(sign, said, index.conversations[place])


def joined(
    shown: Mapping[tuple[SignKind, str], Sequence[Shown]], taken: Iterable[Shown]
) -> Mapping[tuple[SignKind, str], Sequence[Shown]]:
    """The signs with those that a model took words for, each where it belongs in time."""
    both = dict(shown)
    for one in taken:
        key = one.sign.kind, one.sign.about
        both[key] = sorted([*both.get(key, ()), one], key=lambda each: each.said.at)
    return both


def by_model(trait: Trait, taken: Collection[Shown]) -> Trait:
    """The trait as made by a model where all that it rests on is; the claim stays in words of code."""
    if not all(one in taken for one in trait.shown):
        return trait
    return replace(trait, made_by="model")
