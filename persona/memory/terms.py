"""The words of a text that carry meaning, in a form in which a question finds them again.

Lower-cased, without clitics and function words, irregular forms as their plain ones ("went" as
"go"), then stemmed (Snowball, English). Words of other languages pass through as they are.
"""

import re
import threading
from functools import lru_cache

import snowballstemmer

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
IRREGULAR = {
    form: plain
    for plain, forms in (
        entry.split(": ")
        for entry in (
            "begin: began begun|break: broke broken|bring: brought|build: built|buy: bought|"
            "catch: caught|child: children|choose: chose chosen|come: came|draw: drew drawn|"
            "drink: drank drunk|drive: drove driven|eat: ate eaten|fall: fell fallen|feel: felt|"
            "fight: fought|find: found|fly: flew flown|foot: feet|forget: forgot forgotten|"
            "get: got gotten|give: gave given|go: went gone|grow: grew grown|hear: heard|"
            "hold: held|keep: kept|lead: led|leave: left|lend: lent|life: lives|lose: lost|"
            "make: made|man: men|mean: meant|meet: met|mouse: mice|pay: paid|person: people|"
            "ride: rode ridden|run: ran|see: saw seen|sell: sold|send: sent|show: shown|"
            "sing: sang sung|sit: sat|sleep: slept|speak: spoke spoken|spend: spent|stand: stood|"
            "steal: stole stolen|swim: swam swum|take: took taken|teach: taught|think: thought|"
            "throw: threw thrown|tooth: teeth|understand: understood|wake: woke woken|"
            "wear: wore worn|wife: wives|win: won|woman: women|write: wrote written"
        ).split("|")
    )
    for form in forms.split()
}
EMPTY = frozenset(
    """ago date day describe favorite feel first get kind like long many mention month much name
    one part recent recently thing time type way week year""".split()
)
"""What a question says in passing: dropped from it unless nothing else remains."""

_STEMMER = snowballstemmer.stemmer("english")
_STEMMER_LOCK = threading.Lock()  # the stemmer keeps the word it works on in itself


def words(text: str) -> list[str]:
    """All words, lower-cased and without clitics, in order."""
    return [CLITIC.sub("", word) for word in WORD.findall(text.casefold())]


def terms(text: str) -> list[str]:
    """The words that carry meaning, as they stand in the index, in order."""
    return [stem(word) for word in words(text) if word and word not in STOP]


@lru_cache(maxsize=65_536)
def stem(word: str) -> str:
    """One lower-case word as it stands in the index."""
    with _STEMMER_LOCK:
        return _STEMMER.stemWord(IRREGULAR.get(word, word))


@lru_cache(maxsize=1)
def _empty() -> frozenset[str]:
    return frozenset(map(stem, EMPTY))


def wanted(question: str, names: frozenset[str] = frozenset()) -> list[str]:
    """What a question is about, each term once: no names of who takes part, no empty words."""
    said = [word for word in words(question) if word and word not in STOP and word not in names]
    asked = list(dict.fromkeys(map(stem, said)))
    return [term for term in asked if term not in _empty()] or asked
