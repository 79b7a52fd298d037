"""The reflex brain: rules, offline, never inventing. It answers about the past by quoting it.

It is the last structure to fall back on, so it must not fail: it calls nothing outside memory.
"""

import re
from collections.abc import Sequence

from persona.memory.index import Match
from persona.memory.sensitivity import PRIVATE
from persona.memory.standing import Standing
from persona.memory.terms import terms
from persona.mind import commands
from persona.mind.aside import OFFER
from persona.mind.hands import MemoryHands
from persona.mind.linking import NOBODY
from persona.mind.words import MOST_QUOTED, numbered, quote, sentence, when, where
from persona.model import Decision, Event, Evidence, shortened
from persona.ports import Ports

ENOUGH = 0.5
"""The share of a question's weight that evidence must hold before it counts as an answer."""
SAME = 0.99
"""Forgetting goes at once only for evidence that holds every word of the wish."""
SHOWN = 9
EVERYTHING = re.compile(r"everything|all(?:\s+of)?(?:\s+(?:it|this|that))?|me", re.IGNORECASE)


def reflect(standing: Standing, events: Sequence[Event], ports: Ports) -> Decision:
    """Answers each message in order; several become one reply."""
    brain = _Reflex(standing, str(events[0].author), ports)
    replies = [reply for event in events if (reply := brain.answer(event))]
    hands = brain.hands
    return Decision(
        reply="\n\n".join(replies),
        recalled=tuple(hands.cited.values()),
        keeps=hands.keeps,
        forgets=tuple(hands.forgotten.values()),
        asks=brain.asks,
    )


def forget_by_code(standing: Standing, event: Event, ports: Ports) -> Decision | None:
    """A wish to forget, or the choice that it left open; None when the words are neither.

    Deleting is a right, so no model stands between the person and it. Words that only sound like
    the wish ("forget about it, what's new?") match nothing and go on to the model.
    """
    brain = _Reflex(standing, str(event.author), ports)
    command = commands.parse(event.words)
    wish = command is not None and command.verb == "forget"
    reply = brain.choose(event.words) if not wish else brain.forget(command.rest if command else "")
    if not reply or (wish and not brain.hands.forgotten and not brain.asks):
        return None
    forgets = tuple(brain.hands.forgotten.values())
    return Decision(reply=reply, forgets=forgets, asks=brain.asks)


