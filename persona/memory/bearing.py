"""How somebody deals with the persona, read off one message: a stance, or a way of going about things.

Only turns of phrase that hardly anybody uses otherwise; a message may show several, or nothing.
"""

import re
from collections.abc import Iterator, Mapping
from functools import cache

from persona.trait import Stance

MOST_WORDS = 16
"""Words of a sentence that shows how somebody deals with the persona: longer ones tell of the matter."""
MOST_CURT = 5
"""Words of a whole message that is an order without courtesy."""

STANCES: Mapping[Stance, str] = {
    "skeptic": (
        r"\bhow\s+(?:do|would|can|could)\s+you\s+(?:even\s+)?(?:know|tell)\b(?!\s+me)|\bare\s+you\s+(?:really\s+|absolutely\s+|quite\s+|so\s+)*(?:sure|certain)\b"
        r"|\b(?:what(?:'s|\s+is|\s+are)|where(?:'s|\s+is)|which|give\s+me|name|cite)\s+(?:your|the|a)\s+(?:sources?|evidence|proof|grounds?|basis)\b|^(?:and\s+)?(?:sources?|evidence|proof|citation|reference)(?:\s+please)?\s*\??$"
        r"|\bwhere\s+(?:did|do|have)\s+you\s+(?:get|got|gotten|take|have|find|hear|read)\s+(?:that|this|it)\b|^(?:then\s+)?prove\s+(?:it|that)\b|\bsays\s+who\b|\bwho\s+says\s+(?:so|that)\b"
        r"|\bi\s+(?:(?:really|still|seriously|highly)\s+)?doubt\s+(?:that|it|this|you)\b|\bi\s+(?:don't|do\s+not|dont)\s+(?:quite\s+|really\s+)?(?:believe|buy|trust)\s+(?:that|this|it|you)\b|\bback\s+(?:that|this|it)\s+up\b(?!\s+(?:to|on)\b)"
        r"|\bshow\s+me\s+(?:where|when|the\s+(?:proof|evidence|source|words))\b|\b(?:that|this|it)\s+(?:doesn't|does\s+not|doesnt)\s+(?:sound|look|seem)\s+(?:right|correct|true|plausible)\b|\bon\s+what\s+(?:grounds?|basis)\b"
        r"|\bi'?ll\s+believe\s+(?:it|that)\s+when\b|\b(?:any|some|the)\s+(?:evidence|proof)\b(?=[^.!]{0,20}(?:for|of|that|\?|$))|\bnot\s+(?:(?:quite|really|entirely|yet)\s+)*convinced\b|\bis\s+(?:that|this|it)\s+(?:actually|really)\s+(?:true|right|correct|so)\b"
        r"|\bwhat\s+makes\s+you\s+(?:(?:so|that)\s+)?(?:sure|certain|think|say|believe)\b|\b(?:what|which)\s+(?:is|are|was)\s+(?:that|this|it)\s+based\s+on\b|\bbased\s+on\s+what\b|\bwhy\s+(?:should|would)\s+i\s+(?:trust|believe)\b"
        r"|\byou(?:'re|\s+are)\s+(?:just\s+|only\s+)?(?:guessing|making\s+(?:this|that|it)\s+up)\b|\bdid\s+you\s+(?:actually\s+|really\s+)?(?:verify|check|make\s+(?:that|this)\s+up)\b|\bhave\s+you\s+(?:actually\s+|really\s+)?(?:verified|checked)\b|\b(?:sounds|seems)\s+(?:fishy|dubious|made\s+up|wrong)\b|\bsceptical\b|\bskeptical\b"
        r"|^woher\s+(?:weißt|willst)\s+du\b|\bbist\s+du\s+(?:dir\s+)?sicher\b|\bcomment\s+(?:le\s+)?sais[- ]tu\b|\bcómo\s+lo\s+sabes\b"
    ),
    "newcomer": (
        r"\bwhat\s+(?:all\s+)?(?:can|do|could)\s+you\s+(?:actually\s+|even\s+)?(?:do|help(?:\s+me)?(?:\s+with)?|offer)\b(?=\W*$|\s+(?:for\s+me|here|with)\b)|\bwhat\s+(?:are|is)\s+(?:you|it)\s+(?:able|good|that\s+you\s+can)\b|\bwhat\s+is\s+it\s+(?:that\s+)?you\s+(?:can|do)\b|\bhow\s+(?:does|do|is)\s+(?:this|it|that|these|you)(?:\s+(?:thing|app|service|here|all))?\s+(?:work|used|function)\b"
        r"|^(?:sorry,?\s+|hi,?\s+|hello,?\s+|and\s+|so\s+)*(?:who|what)\s+(?:exactly\s+)?are\s+you\b|\bi'?m\s+(?:(?:quite|pretty|still|totally|brand)\s+)*new\s+(?:here|to\s+(?:this|you))\b|\bi\s+am\s+(?:(?:quite|still|brand)\s+)*new\s+(?:here|to\s+this)\b|\b(?:what|which)\s+(?:are\s+the\s+)?commands\b|\blist\s+of\s+(?:commands|what\s+you\s+can)\b"
        r"|\bdo\s+i\s+(?:need|have)\s+to\s+(?:sign\s+up|register|log\s+in|install|pay|type|create)\b|\bwhat\s+do\s+i\s+(?:have\s+to\s+|need\s+to\s+)?(?:type|write|say|press|do\s+here)\b|\bfirst\s+time\s+(?:here|(?:i'm\s+|i\s+am\s+)?(?:trying|using|doing|writing)(?:\s+(?:this|it|you|one))?|user)\b|\bhow\s+(?:(?:do|can|should)\s+i|to)\s+(?:use|start|begin|get\s+started|talk\s+to|work\s+with)(?:\s+(?:with\s+)?(?:you|this|it)\b|\W*$)"
        r"|\bexplain\s+(?:to\s+me\s+)?how\s+(?:to\s+use|(?:this|it)\s+works|i\s+(?:can\s+)?use)\b|\b(?:i've\s+|i\s+have\s+)?never\s+(?:used|tried|had|done)\s+(?:something|anything|one|a\s+thing|this|any)\b[^.!?]{0,24}\b(?:before|like\s+this|of\s+these)\b|\bwhat\s+(?:is|'s)\s+this(?:\s+(?:thing|exactly|all\s+about|here|for|about))\b|\bis\s+(?:this|it|that)\s+(?:thing\s+)?(?:a|an)\s+(?:ro)?bot\b|\bare\s+you\s+(?:a\s+(?:ro)?bot|human|an\s+ai|a\s+(?:real\s+)?person|a\s+machine)\b"
        r"|\bis\s+there\s+(?:a|any|some)\s+(?:manual|guide|help|tutorial|introduction|documentation)\b|\b(?:just|only)\s+getting\s+started\b|\bwhat\s+happens\s+(?:if|when)\s+i\s+(?:write|type|press|say|click)\b|\bam\s+i\s+(?:doing|using)\s+(?:this|it)\s+right\b"
        r"|^was\s+kannst\s+du\b|^wie\s+funktioniert\s+das\b|^wer\s+bist\s+du\b|^comment\s+ça\s+marche\b|^qui\s+es[- ]tu\b|^que\s+peux[- ]tu\s+faire\b|^¿?qué\s+puedes\s+hacer\b|^¿?cómo\s+funciona\b"
    ),
    "regular": (
        r"\bas\s+(?:always|usual|ever)\b|\b(?:the|my)\s+usual\b|\bsame\s+(?:as\s+(?:always|usual|ever|last\s+time)|procedure\s+as)\b|\blike\s+(?:always|last\s+time|every\s+time)\b|\byou\s+know\s+(?:me|how\s+i\s+(?:like|am|want|prefer))\b|\byou\s+always\s+(?:know|help|save|find|manage|understand|get)\b"
        r"|\bremember\s+(?:when|how|the\s+time|that\s+time)\s+(?:we|you\s+and\s+i)\b|\bwhat\s+would\s+i\s+do\s+without\s+you\b|\byou(?:'re|\s+are)\s+(?:(?:such|really|just|simply|always)\s+)*(?:a\s+(?:star|gem|treasure|lifesaver|life\s+saver|legend|darling|great\s+help|true\s+friend)|the\s+best|my\s+hero|amazing|wonderful)\b"
        r"|\bonce\s+again\b[^.!?]{0,20}\byou\b|\b(?:saved|made)\s+my\s+(?:day|life|week)\b|\b(?:good\s+(?:morning|evening|night)|morning|hi|hey|hello)\b[^.!?]{0,16}(?:\b(?:my\s+friend|old\s+friend|you|again|dear)\b|\W+me\s+again\b)|\bme\s+again\b|\bhow(?:'s|\s+is)\s+it\s+going\b|\bhow\s+(?:are|were)\s+(?:you|things)\b(?=\W*$|\s+(?:doing|today|this|going))"
        r"|\b(?:hope|trust)\s+you\s+(?:had|have|are|slept|'re)\b|\bdid\s+you\s+(?:sleep|have\s+a\s+(?:nice|good))\b|\btalk\s+(?:to\s+you\s+)?(?:tomorrow|soon|later)\b|\bsee\s+you\s+(?:tomorrow|soon|later)\b|\bjust\s+(?:wanted\s+to\s+)?say(?:ing)?\s+(?:hi|hello)\b|\bwe(?:'ve|\s+have)\s+(?:been\s+through|known|come\s+a\s+long)\b"
        r"|\b(?:thanks|thank\s+you)\s+(?:a\s+million|so\s+(?:so\s+)?much|again|for\s+everything|a\s+(?:lot|bunch|ton)|my\s+friend|,?\s*dear)\b|\bthank\s+you,?\s+(?:as\s+always|my)\b|\byou\s+know\s+me\s+by\s+now\b|\blovely\s+as\s+ever\b|\bmissed\s+(?:you|talking)\b|\bgood\s+to\s+(?:see|hear|have)\s+(?:you|from\s+you)\b"
        r"|\bwie\s+immer\b|\bcomme\s+(?:d'habitude|toujours)\b|\bcomo\s+siempre\b"
    ),
    "operator": (
        r"\bjust\s+(?:do|send|book|run|give|answer|fix|execute|print|tell|show|make)\b(?!.*\b(?:please|thanks)\b)|^(?:skip|no|less|cut|without|drop)\s+(?:the\s+)?(?:explanations?|details?|talk|talking|chatter|chit-?chat|small\s?talk|fluff|prose|pleasantries|intro|preamble|blah)\b|\bno\s+need\s+to\s+explain\b"
        r"|^(?:keep|make)\s+it\s+(?:short|brief|quick)\b|^(?:the\s+)?(?:short|brief)\s+(?:version|answer)\b|\bjust\s+the\s+(?:result|answer|facts|number|figure|link|short)\b|\byes\s+or\s+no\b|^(?:be\s+)?(?:brief|concise)\b|\bget\s+(?:it|this|that)\s+done\b|\bget\s+to\s+the\s+point\b|\bone\s+line\b(?=\W*$)"
    ),
}
"""Told anywhere in a sentence of at most MOST_WORDS words; what is more special stands first."""
CURT = frozenset(
    """status state done finished ready eta result results report next go proceed continue run execute start ship
    deploy send book update and now ack retry again progress eta ok do repeat merge commit""".split()
)
"""A whole message that begins with one of these, goes on with what is in GOING_ON, and asks for no favour."""
GOING_ON = frozenset("it this that now again all them one yet next tests everything the to".split())
COURTEOUS = frozenset(
    """please thanks thank thx pls hi hello hey dear sorry kindly lovely bitte danke merci gracias por""".split()
)

