"""What somebody does when what they asked for has failed, read from the words that they say next.

The turn holds what had failed before them and whether they wish the same or another thing now
(`Failed`), so that a reaction is read off one turn alone, whenever it is read. Rules that anybody can
read, made to miss rather than to err; only the person's own words count. English, as they are.
"""

import re

from persona.compiled import compiled
from persona.memory.own import split
from persona.model import Failed
from persona.trait import BROKEN, Reaction, Sign

MOST_READ = 2_000
"""Characters of a message that are read: who reacts does so before them."""
MOST_QUOTED = 160
"""Characters of a message that stands for itself: of one that goes on with something else."""
_IT = r"(?:\s+(?:it|that|this|them))?"
RULES: dict[Reaction, str] = {
    "escalates": (
        r"\b(?:(?:a|some|any|an\s+actual|a\s+real|the)\s+human(?!\s+being\s+error)|real\s+(?:person|human)"
        r"|(?:speak|talk|complain)\s+(?:to|with)\s+(?:someone|somebody|a\s+(?:person|manager|human)"
        r"|your\s+\w+)"
        r"|who(?:ever)?\s+(?:runs|owns|operates|built|made)\s+(?:this|you)|in\s+charge|your\s+boss|complaint"
        r"|complain(?:ing)?|useless|ridiculous|unacceptable|pathetic|worthless|rubbish|garbage|crap|shit\w*"
        r"|wtf|ffs|damn|bloody|fed\s+up|sick\s+of|joke|outrageous|(?:i'm|i\s+am|makes\s+me"
        r"|getting)\s+(?:\w+\s+)?(?:angry|furious)|thanks\s+for\s+nothing"
        r"|(?:oh|just)\s+great|good\s+for\s+nothing|waste\s+of\s+(?:my\s+)?time|worst)\b"
    ),
    "works around": (
        r"\b(?:instead|another\s+way|some\s+other\s+way|other\s+way\s+(?:to|round|around)"
        r"|different(?:ly)?\s+way"
        r"|(?:i|we)(?:'ll|\s+will|\s+can|'d\s+rather)\s+(?:just\s+)?(?:do|send|look|check|write|call|use|try"
        r"|find|get|go)"
        r"\b[^.!?]{0,40}\b(?:myself|ourselves|another|elsewhere|directly|by\s+hand|up)"
        r"|(?:do|get|find|send)\s+it\s+(?:some\s*how|any\s*how|another\s+way|differently)"
        r"|(?:ok(?:ay)?|fine|well)?[\s,]*then\s+(?:just\s+)?(?:use|text|email|mail|call|try\s+the"
        r"|send\s+it\s+(?:by|to|via))"
        r"|plan\s+b|work(?:ing)?\s*around|is\s+there\s+(?:another|any\s+other|a\s+different))\b"
    ),
    "asks why": (
        r"\bwhy\b|\bhow\s+come\b|\bwhat(?:'s|\s+is|\s+was|\s+were)?\s+(?:the\s+)?(?:exact\s+)?(?:reason"
        r"|error|problem|cause|issue|matter|wrong)\b|\bwhat\s+(?:went\s+wrong|happened|failed|broke"
        r"|does\s+that\s+mean)\b"
        r"|\bwhat\s+did\s+(?:it|they|you)\s+(?:say|answer|try|do)\b|\bwhat\s+exactly\b"
        r"|\bwhere\s+did\s+it\s+(?:fail|go)\b"
        r"|\b(?:show|give|tell)\s+me\s+(?:the\s+)?(?:error|reason|details?|log|proof)\b|\bexplain\b"
        r"|\bdid\s+you\s+(?:even|really)\b"
        r"|\bare\s+you\s+sure\b|\bhow\s+do\s+you\s+know\b"
    ),
    "retries": (
        rf"\b(?:try|do|send|run|fetch|read|get|go)(?:ing)?{_IT}\s+(?:again|once\s+more|one\s+more\s+time)\b"
        r"|\b(?:re-?try|re-?send|re-?run|redo)\b|\b(?:another|one\s+more|second)\s+(?:try|attempt|go)\b"
        r"|\bgive\s+it\s+another\b|\b(?:again|once\s+more)(?:[\s,]+please)?[\s.!]*$"
        r"|\bplease\s+(?:try\s+)?again\b"
        r"|\bkeep\s+trying\b|\bhow\s+about\s+now\b|^\W*and\s+now\W*$|\b(?:does"
        r"|is)\s+it\s+work(?:ing)?\s+now\b"
    ),
    "forgives": (
        r"\b(?:no\s+(?:worries|worry|problem|biggie|harm|rush|hurry)|never\s*mind|nvm|don't\s+worry"
        r"|not\s+to\s+worry"
        r"|(?:that(?:'s|\s+is)|it(?:'s|\s+is)|all|is)\s+(?:quite\s+|totally\s+|all\s+)?(?:ok(?:ay)?|fine"
        r"|alright|all\s+right|good)"
        r"|it\s+happens|happens\s+to\s+the\s+best|these\s+things\s+happen|stuff\s+happens|not\s+your\s+fault"
        r"|can(?:'t|not)\s+be\s+helped|thanks\s+(?:anyway|for\s+(?:trying|telling|letting))|fair\s+enough"
        r"|oh\s+well"
        r"|no\s+big\s+deal|take\s+your\s+time)\b"
        r"|^\W*(?:ok(?:ay)?|fine|alright|all\s+right|understood|i\s+see|thanks|thank\s+you|cool|sure)\W*$"
    ),
}
"""The first that fits counts: who is angry and asks why is told that somebody can be reached."""
NEGATED = r"(?:\b(?:not|never|no|don't|do\s+not|doesn't|won't|needn't|without)\s+(?:\w+\s+)?)$"
SHOUTED = r"(?:\b[A-Z][A-Z']{2,}\b\W+){2,}\b[A-Z]{2,}\b|[!?]{3,}|\b[A-Z]{4,}\b[^a-z]*!{2,}"
CLAIMS: dict[Reaction, str] = {
    "retries": "tries again",
    "asks why": "asks why",
    "works around": "looks for another way",
    "escalates": "wants somebody to answer for it",
    "leaves": "lets it drop",
    "forgives": "takes it easy",
}
FAILING = {
    "read": "something cannot be read",
    "send": "something cannot be sent",
    "write": "something cannot be kept",
    "spend": "a payment fails",
    "plan": "a step of a plan fails",
}
"""What `Failed.what` says, as it is told."""