class _Reflex:
    def __init__(self, standing: Standing, author: str, ports: Ports) -> None:
        self.standing = standing
        self.author = author
        self.ports = ports
        self.hands = MemoryHands(standing, ports, author)
        self.asks: dict[str, object] = {}

    def answer(self, event: Event) -> str:
        words = event.words.strip()
        chosen = self.choose(words)
        if chosen:
            return chosen
        command = commands.parse(words)
        if command is None:
            return self.question(words) if commands.is_question(words) else "Noted."
        match command.verb:
            case "remember":
                self.hands.keep()
                return f"I will remember that: “{shortened(command.rest, MOST_QUOTED)}”"
            case "forget":
                return self.forget(command.rest)
            case "picture":
                return self.picture()
            case "why":
                return self.why()
            case "help":
                return self.help()
            case "what are you":
                return self.introduce()
            case "greeting":
                return "Hello. Tell me something to keep, or ask me about something you told me."
            case "thanks":
                return "You are welcome."
            case "privately":
                return self.question(command.rest) if command.rest else "You have my ear."
            case "link" | "unlink" | "confirm" | "not me":  # done before thinking, where it can be
                return NOBODY

    def question(self, words: str) -> str:
        found = [m for m in self.hands.match(words) if m.cover >= ENOUGH and m.evidence.tells]
        if not found:
            return (
                "I do not know. Nothing that you told me here answers that, and I do not guess."
                if not self.standing.is_shared
                else f"I do not know. Nothing said here answers that, and I do not guess. {OFFER}"
            )
        best, rest = found[0], found[1:]
        self.hands.cite([best.evidence])
        lines = [sentence(self._quote(best.evidence))]
        older = _differing(best, rest)
        if older:
            self.hands.cite([older.evidence])
            lines.append("Earlier, " + self._quote(older.evidence))
        return "\n".join(lines)

    def forget(self, wish: str) -> str:
        found = self.hands.forgettable(wish)
        exact = _distinct([m.evidence for m in found if m.cover >= SAME])
        near = _distinct([m.evidence for m in found if m.cover >= ENOUGH])
        if len(exact) == 1:
            return self._drop(exact[0], "that")
        options = (exact or near)[:SHOWN]
        if not options and EVERYTHING.fullmatch(wish.strip(" .!")):
            return (
                "I forget one thing at a time: “what do you know about me” lists them. "
                "Nothing was forgotten yet."
            )
        if not options:
            return "I have nothing like that, so there is nothing to forget."
        ids = [one.id for one in options]
        self.asks = {"what": "forget", "options": ids, "asked": self.author}
        self.hands.cite(one for one in options if not self._is_withheld(one))
        listed = numbered(self._named(one) for one in options)
        return f"Which of these should I forget? Answer with its number, all, or no.\n{listed}"

    def choose(self, words: str) -> str:
        """Answers the question that the last turn left open, where these words do."""
        asking = self.standing.head.asking
        is_mine = asking.get("what") == "forget" and asking.get("asked") == self.author
        if not is_mine or self.asks:
            return ""
        options = {str(n): id for n, id in enumerate(asking["options"], 1)}
        said = words.strip().casefold().rstrip(".!")
        if said in ("no", "none", "neither", "cancel"):
            return "Nothing was forgotten."
        if said in ("all", "both") or (said == "yes" and len(options) == 1):
            chosen = list(options)
        else:
            chosen = [n for n in re.findall(r"\d+", said) if n in options]
            chosen = chosen if re.fullmatch(r"[\d\s,and]+", said) else []
        everything = {one.id: one for one in self.hands.own()}
        gone = [(n, everything[options[n]]) for n in chosen if options[n] in everything]
        return "\n".join(self._drop(one, f"number {n}") for n, one in gone)

    def _named(self, one: Evidence) -> str:
        """The words; of those that are not repeated here only when and where they were said."""
        if self._is_withheld(one):
            return f"what you told me {where(one.surface, self.ports)}, {when(one.at, self.ports)}"
        return quote(one, self.ports)

    def _quote(self, one: Evidence) -> str:
        return quote(one, self.ports, "somebody here" if self.standing.is_shared else "")

    def _is_withheld(self, one: Evidence) -> bool:
        return self.standing.is_shared and one.sensitivity >= PRIVATE

    def _drop(self, one: Evidence, name: str) -> str:
        """Drops it, its repetitions, and questions that hold all of its words.

        It is named by when and where, never by its words: the reply itself is kept.
        """
        held = set(terms(one.text))
        same = [
            other
            for other in self.hands.own()
            if _same_words(other, one) or (not other.tells and held <= set(terms(other.text)))
        ]
        self.hands.forget([one, *same])
        return (
            f"Forgotten: {name}, said {where(one.surface, self.ports)}, "
            f"{when(one.at, self.ports)}, and every answer of mine that quoted it."
        )

    def picture(self) -> str:
        told = [one for one in self.hands.everything() if one.tells]
        if not told:
            return "Nothing yet. What you tell me here, I keep, with when and where you said it."
        surfaces = sorted({where(one.surface, self.ports) for one in told})
        since = when(told[0].at, self.ports)
        kept = [one for one in told if one.kept]
        latest = [one for one in told if not one.kept][-(SHOWN - min(len(kept), SHOWN - 3)) :]
        shown = _distinct([*reversed(kept), *reversed(latest)])[:SHOWN]
        self.hands.cite(shown)
        listed = numbered(self._quote(one) for one in shown)
        distinct = len(_distinct(told))
        more = "" if distinct <= len(shown) else f"And {distinct - len(shown)} more; ask me. "
        count = f"{len(told)} thing{'s' if len(told) != 1 else ''}"
        head = f"You told me {count} ({', '.join(surfaces)}), the first {since}."
        return f"{head} In your words:\n{listed}\n\n{more}“forget …” deletes any of it."

    def why(self) -> str:
        last = next((turn for turn in reversed(self.standing.recent) if turn.persona_text()), None)
        if last is None:
            return "I have not answered anything yet."
        pointers = set(last.recalled)
        used = [one for one in self.hands.everything() if one.pointer in pointers]
        if not used:
            return "My last answer rests on nothing that you told me: it came from my rules."
        self.hands.cite(used)
        return "My last answer rests on this:\n" + numbered(self._quote(one) for one in used)

    def help(self) -> str:
        named = [c for c in self.ports.capabilities.values() if c.say]
        lines = [f"• {c.say}: {c.brief}" for c in named]
        lines += [
            "• what do you know about me: shows it, in your words",
            "• why: shows what my last answer rests on",
            "• link: makes you one person to me on another surface; unlink SURFACE parts it again",
            "• stop, start: halts and resumes everything I do for you",
        ]
        return "This is what I can do:\n" + "\n".join(lines)

    def introduce(self) -> str:
        identity = self.ports.identity
        return (
            f"I am {identity.name}, {identity.about}. No language model is connected right now: "
            "I work by rules, I quote what you told me, and I do not invent."
        )


def _distinct(found: Sequence[Evidence]) -> list[Evidence]:
    """The first of each wording."""
    kept: list[Evidence] = []
    for one in found:
        if not any(_same_words(one, other) for other in kept):
            kept.append(one)
    return kept


def _same_words(one: Evidence, other: Evidence) -> bool:
    return one.text.strip().casefold() == other.text.strip().casefold()


def _differing(best: Match, rest: Sequence[Match]) -> Match | None:
    """Older evidence that covers the question as well and says something else."""
    for match in rest:
        same_cover = round(match.cover, 2) >= round(best.cover, 2)
        older = match.evidence.at < best.evidence.at
        if same_cover and older and not _same_words(match.evidence, best.evidence):
            return match
    return None
