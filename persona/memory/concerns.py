"""What a person faces on a day to come, in their own words: “my exam is on Friday”.

By rules that anybody can read, made to miss rather than to err: a review that asks about what is
not theirs, not sure, or over already, is worse than none. Every sign of doubt in the sentence
(a negation, an if, a maybe, somebody else's event, something that happens each week) means silence.
English, as its words are.
"""

import re
from dataclasses import dataclass
from functools import cache

from persona.compiled import compiled
from persona.memory import dates
from persona.memory.own import own_words
from persona.memory.terms import stem, terms

MOST_READ = 4_000
"""Characters of a message that are read: what somebody faces is not said behind so many."""
FARTHEST = 400
"""Days ahead; what is said of later days is too uncertain."""
EVENTS = """
exam exams examination midterm midterms finals driving\\stest viva defence defense interview
presentation pitch audition recital concert gig premiere exhibition marathon half-marathon triathlon
race tournament competition surgery operation biopsy scan mri hearing trial wedding graduation
ceremony flight demo launch speech talk keynote performance thesis\\sdefence chemo transplant
"""
_EVENT = "|".join(sorted(EVENTS.split(), key=len, reverse=True))
_BETWEEN = (
    r"(?!(?:an?|the|is|has|have|gives?|takes?|holds?|runs?|says?|and|or|of|about|for|at|on|in|with"
    r"|to|will|thinks?|wants?|before|after|his|her|their|your|someone|everyone|nobody|i|we|you|he|she"
    r"|they|it)\b)[\w'-]+\s+"
)
_BESIDE = rf"(?!\w+'s\b){_BETWEEN}"
_DAYS = "|".join((*dates.MONTHS, *dates.WEEKDAYS))
_WHEN = (
    r"(?:(?:now|already|still|finally|only|also|planned|scheduled|set|fixed|due|coming|up|for|from)\s+)*"
    rf"(?:on|in|at|this|next|tomorrow|today|tonight|the\s+day|\d|{_DAYS})"
)
_BEHIND = (
    rf"(?=\s*(?:[,:)\u2013\u2014-]|$|(?:(?:is|'s|are|will\s+be)\s+)?{_WHEN}\b"
    r"|(?:will|starts?|begins?|takes|comes|leaves|with|for|to|as|and|then|by)\b))"
)
_DOES = (
    r"(?:have|having|got|taking|take|sitting|sit|giving|give|holding|hold|running|run|doing|do|playing"
    r"|play|facing|face|attending|attend|singing\s+at|speaking\s+at|going\s+to|go\s+to)"
)
OWN = rf"\b(?:my|our)\s+(?P<kind>(?:{_BETWEEN}){{0,3}}?)(?P<event>{_EVENT})\b{_BEHIND}"
FACED = (
    r"\b(?:i|we)(?:'m|'ve|'re|'ll|\s+am|\s+are|\s+will|\s+have)?\s+(?:also\s+|still\s+|finally\s+)?"
    rf"{_DOES}\s+(?:(?:an?|the|another|my|our|two|three)\s+)?(?P<kind>(?:{_BESIDE}){{0,3}}?)"
    rf"(?P<event>{_EVENT})\b{_BEHIND}"
)
DONE_THEN = (
    r"\b(?:i|we)(?:'m|'re|'ll|\s+am|\s+are|\s+will(?:\s+be)?)?\s+(?P<kind>)"
    r"(?P<event>getting\s+married|get\s+married|graduating|graduate|defending\s+my\s+thesis"
    r"|moving\s+(?:house|into|to)|starting\s+(?:my|a|the)\s+new\s+job|start\s+(?:my|a|the)\s+new\s+job)\b"
)
DOUBT = (
    r"\b(?:not|no|never|cannot|without|nobody|nothing|if|might|may\s+(?:be|have|get|come|take|move)|maybe"
    r"|perhaps|could|would|should|whether|unless|wish(?!\s+me\b)|hope|hoping|suppose|imagine|pretend|dream\w*"
    r"|jok\w+|kidding|think|guess|probably|possibly|unsure|either|or|until|till|before"
    r"|cancel\w*|postpon\w*|reschedul\w*|called\s+off|skip\w*|miss(?:ed|ing)?|refus\w+|avoid\w*"
    r"|withdr[ae]w\w*|was|were|went|did|passed|failed|finished|used\s+to|ago|every|each|weekly|daily"
    r"|monthly|yearly|always|usually|often|sometimes|says?|said|wrote|asked|tell|remind|text|e-?mail"
    r"|send|plan|book|watch|listen\w*)\b|n't\b|\?"
)
OVER = (
    r"\b(?:went|passed|failed|done|over|finished|survived|was|were|did|got|won|lost|aced|nailed|made\s+it"
    r"|moved|married|graduated|presented|ran|flew|landed|arrived|behind\s+me)\b"
)
ALL_OVER = (
    r"\b(?:(?:it|that|all|everything)\s+(?:all\s+)?(?:went|was)\b|(?:i|we)\s+(?:passed|failed|aced"
    r"|nailed|won|lost|survived|made\s+it|got\s+(?:it|the\s+job))\b"
    r"|^(?:passed|failed|aced|nailed|survived|done)\b|(?:it|that)(?:'s|\s+is)\s+(?:over|done)\b)"
)
ENDED = (
    r"\b(?:cancel\w*|postpon\w*|reschedul\w*|moved|called\s+off|off|not|no|quit\w*|withdr[ae]w\w*"
    r"|dropped|instead|forget)\b|n't\b"
)
KIN = (
    "exam exams examination midterm finals test viva grade mark",
    "interview job offer",
    "wedding ceremony married marry marrying honeymoon",
    "flight flew fly landed plane arrived",
    "marathon race triathlon ran run finish",
    "surgery operation operated biopsy hospital scan mri chemo transplant surgeon",
    "presentation talk pitch keynote speech demo presented audience",
    "defence defense thesis viva defended",
    "concert gig recital performance performed played audition premiere",
    "hearing trial court verdict judge",
    "graduation graduated graduating graduate",
    "tournament competition won lost",
    "moving moved move",
)
"""Words by which people come back to an event, beside its own."""
SENTENCES = r"(?<=[.!?;])\s+|\n+"
CLAUSES = (
    r",?\s+(?:and|but|so|while|though)\s+(?=(?:on|i|we|he|she|they|it|my|our|his|her|their|the|tomorrow"
    r"|next|today)\b)"
)


