"""What a turn wishes done: judged there, and kept as an act or as a question.

A wish that is allowed becomes an act of its capability's own function, in the turn's commit. One
that is asked for becomes a question (see `questions.py`); the yes closes it and writes the act in
one commit. A wish that is denied becomes a line in the ledger. The act is judged once more where
it is carried out (see `again.py`).
"""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, replace

from persona import ids
from persona.acts import circumstances, costs
from persona.acts.circumstances import Seen
from persona.acts.plans import Plans, Wished
from persona.acts.policy import judge
from persona.acts.wished import plain, rests_of
from persona.decision import Act, Decision, Intent, Spent, Verdict, Wish
from persona.declare import Capability, Letter, moment
from persona.errors import Refused
from persona.memory import walls
from persona.memory.standing import Standing
from persona.memory.taint import taint
from persona.model import End, Event
from persona.ports import Ports

DOES = "I do this now and tell you how it went: {shown}."
HOW = "Say “approve {code}” or “deny {code}”."
ASKS = "May I do this? {shown}.\nI ask because {reason}. " + HOW
WHOLE = (
    "\nI would ask you before some of it ({reason}). “approve {code}” starts it and is your yes to "
    "these steps, too; after a plain “yes” I ask when they come."
)
BY_A_STEP = "a step needs a yes"
DENIES = "I may not do this: {shown}. The reason: {reason}."
REHEARSED = "A dry run: nothing is done, and nobody is asked.\n{told}"
NOTHING = "A dry run: I would do nothing in the world about that, only answer."
WOULD = {
    "allow": "{shown}.\nI would do this at once.",
    "ask": "{shown}.\nI would ask you first, because {reason}.",
    "deny": "{shown}.\nI would not do this. The reason: {reason}.",
}


# In the turn


def judged(
    standing: Standing, events: Sequence[Event], decision: Decision, ports: Ports
) -> Decision:
    """The decision with each wish judged, and with what the person is told of them."""
    if not decision.intents:
        return decision
    asked = End.of(events[-1], standing.place.home)
    plans = Plans(standing, ports, decision)
    each = _each(standing, events, decision, ports)
    done = [done_in_turn(wish, asked, plans, ports) for wish in each]
    wished, said = tuple(wish for wish, _ in done), [said for _, said in done]
    serving = ports.identity.serving(decision.manner.partition("/")[0])
    still = told([wish for wish, said in done if not said], (serving and serving.doing) or DOES)
    reply = "\n\n".join(filter(None, [decision.reply, *said, *still]))
    wished = (*decision.wishes, *wished)
    return plans.into(replace(decision, intents=(), wishes=wished, reply=reply))


def judged_alone(
    standing: Standing,
    events: Sequence[Event],
    intent: Intent,
    seen: Seen,
    before: Iterable[Wish],
    ports: Ports,
) -> Wish:
    """One wish judged that no mind of this turn made, as if those `before` it were done already."""
    spent = standing.head.spent.at(ports.clock.now())
    for wish in before:
        if wish.verdict.decision == "allow":
            spent = costs.used(spent, wish, ports)
    return _judged(intent, standing, events, seen, spent, ports)


def done_in_turn(wish: Wish, asked: End, plans: Plans, ports: Ports) -> tuple[Wish, str]:
    """A wish that the turn itself carries out, and what is told of it; nothing for any other.

    One that cannot be done after all ends denied. A plan is shown also where its steps are asked
    for: the code of the question then starts it and is a yes to them, too.
    """
    capability = ports.capabilities.get(wish.intent.capability)
    is_shown = wish.verdict.rule == BY_A_STEP
    is_done = wish.verdict.decision == "allow" or is_shown
    if capability is None or not capability.in_turn or not is_done:
        return wish, ""
    facts, now = wish.facts, moment(ports)
    about = Wished(
        plans,
        wish.intent,
        asked,
        facts["message"],
        facts["turn"],
        now,
        typed=tuple(facts["typed"]),
        tainted=facts["tainted"],
        sensitivity=facts["sensitivity"],
        approver=facts["approver"] if facts.get("approved") == wish.intent.hash else "",
    )
    try:
        fitted = capability.arguments.model_validate(dict(wish.intent.arguments))
        said = str(capability.use(fitted, about))
        asks = WHOLE.format(code=wish.code, reason=wish.verdict.reason) if is_shown else ""
        return wish, said + asks
    except Refused as refused:
        return replace(wish, verdict=Verdict("deny", refused.reason, "refused")), ""


