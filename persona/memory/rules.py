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
    r"|a\s+bit|a\s+lot|kinda|kind\s+of|pretty|now|too|again|rather|even|then|been|keep|super|way|far|lowkey"
    r"|highkey|both|often|currently"
    r"|more\s+and\s+more|all|both|getting|dead|totes|somewhat|a\s+little|a\s+tad))*"
)
MARKS = r"[^,;:!?()\n]"
MISSED = r"(?:'|(?<!\bwe))"
"""An apostrophe, which many leave out; not in “we're”, which would be another word without it."""
PARTS = {
    "adv": ADVERBS,
    "i": rf"(?:i|we)(?:'ve|ve|\s+have)?{ADVERBS}\s+",
    "i am": (
        r"(?:i|we)(?:'m|'re|m|\s+am|\s+are|\s+get|\s+feel|\s+happen\s+to\s+be|(?:'ve"
        r"|\s+have)\s+(?:always\s+)?(?:been|grown|become))"
        rf"{ADVERBS}\s+"
    ),
    "feel": (
        rf"(?:i|we)(?:'ve|\s+have|'m|m|\s+am)?{ADVERBS}"
        rf"\s+(?:feel|felt|feeling|get|getting|been|grow){ADVERBS}\s+"
    ),
    "very": r"(?:(?:really|so|very|just|quite|totally|completely|pretty|rather|a\s+bit)\s+)*",
    "what": rf"(?P<what>{MARKS}{{2,100}})",
    "some": rf"(?P<what>{MARKS}{{2,60}}?)",
    "subject": (
        r"(?P<what>(?!(?:i|we|he|she|they|you|it|that|this|there|what|who|how|why|where|when|if|as|because"
        r"|nothing|everything"
        r"|something|(?:for|to)\s+m[ey]|in\s+my|honestly|frankly|personally|please|don'?t|do|let|let's|god"
        r"|omg|ngl|tbh|yes|no|not)\b)"
        rf"{MARKS}{{2,60}}?)"
    ),
    "few": r"(?P<what>[^\s,;:!?()]+(?:\s[^\s,;:!?()]+){0,2}?)",
    "one": rf"{MARKS}{{2,60}}?",
    "other": rf"(?P<other>{MARKS}{{2,60}})",
    "pl": r"(?:please|pls|plz|kindly)",
    "please": r"(?:(?:please|pls|plz|kindly|and|but|just|ok|so),?\s+)*",
    "never": r"(?:never(?:,?\s+ever)?|(?:do\s+not|don'?t)\s+(?:you\s+)?ever(?:\s+again)?)",
    "no more": (
        r"(?:(?:please|pls|plz),?\s+)?(?:any\s+longer|once\s+more|when(?:ever)?\s+you\s+(?:write|answer|reply"
        r"|text|mail|message)|ever(?:\s+again)?|again|any\s?more|in\s+(?:the\s+)?future|going\s+forward"
        r"|at\s+any\s+time"
        r"|from\s+(?:now|here|today)\s+on|under\s+any\s+circumstances|for\s+any\s+reason)\b"
    ),
    "each": (
        r"(?:(?:every|each)\s+(?:and\s+every\s+|single\s+)?time|(?:whenever|when|every\s+time"
        r"|each\s+time)\s+(?:that\s+)?(?:you\s+)?"
        r"(?:write|answer|reply|text|mail|message|email|respond|send|writing|answering|replying)|(?:in|with"
        r"|for|on)\s+(?:all|any|every|each)"
        r"(?:\s+(?:of\s+)?(?:your|the|my))?(?:\s+(?:single|new|future|further))?\s+(?:answers?|messages?"
        r"|repl(?:y|ies)|responses?|e?-?mails?|texts?|letters?|reports?|updates?|correspondence)"
        r"|from\s+(?:now|here|today)\s+on|going\s+forward|in\s+(?:the\s+)?future|(?<!\bwe\s)(?<!\bi\s)always"
        r"|at\s+all\s+times|without\s+exception"
        r"|by\s+default|as\s+a\s+(?:rule|default)|henceforth|not\s+(?:just"
        r"|only)\s+\w+(?:\s+\w+)?\s+but\s+(?:always|every\s+time|from\s+now\s+on))\b"
    ),
    "order": (
        r"(?P<what>(?:(?:write|send|answer|reply|respond|call|text|mail|email|use|mention|remind|tell|show"
        r"|put|quote|copy|start|begin|end"
        r"|round|name|cite|suggest|address|translate|summari[sz]e|list|sign|include|add|shorten|attach|give"
        r"|keep|speak|explain|check)\s)"
        r"[^,;:!?()\n]{2,90}?)"
    ),
    "hate": r"(?:hate|dislike|loathe|detest|despise|abhor|resent|h8|deplore)",
    "bad": (
        r"(?:awful|annoying|terrible|horrible|disgusting|gross|trash|garbage|rubbish|boring|dreadful"
        r"|unbearable|insufferable"
        r"|overrated|pointless|vile|yuck(?:y)?|hideous|exhausting|tedious|irritating|evil|nasty|cringe|meh"
        r"|revolting|repulsive|intolerable"
        r"|infuriating|tiresome|useless|hateful|the\s+worst|soul-?destroying|draining|appalling|abysmal"
        r"|unpleasant|maddening"
        r"|a\s+(?:complete\s+|total\s+)?(?:waste\s+of\s+(?:my\s+|our\s+)?(?:time|space|life|money|energy)"
        r"|nightmare|pain|bore|drag|nuisance))"
    ),
    "not odd": (
        r"(?!(?:more|need|way|idea|one|longer|matter|hurry|rush|stress|pressure|but|smoking|entry"
        r"|parking|news|luck|clue|time|problem\w*|worr\w+|thanks|i|not|doubt|change|reply|answer)\b)"
    ),
    "the thing": (
        r"(?P<what>(?:the\s+(?!(?:bus|train|tram|subway|metro|car|stairs|lift|kids?|dog|day|time|call|blame"
        r"|rest|one|lead|chance"
        r"|risk|flow|wrong|first|next|last|same|invitation|children|baby|bins?|rubbish|trash|dishes|laundry"
        r"|hint|bait|floor|wheel"
        r"|mickey|death|end|worst|case|bill|point|feeling|impression|other|others|boys?|girls?|groceries"
        r"|shopping|ferry|plane|lights?|short|gist|summary|headlines?|highlights?|overview|tickets?)\b)"
        r"|(?:plan|option|number|dr|mrs?|ms)\b)[^,;:!?()\n]{1,90})"
    ),
    "of": (
        r"(?:(?:about|bout|of|by|over|for|because\s+of|cause\s+of|bc\s+of|cuz\s+of|due\s+to|regarding|at|with"
        r"|on\s+account\s+of)"
        r"(?:\s+the\s+(?:very\s+|mere\s+)?(?:thought|idea|prospect)\s+of)?)"
    ),
    "later": (
        r"(?:from\s+(?:now|here|today|tomorrow|(?:this|next)\s+(?:day|point|moment|week|month|year|time"
        r"|message))\s+(?:onwards?|on|forward)|from\s+(?:now|today|tomorrow)(?=\s*,)|(?:as\s+of"
        r"|starting)\s+(?:now|today|tomorrow|this\s+week)"
        r"|by\s+default|at\s+all\s+times|as\s+a\s+(?:standing|permanent|fixed)\s+(?:instruction|rule|order"
        r"|request)|without\s+exception|in\s+general|for\s+all\s+future\s+\w+|in\s+(?:the\s+)?future"
        r"|going\s+forward|as\s+a\s+(?:general\s+)?rule"
        r"|for\s+the\s+record|henceforth|as\s+a\s+matter\s+of\s+(?:principle|course)|on\s+principle"
        r"|for\s+next\s+time(?:\s+and\s+[^,:;]{2,30})?(?=\s*[,:]))"
    ),
    "do": (
        r"(?P<what>(?![a-z]+ed\b)(?!(?:please|pls|plz|kindly|always|never|not|do\s+not|don'?t|seen|heard"
        r"|thought|knew|understood|got|again|ever|i|we|you|he|she"
        r"|they|it|the|my|an?|to|is|was|been|mind|happens?|had|good|nice)\b)[a-z][^,;:!?()\n]{3,100})"
    ),
    "do for us": (
        r"(?P<what>(?:(?![a-z]+ed\b|mind\b|please|do\b|don|let\b|tell\s+me|give\s+me)[a-z]+(?<!s)\s+(?:me|my"
        r"|to\s+me|with\s+me)\b|(?:write|send|answer|reply|respond"
        r"|call|text|mail|email|use"
        r"|mention|remind|book|order|tell|show|put|quote|copy|start|begin|end|round|name|cite|suggest"
        r"|address|translate"
        r"|summari[sz]e|list|sign|include|add|shorten|schedule|attach|ask|speak|wake|buy|post|share)\s)"
        r"[^,;:!?()\n]{2,90})"
    ),
    "deed": r"(?P<what>(?!(?:please|pls|kindly|always|never|not|do\s+not|don'?t)\b)[a-z][^,;:!?()\n]{3,90}?)",
    "will": (
        r"(?:(?:i|we)(?:'?ll|\s+will|'m|m|'re|\s+am|\s+are)?(?:\s+(?:going\s+to|gonna|indeed|now"
        r"|finally|definitely|really|just|want\s+to|would|shall))*|to|will|shall|gonna|going\s+to)"
    ),
    "decided": (
        r"(?:decided|resolved|agreed|settled(?:\s+it)?|chosen|chose|determined|concluded|committed|opted"
        r"|elected|voted|vowed|sworn|swore"
        r"|(?:made|taken|took|reached|come\s+to|came\s+to)\s+(?:the|a|my|our)\s+(?:final\s+|firm\s+|big\s+"
        r"|clear\s+)?(?:decision|resolution|choice|pact|call|vow)"
        r"|made\s+up\s+(?:my|our)\s+minds?(?:\s+now)?|made\s+(?:my|our)\s+minds?\s+up|set\s+(?:my"
        r"|our)\s+(?:minds?|hearts?)\s+on\s+(?:it|this))(?:\s+(?:now|today|yesterday|last\s+(?:night|week"
        r"|month)|this\s+(?:week|morning)|together|finally|again|in\s+the\s+end|after\s+all)"
        r"|,\s*(?:once\s+and\s+for\s+all|finally|after\s+all|in\s+the\s+end|now)(?=,))*"
    ),
    "sure": (
        r"(?:(?:yes,?\s+)?decided|(?:that|this)\s+is\s+(?:my|our)\s+(?:final\s+)?decision|final(?:ly)?"
        r"|that'?s\s+(?:final|fixed|settled|decided|it|that)|it'?s\s+(?:settled|decided"
        r"|final)|settled|period|decision\s+made|end\s+of\s+(?:the\s+)?story|no\s+matter\s+what"
        r"|no\s+(?:more\s+discussion|way\s+back|turning\s+back|going\s+back|doubt(?:\s+about\s+it)?"
        r"|two\s+ways\s+about\s+it|ifs?(?:\s+(?:or|no|and)\s+buts?)?|matter\s+what)"
        r"|come\s+what\s+may|whatever\s+happens|full\s+stop|for\s+(?:sure|certain|definite)"
        r"|100\s?%(?:\s+(?:sure|certain))?(?:\s+now)?|(?:quite\s+)?sure\s+now|decision'?s\s+(?:made|final"
        r"|taken)|definitely|mark\s+my\s+words|done\s+deal|it'?s\s+(?:a\s+done\s+deal|happening|official"
        r"|fixed|agreed)|(?:i|we)(?:'ve|\s+have)\s+made\s+up\s+(?:my|our)\s+minds?|final\s+(?:decision"
        r"|answer)"
        r"|agreed|all\s+settled|we'?ve\s+agreed|i'?ve\s+decided|we'?ve\s+decided|made\s+up\s+my\s+mind"
        r"|my\s+mind\s+is\s+made\s+up|that'?s\s+(?:official|agreed|a\s+promise|for\s+sure|certain|all|sorted)"
        r"|nothing\s+(?:will|can|is\s+going\s+to)\s+(?:stop|change)\s+(?:me|us|that|my\s+mind))"
    ),
    "act": (
        r"(?P<what>(?!(?:not|never|see|think|look|wait|be\s+(?:able|there|late|back)|let|know)\b)"
        r"[^\W\d_][^,;:!?()\n]{2,90})"
    ),
    "act-short": r"(?P<what>[^\W\d_][^,;:!?()\n]{2,90}?)",
    "a certain": (
        r"(?P<what>(?!(?:the\s+(?:bus|train|tram|ferry|plane|metro|kids?|door|exit)|\w+\s+to\s+the|an?|lunch"
        r"|dinner|breakfast|coffee|drinks|it|him|her|them|you|my)\b)"
        r"[^,;:!?()\n]{2,90})"
    ),
    "afraid": (
        r"(?:worried|af+raid|scared|nervous|anxious|concerned|terrified|stressed(?:\s+out)?|freaking\s+out"
        r"|freaked\s+out|panicking|panicked|uneasy|frightened|apprehensive|petrified|fearful|worrying"
        r"|stressing|stressin|worryin|fretting|troubled|on\s+edge|tense|jittery|paranoid|alarmed|overwhelmed"
        r"|unsettled|bricking\s+it|spooked"
        r"|distressed|sick\s+with\s+(?:worry|fear)|in\s+a\s+panic|losing\s+it|dreading\s+the\s+thought|wary"
        r"|worried\s+sick|panicky)"
        r"(?:\s+(?:sick|stiff|to\s+death|out\s+of\s+my\s+(?:mind|wits)|half\s+to\s+death|like\s+hell|a\s+lot"
        r"|too|now|again|lately|all\s+the\s+time|these\s+days|right\s+now|rn))?"
    ),
}
"""What stands for `<…>` in a pattern."""
HEAD = re.compile(r"\[(?P<kind>\w+)(?: (?P<value>\w+))?\] (?P<claim>.+)")
SPELLED = re.compile(r"<(?P<part>[a-z][a-z -]*)>|\[[^\]]*\]|\\.|\(\?|\(| |'")
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
        if line[0] == "[" and (head := HEAD.fullmatch(line)):
            kind, value, claim = head["kind"], head["value"] or "", head["claim"]
            continue
        words, _, pattern = line.partition(" : ")
        may_ask = pattern.startswith("?")
        pattern = pattern.removeprefix("?")
        place = PLACES.get(pattern[0], "clause")
        pattern = pattern[1:] if place != "clause" else pattern
        told = cast("Kind", kind)
        said = frozenset(words.split())
        if "'" in words:
            said |= frozenset(words.replace("'", "").split())
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
    return {" ": r"\s+", "(": "(?:", "'": MISSED}.get(found[0], found[0])
