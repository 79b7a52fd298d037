"""The reflex brain: rules, offline, never inventing. It answers about the past by quoting it.

It is the last structure to fall back on, so it must not fail: it calls nothing outside memory.
"""

import re
from collections.abc import Mapping, Sequence
from functools import cached_property

from persona import keys
from persona.compiled import compiled
from persona.decision import Decision
from persona.errors import Refused
from persona.memory.index import Match
from persona.memory.own import own_of, own_words, passes_on
from persona.memory.standing import Standing
from persona.mind import afterwards, believing, commands, introducing, tried, voice
from persona.mind.aside import OFFER
from persona.mind.elsewhere import NOWHERE
from persona.mind.forgetting import Forgetting, distinct, same_words
from persona.mind.hands import ENOUGH, MemoryHands
from persona.mind.linking import NOBODY
from persona.mind.spelled import UNREAD
from persona.mind.wishing import Wishing, heard, unfit
from persona.mind.words import (
    MOST_QUOTED,
    in_quotes,
    numbered,
    pasted,
    place,
    quote,
    sentence,
    when,
    where,
)
from persona.model import Event, Evidence, Turn, shortened
from persona.people import graph as graphs
from persona.ports import Ports

SHOWN = 9
MOST_BEFORE = 120
"""Characters of what a correction took the place of, where it stands beside that."""
PASTED = "Noted, as something that you pasted: I take none of it for words of your own."
ABOUT_SELF = re.compile(r"\b(?:i|me|my|mine|myself|we|us|our|ours)\b", re.IGNORECASE)
ABOUT_PASTED = re.compile(
    r"\b(?:past(?:e|ed)|forward(?:ed)?|quoted?|shared?|sent|article|mail|email|message|chat|log)\b",
    re.IGNORECASE,
)
IN_YOUR_MIND = (
    r"\b(?:do|did|would|can)\s+you\s+(?:still\s+)?(?:think|believe|know|guess|reckon|suppose|remember|say|tell\s+me)\s+"
    r"(?:that\s+)?(?=(?:i|my|we|our)\b)"
)
"""“What do you think I like?” asks what I like."""
REVIEW = "review"
"""How the mind of a message is called that nobody asked for."""
WROTE = "I wrote of my own accord, because you told me this and it was still open:"
WHY_WROTE = (
    "My last answer rests on nothing that you told me: it came from my rules.",
    "I wrote of my own accord, because what I had taken on for you was still open.",
)
DENIED = " (you told me since that it is wrong)"
BETWEEN_US = "How I take you I tell in private only."
DISPUTED = (
    "I go by your words there:\n{listed}\n"
    "Say how it is, and I go by that; “forget that” deletes what you said."
)


def reflect(standing: Standing, events: Sequence[Event], ports: Ports) -> Decision:
    """Answers each message in order; several become one reply."""
    brain = _Reflex(standing, events, ports)
    replies = [reply for event in events if (reply := brain.answer(event))]
    hands = brain.hands
    return brain.voice.put(
        Decision(
            reply="\n\n".join(replies),
            recalled=tuple(hands.cited.values()),
            notes=tuple(hands.kept.values()),
            forgets=tuple(hands.forgotten.values()),
            asks=brain.asks or brain.forgetting.asks,
            intents=brain.wishing.intents,
            tainted=brain.tainted,
        )
    )


