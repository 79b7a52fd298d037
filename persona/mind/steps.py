"""Reading one step of a plan out of a person's words.

A step that uses something is read by the plain words of its capability, so whatever a person may
wish at once they may wish in a plan.
"""

import re
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace

from persona.errors import Refused
from persona.mind.premises import About, latest, negated, parted, read_premise
from persona.mind.spelled import NUMBER, UNCLEAR, UNREAD, number
from persona.mind.times import TIMELY, read, read_next, read_span
from persona.plan import Premise, Step

TO_THE_END = 0
"""Where a branch goes that ends the plan, until it is known how many steps there are."""
WHAT_CAME = "{0}"
"""In what is told: what came of the step that is meant, until it is known which."""
MOST_TURNS = 20
"""How often a step goes back that does so until something holds."""
BY = {
    "text": "sms",
    "sms": "sms",
    "email": "email",
    "mail": "email",
    "slack": "slack",
    "web": "web",
}
"""What people call a surface."""
SURFACE = r"(?:text(?:\s+message)?|sms|e-?mail|mail|slack|web)"
NESTED = frozenset({"start_plan"})
"""What no step can use."""
POLITE = re.compile(r"^please\s+|\s+please$", re.IGNORECASE)

TELL = re.compile(
    rf"(?:(?P<verb>tell|text|sms|e-?mail|mail|slack|message|write|notify|ping)\s+(?:to\s+)?me"
    rf"|let\s+me\s+know|(?P<remind>remind)\s+me|send\s+(?:it\s+to\s+)?me(?:\s+(?:it"
    rf"|an?))?\s+(?P<send>{SURFACE}))"
    rf"(?:\s+(?:by|on|via|over|through)\s+(?P<by>{SURFACE}))?(?P<rest>\W.*|)",
    re.IGNORECASE | re.DOTALL,
)
RESULT = re.compile(
    r"(?:about\s+)?(?:it|that|this|what\s+(?:came(?:\s+back)?|it\s+says|you\s+found|there\s+is|"
    r"stands\s+(?:there|in\s+it)|i\s+(?:said|answered)|happened)|(?:the\s+|my\s+)?(?:result|results|outcome"
    r"|answer|list|page)|how\s+it\s+went)"
    r"(?:\s+(?:of|from|in|to)\s+step\s+(?P<step>\d{1,3}))?",
    re.IGNORECASE,
)
SAYS = re.compile(
    r"(?::|,\s*saying|saying|that|to|about|of)\s*:?\s+(?P<text>\S.*)", re.IGNORECASE | re.DOTALL
)
QUOTES = re.compile(r":?\s*[\u201c\"](?P<text>[^\u201c\u201d\"]+)[\u201d\"]\.?", re.DOTALL)
ASK = re.compile(
    rf"ask\s+me(?:\s+(?:by|on|via)\s+(?P<by>{SURFACE}))?\s*[:,]?\s+(?P<text>\S.*?)"
    r"(?:\s*,?\s*(?:and\s+)?(?:wait|waiting)\s+(?:for\s+)?(?:at\s+most"
    r"|up\s+to)\s+(?P<most>[\w\s]+?)(?:\s+for\s+(?:my|an|the)\s+(?:answer|reply))?)?",
    re.IGNORECASE | re.DOTALL,
)
AWAIT = re.compile(
    r"wait\s+(?:(?:until|till)\s+i\s+(?:write|say|answer|reply|text|tell\s+you|confirm)(?:\s+(?:back|you"
    r"|so))?"
    r"|for\s+(?:my|an?|the)?\s*(?:answer|reply|message|ok|okay|word|go|confirmation))"
    r"(?:\s+(?:[\u201c\"](?P<quoted>[^\u201c\u201d\"]+)[\u201d\"]|(?P<word>(?!for\b|at\b|up\b"
    r"|and\b)[\w-]+)))?"
    r"(?:\s*,?\s*(?:for\s+)?(?:at\s+most|up\s+to)\s+(?P<most>[\w\s]+))?",
    re.IGNORECASE,
)
WAIT = re.compile(r"wait\s+(?:for\s+)?(?:another\s+)?(?P<span>\S.*)", re.IGNORECASE)
UNTIL = re.compile(r"wait\s+(?:until|till)\s+(?P<when>\S.*)", re.IGNORECASE)
THINK = re.compile(
    r"(?:think\s+(?:about|over|of)|decide|consider)\s+\S.*", re.IGNORECASE | re.DOTALL
)
REPEAT = re.compile(
    r"(?:repeat|go\s+back|start\s+(?:again|over)|begin\s+again)(?:\s+(?:from|to|at|with))*\s+"
    r"(?:step\s+(?P<to>\d{1,3})|(?P<start>the\s+(?:start|beginning)))"
    rf"(?:\s*,?\s*(?:(?:at\s+most\s+|up\s+to\s+)?(?P<times>{NUMBER})\s+(?:more\s+)?times?"
    rf"|(?P<once>once(?:\s+more)?)"
    r"|(?P<twice>twice(?:\s+more)?)))?(?:\s*,?\s*until\s+(?P<until>\S.*))?",
    re.IGNORECASE,
)
BRANCH = re.compile(
    r"(?:go(?:\s+on)?\s+(?:to|with|at)|continue\s+(?:with|at)|(?:skip|jump)\s+to)\s+step\s+(?P<to>\d{1,3})"
    r"|(?:stop|end|finish)(?:\s+(?:here|there|it|the\s+plan))?|go\s+to\s+the\s+end",
    re.IGNORECASE,
)
MARKED = re.compile(
    r"(?:if|unless|otherwise|else|repeat|go\s+(?:back\s+)?to\s+step|ask\s+me|let\s+me\s+know|"
    r"(?:tell|text|sms|e-?mail|mail|slack|message|notify|ping|send)\s+me|remind\s+me)\b",
    re.IGNORECASE,
)
"""How words begin that can only be meant for the persona: unread they are asked for."""


