"""Short patterns over classes of words, as `signs.frames` has them, and where they fit a sentence.

A frame is looked at only in sentences that hold what it cannot do without, the more special ones first,
and nothing is read before the first message; thousands are made then, so they are plain tuples. Denial
is handled here, once: what is denied on the way turns a frame's sign into the other one that its head
names, or into none.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal, NamedTuple, cast

from persona.compiled import compiled
from persona.memory.lexicon import lexicon
from persona.memory.sentence import (
    ADVERB,
    AUX,
    BREAK,
    CLOSER,
    LAST,
    LINK,
    NOT,
    PAUSE,
    PERSON,
    Sentence,
)
from persona.trait import SignKind

FILE = Path(__file__).with_name("signs.frames")
Kind = Literal["preference", "instruction", "decision", "concern", "stance", "action"]
Place = Literal["clause", "head", "anywhere"]
PLACES: Mapping[str, Place] = {"^": "head", "~": "anywhere"}
HEAD = r"\[(?P<kind>\w+)(?P<asks> \?)?\] (?P<told>.+)"
TOLD = r"(?:(?P<when>not|ended) )?(?P<value>\w+): (?P<claim>.+)"
ENDED = "ENDED"
"""What is denied beside it is over: “not afraid any more”."""
FREQUENT = frozenset(
    """i we you it that this the a an of to for on in with and or not do does did is are am be have will
    would can could me us my our at by from as so if your was were has had but what how when where who
    which there all one no about just out off over then than too very after before by""".split()
)
"""What stands in so many sentences that no frame is looked for by it, where it has a rarer word."""
MUCH = 1_000
"""What such a word costs, beside others."""
GAPS = {"...": 8, "..": 3}
"""Most tokens of what is anything."""
MOST_WORDS = {"few": 3, "odd": 4, "bare": 3, "some": 12, "subject": 10, "matter": 10}
"""Most tokens of a capture, where it is no rest of a clause."""
REST = 24
NEVER_FIRST = {
    "subject": ("NOT-SUBJECT",),
    "few": ("NOT-SUBJECT",),
    "odd": ("NOT-ODD", "NOT-SUBJECT"),
    "bare": ("NOT-SUBJECT", "BARE"),
    "matter": ("NOT-SUBJECT", "NOT-THE"),
    "the": ("NOT-THE",),
    "chosen": ("NOT-CHOSEN", "NOT-THE"),
    "order": ("NOT-ORDER",),
    "do": ("NOT-DO",),
    "act": ("NOT-ACT",),
}
"""The classes with which a capture never begins."""
ALWAYS_FIRST = {"the": "DEFINITE", "order": "ORDER", "ordering": "ORDER-ing"}
"""The class with which it always does."""

Span = tuple[int, int]


class Told(NamedTuple):
    """What a frame tells: the sign's value and the claim, in which {} is what it is about."""

    value: str
    claim: str


class Element(NamedTuple):
    """One of these words or classes; or, with `capture`, words that are captured or passed over.

    `need` is what a sentence must hold one of for it; nothing where it can do without.
    """

    names: tuple[str, ...]
    is_optional: bool = False
    capture: str = ""
    need: frozenset[str] = frozenset()


class Fit(NamedTuple):
    """What is told there, from where to where in the sentence, and where what was captured stands."""

    told: Told
    start: int
    end: int
    places: Mapping[str, Span]


class Frame(NamedTuple):
    """`told` by how it stands: as it is (""), denied ("not"), or over ("ended").

    `number` orders frames; `needs` is what a sentence must hold, one of each, for it to fit.
    """

    number: int
    kind: Kind
    told: Mapping[str, Told]
    may_ask: bool
    place: Place
    elements: tuple[Element, ...]
    needs: tuple[frozenset[str], ...]

    @property
    def sign(self) -> SignKind:
        """The kind of sign that it makes."""
        return "preference" if self.kind == "instruction" else self.kind

    def fits(self, sentence: Sentence) -> Iterator[Fit]:
        """Where it fits and tells something, from each beginning once."""
        first = self.elements[0]
        may_be_led = first.is_optional or not (first.capture or PERSON in first.names)
        walk = _Walk(self, sentence)
        for at, is_denied in self._starts(sentence):
            for begin, denied in (
                _led(sentence, at, is_denied) if may_be_led else ((at, is_denied),)
            ):
                found = walk.step(0, begin, denied, ())
                if found:
                    told, end, places = found
                    yield Fit(told, sentence.tokens[at].start, end, dict(places))
                    break

    def _starts(self, sentence: Sentence) -> Iterable[tuple[int, bool]]:
        starts = sentence.starts
        if self.place == "anywhere":
            return ((at, starts.get(at, False)) for at in range(len(sentence.tokens)))
        if self.place == "head":
            return ((at, False) for at in sorted(sentence.heads))
        return starts.items()


