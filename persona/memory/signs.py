"""What a message shows of who wrote it, read from their own words alone, each with its quotation.

| kind | about | value |
|---|---|---|
| preference | terms | `yes`, `no`, `less` (something else is preferred to it) |
| decision | terms | `yes`, `no` (against it) |
| concern | terms | `yes`, `no` (no longer) |
| stance | `stance` | one of `trait.Stance` |
| action | `way`, or `trait.BROKEN` | what they do: `checks twice`, or a `trait.Reaction` |
| topic | a term | nothing |
| mention | a name in small letters | `person`, `thing` |

By frames (`signs.frames`) over classes of words (`signs.lexicon`) that anybody can read, made to miss
rather than to err: a wrong trait is worse than a missing one, and what matters is said again. English,
and a few plain sentences of its neighbours.
"""

import re
from collections.abc import Iterator

from persona.compiled import compiled
from persona.memory import about, frames, sentence
from persona.memory.doubt import is_about_others, is_doubtful, is_ironic
from persona.memory.frames import Fit, Frame
from persona.memory.handed import of_self
from persona.memory.mentions import mentions
from persona.memory.own import split
from persona.trait import Sign, SignKind

Shown = tuple[Sign, str]
"""A sign and the claim that it makes."""
MOST_READ = 4_000
"""Characters of a message that are read: nobody says of themselves what stands behind so many."""
MOST_SENTENCE = 400
"""Characters of a sentence; what is longer was hardly typed."""
MOST_DEALING = 20
"""Words of a sentence that shows how somebody deals with the persona: a longer one tells of the matter."""
MOST_NAMED = 6
"""Topics and mentions of one message."""
WORD = re.compile(r"\w+(?:'\w+)?|>")
ENDS = r"[.!?\u2026]+(?=\s|$|[\"'\u201d)])|\n+"
SHORTENED = ("dr", "mr", "ms", "st", "mrs", "prof", "vs", "e.g", "i.e", "etc")
"""Words behind which a dot ends no sentence."""
GOES_ON = (
    r"\s+(?:ever|final|period|(?:yes,\s+)?decided|(?:it's|that's)\s+(?:settled|decided)|settled|done\s+deal"
    r"|decision\s+made|that's\s+final|end\s+of\s+story)\b\W*(?:$|\n)"
    r"|(?<=\?)\s+(?:(?:i|we|no|nope|sorry|ugh|honestly|really|just|absolutely|so)\W+){0,3}(?:can'?t|cannot"
    r"|hate|loathe|detest|despise|don'?t\s+like|dislike|never|not|nope|nah|no|kill\s+me"
    r"|shoot\s+me|god\s+no|hell\s+no"
    r"|hard\s+pass|pass|yuck|eww*|bleh|over\s+my\s+dead\s+body|please\s+no)\b"
    r"|(?<=\?)\s+(?:it|that)(?:s|'s|\s+is)\s+my\b"
    r"|(?<=\.)\s+i\s+(?:really\s+|just\s+|absolutely\s+)?(?:can'?t\s+stand|cannot\s+stand|hate"
    r"|loathe|detest"
    r"|can'?t\s+bear)\s+(?:it|them|that|those)\b"
    r"|(?<=[.?])\s+(?:i|we)\s+(?:\w+ly\s+)?(?:like|love|enjoy|prefer)\s+(?:it|that|them"
    r"|those)\s+(?:the\s+)?(?:best|most|more)\b"
    r"|(?<=\.)\s+best\s+thing\s+ever\b|(?<=\.)\s+that'?s\s+(?:the\s+one|what)\s+(?:i|we)(?:m|ve)?\b"
    r"|(?<=!)\s+my\s+(?:\w+\s+)?(?:fave|favou?rite)\b\W*(?:$|\n)"
    r"|(?<=(?:like|love|best|most)\?)\s+(?!i\b|we\b)[^.!?\n]{2,50},\s+(?:above\s+all|of\s+course|always"
    r"|obviously|most\s+of\s+all|every\s+time)\b"
)
"""What belongs to the sentence before it."""
CONCLUDED = ("decided", "decision", "made", "settled")
"""Behind a sentence that ends so, what they will do belongs to it."""
WILL = r"\s+(?:(?:i|we)|gonna|going\s+to)\b"
AGREED = (
    r",?\s*\b(?:ok(?:ay)?|alright|understood|got\s+it|remember)\s*$"
    r"|\b(?:may|can)\s+i\s+(?:just\s+)?(?:mention|say|add|note|tell\s+you|remind\s+you)\b"
)
"""What makes no question of a sentence, whatever mark stands behind."""
STATED = r"\s*(?:i|we)(?:'\w+)?\s[^?]*?,\s*(?:so\s+|and\s+)?(?:can|could|would|will)\s+you\b"
"""What begins so says something before it asks."""
OPENING = (
    r"(?:(?:oh|ooh|ah|ugh|well|okay|ok|and|but|yes|yeah|hey|hmm*|btw|honestly|personally|then|again)\b\W+"
    r"|(?:so|no)\s*[,!:.\u2013\u2014-]+\s*|(?:please\s+)?remember(?:\s+that)?\W+(?=(?:i|we|my|our)\b))+"
)
"""With what a sentence may open before it begins."""
CURT = frozenset(
    """status state done finished ready eta result results report next go proceed continue run
    execute start ship deploy send confirm book update and ack retry progress ok do repeat merge
    commit""".split()
)
"""A whole message that begins so and goes on with GOING_ON is an order without courtesy."""
GOING_ON = CURT | frozenset(
    "it this that now again all them one yet next tests everything the to".split()
)
MOST_CURT = 5
DEALING = frozenset({"stance", "action"})
"""Kinds that show how somebody deals with the persona."""
EARNEST = frozenset({"preference", "decision", "concern"})
"""Kinds that somebody may tell in jest."""
OPERATOR: Shown = (Sign("stance", "stance", "operator", 0, 0), "wants it done, and told in a line")
TOLD = {
    ("preference", "yes"): "likes",
    ("preference", "no"): "dislikes",
    ("decision", "yes"): "decided for",
    ("decision", "no"): "decided against",
    ("concern", "yes"): "worries about",
    ("concern", "no"): "worries no longer about",
}
"""The claim, where no quotation is at hand that says it better."""


