"""What a turn wishes done: judged there, kept as an act or as a question, judged again at the act.

A wish that is allowed becomes an act of its capability's own function, in the turn's commit. One
that is asked for becomes a question (see `questions.py`); the yes closes it and writes the act in
one commit. A wish that is denied becomes a line in the ledger.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, replace
from typing import Any

from persona import ids
from persona.acts import costs, grants
from persona.acts.policy import Circumstances, judge
from persona.decision import Act, Decision, Intent, Spent, Verdict, Wish
from persona.declare import Capability, Letter
from persona.memory import walls
from persona.memory.own import own_words, passes_on
from persona.memory.standing import Gate, Standing
from persona.model import Address, End, Event
from persona.ports import Ports

DOES = "I do this now and tell you how it went: {shown}."
ASKS = "May I do this? {shown}.\nI ask because {reason}. Say “approve {code}” or “deny {code}”."
DENIES = "I may not do this: {shown}. The reason: {reason}."
REHEARSED = "A dry run: nothing is done, and nobody is asked.\n{told}"
NOTHING = "A dry run: I would do nothing in the world about that, only answer."
WOULD = {
    "allow": "{shown}.\nI would do this at once.",
    "ask": "{shown}.\nI would ask you first, because {reason}.",
    "deny": "{shown}.\nI would not do this. The reason: {reason}.",
}


def plain(wish: Wish) -> dict[str, Any]:
    """The wish as JSON holds it, without the code that would approve it."""
    fields = asdict(wish)
    fields.pop("code")
    return fields


def open_wish(fields: Mapping[str, Any]) -> Wish:
    intent, verdict = Intent(**fields["intent"]), Verdict(**fields["verdict"])
    return Wish(intent, verdict, fields["shown"], fields["facts"])


# In the turn


def judged(
    standing: Standing, events: Sequence[Event], decision: Decision, ports: Ports
) -> Decision:
    """The decision with each wish judged, and with what the person is told of them."""
    if not decision.intents:
        return decision
    wished = _each(standing, events, decision, ports)
    reply = "\n\n".join(filter(None, [decision.reply, *told(wished)]))
    return replace(decision, intents=(), wishes=wished, reply=reply)


def rehearsed(
    standing: Standing, events: Sequence[Event], decision: Decision, ports: Ports
) -> Decision:
    """What would become of the wishes, told with their hashes: no act, no question, nothing kept."""
    wished = _each(standing, events, decision, ports)
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
    seen, wished = walls.high_water(events, decision), list[Wish]()
    spent = standing.head.spent.at(ports.clock.now())
    for intent in decision.intents:
        wish = _judged(intent, standing, events, seen, spent, ports)
        if wish.verdict.decision == "allow":
            spent = costs.used(spent, wish, ports)
        wished.append(wish)
    return tuple(wished)


def _judged(
    intent: Intent,
    standing: Standing,
    events: Sequence[Event],
    seen: int,
    spent: Spent,
    ports: Ports,
) -> Wish:
    capability = ports.capabilities[intent.capability]
    about = circumstances(standing, events, intent, capability, spent, ports)
    about = replace(about, sensitivity=seen)
    verdict = judge(intent, capability, about)
    facts = {
        "audience": about.audience,
        "tainted": about.tainted,
        "sensitivity": about.sensitivity,
        "typed": sorted(about.typed),
        "words": "\n".join(event.words for event in events),
        "limited": _limited(intent, capability, about),
        "day": _counts(spent),
    }
    code = ids.code(ports.entropy(ids.CODE)) if verdict.decision == "ask" else ""
    return Wish(intent, verdict, capability.shown(intent.arguments), facts, code)


def told(wished: Sequence[Wish]) -> list[str]:
    """What the person reads about wishes: written by code, whatever a model says of them.

    Those that were denied for one reason are told in one line.
    """
    denied: dict[str, list[str]] = {}
    for wish in wished:
        if wish.verdict.decision == "deny":
            denied.setdefault(wish.verdict.reason, []).append(wish.shown)
    said = {"allow": DOES, "ask": ASKS}
    lines = [
        said[wish.verdict.decision].format(
            shown=wish.shown, reason=wish.verdict.reason, code=wish.code
        )
        for wish in wished
        if wish.verdict.decision != "deny"
    ]
    return lines + [DENIES.format(shown="; ".join(s), reason=why) for why, s in denied.items()]


def circumstances(
    standing: Standing,
    events: Sequence[Event],
    intent: Intent,
    capability: Capability,
    spent: Spent,
    ports: Ports,
) -> Circumstances:
    """What is known in this turn, but for how sensitive the window is."""
    gate, now, event = standing.gate, ports.clock.now(), events[-1]
    is_private, home = event.audience == "private", standing.place.home
    until = now - ports.settings.link_quarantine
    words = "\n".join(own_words(one.words) for one in events) if is_private else ""
    own = own_addresses(gate, home, event.address, until) - _silent(standing)
    return Circumstances(
        now=now,
        halted=standing.halted or standing.halts.why(capability.name),
        audience=event.audience,
        tainted=tainted_by(standing, events),
        own=own if is_private else frozenset(),
        typed=capability.typed(words),
        grants=grants.of(gate, home, until) if is_private else (),
        off=gate.off,
        **_day(intent, capability, spent, ports),
    )


def _day(intent: Intent, capability: Capability, spent: Spent, ports: Ports) -> dict[str, Any]:
    """How the day stands for a wish: what was used, what it takes, and what is left.

    What only spends needs an amount that somebody set.
    """
    takes, settings = costs.of(intent, capability, ports), ports.settings
    unset = 0.0 if capability.effect == "spend" else float("inf")
    return {
        "used": spent.uses,
        "spent": spent.usd,
        "most_spent": settings.budget_usd or unset,
        "priced": takes.priced,
        "segments": takes.segments,
        "segments_left": costs.left(spent, settings),
    }


def _limited(intent: Intent, capability: Capability, about: Circumstances) -> list[str]:
    """The permissions with a daily limit by which it goes, as they are counted."""
    sent = capability.destinations(intent.arguments)
    limited = [one for one in about.grants if one.a_day]
    return [
        one.key
        for one in limited
        if any(one.covers(intent, to, about.now, about.used) for to in sent)
    ]


def _counts(spent: Spent) -> dict[str, Any]:
    """How the day stood, which an act's own function cannot count again."""
    return {"usd": spent.usd, "segments": spent.segments, "uses": dict(spent.uses)}


