"""What is believed about the person, in words: told, shown with its ground, and contested by them.

By code and never by a model: to look at what is believed of oneself, and to say no to it, is a right.
A trait that was contested is not acted on again until the person asks to keep it.
"""

import re
from collections.abc import Iterable, Sequence
from functools import cached_property
from typing import get_args

from persona.compiled import compiled
from persona.decision import Decision
from persona.memory.notes import MOST_CLAIM, new_contest, quotable
from persona.memory.signs import EARNEST, as_you, claim_of, signs_of
from persona.memory.standing import Standing
from persona.memory.terms import terms
from persona.mind import suggesting, voice
from persona.mind.asked import BARE_WHY, WHY_SO
from persona.mind.choosing import chosen
from persona.mind.commands import Command, parse
from persona.mind.hands import MemoryHands
from persona.mind.words import numbered, quote, sentence, when
from persona.model import Event, Evidence, Note, Quote
from persona.people import graph as graphs
from persona.people import manner as manners
from persona.people.traits import trait_id
from persona.ports import Ports
from persona.trait import Graph, Trait, TraitKind, each_once

MOST_TOLD, MOST_FADED = 7, 3
"""Traits that are told at once, and those that are told to have faded."""
MOST_GROUND = 3
"""Traits that are shown with their quotations at once."""
MOST_SHOWN = 5
"""Quotations of one trait; of several two each."""
KINDS: tuple[TraitKind, ...] = get_args(TraitKind)
"""The order in which traits are told."""
TASTE = frozenset(
    "like love prefer hate dislik want think believ feel would enjoy decid worri actual realli".split()
)
"""Words that say how somebody stands to a thing, and not to which."""
OF_SELF = r"(?:i|i['\u2019]\w+|my|we|our|me)\b"
TAKEN = "From that I take, until you say otherwise:\n{lines}"
FADED = "What you have not shown for long, so that I no longer go by it until you do:\n{lines}"
OFFERED = "“why do you think that” shows the words behind it, “that's wrong” ends it."
ENDED = (
    "Then I go by it no longer, however it looks: {claims}. Should it be so after all, say "
    "“remember …”."
)
REST = "And {count} more of these: “why do you think {you}” shows one of them."
ALIKE = "My last answer I would have put so to anybody."
ENDS = "“that's wrong” ends what I take from it."
WHICH = "Which of these is wrong? Answer with its number, all, or no.\n{lines}"
STAYS = "Then nothing of it is changed."
NOTHING = "Nothing of the kind is believed of you, so there is nothing to end: “{claim}”."
UNSAID = "Nothing that you told me says so, and I do not believe it of you: “{claim}”."
KEPT_INSTEAD = "\nI keep instead: “{claim}”"
NEAREST = "What comes nearest is this:\n{lines}"
MOST_NEAR = 3
HABITS: frozenset[TraitKind] = frozenset({"texture", "action"})
"""Kinds that the messages show by how and when they were written, and not by what stands in them."""
ALREADY = "You told me already that it is wrong, and I do not go by it: {claim}."


def said(standing: Standing, events: Sequence[Event], ports: Ports) -> Decision | None:
    """The decision on words about what is believed; None where they are about something else."""
    if len(events) != 1 or standing.is_shared or standing.place_is_unproven:
        return None
    beliefs = Beliefs(standing, events, ports)
    reply = beliefs.answer(events[0].words)
    return beliefs.decision(reply) if reply else None


def told_now(traits: Iterable[Trait], author: str) -> dict[str, object]:
    """What makes “that's wrong” and “why do you think that”, said next, mean these traits."""
    ids = [one.id for one in traits]
    return {"what": "told", "traits": ids, "asked": author} if ids else {}


