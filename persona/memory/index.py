"""The words of one lane's evidence, weighed: BM25 over stemmed words, with how much is covered.

score(d) = Σ idf(t) · f·(k1+1) / (f + k1·(1 − b + b·L/L̄)) over the question's distinct words
(Robertson and Zaragoza, 2009), k1 = 1.2, b = 0.6. `cover` is the share of the question's weight
that the evidence holds; words never heard count fully, so that a question about something unknown
is answered by nothing rather than by its nearest neighbour.
"""

import math
import re
import threading
from collections import Counter, defaultdict
from dataclasses import dataclass
from functools import lru_cache

import snowballstemmer

from persona.model import Evidence

K1, B = 1.2, 0.6
ASKING_WEIGHT = 0.3
"""A question or a command holds the words that it is about and not the answer."""

WORD = re.compile(r"\w+(?:['\u2019]\w+)?")
CLITIC = re.compile(r"['\u2019](?:s|m|re|ve|ll|d|t)$")
STOP = frozenset(
    """a about again all also am an and any are as at be because been before being but by can could
    did do does done for from had has have he her here hers him his how i if in into is it its just
    me my mine no nor not now of off on once only or our out over own please remember same shall she
    should so some such than that the their them then there these they this those through to too
    under until up us very was we were what when where which while who whom whose why will with
    would you your yours don didn doesn isn wasn won tell told said say know""".split()
)
_STEMMER = snowballstemmer.stemmer("english")
_STEMMER_LOCK = threading.Lock()  # the stemmer keeps the word it works on in itself


@lru_cache(maxsize=65_536)
def _stem(word: str) -> str:
    with _STEMMER_LOCK:
        return _STEMMER.stemWord(word)


def terms(text: str) -> list[str]:
    """The words that carry meaning, lower-cased and stemmed, in order."""
    words = (CLITIC.sub("", word) for word in WORD.findall(text.casefold()))
    return [_stem(word) for word in words if word and word not in STOP]


@dataclass(frozen=True, slots=True)
class Match:
    """Evidence that bears on a question: BM25 score and the covered share of it (0 to 1)."""

    evidence: Evidence
    score: float
    cover: float


class Index:
    """Postings of one lane's evidence; not shared between threads, since a lane has one worker."""

    def __init__(self) -> None:
        self._evidence: dict[str, Evidence] = {}
        self._lengths: dict[str, int] = {}
        self._postings: defaultdict[str, dict[str, int]] = defaultdict(dict)
        self._total = 0

    def __len__(self) -> int:
        return len(self._evidence)

    def everything(self) -> list[Evidence]:
        """All evidence in the order in which it was said."""
        return list(self._evidence.values())

    def add(self, evidence: Evidence) -> None:
        if evidence.id in self._evidence:
            return
        counts = Counter(terms(evidence.text))
        self._evidence[evidence.id] = evidence
        self._lengths[evidence.id] = length = sum(counts.values())
        self._total += length
        for term, count in counts.items():
            self._postings[term][evidence.id] = count

    def match(self, words: str, limit: int = 25) -> list[Match]:
        """Best first; of equals the newest, since people correct themselves."""
        wanted = set(terms(words))
        if not wanted or not self._evidence:
            return []
        weights = {term: self._weight(term) for term in wanted}
        mass = sum(weights.values())
        scores: defaultdict[str, float] = defaultdict(float)
        covers: defaultdict[str, float] = defaultdict(float)
        mean = self._total / len(self._evidence) or 1.0
        for term, weight in weights.items():
            for id, count in self._postings.get(term, {}).items():
                norm = K1 * (1 - B + B * self._lengths[id] / mean)
                scores[id] += weight * count * (K1 + 1) / (count + norm)
                covers[id] += weight / mass
        found = [self._found(id, score, covers[id]) for id, score in scores.items()]
        found.sort(
            key=lambda m: (round(m.cover, 2), round(m.score, 1), m.evidence.at), reverse=True
        )
        return found[:limit]

    def _found(self, id: str, score: float, cover: float) -> Match:
        evidence = self._evidence[id]
        weight = 1.0 if evidence.tells else ASKING_WEIGHT
        return Match(evidence, score * weight, cover * weight)

    def _weight(self, term: str) -> float:
        having = len(self._postings.get(term, {}))
        return math.log(1 + (len(self._evidence) - having + 0.5) / (having + 0.5))
