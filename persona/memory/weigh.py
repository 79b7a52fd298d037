"""What bears on a question: a dozen plain signals, each at most 1, summed with round weights.

A line is judged by itself, by what was said around it, by the conversation it stands in, by who
said it and when, and by its shape: an answer seldom holds the words of its question. The signals
are those of classical retrieval (BM25 over lines, windows and conversations) and of how people
talk; the weights are round, since no fit was worth its digits. Only the lines around the best
ones are weighed in full, so a long memory costs little more than a short one.
"""

import heapq
import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from itertools import chain, islice
from typing import TYPE_CHECKING

from persona.compiled import compiled
from persona.memory import dates
from persona.memory.kin import kin
from persona.memory.lines import (
    ASKS,
    COUNTED,
    ENDS_ASKING,
    LASTING,
    MOST_NAMES,
    NAMES,
    PLACED,
    TIMED,
)
from persona.memory.terms import stem, wanted, words

if TYPE_CHECKING:
    from persona.memory.index import Index

Counts = Mapping[str, Mapping[int, int]]
Signal = Mapping[int, float]

WEIGHTS = {
    "line": 1.0,  # the words of the line itself
    "cover": 0.5,  # how much of the question it holds
    "around": 2.0,  # the words of the lines around it
    "kin": 1.0,  # words that lie near the question's
    "talk": 1.5,  # the words of the whole conversation
    "answers": 1.5,  # it follows a question that holds the words
    "speaker": 1.5,  # the one whom the question names said it
    "then": 3.0,  # said on the days that the question names, or soon after
    "of then": 1.0,  # speaks of those days
    "when": 1.5,  # says when, where the question asks when
    "how many": 0.5,  # says how many, where the question asks that
    "how long": 1.0,  # says how long, where the question asks that
    "where": 1.0,  # says where, where the question asks that
    "which": 1.0,  # names something, where the question asks for a name
    "names": 0.5,  # names something, where the question does not ask when
    "length": 1.0,  # says much rather than little
    "asks": -0.5,  # is itself a question
}
AROUND = {0: 1.0, -1: 0.8, 1: 0.8, -2: 0.5, 2: 0.5, -3: 0.3, 3: 0.3}
"""How much a line so many places before or after counts, within one conversation.

How many lines have a word around them is reckoned as if it stood anywhere: N · (1 − e^(−7n/N)).
"""
REACH = max(AROUND)
PEAKS = 50
"""Lines with the best words of their own, around which all lines are weighed."""
MOST_TALKED = 200
"""Lines of the best conversations that are weighed although nothing near them has the words."""
MOST_HEARD, MOST_TOLD = 2_000, 50
"""Of the newest lines, how many of the longest that the one asked about said are weighed too."""
MOST_DATED = 400
"""Lines of the days asked for that are weighed for their day alone."""
K1, B_AROUND, B_TALK = 1.2, 0.6, 0.75
LATE = 14
"""Days for which people tell afterwards what happened to them."""
SEASON = 40
"""A stretch of days as long as this names no day."""
ASKS_WHEN = (
    r"(?i)\b(?:when|how long|how (?:old|recently|soon)"
    r"|(?:what|which) (?:year|month|week|date|day|time))\b"
)
ASKS_HOW_LONG = r"(?i)\bhow long\b"
ASKS_WHERE = (
    r"(?i)\b(?:where|countr(?:y|ies)|cit(?:y|ies)|towns?|states?|places?|locations?|visit|travel\w*"
    r"|trips?|lives?|moved?|from)\b"
)
ASKS_WHICH = (
    r"(?i)\b(?:who|whose|which|where|names?|named|called|titles?|nicknames?"
    r"|countr(?:y|ies)|cit(?:y|ies)|towns?|states?|places?|locations?|destinations?"
    r"|books?|novels?|movies?|films?|songs?|albums?|bands?|artists?|authors?|series|shows?|games?"
    r"|musicians?|plays?|poems?|compan(?:y|ies)|brands?|teams?|schools?|universit(?:y|ies)"
    r"|organi[sz]ations?|shops?|stores?|restaurants?|shelters?|clubs?|charit(?:y|ies))\b"
)
ASKS_HOW_MANY = r"(?i)\bhow (?:many|much|often|old)\b"