def read_step(words: str, before: Sequence[Step], about: About) -> Step | None:
    """The step that the words say; None where they say none. Raises Refused to ask.

    `before` are the steps before it, which it may speak of.
    """
    text = POLITE.sub("", " ".join(words.split()).strip(" ,;"))
    if re.match(r"(?:otherwise|else|if\s+not)\b", text, re.IGNORECASE):
        return _otherwise(text, before, about)
    opens = re.match(
        r"(?P<if>if|when|unless|in\s+case|as\s+soon\s+as)\s+(?P<rest>\S.*)", text, re.IGNORECASE
    )
    if opens:
        return _on_premise(opens["rest"], opens["if"].casefold() == "unless", before, about)
    step = _ends_with_premise(text, before, about) or _bare(text, before, about)
    return _settled(step, latest(before), text) if step else None


def _settled(step: Step, meant: int, text: str) -> Step:
    """The step, telling what came of the step that is meant. Raises Refused where none is."""
    if step.text != WHAT_CAME:
        return step
    meant = step.premise.step if step.premise and step.premise.value != "skipped" else meant
    if not meant:
        raise Refused(f"“{text}”: what am I to tell you? Say “text me: …”.", UNCLEAR)
    return replace(step, text=f"{{{meant}}}")


def use(text: str, about: About) -> Step | None:
    """What a capability's own plain words wish. Raises Refused for what does not fit it."""
    for capability in about.capabilities.values():
        if capability.inline or capability.name in NESTED:
            continue
        arguments = capability.wished(text)
        if arguments is None:
            continue
        try:
            settled = capability.repeatable(arguments, about.moment)
        except Refused as error:
            if error.code == UNREAD:
                continue
            raise
        return Step("use", capability=capability.name, arguments=settled)
    return None


def _on_premise(text: str, is_turned: bool, before: Sequence[Step], about: About) -> Step | None:
    """`if the first meeting is before 9, text me`: premise and step in just one way."""
    found: list[Step] = []
    for premise, rest in parted(text, before, about):
        step = _bare(rest, before, about)
        if step is not None:
            step = replace(step, premise=negated(premise) if is_turned else premise)
            found.append(_settled(step, 0, text))
    if len(found) > 1:
        raise Refused(f"I can read “{text}” in two ways: put a comma before what to do.", UNCLEAR)
    return found[0] if found else None


def _ends_with_premise(text: str, before: Sequence[Step], about: About) -> Step | None:
    """`text me if the first meeting is before 9`."""
    for found in re.finditer(r"\s+(if|when|unless)\s+", text, re.IGNORECASE):
        premise = None
        with suppress(Refused):
            premise = read_premise(text[found.end() :], before, about)
        step = _bare(text[: found.start()], before, about) if premise else None
        if premise and step:
            if ":" in text[: found.start()]:
                raise Refused(f"Is “{text[found.start() :].strip()}” part of the words?", UNCLEAR)
            is_turned = found[1].casefold() == "unless"
            return replace(step, premise=negated(premise) if is_turned else premise)
    return None


def _otherwise(text: str, before: Sequence[Step], about: About) -> Step | None:
    """What is done where the step before it was left out."""
    rest = re.sub(r"^(?:otherwise|else|if\s+not)\s*[,:]?\s*", "", text, flags=re.IGNORECASE)
    if not before or before[-1].premise is None:
        raise Refused("“Otherwise” needs an “if” right before it.", UNCLEAR)
    step = _bare(rest, before, about)
    if step is None:
        return None
    step = replace(step, premise=Premise(len(before), "is", "skipped"))
    return _settled(step, latest(before), text)


def _bare(text: str, before: Sequence[Step], about: About) -> Step | None:
    """A step without a premise."""
    readers = (_repeat, _branch, _await, _wait, _ask, _think, _remind, _tell)
    for read_one in readers:
        step = read_one(text, before, about)
        if step is not None:
            return step
    return use(text, about)