def signs_of(text: str) -> list[Sign]:
    """All signs of one message of a person, each once; none of what in it is somebody else's.

    `text[start:end]` is the exact quotation.
    """
    return [sign for sign, _ in _shown(text)]


def claim_of(kind: SignKind, about: str, value: str, quote: str) -> str:
    """What such a sign says, in words that follow a person's name: “prefers tea to coffee”.

    Read in its quotation; what is not read there is told by what it is about.
    """
    if kind == "action":
        return value
    if kind == "stance":
        return frames.claims("stance").get(value, value)
    wanted = (kind, about, value)
    read = (claim for sign, claim in _shown(quote) if (sign.kind, sign.about, sign.value) == wanted)
    return next(read, f"{TOLD.get((kind, value), 'speaks of')} {about}")


def as_you(claim: str) -> str:
    """The claim in words that follow “you”: “prefer tea to coffee”."""
    verb, _, rest = claim.partition(" ")
    if verb.endswith("ly") and rest:  # “mostly writes in the evening”
        return f"{verb} {as_you(rest)}"
    plain = {"is": "are", "has": "have", "does": "do"}.get(verb)
    plain = plain or re.sub(r"(?<=\w[^\Waeiou])ies$", "y", verb)  # “retries”, and not “lies”
    plain = re.sub(r"(?<!s)s$", "", re.sub(r"(?<=ch|sh|ss)es$", "", plain))
    return f"{plain} {rest}".strip()


def _shown(text: str) -> Iterator[Shown]:
    """The signs of a message with their claims, each once."""
    read = of_self(text[:MOST_READ]).replace("\u2019", "'")
    words = WORD.findall(read.lower())
    shorter = [word.partition("'")[0] for word in words if "'" in word]
    may_tell = frames.may_tell(words) or frames.may_tell(shorter)
    seen: set[tuple[str, str, str]] = set()
    named, at = 0, 0
    ironic: bool | None = None
    for part in split(text[:MOST_READ]):
        start, at = at, at + len(part.text)
        for sign, claim in _of_own(read[start:at], may_tell) if part.is_own else ():
            key, is_named = (sign.kind, sign.about, sign.value), sign.kind in ("topic", "mention")
            if key in seen or (is_named and named >= MOST_NAMED):
                continue
            if sign.kind in EARNEST:
                ironic = is_ironic(read.lower()) if ironic is None else ironic
                if ironic:
                    continue
            seen.add(key)
            named += is_named
            yield _moved(sign, start), claim
    if _is_curt(words) and not any(one[0] == "stance" for one in seen):
        stripped = text.strip()
        first = text.index(stripped)
        yield Sign("stance", "stance", "operator", first, first + len(stripped)), OPERATOR[1]


def _moved(sign: Sign, by: int) -> Sign:
    return Sign(sign.kind, sign.about, sign.value, sign.start + by, sign.end + by)


