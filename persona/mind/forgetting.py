"""Forgetting, by code: what is surely meant goes at once, of several it is asked which."""

import re
from collections.abc import Mapping, Sequence

from persona.decision import Decision
from persona.memory.sensitivity import PRIVATE
from persona.memory.standing import Standing
from persona.memory.terms import terms
from persona.mind import commands
from persona.mind.choosing import chosen
from persona.mind.hands import MemoryHands
from persona.mind.words import numbered, quote, when, where
from persona.model import Event, Evidence
from persona.ports import Ports

ENOUGH = 0.5
"""The share of a wish's weight that evidence must hold before it may be what is meant."""
SAME = 0.99
"""Forgetting goes at once only for evidence that holds every word of the wish."""
MOST_SHOWN = 9
WHICH = "Which of these should I forget? Answer with its number, all, or no."
CLOSE = (
    "You also said what is close to it. Should that go, too? Answer with its number, all, or no."
)
NOTHING = "I have nothing like that, so there is nothing to forget."
POINTED = frozenset(("", "that", "this"))
"""What is to be forgotten where only the last answer says what is meant."""
EVERYTHING = re.compile(r"everything|all(?:\s+of)?(?:\s+(?:it|this|that))?|me", re.IGNORECASE)


def forget_by_code(standing: Standing, event: Event, ports: Ports) -> Decision | None:
    """A wish to forget, or the choice that it left open; None when the words are neither.

    Deleting is a right, so no model stands between the person and it. Words that only sound like
    the wish ("forget about it, what's new?") match nothing and go on to the model.
    """
    forgetting = _of(standing, event, ports)
    command = commands.parse(event.words)
    wish = command is not None and command.verb == "forget"
    reply = (
        forgetting.choose(event.words)
        if not wish
        else forgetting.forget(command.rest if command else "")
    )
    if not reply or (wish and not forgetting.forgotten and not forgetting.asks):
        return None
    forgets = tuple(forgetting.forgotten.values())
    return Decision(reply=reply, forgets=forgets, asks=forgetting.asks)


def ask_to_forget(wish: str, standing: Standing, event: Event, ports: Ports) -> Decision:
    """The question which words to let go of, for a model that wished it: it decides nothing."""
    forgetting = _of(standing, event, ports)
    return Decision(reply=forgetting.forget(wish, is_own=False), asks=forgetting.asks)


def _of(standing: Standing, event: Event, ports: Ports) -> "Forgetting":
    return Forgetting(MemoryHands(standing, [event], ports), str(event.author), ports)


class Forgetting:
    """What one turn lets go of; `asks` is the question that it leaves open."""

    def __init__(self, hands: MemoryHands, author: str, ports: Ports) -> None:
        self._hands, self._author, self._ports = hands, author, ports
        self.asks: dict[str, object] = {}

    @property
    def forgotten(self) -> Mapping[str, Evidence]:
        """What goes, by its id."""
        return self._hands.forgotten

    def forget(self, wish: str, is_own: bool = True) -> str:
        """Drops what the wish surely names; asks which, where it is not sure or somebody else's."""
        if wish.strip(" .!").casefold() in POINTED:
            return self._forget_last()
        found = self._hands.forgettable(wish)
        own = {one.id for one in self._hands.own()}
        claimed = [one for one in self._hands.claimed(wish) if one.id in own]
        whole = distinct([*(m.evidence for m in found if m.cover >= SAME), *claimed])
        exact = [one for one in whole if _is_said(one, wish)] or whole
        near = distinct([m.evidence for m in found if m.cover >= ENOUGH])
        if len(exact) == 1 and is_own:
            gone = self._drop(exact[0], "that")
            close = [one for one in whole if one.id not in self._hands.forgotten]
            return f"{gone}\n{self._ask_which(close[:MOST_SHOWN], CLOSE)}" if close else gone
        options = (exact or near)[:MOST_SHOWN]
        if not options and EVERYTHING.fullmatch(wish.strip(" .!")):
            return (
                "I forget one thing at a time: “what do you know about me” lists them. "
                "Nothing was forgotten yet."
            )
        if not options:
            return NOTHING
        return self._ask_which(options, WHICH)

    def _ask_which(self, options: Sequence[Evidence], question: str) -> str:
        """The question which of these are to be forgotten."""
        ids = [one.id for one in options]
        self.asks = {"what": "forget", "options": ids, "asked": self._author}
        self._hands.cite(one for one in options if not self._is_withheld(one))
        listed = numbered(self._named(one) for one in options)
        return f"{question}\n{listed}"

    def _forget_last(self) -> str:
        """Drops what the last answer rests on, where it is one thing; else asks which."""
        own = {one.id for one in self._hands.own()}
        found = distinct([one for one in self._hands.rested() if one.id in own])
        if len(found) == 1:
            return self._drop(found[0], "that")
        return self._ask_which(found[:MOST_SHOWN], WHICH) if found else NOTHING

    def choose(self, words: str) -> str:
        """Answers the question that the last turn left open, where these words do."""
        asking = self._hands.standing.head.asking
        is_mine = asking.get("what") == "forget" and asking.get("asked") == self._author
        if not is_mine or self.asks:
            return ""
        options: list[str] = asking["options"]
        numbers = chosen(words, len(options))
        if numbers == []:
            return "Nothing was forgotten."
        everything = {one.id: one for one in self._hands.own()}
        meant = [(n, options[n - 1]) for n in numbers or ()]
        gone = [(n, everything[id]) for n, id in meant if id in everything]
        return "\n".join(self._drop(one, f"number {n}") for n, one in gone)

    def _named(self, one: Evidence) -> str:
        """The words; of those that are not repeated here only when and where they were said."""
        if self._is_withheld(one):
            return (
                f"what you told me {where(one.surface, self._ports)}, {when(one.at, self._ports)}"
            )
        return quote(one, self._ports)

    def _is_withheld(self, one: Evidence) -> bool:
        return self._hands.standing.is_shared and one.sensitivity >= PRIVATE

    def _drop(self, one: Evidence, name: str) -> str:
        """Drops it, its repetitions, and questions that hold all of its words.

        It is named by when and where, never by its words: the reply itself is kept.
        """
        held = set(terms(one.text))
        same = [
            other
            for other in self._hands.own()
            if same_words(other, one) or (not other.tells and held <= set(terms(other.text)))
        ]
        self._hands.forget([one, *same])
        return (
            f"Forgotten: {name}, said {where(one.surface, self._ports)}, "
            f"{when(one.at, self._ports)}, and every answer of mine that quoted it."
        )


def distinct(found: Sequence[Evidence]) -> list[Evidence]:
    """The first of each wording."""
    kept: list[Evidence] = []
    for one in found:
        if not any(same_words(one, other) for other in kept):
            kept.append(one)
    return kept


def same_words(one: Evidence, other: Evidence) -> bool:
    """Whether two say the same, large letters or small."""
    return one.text.strip().casefold() == other.text.strip().casefold()


def _is_said(one: Evidence, words: str) -> bool:
    """Whether these are all of its words: then no other is meant that only holds them too."""
    return " ".join(one.text.split()).casefold() == " ".join(words.split()).casefold()