def reaction_of(text: str, failed: Failed) -> tuple[Reaction, int, int] | None:
    """What these words do about what had failed, and where in the text they do; None for nothing."""
    at, first = 0, None
    for part in split(text[:MOST_READ]):
        start, at = at, at + len(part.text)
        if not part.is_own or not part.text.strip():
            continue
        first = first or (start, part.text)
        found = _said(part.text)
        if found is not None:
            reaction, begin, end = found
            return reaction, start + begin, start + end
    if first is None:
        return None
    reaction = _done(failed)
    return None if reaction is None else (reaction, *_whole(*first))


def signs_of_reaction(text: str, failed: Failed | None) -> list[Sign]:
    """The sign that somebody reacted so to what had failed, with the words that do."""
    found = reaction_of(text, failed) if failed else None
    if failed is None or found is None:
        return []
    reaction, start, end = found
    return [Sign("action", f"{BROKEN} {failed.what}", reaction, start, end)]


def claim(about: str, value: str) -> str:
    """Such a trait in words that follow the person's name; empty for any other."""
    word, _, what = about.partition(" ")
    known = next((said for reaction, said in CLAIMS.items() if reaction == value), "")
    if word != BROKEN or not known:
        return ""
    return f"{known} when {FAILING.get(what, 'something fails')}"


def _said(text: str) -> tuple[Reaction, int, int] | None:
    """What the words say, whatever is done with them."""
    plain = text.replace("\u2019", "'")
    shouted = compiled(SHOUTED).search(plain)
    if shouted:
        return "escalates", *_trimmed(text, *shouted.span())
    for reaction, rule in RULES.items():
        for found in compiled(rule, re.IGNORECASE).finditer(plain):
            if not compiled(NEGATED, re.IGNORECASE).search(
                plain[max(0, found.start() - 24) : found.start()]
            ):
                return reaction, *_trimmed(text, *found.span())
    return None


def _done(failed: Failed) -> Reaction | None:
    """What the turn shows beside its words: what is wished now, or that nothing of it is."""
    if failed.then == "same":
        return "retries"
    if failed.then == "other":
        return "works around"
    return "leaves" if failed.last else None


def _whole(start: int, text: str) -> tuple[int, int]:
    begin, end = _trimmed(text, 0, min(len(text), MOST_QUOTED))
    return start + begin, start + end


def _trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    """The span without blanks at its ends."""
    said = text[start:end]
    return start + len(said) - len(said.lstrip()), end - len(said) + len(said.rstrip())
