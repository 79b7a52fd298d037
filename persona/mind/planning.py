"""Reading a plan out of a person's words: a goal with its steps, or one sentence that holds them.

Every word is accounted for, or it is asked for. In a list, what is nothing that the persona does is
the person's own to do; in a sentence it is asked for, since there it is shown too late as such.
Words that only sound like a plan ("every monday I swim") are none, and go on as what they are.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from itertools import pairwise
from typing import Any, Literal

from persona.errors import Refused
from persona.mind.commands import is_question
from persona.mind.premises import About
from persona.mind.spelled import NUMBERS, UNCLEAR, UNREAD, number
from persona.mind.steps import MARKED, SURFACE, TO_THE_END, read_step, surface, use
from persona.mind.times import OPENS, read, starts
from persona.plan import Step
from persona.schedule import Schedule

MOST_STEPS = 100
MOST_CLAUSES = 8
"""Places at which a sentence could be cut."""


@dataclass(frozen=True, slots=True)
class Planned:
    """A plan in the making: its goal, when a run begins (None: as soon as it starts), its steps.

    `by` is the surface on which it is told, `deadline` in epoch seconds (0 for none), `most` how
    many acts it may take (0: as many as it needs).
    """

    what: str
    schedule: Schedule | None
    steps: tuple[Step, ...]
    by: str = ""
    deadline: float = 0.0
    most: int = 0
    late: Literal["once", "skip"] = "once"

    def arguments(self, zone: str) -> dict[str, Any]:
        """As `start_plan` takes them; times in words that are read as the same again."""
        return {
            "goal": self.what,
            "when": self.schedule.words if self.schedule else "now",
            "deadline": Schedule(self.deadline, zone).words if self.deadline else "",
            "most": self.most,
            "late": self.late,
            "by": self.by,
            "steps": [fields(step) for step in self.steps],
        }


def fields(step: Step) -> dict[str, Any]:
    """One step as `start_plan` takes it."""
    taken = {
        name: value for name, value in asdict(step).items() if name not in ("schedule", "undo")
    }
    return {**taken, "until": step.schedule.words if step.schedule else ""}


HEAD = re.compile(
    rf"(?:(?:make|start)\s+(?:me\s+)?(?:a\s+)?)?plan(?:\s+by\s+(?P<by>{SURFACE}))?(?P<when>\s+(?:[^:\n]"
    rf"|(?<=\d):(?=\d))*?)?"
    r"\s*(?:(?<!\d):|:(?!\d))\s*(?P<rest>\S.*)",
    re.IGNORECASE | re.DOTALL,
)
BULLET = re.compile(r"\s*(?:(?P<number>\d{1,3})\s*[.)]|[-*\u2022\u2013])\s+(?P<text>\S.*)")
INLINE = re.compile(r"(?<!\S)(?=(?P<number>\d{1,3})[.)]\s+\S)")
WORDS = r"|".join(NUMBERS[1:])
LIMIT = re.compile(
    rf"(?:with\s+|in\s+)?(?:at\s+most|up\s+to|no\s+more\s+than)\s+(?P<most>\d{{1,3}}|{WORDS})\s+(?:acts?"
    rf"|actions?)",
    re.IGNORECASE,
)
LATE = re.compile(r"(?:skip|leave\s+out)\s+(?:missed\s+times|what\s+was\s+missed)", re.IGNORECASE)
UNTIL = re.compile(
    r"(?:deadline\s*:?|(?:done|finish(?:ed)?|ready)\s+by|by)\s+(?P<when>\S.*)", re.IGNORECASE
)
ASKING = re.compile(
    r"(?:can|could|would|will)\s+you\s+|i\s+want\s+you\s+to\s+|i(?:\s+would|['\u2019]d)\s+like\s+you\s+to\s+"
    r"|please\s+",
    re.IGNORECASE,
)
ASKED = re.compile(r"\bask\s+me\b", re.IGNORECASE)
CUT = re.compile(
    r"\s*[,;.]?\s+(?:and\s+then|and\s+after\s+that|then|after\s+that|and|but)\s*,?\s+"
    r"|\s*;\s*|\.\s+|,\s+",
    re.IGNORECASE,
)
PARTS = re.compile(
    rf";\s|[,.]\s+(?:otherwise|else)\b|\s(?:and\s+)?then\s+(?:{MARKED.pattern})", re.IGNORECASE
)
"""What no clause goes over, whatever words it holds."""
LEADING = re.compile(r"^(?:[,:]|to\b|please\b)\s*", re.IGNORECASE)
RHYTHM = re.compile(r"\s+(?=(?:every|each|on\s+weekdays|daily|hourly|weekly)\b)", re.IGNORECASE)
WISHES = re.compile(
    r"(?:check|look|fetch|open|read|list|show|e-?mail|mail|text|sms|send|message|remind|tell|ask|save|"
    r"create|add|delete|notify|wait|think)\b",
    re.IGNORECASE,
)
"""How a wish begins: behind a time, words that begin like this are asked for where they are unread."""
NO_STEPS = "Which steps has it? Write them below the goal, one a line: “1. buy paint”."
UNREAD_STEP = "I do not read “{words}” as something that I can do in a plan. "
HOW = "Say it in words such as “text me: …”, “wait 2 hours”, “if step 1 failed, text me”."
TWO_WAYS = (
    "I can read that in more than one way: write “plan:”, the goal, and below it numbered steps."
)
ALONE = (
    "Is what comes after the “if” to be done only then, all of it? Write “plan:”, the goal, and below "
    "it numbered steps, each with an “if” of its own."
)


def read_plan(words: str, about: About) -> Planned | None:
    """The plan that the words wish; None where they wish none. Raises Refused to ask."""
    text = words.strip()
    head = HEAD.fullmatch(text)
    if head:
        return _headed(head, about)
    if _is_one_wish(text, about):
        return None
    return _by_the_clock(text, about) or _sentence(text, about)


def is_listed(words: str) -> bool:
    """Whether the words say by their form that they are a plan."""
    return HEAD.fullmatch(words.strip()) is not None


def _is_one_wish(text: str, about: About) -> bool:
    """Whether all of it is what one capability does at once, or is asked for by it."""
    try:
        return use(text, about) is not None
    except Refused:
        return True


# A list


def _headed(head: re.Match[str], about: About) -> Planned | None:
    """`plan: GOAL` and its steps, or a sentence behind `plan:`."""
    when, by = (head["when"] or "").strip(), surface(head["by"])
    try:
        schedule = read(when, about.moment) if when else None
    except Refused as error:
        if error.code == UNREAD:  # “plan for tomorrow: …” is somebody's note
            return None
        raise
    goal, lines = _lines(head["rest"])
    if lines:
        return replace(_listed(goal, lines, schedule, about), by=by)
    planned = _sentence(goal, about, schedule, is_surely=True)
    if planned is None:
        raise Refused(NO_STEPS, UNCLEAR)
    return replace(planned, by=by)


def _by_the_clock(text: str, about: About) -> Planned | None:
    """`each day at 8: GOAL` and numbered steps."""
    first, colon, rest = text.partition(":")
    while colon and re.match(r"\d\d\b", rest):  # the colon of a clock time
        more, colon, rest = rest.partition(":")
        first += f":{more}"
    goal, lines = _lines(rest)
    if not (colon and lines and goal and OPENS.fullmatch(first.split(maxsplit=1)[0] or "-")):
        return None
    return _listed(goal, lines, read(first, about.moment), about)


def _lines(text: str) -> tuple[str, list[str]]:
    """The goal, and each step as it was written. Raises Refused where a number is missing."""
    goal, *rest = text.strip().splitlines() or [""]
    if not rest:
        goal, rest = _inline(goal)
    lines = list[str]()
    is_listed = any(BULLET.fullmatch(line) for line in rest)
    for line in filter(str.strip, rest):
        bullet = BULLET.fullmatch(line)
        if bullet:
            said = int(bullet["number"] or len(lines) + 1)
            if said != len(lines) + 1:
                raise Refused(f"Step {len(lines) + 1} is missing: after it comes {said}.", UNCLEAR)
        if is_listed and not bullet and lines and not _is_about_all(line):
            lines[-1] += f" {line.strip()}"
        else:
            lines.append(bullet["text"] if bullet else line.strip())
    return goal.strip(), lines


def _inline(text: str) -> tuple[str, list[str]]:
    """Goal and steps of one line: `paint the shed 1. buy paint 2. open windows`."""
    places = [found.start() for found in INLINE.finditer(text)]
    parts = [text[a:b] for a, b in pairwise([*places, len(text)])]
    is_counted = [int(part.partition(".")[0].partition(")")[0]) for part in parts]
    if len(parts) < 2 or is_counted != [*range(1, len(parts) + 1)]:
        return text, []
    return text[: places[0]], parts


def _is_about_all(line: str) -> bool:
    return any(one.fullmatch(line.strip(" .")) for one in (LIMIT, LATE, UNTIL))


def _listed(goal: str, lines: Sequence[str], schedule: Schedule | None, about: About) -> Planned:
    """A goal and its steps, each by its own words; the person's own are theirs to do."""
    about = replace(about, comes_again=schedule is not None and schedule.repeat is not None)
    planned, steps = Planned("", schedule, ()), list[Step]()
    for line in lines:
        if _is_about_all(line):
            planned = _limited(planned, line.strip(" ."), about)
            continue
        step = read_step(line, steps, about)
        if step is None and MARKED.match(line):
            raise Refused(UNREAD_STEP.format(words=line) + HOW, UNCLEAR)
        steps.append(step or Step("do", line.strip()))
    what, planned = _goal(goal, planned, about)
    return replace(planned, what=what, steps=_finished(steps))


