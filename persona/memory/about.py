"""What a frame's words are about: the stretch of them that names it, its terms, and how it is told."""

from persona.compiled import compiled
from persona.memory.frames import Kind
from persona.memory.terms import terms

Span = tuple[int, int]
MOST_TERMS, MOST_ASKED = 5, 8
"""Terms of what something is about; what is longer is a story, and meets nothing said elsewhere."""
CUT = (
    r"\s+(?:but|because|cause|since|when|whenever|while|if|though|although|so|which|who|where|unless"
    r"|until|till"
    r"|that\s+(?:i|we)|and\s+(?:i|we|you|it|that|they|he|she|my|have|still|am|then|look|told|so)"
    r"|on\s+the\s+(?:train|bus|way|phone)|before|after(?!noon)|even|especially"
    r"|except|as\s+(?:it|they|i|we|you)|again|than|to\s+be\s+(?:honest|frank|fair)|these\s+days|right\s+now"
    r"|do\s+you|at\s+(?:the\s+moment|all|night|least)|with\s+(?:a\s+passion|you)|just\s+so"
    r"|(?:at|in)\s+(?:the|our)\s+(?:clinic|office|family|ward|firm|company)|in\s+(?:general|the\s+end"
    r"|particular|(?:this|our|my)\s+(?:house|home|family|office|team))|for\s+(?:good|now|me|sure|once"
    r"|a\s+while"
    r"|years|ages|as\s+long)|of\s+course|after\s+all|the\s+most|more\s+than|any\s+(?:day|time|more|longer)"
    r"|every\s+(?:time|single)|hands\s+down|so\s+much|very\s+much|a\s+(?:lot|bit|little)|don't\s+(?:you"
    r"|we)|can\s+you"
    r"|for\s+(?:days|weeks|months|a\s+long\s+time|some\s+time|real|ever|life)|(?:last|next|every"
    r"|each)\s+(?:night"
    r"|day|week|month|year|morning"
    r"|evening|weekend|summer|monday|sunday|saturday)|bc|cuz|cos|without|coming\s+up|comes\s+up|in\s+case"
    r"|like\s+(?:crazy|mad|hell)|one\s+(?:little\s+)?bit|on\s+a\s+(?:rainy\s+|lazy\s+)?\w+days?"
    r"|(?:i|we)\s+can(?:'?t|not)|with\s+a\s+(?:barge|ten)|in\s+a\s+heartbeat|from\s+the\s+bottom"
    r"|with\s+every|day\s+and\s+night|to\s+(?:bits|death|the\s+moon)"
    r"|with\s+all\s+my|no\s+matter|over\s+(?:anything|everything)|i\s+(?:must|have\s+to|gotta)|you\s+know"
    r"|(?:way\s+)?too\s+much|not\s+gonna"
    r"|or\s+(?:nothing|whatever|not)|like\s+(?:nothing|no\s+other)|at\s+any|by\s+(?:far|now|the\s+way|miles"
    r"|a\s+mile)"
    r"|(?:from|until|till)\s+(?:now|the\s+start)|since|ever\s+since|the\s+best|would\s+be|is\s+(?:my|the)"
    r"|and\s+(?:nothing|always|never|will|can't|that's|would|don't|forever)"
    r"|all\s+(?:the\s+time|day|week|night|month|year|along)|this\s+(?:week|month|year|time|morning|evening"
    r"|afternoon|summer|autumn|winter|spring|season)|in\s+the\s+(?:slightest|least)|around\s+here"
    r"|a\s+great\s+deal|right\s+here|over\s+here|with\s+worry|wherever|as\s+(?:much|often|far|little)\s+as"
    r"|(?:most|best|least|more)\s+of\s+all|above\s+all"
    r"|to\s+(?:concentrate|focus|sleep|eat|think|work|relax|rest|function|breathe|care|enjoy|wait))\b.*$"
    r"|\s+(?:-+|\u2013|\u2014)\s.*$|[\"\u201d](?:\W.*)?$"
)
"""Where the words end that say what it is about."""
CUT_ASKED = (
    r"\s+(?:but|because|cause|since|when(?:ever)?\s+you|if|so\s+that|and\s+(?:i|we|you|it)|unless|even"
    r"|ever\s+again"
    r"|any\s?more|any\s+longer|next\s+time|from\s+now|(?:each|every)\s+(?:single\s+)?time"
    r"|in\s+(?:each|every|all|any)(?:\s+\w+){0,3}\s+(?:answers?|messages?|repl(?:y|ies)|e?-?mails?|texts?"
    r"|letters?|reports?|correspondence))\b.*$"
)
"""The same for what the persona is asked to do: “before nine” belongs to it."""
LOOSE = frozenset(
    """a the an my our any some all both yesterday tomorrow most such more much still always just
    definitely clearly really lately tbh please thanks thx anymore too also anyway though already
    now today either tonight here sorry lol haha honestly again instead decided best totally
    indeed obviously ever sometimes usually often generally about immensely dearly badly then
    simply whole thing finally with der die das den dem ein eine einen einem le la les un une des el los
    las de du omg ngl imo imho fr rn lol lmao pls plz god gosh man ugh ew well ok okay oh hey me personally
    frankly seriously literally actually even tho though only xx btw quickly quite too again myself
    ourselves especially sehr mucho beaucoup très tanto immer""".split()
)
"""Words that may stand at either end of it, and say nothing."""
EMPTY = frozenset(
    """it that this them him her you me us those these one ones something anything everything nothing
    someone people things thing stuff idea way sound look answer reply bit lot kind sort part fact
    feeling feel hear know say tell ask see think mention bother disturb admit be being what how
    got""".split()
)
"""What begins so is about something said before, or is a manner of speaking."""
DENIED = frozenset(
    """not never no nothing nobody none don't dont doesn't doesnt didn't isn't aren't won't cannot
    can't""".split()
)
"""Where these stand at an end of it, the sentence says the opposite."""
LEAD = (
    r"(?:(?:just|even)\s+)?(?:(?:the|this)\s+(?:whole\s+)?(?:thought|idea|prospect|thing)\s+(?:of|with"
    r"|about)"
    r"|(?:thinking|talking|worrying)\s+(?:about|of)|the\s+(?:whole|mere\s+thought\s+of|very\s+(?:thought"
    r"|idea)\s+of|fear\s+of|more)|having\s+to\s+deal\s+with|dealing\s+with|having(?!\s+to))\s+"
)
"""With what may begin how it is spoken of."""
POINTING = (
    r"\b(?:it|this|that|these|those|them|him|her|his|their|your|yours|you|yourself|is|was|has)\b"
)
"""Words for something at hand, which is another thing the next time."""
LIGHT = frozenset(
    "take get have use do go make pick choos buy tri with for on ahead forward through accept pursu".split()
)
"""Stems with which a decision begins: “not to take the lease” is about the lease."""
WORD = r"[\w$€£%'&/+#.@-]*[\w%+#]"
POINTS_BACK = r"\b(?:i|i'm|i've|me|my|mine|we|our|us|you|your)\b"


