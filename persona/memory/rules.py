"""The rules by which signs are read, as `signs.rules` has them: data, so that they can be reviewed.

A rule is looked at only in sentences that hold one of its words, and compiled when that first
happens: most messages meet none, and most processes never more than a few.
"""

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal, cast

from persona.trait import SignKind

FILE = Path(__file__).with_name("signs.rules")
Place = Literal["clause", "sentence", "anywhere"]
Kind = Literal["preference", "instruction", "decision", "concern", "stance", "action"]

ADVERBS = (
    r"(?:\s+(?:(?!rarely|hardly|barely|scarcely)\w+ly|just|do|also|still|always|much|quite|so|very"
    r"|a\s+bit|a\s+lot|kinda|kind\s+of|pretty|now|too|again|rather|even|then|been|keep|super|way|far"
    r"|more\s+and\s+more|all|both|getting))*"
)
MARKS = r"[^,;:!?()\n]"
PARTS = {
    "adv": ADVERBS,
    "i": rf"(?:i|we)(?:'ve|\s+have)?{ADVERBS}\s+",
    "i am": (
        r"(?:i|we)(?:'m|'re|m|\s+am|\s+are|\s+get|\s+feel|(?:'ve|\s+have)\s+(?:always\s+)?been)"
        rf"{ADVERBS}\s+"
    ),
    "what": rf"(?P<what>{MARKS}{{2,100}})",
    "some": rf"(?P<what>{MARKS}{{2,60}}?)",
    "few": r"(?P<what>[^\s,;:!?()]+(?:\s[^\s,;:!?()]+){0,2}?)",
    "one": rf"{MARKS}{{2,60}}?",
    "other": rf"(?P<other>{MARKS}{{2,60}})",
    "please": r"(?:(?:please|kindly|and|but)\s+|please,\s*)?",
    "later": (
        r"(?:from\s+(?:now|here)\s+on|in\s+(?:the\s+)?future|going\s+forward|as\s+a\s+(?:general\s+)?rule"
        r"|for\s+the\s+record|henceforth)"
    ),
    "do": (
        r"(?P<what>(?![a-z]+ed\b)(?!(?:seen|heard|thought|knew|understood|got|again|ever|i|we|you|he|she"
        r"|they|it|the|my|an?|to|is|was|been|mind|happens?|had|good|nice)\b)[a-z][^,;:!?()\n]{3,100})"
    ),
    "do for us": (
        r"(?P<what>(?:[a-z]+(?<!s)\s+(?:me|my|to\s+me|with\s+me)\b|(?:write|send|answer|reply|respond"
        r"|call|text|mail|email|use"
        r"|mention|remind|book|order|tell|show|put|quote|copy|start|begin|end|round|name|cite|suggest"
        r"|address|translate"
        r"|summari[sz]e|list|sign|include|add|shorten|schedule|attach|ask|speak|wake|buy|post|share)\s)"
        r"[^,;:!?()\n]{2,90})"
    ),
    "deed": r"(?P<what>[a-z][^,;:!?()\n]{3,90}?)",
    "will": (
        r"(?:(?:i|we)(?:'ll|ll|\s+will|'m|'re|\s+am|\s+are)?(?:\s+(?:going\s+to|gonna|indeed|now"
        r"|finally))*|to)"
    ),
    "decided": (
        r"(?:decided|resolved|agreed|chosen|determined|(?:made|taken|come\s+to)\s+(?:the|a|my|our)\s+decision"
        r"|made\s+up\s+(?:my|our)\s+minds?(?:\s+now)?)"
    ),
    "sure": (
        r"(?:decided|final(?:ly)?|that'?s\s+(?:final|fixed|settled|decided|it|that)|it'?s\s+(?:settled|decided"
        r"|final)|settled|period|decision\s+made|end\s+of\s+(?:the\s+)?story|no\s+matter\s+what"
        r"|no\s+(?:more\s+discussion|way\s+back|turning\s+back))"
    ),
    "act": (
        r"(?P<what>(?!(?:not|never|see|think|look|wait|be\s+(?:able|there|late|back)|let|know)\b)"
        r"[^\W\d_][^,;:!?()\n]{2,90})"
    ),
    "act-short": r"(?P<what>[^\W\d_][^,;:!?()\n]{2,90}?)",
    "a certain": (
        r"(?P<what>(?!(?:an?|lunch|dinner|breakfast|coffee|drinks|it|him|her|them|you|my)\b)"
        r"[^,;:!?()\n]{2,90})"
    ),
    "afraid": (
        r"(?:worried|af+raid|scared|nervous|anxious|concerned|terrified|stressed(?:\s+out)?|freaking\s+out"
        r"|freaked\s+out|panicking|panicked|uneasy|frightened|apprehensive|petrified|fearful|worrying"
        r"|stressing|fretting|troubled|on\s+edge)"
    ),
}
"""What stands for `<…>` in a pattern."""
HEAD = re.compile(r"\[(?P<kind>\w+)(?: (?P<value>\w+))?\] (?P<claim>.+)")
SPELLED = re.compile(r"<(?P<part>[a-z][a-z -]*)>|\[[^\]]*\]|\\.|\(\?|\(| ")
PLACES: Mapping[str, Place] = {"^": "sentence", "*": "anywhere"}


