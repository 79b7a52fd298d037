"""What a sentence tells of what somebody likes, decided or fears: rules that anybody can read.

Made to miss rather than to err. A rule begins where a clause does and has the person themselves as
its subject, or is a phrase in which nobody else can be meant; whatever casts doubt on a sentence
(a question, an if, a maybe, a joke, the past, somebody else who says it) silences all of it. English,
and a few plain sentences of German, French and Spanish.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from persona.memory.terms import terms
from persona.trait import SignKind

MOST_TERMS, MOST_ASKED = 5, 8
"""Terms of what something is about; what is longer is a story, and meets nothing said elsewhere."""


@dataclass(frozen=True, slots=True)
class Told:
    """What a stretch of a sentence tells: the fields of a sign, and the claim that it makes."""

    kind: SignKind
    about: str
    value: str
    start: int
    end: int
    claim: str


@dataclass(frozen=True, slots=True)
class Rule:
    """A pattern with the groups `what` and, where two are compared, `other`; how it is told.

    `claim` and `beside` have `{}` for what it is about; `beside` is told of `other`.
    `asks` is for sentences with a question mark, too; `most` is how many terms it may be about.
    """

    kind: SignKind
    value: str
    claim: str
    pattern: str
    asks: bool = False
    most: int = MOST_TERMS


CLAUSE = (
    r"(?:^|[,;:.(\u2013\u2014-]\s*|\b(?:and|but|so|because|cause|since|though|plus|still|also|anyway"
    r"|ok|okay|well|know|knows|honestly|honest|frankly|actually|really|tbh|yes|yeah|no|oh|hey|btw|fyi"
    r"|personally|generally|sorry|guess\ what|think\ i\ said|told\ you)\s+(?:that\s+)?)"
)
ADVERBS = (
    r"(?:\s+(?:really|just|do|also|still|simply|truly|absolutely|actually|always|generally|usually"
    r"|much|quite|so|very|totally|honestly|definitely|certainly|personally|particularly|especially"
    r"|utterly|deeply|rather|a\s+(?:bit|little|lot)|kind\s+of|kinda|pretty|finally|now|already|both"
    r"|all|again|increasingly|constantly|secretly|seriously|real|super|even|therefore|then|too"
    r"|strongly|greatly|far|way|more\s+and\s+more|keep|been|have|'ve))*"
)
I = rf"{CLAUSE}(?:i|we)(?:'ve|\s+have)?{ADVERBS}\s+"
I_AM = rf"{CLAUSE}(?:i|we)(?:'m|'re|\s+am|\s+are|m|\s+get|\s+feel|'ve\s+been|'ve\s+always\s+been|\s+have\s+(?:always\s+)?been){ADVERBS}\s+"
START = r"^(?:(?:oh|ooh|ah|ugh|well|ok|okay|so|and|but|yes|no|yeah|hey|hm+|btw|honestly|personally)\W+)*"
WHAT = r"(?P<what>[^,;:!?()\n]{2,100})"
SHORT = r"(?P<what>[^,;:!?()\n]{2,60}?)"
OTHER = r"(?P<other>[^,;:!?()\n]{2,60})"
NOT = r"(?:n't|nt|\s+not)"
YOU = r"(?:please\s+|kindly\s+)?"

PREFERENCES = (
    Rule("preference", "yes", "prefers {}", rf"{I}(?:would\s+)?(?:pref[ei]re?|perfer)\s+{SHORT}\s+(?:to|over|rather\s+than|instead\s+of)\s+{OTHER}"),
    Rule("preference", "yes", "prefers {}", rf"{CLAUSE}(?:i|we)(?:'d|\s+would)(?:\s+(?:always|much|still))*\s+rather\s+(?:have|take|drink|eat|get|use|choose|do|go\s+(?:for|by|with))?\s*{SHORT}\s+(?:than|over|instead\s+of)\s+{OTHER}"),
    Rule("preference", "yes", "prefers {}", rf"{CLAUSE}(?:i|we)(?:'d|'ll|\s+would|\s+will)?{ADVERBS}\s+(?:choose|pick|take|favou?r)\s+{SHORT}\s+(?:over|instead\s+of|rather\s+than)\s+{OTHER}"),
    Rule("preference", "yes", "prefers {}", rf"{I}(?:like|love|enjoy)\s+{SHORT}\s+(?:(?:way|much|far|a\s+lot)\s+)?(?:more|better)\s+than\s+{OTHER}"),
    Rule("preference", "yes", "prefers {}", rf"{START}(?:give\s+me\s+)?{SHORT}\s+over\s+{OTHER}(?:\s+for\s+me|\s+any\s+(?:day|time)|,?\s+every\s+time|,\s+for\s+me)"),
    Rule("preference", "yes", "prefers {}", rf"{START}(?:for|to)\s+me,?\s+{SHORT}\s+(?:is|are)\s+(?:(?:way|much|far|so\s+much)\s+)?better\s+than\s+{OTHER}"),
    Rule("preference", "yes", "prefers {}", rf"{CLAUSE}as\s+far\s+as\s+i(?:'m|\s+am)\s+concerned,?\s+{SHORT}\s+(?:wins?|beats?)(?:\s+over)?\s+{OTHER}"),
    Rule("preference", "yes", "prefers {}", r"\bbetween\s+[^,.;:!?\n]{2,80}?,?\s+(?:i|we)(?:'d|'ll|\s+would|\s+will)?(?:\s+(?:always|usually|clearly|definitely))*\s+(?:pick|choose|take|prefer|go\s+(?:for|with))\s+" + WHAT),
    Rule("preference", "yes", "prefers {}", rf"{I}(?:would\s+)?(?:pref[ei]re?|perfer)\s+(?!if\b|it\s+if|that\b|not\b|you\b){WHAT}"),
    Rule("preference", "yes", "prefers {}", rf"{START}(?:would\s+|much\s+)?prefer\s+(?!if\b|it\s+if|that\b|not\b|you\b){WHAT}"),
    Rule("preference", "yes", "likes {}", rf"{CLAUSE}(?:i|we)(?:'d|\s+would)(?:\s+(?:always|much|still))*\s+rather\s+(?:have|drink|eat|use)\s+{WHAT}"),
    Rule("preference", "yes", "likes {}", rf"{I}(?:like|love|adore|enjoy|favou?r|swear\s+by)\s+{WHAT}"),
    Rule("preference", "yes", "likes {}", rf"(?:{I_AM}|{START})(?:(?:a|such\s+a)\s+)?(?:(?:big|huge|great|massive)\s+)?fans?\s+of\s+{WHAT}"),
    Rule("preference", "yes", "likes {}", rf"{I_AM}(?:(?:fond|a\s+(?:great\s+)?(?:lover|friend))\s+of|into|keen\s+on|crazy\s+about|mad\s+about|partial\s+to|hooked\s+on|big\s+on|obsessed\s+with)\s+{WHAT}"),
    Rule("preference", "yes", "likes {}", rf"(?:{I}|{START})(?:can(?:'?t|not)\s+get\s+enough\s+of|have\s+a\s+(?:soft\s+spot|weakness)\s+for)\s+{WHAT}"),
    Rule("preference", "yes", "likes {}", rf"{I}(?:\b'll\s+|will\s+)?always\s+(?:pick|choose|take|go\s+for|order)\s+{WHAT}"),
    Rule("preference", "yes", "likes {}", rf"\bmy\s+(?:(?:all[\s-]time|absolute|personal|new|old)\s+)*favou?rite(?:\s+[\w-]+){{0,3}}\s+(?:is|are|has\s+always\s+been|will\s+always\s+be|remains)\s+(?:(?:still|always|and\s+remains|definitely|clearly)\s+)*{WHAT}"),
    Rule("preference", "yes", "likes {}", rf"{START}{SHORT}\s+(?:is|are)\s+(?:(?:still|definitely|clearly|by\s+far|always|and\s+remains?)\s+)*my\s+(?:(?:all[\s-]time|absolute)\s+)?favou?rites?\b"),
    Rule("preference", "yes", "likes {}", rf"{START}{SHORT}\s+(?:is|are)\s+(?:(?:so|totally|really|exactly|definitely|absolutely|just)\s+)*my\s+(?:thing|jam|cup\s+of\s+tea)\b"),
    Rule("preference", "yes", "likes {}", rf"\b(?:nothing\s+beats|there(?:'s|\s+is)\s+nothing\s+(?:better\s+than|like))\s+{WHAT}"),
    Rule("preference", "yes", "likes {}", rf"{START}(?:just\s+)?give\s+me\s+{SHORT}(?:\s+and\s+i(?:'m|\s+am)\s+(?:a\s+)?(?:happy|content|good)|\s+any\s+(?:day|time))"),
    Rule("preference", "yes", "likes {}", rf"\bif\s+(?:i\s+(?:can|may|could|get\s+to)\s+choose|i\s+have\s+(?:a|the)\s+choice|there(?:'s|\s+is)\s+a\s+choice)\s*[:,-]?\s+(?:then\s+)?{WHAT}"),
    Rule("preference", "yes", "likes {}", rf"\b(?:can|could|will)\s+always\s+(?:make\s+my\s+day|win\s+me\s+over|cheer\s+me\s+up)\s+with\s+{WHAT}"),
    Rule("preference", "yes", "likes {}", rf"{START}{SHORT}\s+always\s+(?:makes?\s+(?:me\s+happy|my\s+day)|cheers?\s+me\s+up)\b"),
    Rule("preference", "yes", "likes {}", rf"{START}(?:ich\s+(?:mag|liebe|bevorzuge)|j'(?:aime|adore)|je\s+préfère|me\s+(?:gustan?|encantan?)|prefiero)\s+(?!wenn|dass|que\b|nicht\b|kein|pas\b){WHAT}"),
    Rule("preference", "no", "dislikes {}", rf"(?:{I}|{START})(?:hate|dislike|loathe|detest|despise|abhor|resent)\s+{WHAT}"),
    Rule("preference", "no", "dislikes {}", rf"(?:{I}|{START})(?:can(?:'?t|not|\s+not)|could\s+never)\s+(?:stand|bear|abide|tolerate|stomach)\s+{WHAT}"),
    Rule("preference", "no", "dislikes {}", rf"{CLAUSE}(?:i|we){ADVERBS}\s+(?:do{NOT}|can{NOT}|can't)(?:\s+(?:really|particularly|much|even))*\s+(?:like|enjoy|love)\s+{WHAT}"),
    Rule("preference", "no", "dislikes {}", rf"{CLAUSE}(?:i|we)(?:'ve|\s+have)?\s+never\s+(?:(?:really|much)\s+)?(?:liked|enjoyed|loved|cared\s+for|warmed\s+to)\s+{WHAT}"),
    Rule("preference", "no", "dislikes {}", rf"{CLAUSE}(?:i|we)(?:'m|'re|m|\s+am|\s+are|\s+was|'ve|\s+have)?(?:\s+(?:really|just|still|honestly|also))*\s+(?:not|never\s+been|no)(?:\s+(?:really|exactly|at\s+all|particularly|much\s+of|such))*\s+(?:a\s+)?(?:(?:big|huge|great)\s+)?(?:(?:fans?|friends?|lovers?)\s+of|fond\s+of|keen\s+on|into|crazy\s+about)\s+{WHAT}"),
    Rule("preference", "no", "dislikes {}", rf"{START}(?:not|never)(?:\s+(?:really|exactly|at\s+all|been|such))*\s+(?:(?:a|much\s+of\s+a)\s+)?(?:(?:big|huge|great)\s+)?(?:fans?\s+of|fond\s+of|keen\s+on|into)\s+{WHAT}"),
    Rule("preference", "no", "dislikes {}", rf"{START}{SHORT}\s+(?:is|are)(?:n't|\s+not|\s+so\s+not)\s+(?:(?:really|exactly|at\s+all|quite)\s+)*(?:my\s+(?:thing|cup\s+of\s+tea)|for\s+me)\b"),
    Rule("preference", "no", "dislikes {}", rf"{START}{SHORT}\s+(?:really\s+|just\s+|always\s+)?(?:drives?|makes?)\s+me\s+(?:mad|crazy|nuts|insane|furious|sick|up\s+the\s+wall)\b"),
    Rule("preference", "no", "dislikes {}", rf"{START}{SHORT}\s+(?:really\s+|just\s+|always\s+)?(?:gets?\s+on\s+my\s+nerves|annoys?\s+me|puts?\s+me\s+off|disgusts?\s+me|bores?\s+me)\b"),
    Rule("preference", "no", "dislikes {}", rf"{I}avoid\s+{WHAT}"),
    Rule("preference", "no", "dislikes {}", rf"{CLAUSE}(?:i|we)\s+(?:could|can)\s+(?:(?:happily|easily|gladly|really|totally)\s+)*(?:live|do)\s+without\s+{WHAT}"),
    Rule("preference", "no", "dislikes {}", rf"{I}(?:got\s+)?no\s+(?:patience|love|time|stomach|taste|interest)\s+(?:for|in)\s+{WHAT}"),
    Rule("preference", "no", "dislikes {}", rf"{I}find\s+{SHORT}\s+(?:(?:really|so|absolutely|utterly|truly|just|quite)\s+)*(?:awful|annoying|terrible|horrible|unbearable|boring|disgusting|dreadful|irritating|tedious|exhausting|revolting)\b"),
    Rule("preference", "no", "dislikes {}", rf"\bspare\s+me\s+{WHAT}"),
    Rule("preference", "no", "dislikes {}", rf"\bkeep\s+me\s+(?:far\s+)?away\s+from\s+{WHAT}"),
    Rule("preference", "no", "dislikes {}", rf"{START}{YOU},?\s*no(?:\s+more)?\s+(?!more\b|need\b|way\b|idea\b|problem|worr|one\b|longer\b|matter\b){SHORT}\s+for\s+me\b"),
    Rule("preference", "no", "dislikes {}", rf"{START}{YOU},?\s*no\s+more\s+{SHORT}(?:,?\s+please|\s+for\s+me)\b"),
    Rule("preference", "no", "dislikes {}", rf"{START}{YOU},?\s*stop\s+(?:sending|giving|showing|bringing|ordering)\s+me\s+{WHAT}"),
    Rule("preference", "no", "dislikes {}", rf"{START}(?:ich\s+hasse|ich\s+mag\s+kein(?:e[nr]?)?|je\s+(?:déteste|hais)|je\s+n'aime\s+pas|odio|detesto|no\s+me\s+gustan?)\s+(?!wenn|dass|que\b){WHAT}"),
)  # fmt: skip

LATER = r"(?:from\s+now\s+on|in\s+(?:the\s+)?future|going\s+forward|as\s+a\s+(?:general\s+)?rule|for\s+the\s+record|from\s+here\s+on|henceforth)"
DO = r"(?P<what>(?![a-z]+ed\b)(?!(?:seen|heard|thought|knew|understood|got|used|again|ever|i|we|you|he|she|they|it|the|my|a|an|to|be\s+there|is|was|been|mind|happens?|wanted|liked|loved|had|good|nice|have\s+been)\b)[a-z][^,;:!?()\n]{3,100})"
INSTRUCTIONS = (
    Rule("preference", "no", "asks never to {}", rf"(?:{START}|{CLAUSE}){YOU}(?:and\s+|just\s+)?(?:never|(?:do\s+not|don'?t)\s+ever)\s+(?:ever\s+)?{DO}", most=MOST_ASKED),
    Rule("preference", "no", "asks never to {}", rf"{CLAUSE}(?:i|we)\s+(?:do\s+not|don'?t|never)\s+(?:ever\s+)?want\s+you\s+to\s+(?:ever\s+)?{DO}", most=MOST_ASKED),
    Rule("preference", "no", "asks never to {}", rf"{CLAUSE}(?:i|we)\s+never\s+want\s+you\s+to\s+{DO}", most=MOST_ASKED),
    Rule("preference", "no", "asks never to {}", rf"(?:{START}|{CLAUSE}){YOU}(?:do\s+not|don'?t)\s+(?P<what>[a-z][^,;:!?()\n]{{3,90}}?)\s+(?:any\s?more|ever\s+again|again)\b", most=MOST_ASKED),
    Rule("preference", "no", "asks never to {}", rf"\b{LATER}[\s,:]+{YOU}(?:do\s+not|don'?t|never)\s+{DO}", most=MOST_ASKED),
    Rule("preference", "no", "asks never to {}", rf"{CLAUSE}you\s+(?:must|should|may|shall)(?:\s+never|\s+not\s+ever|n't\s+ever)\s+{DO}", most=MOST_ASKED),
    Rule("preference", "no", "asks never to {}", rf"\bunder\s+no\s+circumstances\s+(?:should\s+you\s+)?{DO}", most=MOST_ASKED),
    Rule("preference", "no", "asks never to {}", rf"{CLAUSE}(?:i|we)(?:'d|\s+would)\s+(?:prefer|rather|appreciate|like)(?:\s+it)?(?:\s+if)?\s+you\s+(?:did(?:n't|\s+not)|would(?:n't|\s+not))\s+{DO}", most=MOST_ASKED),
    Rule("preference", "yes", "asks always to {}", rf"{CLAUSE}(?:i|we)(?:'d|\s+would)?\s+(?:want|need|like|expect|prefer)\s+you\s+to\s+always\s+{DO}", most=MOST_ASKED),
    Rule("preference", "yes", "asks always to {}", rf"{CLAUSE}(?:i|we)(?:'d|\s+would)?\s+(?:want|need|like|expect|prefer)\s+you\s+to\s+(?P<what>[a-z][^,;:!?()\n]{{3,90}}?),?\s+(?:always|every\s+time|from\s+now\s+on|at\s+all\s+times)\b", most=MOST_ASKED),
    Rule("preference", "yes", "asks always to {}", rf"(?:{START}|{CLAUSE})(?:please\s+)?make\s+sure\s+(?:that\s+)?(?:you|to)\s+(?:always\s+)?(?P<what>[a-z][^,;:!?()\n]{{3,90}}?)\s+(?:every\s+(?:single\s+)?time|always|each\s+time)\b", most=MOST_ASKED),
    Rule("preference", "yes", "asks always to {}", rf"(?:{START}|{CLAUSE})(?:please\s+)?make\s+sure\s+(?:that\s+)?(?:you|to)\s+always\s+{DO}", most=MOST_ASKED),
    Rule("preference", "yes", "asks always to {}", rf"(?:{START}|{CLAUSE})(?:please,?\s+|kindly\s+|and\s+|just\s+|remember\s+to\s+|be\s+sure\s+to\s+|you\s+(?:should|must|can|could|may)\s+)*always\s+{DO}", most=MOST_ASKED),
    Rule("preference", "yes", "asks always to {}", rf"{START}{LATER}[\s,:]+{YOU}(?:always\s+)?(?!not\b|never\b|don|do\s+not){DO}", most=MOST_ASKED),
    Rule("preference", "yes", "asks always to {}", rf"{START}please\s+(?P<what>(?!never|don|do\s+not)[a-z][^,;:!?()\n]{{3,90}}?),?\s+{LATER}", most=MOST_ASKED),
    Rule("preference", "yes", "asks always to {}", rf"{START}{LATER},?\s+(?P<what>(?!never|don|do\s+not|i\b|we\b)[a-z][^,;:!?()\n]{{3,90}}?),?\s+please", most=MOST_ASKED),
    Rule("preference", "yes", "asks always to {}", rf"\b(?:when|every\s+time|each\s+time)(?:ever)?\s+you\s+(?:write|answer|reply|text|mail|message|email)(?:\s+(?:to\s+)?me)?,?\s+(?:please|always)\s+(?:always\s+)?(?!not\b|never\b|don|do\s+not){DO}", most=MOST_ASKED),
    Rule("preference", "yes", "asks always to {}", rf"{START}(?:can|could|would|will)\s+you\s+(?:please\s+)?always\s+{DO}", asks=True, most=MOST_ASKED),
)  # fmt: skip

WILL = r"(?:(?:i|we)(?:'ll|\s+will|'m|'re|\s+am|\s+are|ll)?(?:\s+(?:going\s+to|gonna|indeed|now|finally))*|to)"
DECIDED = r"(?:decided|resolved|agreed|chosen|determined|made\s+(?:the|a|my|our)\s+decision|made\s+up\s+(?:my|our)\s+minds?(?:\s+now)?|taken\s+the\s+decision)"
SURE = r"(?:decided|final(?:ly)?|that'?s\s+(?:final|fixed|settled|decided|it)|it'?s\s+(?:settled|decided|final)|settled|period|no\s+way\s+back)"
DEED = r"(?P<what>(?!(?:not|never|see|think|look|wait|be\s+(?:able|there|late|back)|let|know)\b)[^\W\d_][^,;:!?()\n]{2,90})"
DECISIONS = (
    Rule("decision", "no", "decided against {}", rf"{I}{DECIDED}\s+against\s+{WHAT}"),
    Rule("decision", "no", "decided against {}", rf"{I}{DECIDED}[\s,:]+(?:that\s+)?(?:(?:i|we)\s+(?:will\s+not|won't|am\s+not\s+going\s+to|are\s+not\s+going\s+to)|(?:i'm|we're)\s+not\s+going\s+to|not\s+to)\s+{DEED}"),
    Rule("decision", "no", "decided against {}", rf"{CLAUSE}(?:i|we)(?:\s+will\s+not|\s+won't)\s+(?:be\s+)?(?:tak(?:e|ing)|buy(?:ing)?|go(?:ing)?\s+(?:with|for)|choos(?:e|ing))\s+{SHORT}(?:\s+after\s+all|,?\s+{SURE})"),
    Rule("decision", "no", "decided against {}", rf"{CLAUSE}(?:i|we)(?:'m|'re|\s+am|\s+are)\s+not\s+(?:taking|buying|going\s+(?:with|for)|choosing)\s+{SHORT}(?:\s+after\s+all|,?\s+{SURE})"),
    Rule("decision", "no", "decided against {}", rf"\bchanged\s+(?:my|our)\s+minds?\b[^.!?\n]{{0,30}}?\bnot\s+(?:taking|buying|going\s+(?:with|for)|choosing|doing)\s+{WHAT}"),
    Rule("decision", "no", "decided against {}", rf"{START}{SHORT}\s+(?:is|are)\s+(?:now\s+|definitely\s+|finally\s+)?(?:off\s+the\s+table|out\s+of\s+the\s+question|no\s+longer\s+an\s+option)\b"),
    Rule("decision", "no", "decided against {}", rf"{I}(?:turned\s+down|said\s+no\s+to|gave\s+up\s+on|given\s+up\s+on|ruled\s+out|declined|rejected|passed\s+on)\s+{WHAT}"),
    Rule("decision", "no", "decided against {}", rf"{I}(?:dropped|scrapped|ditched|abandoned|cancelled|shelved)\s+{SHORT}(?:\s+for\s+good|\s+after\s+all|,?\s+{SURE})"),
    Rule("decision", "yes", "chose {}", rf"{I}(?:decided|settled)\s+(?:on|for|in\s+favou?r\s+of)\s+{WHAT}"),
    Rule("decision", "yes", "chose {}", rf"{I}(?:opted|plumped)\s+for\s+{WHAT}"),
    Rule("decision", "yes", "chose {}", rf"(?:{I}|{START})(?:ended\s+up\s+(?:picking|choosing|taking|with|going\s+(?:with|for)|buying))\s+{WHAT}"),
    Rule("decision", "yes", "chose {}", rf"{I}(?:chose|chosen|picked)\s+(?!up\b|out\b|to\b){WHAT}"),
    Rule("decision", "yes", "chose {}", rf"(?:{START}|{CLAUSE})(?:let'?s|we'?ll|i'?ll|we\s+will|i\s+will)\s+(?:just\s+|definitely\s+|then\s+)*go\s+(?:with|for)\s+(?P<what>(?!(?:an?|lunch|dinner|breakfast|coffee|drinks|it|him|her|them|you)\b)[^,;:!?()\n]{{2,90}})"),
    Rule("decision", "yes", "chose {}", rf"{CLAUSE}(?:(?:i'm|we're|i\s+am|we\s+are)\s+going\s+(?:with|for)|(?:i|we)\s+went\s+(?:with|for))\s+(?P<what>(?!(?:an?|lunch|dinner|breakfast|coffee|drinks|it|him|her|them|you|my)\b)[^,;:!?()\n]{{2,90}})"),
    Rule("decision", "yes", "chose {}", rf"{CLAUSE}(?:i'?ll|we'?ll|i\s+will|we\s+will)\s+(?:be\s+)?tak(?:e|ing)\s+(?P<what>(?:the|that|plan|option|number|your|offer|dr)\b(?!\s+(?:bus|train|tram|subway|metro|car|stairs|lift|kids|dog|day|time|call|blame|rest|one|lead|chance|risk)\b)[^,;:!?()\n]{{2,90}})"),
    Rule("decision", "yes", "chose {}", rf"\b(?:final\s+answer|(?:my|our)\s+(?:final\s+)?(?:choice|pick|decision)\s+(?:is|fell\s+on))\s*:?\s+(?!to\b|that\b){WHAT}"),
    Rule("decision", "yes", "chose {}", r"^(?:ok(?:ay)?,?\s+|well,?\s+|then\s+|all\s+right,?\s+)*so\s+(?P<what>[^,;:!?()\n]{2,60}?)\s+it\s+is$"),
    Rule("decision", "yes", "decided to {}", rf"{I}{DECIDED}[\s,:]+(?:that\s+)?{WILL}\s+{DEED}"),
    Rule("decision", "yes", "decided to {}", rf"\b(?:(?:my|our)\s+minds?\s+(?:is|are)\s+made\s+up|(?:it|that)(?:'s|\s+is)\s+(?:settled|decided|final)|(?:the|my|our|final)?\s*decision(?:\s+is(?:\s+(?:made|final|taken|clear))?)?)[\s,:;-]+(?:that\s+)?{WILL}\s+{DEED}"),
    Rule("decision", "yes", "decided to {}", rf"{CLAUSE}(?:i'm|we're|i\s+am|we\s+are)\s+(?:absolutely\s+|firmly\s+)?(?:determined|resolved)\s+to\s+{DEED}"),
    Rule("decision", "yes", "decided to {}", rf"{CLAUSE}(?:i|we)(?:'ll|\s+will|'m\s+going\s+to|'re\s+going\s+to|\s+am\s+going\s+to|\s+are\s+going\s+to|\s+are\s+gonna)\s+(?:definitely\s+)?(?P<what>(?!not\b)[^\W\d_][^,;:!?()\n]{{2,90}}?)[,;.\s\u2013-]+{SURE}$"),
    Rule("decision", "yes", "decided to {}", rf"{START}(?:it'?s\s+)?decided\s*[:-]\s+(?:(?:i|we)\s+(?:will\s+)?)?{DEED}"),
    Rule("decision", "yes", "decided to {}", rf"(?:{START}|{CLAUSE})from\s+now\s+on,?\s+(?:i|we)(?:'ll|\s+will|'m\s+going\s+to)?\s+(?!want\b|need\b|would|'d|don|do\s+not|won|am\b|'m\b){DEED}"),
    Rule("decision", "yes", "decided to {}", rf"{START}(?:ich\s+habe\s+(?:mich\s+)?(?:beschlossen|entschieden)|wir\s+haben\s+beschlossen|j'ai\s+décidé|nous\s+avons\s+décidé|he\s+decidido|hemos\s+decidido)\s*[,:]?\s+(?:de\s+|d'|zu\s+)?{DEED}"),
)  # fmt: skip

AFRAID = r"(?:worried|af+raid|scared|nervous|anxious|concerned|terrified|stressed(?:\s+out)?|freaking\s+out|freaked\s+out|panicking|panicked|uneasy|frightened|apprehensive|petrified|fearful|worrying|stressing|fretting|troubled|on\s+edge)"
CONCERNS = (
    Rule("concern", "no", "worries no longer about {}", rf"{CLAUSE}(?:i|we)(?:'m|'re|\s+am|\s+are)\s+(?:no\s+longer|not)\s+{AFRAID}\s+(?:about|of|by|over)\s+{SHORT}\s+(?:any\s?more|any\s+longer)\b"),
    Rule("concern", "no", "worries no longer about {}", rf"{CLAUSE}(?:i|we)(?:'m|'re|\s+am|\s+are)\s+no\s+longer\s+{AFRAID}\s+(?:about|of|by|over)\s+{WHAT}"),
    Rule("concern", "yes", "worries about {}", rf"(?:{I_AM}|{START}(?:(?:still|so|really|quite|very|pretty|a\s+bit|a\s+little)\s+)*){AFRAID}\s+(?:about|of|by|over|for|because\s+of)\s+{WHAT}"),
    Rule("concern", "yes", "worries about {}", rf"{I}(?:worry|fret|panic|stress|worrying|fretting|agonise|agonize)\s+(?:(?:a\s+lot|so\s+much|all\s+the\s+time|constantly)\s+)?(?:about|over|for)\s+{WHAT}"),
    Rule("concern", "yes", "worries about {}", rf"(?:{I}|{START})(?:dread|dreading|fear)\s+(?!that\b|so\b|not\b|i\b|we\b){WHAT}"),
    Rule("concern", "yes", "worries about {}", rf"{I_AM}dreading\s+{WHAT}"),
    Rule("concern", "yes", "worries about {}", rf"{START}{SHORT}\s+(?:(?:really|still|just|also)\s+)*(?:keeps?|kept|is\s+keeping|are\s+keeping)\s+me\s+(?:up|awake)\b"),
    Rule("concern", "yes", "worries about {}", rf"(?:{START}|{CLAUSE}){SHORT}\s+(?:(?:really|still|also|seriously|kind\s+of|kinda|just|always|actually)\s+)*(?:stress(?:es)?|freaks?|scares?|worr(?:ies|y)|terrif(?:ies|y)|troubles?|bothers?|frightens?|haunts?|concerns?|panics?)\s+me\b"),
    Rule("concern", "yes", "worries about {}", rf"(?:{START}|{CLAUSE}){SHORT}\s+(?:is|are)\s+(?:(?:really|still|seriously|kind\s+of|just)\s+)*(?:stressing|freaking|scaring|worrying|terrifying|troubling|bothering|haunting)\s+me\b"),
    Rule("concern", "yes", "worries about {}", rf"(?:{START}|{CLAUSE}){SHORT}\s+(?:(?:really|still|always)\s+)*makes?\s+me\s+(?:(?:really|so|very|a\s+bit|quite)\s+)*(?:nervous|anxious|uneasy|scared|afraid|panic)\b"),
    Rule("concern", "yes", "worries about {}", rf"{START}{SHORT}\s+(?:(?:really|still|always|already)\s+)*(?:gives?|is\s+giving)\s+me\s+(?:(?:a|real|bad)\s+)*(?:stomach\s?aches?|sleepless\s+nights?|nightmares?|anxiety|the\s+creeps|panic\s+attacks?|headaches?|cold\s+sweats?|goosebumps)\b"),
    Rule("concern", "yes", "worries about {}", rf"\bwhat\s+if\s+{SHORT}\s+(?:goes\s+(?:badly\s+)?wrong|go\s+wrong|fails?|falls\s+through|breaks(?:\s+down)?|collapses|goes\s+badly|turns\s+out\s+bad(?:ly)?|does(?:n't|\s+not)\s+work(?:\s+out)?|is\s+a\s+disaster)\b", asks=True),
    Rule("concern", "yes", "worries about {}", rf"(?:{I}|{I_AM})(?:(?:have|got|getting|has)\s+)?(?:a\s+)?(?:really\s+|very\s+)?(?:bad|uneasy|queasy|awful)\s+feeling\s+about\s+{WHAT}"),
    Rule("concern", "yes", "worries about {}", rf"\b(?:my|our)\s+(?:biggest|greatest|worst|main|only|real|one)\s+(?:fear|worry|concern|nightmare|headache)\s+(?:is|are|remains)\s+(?:still\s+)?(?!that\b){WHAT}"),
    Rule("concern", "yes", "worries about {}", rf"(?:{I_AM}|{I}|{START})(?:los[et]|losing|lost)\s+(?:(?:a\s+lot\s+of|so\s+much|some|my)\s+)?sleep\s+(?:over|because\s+of|about)\s+{WHAT}"),
    Rule("concern", "yes", "worries about {}", rf"(?:{I}|{START})can(?:'?t|not)\s+sleep\s+(?:because\s+of|over|for)\s+{WHAT}"),
    Rule("concern", "yes", "worries about {}", rf"(?:{I}|{START})can(?:'?t|not)\s+stop\s+(?:thinking|worrying)\s+about\s+(?P<what>[^,;:!?()\n]{{2,60}}?),?\s+(?:and\s+)?it\s+(?:really\s+)?(?:scares|worries|frightens|terrifies|stresses)\s+me\b"),
    Rule("concern", "yes", "worries about {}", rf"(?:{I}|{START})can(?:'?t|not)\s+stop\s+worrying\s+about\s+{WHAT}"),
    Rule("concern", "yes", "worries about {}", rf"(?:{I_AM}|{START})not\s+(?:at\s+all\s+)?looking\s+forward\s+to\s+{WHAT}"),
    Rule("concern", "yes", "worries about {}", rf"{START}(?:ich\s+mache\s+mir\s+(?:(?:große|grosse|echt|ziemlich|wirklich)\s+)*sorgen\s+(?:wegen|um|über)|ich\s+habe\s+angst\s+vor|j'ai\s+peur\s+d(?:e\s+|')|je\s+m'inquiète\s+pour|tengo\s+miedo\s+(?:de|a)|me\s+preocupan?)\s*(?!que\b){WHAT}"),
)  # fmt: skip

DOUBT = (
    r"(?:\b(?:suppose|supposing|imagine|imagining|pretend\w*|wish(?:ed|es)?|might|maybe|perhaps|thought"
    r"|whether|unsure|not\s+sure|dunno|wonder\w*|haven't|havent|hadn't|didn't|didnt|(?:have|had|did)\s+not"
    r"|kidding|joking|joked|jokes?|novel|story|dream\w*|lyrics|song|poem|character|hero"
    r"|used\s+to|as\s+a\s+(?:kid|child|boy|girl|student)|back\s+then|in\s+those\s+days|before\s+i|until\s+i"
    r"|when\s+i\s+was|years\s+ago|once\s+upon|not\s+that\s+(?:i|we)|not\s+like\s+(?:i|we)|who\s+doesn't|supposedly"
    r"|allegedly|hypothetically|in\s+theory|as\s+if|as\s+though|don't\s+know|do\s+not\s+know|dont\s+know"
    r"|can't\s+say|cannot\s+say|says|claims|thinks|believes|quote|pr[eé]tend\w*|vielleicht|peut-être"
    r"|quizás|wenn|falls|hätte|würde|wäre|could\s+have|should\s+have|would\s+have|had\s+i)\b"
    r"|(?<!\bi )(?<!\bwe )\b(?:said|told|say|wrote|tells|thinks|asked\s+(?:me\s+)?(?:if|whether))\b"
    r"|\bif\b(?!\s+(?:you\s+ask\s+me|i\s+(?:can|may|could|get\s+to)\s+choose|i\s+have\s+(?:a|the)\s+choice"
    r"|there(?:'s|\s+is)\s+a\s+choice|you\s+did(?:n't|\s+not)|you\s+would(?:n't|\s+not)|\S+\s+(?:goes|fails?|falls|breaks"
    r"|collapses|\S+\s+(?:goes|fails?|falls|breaks|collapses))|[^.!?\n]{2,60}?\s(?:goes\s+(?:badly\s+)?wrong|go\s+wrong)\b)))"
)
"""Of a sentence in which any of this stands nothing is taken for told."""
IRONY = (
    r"(?:(?:^|\s)/s\b|\U0001F644|\byeah,?\s+right\b|\b(?:oh|just)\s+(?:great|lovely|wonderful|perfect|fantastic)[,.!]"
    r"|\bgreat,\s+(?:another|just|more)\b|[,.\u2026]\s*not\s*[.!]*\s*$|\bas\s+if\b|\bkidding\b|\bjok(?:e|ing)\b|\bj/k\b"
    r"|\bsarcas\w+|\birony\b|\bironic\w*|\bsure,\s+because\b|\bbecause\s+i(?:'m|\s+am)?\s+(?:just\s+)?such\b"
    r"|(?:^|\s)(?:lo{3,}ve|s+o{3,}|li{3,}ke)\b|\b(?:lo{2,}ve|so{3,})\b|\bobviously\b[^a-z]*$|\bor\s+anything\b)"
)
"""A message in which any of this stands means something else than it says."""
CUT = (
    r"\s+(?:but|because|cause|since|when|whenever|while|if|though|although|so|and\s+(?:i|we|you|it|that|they|he|she|my|have|still|am)"
    r"|which|who|where|unless|until|till|before|after(?!noon)|as\s+(?:it|they|i|we|you)|even|especially|except|again|than|-+|\u2013|\u2014|and\s+then"
    r"|to\s+be\s+(?:honest|frank|fair)|these\s+days|right\s+now|at\s+the\s+moment|the\s+most|with\s+a\s+passion|in\s+(?:general|the\s+end|particular)"
    r"|for\s+(?:good|now|me|sure|once|a\s+while|years|ages|as\s+long)|of\s+course|after\s+all|any\s+(?:day|time|more|longer)|every\s+time|hands\s+down"
    r"|just\s+so|more\s+than|at\s+(?:all|night|least)|so\s+much|very\s+much|a\s+(?:lot|bit|little)|do\s+you|don't\s+(?:you|we)|can\s+you)\b.*$"
)
CUT_ASKED = r"\s+(?:but|because|cause|since|when(?:ever)?\s+you|if|so\s+that|and\s+(?:i|we|you|it)|unless|even|ever\s+again|any\s?more|from\s+now)\b.*$"
"""Where the words end that say what it is about; of an instruction, where it does."""
LOOSE = frozenset(
    """a the an my our your their his her this that these those any some all most such more much still always
    definitely clearly really just lately tbh please thanks thx anymore too also anyway though already now today
    tonight here sorry lol haha honestly again instead decided best totally indeed obviously best either ever
    sometimes usually often generally also immensely dearly badly then simply everything's whole thing with
    der die das den dem ein eine einen einem le la les l un une des el los las de du""".split()
)
"""Words that may stand at either end of what something is about, and say nothing of it."""
EMPTY = frozenset(
    """it that this them him her you me us those these one ones something anything everything nothing someone
    people things thing stuff idea way sound look answer reply bit lot kind sort part fact feeling feel hear
    know say tell ask see think mention bother disturb admit be being""".split()
)
"""What begins so is about something said before, or is a manner of speaking."""
LIGHT = frozenset("take get have use do go make pick choose buy be try with for on".split())
"""Verbs that a decision has with what it is about: “not to take the lease” is about the lease."""
DENIED = frozenset(
    "not never no nothing nobody none don't dont doesn't doesnt didn't isn't aren't won't cannot can't".split()
)
"""Where these stand at an end of what it is about, the sentence says the opposite."""
QUOTED_BY = re.compile(r"\b(?:i|i'm|i've|me|my|mine|we|our|us|you|your)\b", re.IGNORECASE)


@cache
def rule(pattern: str) -> re.Pattern[str]:
    """Made when first needed: most processes never are."""
    return re.compile(pattern, re.IGNORECASE)


def is_ironic(text: str) -> bool:
    """Whether a message means something else than it says."""
    return rule(IRONY).search(text) is not None


def told(sentence: str, kinds: frozenset[SignKind], asks: bool) -> Iterator[Told]:
    """What a sentence tells of these kinds, each once; spans are those of the sentence.

    `asks` says that a question mark ends it.
    """
    if rule(DOUBT).search(sentence):
        return
    for kind, rules in RULES.items():
        if kind not in kinds:
            continue
        for one in rules:
            if asks and not one.asks:
                continue
            found = rule(one.pattern).search(sentence)
            made = list(_read(one, found)) if found else []
            if made:
                yield from made
                break


def _read(one: Rule, found: re.Match[str]) -> Iterator[Told]:
    """What a match tells: of what it is about, and of what that is compared with."""
    span = _object(found, "what", one)
    about = _about(found.string[slice(*span)], one) if span else ""
    if not span or not about:
        return
    start = found.start() + len(found[0]) - len(found[0].lstrip(" \t,;:.(\u2013\u2014-"))
    other = _object(found, "other", one) if "other" in found.re.groupindex else None
    named = _named(found.string[slice(*span)])
    if other:
        beside = found.string[slice(*other)]
        end = max(span[1], other[1])
        yield Told(one.kind, about, one.value, start, end, f"prefers {named} to {_named(beside)}")
        less = _about(beside, one)
        if less and less != about:
            yield Told(one.kind, less, "less", start, end, f"prefers {named} to {_named(beside)}")
        return
    end = max(span[1], found.end() if found.end("what") < found.end() else span[1])
    yield Told(one.kind, about, one.value, start, end, one.claim.format(named))


def _object(found: re.Match[str], group: str, one: Rule) -> tuple[int, int] | None:
    """Where the words stand that name what it is about; None where they name nothing."""
    start, end = found.span(group)
    text = found.string
    is_asked = one.most == MOST_ASKED
    cut = rule(CUT_ASKED if is_asked else CUT).search(text, start, end)
    end = cut.start() if cut else end
    words = [
        (one.start(), one.end())
        for one in rule(r"[\w$€£%'&/+#.@-]*[\w%+#]").finditer(text, start, end)
    ]
    while words and text[slice(*words[-1])].casefold() in LOOSE:
        words.pop()
    while words and text[slice(*words[0])].casefold() in LOOSE:
        words.pop(0)
    ends = {text[slice(*word)].casefold() for word in words[:1] + words[-1:]}
    is_empty = bool(words) and text[slice(*words[0])].casefold() in EMPTY and not is_asked
    if not ends or is_empty or not ends.isdisjoint(DENIED):
        return None
    return words[0][0], words[-1][1]


def _about(words: str, one: Rule) -> str:
    """The terms, in their order; nothing for words that say nothing, or tell a whole story."""
    found = list(dict.fromkeys(terms(words)))
    if one.kind == "decision":
        while len(found) > 1 and found[0] in LIGHT:
            found.pop(0)
    return " ".join(found) if len(found) <= one.most else ""


def _named(words: str) -> str:
    """The words as they stand in a claim about somebody else: what points to the speaker is quoted."""
    return f"\u201c{words}\u201d" if QUOTED_BY.search(words) else words


RULES: dict[SignKind, tuple[Rule, ...]] = {
    "preference": (*INSTRUCTIONS, *PREFERENCES),
    "decision": DECISIONS,
    "concern": CONCERNS,
}