def where(text: str, start: int, end: int, kind: Kind) -> Span | None:
    """Where in these words of a sentence those stand that name it; None where they name nothing."""
    cut = compiled(CUT_ASKED if kind == "instruction" else CUT).search(text, start, end)
    lead = compiled(LEAD).match(text, start, end)
    start = lead.end() if lead else start
    words = [
        one.span() for one in compiled(WORD).finditer(text, start, cut.start() if cut else end)
    ]
    while words and text[slice(*words[-1])] in LOOSE:
        words.pop()
    while words and text[slice(*words[0])] in LOOSE:
        words.pop(0)
    if not words:
        return None
    if compiled(POINTING).search(text, _pointing_from(text, words, kind), words[-1][1]):
        return None
    first, last = text[slice(*words[0])], text[slice(*words[-1])]
    if first == "to" and len(words) > 1:
        first = text[slice(*words[1])]
    is_empty = first in EMPTY and kind != "instruction"
    is_empty = is_empty and not (first == "being" and kind == "concern" and len(words) > 1)
    return None if is_empty or {first, last} & DENIED else (words[0][0], words[-1][1])


def _pointing_from(text: str, words: list[Span], kind: Kind) -> int:
    """Where to look for what points at something: “keep it short” is about the answers themselves."""
    asks_how = kind == "instruction" and len(words) > 3
    return words[1][1] if asks_how and text[slice(*words[0])] in ("keep", "make") else words[0][0]


def about(words: str, kind: Kind) -> str:
    """Its terms, in their order; nothing for words that say nothing, or tell a whole story."""
    found = list(dict.fromkeys(terms(words)))
    while kind == "decision" and len(found) > 1 and found[0] in LIGHT:
        found.pop(0)
    most = MOST_ASKED if kind == "instruction" else MOST_TERMS
    return " ".join(found) if len(found) <= most else ""


def named(words: str) -> str:
    """The words as they stand in a claim about somebody: in quotation marks where they say “my”."""
    return f"\u201c{words}\u201d" if compiled(POINTS_BACK).search(words.lower()) else words
