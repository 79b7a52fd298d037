"""The reflex brain: rules, offline, never inventing. It answers about the past by quoting it.

It is the last structure to fall back on, so it must not fail: it calls nothing outside memory.
"""

import re
from collections.abc import Mapping, Sequence

from persona.errors import Refused
from persona.memory.index import Match
from persona.memory.standing import Standing
from persona.memory.terms import terms
from persona.mind import commands
from persona.mind.elsewhere import NOWHERE
from persona.mind.hands import MemoryHands
from persona.mind.linking import NOBODY
from persona.mind.wishing import Wishing, heard, unfit
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
    brain = _Reflex(standing, events, ports)
    replies = [reply for event in events if (reply := brain.answer(event))]
    hands = brain.hands
    return Decision(
        reply="\n\n".join(replies),
        recalled=tuple(hands.cited.values()),
        keeps=hands.keeps,
        forgets=tuple(hands.forgotten.values()),
        asks=brain.asks,
        intents=brain.wishing.intents,
    )


def forget_by_code(standing: Standing, event: Event, ports: Ports) -> Decision | None:
    """A wish to forget, or the choice that it left open; None when the words are neither.

    Deleting is a right, so no model stands between the person and it. Words that only sound like
    the wish ("forget about it, what's new?") match nothing and go on to the model.
    """
    brain = _Reflex(standing, [event], ports)
    command = commands.parse(event.words)
    wish = command is not None and command.verb == "forget"
    reply = brain.choose(event.words) if not wish else brain.forget(command.rest if command else "")
    if not reply or (wish and not brain.hands.forgotten and not brain.asks):
        return None
    forgets = tuple(brain.hands.forgotten.values())
    return Decision(reply=reply, forgets=forgets, asks=brain.asks)


def ask_to_forget(wish: str, standing: Standing, event: Event, ports: Ports) -> Decision:
    """The question which words to let go of, for a model that wished it: it decides nothing."""
    brain = _Reflex(standing, [event], ports)
    return Decision(reply=brain.forget(wish, is_own=False), asks=brain.asks)


class _Reflex:
    def __init__(self, standing: Standing, events: Sequence[Event], ports: Ports) -> None:
        self.standing = standing
        self.author = str(events[-1].author)
        self.ports = ports
        self.hands = MemoryHands(standing, ports)
        self.asks: dict[str, object] = {}
        self.wishing = Wishing(standing, events, ports)

    def answer(self, event: Event) -> str:
        words = event.words.strip()
        chosen = self.choose(words)
        if chosen:
            return chosen
        command = commands.parse(words)
        wished = heard(words, self.ports) if command is None else None
        if wished:
            return self.wish(*wished)
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
            case (
                "link" | "unlink" | "confirm" | "not me" | "approve" | "deny"
            ):  # done before thinking, where it can be
                return NOBODY
            case "elsewhere":  # what is asked there is another command
                return NOWHERE

    def wish(self, name: str, arguments: Mapping[str, str]) -> str:
        """Takes the wish down; what becomes of it is told when it was judged."""
        try:
            self.wishing.wish(name, arguments)
        except Refused as error:
            return unfit(name, error)
        return ""

    def question(self, words: str) -> str:
        found = [m for m in self.hands.match(words) if m.cover >= ENOUGH and m.evidence.tells]
        if not found:
            return (
                "I do not know. Nothing that you told me here answers that, and I do not guess."
                if not self.standing.is_shared
                else "I do not know. Nothing said here answers that, and I do not guess."
            )
        best, rest = found[0], found[1:]
        self.hands.cite([best.evidence])
        lines = [sentence(quote(best.evidence, self.ports, self.standing.is_shared))]
        older = _differing(best, rest)
        if older:
            self.hands.cite([older.evidence])
            lines.append("Earlier, " + quote(older.evidence, self.ports, self.standing.is_shared))
        return "\n".join(lines)

    def forget(self, wish: str, is_own: bool = True) -> str:
        """Drops what the wish surely names; asks which, where it is not sure or somebody else's."""
        found = [m for m in self.hands.match(wish, limit=50) if self._may_forget(m.evidence)]
        exact = _distinct([m.evidence for m in found if m.cover >= SAME])
        near = _distinct([m.evidence for m in found if m.cover >= ENOUGH])
        if len(exact) == 1 and is_own:
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
        self.hands.cite(options)
        listed = numbered(quote(one, self.ports) for one in options)
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
        everything = {one.id: one for one in self.hands.everything()}
        gone = [(n, everything[options[n]]) for n in chosen if options[n] in everything]
        return "\n".join(self._drop(one, f"number {n}") for n, one in gone)

    def _may_forget(self, one: Evidence) -> bool:
        """Their own words; where many speak, nobody takes away what another said."""
        return one.tells and (not self.standing.is_shared or one.author == self.author)

    def _drop(self, one: Evidence, name: str) -> str:
        """Drops it, its repetitions, and questions that hold all of its words.

        It is named by when and where, never by its words: the reply itself is kept.
        """
        held = set(terms(one.text))
        everything = self.hands.everything()
        own = [o for o in everything if not self.standing.is_shared or o.author == self.author]
        same = [
            o for o in own if _same_words(o, one) or (not o.tells and held <= set(terms(o.text)))
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
        listed = numbered(quote(one, self.ports, self.standing.is_shared) for one in shown)
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
        return "My last answer rests on this:\n" + numbered(
            quote(one, self.ports, self.standing.is_shared) for one in used
        )

    def help(self) -> str:
        named = [c for c in self.ports.capabilities.values() if c.say]
        lines = [f"• {c.say}: {c.brief}" for c in named]
        lines += [
            "• what do you know about me: shows it, in your words",
            "• why: shows what my last answer rests on",
            "• answer me by email, text me the answer: answers on that surface of yours, once",
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