def _repeat(text: str, before: Sequence[Step], about: About) -> Step | None:
    found = REPEAT.fullmatch(text.rstrip(" ."))
    if found is None:
        return None
    to = 1 if found["start"] else int(found["to"])
    if not 1 <= to <= len(before):
        raise Refused(f"There is no step {to} before it to go back to.", UNCLEAR)
    times = 1 if found["once"] else 2 if found["twice"] else number(found["times"] or "0")
    if found["until"] is None:
        if not times:
            raise Refused("How many times is it to go back?", UNCLEAR)
        return Step("repeat", to=to, times=times)
    premise = read_premise(found["until"], before, about)
    if premise is None:
        raise Refused(f"I do not read “{found['until']}” as what ends it.", UNCLEAR)
    return Step("repeat", to=to, times=times or MOST_TURNS, premise=negated(premise))


def _branch(text: str, before: Sequence[Step], about: About) -> Step | None:
    found = BRANCH.fullmatch(text.rstrip(" ."))
    if found is None:
        return None
    to = int(found["to"] or TO_THE_END)
    if found["to"] and to <= len(before) + 1:
        raise Refused("To go back, say “repeat from step 1 3 times”.", UNCLEAR)
    return Step("branch", to=to)


def _await(text: str, before: Sequence[Step], about: About) -> Step | None:
    found = AWAIT.fullmatch(text.rstrip(" ."))
    if found is None:
        return None
    if before and before[-1].kind == "ask":
        raise Refused(f"Asking waits for your answer already: leave “{text}” out.", UNCLEAR)
    most = read_span(found["most"]) if found["most"] else 0.0
    return Step("await", found["quoted"] or found["word"] or "", seconds=most)


def _wait(text: str, before: Sequence[Step], about: About) -> Step | None:
    until = UNTIL.fullmatch(text.rstrip(" ."))
    if until:
        return _until(until["when"], about)
    found = WAIT.fullmatch(text.rstrip(" ."))
    if found is None:
        return None
    try:
        return Step("wait", seconds=read_span(found["span"]))
    except Refused as error:
        if error.code == UNREAD and not (TIMELY.search(text) or re.search(r"\d", text)):
            return None
        raise Refused(f"I am not sure how long “{text}” is.", UNCLEAR) from error


def _until(when: str, about: About) -> Step | None:
    """Until a time that comes next whenever it is come to; a date only where it comes once."""
    try:
        return Step("wait", schedule=read_next(when, about.moment))
    except Refused as error:
        if error.code != UNREAD:
            raise
    try:
        schedule = read(when, about.moment)
    except Refused as error:
        if error.code == UNREAD and not TIMELY.search(when):
            return None
        raise Refused(f"I am not sure when “{when}” is. {error.reason}", UNCLEAR) from error
    if about.comes_again or schedule.repeat is not None:
        raise Refused(f"“{when}” comes once, and the plan again: say “wait 1 day”.", UNCLEAR)
    return Step("wait", schedule=schedule)


def _ask(text: str, before: Sequence[Step], about: About) -> Step | None:
    found = ASK.fullmatch(text)
    if found is None:
        return None
    most = read_span(found["most"]) if found["most"] else 0.0
    return Step("ask", found["text"], seconds=most, by=surface(found["by"]))


def _think(text: str, before: Sequence[Step], about: About) -> Step | None:
    return Step("think", text) if THINK.fullmatch(text) else None


def _remind(text: str, before: Sequence[Step], about: About) -> Step | None:
    """A reminder at a time of its own; without one it is told when it is come to."""
    if not re.match(r"remind\s+me\b", text, re.IGNORECASE):
        return None
    try:
        return use(text, about)
    except Refused:
        if TIMELY.search(text):
            raise
        return None


def _tell(text: str, before: Sequence[Step], about: About) -> Step | None:
    found = TELL.fullmatch(text)
    if found is None:
        return None
    by = surface(found["by"] or found["send"]) or surface(found["verb"])
    rest = found["rest"].strip(" .")
    result = RESULT.fullmatch(rest)
    named = _bringing(rest, before, about)
    step = int(result["step"]) if result and result["step"] else named
    if step > len(before):
        raise Refused(f"There is no step {step} before it.", UNCLEAR)
    if not rest or result or named:
        return Step("tell", f"{{{step}}}", by=by)
    said = QUOTES.fullmatch(rest) or SAYS.fullmatch(rest)
    return Step("tell", said["text"].strip(), by=by) if said else None


def _bringing(rest: str, before: Sequence[Step], about: About) -> int:
    """The last step that brings the things that these words name, such as “my events”; 0 for none."""
    for step in range(len(before), 0, -1):
        capability = about.capabilities.get(before[step - 1].capability)
        for figure in capability.facts.values() if capability else ():
            if figure.kind == "count" and re.fullmatch(
                rf"(?:about\s+)?(?:the|my|all)\s+{figure.heard}", rest, re.IGNORECASE
            ):
                return step
    return 0


def surface(said: str | None) -> str:
    """The surface that is meant; empty where none is."""
    word = (said or "").casefold().replace("e-", "e").partition(" ")[0]
    return BY.get(word, "")