def counted_now(standing: Standing, ports: Ports) -> dict[str, Any]:
    """The same for a wish that is approved now: by the day of the yes, and by no permission."""
    return {"limited": [], "day": _counts(standing.head.spent.at(ports.clock.now()))}


def tainted_by(standing: Standing, events: Sequence[Event]) -> str:
    """Whose untrusted words stand in the window; empty for nobody's."""
    if any(passes_on(event.words) for event in events):
        return "what you passed on"
    return next((turn.tainted for turn in reversed(standing.recent) if turn.tainted), "")


def own_addresses(gate: Gate, home: str, address: Address, until: float) -> frozenset[str]:
    """The person's verified addresses: the one that speaks, and the linked ones.

    None that a link brought to it after `until`: whoever linked it may be somebody else.
    """
    linked = [str(one.address) for it, one in gate.links.items() if gate.opens(home, it, 0, until)]
    return frozenset([str(address), *linked])


def _silent(standing: Standing) -> frozenset[str]:
    """Linked addresses that may have passed to somebody else."""
    return frozenset(str(standing.gate.links[home].address) for home in standing.silent)


def acts_of(
    standing: Standing, events: Sequence[Event], wished: Iterable[Wish], version: int, ports: Ports
) -> tuple[Act, ...]:
    """The allowed wishes as acts, in their order."""
    allowed = [wish for wish in wished if wish.verdict.decision == "allow"]
    return tuple(
        _act(standing, events, wish, f"{ids.ordered(version)}#{part:02d}", ports)
        for part, wish in enumerate(allowed, 1)
    )


