"""What a message shows of who wrote it, read from their own words alone, each with its quotation.

| kind | about | value |
|---|---|---|
| preference | terms | `yes`, `no`, `less` (something else is preferred to it) |
| decision | terms | `yes`, `no` (decided against it) |
| concern | terms | `yes`, `no` (no longer) |
| stance | `stance` | one of `trait.Stance` |
| action | `way` | what they do, in words: `checks twice` |
| action | `trait.BROKEN` and what had failed | a `trait.Reaction` (`memory/reactions.py`) |
| topic | a term | |
| mention | a name in small letters | `person`, `thing` |

Precision before recall: a wrong trait is worse than a missing one, and what matters is said again.
"""

import re
from collections.abc import Iterator
from functools import cache

from persona.memory import bearing, reactions, told
from persona.memory.mentions import mentions
from persona.memory.own import split
from persona.trait import Sign, SignKind

MOST_READ = 4_000
"""Characters of a message that are read: nobody says of themselves what stands behind so many."""
MOST_SENTENCE = 400
"""Characters of a sentence; what is longer was hardly typed."""
MOST_NAMED = 6
"""Topics and mentions of one message."""
WORD = re.compile(r"\w+(?:'\w+)?")
ENDS = r"(?<!\bDr)(?<!\bMr)(?<!\bMs)(?<!\bSt)(?<!\bMrs)(?<!\bProf)(?<!\b\d)[.!?\u2026]+(?=\s|$|[\"'\u201d)])|\n+"

TELLING: dict[SignKind, frozenset[str]] = {
    "preference": frozenset(
        """prefer prefere perfer preferred rather like liked love loved adore enjoy enjoyed favour favor favourite
        favorite favourites favorites fan fans fond into keen stand bear abide tolerate stomach hate dislike loathe
        detest despise abhor avoid thing jam cup over wins beats better always never ever patience without away spare
        stop again anymore any future forward rule record now choose pick take crazy mad friend lover weakness spot
        enough find nerves annoys bores me circumstances whenever when every want need must should mag liebe hasse bevorzuge j'aime j'adore
        préfère déteste hais n'aime gusta gustan encanta encantan odio detesto prefiero henceforth""".split()
    ),
    "decision": frozenset(
        """decided decision decide mind resolved agreed chosen chose choice determined settled opted plumped picked
        picking picked ended go going went take taking table turned dropped gave given ruled declined rejected said
        answer it final won't off not now beschlossen entschieden décidé decidido passed scrapped ditched abandoned
        shelved cancelled fixed pick""".split()
    ),
    "concern": frozenset(
        """worried worry worries worrying afraid affraid scared scares scare scaring nervous anxious concerned
        terrified terrifies stressed stressing stresses stress freaking freaks freaked panicking panic uneasy
        frightened frightens apprehensive petrified fearful fretting fret troubled troubles troubling bothers
        bothering haunts haunting dread dreading fear nightmare concern keeps keep kept me feeling sleep sleepless
        if forward stop sorgen angst peur m'inquiète miedo preocupa preocupan headache edge longer""".split()
    ),
}
"""Words of which one stands in whatever a rule of that kind reads."""
CLAIMS = {
    "skeptic": "asks for grounds",
    "operator": "wants it done, and told in a line",
    "regular": "talks as to an old acquaintance",
    "newcomer": "is new to this",
}


def signs_of(text: str) -> list[Sign]:
    """All signs of one message of a person, each once; none of what in it is somebody else's.

    Each `text[start:end]` is the exact quotation.
    """
    return [sign for sign, _ in _shown(text)]


def claim_of(kind: SignKind, about: str, value: str, quote: str) -> str:
    """What such a sign says, in words that follow a person's name: “prefers tea to coffee”.

    `quote` is where it was read; what is not read there is told by what it is about.
    """
    if kind == "stance":
        return CLAIMS.get(value, value)
    if kind == "action":
        return reactions.claim(about, value) or value
    for sign, claim in _shown(quote):
        if (sign.kind, sign.about, sign.value) == (kind, about, value):
            return claim
    verb = {"preference": "likes", "decision": "decided for", "concern": "worries about"}
    against = {"preference": "dislikes", "decision": "decided against"}
    verbs = verb if value == "yes" else {**verb, **against}
    return f"{verbs.get(kind, 'speaks of')} {about}"


