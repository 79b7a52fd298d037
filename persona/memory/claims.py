"""What one clause claims: its subject, how the value is linked to it, and what the value is.

A small grammar of English, with the commonest words of its neighbours. What is not sure of itself
("maybe", "or"), speaks of the past, or holds several clauses, claims nothing here.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache

from persona.compiled import compiled
from persona.memory.terms import stem
from persona.memory.values import EMPTY, WORD, slots_of

MOST_CLAUSE = 300
"""Characters of one clause; what is longer says more than one thing."""
UNSURE = (
    r"(?i)\b(?:maybe|perhaps|might|may (?:be|not|also|have|come|go)|could|would|should|probably|possibly"
    r"|think|guess|believe|if|unless|or|also|too|either|sometimes|usually|often|mostly|every|each|both"
    r"|another|other"
    r"|second|except|until|was|were|had|used to|as well|about|around|vielleicht|oder|auch|jeden|manchmal"
    r"|peut-être|ou|aussi|chaque|tal vez|quizás|o|también|cada)\b|\?"
)
ASKED_TO_KEEP = (
    r"(?i)\A\s*(?:(?:please|ok|okay|oh|so|well|hey|and|but|now)\b\W*)*(?:(?:please\s+)?(?:remember|note|keep"
    r" in mind)\b(?:\s+that\b)?[\s:,]*)?"
)
CUE = (
    r"(?i)(?:(?:actually|in fact|correction|sorry|wait|i was wrong|my mistake|scratch that|i meant|i mean"
    r"|make (?:that|it)|change of plans?|update|rather|eigentlich|doch|nein|ich meinte|en fait|je"
    r" voulais dire|en realidad|quise decir|in realtà|na verdade)\b"
    r"|no(?:pe)?\s*[,.;:!\u2013\u2014-]|non\s*[,.;:!]|não\s*[,.;:!]|nee\s*[,.;:!])[\s,.;:!\u2013\u2014-]*"
)
CUE_INSIDE = r"(?i)\b(?:actually|now|in fact|eigentlich|jetzt|en fait|maintenant|ahora)\b,?"
TRAILING = (
    r"(?i)(?:[\s,]+(?:now|instead|sorry|thanks|please|though|actually|after all|any ?more|any longer))*"
    r"[\s.!]*$"
)
NOT_BUT = r"(?i)(?P<pre>.*?)\b(?:not|nicht|pas|no)\s+(?P<x>[^,]+?),?\s+(?:but|sondern|mais|sino)\s+(?P<y>.+)$"
BUT_NOT = (
    r"(?i)(?P<pre>.*?)(?:,|\s+and|\s+-|\s+instead of|\s*\()\s*(?:(?<=of)|not|nicht|pas|no)\s+"
    r"(?P<x>[^,)]+)\)?$"
)
CLITICS = (
    (r"(?i)\b(it|that|this|he|she|there)['\u2019]s\b", r"\1 is"),
    (r"(?i)['\u2019]s(?=\s+(?:on|at|in|now|not|called)\b)", " is"),
    (r"(?i)\bcan(?:['\u2019]t|not)\b", "can not"),
    (r"(?i)n['\u2019]t\b", " not"),
    (r"(?i)['\u2019]m\b", " am"),
    (r"(?i)['\u2019]re\b", " are"),
    (r"(?i)['\u2019]ve\b", " have"),
    (r"(?i)['\u2019]s\b", ""),
)
MOVED = (
    r"(?i)(?P<subject>.+?)\s+(?:has |have |is |got |just |was )*(?:moved|postponed|rescheduled|changed|pushed"
    r"|brought forward)\s+(?:back\s+)?to\s+(?P<value>.+)$"
)
LIVES = (
    r"(?i)(?:i|we)\s+(?:now\s+|just\s+|have\s+|recently\s+)*(?:(?P<moved>moved)\s+to|(?:live|are living"
    r"|am living|reside|am based|are based)\s+in)\s+(?P<value>.+)$"
)
WORKS = r"(?i)(?:i|we)\s+(?:now\s+)?work\s+(?:at|for)\s+(?P<value>.+)$"
IS = (
    r"(?i)(?P<subject>.+?)\s+(?:(?:is|are|am|ist|sind|est|es|está|è|é)|will be|is going to be)\s+"
    r"(?P<value>.+)$"
)
DOES = (
    r"(?i)(?P<subject>.+?)\s+(?P<verb>starts|begins|opens|ends|closes|leaves|departs|arrives|costs|beginnt)"
    r"\s+(?P<value>.+)$"
)
BARE_IS = r"(?i)(?:is|are|ist|est|es)\s+(?P<value>.+)$"
NOT = r"(?i)\s*(?:not|no longer|nicht|no more)\b\s*"
NAMED = r"(?i)(?:called|named|heißt|genannt)\s+"
INDEFINITE = r"(?i)(?:a|an|some|one|another|any|there|ein|eine|un|une|una)\s+\w"
FREE = r"(?i)(?:the|a|an|my|our|his|her|their|your|next|another|new|it|bed)\b"
POINTING = frozenset("it that this es das c ça ce eso".split())


@dataclass(frozen=True, slots=True)
class Claim:
    """One clause: what it is about, how it is linked, the value, and what the value is.

    `slots` are the exclusive values by kind, `rest` the stems beside them. An empty subject points
    to what was said just before ("it's Tuesday"). `instead_of` is what it says no longer holds.
    """

    subject: frozenset[str]
    link: str
    value: str
    slots: Mapping[str, tuple[str, ...]] = field(default_factory=dict[str, tuple[str, ...]])
    rest: frozenset[str] = frozenset()
    is_negated: bool = False
    is_correcting: bool = False
    instead_of: str = ""


@lru_cache(maxsize=4_096)
def claim(words: str) -> Claim | None:
    """What one clause says; None where there are several, or the words are not sure of themselves."""
    if len(words) > MOST_CLAUSE:
        return None
    text = plain(words)
    text, is_correcting = without_lead(text)
    if re.search(r"\b(?:now|actually|instead|after all)\W*$", text, re.IGNORECASE):
        is_correcting = True
    text = compiled(TRAILING).sub("", text)
    text, inside = compiled(CUE_INSIDE).subn("", text)
    is_correcting |= bool(inside)
    text, instead_of = _instead(" ".join(text.split()))
    if not text or compiled(UNSURE).search(text) or re.search(r"[.;!\n]\s|\n", text.strip(" .")):
        return None
    found = _parsed(text)
    if found is None or len(found.rest) > 6:
        return None
    is_correcting |= found.is_correcting
    return replace(found, is_correcting=is_correcting, instead_of=instead_of)


def bare(words: str) -> str:
    """The clause alone, without "remember that" or "actually" before it."""
    return without_lead(words.strip())[0].strip()


def without_lead(text: str) -> tuple[str, bool]:
    """The clause itself, without "remember that" and "actually"; and whether it corrects."""
    is_correcting = False
    while True:
        rest = compiled(ASKED_TO_KEEP).sub("", text, count=1)
        cued = compiled(CUE).sub("", rest, count=1) if compiled(CUE).match(rest) else rest
        is_correcting |= cued != rest
        if cued == text:
            return text, is_correcting
        text = cued


def plain(words: str) -> str:
    for pattern, instead in CLITICS:
        words = compiled(pattern).sub(instead, words)
    return words.strip().strip('"“”').strip()


def _instead(text: str) -> tuple[str, str]:
    """The clause with the new value alone, and the value that no longer holds."""
    found = compiled(NOT_BUT).match(text)
    if found:
        return f"{found['pre']}{found['y']}", found["x"]
    found = compiled(BUT_NOT).match(text)
    if found and found["pre"].strip():
        return found["pre"].strip(), found["x"]
    return text, ""


def _parsed(text: str) -> Claim | None:
    lives, works, moved = (compiled(one).match(text) for one in (LIVES, WORKS, MOVED))
    if lives:
        is_place = not compiled(FREE).match(lives["value"]) and len(lives["value"].split()) <= 3
        return _claim("i", "live", lives["value"], bool(lives["moved"])) if is_place else None
    if works:
        return _claim("i", "work", works["value"])
    if moved:
        found = _claim(moved["subject"], "is", moved["value"], is_correcting=True)
        return found if found and found.slots else None
    is_, does, bare = (
        compiled(IS).match(text),
        compiled(DOES).match(text),
        compiled(BARE_IS).match(text),
    )
    if is_ and not (does and does.end("subject") < is_.end("subject")):
        return _copula(is_["subject"], is_["value"])
    if does:
        found = _claim(does["subject"], stem(does["verb"].casefold()), does["value"])
        return found if found and found.slots else None
    return _claim("it", "is" if bare else "bare", bare["value"] if bare else text)


def _copula(subject: str, value: str) -> Claim | None:
    negated = compiled(NOT).match(value)
    value = value[negated.end() :] if negated else value
    named = compiled(NAMED).match(value)
    link = "called" if named or "name" in subject.casefold().split() else "is"
    if re.search(r"\b(?:is|are)\b", value):
        return None
    subject = (
        re.sub(r"\bname\b\s*", "", subject, flags=re.IGNORECASE) if link == "called" else subject
    )
    found = _claim(subject.strip() or "i", link, value[named.end() :] if named else value)
    return replace(found, is_negated=bool(negated)) if found else None


def _claim(subject: str, link: str, value: str, is_correcting: bool = False) -> Claim | None:
    """None for a subject that is not definite, or is a whole sentence of its own."""
    about = [word.casefold() for word in compiled(WORD).findall(subject)]
    if compiled(INDEFINITE).match(subject) or len(about) > 7 or "," in subject:
        return None
    if all(word in POINTING for word in about):
        about = []
    named = frozenset(stem(word) for word in about if word not in EMPTY)
    if about and not named:
        named = frozenset(about)
    slots, rest = slots_of(value)
    return Claim(named, link, value, slots, rest, is_correcting=is_correcting)
