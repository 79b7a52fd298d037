"""Whether a sentence says what it seems to: not if it supposes, jokes, remembers, tells of others."""

import re
from functools import cache

DOUBT = (
    r"\b(?:suppos(?:e|ing|edly)|imagin(?:e|ing)|pretend\w*|wish(?:ed|es)?|might|maybe|perhaps|thought"
    r"|whether"
    r"|unsure|not\s+sure|dunno|wonder\w*|haven'?t|hadn'?t|didn'?t(?!\s+(?:text|use|call|write|send|do"
    r"|mention))"
    r"|(?:have|had|did)\s+not|kidding|jok(?:e|es|ed|ing)|novel|story|dream\w*|lyrics|song|poem"
    r"|character|hero"
    r"|used\s+to|as\s+a\s+(?:kid|child|boy|girl|student)|back\s+then|in\s+those\s+days|(?:before|until)\s+i"
    r"|when\s+i\s+was|years\s+ago|not\s+(?:that|like)\s+(?:i|we)|who\s+doesn'?t|allegedly|hypothetically"
    r"|in\s+theory|as\s+(?:if|though)|(?:don'?t|do\s+not|can'?t|cannot)\s+(?:know|say)|says|claims"
    r"|thinks|believes"
    r"|vielleicht|peut-être|quizás|wenn|falls|hätte|würde|wäre|(?:could|should|would)\s+have|had\s+i)\b"
    r"|(?<!\bi )(?<!\bwe )(?<!i've )\b(?:said|told|wrote|tells|asked\s+(?:me\s+)?(?:if|whether))\b"
    r"|\bif\b(?!\s+(?:you\s+ask\s+me|i\s+(?:can|may|could|get\s+to)\s+choose|i\s+have\s+(?:a|the)\s+choice"
    r"|there(?:'s|\s+is)\s+a\s+choice|you\s+(?:did|would)(?:n't|\s+not)))(?<!what if)"
)
"""Of a sentence in which any of this stands nothing is believed."""
IRONY = (
    r"(?:^|\s)/s\b|\U0001F644|\byeah,?\s+right\b|\bj/k\b|\bsarcas\w+|\birony\b|\bironic\w*|\bkidding\b"
    r"|\bjok(?:e|ing)\b|\b(?:oh|just)\s+(?:great|lovely|wonderful|perfect|fantastic)[,.!]|\bas\s+if\b"
    r"|\bgreat,\s+(?:another|just|more)\b|[,.\u2026]\s*not\s*[.!]*\s*$|\bsure,\s+because\b"
    r"|\bor\s+anything\b"
    r"|\bbecause\s+i(?:'m|\s+am)?\s+(?:just\s+)?such\b|\b(?:lo{2,}ve|so{3,}|li{3,}ke)\b"
    r"|\bobviously\b[^a-z]*$"
)
"""A message in which any of this stands means something else than it says."""
OTHERS = r"\b(?:he|she|they|boss|everyone|everybody|people|asked\s+me|told\s+me|(?<!i )said)\b"
"""In a sentence about others nobody deals with the persona."""


def is_doubtful(sentence: str) -> bool:
    return _rule(DOUBT).search(sentence) is not None


def is_ironic(message: str) -> bool:
    """Of a whole message, in small letters as the sentences."""
    return _rule(IRONY).search(message) is not None


def is_about_others(sentence: str) -> bool:
    return _rule(OTHERS).search(sentence) is not None


@cache
def _rule(pattern: str) -> re.Pattern[str]:
    """Made when first needed: most processes never are."""
    return re.compile(pattern)