def weigh(
    index: "Index", question: str, today: int, also: Iterable[int] = ()
) -> tuple[Signal, Signal]:
    """Score and cover of each line that may bear on the question, those of `also` among them."""
    names, speaker = index.named(question)
    counts = index.counts(wanted(question, names))
    own, talks = index.scores(counts), _talks(index, counts)
    asked = dates.asked(question, today, index.years())
    near = _near(index, own, talks, asked) | _told_by(index, speaker) | set(also)
    covers = index.covers(counts, near)
    asks_when = compiled(ASKS_WHEN).search(question) is not None
    lengths, shapes = index.lengths, index.shapes
    signals: dict[str, Signal] = {
        "line": _peaked(_within(own, near)),
        "cover": covers,
        "around": _peaked(_around(index, counts, near)),
        "kin": _peaked(_within(index.scores(index.counts(_kin(question, counts))), near)),
        "talk": _peaked({place: talks.get(index.talks[place], 0.0) for place in near}),
        "length": {place: math.log(1 + lengths[place]) / 4 for place in near},
        "asks": {place: 1.0 for place in near if shapes[place] & ENDS_ASKING},
    }
    signals["answers"] = _answers(index, signals["line"], near)
    if speaker is not None:
        signals["speaker"] = {place: 1.0 for place in near if index.authors[place] == speaker}
    if asked:
        signals["then"] = _then(index, asked, near)
        signals["of then"] = _of_then(index, asked, near)
    if asks_when:
        signals["when"] = _shaped(index, TIMED, near)
    else:
        signals["names"] = {place: shapes[place] // NAMES / MOST_NAMES for place in near}
        if compiled(ASKS_WHICH).search(question):
            signals["which"] = signals["names"]
        if compiled(ASKS_WHERE).search(question):
            signals["where"] = _shaped(index, PLACED, near)
    if compiled(ASKS_HOW_MANY).search(question):
        signals["how many"] = _shaped(index, COUNTED, near)
    if compiled(ASKS_HOW_LONG).search(question):
        signals["how long"] = _shaped(index, LASTING, near)
    return _summed(signals, near), covers


def _near(index: "Index", own: Signal, talks: Signal, asked: Iterable[dates.Days]) -> set[int]:
    """The lines worth weighing: around the best words, in the best talks, of the days asked for."""
    peaks = heapq.nlargest(PEAKS, own, key=own.__getitem__)
    near = {place for peak in peaks for place in _neighbours(index, peak)}
    best = heapq.nlargest(MOST_TALKED, talks, key=talks.__getitem__)
    near.update(islice(chain.from_iterable(map(index.talk_lines, best)), MOST_TALKED))
    dated = _on(index, asked)
    return near | dated if len(dated) <= MOST_DATED else near


def _told_by(index: "Index", speaker: int | None) -> set[int]:
    """What the one who is asked about said at most length, whatever the words of the question."""
    if speaker is None:
        return set()
    first, last = max(0, len(index.lines) - MOST_HEARD), len(index.lines)
    own = (place for place in range(first, last) if index.authors[place] == speaker)
    return set(heapq.nlargest(MOST_TOLD, own, key=lambda place: (index.lengths[place], place)))


def _neighbours(index: "Index", place: int) -> Iterable[int]:
    """The lines of the same conversation around a line, itself among them."""
    talk = index.talks[place]
    first, last = max(0, place - REACH), min(len(index.lines), place + REACH + 1)
    return (other for other in range(first, last) if index.talks[other] == talk)


def _on(index: "Index", asked: Iterable[dates.Days]) -> set[int]:
    """The lines said on these days or soon after, and those that speak of them."""
    spans = list(asked)
    if not spans:
        return set()
    said = {
        place
        for place, day in enumerate(index.days)
        if any(first <= day <= last + LATE for first, last in spans)
    }
    return said | {
        place
        for place, first, last in index.dates
        if any(first <= end and last >= begin for begin, end in spans)
    }


def _around(index: "Index", counts: Counts, near: set[int]) -> Signal:
    """BM25 of each line taken together with its neighbours, which count for less."""
    scores: defaultdict[int, float] = defaultdict(float)
    mean, lines, talks = index.mean_length, len(index.lines), index.talks
    norms = {
        place: K1 * (1 - B_AROUND + B_AROUND * index.length_around(place, REACH) / mean)
        for place in near
    }
    for held in counts.values():
        grown: defaultdict[int, float] = defaultdict(float)
        for place in held.keys() & near:
            count, talk = held[place], talks[place]
            for offset, weight in AROUND.items():
                other = place + offset
                if other in near and talks[other] == talk:
                    grown[other] += weight * count
        reached = lines * -math.expm1(-len(AROUND) * len(held) / lines)
        rarity = index.rarity(reached, lines) * (K1 + 1)
        for place, count in grown.items():
            scores[place] += rarity * count / (count + norms[place])
    return scores


def _kin(question: str, counts: Counts) -> set[str]:
    """Words that lie near the question's own, and are not among them."""
    said = {stem(word) for word in words(question)}
    return {other for word in said for other in kin().get(word, ())} - counts.keys()


def _talks(index: "Index", counts: Counts) -> Signal:
    """BM25 of whole conversations, by how many of their lines hold a word."""
    scores: defaultdict[int, float] = defaultdict(float)
    lengths, talks = index.talk_lengths, index.talks
    mean = sum(lengths) / len(lengths) if any(lengths) else 1.0
    for held in counts.values():
        grown = Counter(map(talks.__getitem__, held))
        rarity = index.rarity(len(grown), len(lengths)) * (K1 + 1)
        for talk, count in grown.items():
            norm = K1 * (1 - B_TALK + B_TALK * lengths[talk] / mean)
            scores[talk] += rarity * count / (count + norm)
    return scores


def _answers(index: "Index", line: Signal, near: set[int]) -> Signal:
    """The weight of the question that stands just before, in the same conversation."""
    talks, shapes = index.talks, index.shapes
    return {
        place: line.get(place - 1, 0.0)
        for place in near
        if place and shapes[place - 1] & ASKS and talks[place - 1] == talks[place]
    }


def _then(index: "Index", asked: list[dates.Days], near: set[int]) -> Signal:
    found: dict[int, float] = {}
    for place in near:
        day = index.days[place]
        if any(first <= day <= last for first, last in asked):
            found[place] = 1.0
        elif any(last < day <= last + LATE for _, last in asked):
            found[place] = 0.5
    return found


def _of_then(index: "Index", asked: list[dates.Days], near: set[int]) -> Signal:
    found: dict[int, float] = {}
    for place, first, last in index.dates:
        if place in near and any(first <= end and last >= begin for begin, end in asked):
            found[place] = max(found.get(place, 0.0), 1.0 if last - first < SEASON else 0.4)
    return found


def _shaped(index: "Index", shape: int, near: set[int]) -> Signal:
    """The lines that say what is asked for: a time, a number, a place."""
    return {place: 1.0 for place in near if index.shapes[place] & shape}


def _within(signal: Signal, near: set[int]) -> Signal:
    return {place: signal[place] for place in signal.keys() & near}


def _peaked(signal: Signal) -> Signal:
    """The same, with 1 as its highest."""
    peak = max(signal.values(), default=0.0)
    return {place: value / peak for place, value in signal.items()} if peak > 0 else {}


def _summed(signals: Mapping[str, Signal], near: Iterable[int]) -> Signal:
    scores = dict.fromkeys(near, 0.0)
    for name, signal in signals.items():
        weight = WEIGHTS[name]
        for place, value in signal.items():
            scores[place] += weight * value
    return scores