Places = tuple[tuple[str, Span], ...]
Found = tuple[Told, int, Places]


@dataclass(frozen=True, slots=True)
class _Walk:
    """A frame on its way through a sentence."""

    frame: Frame
    sentence: Sentence

    def step(self, n: int, at: int, denied: bool, places: Places) -> Found | None:
        """The frame from its element `n` on, over the sentence from its token `at` on."""
        elements, sentence = self.frame.elements, self.sentence
        if n == len(elements):
            told = self._told(denied)
            return (told, sentence.tokens[at - 1].end, places) if told and at else None
        element = elements[n]
        if element.capture:
            return self._capture(n, at, denied, places)
        for end in self._over(element, at):
            if found := self.step(n + 1, end, denied, places):
                return found
        if found := self._pass(n, at, denied, places):
            return found
        return self.step(n + 1, at, denied, places) if element.is_optional else None

    def _over(self, element: Element, at: int) -> Iterator[int]:
        """Where the element ends that begins at a token."""
        here = self.sentence.at(at)
        for name in element.names:
            if name == PAUSE:
                yield from _paused(self.sentence, at)
            elif name == LAST and self._ends(at):
                yield at
            else:
                yield from (at + length for length in here.get(name, ()))

    def _pass(self, n: int, at: int, denied: bool, places: Places) -> Found | None:
        """Over what says nothing here, and over what denies."""
        here = self.sentence.at(at)
        if n == 0 or not here:
            return None
        over = [(length, denied) for name in (ADVERB, AUX) for length in here.get(name, ())]
        if not self.frame.elements[n].capture:
            over += [(length, not denied) for length in here.get(NOT, ())]
        if "," in here:
            over.append((1, denied))
        for length, is_denied in over:
            if found := self.step(n, at + length, is_denied, places):
                return found
        return None

    def _capture(self, n: int, at: int, denied: bool, places: Places) -> Found | None:
        name, sentence = self.frame.elements[n].capture, self.sentence
        if name in GAPS:
            ends = range(at, min(at + GAPS[name], len(sentence.tokens)) + 1)
            steps = (self.step(n + 1, end, denied, places) for end in ends)
            return next((found for found in steps if found), None)
        if found := self._pass(n, at, denied, places):
            return found
        here = sentence.at(at)
        if sentence.is_break(at) or any(one in here for one in NEVER_FIRST.get(name, ())):
            return None
        if name in ALWAYS_FIRST and ALWAYS_FIRST[name] not in here:
            return None
        bound, most = at + 1, at + MOST_WORDS.get(name, REST)
        while bound < most and not sentence.is_break(bound):
            bound += 1
        is_last = n + 1 == len(self.frame.elements)
        for end in (bound,) if is_last else range(at + 1, bound + 1):
            place = (sentence.tokens[at].start, sentence.tokens[end - 1].end)
            group = name if name == "other" else "what"
            if found := self.step(n + 1, end, denied, (*places, (group, place))):
                return found
        return None

    def _ends(self, at: int) -> bool:
        """Whether nothing more is said in the clause, but for what says nothing."""
        left = [at]
        while left:
            here = left.pop()
            if self.sentence.is_break(here):
                return True
            classes = self.sentence.at(here)
            left += [here + n for name in (ADVERB, CLOSER) for n in classes.get(name, ())]
        return False

    def _told(self, denied: bool) -> Told | None:
        told = self.frame.told
        if denied and ENDED in self.sentence.present and "ended" in told:
            return told["ended"]
        return told.get("not" if denied else "")


