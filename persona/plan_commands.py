"""What a person says of their plans in plain commands, and the plans that they put in words.

All of it is decided by code, with or without a language model: who may stop a plan must not depend
on a mind that understands the wish. What reads whole plans is loaded when words may be one.
"""

from collections.abc import Callable, Mapping, Sequence

from persona.acts import plan as moves
from persona.acts import wishes
from persona.acts.moving import carry_on
from persona.acts.plans import NONE, SHARED, Plans
from persona.compiled import compiled
from persona.decision import Decision
from persona.declare import moment
from persona.errors import Refused
from persona.memory.own import own_words
from persona.memory.standing import Standing
from persona.mind.commands import Verb, parse
from persona.mind.wishing import Wishing, unfit
from persona.model import Event
from persona.plan import Plan, Step
from persona.ports import Ports

YES = r"(?i)(?:yes|yep|yeah|ok|okay|start\s+it|go\s+ahead)(?:[\s,]+please)?[.!\s]*"
NO = r"(?i)(?:no|nope|drop\s+it|no[\s,]+thanks|no[\s,]+thank\s+you)[.!\s]*"
DONE = r"(?i)(?:it\s+is\s+|it['\u2019]s\s+)?(?:all\s+)?done[.!\s]*"
SKIP = r"(?i)skip(?:\s+(?:it|this|that|step))?[.!\s]*"
LISTED = r"(?i)(?:(?:make|start)\s+(?:me\s+)?(?:a\s+)?)?plan\b[^:\n]*:"
CHANGE = (
    r"(?is)step\s+(?P<step>\d+)(?:\s+(?:of|in)\s+\D*#?(?P<plan>\d+))?\s+(?:to|into)\b\s*:?\s*"
    r"(?P<words>\S.*)"
)
ANSWER = r"(?s)#?(?P<plan>\d+)\s*[:,]\s*(?P<words>\S.*)"
MAY_BE_ONE = (
    r"(?i)\bplan\b|[:;,.]\s+\S|\s(?:and|then|but|every|each|daily|hourly|weekly|monthly|on\s+weekdays)\s"
    r"|^(?:please\s+)?(?:in|at|by|on|every|each|to|this|next|coming|the|noon|mid|hour|dai|week|month|year"
    r"|annual|once|day|first|half|quarter|\d|mon|tue|wed|thu|fri|sat|sun)"
)
"""What every plan in words has somewhere: two clauses, or a time."""
BY_NUMBER = "Text messages can be sent by others in your name: say “yes {number}” to start it."
WHICH_PLAN = "Of which plan? Say “change step {step} of plan 3 to …”."
UNREAD_STEP = "I do not read “{words}” as a step. Say “text me: …”, “wait 2 hours”, “ask me: …”."
SURFACES_WITHOUT_BARE_YES = frozenset({"sms"})


def said(standing: Standing, events: Sequence[Event], ports: Ports) -> Decision | None:
    """The decision on words that are about plans; None where they are about something else."""
    if len(events) != 1:
        return None
    words = own_words(events[0].words).strip()
    command = parse(words)
    if command is None:
        return _bare(standing, events, words, ports) or _planned(standing, events, words, ports)
    if command.verb == "confirm":  # no link waits for this number, or it would have had it
        return _confirmed(standing, events, int(command.rest), ports)
    if command.verb not in BY_VERB:
        return None
    if standing.is_shared:
        return Decision(reply=SHARED, mind="none")
    verb, rest = BY_VERB[command.verb], command.rest
    return _done(standing, events, ports, lambda plans: verb(plans, rest, events[0], ports))


def _done(
    standing: Standing, events: Sequence[Event], ports: Ports, do: Callable[[Plans], str]
) -> Decision:
    """The decision with what was done, and with what that leads to; or with why it was not."""
    plans = Plans(standing, ports)
    try:
        reply = do(plans)
    except Refused as refused:
        return plans.into(Decision(reply=refused.reason, mind="none"))
    return carry_on(standing, events, plans, Decision(reply=reply, mind="none"), ports)


def is_alone(words: str) -> bool:
    """Whether the words are an answer or a plan of their own, also where more was said after them."""
    own = own_words(words).strip()
    return bool(compiled(LISTED).match(own)) or any(
        compiled(one).fullmatch(own) for one in (YES, NO, DONE, SKIP)
    )


# By number


def _show(plans: Plans, rest: str, event: Event, ports: Ports) -> str:
    return plans.shown(plans.find(int(rest)), event.address.surface)


def _answer(plans: Plans, rest: str, event: Event, ports: Ports) -> str:
    found = compiled(ANSWER).fullmatch(rest)
    if found is None:
        raise Refused(UNREAD_STEP.format(words=rest))
    return plans.answer(int(found["plan"]), found["words"], event.message_id)