def as_you(claim: str) -> str:
    """The claim in words that follow “you”: “prefer tea to coffee”."""
    verb, _, rest = claim.partition(" ")
    plain = {"is": "are", "has": "have", "does": "do", "worries": "worry", "tries": "try"}.get(verb)
    if plain is None:
        plain = re.sub(r"(?<=ch|sh)es$|(?<![sdu])s$", "", verb)
    return f"{plain} {rest}".strip()


def _shown(text: str) -> Iterator[tuple[Sign, str]]:
    """The signs with their claims."""
    read = text[:MOST_READ].replace("\u2019", "'")
    words = [word.lower() for word in WORD.findall(read)]
    held = set(words)
    kinds = frozenset(kind for kind, telling in TELLING.items() if not telling.isdisjoint(held))
    seen = set[tuple[str, str, str]]()
    at, named = 0, 0
    is_ironic = bool(kinds) and told.is_ironic(read)
    for part in split(text[:MOST_READ]):
        start, at = at, at + len(part.text)
        if not part.is_own:
            continue
        own = read[start:at]
        for sign, claim in _of_own(own, frozenset() if is_ironic else kinds, bool(kinds)):
            key = (sign.kind, sign.about, sign.value)
            is_named = sign.kind in ("topic", "mention")
            if key not in seen and not (is_named and named >= MOST_NAMED):
                seen.add(key)
                named += is_named
                yield _moved(sign, start), claim
    if bearing.is_curt(words) and ("stance", "stance", "operator") not in seen:
        stripped = text.strip()
        first = text.index(stripped)
        yield Sign("stance", "stance", "operator", first, first + len(stripped)), CLAIMS["operator"]


def _of_own(own: str, kinds: frozenset[SignKind], any_: bool) -> Iterator[tuple[Sign, str]]:
    """The signs of a stretch of the person's own words."""
    for start, end, asks in _sentences(own):
        sentence = own[start:end]
        for one in told.told(sentence, kinds, asks) if kinds else ():
            yield (
                Sign(one.kind, one.about, one.value, start + one.start, start + one.end),
                one.claim,
            )
        for stance, first, last in bearing.stances(sentence):
            yield Sign("stance", "stance", stance, start + first, start + last), CLAIMS[stance]
        for action, first, last in bearing.actions(sentence):
            yield Sign("action", "way", action, start + first, start + last), action
    for what, name, first, last in mentions(own):
        if what == "topic":
            yield Sign("topic", name, "", first, last), f"speaks of {name}"
        else:
            yield Sign("mention", name, what, first, last), f"speaks of {name}"


def _sentences(own: str) -> Iterator[tuple[int, int, bool]]:
    """Where sentences stand, without what ends them, and whether a question mark does."""
    at = 0
    for found in _ends().finditer(own):
        if own[at : found.start()].strip():
            yield from _trimmed(own, at, found.start(), "?" in found[0])
        at = found.end()
    if own[at:].strip():
        yield from _trimmed(own, at, len(own), asks=False)


def _trimmed(own: str, start: int, end: int, asks: bool) -> Iterator[tuple[int, int, bool]]:
    text = own[start:end]
    start += len(text) - len(text.lstrip())
    end -= len(text) - len(text.rstrip())
    if end - start <= MOST_SENTENCE:
        yield start, end, asks


def _moved(sign: Sign, by: int) -> Sign:
    return Sign(sign.kind, sign.about, sign.value, sign.start + by, sign.end + by)


@cache
def _ends() -> re.Pattern[str]:
    """Made when first needed: most processes never are."""
    return re.compile(ENDS)