def _act(standing: Standing, events: Sequence[Event], wish: Wish, after: str, ports: Ports) -> Act:
    last, now, facts = events[-1], ports.clock.now(), dict(wish.facts)
    asked = facts.pop("asked", None)
    asked = End.from_row(asked) if asked else End.of(last, standing.place.home)
    capability = ports.capabilities[wish.intent.capability]
    letter = capability.letter(wish.intent.arguments) or Letter(asked.address, wish.shown)
    return Act(
        function=capability.name,
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


# Later, and at the act


def judge_again(
    act: Act, capability: Capability | None, gate: Gate, halted: str, ports: Ports
) -> Verdict:
    """The verdict on the act's own row, by the gate and the settings as they are now.

    What was typed, read, approved and counted is the row's, which the turn wrote; who the person's
    addresses are, what is permitted, switched off and halted is not. What would still have to be
    asked is denied, since nobody is here to be asked.
    """
    wish, asked = open_wish(act.wish), End.from_row(act.wish["asked"])
    if asked.home not in gate.homes:
        return Verdict("deny", "unlinked")
    if wish.facts.get("approved") and wish.facts.get("approver", "") not in gate.homes:
        return Verdict("deny", "the one who approved is no longer linked")
    about = recalled(wish.intent, capability, wish.facts, gate, asked, ports)
    verdict = judge(wish.intent, capability, replace(about, halted=halted or about.halted))
    if verdict.decision == "ask":
        return Verdict("deny", f"not approved: {verdict.reason}")
    is_meant = capability is not None and _is_as_judged(act, wish.intent, capability)
    return verdict if verdict.decision == "deny" or is_meant else Verdict("deny", "altered")


def recalled(
    intent: Intent,
    capability: Capability | None,
    facts: Mapping[str, Any],
    gate: Gate,
    asked: End,
    ports: Ports,
) -> Circumstances:
    """The circumstances of a wish at a later time: what was written down of it, and what is now.

    The day's counts are those that were written down; an answer to a question counts anew.
    """
    now = ports.clock.now()
    until = now - ports.settings.link_quarantine
    day = _day(intent, capability, Spent(**facts["day"]), ports) if capability else {}
    return Circumstances(
        now=now,
        halted=gate.halted_by_word or ports.halts.known.why(intent.capability),
        audience=facts["audience"],
        tainted=facts["tainted"],
        sensitivity=facts["sensitivity"],
        own=own_addresses(gate, asked.home, asked.address, until),
        typed=frozenset(facts["typed"]),
        grants=grants.of(gate, asked.home, until),
        off=gate.off,
        approved=facts.get("approved", ""),
        strong=facts.get("strong", False),
        **day,
    )


def _is_as_judged(act: Act, intent: Intent, capability: Capability) -> bool:
    """Whether the act would carry exactly what its intent says."""
    letter = capability.letter(intent.arguments)
    if letter is None:
        return True
    said = (letter.address, letter.text, dict(letter.detail))
    return said == (act.address, act.text, dict(act.detail))


def outcome(act: Act, event: Event) -> Event:
    """The outcome of a wish, told where it was spoken."""
    asked, wish = End.from_row(act.wish["asked"]), open_wish(act.wish)
    result = {f"result_{name}": str(value) for name, value in act.result.items()}
    about = {**asked.detail, **event.detail, **result, "shown": wish.shown}
    return replace(
        event,
        address=asked.address,
        author=asked.address,
        thread=asked.thread,
        home=asked.home,
        audience=wish.facts.get("audience", act.audience),
        words=str(wish.facts.get("words", "")),
        detail=about,
    )
