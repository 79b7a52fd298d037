"""The words of one lane's evidence, in memory: where each stands, and what covers a question.

score(d) = Σ idf(t) · f·(k1+1) / (f + k1·(1 − b + b·L/L̄)) over the question's distinct words
(Robertson and Zaragoza, 2009), k1 = 1.2, b = 0.6. `cover` is the share of the question's weight
that the evidence holds; words never heard count fully, so that a question about something unknown
is answered by nothing rather than by its nearest neighbour.

What may be quoted as an answer is a matter of cover (`match`); what may bear on a question is a
matter of many signals (`bearing`, see `memory/weigh.py`). What the persona asked stands among the
lines as context, and neither ever returns it.
"""

import heapq
import math
from array import array
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import MAXYEAR, date
from itertools import accumulate, islice
from typing import Any
from zoneinfo import ZoneInfo

from persona.memory import meaning, texture, weigh
from persona.memory.habits import habits_of
from persona.memory.lines import PERSONA, Columns, Line, read
from persona.memory.meaning import Meaning
from persona.memory.own import own_of
from persona.memory.terms import terms, words
from persona.memory.texture import Texture
from persona.model import Evidence
from persona.trait import Shown, SignKind

K1, B = 1.2, 0.6
ASKING_WEIGHT = 0.3
"""A question or a command holds the words that it is about and not the answer."""
PAUSE = 3600.0
"""Seconds of silence after which another conversation begins."""
UTC = ZoneInfo("UTC")

Sees = Callable[[Evidence], bool]
"""Whether the one who asks may see this evidence."""


def anyone(_: Evidence) -> bool:
    return True


@dataclass(frozen=True, slots=True)
class Match:
    """Evidence that bears on a question, its score, and the covered share of it (0 to 1).

    `own_cover` is the share that the person's own words in it cover, as `Index.match` tells it.
    """

    evidence: Evidence
    score: float
    cover: float
    own_cover: float = 0.0