def _change(plans: Plans, rest: str, event: Event, ports: Ports) -> str:
    """Another step in the place of one, read by the words that it would have in a new plan."""
    found = compiled(CHANGE).fullmatch(rest)
    if found is None:
        raise Refused(UNREAD_STEP.format(words=rest))
    step = int(found["step"])
    shown = [plan for plan in plans.all() if plan.state == "shown"]
    if not found["plan"] and len(shown) != 1:
        raise Refused(WHICH_PLAN.format(step=step))
    plan = plans.find(int(found["plan"])) if found["plan"] else shown[0]
    new = _step(found["words"], plan, step, ports)
    return plans.change_step(plan.number, step, new)


def _step(words: str, plan: Plan, number: int, ports: Ports) -> Step:
    """Raises Refused to ask."""
    from persona.mind.planning import ended
    from persona.mind.premises import About
    from persona.mind.steps import MARKED, read_step

    again = plan.schedule.repeat is not None
    about = About(ports.capabilities, moment(ports), comes_again=again)
    step = read_step(words, plan.steps[: number - 1], about)
    if step is None and MARKED.match(words):
        raise Refused(UNREAD_STEP.format(words=words))
    return ended(step or Step("do", words.strip()), len(plan.steps))


BY_VERB: Mapping[Verb, Callable[[Plans, str, Event, Ports], str]] = {
    "plans": lambda plans, rest, event, ports: plans.listed() or NONE,
    "show": _show,
    "cancel": lambda plans, rest, event, ports: plans.change("cancel", int(rest)),
    "pause": lambda plans, rest, event, ports: plans.change("pause", int(rest)),
    "resume": lambda plans, rest, event, ports: plans.change("resume", int(rest)),
    "start": lambda plans, rest, event, ports: plans.start(int(rest)),
    "skip": lambda plans, rest, event, ports: plans.skip(int(rest)),
    "done": lambda plans, rest, event, ports: plans.done(int(rest)),
    "run": lambda plans, rest, event, ports: plans.run_now(int(rest)),
    "undo": lambda plans, rest, event, ports: plans.undo(int(rest)),
    "answer": _answer,
    "change": _change,
}


# Bare words


def _bare(standing: Standing, events: Sequence[Event], words: str, ports: Ports) -> Decision | None:
    """`yes` and `no` right after a plan was shown; `done` and `skip` where one waits for that."""
    if standing.is_shared or not standing.head.plans:
        return None
    if compiled(YES).fullmatch(words) or compiled(NO).fullmatch(words):
        return _to_shown(standing, events, words, ports)
    if not (compiled(DONE).fullmatch(words) or compiled(SKIP).fullmatch(words)):
        return None
    is_done = compiled(DONE).fullmatch(words) is not None
    waiting = [one for one in Plans(standing, ports).all() if moves.stands_at(one, "do")]
    if not waiting:
        return None
    return _done(
        standing, events, ports, lambda plans: plans.done(None) if is_done else plans.skip(None)
    )


def _to_shown(
    standing: Standing, events: Sequence[Event], words: str, ports: Ports
) -> Decision | None:
    asking = standing.head.asking
    if asking.get("what") != "plan":
        return None
    shown = Plans(standing, ports).get(asking["plan"])
    if shown is None or shown.state != "shown":
        return None
    if compiled(NO).fullmatch(words):
        return _done(standing, events, ports, lambda plans: plans.change("cancel", shown.number))
    if events[0].address.surface in SURFACES_WITHOUT_BARE_YES:
        return Decision(reply=BY_NUMBER.format(number=shown.number), mind="none", asks=dict(asking))
    return _done(standing, events, ports, lambda plans: plans.start(None))


def _confirmed(
    standing: Standing, events: Sequence[Event], number: int, ports: Ports
) -> Decision | None:
    """`yes 12` to a plan that was shown; nothing where none was."""
    if standing.is_shared or not standing.head.plans:
        return None
    shown = [one.number for one in Plans(standing, ports).all() if one.state == "shown"]
    if number not in shown:
        return None
    return _done(standing, events, ports, lambda plans: plans.start(number))


# A plan in words


def _planned(
    standing: Standing, events: Sequence[Event], words: str, ports: Ports
) -> Decision | None:
    """The plan that the words make, shown and not begun; None where they make none.

    A sentence that is not read goes on to a model, where there is one.
    """
    if not compiled(MAY_BE_ONE).search(words):
        return None
    from persona.mind import planning
    from persona.mind.premises import About

    try:
        planned = planning.read_plan(words, About(ports.capabilities, moment(ports)))
    except Refused as refused:
        if ports.models and not planning.is_listed(words):
            return None
        return Decision(reply=refused.reason, mind="none")
    if planned is None:
        return None
    wishing = Wishing(standing, events, ports)
    try:
        wishing.wish("start_plan", planned.arguments(ports.settings.timezone))
    except Refused as refused:
        return Decision(reply=unfit("start_plan", refused), mind="none")
    decision = Decision(mind="none", intents=wishing.intents)
    return wishes.judged(standing, events, decision, ports)
