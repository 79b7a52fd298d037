"""A sentence as frames read it: plain words with their classes, and where its clauses begin.

Contractions stand as the words that they are short for, chat spelling as it is spelled, with and
without apostrophes. Nothing is dropped: what may be passed over is told by its class.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from persona.compiled import compiled
from persona.memory.lexicon import Lexicon, lexicon

WRITTEN = r"\w+(?:'\w+)*|[^\w\s]|\n"
BREAKS = frozenset(",;:!?()\u2026\u2013\u2014>\n")
QUOTES = frozenset('"\u201c\u201d\u201e\u00ab\u00bb')
SHORTENED = frozenset("dr mr ms st mrs prof vs eg ie etc".split())
"""Words behind which a dot ends no sentence."""
ENDINGS = (
    ("n't", "not"),
    ("'m", "am"),
    ("'re", "are"),
    ("'ve", "have"),
    ("'ll", "will"),
    ("'d", "would"),
)
IS_BEHIND = frozenset(
    "it that there here what who how where he she this when everything mind decision choice plan name".split()
)
"""Behind these, an apostrophe and an s is short for “is”."""
NOT, ADVERB, BREAK, LINK, OPENER, PERSON = "NOT", "ADVERB", "BREAK", "LINK", "OPENER", "I"
DENYING = "DENYING"
"""“I don't think”: what comes behind is denied."""
LAST, PAUSE = ".", ":"
"""In a frame: where a clause ends, and where one goes over into the next."""
AUX, CLOSER = "AUX", "CLOSER"
BLOCKS = frozenset(
    """if when whenever whether what why who which how where than as like do did does can could
    should would will shall may might must am are was were have had until before after once unless
    whom whose or neither nor that say says said saying think thinks thinking thought assume assumes
    claims claim tell tells telling told ask asks asking believe believes | a""".split()
)
"""Behind these no clause begins in which “I” tells of itself."""
LEAST_ADVERB = 5
Classes = dict[str, tuple[int, ...]]
"""What begins at a token, a class or a word, and how many tokens long: the longest first."""
NO_ADVERBS = frozenset(
    "early family reply only july italy apply supply rely ally bully fly".split()
)


class Token(NamedTuple):
    """A plain word and where what it stands for was written."""

    word: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Sentence:
    """`classes` has for each token what begins with it; `starts` is where clauses do, and if denied."""

    text: str
    tokens: tuple[Token, ...]
    classes: tuple[Classes, ...]
    present: frozenset[str]
    starts: dict[int, bool]
    heads: frozenset[int]

    def at(self, at: int) -> Classes:
        """What begins at this token; nothing behind the last."""
        return self.classes[at] if at < len(self.classes) else {}

    def is_break(self, at: int) -> bool:
        """Whether a clause ends before this token."""
        return at >= len(self.classes) or BREAK in self.classes[at]


def read(text: str) -> Sentence:
    """The sentence, in small letters, with its words in their classes."""
    known = lexicon()
    tokens = tuple(_tokens(text, known))
    words = [one.word for one in tokens]
    classes = tuple(_classes(words, at, known) for at in range(len(words)))
    present = frozenset(name for one in classes for name in one)
    heads = frozenset(_heads(classes))
    return Sentence(text, tokens, classes, present, _starts(words, classes, heads), heads)


def _tokens(text: str, known: Lexicon) -> Iterator[Token]:
    for found in compiled(WRITTEN).finditer(text):
        start, end = found.span()
        word = found[0]
        if word in QUOTES:
            continue
        if word == "-":
            is_dash = text[start - 1 : start].isspace() or text[end : end + 1].isspace()
            if is_dash or start == 0:
                yield Token("\u2013", start, end)
            continue
        if word == ".":
            before = re.search(r"(\w+)$", text[max(0, start - 6) : start])
            if not (before and before[1] in SHORTENED) and not text[end : end + 1].isalnum():
                yield Token("\u2026", start, end)
            continue
        for plain in _plain(word, known):
            yield Token(plain, start, end)


def _plain(word: str, known: Lexicon) -> tuple[str, ...]:
    spelled = known.spelled.get(word)
    if spelled:
        return spelled
    if "'" in word:
        for ending, plain in ENDINGS:
            if word.endswith(ending):
                return word.removesuffix(ending), plain
        before, _, behind = word.partition("'")
        if behind == "s" and before in IS_BEHIND:
            return before, "is"
    return (word,)


def _classes(words: list[str], at: int, known: Lexicon) -> Classes:
    word = words[at]
    alone = found = _of_word(word)
    for phrase, name in known.phrases.get((word, words[at + 1]), ()) if at + 1 < len(words) else ():
        if tuple(words[at : at + len(phrase)]) == phrase:
            found = dict(found) if found is alone else found
            found[name] = tuple(sorted({*found.get(name, ()), len(phrase)}, reverse=True))
    return found


@lru_cache(maxsize=8_192)
def _of_word(word: str) -> Classes:
    """What a word is by itself; shared, never changed."""
    found: Classes = {word: (1,)}
    for name in lexicon().words.get(word, ()):
        found[name] = (1,)
    if word in BREAKS:
        found[BREAK] = (1,)
    elif word.endswith("ly") and len(word) >= LEAST_ADVERB and word not in NO_ADVERBS:
        found[ADVERB] = (1,)
    return found


def _heads(classes: tuple[Classes, ...]) -> Iterator[int]:
    """Where the sentence may begin to say something: behind what it opens with, too."""
    seen, left = set[int](), [0]
    while left:
        at = left.pop()
        if at in seen or at >= len(classes):
            continue
        seen.add(at)
        yield at
        for name in (OPENER, LINK, BREAK, ADVERB):
            for length in classes[at].get(name, ()):
                end = at + length
                left += [end, end + 1] if "that" in _at(classes, end) else [end]


def _at(classes: tuple[Classes, ...], at: int) -> Classes:
    return classes[at] if at < len(classes) else {}


def _starts(
    words: list[str], classes: tuple[Classes, ...], heads: frozenset[int]
) -> dict[int, bool]:
    """Where clauses begin, in their order, and whether what they say is denied."""
    found = dict.fromkeys(heads, False)
    for at, one in enumerate(classes):
        for name in (OPENER, LINK, BREAK):
            for length in one.get(name, ()):
                end = at + length
                found.setdefault(end, False)
                if name == OPENER and "that" in _at(classes, end):
                    found.setdefault(end + 1, False)
        for length in one.get(DENYING, ()):
            found[at + length] = True
        if PERSON in one and at and words[at - 1] not in BLOCKS:
            found.setdefault(at, False)
    return {at: found[at] for at in sorted(found) if at < len(words)}
