"""How people ask what is believed of them, deny it and take it back: the words of such commands.

People say these things in many ways, so each command is a list of them. What points back (“that”,
“so”) means what was told last, and where nothing was, the words are plain words like any others: so
the lists may be long without taking anything for a command that is none.
"""

YOU = r"(?:you|u)"
IT = r"(?:that|this|it|so|those|these|them)"
IS = r"(?:['\u2019]?s|\s+is|\s+was|\s+are|\s+were)"
_OPENINGS = (
    r"yeah|yep|well|sorry|actually|wait|but|hm+|uh+|um+|oh|ok|okay|hey|look|listen|(?:hang|hold)\s+on"
    r"|pl[sz]"
)
LEAD = (
    rf"(?:(?:so|and|hi|please|honestly|seriously|just|right|now|quick\s+question|{_OPENINGS})\b"
    r"[\s,.:!?\u2026-]*)*"
)
NO = rf"(?:(?:no|nope|nah|{_OPENINGS})\b[\s,.!\u2026-]*)*"
ASK = (
    rf"(?:(?:(?:can|could|would|will)\s+{YOU}\s+)?(?:(?:please|pl[sz])\s+)?"
    r"(?:tell|show|give|remind|list|read)\s+(?:(?:me|us)\s+(?:back\s+)?)?"
    r"|i(?:['\u2019]d\s+like|\s+would\s+like|\s+want|\s+wanna)\s+(?:to\s+)?(?:know|see|hear)\s+)"
)
OFTEN = (
    r"(?:(?:even|still|really|ever|actually|already|always|now|just|exactly|please|probably|usually|normally"
    r"|typically|generally|mostly|often|tend\s+to|usualy)\s+)*"
)
ANY_MORE = r"(?:[\s,]+(?:any\s*more|any\s+longer|at\s+all|again|please|now|about\s+me|of\s+me))*"
ABOUT_ME = r"(?:\s+(?:about|abt|of|on)\s+(?:me|myself))"
KEPT = (
    r"(?:know|remember|believe|think|have|got|keep|kept|store|stored|learn|learned|learnt|find\s+out"
    r"|found\s+out|figured?(?:\s+out)?|gather|gathered|notice|noticed|pick(?:ed)?\s+up|see|seen|save|saved"
    r"|record|recorded|wr(?:ite|itten)\s+down|note|noted|remembered|collected|hold|held)"
)
VIEW = (
    r"(?:(?:short|quick|full|whole|brief|little)\s+)*(?:summary|picture|profile|impression|idea|view|image"
    r"|portrait|overview|opinion|file|record|memory|knowledge)"
)
SELF = r"(?P<rest>(?:i|i['\u2019]\w+|my|we|our)\b.*)"
DENIED = (
    r"(?:not\s+(?:true|right|correct|so|the\s+case|what\s+i\s+(?:said|meant|think))|wrong|untrue|incorrect"
    r"|false|mistaken|nonsense|rubbish|outdated|a\s+(?:mistake|joke|misunderstanding)"
    r"|no\s+longer\s+(?:true|right|correct|so|the\s+case))"
)
NOT_SO = r"(?:true|right|correct|so|the\s+case|what\s+i\s+(?:said|meant|think))"
HOLDING = (
    r"(?:us(?:e|ing)|assum(?:e|ing)|think(?:ing)?|believ(?:e|ing)|say(?:ing)?|claim(?:ing)?"
    r"|go(?:ing)?\s+by|pretend(?:ing)?)"
)
MANNERS = (
    r"(?:short|brief|curt|terse|cold|long|wordy|warm|friendly|formal|dry|blunt|rude|detailed|verbose"
    r"|chatty|distant|polite|strict|careful|technical)"
)
FAILS = (
    rf"(?:if|when(?:ever)?|once|in\s+case)\s+(?:something|anything|things?|stuff|everything|{IT}|one\s+of\s+\w+|a\s+\w+|my\s+\w+"
    rf"|the\s+\w+)\s+"
    r"(?:fail(?:s|ed)?|breaks?|broke|go(?:es)?\s+wrong|went\s+wrong|(?:does|do|did)(?:n['\u2019]t"
    r"|\s+not)\s+work(?:\s+out)?)"
)


