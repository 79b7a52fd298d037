"""Words that mean the same with or without a language model: a small grammar, decided by code."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import Literal

from persona.compiled import compiled
from persona.memory.own import own_words
from persona.mind import asked

Verb = Literal[
    "remember",
    "forget",
    "picture",
    "why",
    "manner",
    "expected",
    "ground",
    "suggested",
    "wrong",
    "help",
    "what are you",
    "greeting",
    "thanks",
    "link",
    "unlink",
    "confirm",
    "not me",
    "approve",
    "deny",
    "grants",
    "revoke",
    "switch off",
    "switch on",
    "dry run",
    "questions",
    "elsewhere",
    "privately",
    "may you",
    "do not",
    "may again",
    "quiet",
    "follow up",
    "do not follow up",
    "ledger",
    "plans",
    "cancel",
    "pause",
    "resume",
    "show",
    "start",
    "skip",
    "done",
    "run",
    "undo",
    "answer",
    "change",
    "zone",
]
CLOCK = r"\d{1,2}(?:[:.]\d{2})?(?:\s*[ap]m\b)?|noon|midnight"
_HOURS = rf"(?:{CLOCK})\s*(?:to|until|till|and|-|\u2013)\s*(?:{CLOCK})"
_WRITING = (
    r"(?P<where>text(?:ing)?|sms|e-?mail(?:ing)?|mail(?:ing)?|slack(?:ing)?|messag(?:e|ing)"
    r"|writ(?:e|ing)(?:\s+to)?|contact(?:ing)?)"
)
_SENT = r"(?P<where>texts|text\s+messages|sms|e-?mails?|mails?|slack\s+messages|messages)"
_WHERE = r"(?:my\s+)?(?P<where>e-?mail|mail|slack|sms|text(?:\s+message)?|phone|[^\s,;:]+@[^\s,;:]*\w|\+\d+)"
_ELSEWHERE = (
    r"(?:please\s+)?(?:(?:answer|reply)(?:\s+to)?(?:\s+me)?(?:\s+(?:it|that|this))?"
    rf"\s+(?:by|on|via|over|through|to|at|in)\s+{_WHERE}"
    r"|(?P<how>e-?mail|mail|text|slack)\s+me\s+(?:the\s+answer|your\s+answer|that|it))"
    r"(?:\s+instead)?(?:\s+please)?"
)
_PLANS = r"(?:plans|reminders)"
_NUMBER = r"(?:(?:my\s+|the\s+)?(?:plan|reminder|number)\s+)?#?(?P<rest>[0-9]{1,5})"

PATTERNS: dict[Verb, str] = {
    "remember": r"(?:please\s+)?remember\b(?:\s+that\b)?[\s:,]*(?P<rest>\S.*)",
    "forget": asked.FORGET,
    "picture": asked.PICTURE,
    "why": asked.WHY,
    "manner": asked.MANNER,
    "expected": asked.EXPECTED,
    "ground": asked.GROUND,
    "suggested": asked.SUGGESTED,
    "wrong": asked.WRONG,
    "help": r"help\W*|what\s+can\s+you\s+do\W*",
    "what are you": r"(?:what|who)\s+are\s+you\W*|are\s+you\s+(?:a\s+|an\s+)?\w+\W*",
    "greeting": r"(?:hello|hi|hey|good\s+(?:morning|afternoon|evening))(?:[\s,]+\w+)?\W*",
    "thanks": r"(?:thanks|thank\s+you|thx|cheers)(?:\s+(?:so|very)\s+much|\s+a\s+lot|[\s,]+\w+)?\W*",
    "link": r"link\W*|link[\s:]+[\W_]*(?P<rest>[A-Za-z0-9]{6,8})\W*",
    "unlink": r"unlink[\s:]+(?P<rest>\S+)|unlink\W*",
    "confirm": r"yes[\s:,]+\W*(?P<rest>[0-9]{2})\W*",
    "approve": (
        r"approve[\s:]+[\W_]*(?P<rest>[A-Za-z0-9]{6,8}"
        r"(?:[\s,]+(?:always|for|until|up\s+to|at\s+most|\d)[\w\s,-]{0,60})?)\W*"
    ),
    "deny": r"deny[\s:]+[\W_]*(?P<rest>[A-Za-z0-9]{6,8})\W*",
    "grants": r"(?:my\s+)?grants\W*|what\s+may\s+you\s+do(?:\s+without\s+asking(?:\s+me)?)?\W*",
    "revoke": r"revoke\s+(?P<rest>\d{1,3}|all)\W*",
    "switch off": r"switch\s+off\s+(?P<rest>[\w\s-]{1,60}?)\W*",
    "switch on": r"switch\s+on\s+(?P<rest>[\w\s-]{1,60}?)\W*",
    "dry run": r"dry[\s-]?run\s*[:,]?\s+(?P<rest>\S.*)",
    "questions": r"questions\W*|(?:open|pending)\s+(?:questions|approvals)\W*"
    r"|what(?:'s|\u2019s|\s+is)\s+(?:waiting|pending)(?:\s+for\s+(?:me|my\s+(?:answer|approval)))?\W*",
    "elsewhere": rf"(?P<before>\S.*\?)?[\s(]*{_ELSEWHERE}[)]?(?:\s*[:,]\s*(?P<rest>\S.*)|[.!\s]*)",
    "plans": rf"(?:(?:list|show)\s+)?(?:me\s+)?(?:my\s+)?{_PLANS}\W*|what\s+are\s+my\s+{_PLANS}\W*",
    **{verb: rf"{verb}\s+{_NUMBER}\W*" for verb in ("cancel", "pause", "resume", "undo")},
    "show": rf"(?:show\s+(?:me\s+)?|plan\s+|where\s+is\s+plan\s+){_NUMBER}\W*",
    "start": rf"(?:yes|start)[\s,:]+{_NUMBER}\W*",
    "run": rf"run\s+{_NUMBER}(?:\s+now)?\W*",
    "skip": rf"skip\s+{_NUMBER}\W*",
    "done": rf"(?:done|finished)\s+(?:with\s+)?{_NUMBER}\W*",
    "answer": r"answer\s+(?:(?:my\s+|the\s+)?plan\s+)?(?P<rest>#?[0-9]{1,5}\s*[:,]\s*\S.*)",
    "change": (
        r"change\s+(?P<rest>step\s+[0-9]{1,3}"
        r"(?:\s+(?:of|in)\s+(?:my\s+|the\s+)?(?:plan\s+)?#?[0-9]{1,5})?\s+(?:to|into)\b\s*:?\s*\S.*)"
    ),
    "zone": r"my\s+time\s?zone\s+is\s*:?\s*(?P<rest>[\w/+-]+(?:\s[\w/+-]+){0,2})[.!\s]*",
    "not me": r"(?:that(?:'s|\u2019s|\s+is|\s+was)\s+)?not\s+me\W*",
    "privately": (
        r"(?:please\s+)?(?:(?:tell|answer|write|message)\s+(?:it\s+to\s+)?me\s+(?:that\s+|this\s+)?)?"
        r"(?:privately|in\s+private|in\s+a\s+(?:dm|direct\s+message)|by\s+dm)(?:[\s,]+please)?"
        r"(?:\W*|[\s:,]+(?P<rest>\S.*))"
        r"|(?:please\s+)?dm\s+me(?:\W*|[\s:,]+(?P<direct>\S.*))"
    ),
    "may you": (
        rf"(?:may|can)\s+you\s+{_WRITING}\s+me\W*|what\s+may\s+you\s+send\s+me\W*"
        r"|(?:(?:what|when)\s+are\s+)?my\s+quiet\s+hours\W*"
    ),
    "do not": (
        rf"(?:please\s+)?(?:do\s+not|don['\u2019]?t|never|stop)\s+{_WRITING}\s+me"
        r"(?:\s+(?:any\s*more|again|please))*\W*"
    ),
    "may again": rf"you\s+(?:may|can)\s+{_WRITING}\s+me(?:\s+(?:again|now))*\W*",
    "quiet": (
        rf"(?:set\s+|my\s+)?quiet\s+hours(?:\s+are)?[\s:]+(?:from\s+|between\s+)?(?P<rest>{_HOURS})\W*"
        rf"|no\s+{_SENT}\s+(?:(?:from|between)\s+(?P<direct>{_HOURS})"
        r"|(?:on|at)\s+(?:the\s+)?(?P<before>weekends?))\W*"
        r"|no\s+(?:more\s+)?quiet\s+hours\W*|quiet\s+hours\s+off\W*"
    ),
    "do not follow up": (
        r"(?:please\s+)?(?:do\s+not|don['\u2019]?t|never|stop)\s+(?:follow(?:ing)?\s+up|check(?:ing)?\s+in"
        r"|ask(?:ing)?(?:\s+me)?\s+(?:about|how)\s+(?:that|it|this|these|those|such\s+things|things)"
        r"(?:\s+(?:went|goes|go))?)(?:\s+(?:on|with|about)\s+(?:that|it|this|me|such\s+things|things))?"
        r"(?:[\s,]+(?:any\s*more|again|please))*\W*"
    ),
    "follow up": r"you\s+(?:may|can)\s+(?:follow\s+up|check\s+in)(?:\s+on\s+me)?(?:\s+(?:again|now))*\W*",
    "ledger": r"(?:the\s+|my\s+)?ledger\W*|what\s+(?:have|did)\s+you\s+(?:done?|do)(?:\s+for\s+me)?\W*",
}
_NAMED: Mapping[str, str] = {
    **{verb: verb for verb in PATTERNS if " " not in verb},
    **asked.NAMED,
    "help": "help what",
    "what are you": "are",
    "greeting": "hello hi hey good",
    "thanks": "thanks thank thx cheers",
    "confirm": "yes",
    "grants": "grants may",
    "switch off": "switch",
    "switch on": "switch",
    "dry run": "dry dryrun",
    "questions": "questions approvals waiting pending",
    "elsewhere": "answer reply email mail text slack",
    "plans": "plans reminders",
    "show": "show plan",
    "start": "yes start",
    "done": "done finished",
    "zone": "zone timezone",
    "not me": "not",
    "privately": "privately private dm direct",
    "may you": "may can quiet",
    "do not": "not don dont never stop",
    "may again": "may can",
    "quiet": "quiet no",
    "do not follow up": "not don dont never stop",
    "follow up": "may can",
    "ledger": "ledger what",
}
NAMED: dict[str, set[Verb]] = {
    word: {verb for verb in PATTERNS if word in _NAMED[verb].split()}
    for words in _NAMED.values()
    for word in words.split()
}
"""The commands that a word may belong to; one of these words stands in every command."""
WORD = re.compile(r"\w+")
BELIEVED = frozenset({"ground", "wrong", "suggested"})
"""Commands only where something is believed or was suggested that they mean; else plain words."""
FORGET_IT = re.compile(r"forget(?:\s+about)?\s+it\W*", re.IGNORECASE)
IDIOM = re.compile(r"it\b(?!\w)", re.IGNORECASE)
REST = ("rest", "direct", "before", "dropped", "liked", "pointed")
WHERE = ("where", "how", "how_not", "of", "got", "about", "thing", "taken", "using", "using_not")
"""Parts of a pattern that are `Command.rest`, and those that are `Command.where`."""
QUESTION_MARKS = ("?", "\uff1f", "\u061f", "\u037e")


@dataclass(frozen=True, slots=True)
class Command:
    """What is wished, the words it is about, and the surface or address it names for the answer."""

    verb: Verb
    rest: str = ""
    where: str = ""


@lru_cache(maxsize=64)
def parse(words: str) -> Command | None:
    """The command that the person's own words in a message are; None for a statement or a question.

    A command in what was pasted, quoted or forwarded is none of theirs. "Remember when we went to
    Rome?" asks, and "forget about it" is an idiom. Kept for a while, since whatever handles a message
    on its way asks anew.
    """
    text = own_words(words).strip()
    for verb in names(text):
        found = compiled(PATTERNS[verb], re.IGNORECASE | re.DOTALL).fullmatch(text)
        if found is None:
            continue
        named = {name: (text or "").strip() for name, text in found.groupdict().items()}
        rest = next(filter(None, map(named.get, REST)), "")
        if named.get("asks"):  # “can you forget that I like tea?”
            rest = rest.rstrip("".join(QUESTION_MARKS))
        is_idiom = verb == "forget" and IDIOM.match(rest) is not None and not named["pointed"]
        if is_idiom or (verb in ("remember", "forget") and rest.endswith(QUESTION_MARKS)):
            return None
        return Command(verb, rest, next(filter(None, map(named.get, WHERE)), ""))
    return None


def is_plain(words: str) -> bool:
    """Whether the words are no command, whatever is believed."""
    command = parse(words)
    return command is None or command.verb in BELIEVED


def names(text: str) -> list[Verb]:
    """The commands that the text names, in their order: it can be no other."""
    found: set[Verb] = set()
    for word in WORD.findall(text):
        found.update(NAMED.get(word.casefold(), ()))
    return [verb for verb in PATTERNS if verb in found] if found else []


def tells(words: str) -> bool:
    """Whether the words say something that can be recalled: no question, no bare command."""
    command, words = parse(words), own_words(words)
    if not words.strip():
        return False
    if FORGET_IT.fullmatch(words.strip()):
        return False
    if command is None:
        return not is_question(words)
    if command.verb == "elsewhere":  # what is told, and not what is to be done
        return bool(command.rest) and parse(command.rest) is None and tells(command.rest)
    if command.verb == "wrong":  # a bare no says nothing by itself
        return tells(command.rest) if command.rest else bool(command.where)
    return command.verb in ("remember", "zone")


def is_question(text: str) -> bool:
    """Whether the words ask: a question mark at the end, or a question's word order at the start.

    "When I was in Rome" and "Will told me" only begin like one.
    """
    stripped = text.strip()
    if stripped.endswith(QUESTION_MARKS):
        return True
    words = [*stripped.casefold().replace("\u2019", "'").split(maxsplit=6), "", ""]
    first, second = words[:2]
    if (first, second) in ASKING and words[2].partition("'")[0] in QUESTION_WORDS - {"when"}:
        return True  # “tell me what my bike lock is”
    if first.partition("'")[0] not in QUESTION_WORDS:
        return first in AUXILIARIES and second in SUBJECTS
    inverted = second not in SUBJECTS and any(_inverts(a, b) for a, b in pairwise(words[2:6]))
    return "'" in first or second in AUXILIARIES or inverted


def _inverts(verb: str, subject: str) -> bool:
    """Whether the verb stands before its subject: "time *is my* flight", not "matters *is that*"."""
    if subject in PRONOUNS:
        return verb in AUXILIARIES
    return verb in BEING and subject in SUBJECTS - {"that", "this"}


ASKING = frozenset({("tell", "me"), ("show", "me")})
QUESTION_WORDS = frozenset("what when where who whom whose which why how".split())
AUXILIARIES = frozenset(
    "is are am was were do does did can could will would should shall has have had".split()
)
BEING = frozenset("is are was were".split())
PRONOUNS = frozenset("i you he she it we they".split())
SUBJECTS = frozenset("i you he she it we they my your his her its our their the this that".split())