def _goal(text: str, planned: Planned, about: About) -> tuple[str, Planned]:
    """The goal, without the deadline and the budget that stand at its end."""
    while True:
        limit = re.search(rf"[\s,]+({LIMIT.pattern})\W*$", text, re.IGNORECASE)
        by = next(
            (m for m in re.finditer(r"[\s,]+by\s+(\S+)", text) if _dates(text, m, about)), None
        )
        if limit:
            planned, text = _limited(planned, limit[1], about), text[: limit.start()]
        elif by:
            planned, text = (
                _limited(planned, text[by.start() :].strip(" ,"), about),
                text[: by.start()],
            )
        else:
            break
    if not text.strip(" ,."):
        raise Refused("What is the plan to come to?", UNCLEAR)
    return text.strip(" ,."), planned


def _dates(text: str, by: re.Match[str], about: About) -> bool:
    """Whether words from there on are a time. Raises Refused for one that is not sure."""
    if not OPENS.fullmatch(by[1]):
        return False
    try:
        read(text[by.start(1) :], about.moment)
    except Refused as error:
        if error.code != UNREAD:
            raise
        return False
    return True


def _limited(planned: Planned, line: str, about: About) -> Planned:
    """The plan with its budget, its deadline, or what becomes of missed times."""
    limit, until = LIMIT.fullmatch(line), UNTIL.fullmatch(line)
    if limit:
        return replace(planned, most=number(limit["most"].casefold()))
    if until is None:
        return replace(planned, late="skip")
    schedule = read(until["when"], about.moment)
    if schedule.repeat is not None:
        raise Refused("A deadline is one time.", UNCLEAR)
    return replace(planned, deadline=schedule.first)