def _any(*ways: str) -> str:
    return "(?:" + "|".join(ways) + ")"


PICTURE = LEAD + _any(
    rf"what\s+do\s+{YOU}\s+(?:know|remember)",
    rf"{ASK}?(?:what|wat|whatever|everything|all|anything|which\s+(?:things|facts))\s+(?:that\s+)?(?:else\s+)?"
    rf"(?:info(?:rmation)?\s+)?(?:(?:do|did|have|are|d['\u2019])\s*{YOU}|{YOU}(?:['\u2019]ve|\s+have)?)\s+"
    rf"{OFTEN}{KEPT}(?:\s+so\s+far)?{ABOUT_ME}(?:\s+so\s+far)?",
    rf"(?:do|have)\s+{YOU}\s+{OFTEN}{KEPT}\s+(?:anything|something|much|stuff|things){ABOUT_ME}",
    rf"{ASK}?(?:what(?:['\u2019]?s|\s+is)\s+)?(?:(?:a|the|your)\s+)?{VIEW}\s+"
    rf"(?:{YOU}\s+(?:have|keep|got)\s+)?(?:of|on|about)\s+(?:me|myself|what\s+{YOU}\s+{KEPT}{ABOUT_ME})",
    rf"{ASK}?(?:what(?:['\u2019]?s|\s+is)\s+(?:in\s+|on\s+)?)?my\s+profile",
    rf"what(?:['\u2019]?s|\s+is)\s+(?:there\s+)?(?:in|on)\s+(?:your\s+memory|(?:the\s+|your\s+)?file){ABOUT_ME}?",
    rf"{ASK}about\s+myself|(?:(?:can|could)\s+{YOU}\s+)?describe\s+me",
    rf"{ASK}?(?:who|what)\s+(?:do\s+)?{YOU}\s+(?:think|believe)\s+(?:that\s+)?i(?:\s+am|['\u2019]m)(?:\s+like)?",
    rf"who\s+am\s+i|what\s+am\s+i\s+like(?:\s+(?:to|for)\s+{YOU})?",
    rf"what\s+(?:kind|sort|type)(?:\s+of\s+(?:a\s+)?(?:person|human|man|woman|guy))?\s+"
    rf"(?:do\s+{YOU}\s+(?:think|believe)\s+(?:that\s+)?)?(?:i\s+am|am\s+i)(?:\s+(?:to|for)\s+{YOU})?",
    rf"(?:how\s+well\s+)?do\s+{YOU}\s+{OFTEN}know\s+me(?:\s+(?:well|by\s+now))?",
    rf"what\s+have\s+i\s+told\s+{YOU}(?:\s+(?:so\s+far|about\s+(?:me|myself)))*",
) + r"\W*"  # fmt: skip
BARE_WHY, WHY_SO = rf"{LEAD}why\W*", rf"{LEAD}why\b"
WHY = LEAD + _any(
    r"(?:why|how)(?:\s+so|(?:['\u2019]?s|\s+is)\s+that)?|what(?:['\u2019]?s|\s+is)\s+the\s+reason(?:\s+for\s+(?:that|it))?",
    rf"why\s+(?:do|did|would|should)\s+{YOU}\s+{OFTEN}(?:think|say|believe|assume|claim)\s+{IT}",
    rf"how\s+(?:do|did|can|could|would)\s+{YOU}\s+{OFTEN}know(?:\s+(?:about\s+)?{IT})?",
    rf"how\s+come(?:\s+{YOU}\s+(?:think|say|believe|know)\s+{IT})?",
    rf"where\s+(?:did|do|have)\s+{YOU}\s+{OFTEN}(?:get|got|gotten|hear|heard|read|take|have|know"
    rf"|learn)\s+{IT}"
    r"(?:\s+from)?",
    rf"how(?:['\u2019]?d|\s+did)\s+{YOU}\s+{OFTEN}(?:get|know|learn|hear|find\s+out|figure\s+out|come\s+(?:up\s+with"
    rf"|to)|arrive\s+at|(?:figure|find|work)\s+{IT}\s+out)(?:\s+(?:to\s+|about\s+)?{IT})?",
    rf"where(?:['\u2019]?s|\s+is|\s+does|\s+did)\s+{IT}\s+(?:com(?:e|ing)\s+)?from",
    r"(?:based\s+)?on\s+what(?:\s+(?:basis|grounds?|evidence))?",
    rf"what{IS}\s+{IT}\s+based\s+on",
    rf"what{IS}\s+(?:your|the)\s+(?:evidence|sources?|proof|basis|grounds?)(?:\s+(?:for|of)\s+{IT})?",
    r"(?:evidence|sources?|proof)(?:\s+please)?",
    rf"who\s+(?:told\s+{YOU}|says|said)(?:\s+{IT})?|says\s+who",
    rf"what\s+(?:makes|made)\s+{YOU}\s+(?:so\s+sure|(?:think|say|believe)(?:\s+{IT})?)",
    rf"(?:(?:can|could)\s+{YOU}\s+)?prove\s+{IT}",
    rf"show\s+me\s+(?:where|when)\s+i\s+{OFTEN}said\s+{IT}",
    rf"(?:when|where)\s+did\s+i\s+{OFTEN}(?:say|tell\s+{YOU})\s+{IT}",
    rf"(?:did|have)\s+i\s+{OFTEN}(?:say|said|tell\s+{YOU}|told\s+{YOU})\s+{IT}",
    rf"(?:are\s+)?{YOU}\s+(?:(?:really|quite|absolutely|so|very|100\s*%)\s+)*(?:sure|certain"
    rf"|positive)(?:\s+(?:about|of)\s+{IT})?",
) + r"\W*"  # fmt: skip
_SAY = r"(?:think|say|believe|assume|claim|reckon|suppose)"
_PROOF = r"(?:evidence|sources?|proof|basis|grounds?|reasons?)"
GROUND = LEAD + _any(
    rf"(?:why|how\s+come|on\s+what\s+{_PROOF})\s+(?:(?:do|did|would|should)\s+)?{YOU}\s+{OFTEN}(?:{_SAY}|know)",
    rf"how(?:['\u2019]?d|\s+(?:do|did|can|could|would))\s+{YOU}\s+{OFTEN}know",
    rf"what\s+(?:makes|made)\s+{YOU}\s+(?:so\s+sure|{_SAY})",
    rf"where\s+(?:did|do|have)\s+{YOU}\s+(?:get|got|take|read|hear|have)(?:\s+(?:it|the\s+idea))?",
    rf"(?:show\s+me\s+)?(?:when|where)\s+(?:did\s+)?i\s+{OFTEN}(?:say|said|tell\s+{YOU}|told\s+{YOU})",
    rf"(?:did|have)\s+i\s+{OFTEN}(?:say|said|tell\s+{YOU}|told\s+{YOU})",
    rf"who\s+(?:told\s+{YOU}|says|said)",
    rf"(?:what(?:{IS}|s)\s+|{ASK})?(?:(?:your|the|any|some)\s+)?{_PROOF}(?:\s+(?:for|of)(?:\s+it)?|\s+{YOU}\s+{_SAY})?",
    rf"{ASK}?(?:(?:can|could)\s+{YOU}\s+)?prove(?:\s+to\s+me)?",
    rf"are\s+{YOU}\s+(?:really\s+)?(?:sure|certain)|do\s+{YOU}\s+(?:still|really|actually)\s+{_SAY}",
) + rf"(?:\s+that)?\s+{SELF}"  # fmt: skip
_THEN = r"\s*[:;,.\u2013\u2014-]\s*"
_WHAT = r"[^:;\n]{2,120}?"
_ORDER = r"(?:first|second|third|fourth|fifth|last|next|other|top|bottom)"
WRONG = (
    NO
    + _any(
        rf"(?:{IT}{IS}\s+)?(?:(?:just|simply|all|completely|totally|so|only)\s+)*{DENIED}{ANY_MORE}"
        rf"\s+(?:about|that)\s+(?P<where>{_WHAT})",
        rf"{IT}{IS}\s+(?:(?:just|simply|all|completely|totally|so|only)\s+)*{DENIED}{ANY_MORE}",
        rf"{IT}\s+(?:is|was|are|were)n['\u2019]?t\s+{NOT_SO}{ANY_MORE}(?:\s+that\s+(?P<how_not>{_WHAT}))?",
        rf"(?:(?:the|that|this)\s+)?(?:{_ORDER}|(?:number\s+|#)?\d{{1,2}}(?:st|nd|rd|th)?)(?:\s+(?:one|point|thing))?"
        rf"{IS}\s+{DENIED}{ANY_MORE}",
        rf"(?:the|that)\s+(?P<thing>\w[^:;,\n]{{1,60}}?)\s+(?:thing|part|bit|stuff|one){IS}\s+"
        rf"{DENIED}{ANY_MORE}",
        rf"{YOU}(?:['\u2019]?re|\s+are)\s+(?:wrong|mistaken|not\s+right)(?:\s+(?:about"
        rf"|that)\s+(?P<of>{_WHAT}))?",
        rf"{YOU}(?:['\u2019]ve|\s+have)?\s+(?:got|get|have)\s+(?:{IT}|me|my\s+\w+)\s+(?:all\s+)?wrong"
        rf"(?:\s+(?:about|on|with)\s+(?P<got>{_WHAT}))?",
        rf"{YOU}\s+misunderst(?:ood|and)(?:\s+(?:me|{IT}))?(?:\s+about\s+(?P<about>{_WHAT}))?",
        rf"(?:wrong|incorrect|nonsense|false|untrue|not\s+(?:true|right|correct|so)){ANY_MORE}",
        r"not\s+any\s*more|no\s+longer",
        rf"i\s+(?:don['\u2019]?t|do\s+not|am\s+not|never\s+did){ANY_MORE}",
        rf"i\s+was\s+(?:(?:only|just)\s+)*(?:joking|kidding)(?:\s+about\s+{IT})?",
        rf"i(?:['\u2019]ve|\s+have)?\s+changed\s+my\s+mind(?:\s+(?:about|on)\s+{IT})?",
        rf"(?:please\s+)?(?:correct|scratch|strike|cross\s+out|take\s+back|retract|withdraw|unlearn)\s+"
        rf"(?:that\s+(?P<taken>(?:i|my|we|our)\b{_WHAT})|{IT}(?:\s+(?:back|out|from\s+the\s+record))?)",
        rf"(?:please\s+)?(?:stop|quit)\s+{HOLDING}\s+(?:{IT}|(?:that\s+)?(?P<using>(?:i|my|we"
        rf"|our)\b{_WHAT})){ANY_MORE}",
        rf"(?:please\s+)?(?:don['\u2019]?t|do\s+not|never)\s+{HOLDING}\s+"
        rf"(?:{IT}|(?:that\s+)?(?P<using_not>(?:i|my|we|our)\b{_WHAT})){ANY_MORE}",
        rf"i\s+(?:never|didn['\u2019]?t|did\s+not)\s+(?:ever\s+)?(?:say|said|mean|meant)\s+(?:{IT}"
        rf"|(?:that\s+)?(?P<how>{_WHAT}))",
    )
    + rf"(?:\W*|{_THEN}(?P<rest>\S.*))"
)  # fmt: skip
MANNER = LEAD + _any(
    rf"why\s+(?:do|did)\s+{YOU}\s+{OFTEN}(?:answer|reply|respond|talk|speak|write|treat|put|say|phrase|tell)"
    rf"(?:\s+(?:to\s+me|with\s+me|me|{IT}))*\s+(?:like\s+(?:that|this)|(?:that|this)\s+way"
    rf"|so\s+{MANNERS}(?:ly)?)",
    rf"why\s+(?:(?:are|were)\s+{YOU}\s+|{IT}{IS}\s+|(?:is|was)\s+(?:that|this|it)\s+|(?:are"
    rf"|is)\s+your\s+(?:answers?|replies)\s+)?"
    rf"(?:being\s+)?(?:so|such\s+an?|too|this)\s+{MANNERS}(?:\s+(?:answers?|reply))?(?:\s+(?:with|to)\s+me)?",
    rf"why\s+(?:this|that|such\s+an?)\s+(?:{MANNERS}\s+)?(?:answer|reply|tone)",
    rf"why\s+(?:are\s+{YOU}\s+telling|(?:do|did)\s+{YOU}\s+tell)\s+me\s+(?:all\s+)?{IT}",
    rf"how\s+do\s+{YOU}\s+{OFTEN}(?:see|treat|take|judge|serve|adapt\s+to|adjust\s+to|(?:talk|speak)\s+(?:to|with))"
    r"\s+me(?:\s+(?:differently|and\s+why))?",
    rf"what\s+do\s+{YOU}\s+take\s+me\s+for|who\s+am\s+i\s+(?:to|for)\s+{YOU}",
    rf"(?:am\s+i|do\s+i\s+(?:seem|look|sound|come\s+across)(?:\s+(?:like|as))?|(?:do|did)\s+{YOU}\s+(?:take\s+me\s+for|(?:think|believe)\s+(?:that\s+)?i(?:\s+am"
    rf"|['\u2019]m)))\s+(?:an?\s+)?"
    r"(?:s[ck]eptic(?:al)?|operator|regular|newcomer|new|impatient)",
) + r"\W*"  # fmt: skip
_REACT = (
    r"(?:react|respond|behave|act|do|(?:take|handle|deal\s+with|cope\s+with|face)\s+"
    r"(?:it|that|this|things|failures?|errors?|problems?|setbacks?|trouble|bad\s+news)|cope)"
)
_AFTER = (
    rf"(?:\s+(?:it|that|this|next|then|now|to\s+(?:{IT}|failures?|errors?|problems?|setbacks?)))*"
)
_WAY = (
    r"(?:retry|re-?try|try\s+(?:it\s+)?again|ask\s+why|give\s+up|complain|insist|escalate|let\s+it\s+(?:go|pass|drop)"
    r"|leave\s+it|get\s+(?:angry|mad|upset|annoyed)|stay\s+calm|forgive|work\s+around(?:\s+it)?|lose\s+patience)"
)
EXPECTED = LEAD + _any(
    rf"(?:how|what)\s+(?:do|did|would)\s+{YOU}\s+(?:think|expect|guess|believe|suppose|reckon)\s+(?:that\s+)?"
    r"(?:i(?:['\u2019]d|['\u2019]ll|\s+would|\s+will|\s+am\s+going\s+to)?|me\s+to)\s+"
    rf"{OFTEN}(?:{_REACT}|take){_AFTER}(?:\s+{FAILS})?",
    rf"(?:how|what)\s+(?:do|would|will)\s+i\s+{OFTEN}{_REACT}{_AFTER}\s+{FAILS}",
    rf"how\s+(?:do|would|will)\s+i\s+{OFTEN}(?:react|respond|(?:handle|deal\s+with|cope\s+with)\s+(?:it|failures?"
    rf"|errors?|problems?|setbacks?)){_AFTER}",
    rf"(?:do|would|will)\s+i\s+{OFTEN}{_WAY}(?:\s+{FAILS})?",
    rf"(?:(?:how|what)\s+)?am\s+i\s+(?:(?:\w+\s+){{0,3}})?{FAILS}",
    rf"{ASK}?(?:what(?:{IS}|s)\s+)?(?:my|the)\s+(?:usual|typical|normal|likely|likeliest)\s+(?:reaction|response)(?:\s+{FAILS})?",
    rf"what\s+do\s+{YOU}\s+expect\s+(?:of|from)\s+me(?:\s+{FAILS})?",
) + r"\W*"  # fmt: skip
_PLEASE = (
    rf"{LEAD}(?:(?P<asks>(?:can|could|would|will)\s+{YOU}\s+)|i(?:['\u2019]d\s+like|\s+want"
    rf"|\s+would\s+like)\s+"
    rf"{YOU}\s+to\s+)?(?:(?:please|pl[sz])\s+)?"
)
_FROM = r"(?:\s+(?:from|in)\s+your\s+(?:memory|mind|notes|picture(?:\s+of\s+me)?)[\s.!?]*)?"
_ALL = (
    rf"(?:(?:everything|all|anything|whatever|what)\s+(?:that\s+)?(?:(?:i|{YOU})(?:['\u2019]ve|\s+have)?\s+"
    rf"(?:ever\s+)?(?:said|say|know|told\s+{YOU}|noted|remember|have|keep|kept)\s+)?(?:about|abt|on|of)\s+)"
)
_TAKEN = (
    r"(?:preferences?|liking|love|dislike|hate|worry|worries|concerns?|decisions?|habits?)"
    r"\s+(?:for|of|about|to|on)"
)
FORGET = _PLEASE + _any(
    rf"forget\b(?:\s+(?:that|about)\b)?[\s:,]*{_ALL}?(?P<rest>\S.*?){_FROM}",
    rf"(?:delete|erase|remove|wipe|clear|drop|get\s+rid\s+of)\s+(?:(?:out\s+)?{_ALL}(?P<before>\S.*?)|that\s+(?P<direct>(?:i|my|we|our)\b.*?)"
    rf"|my\s+{_TAKEN}\s+(?P<liked>\S.*?)"
    rf"|(?P<pointed>that|this|it)[\s.!?]*){_FROM}",
    r"(?:don['\u2019]t|do\s+not)\s+(?:remember|keep)\s+(?:that\s+)?(?P<dropped>(?:i|my|we|our)\b.*?)",
)  # fmt: skip
SUGGESTED = (
    r"why\s+(?:do|did|have|would)\s+you\s+(?:suggest(?:ed)?|propose[ds]?|closed?|shut"
    r"|think\s+(?:that\s+)?(?:i\s+write\s+like|(?:this|that|it)(?:'s|\s+is|\s+was)(?:n't|\s+not)?\s+me))\b.*"
)
NAMED = {
    "picture": "noticed notice gather gathered figured figure picked see seen saved save recorded"
    " record written write hold held summary picture profile impression idea view image"
    " portrait overview opinion file memory knowledge myself who am type know remember"
    " believe think have got keep kept store stored learn learned learnt find found note"
    " noted remembered collected describe told kind sort",
    "why": "howd hows whys how reason from why know come where wheres what whats evidence source sources"
    " proof says said tell told think say believe prove sure certain positive",
    "ground": "grounds ground reason reasons prove sure certain reckon suppose think say said believe"
    " assume claim know get got take read hear have tell told says evidence source sources"
    " proof basis whats",
    "wrong": "correct right scratch strike cross take retract withdraw unlearn true wrong untrue"
    " incorrect not never false mistake mistaken nonsense rubbish outdated joke"
    " misunderstanding longer isn isnt wasn wasnt aren arent weren werent misunderstood"
    " misunderstand joking kidding changed stop quit don dont didn didnt",
    "manner": "serve adapt adjust talk speak am seem look sound across why see treat take judge think"
    " believe who",
    "expected": "think expect guess believe suppose reckon react respond handle deal cope reaction"
    " response retry re again why complain insist escalate let leave get stay forgive lose give work"
    " fail fails failed break breaks broke wrong",
    "suggested": "suggest suggested propose proposed proposes close closed shut think",
    "forget": "wipe clear drop rid forget delete erase remove remember keep",
}
"""Words of which one stands in each of a command's ways."""