class Beliefs:
    """What one message asks of the person graph, and what it says against it."""

    def __init__(self, standing: Standing, events: Sequence[Event], ports: Ports) -> None:
        self._standing, self._event, self._ports = standing, events[-1], ports
        self._author = str(events[-1].author)
        self.hands = MemoryHands(standing, events, ports)
        self.asks: dict[str, object] = {}
        self._contested: list[Trait] = []

    @cached_property
    def graph(self) -> Graph:
        return graphs.read(self._standing, self._ports)

    def answer(self, words: str) -> str:
        """What is answered to these words; nothing where they mean nothing that is believed."""
        command = parse(words)
        choice = self.choose(words)
        if choice:
            return choice
        match command.verb if command else "":
            case "wrong":
                return self.wrong(command) if command else ""
            case "not me":  # “that's not me”, where no link waits
                return self.wrong(Command("wrong"))
            case "ground":
                return self.ground(command.rest if command else "")
            case "why" if not compiled(BARE_WHY, re.IGNORECASE).fullmatch(words.strip()):
                return self.ground("")
            case "manner":
                return self.manner(
                    is_of_last=compiled(WHY_SO, re.IGNORECASE).match(words) is not None
                )
            case "expected":
                return self.expected()
            case "suggested":
                return suggesting.why(self._standing, self._ports)
            case _:
                return ""

    def decision(self, reply: str) -> Decision:
        """What was asked, kept and contested meanwhile."""
        notes = [note for trait in self._contested for note in self._contests(trait)]
        return Decision(
            reply=reply,
            recalled=tuple(self.hands.cited.values()),
            notes=(*notes, *self.hands.kept.values()),
            asks=self.asks,
        )

    def picture(self) -> tuple[str, list[Evidence]]:
        """The surest traits in words, those that faded, and whose words those are; empty for none."""
        held = each_once(self.graph.stable())
        held.sort(key=lambda one: one.kind in HABITS)  # first what their own words say
        found = sorted(held[:MOST_TOLD], key=lambda one: KINDS.index(one.kind))
        faded = each_once(self.graph.faded())[:MOST_FADED]
        told = [*found, *faded]
        if not told:
            return suggesting.known(self._standing), []
        self.asks = told_now(told, self._author)
        parts = [
            form.format(lines="\n".join(f"• {self._line(trait)}" for trait in traits))
            for form, traits in ((TAKEN, found), (FADED, faded))
            if traits
        ]
        parts += [OFFERED, suggesting.known(self._standing)]
        return "\n".join(filter(None, parts)), [trait.shown[0].said for trait in told]

    def ground(self, about: str) -> str:
        """The words behind the traits that are named, or were told last; nothing for none."""
        about = about.rstrip(" ?!.")  # the claim, and no question
        found = each_once(self._named(about) if about else self.told())
        if about and not found and _tells_of_self(about):
            return self._none(about, UNSAID)
        self.asks = told_now(found, self._author)
        shown = [self._ground(trait, len(found)) for trait in found[:MOST_GROUND]]
        if len(found) > MOST_GROUND:
            shown.append(REST.format(count=len(found) - MOST_GROUND, you=_i(found[MOST_GROUND])))
        return "\n\n".join(shown)

    def manner(self, is_of_last: bool) -> str:
        """For whom the person is taken, what is expected of them, and by which of their words.

        `is_of_last`: they ask why the last answer was put as it was.
        """
        now, last = manners.read(self._standing, self._ports), self._standing.recent[-1:]
        if now is None:
            return ""
        told, cited = voice.taken(now, self._ports)
        ahead, more = voice.expected(now, self._ports)
        self.hands.cite([*cited, *more])
        self.asks = told_now(now.because, self._author)
        alike = ALIKE if is_of_last and not any(turn.manner for turn in last) else ""
        return "\n".join(filter(None, [told, ahead, alike, ENDS if self.asks else ""]))

    def expected(self) -> str:
        """What the person is expected to do when something fails."""
        now = manners.read(self._standing, self._ports)
        if now is None:
            return ""
        told, cited = voice.expected(now, self._ports)
        self.hands.cite(cited)
        shown = {one.sign for one in now.forecast.shown if one.sign.value == now.forecast.likeliest}
        of = [one for one in self.graph.traits if any(each.sign in shown for each in one.shown)]
        self.asks = told_now(of, self._author)
        return "\n".join(filter(None, [told, ENDS if of else ""]))

    def wrong(self, command: Command) -> str:
        """Contests the trait that is named, or that was told; asks which where it may be several."""
        found = self._named(command.where) if command.where else self._pointed()
        if command.where and not found:
            return self._nothing(command)
        if command.rest and not _tells_of_self(command.rest):  # “that's wrong: tea”
            named = self._named(command.rest)
            meant = [one for one in named if one in found or not found]
            found, command = (meant, Command("wrong")) if meant else (found, command)
        open_ = each_once(one for one in found if not one.contested_by)
        open_ = [one for one in open_ if not one.superseded_by] or open_
        if found and not open_:
            return ALREADY.format(claim=_you(found[0]))
        kept = ""
        if open_ and command.rest:
            kept = KEPT_INSTEAD.format(claim=command.rest)
            self.hands.keep(self._event, command.rest)
        if len(open_) > 1:
            ids = [one.id for one in open_]
            self.asks = {"what": "contest", "options": ids, "asked": self._author}
            self.hands.cite(one.shown[0].said for one in open_)
            return WHICH.format(lines=numbered(_you(one) for one in open_)) + kept
        return self._contest(open_) + kept if open_ else ""

    def _nothing(self, command: Command) -> str:
        """That nothing such is believed of them; empty where what is wrong is nothing of theirs, or
        a model may have said it.
        """
        is_own = compiled(OF_SELF, re.IGNORECASE).match(command.where)
        if not is_own or (self._ports.models and not _tells_of_self(command.where)):
            return ""
        said = self._none(command.where, NOTHING)
        if said and command.rest:
            self.hands.keep(self._event, command.rest)
            said += KEPT_INSTEAD.format(claim=command.rest)
        return said

    def _none(self, claim: str, form: str) -> str:
        """That this is not believed of them, and what is that comes near; empty where their own words
        say it.
        """
        if self.hands.affirmed(claim):
            return ""
        near = self._near(claim)
        self.asks = told_now(near, self._author)
        self.hands.cite(one.shown[0].said for one in near)
        lines = NEAREST.format(lines="\n".join(f"• {self._line(one)}" for one in near))
        return "\n".join([form.format(claim=claim), *([lines, ENDS] if near else [])])

    def _near(self, words: str) -> list[Trait]:
        """What stands of the same thing, or says the same of another; the surest first."""
        wanted, told = set(terms(words)) - TASTE, signs_of(words)
        stable = each_once(self.graph.stable())
        same = [one for one in stable if wanted & _terms(one)]
        kinds = {(sign.kind, sign.value) for sign in told}
        alike = [one for one in stable if (one.kind, one.value) in kinds and one not in same]
        verbs = {claim_of(one.kind, one.about, one.value, words).split()[0] for one in told}
        alike.sort(key=lambda one: one.claim.split()[0] not in verbs)
        return [*same, *alike][:MOST_NEAR]

    def choose(self, words: str) -> str:
        """Answers the question which trait is wrong, where these words do."""
        options = self._told("contest", "options")
        numbers = chosen(words, len(options)) if options else None
        if numbers is None:
            return ""
        return self._contest([options[n - 1] for n in numbers]) if numbers else STAYS

    def _contest(self, traits: Sequence[Trait]) -> str:
        """Ends all that says the same. The reply names it in the person's words, so it rests on those."""
        claims = {one.claim for one in traits}
        self._contested = [one for one in self.graph.traits if one.claim in claims]
        self.hands.cite(one.shown[0].said for one in traits)
        return ENDED.format(claims="; ".join(map(_you, traits))) if traits else ""

    def _contests(self, trait: Trait) -> Iterable[Note]:
        """A note in each home whose words have shown it; the words that contest stay in their own."""
        own, words = self._standing.place.home, quotable(self._event.words)[:MOST_CLAIM]
        said = (Quote(self._event.message_id, 0, words),)
        for home in dict.fromkeys([own, *(one.said.home for one in trait.shown)]):
            yield new_contest(home, trait.id, self._event.at, said if home == own else ())

    def _pointed(self) -> list[Trait]:
        """What “that” means: what was told last, or of what was just asked which is wrong."""
        return self.told() or self._told("contest", "options")

    def told(self) -> list[Trait]:
        """The traits that the last answer told."""
        return self._told("told", "traits")

    def _told(self, what: str, name: str) -> list[Trait]:
        """The traits that the last answer left open to these words, as they are now."""
        asking = self._standing.head.asking
        if asking.get("what") != what or asking.get("asked") != self._author:
            return []
        known = {trait.id: trait for trait in self.graph.traits}
        return [known[id] for id in asking[name] if id in known]

    def _named(self, words: str) -> list[Trait]:
        """The traits that these words name, the surest first."""
        traits = sorted(self.graph.traits, key=lambda one: (not one.is_stable, -one.confidence))
        shown = {trait_id(sign.kind, sign.about, sign.value) for sign in signs_of(words)}
        exact = [one for one in traits if one.id in shown]
        wanted = set(terms(words)) - TASTE
        return exact or [one for one in traits if wanted and wanted <= _terms(one)]

    def _line(self, trait: Trait) -> str:
        """One trait as it is listed: the claim, how often it was shown, and since or until when."""
        if trait.has_faded:
            return f"{_you(trait)} (last {when(trait.last, self._ports)})"
        since = when(trait.first, self._ports)
        return f"{_you(trait)} (in {trait.conversations} conversations, since {since})"

    def _ground(self, trait: Trait, of: int) -> str:
        """One trait with the words that it rests on, and what ended it."""
        shown = trait.shown[: MOST_SHOWN if of == 1 else 2]
        self.hands.cite(one.said for one in shown)
        listed = numbered(quote(one.said, self._ports, whole=False) for one in shown)
        more = len(trait.shown) - len(shown)
        rest = f"\nAnd {more} more." if more else ""
        return f"{sentence(_you(trait))}: {self._state(trait)}\n{listed}{rest}"

    def _state(self, trait: Trait) -> str:
        if trait.contested_by:
            return "you told me that it is wrong, so I do not go by it. Of your words it was this."
        if trait.superseded_by:
            return "you said so earlier, and something else since."
        if trait.is_held and trait.has_faded:
            last = when(trait.last, self._ports)
            return f"you said so last {last}; I go by it no longer, until you say it again."
        if not trait.is_stable:
            return "I do not go by it yet, or no longer: it was this alone."
        times = f"{trait.conversations} conversations since {when(trait.first, self._ports)}"
        return f"I take that from your words in {times}."


def _tells_of_self(words: str) -> bool:
    """Whether the words tell a taste, a decision or a worry of who says them."""
    return any(sign.kind in EARNEST for sign in signs_of(words))


def _you(trait: Trait) -> str:
    return f"you {as_you(trait.claim)}"


def _i(trait: Trait) -> str:
    """The claim as the person says it of themselves."""
    return f"I {re.sub(r'^are ', 'am ', as_you(trait.claim))}"


def _terms(trait: Trait) -> set[str]:
    """What the trait can be named by: a habit is not by what was said in messages that show it."""
    quote = "" if trait.kind in HABITS else trait.shown[0].quote
    named = f"{trait.claim} {trait.value} {quote}"
    return {*terms(named), *trait.about.split()}
