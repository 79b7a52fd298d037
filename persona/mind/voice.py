"""How an answer is put for the one who hears it: the identity's own words, by the person's manner.

The graph is read only where some stance has words of its own for what is being said, so that the
rest costs nothing. What a manner changes is told in the turn (`Turn.manner`), and `why` says by
which words of the person it went.
"""

from collections.abc import Mapping
from dataclasses import asdict, replace
from functools import cached_property

from persona.decision import Decision
from persona.identity.load import Serving
from persona.memory.standing import Standing
from persona.mind.words import in_quotes, when, where
from persona.model import Evidence, Turn
from persona.people import manner
from persona.ports import Ports
from persona.trait import Manner, Reaction, Shown, Stance

LIKELY = 0.2
"""The chance from which on a reaction decides what is offered: more than any of six has by itself."""
LEAVES: Reaction = "leaves"
MOST_QUOTES = 3
BECAUSE = "I put it so because {because}"
NO_LONGER = "I put it so because {because}; what spoke for that holds no longer"
EXPECTED = "What I offered comes from this: {because}"
GUESSED = ". I guess that; you have not shown it to me yet."
TAKEN = "I take you mostly for {whom} ({share:.0%}), because {because}"
MIXED = "I take you for no one kind of person ({shares}), so I just answer."
EXPECT = "When something fails, {because} ({chance:.0%})"


class Voice:
    """The words of one answer; `said` notes whether any of them were chosen for this person."""

    def __init__(self, standing: Standing, ports: Ports, what: str = "") -> None:
        self._standing, self._ports, self._what = standing, ports, what
        self._marks: dict[str, None] = {}

    @cached_property
    def manner(self) -> Manner | None:
        return manner.read(self._standing, self._ports, self._what)

    @cached_property
    def stance(self) -> Stance | None:
        return manner.served(self.manner)

    @property
    def serving(self) -> Serving | None:
        """The words for this person's stance."""
        return self._ports.identity.serving(self.stance or "")

    @property
    def reaction(self) -> Reaction | None:
        """What they are likely to do if this has failed, where anything of theirs says so."""
        if self.manner is None or not (self.manner.forecast.own or self.manner.because):
            return None
        likeliest = self.manner.forecast.likeliest
        return likeliest if self.manner.forecast.chances[likeliest] >= LIKELY else None

    @property
    def mark(self) -> str:
        """What the turn says of it: the stance and the reaction that changed its words."""
        return "/".join(self._marks)

    def differs(self, part: str) -> bool:
        """Whether this person has words of their own for this part of what is said."""
        stances = self._ports.identity.stances.values()
        return any(getattr(one, part, "") for one in stances) and bool(self._own(part))

    def _own(self, part: str) -> str:
        """The words of their stance for it, not yet filled."""
        return getattr(self.serving, part, "")

    def wants(self, field: str) -> bool:
        """Whether the words of this person's stance are filled with this."""
        words = "".join(asdict(self.serving).values()) if self.serving else ""
        return f"{{{field}}}" in words

    def mark_for(self, part: str) -> None:
        """That code will say this part of it, once it was judged, in the words of their stance."""
        if self.differs(part):
            self._marks[str(self.stance)] = None

    def say(self, part: str, plainly: str, **filled: str) -> str:
        """The words of this person's stance for this part, else those that are said to everybody."""
        if not self.differs(part):
            return plainly
        self.mark_for(part)
        return self._own(part).format_map(filled)

    def guide(self) -> str:
        """What a model is told of this person's stance; nothing where there is none."""
        serving = self.serving
        if serving is not None and self.manner is not None and self.manner.because:
            self._marks[str(self.stance)] = None
        return serving.guide if serving else ""

    def of_failure(self, part: str, plainly: str, filled: Mapping[str, str]) -> str:
        """What is told of a failure: what somebody wants to hear first, how it ended, what is offered."""
        reaction, found = self.reaction, self._ports.identity.breaking(self.reaction or "")
        own = found.failed if found and part == "failed" and not self.differs(part) else ""
        said = self.say(part, own.format_map(filled) or plainly, **filled)
        if found is None:
            return said
        first, offer = _fill(found.first, filled), _fill(found.offer, filled)
        if first or own or offer or reaction == LEAVES:
            self._marks.setdefault(str(self.stance or manner.NEUTRAL), None)
            self._marks[str(reaction)] = None
        return "\n".join(filter(None, [f"{first} {said}" if first else said, offer]))

    def put(self, decision: Decision) -> Decision:
        """The decision with what its words went by."""
        return replace(decision, manner=self.mark) if self.mark else decision


def _fill(words: str, filled: Mapping[str, str]) -> str:
    """The words; nothing where what they need is not there."""
    try:
        return words.format_map({name: text for name, text in filled.items() if text})
    except KeyError:
        return ""


def why(turn: Turn, standing: Standing, ports: Ports) -> tuple[str, list[Evidence]]:
    """Why the words of a turn were chosen as they were, and the person's own by which they were."""
    if not turn.manner:
        return "", []
    stance, _, reaction = turn.manner.partition("/")
    serving, breaking = ports.identity.serving(stance), ports.identity.breaking(reaction)
    now, lines, cited = manner.read(standing, ports), list[str](), list[Shown]()
    if serving is not None and now is not None:
        shown = [one for trait in now.because if now.leading == stance for one in trait.shown]
        form = BECAUSE if now.leading == stance else NO_LONGER
        lines.append(form.format(because=serving.because) + _quotes(shown, ports))
        cited += shown
    if breaking is not None and now is not None:
        own = [one for one in now.forecast.shown if one.sign.value == reaction]
        lines.append(EXPECTED.format(because=breaking.because) + _quotes(own, ports, GUESSED))
        cited += own
    return "".join(f"\n{line}" for line in lines), [one.said for one in cited]


def taken(now: Manner, ports: Ports) -> tuple[str, list[Evidence]]:
    """For whom the person is taken, and their words that say so."""
    stance, shares = manner.served(now), now.shares
    serving = ports.identity.serving(stance or "")
    if stance is None or serving is None:
        known = sorted(shares, key=lambda one: -shares[one])
        return MIXED.format(shares=", ".join(f"{one} {shares[one]:.0%}" for one in known)), []
    shown = [one for trait in now.because for one in trait.shown]
    whom = f"an {stance}" if stance[0] in "aeiou" else f"a {stance}"
    told = TAKEN.format(whom=whom, share=shares[stance], because=serving.because)
    return told + _quotes(shown, ports), [one.said for one in shown]


def expected(now: Manner, ports: Ports) -> tuple[str, list[Evidence]]:
    """What the person is expected to do when something fails, and their words that say so."""
    likeliest = now.forecast.likeliest
    breaking = ports.identity.breaking(likeliest)
    if breaking is None:
        return "", []
    shown = [one for one in now.forecast.shown if one.sign.value == likeliest]
    told = EXPECT.format(because=breaking.because, chance=now.forecast.chances[likeliest])
    return told + _quotes(shown, ports, GUESSED), [one.said for one in shown]


def _quotes(shown: list[Shown], ports: Ports, nothing: str = ".") -> str:
    """The newest quotations, each wording once, with when and where."""
    if not shown:
        return nothing
    newest = dict[str, Shown]()
    for one in shown:
        newest.setdefault(one.quote.casefold(), one)
    lines = [
        f"\n\u2022 {where(one.said.surface, ports)}, {when(one.said.at, ports)}:{in_quotes(one.quote)}"
        for one in list(newest.values())[:MOST_QUOTES]
    ]
    return ":" + "".join(lines)
