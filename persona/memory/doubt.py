"""Whether a sentence says what it seems to: not if it supposes, jokes, remembers, tells of others."""

from persona.compiled import compiled

DOUBT = (
    r"\b(?:suppos(?:e|ing|edly)|(?<!can't )(?<!cannot )imagin(?:e|ing)"
    r"|pretend\w*(?!\s+otherwise)|wish(?:ed|es)?(?!\s+(?:to|you)\b)|might|maybe"
    r"|perhaps"
    r"|(?:i|we|you|he|she|they|people|everyone|one)(?:'d)?\s+(?:(?:always|once|never|first|just"
    r"|had)\s+)?thought(?!\s+of)|almost|nearly(?!\s+(?:always|every|all))"
    r"|whether|unsure|not\s+sure|dunno|(?<!you )wonder\w*|haven'?t|\b[a-c]\)|hadn'?t|(?:have|had"
    r"|did)\s+not|kidding"
    r"|jok(?:e|es|ed|ing)|novel|dream\w*|lyrics|song|poem|character|hero|used\s+to(?!\s+\w+ing)"
    r"|back\s+then"
    r"|as\s+a\s+(?:kid|child|boy|girl|student)|(?:in\s+)?those\s+days|back\s+in\b|(?:before"
    r"|until)\s+i|when\s+i\s+was"
    r"|years\s+ago"
    r"|not\s+(?:that|like)\s+(?:i|we)|who\s+doesn'?t|allegedly|reads(?=\W*[:;\"\u201c])"
    r"|hypothetically|in\s+theory"
    r"|as\s+(?:if"
    r"|though)"
    r"|(?:how|why|where|basis|grounds?|evidence)(?:'d|\s+(?:do|did|can|could|would|should))\s+(?:you|u)"
    r"|(?:wrong|untrue|false|incorrect|mistaken)\s+(?:about|that)"
    r"|(?:don'?t|do\s+not|can'?t|cannot)\s+know|says|claims|thinks|believes|long\s+ago"
    r"|(?:could|should|would)\s+have(?!\s+told\s+you)|had\s+(?:i|we)|could\s+decide|vielleicht"
    r"|peut-être|quizás|wenn|falls"
    r"|hätte|würde"
    r"|wäre)\b"
    r"|(?<!long )(?<!end of )\bstory\b|(?<!\byou )\bdidn'?t\b"
    r"|(?<!\bi )(?<!\bwe )(?<!i've )\b(?:said(?!\s+(?:no|yes|goodbye|thanks)\b)"
    r"|told(?!\s+(?:them|him|her|you)\b)|wrote|tells|asked\s+(?:me\s+)?(?:if|whether))\b"
    r"|(?<!\bit )(?<!\bbetter )\bif\b(?!\s+(?:you(?:\s+ask|(?:'re|\s+are)\s+asking)\s+me"
    r"|i\s+(?:can|may|could|get\s+to|had\s+to|have\s+to|were\s+to)\s+(?:choose|pick)"
    r"|i\s+(?:have|had|get)\s+(?:an?y?|the|my)\s+(?:choice|way|say|pick)|(?:at\s+all\s+)?possible"
    r"|it(?:'s|\s+(?:is|was|were))\s+up\s+to\s+me"
    r"|there(?:'s|\s+is)\s+a\s+choice|you\s+(?:did|would|could|do)(?:n'?t|\s+not)"
    r"|you\s+(?:(?:could|would|can|please|never|always)\s+)*(?:[a-z]+)\s+[^,;:!?]+\s(?:every|each"
    r"|whenever|always|in\s+all|from\s+now)|it(?:'s|\s+is)\s[^,]+\sor\b"
    r"|i\s+get\s+a\s+say|you\s*(?:'d|could|would|can)\s+(?:please\s+)?(?:always|never)"
    r"|i\s+may|you\s+(?:could|would|can)?\s*\w+\s[^,;:!?]+\s(?:as\s+a|by\s+default"
    r"|at\s+all\s+times|in\s+future)|you\s+always|you\s+(?:write|reply|answer|message|text|mail"
    r"|email|contact)\b|(?:it|that|this)\s+(?:can|could|may)\s+be|there(?:'s"
    r"|\s+is)\s+one\s+thing|i\s+think|you\s+don'?t\s+mind|i\s+never\s+(?:see|hear|eat|have|smell"
    r"|touch|face)|i\s+(?:never|no\s+longer)\s+(?:had|have|needed"
    r"|got)\s+to"
    r"|you'd\s+(?:[a-z]+)\s+[^,;:!?]+\s(?:every|each|always|in\s+all|from\s+now)"
    r"|(?:it|that)(?:'s|\s+is|\s+isn'?t|\s+is\s+not)\s+(?:at\s+all\s+|not\s+)?(?:possible|ok|okay|alright"
    r"|all\s+right"
    r"|fine|all\s+the\s+same|too\s+much|any\s+trouble|a\s+(?:problem|bother))))(?<!what if)"
)
"""Of a sentence in which any of this stands nothing is believed."""
IRONY = (
    r"(?:^|\s)/s\b|\U0001F644|\byeah,?\s+right\b|\bj/k\b|\bdear\s+diary\b"
    r"|\btest(?:ing)?\s+(?:the|my)\s+mic|\bsarcas\w+|\birony\b|\bironic\w*|\bkidding\b"
    r"|\bjok(?:e|ing)\b|\b(?:oh|just)\s+(?:great|lovely|wonderful|perfect|fantastic)[,.!]|\bas\s+if\b"
    r"|\bgreat,\s+(?:another|just|more)\b|[,.\u2026]\s*not\s*[.!]*\s*$|\bsure,\s+because\b"
    r"|\bor\s+anything\b"
    r"|\bbecause\s+i(?:'m|\s+am)?\s+(?:just\s+)?such\b|\b(?:lo{2,}ve|so{3,}|li{3,}ke)\b"
    r"|\bobviously\b[^a-z]*$"
)
"""A message in which any of this stands means something else than it says."""
OTHERS = (
    r"\b(?:he|she|they|boss(?!\s+wants\s+(?:us|me)\b)|everyone|everybody|people(?!\W*$)"
    r"|asked\s+me|told\s+me(?!\s+(?:about|to\s+(?:try|text|write|ask))\b)"
    r"|(?<!i )said(?!\s+(?:that\s+)?i\s+should))\b"
)
"""In a sentence about others nobody deals with the persona."""


def is_doubtful(sentence: str) -> bool:
    return compiled(DOUBT).search(sentence) is not None


def is_ironic(message: str) -> bool:
    """Of a whole message, in small letters as the sentences."""
    return compiled(IRONY).search(message) is not None


def is_about_others(sentence: str) -> bool:
    return compiled(OTHERS).search(sentence) is not None