def _finished(steps: Sequence[Step]) -> tuple[Step, ...]:
    """The steps, once it is known where they end."""
    if not steps:
        raise Refused(NO_STEPS, UNCLEAR)
    if len(steps) > MOST_STEPS:
        raise Refused(f"A plan has {MOST_STEPS} steps at most.", "not so")
    return tuple(ended(step, len(steps)) for step in steps)


def ended(step: Step, count: int) -> Step:
    """The step of a plan of so many. Raises Refused where it leads to none of them."""
    if step.kind != "branch":
        return step
    if step.to > count:
        raise Refused(f"There is no step {step.to}.", UNCLEAR)
    return replace(step, to=count + 1) if step.to == TO_THE_END else step


# A sentence


def _sentence(
    text: str, about: About, schedule: Schedule | None = None, *, is_surely: bool = False
) -> Planned | None:
    """`every weekday at 8 check my calendar, and if the first meeting is before 9 text me`."""
    asks = ASKING.match(text)
    said = (text[asks.end() :].rstrip("? ") if asks else text).strip(" .!")
    if "\n" in said or (is_question(said) and not ASKED.search(said)):
        return None
    for when, rest in [(schedule, said)] if schedule else _timed(said, about):
        known = when if isinstance(when, Schedule) else None
        again = replace(about, comes_again=known is not None and known.repeat is not None)
        steps = _steps(rest, again, is_surely=is_surely or known is not None)
        if steps is None or (when is None and len(steps) < 2 and not is_surely):
            continue
        if isinstance(when, Refused):
            raise when
        return Planned(_called(rest, steps), known, _finished(steps))
    return None


