"""What a mind can do with memory while it thinks: read at once, wish for the rest."""

from collections.abc import Iterable, Sequence
from functools import cached_property

from persona.memory import evidence, recall, walls
from persona.memory.contradict import contradicts, corrects, corrects_last, may_contradict
from persona.memory.index import Match
from persona.memory.meaning import Mean, by_words_alone
from persona.memory.notes import Notes, new_note, quotable
from persona.memory.own import own_of, own_words, passes_on, stands
from persona.memory.proposals import fitted
from persona.memory.reactions import reaction_of
from persona.memory.sensitivity import sensitivity
from persona.memory.standing import Standing
from persona.memory.terms import terms
from persona.mind import prompt
from persona.mind.commands import BELIEVED, parse, tells
from persona.mind.words import speaker
from persona.model import Event, Evidence, Note, Quote
from persona.ports import Ports

MOST_NOTES = 8
"""Notes of one turn, so that its commit stays small."""
SOON = 86_400.0
"""Seconds within which "actually it's Tuesday" points to what was said last."""
ENOUGH = 0.5
"""The share of a question's weight that evidence must hold before it counts as an answer."""
DOUBT = "a model made it beside words of somebody else"


class MemoryHands:
    """Collects what a turn relied on and wishes for; nothing is changed before the commit.

    `mean` makes the vectors of questions.
    """

    def __init__(
        self,
        standing: Standing,
        events: Sequence[Event],
        ports: Ports,
        mean: Mean = by_words_alone,
    ) -> None:
        self._standing, self._mean = standing, mean
        self._events = events
        self._author = str(events[0].author)
        self._ports = ports
        self.cited: dict[str, Evidence] = {}
        self.forgotten: dict[str, Evidence] = {}
        self.kept: dict[str, Note] = {}
        self.rejected = 0
        self.to_forget = ""

    @property
    def standing(self) -> Standing:
        """The lane as this turn found it."""
        return self._standing

    @property
    def newest(self) -> Event:
        """The newest words of this turn."""
        return self._events[-1]

    def by(self, one: Evidence) -> str:
        """Who said it, where several people speak, so that no words are just "yours"."""
        return speaker(one.author) if self._standing.is_shared else ""

    def match(self, words: str, limit: int = 12) -> list[Match]:
        """What covers the words, best first, without what this turn is about to forget."""
        if self._standing.place_is_unproven:
            return []
        return recall.match(self._standing, words, self._ports, limit, self._may_see)

    def saying(self, words: str, limit: int = 25) -> list[Match]:
        """What the person told in words of their own that cover these, best first."""
        found = self.match(words, limit)
        return [one for one in found if one.own_cover >= ENOUGH and one.evidence.tells]

    def affirmed(self, words: str) -> list[Evidence]:
        """The same, without what only says that it is not so."""
        found = [(one.evidence, parse(own_of(one.evidence))) for one in self.saying(words)]
        return [one for one, said in found if said is None or said.verb != "wrong" or said.rest]

    def is_reaction(self, one: Evidence) -> bool:
        """Whether it says no more than how they took what had failed right before."""
        index = self._ports.indexes.open(self._standing, self._ports)
        at = index.place_of(one.id)
        failed = index.lines[at].failed if at is not None else None
        return failed is not None and reaction_of(one.text, failed) is not None

    def forgettable(self, words: str, limit: int = 50) -> list[Match]:
        """What of the speaker's own covers the words, best first."""
        if self._standing.place_is_unproven:
            return []
        found = recall.match(self._standing, words, self._ports, limit, self._may_forget)
        return [one for one in found if one.evidence.tells or one.evidence.passes_on]

    def own(self) -> list[Evidence]:
        """All that the speaker may have forgotten, oldest first."""
        if self._standing.place_is_unproven:
            return []
        index = self._ports.indexes.open(self._standing, self._ports)
        return [one for one in index.everything() if self._may_forget(one)]

    def recall(self, words: str, limit: int = 12) -> list[Evidence]:
        """What bears on the words, best first: to think with, not all of it an answer.

        What holds now stands before the words that it corrects.
        """
        if self._standing.place_is_unproven:
            return []
        found = recall.recall(self._standing, words, self._ports, limit, self._may_see, self._mean)
        evidence = [*self.claimed(words), *(match.evidence for match in found)]
        return self.corrected(list({one.id: one for one in evidence}.values()))[:limit]

    def everything(self) -> list[Evidence]:
        """All that may be recalled here, oldest first."""
        if self._standing.place_is_unproven:
            return []
        index = self._ports.indexes.open(self._standing, self._ports)
        return [one for one in index.everything() if self._may_see(one)]

    def rested(self) -> list[Evidence]:
        """What the last answer rests on, oldest first."""
        last = next((turn for turn in reversed(self._standing.recent) if turn.persona_text()), None)
        pointers = set(last.recalled) if last else set[str]()
        return [one for one in self.everything() if one.pointer in pointers] if pointers else []

    @cached_property
    def notes(self) -> Notes:
        """What was kept on purpose and may be seen here."""
        if self._standing.place_is_unproven:
            return Notes()
        found = self._ports.indexes.notes(self._standing, self._ports)
        return Notes.of(one for one in found if self._may_see(self._as_said(one)))

    def corrected(self, found: Sequence[Evidence]) -> list[Evidence]:
        """The same, and right before each that holds no longer what holds instead of it."""
        if not any(self.notes.ending(one.id) for one in found):
            return list(found)
        known = {one.id: one for one in self.everything()}
        shown: dict[str, Evidence] = {}
        for one in found:
            newest = self.notes.newest(one.id)
            instead = known.get(newest.evidence[0].message) if newest else None
            for each in (instead, one) if instead else (one,):
                shown.setdefault(each.id, each)
        return list(shown.values())

    def _as_said(self, note: Note) -> Evidence:
        """A note as the walls see it: as sensitive as its claim and all that it rests on."""
        words = "\n".join([note.claim, *(quote.words for quote in note.evidence)])
        return Evidence(
            id=note.id,
            home=note.home,
            version=note.version,
            text=words,
            author=self._author,
            surface="",
            at=note.since,
            audience="lane" if self._standing.is_shared else "private",
            sensitivity=sensitivity(words),
        )

    def _may_see(self, one: Evidence) -> bool:
        """Not about to be forgotten, and open to whoever hears the answer."""
        standing = self._standing
        may_hear = walls.may_hear(one, standing.place.home, standing.audience)
        return may_hear and one.id not in self.forgotten and standing.opens(one)

    def _may_forget(self, one: Evidence) -> bool:
        """Their own words, sensitive or not; nobody takes away what another said."""
        standing = self._standing
        if not standing.is_shared:
            return self._may_see(one)
        is_here = one.home == standing.place.home and one.author == self._author
        return is_here and one.id not in self.forgotten

    def cite(self, used: Iterable[Evidence]) -> None:
        """The reply relies on these: `why` will show them, and forgetting them silences it."""
        self.cited.update((one.id, one) for one in used)

    def claimed(self, words: str) -> list[Evidence]:
        """The evidence of what a model noted in words of its own that hold all of these."""
        wanted = set(terms(words))
        found = [
            note.evidence[0].message
            for note in self.notes.live()
            if note.made_by == "model" and wanted and wanted <= set(terms(note.claim))
        ]
        known = {one.id: one for one in self.everything()} if found else {}
        return [known[id] for id in found if id in known]

    def note(self, event: Event) -> list[Evidence]:
        """Keeps what the person asks to be kept, or corrects; returns what holds no longer."""
        command = parse(event.words)
        if command is not None and command.verb not in BELIEVED:
            return self.keep(event, command.rest) if command.verb == "remember" else []
        return self.correct(event)

    def keep(self, event: Event, claim: str) -> list[Evidence]:
        """Keeps the person's own words as a note; returns what they end.

        Nothing is kept of a message in which the person says nothing of their own.
        """
        own = quotable(event.words)
        ended = self._ended_by(event) if own and may_contradict(own_words(event.words)) else []
        if own:
            why = "you corrected it" if corrects(own_words(event.words)) else "you said it anew"
            quote = Quote(event.message_id, 0, own)
            ends = tuple(one.id for one in ended)
            home = self._standing.place.home
            self._note(new_note(home, claim, quote, event.at, ends=ends, why=why if ends else ""))
        self.cite(ended)
        return ended

    def correct(self, event: Event) -> list[Evidence]:
        """Keeps words that correct earlier ones as a note; returns what they correct."""
        own = own_words(event.words).strip()
        is_correcting = corrects(own) or bool(self._disputed(event))
        if not tells(event.words) or not is_correcting or not self._ended_by(event):
            return []
        return self.keep(event, own)

    def keep_claim(
        self, claim: str, quote: str, kind: str = "", about: str = "", value: str = ""
    ) -> bool:
        """Keeps what a model made of the person's words; False where the quotation does not stand.

        It must stand, word for word, in what the person says now or in what this turn recalled. With
        a `kind` it is proposed as a sign of the person, which those words must bear out.
        """
        taken = fitted(kind, about, value, quote) if kind else ("", "")
        if taken is None:
            self.rejected += 1
            return False
        sign = dict(zip(("kind", "about", "value"), (kind, *taken), strict=True))
        for said in [*map(self._evidence, reversed(self._events)), *self.cited.values()]:
            if len(self.kept) < MOST_NOTES and self._is_own(said) and stands(quote, said.text):
                words = Quote(said.id, said.version, " ".join(quote.split()))
                doubt = DOUBT if self._is_tainted() else ""
                claim = words.words if self._is_beside_others(said.home) else claim
                note = new_note(
                    said.home, claim, words, said.at, made_by="model", doubt=doubt, **sign
                )
                if note.id not in self.kept:
                    self._note(note)
                return True
        self.rejected += 1
        return False

    def keep_newest(self) -> bool:
        """Keeps the person's newest words for a model, word for word."""
        own = quotable(self._events[-1].words)
        return bool(own) and self.keep_claim(own, own)

    def _note(self, note: Note) -> None:
        if len(self.kept) < MOST_NOTES:
            self.kept[note.id] = note

    def _ended_by(self, event: Event) -> list[Evidence]:
        """What was said before and holds no longer, by rule, now that these words are said."""
        if self._standing.place_is_unproven:
            return []
        own, said = own_words(event.words), self._said_before(event)
        found = [match.evidence for match in self.match(own, 25)] + said
        older = {one.id: one for one in found if self._is_older(one, event)}
        last = said[-1:] if said and event.at - said[-1].at < SOON else []
        disputed = self._disputed(event)
        older |= {one.id: one for one in disputed}
        return [
            one
            for one in older.values()
            if not self.notes.ending(one.id)
            and (
                self._contradicts(own, one)
                or (one in last and corrects_last(own, own_of(one)))
                or (one in disputed and corrects_last(f"actually {own}", own_of(one)))
            )
        ]

    def _disputed(self, event: Event) -> list[Evidence]:
        """What the person was just asked to set right, having said that it is wrong."""
        asking = self._standing.head.asking
        if asking.get("what") != "disputed" or asking.get("asked") != str(event.author):
            return []
        found = [one for one in self.everything() if one.id == asking["message"]]
        return [one for one in found if self._is_older(one, event)]

    def _said_before(self, event: Event) -> list[Evidence]:
        """What was told last, and earlier in this turn; oldest first."""
        before = [one for one in self._events if one.id != event.id]
        before = before[: self._events.index(event)] if event in self._events else before
        here = [self._evidence(one) for one in before if tells(one.words)]
        for turn in reversed(self._standing.recent):
            told = [one for one in evidence.evidence_of(turn) if one.tells]
            if told:
                return [told[-1], *here]
        return here

    def _contradicts(self, own: str, one: Evidence) -> bool:
        """Whether words contradict evidence as it was said, or as it was noted."""
        claims = [own_of(one), *(note.claim for note in self.notes.on(one.id))]
        return any(contradicts(own, claim) for claim in claims)

    def _is_older(self, one: Evidence, event: Event) -> bool:
        return one.id != event.message_id and one.tells and self._is_own(one) and self._may_see(one)

    def _is_own(self, one: Evidence) -> bool:
        """Whether the person who speaks said it: where many speak, nobody speaks for another."""
        return not self._standing.is_shared or one.author == str(self._events[-1].author)

    def _is_tainted(self) -> bool:
        """Whether words of somebody else stand before the mind that makes a claim."""
        said = [*map(self._evidence, self._events), *self.cited.values()]
        is_shown = bool(prompt.tainted(self._standing, self._ports))
        return is_shown or any(one.passes_on for one in said)

    def _is_beside_others(self, home: str) -> bool:
        """Whether words of another home stand before the mind: its claim could carry them over.

        Then the quotation is kept word for word, so that parting returns each memory whole.
        """
        shown = {one.home for one in self.cited.values()}
        shown |= {turn.home for turn in self._standing.recent}
        return shown | {self._standing.place.home} != {home}

    def _evidence(self, event: Event) -> Evidence:
        """A message of this turn, which has no version yet."""
        return Evidence(
            id=event.message_id,
            home=self._standing.place.home,
            version=0,
            text=event.words,
            author=str(event.author),
            surface=event.address.surface,
            at=event.at,
            tells=tells(event.words),
            passes_on=passes_on(event.words),
            audience=event.audience,
            sensitivity=sensitivity(event.words),
        )

    def forget(self, gone: Iterable[Evidence]) -> None:
        self.forgotten.update((one.id, one) for one in gone)