class Index:
    """Postings of one lane's lines; not shared between threads, since a lane has one worker.

    A line's place is its number in the order in which it was taken in. `talks` numbers the
    conversations, `authors` who said a line, `sums` counts the terms before each line.

    A conversation as a trait counts it is another thing: what was said in one thread with no longer
    pause, also where its lines stand between those of another surface. `conversations` numbers those
    by line, and `begun` are the places where they began; `shown` holds what the lines show of the
    person, by kind and by what it is about, in their order; `messages` counts what people said, in
    `homes`. `derived` is what others last worked out from all this, each under a name of its own.
    """

    def __init__(self, zone: ZoneInfo = UTC) -> None:
        self.zone = zone
        self.lines: list[Line] = []
        self.lengths = array("I")
        self.sums = array("I", [0])
        self.shapes = array("B")
        self.days = array("I")
        self.talks = array("I")
        self.authors = array("I")
        self.dates: list[tuple[int, int, int]] = []
        self.talk_lengths: list[int] = []
        self.talk_starts: list[int] = []
        self.author_names: list[str] = []
        self.conversations = array("I")
        self.begun: list[int] = []
        self.shown: defaultdict[tuple[SignKind, str], list[Shown]] = defaultdict(list)
        self._going: dict[tuple[str, str], tuple[float, int]] = {}
        self.homes: set[str] = set()
        self.messages = 0
        self.derived: dict[str, Any] = {}
        self._habits: dict[int, frozenset[str]] = {}
        self._texture, self._untextured = Texture(), list[Mapping[str, Any] | Evidence]()
        self._vectors: dict[str, dict[int, bytes]] = {}
        self._postings: defaultdict[str, array[int]] = defaultdict(lambda: array("I"))
        self._known: dict[str, int] = {}
        self._total = 0
        self._first_year, self._last_year = MAXYEAR, 0

    def __len__(self) -> int:
        return len(self._known)

    @property
    def mean_length(self) -> float:
        """Terms a line, on average."""
        return self._total / len(self.lines) or 1.0 if self.lines else 1.0

    def everything(self) -> list[Evidence]:
        """All evidence in the order in which it was said."""
        return [line.words for line in self.lines if line.words.author != PERSONA]

    def add(self, *told: Evidence) -> None:
        """Takes in evidence that stands alone."""
        self.read_in(Line(one, "") for one in told)

    def read_in(self, lines: Iterable[Line]) -> None:
        """Reads lines and takes them in."""
        self.take(read(lines, self.zone))

    def take(self, columns: Columns) -> None:
        """Takes in lines that were read before; those that it has already are left out."""
        if any(line.words.id in self._known for line in columns.lines):
            fresh = {line.words.id: line for line in columns.lines}
            columns = read([one for id, one in fresh.items() if id not in self._known], self.zone)
        start = len(self.lines)
        for line, length in zip(columns.lines, columns.lengths, strict=True):
            self._place(line, length)
        self.lengths.extend(columns.lengths)
        self.sums.extend(islice(accumulate(columns.lengths, initial=self.sums[-1]), 1, None))
        self.shapes.extend(columns.shapes)
        self.days.extend(columns.days)
        for day in {min(columns.days), max(columns.days)} if columns.days else ():
            year = date.fromordinal(day).year
            self._first_year = min(self._first_year, year)
            self._last_year = max(self._last_year, year)
        self.dates.extend((start + at, first, last) for at, first, last in columns.dates)
        for place, sign in columns.signs:
            said, number = self.lines[start + place].words, self.conversations[start + place]
            self.shown[sign.kind, sign.about].append(Shown(sign, said, number))
        if columns.texture is not None:
            self._untextured.append(columns.texture)
        else:
            self._untextured += [line.words for line in columns.lines if line.shows]
        for term, places in columns.postings.items():
            self._postings[term].extend([start + place for place in places])
        for model, held in columns.vectors.items():
            known = self._vectors.setdefault(model, {})
            known.update((start + place, vector) for place, vector in held.items())

    def _place(self, line: Line, length: int) -> None:
        before = self.lines[-1] if self.lines else None
        if before is None or _breaks(before, line):
            self.talk_lengths.append(0)
            self.talk_starts.append(len(self.lines))
        self.talk_lengths[-1] += length
        self.talks.append(len(self.talk_lengths) - 1)
        if line.words.author not in self.author_names:
            self.author_names.append(line.words.author)
        self.authors.append(self.author_names.index(line.words.author))
        self.lines.append(line)
        self._known[line.words.id] = len(self.lines) - 1
        self.homes.add(line.words.home)
        self.messages += line.words.author != PERSONA
        self._total += length
        self._converse(line)

    def _converse(self, line: Line) -> None:
        """Counts the line to the conversation that goes on in its thread, or to a new one."""
        going = line.words.home, line.thread
        last, number = self._going.get(going, (-math.inf, 0))
        if abs(line.words.at - last) > PAUSE:
            number = len(self.begun)
            self.begun.append(len(self.lines) - 1)
        self._going[going] = line.words.at, number
        self.conversations.append(number)

    def talk_lines(self, talk: int) -> range:
        """The places of one conversation."""
        ends = [*self.talk_starts[talk + 1 : talk + 2], len(self.lines)]
        return range(self.talk_starts[talk], ends[0])

    def place_of(self, message: str) -> int | None:
        """Where a message's line stands; None for one that is not here."""
        return self._known.get(message)

    def habits_at(self, place: int) -> frozenset[str]:
        """The habits of the keyboard that one line shows, in the person's own words."""
        if place not in self._habits:
            self._habits[place] = frozenset(habits_of(own_of(self.lines[place].words)))
        return self._habits[place]

    def texture(self) -> Texture:
        """How the person writes, in everything that was said here."""
        waiting, self._untextured = self._untextured, []
        fresh = texture.read(own_of(one) for one in waiting if isinstance(one, Evidence))
        packed = (texture.open_texture(one) for one in waiting if not isinstance(one, Evidence))
        self._texture = sum(filter(None, packed), self._texture + fresh)
        return self._texture

    def known_terms(self) -> list[str]:
        """Every term that any line holds."""
        return list(self._postings)

    def counts(self, wanted: Iterable[str]) -> dict[str, Mapping[int, int]]:
        """For each term the lines that hold it, and how often."""
        return {term: Counter(self._postings.get(term, ())) for term in wanted}

    @property
    def has_vectors(self) -> bool:
        return bool(self._vectors)

    def vectors_of(self, model: str) -> Mapping[int, bytes]:
        """The vectors that this embedding model made, by line."""
        return self._vectors.get(model, {})

    def rarity(self, having: float, of: int) -> float:
        """The weight of a term that so many of so many documents have."""
        return math.log(1 + (of - having + 0.5) / (having + 0.5))

    def length_around(self, place: int, reach: int) -> float:
        """Terms a line, on average, among those at most `reach` places away."""
        first, last = max(0, place - reach), min(len(self.lines), place + reach + 1)
        return (self.sums[last] - self.sums[first]) / (last - first)

    def scores(self, counts: Mapping[str, Mapping[int, int]]) -> dict[int, float]:
        """BM25 of each line that holds any of these terms."""
        scores: defaultdict[int, float] = defaultdict(float)
        slope, lengths = K1 * B / self.mean_length, self.lengths
        for held in counts.values():
            weight = self.rarity(len(held), len(self.lines)) * (K1 + 1)
            for place, count in held.items():
                scores[place] += weight * count / (count + K1 * (1 - B) + slope * lengths[place])
        return scores

    def covers(
        self, counts: Mapping[str, Mapping[int, int]], places: Iterable[int]
    ) -> dict[int, float]:
        """The share of the terms' weight that each of these lines holds."""
        weights = {term: self.rarity(len(held), len(self.lines)) for term, held in counts.items()}
        mass = sum(weights.values()) or 1.0
        return {
            place: sum(weights[term] for term, held in counts.items() if place in held) / mass
            for place in places
        }

    def named(self, question: str) -> tuple[frozenset[str], int | None]:
        """The names of people here that the question says, and the author where it is just one."""
        said = set(words(question))
        named = {n: said & _names(author) for n, author in enumerate(self.author_names)}
        found = [n for n, names in named.items() if names]
        return frozenset().union(*named.values()), found[0] if len(found) == 1 else None

    def years(self) -> list[int]:
        """The calendar years over which something was said."""
        return list(range(self._first_year, self._last_year + 1))

    def match(self, words: str, limit: int = 25, sees: Sees = anyone) -> list[Match]:
        """What covers most first; of equals the newest, since people correct themselves."""
        counts = self.counts(dict.fromkeys(terms(words)))
        scores = self.scores(counts)
        covers = self.covers(counts, scores)
        for place in scores:
            line = self.lines[place].words
            if not line.tells and not line.passes_on:
                scores[place] *= ASKING_WEIGHT
                covers[place] *= ASKING_WEIGHT
        ranks = {place: (round(covers[place], 2), round(scores[place], 1)) for place in scores}
        best = self._best(ranks, scores, covers, limit, sees)
        return [replace(one, own_cover=self._own_cover(one, counts)) for one in best]

    def _own_cover(self, found: Match, counts: Mapping[str, Mapping[int, int]]) -> float:
        """What remains of a cover without the words that the person only passed on."""
        if not found.evidence.passes_on:
            return found.cover
        weights = {term: self.rarity(len(held), len(self.lines)) for term, held in counts.items()}
        own = weights.keys() & set(terms(own_of(found.evidence)))
        return sum(weights[term] for term in own) / (sum(weights.values()) or 1.0)

    def bearing(
        self,
        words: str,
        today: int,
        limit: int = 25,
        sees: Sees = anyone,
        meant: Meaning | None = None,
    ) -> list[Match]:
        """What bears on the words, best first; `today` is the ordinal of the day they are said."""
        if not self.lines:
            return []
        if meant is None or not self.vectors_of(meant.model):
            scores, covers = weigh.weigh(self, words, today)
        else:
            by_words, covers = weigh.weigh(self, words, today, meaning.closest(self, meant))
            scores = meaning.fuse(by_words, meaning.nearness(self, meant, by_words))
        return self._best(scores, scores, covers, limit, sees)

    def _best(
        self,
        ranks: Mapping[int, Any],
        scores: Mapping[int, float],
        covers: Mapping[int, float],
        limit: int,
        sees: Sees,
    ) -> list[Match]:
        """The seen evidence of the highest rank; of equals the newest."""
        lines = self.lines
        told = [place for place in ranks if lines[place].words.author != PERSONA]
        own = told if sees is anyone else [place for place in told if sees(lines[place].words)]
        best = heapq.nlargest(limit, own, key=lambda place: (ranks[place], lines[place].words.at))
        return [Match(lines[place].words, scores[place], covers[place]) for place in best]


def _breaks(before: Line, line: Line) -> bool:
    """Whether another conversation begins: another place or thread, or after a pause."""
    return (
        line.words.home != before.words.home
        or line.thread != before.thread
        or abs(line.words.at - before.words.at) > PAUSE
    )


def _names(author: str) -> set[str]:
    """How an author may be called: the words of the address's own part, numbers and ids aside."""
    own = author.partition(":")[2].partition("@")[0].casefold()
    return {word for word in words(own) if word.isalpha()}