class _Reflex:
    def __init__(self, standing: Standing, events: Sequence[Event], ports: Ports) -> None:
        self.standing, self.events = standing, events
        self.author = str(events[0].author)
        self.surface = events[0].address.surface
        self.ports = ports
        self.hands = MemoryHands(standing, events, ports)
        self.asks: dict[str, object] = {}
        self.tainted = ""
        self.wishing = Wishing(standing, events, ports)
        self.voice = voice.Voice(standing, ports)
        self.forgetting = Forgetting(self.hands, self.author, ports)
        self.beliefs = believing.Beliefs(standing, events, ports)

    @cached_property
    def denied(self) -> frozenset[str]:
        """The messages of which the person said since that what they show is wrong."""
        is_any = bool(self.hands.notes.contests)
        return graphs.denied(self.standing, self.ports) if is_any else frozenset()

    def answer(self, event: Event) -> str:
        words = own_words(event.words).strip()
        chosen = self.forgetting.choose(words)
        if chosen:
            return chosen
        command = commands.parse(words)
        if command is not None and command.verb in commands.BELIEVED:
            disputed = self._disputed(command) if command.verb == "wrong" else ""
            if disputed and not command.rest:
                return disputed
            command = None
        wished = heard(words, self.ports) if command is None else None
        said = self.wish(*wished) if wished else None
        if said is not None:
            return said
        if command is None:
            failed = afterwards.taken(words, self.standing, self.ports)
            said = self.wish(*failed.again) if failed.again else None
            if said is not None:
                return said
            is_asked = commands.is_question(words)
            return self.question(words, failed) if is_asked else self.statement(event, failed)
        match command.verb:
            case "remember":
                kept = f"I will remember that: “{shortened(command.rest, MOST_QUOTED)}”"
                return kept + self._ended(self.hands.note(event)) + _aside(event)
            case "forget":
                return self.forgetting.forget(command.rest)
            case "picture":
                return self.picture()
            case "why":
                return self.why(afterwards.taken(words, self.standing, self.ports))
            case "manner" | "expected":  # told where others read, and by nobody proven, to nobody
                return BETWEEN_US
            case "help":
                return introducing.help(self.surface, self.ports)
            case "what are you":
                return introducing.introduce(self.ports)
            case "greeting":
                return "Hello. Tell me something to keep, or ask me about something you told me."
            case "thanks":
                return "You are welcome."
            case "privately":
                return self.question(command.rest) if command.rest else "You have my ear."
            case "elsewhere":  # what is asked there is another command
                return NOWHERE
            case _:  # link, approve and the like are done before thinking, where they can be
                return NOBODY

    def wish(self, name: str, arguments: Mapping[str, str]) -> str | None:
        """Takes the wish down; what becomes of it is told when it was judged. None where it is none.

        "My calendar is full" only begins like one: its words are no time.
        """
        try:
            self.wishing.wish(name, arguments)
        except Refused as error:
            return None if error.code == UNREAD else unfit(name, error)
        self.voice.mark_for("doing")
        return ""

    def statement(self, event: Event, failed: afterwards.Taken) -> str:
        """Words that are kept as they were said; a correction is kept as a note."""
        if not own_words(event.words) and event.words.strip():
            return PASTED
        noted = self._of_failure(failed) or "Noted."
        return noted + self._ended(self.hands.note(event)) + _aside(event)

    def question(self, words: str, failed: afterwards.Taken = afterwards.NOT) -> str:
        """The best that they told, quoted; where nothing answers it, what is known of a failure."""
        words = compiled(IN_YOUR_MIND, re.IGNORECASE).sub(" ", words)
        found = self.hands.saying(words)
        claimed = self.hands.claimed(words)
        shown = self.hands.corrected([*claimed, *(m.evidence for m in found)])
        if not shown:
            return self._of_failure(failed) or self._passed_on(words)
        ends = self.hands.notes.ending
        held, ended = [e for e in shown if not ends(e.id)], [e for e in shown if ends(e.id)]
        best = (held or ended)[0]
        older = [e for e in ended if e is not best] or _differing(best, found)
        self.hands.cite([best, *older[:1]])
        lines = [sentence(self._until(best) + self._quoted(best))]
        lines += ["Earlier, " + self._until(one) + self._quoted(one) for one in older[:1]]
        said = "\n".join(lines)
        return (
            self._put(said, [best, *older[:1]], found) if self.voice.differs("answered") else said
        )

    def _of_failure(self, failed: afterwards.Taken) -> str:
        """What is said to how they take a failure; it names what they wished, so it rests on that."""
        pointer = self.standing.head.failure.turn if self.standing.head.failure else ""
        if failed.reply:
            self.hands.cite(one for one in self.hands.everything() if one.pointer == pointer)
        return failed.reply

    def _put(self, said: str, shown: Sequence[Evidence], found: Sequence[Match]) -> str:
        """The answer as this person would have it; what contradicts it is never left out."""
        rest = [one.evidence for one in found if one.evidence not in shown]
        more = [one for one in distinct([*shown, *rest]) if one not in shown][:1]
        also = more if self.voice.wants("also") else []
        self.hands.cite(also)
        is_plain = len(shown) == 1 and not self.hands.notes.on(shown[0].id)
        where_when = place(shown[0], self.ports, self._by())
        return self.voice.say(
            "answered",
            said,
            quote=said,
            short=f"{in_quotes(own_of(shown[0])).strip()} ({where_when})" if is_plain else said,
            also="".join(f"\n{sentence(self._until(o) + self._quoted(o))}" for o in also),
            count=f"{len(found)}",
            all=f"{len(self.hands.everything())}",
        )

    def _passed_on(self, words: str) -> str:
        """What was pasted answers only what is not about the person, and is called so."""
        is_meant = ABOUT_PASTED.search(words)
        may_tell = not ABOUT_SELF.search(words) or is_meant
        matches = self.hands.match(ABOUT_PASTED.sub(" ", words) if is_meant else words, limit=25)
        found = [m.evidence for m in matches if m.evidence.passes_on and m.cover >= ENOUGH]
        if may_tell and found:
            self.hands.cite(found[:1])
            return sentence(pasted(found[0], self.ports, self._by()))
        said = "said" if self.standing.is_shared else "that you told me"
        offer = f" {OFFER}" if self.standing.is_shared else ""
        return f"I do not know. Nothing {said} here answers that, and I do not guess.{offer}"

    def _quoted(self, one: Evidence) -> str:
        """The words, and beside them a claim that a model made of them."""
        made = [n for n in self.hands.notes.on(one.id) if n.made_by == "model" and n.is_live]
        noted = [f" (noted as “{n.claim}”{', unconfirmed' if n.doubt else ''})" for n in made]
        shown = "".join(noted[:1]) if not made or made[0].claim != own_of(one).strip() else ""
        if shown and made[0].doubt:
            self.tainted = made[0].doubt
        denied = DENIED if one.id in self.denied else ""
        return quote(one, self.ports, self._by(), whole=False) + shown + denied

    def _is_told(self, one: Evidence) -> bool:
        """Whether it tells something: no wish, no mere no to what was believed, or to a failure."""
        is_wish = heard(own_of(one), self.ports) is not None
        is_no = one.id in self.hands.notes.denials() or self.hands.is_reaction(one)
        return one.tells and not is_wish and not is_no

    def _until(self, one: Evidence) -> str:
        """Since when words hold no longer, for those that were corrected."""
        ending = self.hands.notes.ending(one.id)
        return f"until {when(ending.since, self.ports)}, " if ending else ""

    def _ended(self, ended: Sequence[Evidence]) -> str:
        """What the new words take the place of."""
        return "".join(
            f"\nIt takes the place of what {quote(o, self.ports, self._by())}" for o in ended
        )

    def _disputed(self, command: commands.Command) -> str:
        """To whom says that it is wrong: that the last answer quoted them, or that they said what they
        name; nothing where neither is so.
        """
        named = command.where
        used = self.hands.affirmed(named) if named else self.hands.rested()
        used = [one for one in used if self._is_told(one)][:SHOWN]
        self.hands.cite(used)
        if len(used) == 1:
            self.asks = {"what": "disputed", "message": used[0].id, "asked": self.author}
        return DISPUTED.format(listed=numbered(map(self._quoted, used))) if used else ""

    def _by(self) -> str:
        return "somebody here" if self.standing.is_shared else ""

    def picture(self) -> str:
        everything = self.hands.everything()
        told = [one for one in everything if self._is_told(one)]
        passed_on = sum(not own_of(one) for one in everything if one.passes_on)
        if not told:
            aside = " What you pasted is kept beside that." if passed_on else ""
            return f"Nothing yet. What you tell me here, I keep, with when and where you said it.{aside}"
        surfaces = sorted({where(one.surface, self.ports) for one in told})
        since = when(told[0].at, self.ports)
        held = [one for one in told if not self.hands.notes.ending(one.id)]
        noted = {quote.message for note in self.hands.notes.live() for quote in note.evidence}
        kept = [one for one in held if one.kept or one.id in noted]
        latest = [one for one in held if one not in kept][-(SHOWN - min(len(kept), SHOWN - 3)) :]
        shown = distinct([*reversed(kept), *reversed(latest)])[:SHOWN]
        self.hands.cite([*shown, *self._before(shown)])
        listed = numbered(self._quoted(one) + self._instead(one) for one in shown)
        unlike = len(distinct(held))
        more = "" if unlike <= len(shown) else f"And {unlike - len(shown)} more; ask me. "
        count = f"{len(told)} thing{'s' if len(told) != 1 else ''}"
        if passed_on:
            more += "What you only pasted is not among it. "
        head = f"You told me {count} ({', '.join(surfaces)}), the first {since}."
        said = f"{head} In your words:\n{listed}\n\n{more}“forget …” deletes any of it."
        taken, of = self.beliefs.picture()
        self.hands.cite(of)
        self.asks = self.asks or self.beliefs.asks
        return f"{said}\n\n{taken}" if taken else said

    def why(self, failed: afterwards.Taken = afterwards.NOT) -> str:
        """What the last answer rests on; right after a failure first why that was."""
        is_right_after = self.standing.head.failure and not self.standing.head.failure.heard
        reason = self._of_failure(failed) if is_right_after else ""
        return "\n".join(filter(None, [reason, self._ground()]))

    def _ground(self) -> str:
        last = next((turn for turn in reversed(self.standing.recent) if turn.persona_text()), None)
        if last is None:
            return "I have not answered anything yet."
        used = self.hands.rested()
        chosen, shown = voice.why(last, self.standing, self.ports)
        meant = self.voice.manner.because if chosen and self.voice.manner else self.beliefs.told()
        self.asks = believing.told_now(meant, self.author)
        if not used:
            self.hands.cite(shown)
            return WHY_WROTE[last.mind.startswith(REVIEW)] + self._tried(last) + chosen
        used += [one for one in self._before(used) if one not in used]
        self.hands.cite([*used, *shown])
        listed = numbered(self._until(one) + self._quoted(one) for one in used)
        head = WROTE if last.mind.startswith(REVIEW) else "My last answer rests on this:"
        return f"{head}\n{listed}{self._tried(last)}{chosen}"

    def _tried(self, turn: Turn) -> str:
        """What was wished in that turn and what came of it, as this lane's ledger has it."""
        lane = self.standing.place.lane
        if (turn.lane or self.standing.gate.own_lane(turn.home, lane)) != lane:
            return ""
        key = keys.ledger(lane, turn.version)
        wished = self.ports.table.get([key]).get(key, {}).get("wished", ())
        self.tainted = next((one["tainted"] for one in wished if "tainted" in one), self.tainted)
        return "".join(f"\n{tried.told(one)}" for one in wished)

    def _before(self, shown: Sequence[Evidence]) -> list[Evidence]:
        """What was said before these words, and holds no longer since."""
        ended = {id for one in shown for note in self.hands.notes.on(one.id) for id in note.ends}
        return [one for one in self.hands.everything() if one.id in ended] if ended else []

    def _instead(self, one: Evidence) -> str:
        """What these words took the place of."""
        before = [f"“{shortened(own_of(old).strip(), MOST_BEFORE)}”" for old in self._before([one])]
        return f" (before that: {', '.join(before)})" if before else ""


def _differing(best: Evidence, found: Sequence[Match]) -> list[Evidence]:
    """Older evidence that covers the question as well and says something else."""
    covers = [round(match.own_cover, 2) for match in found if match.evidence is best]
    return [
        match.evidence
        for match in found
        if covers
        and round(match.own_cover, 2) >= covers[0]
        and match.evidence.at < best.at
        and not same_words(match.evidence, best)
    ]


def _aside(event: Event) -> str:
    """What is said of the pasted part of a message."""
    return (
        " What you pasted stays beside it, as somebody else's words."
        if passes_on(event.words)
        else ""
    )