def rehearsed(
    standing: Standing, events: Sequence[Event], decision: Decision, ports: Ports
) -> Decision:
    """What would become of the wishes, told with their hashes: no act, no question, nothing kept."""
    wished = [one for one in _each(standing, events, decision, ports) if one.shown]
    lines = [
        WOULD[wish.verdict.decision].format(shown=wish.shown, reason=wish.verdict.reason)
        + f"\n(intent {wish.intent.hash})"
        for wish in wished
    ]
    said = REHEARSED.format(told="\n\n".join(lines)) if lines else NOTHING
    return Decision(
        reply=said,
        recalled=decision.recalled,
        shown=decision.shown,
        mind=decision.mind,
        cost=decision.cost,
    )


def _each(
    standing: Standing, events: Sequence[Event], decision: Decision, ports: Ports
) -> tuple[Wish, ...]:
    """The wishes in their order, each judged as if those before it were done already."""
    seen = Seen(walls.high_water(events, decision), taint(events, decision))
    spent, wished = standing.head.spent.at(ports.clock.now()), list[Wish]()
    rests = _rests(standing, events, decision)
    for intent in decision.intents:
        wish = _judged(intent, standing, events, seen, spent, ports)
        if wish.verdict.decision == "allow":
            spent = costs.used(spent, wish, ports)
        wished.append(replace(wish, facts={**wish.facts, "rests": rests}))
    return tuple(wished)


def _rests(standing: Standing, events: Sequence[Event], decision: Decision) -> list[str]:
    """What led to the wishes of a turn, so that they go with it: messages, and turns by pointer."""
    own = f"{standing.place.home}/{standing.next_version}"
    recalled = [one.pointer for one in decision.recalled]
    told = [one for event in events for one in rests_of(event)]
    said = [event.message_id for event in events]
    return list(dict.fromkeys([*said, own, *recalled, *decision.rests, *told]))


def _judged(
    intent: Intent,
    standing: Standing,
    events: Sequence[Event],
    seen: Seen,
    spent: Spent,
    ports: Ports,
) -> Wish:
    capability = ports.capabilities.get(intent.capability)
    fitting = capability if capability and capability.fits(intent.arguments) else None
    about = circumstances.of_turn(standing, events, intent, fitting, seen, spent, ports)
    verdict = judge(intent, capability, about)
    if fitting and fitting.leads_to and verdict.decision == "allow" and not seen.approved:
        verdict = _by_steps(intent, fitting, standing, events, seen, spent, ports) or verdict
    facts = {
        "audience": about.audience,
        "tainted": about.tainted,
        "sensitivity": about.sensitivity,
        "typed": sorted(about.typed | _typed_later(intent, fitting, events, ports)),
        "words": "\n".join(event.words for event in events),
        "limited": circumstances.limited(intent, fitting, about) if fitting else [],
        "day": circumstances.counts(spent),
        "message": events[-1].message_id,
        "turn": standing.next_version,
        "chain": int(events[-1].detail.get("chain", "0")) + 1,
    }
    code = ids.code(ports.entropy(ids.CODE)) if verdict.decision == "ask" else ""
    shown = fitting.shown(intent.arguments) if fitting else ""  # nothing can be said of the rest
    return Wish(intent, verdict, shown, facts, code)