def _paused(sentence: Sentence, at: int) -> Iterator[int]:
    """Behind a pause: marks, or what links two clauses, or both."""
    while sentence.at(at).keys() & {BREAK, LINK}:
        at += 1
        yield at


def _led(sentence: Sentence, at: int, denied: bool) -> Iterator[tuple[int, bool]]:
    """A frame without its “I” may be led by what denies it: “not keen on tea”."""
    left = [(at, denied)]
    while left:
        here, is_denied = left.pop(0)
        yield here, is_denied
        for name, turned in ((NOT, not is_denied), (ADVERB, is_denied)):
            left += [(here + length, turned) for length in sentence.at(here).get(name, ())]


def claims(kind: Kind) -> Mapping[str, str]:
    """The claims of a kind by the values that make them."""
    told = (told for one in all_frames() if one.kind == kind for told in one.told.values())
    return {one.value: one.claim for one in told}


def may_tell(words: Iterable[str]) -> bool:
    """Whether any frame could fit a message of these words."""
    return not _triggers().isdisjoint(words)


def matching(sentence: Sentence) -> Iterator[Frame]:
    """The frames of which the sentence holds all that they need, in their order."""
    present, keyed, frames = sentence.present, _by_key(), all_frames()
    numbers = {number for name in present if name in keyed for number in keyed[name]}
    for number in sorted(numbers):
        if not any(need.isdisjoint(present) for need in frames[number].needs):
            yield frames[number]


@cache
def all_frames() -> tuple[Frame, ...]:
    """Every frame of the file, those first that need the most."""
    found: list[tuple[Kind, Mapping[str, Told], bool, Place, tuple[Element, ...]]] = []
    kind, may_ask, told = "", False, dict[str, Told]()
    for line in FILE.read_text(encoding="utf-8").splitlines():
        if not line or line.startswith("#"):
            continue
        if line[0] == "[" and (head := compiled(HEAD).fullmatch(line)):
            kind, may_ask, told = head["kind"], bool(head["asks"]), _tolds(head["told"])
            continue
        place = PLACES.get(line[0], "clause")
        elements = tuple(map(_element, line.lstrip("^~ ").split()))
        found.append((cast("Kind", kind), told, may_ask, place, elements))
    found.sort(key=lambda one: -_speciality(one[-1]))
    return tuple(
        Frame(number, *one, tuple(element.need for element in one[-1] if element.need))
        for number, one in enumerate(found)
    )


def _tolds(text: str) -> dict[str, Told]:
    found = [compiled(TOLD).fullmatch(one) for one in text.split(" | ")]
    return {one["when"] or "": Told(one["value"], one["claim"]) for one in found if one}


@cache
def _element(spelled: str) -> Element:
    if spelled in GAPS:
        return Element((), capture=spelled)
    if spelled.startswith("*"):
        return Element((), capture=spelled[1:])
    names = tuple(spelled.removesuffix("?").split("|"))
    if spelled.endswith("?"):
        return Element(names, is_optional=True)
    return Element(names, need=frozenset() if LAST in names or PAUSE in names else frozenset(names))


def _speciality(elements: tuple[Element, ...]) -> int:
    """How much a frame needs; what compares two things needs more than what names one."""
    return len([one for one in elements if one.need or one.capture == "other"])


@cache
def _by_key() -> Mapping[str, list[int]]:
    """The frames by what is rarest of what they need."""
    signals = _signals()

    @cache
    def cost(name: str) -> int:
        words = signals.get(name, [name])
        return len(words) + MUCH * len(FREQUENT.intersection(words))

    found: dict[str, list[int]] = {}
    for one in all_frames():
        for name in min(one.needs, key=lambda need: sum(map(cost, need))):
            found.setdefault(name, []).append(one.number)
    return found


@cache
def _signals() -> Mapping[str, list[str]]:
    return lexicon().signals(FREQUENT)


@cache
def _triggers() -> frozenset[str]:
    """Words of which one stands in every message that a frame fits, in each spelling."""
    signals = _signals()
    plain = {word for name in _by_key() for word in signals.get(name, [name])}
    short = {one for one, words in lexicon().spelled.items() if not plain.isdisjoint(words)}
    return frozenset(plain | short)