ACTIONS: Mapping[str, str] = {
    "checks twice": (
        r"\bdoub(?:le|ly)[\s-]*(?:check(?:ed|ing)?|sure|certain|confirm)\b|\b(?:check|verify|confirm|look|test)(?:ing)?\s+(?:(?:that|this|it|on\s+it)\s+)?(?:again|once\s+more|one\s+more\s+time|a\s+second\s+time|twice)\b|\b(?:ask(?:ing)?|check(?:ing)?|confirm(?:ing)?)\s+(?:again|twice|once\s+more)\b"
        r"|\b(?:once\s+more|one\s+more\s+time|again),?\s+(?:just\s+)?(?:to\s+be\s+(?:safe|sure|certain)|for\s+safety)\b|\bbetter\s+safe\s+than\s+sorry\b|\bto\s+be\s+on\s+the\s+safe\s+side\b|\bjust\s+(?:making|to\s+make)\s+(?:absolutely\s+|extra\s+)?sure\b"
    ),
    "asks for a summary first": (
        r"\b(?:summary|summaries|overview|gist|tl;?dr|headlines?|key\s+points?|bottom\s+line|conclusion|nutshell|essentials)\b[^.!?]{0,24}\b(?:first|before\s+(?:the|all|any)|up\s+front|upfront|at\s+the\s+top|to\s+begin\s+with)\b"
        r"|\b(?:first|begin\s+with|start\s+with|lead\s+with|open\s+with)\s+(?:(?:a|an|the|please|of\s+all|just|me|give\s+me|short|quick|brief|very)\s+)*,?\s*(?:summary|overview|gist|tl;?dr|headlines?|key\s+points?|bottom\s+line|conclusion|essentials)\b|\b(?:summari[sz]e|sum)\s+(?:it|this|that|them|everything)\s+(?:up\s+)?first\b"
    ),
    "hands things over": (
        r"\b(?:can|could|would|will|please|pls|and|,|just|^)\s*(?:you\s+)?(?:please\s+|just\s+)?(?:take\s+care\s+of|deal\s+with|sort|see\s+to)\s+(?:it|this|that|all\s+of\s+(?:it|this)|everything|the\s+rest)(?:\s+out)?\b(?=\s+(?:all\s+)?for\s+me|\s*(?:please|pls)?\W*$)|\bhandle\s+(?:it|this|that|everything|the\s+rest)\s+for\s+me\b"
        r"|\b(?:i'?ll\s+|i\s+will\s+|i\s+)?(?:leave|leaving)\s+(?:it|that|this|everything|the\s+rest|the\s+details|the\s+choice|all\s+of\s+(?:it|that))\s+(?:all\s+)?(?:entirely\s+)?(?:up\s+)?to\s+you\b|^(?:you\s+(?:decide|choose|pick|be\s+the\s+judge)|your\s+(?:call|choice|decision|pick)|over\s+to\s+you)\b"
        r"|\b(?:it'?s|that'?s|this\s+is|totally|entirely|completely|all)\s+(?:all\s+|totally\s+|entirely\s+)?up\s+to\s+you\b|^up\s+to\s+you\b|\bwhat(?:ever)?\s+you\s+think\s+(?:is|it'?s|would\s+be)\s+(?:best|right|good)\b|\b(?:do|decide|choose)\s+(?:it\s+)?as\s+you\s+(?:see\s+fit|think\s+best|like|please|wish)\b|\bi\s+trust\s+(?:you|your\s+(?:judge?ment|taste))\s+(?:to|on|with)\b|\bi\s+trust\s+your\s+(?:judge?ment|taste|choice)\b"
    ),
    "plans ahead": (
        r"\bplan(?:s|ned|ning)?\s+(?:well\s+|far\s+|a\s+bit\s+|way\s+|things\s+|(?:the|my|our)\s+\w+\s+)?ahead\b|\b(?:well|far|long|way|weeks|months)\s+in\s+advance\b|\bin\s+advance\b(?=\W*$)|\b(?:get(?:ting)?|stay(?:ing)?)\s+ahead\s+of\s+(?:things|it|time|the)\b|\b(?:all|everything|it\s+all)\s+(?:lined\s+up|ready|set\s+up|arranged|sorted|booked)\b[^.!?]{0,20}\b(?:before|by|ahead|in\s+advance)\b"
        r"|\bbetter\s+(?:to\s+)?(?:sort|book|plan|do|arrange|settle|start|buy)\b[^.!?]{0,20}\bearly\b|\b(?:like|prefer|love|want)\s+to\s+(?:plan|book|start|prepare)\s+(?:things\s+)?early\b|\blet(?:'s|\s+me|\s+us)\s+(?:already\s+)?(?:plan|prepare|map\s+out|schedule)\b[^.!?]{0,16}\b(?:next|the\s+(?:week|month|year|quarter|season)|for)\b|\blong\s+before\s+(?:it'?s|it\s+is|they'?re)\b"
        r"|\bwhat(?:'s|\s+is|\s+else\s+is)\s+(?:coming\s+up|ahead|due|next)\s+(?:in\s+the\s+|for\s+the\s+|over\s+the\s+)?(?:next|coming|week|month|the)\b[^.!?]{0,8}(?:weeks?|months?|days)\b"
    ),
}
WHO_ELSE = (
    r"\b(?:he|she|they|boss|everyone|everybody|people|asked\s+me|told\s+me|(?<!\bi )said|says)\b"
)


def stances(sentence: str) -> Iterator[tuple[Stance, int, int]]:
    """The stances that a sentence shows, and where."""
    if len(sentence.split()) > MOST_WORDS or _rule(WHO_ELSE).search(
        sentence.replace("ays who", "")
    ):
        return
    for stance, pattern in STANCES.items():
        if found := _rule(pattern).search(sentence):
            yield stance, found.start(), found.end()


def is_curt(words: list[str]) -> bool:
    """Whether the words of a whole message are an order, or ask how it stands, without courtesy."""
    if not 0 < len(words) <= MOST_CURT or not COURTEOUS.isdisjoint(words):
        return False
    return words[0] in CURT and all(word in GOING_ON or word in CURT for word in words[1:])


def actions(sentence: str) -> Iterator[tuple[str, int, int]]:
    """The ways of going about things that a sentence shows, and where."""
    if len(sentence.split()) > MOST_WORDS + 4 or _rule(WHO_ELSE).search(sentence):
        return
    for action, pattern in ACTIONS.items():
        if found := _rule(pattern).search(sentence):
            yield action, found.start(), found.end()


@cache
def _rule(pattern: str) -> re.Pattern[str]:
    """Made when first needed: most processes never are."""
    return re.compile(pattern, re.IGNORECASE)