@dataclass(frozen=True, slots=True)
class Rule:
    """What a pattern tells where it fits: `number` orders rules, the more special ones first."""

    number: int
    kind: Kind
    value: str
    claim: str
    words: frozenset[str]
    place: Place
    may_ask: bool
    pattern: str

    @property
    def sign(self) -> SignKind:
        """The kind of sign that it makes."""
        return "preference" if self.kind == "instruction" else self.kind

    def fits(self, sentence: str, starts: Collection[int]) -> re.Match[str] | None:
        """Where it fits first; `starts` are those of the clauses, the first of them the sentence's."""
        fit = _compiled(self.pattern)
        if self.place == "anywhere":
            return fit.search(sentence)
        for at in starts:
            found = fit.match(sentence, at)
            if found or self.place == "sentence":
                return found
        return None


def matching(words: Collection[str]) -> Iterator[Rule]:
    """The rules of which one word is among these, in their order, each once."""
    by_word = _by_word()
    numbers = {number for word in words if word in by_word for number in by_word[word]}
    rules = all_rules()
    return (rules[number] for number in sorted(numbers))


@cache
def all_rules() -> tuple[Rule, ...]:
    """Every rule of the file."""
    found: list[Rule] = []
    kind, value, claim = "", "", ""
    for line in FILE.read_text(encoding="utf-8").splitlines():
        if not line or line.startswith("#"):
            continue
        if head := HEAD.fullmatch(line):
            kind, value, claim = head["kind"], head["value"] or "", head["claim"]
            continue
        words, _, pattern = line.partition(" : ")
        may_ask = pattern.startswith("?")
        pattern = pattern.removeprefix("?")
        place = PLACES.get(pattern[0], "clause")
        pattern = pattern[1:] if place != "clause" else pattern
        told, said = cast("Kind", kind), frozenset(words.split())
        found.append(Rule(len(found), told, value, claim, said, place, may_ask, pattern))
    return tuple(found)


@cache
def _by_word() -> Mapping[str, list[int]]:
    found: dict[str, list[int]] = {}
    for one in all_rules():
        for word in one.words:
            found.setdefault(word, []).append(one.number)
    return found


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    """Made when first needed, for small letters. A blank is any space, a parenthesis does not capture."""
    return re.compile(rf"(?<!\w)(?:{SPELLED.sub(_spelled, pattern)})")


def _spelled(found: re.Match[str]) -> str:
    if found["part"]:
        return PARTS[found["part"]]
    return {" ": r"\s+", "(": "(?:"}.get(found[0], found[0])