NAMED = frozenset(
    {event.partition("\\")[0] for event in EVENTS.split()}
    | {"married", "graduat", "defending", "moving", "new job"}
)
"""What words must hold for any of it to be worth reading them by the rules."""


@dataclass(frozen=True, slots=True)
class Concern:
    """An event, by the stems of its words, its last day (an ordinal), and the sentence it stands in."""

    of: str
    day: int
    words: str


def concern(text: str, today: int) -> Concern | None:
    """What the person faces, in words that they said on the day `today`; None for nothing sure."""
    folded = text.casefold()
    if not any(named in folded for named in NAMED):
        return None
    for said in compiled(SENTENCES, re.IGNORECASE).split(own_words(text)[:MOST_READ].strip()):
        sentence = _plain(said)
        for clause in (
            ()
            if compiled(DOUBT, re.IGNORECASE).search(sentence)
            else compiled(CLAUSES, re.IGNORECASE).split(sentence)
        ):
            found = (
                compiled(OWN, re.IGNORECASE).search(clause)
                or compiled(FACED, re.IGNORECASE).search(clause)
                or compiled(DONE_THEN, re.IGNORECASE).search(clause)
            )
            last = max((days[1] for days in dates.coming(clause, today)), default=0)
            if found is not None and today <= last <= today + FARTHEST:
                return Concern(_stems(f"{found['kind']} {found['event']}"), last, said.strip())
    return None


def is_same(one: str, other: str) -> bool:
    """Whether two events, by their stems, may be one: “exam” and “maths exam”."""
    first, second = set(one.split()), set(other.split())
    return first <= second or second <= first


def settles(text: str, of: str, day: int, today: int) -> bool:
    """Whether these words, said on the day `today`, leave nothing to ask about the event.

    After its day any mention does; on it, words that say how it went; before it, that it is off.
    """
    plain = _plain(own_words(text))
    if today >= day and compiled(ALL_OVER, re.IGNORECASE).search(plain):
        return True
    if _kin(of.rsplit(maxsplit=1)[-1]).isdisjoint(terms(plain)):
        return False
    return today > day or bool(
        compiled(OVER if today == day else ENDED, re.IGNORECASE).search(plain)
    )


@cache
def _kin(of: str) -> frozenset[str]:
    """The stem of an event with those of the words that speak of the same."""
    groups = [{stem(word) for word in group.split()} for group in KIN]
    return frozenset({of}.union(*(group for group in groups if of in group)))


def _stems(words: str) -> str:
    return " ".join(terms(words)) or stem(words.rsplit(maxsplit=1)[-1])


def _plain(text: str) -> str:
    return text.replace("\u2019", "'").strip()