def _timed(text: str, about: About) -> Iterator[tuple[Schedule | Refused | None, str]]:
    """Each way to tell when it is from what it is: at the front, or behind a clause."""
    for when, rest in starts(text, about.moment):
        yield when, LEADING.sub("", rest)
    ends = [*(found.start() for found in CUT.finditer(text)), *_colons(text), len(text)]
    for opens in RHYTHM.finditer(text):
        for end in sorted((one for one in ends if one > opens.end()), reverse=True):
            when = _repeating(text[opens.end() : end], about)
            if when is not None:
                yield when, text[: opens.start()] + text[end:]
    yield None, text


def _colons(text: str) -> Iterator[int]:
    return (found.start() for found in re.finditer(r":\s", text))


def _repeating(phrase: str, about: About) -> Schedule | Refused | None:
    """The words as a time that comes again; None where they are none."""
    try:
        schedule = read(phrase, about.moment)
    except Refused as error:
        return None if error.code == UNREAD else error
    return schedule if schedule.repeat is not None else None


def _called(text: str, steps: Sequence[Step]) -> str:
    """What the plan is called: its one message, or the words that it was wished in."""
    only = steps[0]
    if len(steps) == 1 and only.kind == "tell" and only.premise is None:
        return only.text
    return " ".join(text.split())


def _steps(text: str, about: About, *, is_surely: bool) -> tuple[Step, ...] | None:
    """The steps of a sentence, read in just one way; None where its beginning is none.

    Raises Refused for words that are left over, and where there are two ways.
    """
    clauses = _Clauses(text, about)
    clauses.read(0, ())
    if len(clauses.found) > 1:
        raise Refused(TWO_WAYS, UNCLEAR)
    if clauses.found:
        return _each_alone(clauses.found[0])
    left = text[clauses.reached :]
    is_meant = is_surely if clauses.reached else is_surely and WISHES.match(text)
    if is_meant or (clauses.reached and MARKED.match(left)):
        raise clauses.asked or Refused(UNREAD_STEP.format(words=left) + HOW, UNCLEAR)
    return None


class _Clauses:
    """The ways to cut a sentence into steps; how far it was read, and what is asked there."""

    def __init__(self, text: str, about: About) -> None:
        self._text, self._about = text, about
        self._cuts = [(found.start(), found.end()) for found in CUT.finditer(text)]
        self._cuts = [*self._cuts[:MOST_CLAUSES], (len(text), len(text))]
        self.found: list[tuple[Step, ...]] = []
        self.reached, self.asked = 0, None

    def read(self, start: int, before: tuple[Step, ...]) -> None:
        """Raises nothing: what would be asked is kept."""
        for end, after in self._cuts:
            if end <= start or PARTS.search(self._text[start:end]):
                continue
            step = self._read_one(start, self._text[start:end], before)
            if step is None:
                continue
            steps = (*before, step)
            if end == len(self._text):
                self.found.append(steps)
            else:
                if after > self.reached:
                    self.reached, self.asked = after, None
                self.read(after, steps)

    def _read_one(self, start: int, words: str, before: tuple[Step, ...]) -> Step | None:
        try:
            return read_step(words, before, self._about)
        except Refused as error:
            if start == self.reached:
                self.asked = self.asked or error
            return None


def _each_alone(steps: tuple[Step, ...]) -> tuple[Step, ...]:
    """Raises Refused where a premise may hold for the step after it, too."""
    for one, following in pairwise(steps):
        if one.premise is not None and following.premise is None:
            raise Refused(ALONE, UNCLEAR)
    return steps