def _is_curt(words: list[str]) -> bool:
    if not 0 < len(words) <= MOST_CURT or words[0] not in CURT:
        return False
    return words not in (["ok"], ["and"]) and all(word in GOING_ON for word in words)


def _of_own(own: str, may_tell: bool) -> Iterator[Shown]:
    """The signs of a stretch of the person's own words."""
    low = own.lower()
    low = low if len(low) == len(own) else own  # a capital that is no single small letter
    for start, end, asks in _sentences(low) if may_tell else ():
        for sign, claim in _of_sentence(own[start:end], low[start:end], asks):
            yield (
                Sign(sign.kind, sign.about, sign.value, start + sign.start, start + sign.end),
                claim,
            )
    for what, name, first, last in mentions(own):
        kind: SignKind = "topic" if what == "topic" else "mention"
        value = "" if what == "topic" else what
        yield Sign(kind, name, value, first, last), f"speaks of {name}"


def _of_sentence(said: str, low: str, asks: bool) -> Iterator[Shown]:
    """What a sentence tells, of each kind by the first frame that reads anything."""
    read = sentence.read(low)
    told: set[str] = set()
    for one in frames.matching(read):
        is_dealing = one.kind in DEALING
        if (
            (asks and not one.may_ask)
            or one.sign in told
            or (is_dealing and len(read.tokens) > MOST_DEALING)
        ):
            continue
        for fit in one.fits(read):
            said_of_it = low[low.rfind(" but ", 0, fit.start + 1) + 1 :]
            if is_about_others(low) if is_dealing else is_doubtful(said_of_it):
                continue
            made = [_dealing(one, fit)] if is_dealing else list(_telling(one, fit, said, low))
            yield from made
            if made:
                told.add(one.sign)
                break


def _dealing(one: Frame, fit: Fit) -> Shown:
    """A stance, or a way of going about things."""
    if one.kind == "stance":
        return Sign("stance", "stance", fit.told.value, fit.start, fit.end), fit.told.claim
    return Sign("action", "way", fit.told.claim, fit.start, fit.end), fit.told.claim


def _telling(one: Frame, fit: Fit, said: str, low: str) -> Iterator[Shown]:
    """What is liked, decided, feared; and, where two are compared, what comes behind."""
    span = about.where(low, *fit.places["what"], one.kind)
    of = about.about(low[slice(*span)], one.kind) if span else ""
    if not span or not of:
        return
    other = about.where(low, *fit.places["other"], one.kind) if "other" in fit.places else None
    named = about.named(said[slice(*span)])
    captured = fit.places["what" if other is None else "other"][1]
    end = max(span[1], fit.end if captured < fit.end else 0)
    value, claim = fit.told.value, fit.told.claim
    if other is None:
        yield Sign(one.sign, of, value, fit.start, end), claim.format(named)
        return
    behind, end = said[slice(*other)], max(end, other[1])
    claim = f"prefers {named} to {about.named(behind)}"
    yield Sign(one.sign, of, value, fit.start, end), claim
    if (less := about.about(behind, one.kind)) not in ("", of):
        yield Sign(one.sign, less, "less", fit.start, end), claim


def _sentences(low: str) -> Iterator[tuple[int, int, bool]]:
    """Where sentences stand, without what ends them, and whether a question mark does."""
    at = 0
    for found in compiled(ENDS).finditer(low):
        if found[0] == "." and low.endswith(SHORTENED, at, found.start()):
            continue
        if _goes_on(low, at, found):
            continue
        asks = "?" in found[0] and not (
            compiled(AGREED).search(low, at, found.start())
            or compiled(STATED).match(low, at, found.start())
        )
        yield from _trimmed(low, at, found.start(), asks)
        at = found.end()
    yield from _trimmed(low, at, len(low), asks=False)


def _goes_on(low: str, at: int, mark: re.Match[str]) -> bool:
    """Whether a mark that could end the sentence begun at `at` stands within it."""
    if low.endswith(CONCLUDED, at, mark.start()) and compiled(WILL).match(low, mark.end()):
        return True
    return mark[0][0] in ".?!" and compiled(GOES_ON).match(low, mark.end()) is not None


def _trimmed(low: str, start: int, end: int, asks: bool) -> Iterator[tuple[int, int, bool]]:
    text = low[start:end]
    start, end = end - len(text.lstrip()), start + len(text.rstrip())
    opening = compiled(OPENING).match(low, start, end)
    if opening and opening.end() < end:
        start = opening.end()
    if 0 < end - start <= MOST_SENTENCE:
        yield start, end, asks
