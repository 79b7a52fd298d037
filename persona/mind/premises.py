"""Reading what must hold before a step of a plan is taken, out of a person's words.

A premise looks at what a step before it came to: how that ended, a figure that its capability
declares (`Capability.facts`), or whether its words contain some. What is left over is never a
guess: the words are no premise then, and whoever reads them asks.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from persona.declare import Capability, Moment
from persona.errors import Refused
from persona.figures import Figure
from persona.mind.spelled import NUMBER, UNCLEAR, UNREAD, number
from persona.mind.times import read_clock
from persona.plan import Premise, Relation, Step


@dataclass(frozen=True, slots=True)
class About:
    """What a step is read with: what can be used, when it is said, whether the plan comes again."""

    capabilities: Mapping[str, Capability]
    moment: Moment
    comes_again: bool = False


QUOTED = r"(?:[\u201c\"\u2018'](?P<quoted>[^\u201c\u201d\"\u2018\u2019']+)[\u201d\"\u2019'])"
STEP = r"step\s+(?P<step>\d{1,3})"
IT = rf"(?:it|that|this|{STEP})"
ANSWER = r"(?:my|the)\s+(?:answer|reply)(?:\s+(?:to|of|in)\s+step\s+(?P<of>\d{1,3}))?"
ENDS: Mapping[str, tuple[Relation, str]] = {
    r"(?:worked|works|succeeded|succeeds|went\s+well|goes\s+well|(?:is|was)\s+done)": (
        "is",
        "done",
    ),
    r"(?:failed|fails|went\s+wrong|goes\s+wrong)": ("is", "failed"),
    r"(?:did\s+not|didn't|does\s+not|doesn't|was\s+not|wasn't)\s+(?:work|succeed|done)": (
        "is not",
        "done",
    ),
    r"(?:is|was)\s+(?:skipped|left\s+out)": ("is", "skipped"),
    r"(?:is|was)\s+(?:refused|denied)": ("is", "refused"),
}
SILENT = re.compile(
    r"i\s+(?:do\s+not|don't|did\s+not|didn't)\s+(?:answer|reply)(?:\s+in\s+time)?", re.IGNORECASE
)
SAID = re.compile(
    rf"(?:i\s+(?:say|said|answer|answered|reply|replied)|{ANSWER}\s+(?:is|was))\s+(?P<not>not\s+)?"
    rf"(?:{QUOTED}|(?P<word>[\w'-]+))",
    re.IGNORECASE,
)
HOLDS = re.compile(
    rf"(?:{IT}|{ANSWER}|the\s+(?:page|result|text|document))\s+"
    rf"(?P<not>does\s+not\s+|doesn't\s+)?(?:contains?|mentions?|includes?|says?)\s+"
    rf"(?:{QUOTED}|(?P<word>[\w'-]+))",
    re.IGNORECASE,
)
CLOCKS: Mapping[str, Relation] = {
    "before": "before",
    "earlier than": "before",
    "after": "after",
    "later than": "after",
    "at": "is",
}
THERE = r"(?:there\s+(?:is|are)|i\s+have|i've\s+got)"
WHERE = r"(?:\s+(?:there|in\s+it|today|then|on\s+that\s+day))?"
THEN = re.compile(r"^(?:,\s*)?then\s*,?\s*", re.IGNORECASE)
FREE = r"my\s+(?:calendar|agenda|day)\s+is\s+(?:empty|free)"
HAVING = ("use", "ask", "await", "think")
"""Kinds of steps that something comes back from."""


def read_premise(words: str, before: Sequence[Step], about: About) -> Premise | None:
    """What must hold; None where the words are none. Raises Refused to ask."""
    text = " ".join(words.replace("\u2019", "'").split()).strip(" ,.")
    return (
        _end(text, before)
        or _answer(text, before)
        or _words(text, before)
        or _figure(text, before, about)
    )


def negated(premise: Premise) -> Premise:
    """What must hold where this must not. Raises Refused where that cannot be said."""
    step, relation, value, finding = (
        premise.step,
        premise.relation,
        premise.value,
        premise.finding,
    )
    if relation in ("is", "is not"):
        return Premise(step, "is not" if relation == "is" else "is", value, finding)
    if relation in ("at least", "at most"):
        count, is_least = int(value), relation == "at least"
        turned = count - 1 if is_least else count + 1
        return Premise(step, "at most" if is_least else "at least", str(turned), finding)
    raise Refused("Say what must be so, and not what must not: with “if” or “otherwise”.", UNCLEAR)


def latest(before: Sequence[Step], kinds: Sequence[str] = HAVING) -> int:
    """The number of the last step of such a kind; 0 for none."""
    return next((n for n in range(len(before), 0, -1) if before[n - 1].kind in kinds), 0)


def _end(text: str, before: Sequence[Step]) -> Premise | None:
    """How a step ended."""
    if SILENT.fullmatch(text):
        return Premise(_named("", before, ("ask", "await")), "is", "expired")
    for pattern, (relation, value) in ENDS.items():
        found = re.fullmatch(rf"{IT}\s+{pattern}", text, re.IGNORECASE)
        if found:
            step = _named(found["step"], before, (*HAVING, "do"))
            return Premise(step, relation, value)
    return None


def _answer(text: str, before: Sequence[Step]) -> Premise | None:
    found = SAID.fullmatch(text)
    if found is None:
        return None
    said = found["quoted"] or found["word"]
    step = _named(found["of"], before, ("ask", "await"))
    return Premise(step, "is not" if found["not"] else "is", said, "text")


def _words(text: str, before: Sequence[Step]) -> Premise | None:
    """What the words contain that came back."""
    found = HOLDS.fullmatch(text)
    if found is None:
        return None
    if found["not"]:
        raise Refused("Say what it contains, and what to do “otherwise”.", UNCLEAR)
    step = _named(found["step"] or found["of"], before, HAVING)
    return Premise(step, "contains", found["quoted"] or found["word"], "text")


def _figure(text: str, before: Sequence[Step], about: About) -> Premise | None:
    """Something that a capability can say of what it brought, the latest such step first."""
    for step in range(len(before), 0, -1):
        capability = about.capabilities.get(before[step - 1].capability)
        for name, figure in capability.facts.items() if capability else ():
            read = _count if figure.kind == "count" else _clock
            found = read(text, figure)
            if found:
                return Premise(step, *found, name)
    return None


def _clock(text: str, figure: Figure) -> tuple[Relation, str] | None:
    relations = "|".join(CLOCKS)
    found = re.fullmatch(
        rf"{figure.heard}\s+(?:(?:is|comes)\s+)?({relations})\s+(\S.*)",
        text,
        re.IGNORECASE,
    )
    if found is None:
        return None
    try:
        return CLOCKS[found[1].casefold()], read_clock(found[2])
    except Refused as error:
        if error.code == UNREAD:
            return None
        raise


def _count(text: str, figure: Figure) -> tuple[Relation, str] | None:
    if re.fullmatch(rf"{THERE}\s+nothing{WHERE}|{FREE}", text, re.IGNORECASE):
        return "at most", "0"
    if re.fullmatch(rf"{THERE}\s+(?:something|anything){WHERE}", text, re.IGNORECASE):
        return "at least", "1"
    some = (
        rf"(?P<some>no|any|some|an?|exactly\s+{NUMBER}|at\s+least\s+{NUMBER}|at\s+most\s+{NUMBER}"
    )
    some += rf"|more\s+than\s+{NUMBER}|fewer\s+than\s+{NUMBER}|less\s+than\s+{NUMBER}|{NUMBER})"
    heard = re.fullmatch(rf"{THERE}\s+(?:{some}\s+)?{figure.heard}{WHERE}", text, re.IGNORECASE)
    return _amount((heard["some"] or "any").casefold()) if heard else None


def _amount(said: str) -> tuple[Relation, str]:
    if said == "no":
        return "at most", "0"
    if said in ("any", "some", "a", "an"):
        return "at least", "1"
    how, _, many = said.rpartition(" ")
    count, how = number(many), " ".join(how.split())
    if not how:
        raise Refused(f"Exactly {many}, or at least {many}?", UNCLEAR)
    match how:
        case "more than":
            return "at least", str(count + 1)
        case "fewer than" | "less than":
            return "at most", str(count - 1)
        case "at least":
            return "at least", str(count)
        case "at most":
            return "at most", str(count)
        case _:
            return "is", str(count)


def _named(said: str | None, before: Sequence[Step], kinds: Sequence[str]) -> int:
    """The step that is meant. Raises Refused where there is none."""
    step = int(said) if said else latest(before, kinds)
    if not 1 <= step <= len(before):
        raise Refused("I do not see which step before it that is about.", UNCLEAR)
    return step


def parted(words: str, before: Sequence[Step], about: About) -> list[tuple[Premise, str]]:
    """Each way in which the words begin with a premise, and what follows it. Raises Refused to ask."""
    tokens, found = words.split(), list[tuple[Premise, str]]()
    asked: Refused | None = None
    for cut in range(len(tokens) - 1, 0, -1):
        try:
            premise = read_premise(" ".join(tokens[:cut]), before, about)
        except Refused as error:
            asked = asked or error
            continue
        if premise is not None:
            found.append((premise, THEN.sub("", " ".join(tokens[cut:]))))
    if asked and not found:
        raise asked
    return found