def _typed_later(
    intent: Intent, capability: Capability | None, events: Sequence[Event], ports: Ports
) -> frozenset[str]:
    """The destinations in these words to which what it leads to may send."""
    if capability is None or capability.leads_to is None:
        return frozenset()
    used = [name for _, name, _ in capability.leads_to(intent.arguments, moment(ports))]
    known = ports.capabilities
    return circumstances.typed(events, [known[name] for name in used if name in known])


def _by_steps(
    intent: Intent,
    capability: Capability,
    standing: Standing,
    events: Sequence[Event],
    seen: Seen,
    spent: Spent,
    ports: Ports,
) -> Verdict | None:
    """The question that a yes to the whole plan answers: the first of its steps that would ask."""
    assert capability.leads_to is not None
    for step, name, arguments in capability.leads_to(intent.arguments, moment(ports)):
        used = ports.capabilities.get(name)
        if used is None or used.effect == "spend":
            continue
        try:
            settled = used.settled(arguments, moment(ports))
        except Refused:  # what is not clear now is asked for when it comes
            continue
        wished = Intent(name, used.version, settled, intent.lane, intent.cause)
        about = circumstances.of_turn(standing, events, wished, used, seen, spent, ports)
        verdict = judge(wished, used, about)
        if verdict.decision == "ask":
            return Verdict("ask", f"step {step} needs your yes: {verdict.reason}", BY_A_STEP)
    return None


def denied(wishes: Iterable[Wish], verdict: Verdict) -> tuple[Wish, ...]:
    """The wishes of a turn that may not answer: nothing is done and nothing is asked."""
    unsaid = Verdict("deny", verdict.reason, verdict.reason)  # which names nobody, unlike a judge's
    return tuple(replace(wish, verdict=unsaid, code="") for wish in wishes)


def told(wished: Sequence[Wish], does: str = DOES) -> list[str]:
    """What the person reads about wishes: written by code, whatever a model says of them.

    `does` is what is said of one that is done now; how something is asked for never changes.
    Those that were denied for one reason are told in one line. Nothing of one that never fitted:
    its mind was told so, and could put it right.
    """
    denied: dict[str, list[str]] = {}
    fitting = [wish for wish in wished if wish.shown]
    for wish in fitting:
        if wish.verdict.decision == "deny":
            denied.setdefault(wish.verdict.reason, []).append(wish.shown)
    said = {"allow": does, "ask": ASKS}
    lines = [
        said[wish.verdict.decision].format(
            shown=wish.shown, reason=wish.verdict.reason, code=wish.code
        )
        for wish in fitting
        if wish.verdict.decision != "deny"
    ]
    return lines + [DENIES.format(shown="; ".join(s), reason=why) for why, s in denied.items()]


def acts_of(
    standing: Standing, events: Sequence[Event], wished: Iterable[Wish], version: int, ports: Ports
) -> tuple[Act, ...]:
    """The allowed wishes as acts, in their order."""
    allowed = [wish for wish in wished if wish.verdict.decision == "allow"]
    carried = [wish for wish in allowed if ports.capabilities[wish.intent.capability].function]
    return tuple(
        _act(standing, events, wish, f"{ids.ordered(version)}#{part:02d}", ports)
        for part, wish in enumerate(carried, 1)
    )


def _act(standing: Standing, events: Sequence[Event], wish: Wish, after: str, ports: Ports) -> Act:
    last, now, facts = events[-1], ports.clock.now(), dict(wish.facts)
    asked = facts.pop("asked", None)
    asked = End.from_row(asked) if asked else End.of(last, standing.place.home)
    capability = ports.capabilities[wish.intent.capability]
    letter = capability.letter(wish.intent.arguments) or Letter(asked.address, wish.shown)
    return Act(
        function=capability.function,
        lane=standing.place.lane,
        home=asked.home,
        after=after,
        address=letter.address,
        thread="",
        text=letter.text,
        cause=last.correlation,
        at=now,
        audience="lane",  # whoever may read these words was judged with them
        sensitivity=facts["sensitivity"],
        detail=letter.detail,
        due=now,
        wish={**plain(replace(wish, facts=facts)), "asked": asdict(asked)},
    )
