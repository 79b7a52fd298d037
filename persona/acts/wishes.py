"""What a turn wishes done: judged there, kept as an act or as a question, judged again at the act.

A wish that is allowed becomes an act of its capability's own function, in the turn's commit. One
that is asked for becomes a question (see `questions.py`); the yes closes it and writes the act in
one commit. A wish that is denied becomes a line in the ledger.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, replace
from typing import Any, NamedTuple

from persona import ids
from persona.acts.policy import Circumstances, Grant, judge
from persona.decision import Act, Decision, Intent, Verdict, Wish
from persona.declare import Capability, Letter
from persona.memory import walls
from persona.memory.own import own_words
from persona.memory.standing import Gate, Standing
from persona.memory.taint import OVERHEARD, taint
from persona.model import Address, End, Event
from persona.ports import Ports

DOES = "I do this now and tell you how it went: {shown}."
ASKS = "May I do this? {shown}.\nI ask because {reason}. Say “approve {code}” or “deny {code}”."
DENIES = "I may not do this: {shown}. The reason: {reason}."


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
    seen = Seen(walls.high_water(events, decision), taint(events, decision))
    wished = tuple(_judged(intent, standing, events, seen, ports) for intent in decision.intents)
    reply = "\n\n".join(filter(None, [decision.reply, *map(told, wished)]))
    return replace(decision, intents=(), wishes=wished, reply=reply)


class Seen(NamedTuple):
    """What stood before the mind: how sensitive it was, and whose untrusted words were in it."""

    sensitivity: int
    tainted: str


def _judged(
    intent: Intent, standing: Standing, events: Sequence[Event], seen: Seen, ports: Ports
) -> Wish:
    capability = ports.capabilities.get(intent.capability)
    about = circumstances(standing, events, capability, seen, ports)
    verdict = judge(intent, capability, about)
    facts = {
        "audience": about.audience,
        "tainted": about.tainted,
        "sensitivity": about.sensitivity,
        "typed": sorted(about.typed),
        "words": "\n".join(event.words for event in events),
    }
    code = ids.code(ports.entropy(ids.CODE)) if verdict.decision == "ask" else ""
    return Wish(intent, verdict, _shown(intent, capability), facts, code)


def _shown(intent: Intent, capability: Capability | None) -> str:
    """What it would do, in words; empty for what does not fit, of which nothing can be said."""
    if capability is None or not capability.fits(intent.arguments):
        return ""
    return capability.shown(intent.arguments)


def denied(wishes: Iterable[Wish], verdict: Verdict) -> tuple[Wish, ...]:
    """The wishes of a turn that may not answer: nothing is done and nothing is asked."""
    return tuple(replace(wish, verdict=Verdict("deny", verdict.reason), code="") for wish in wishes)


def told(wish: Wish) -> str:
    """What the person reads about a wish: written by code, whatever a model says of it.

    Nothing of one that never fitted: its mind was told so, and could put it right.
    """
    if not wish.shown:
        return ""
    said = {"allow": DOES, "ask": ASKS, "deny": DENIES}[wish.verdict.decision]
    return said.format(shown=wish.shown, reason=wish.verdict.reason, code=wish.code)


def circumstances(
    standing: Standing,
    events: Sequence[Event],
    capability: Capability | None,
    seen: Seen,
    ports: Ports,
) -> Circumstances:
    """What is known in this turn; where many speak, everybody's words are somebody else's."""
    gate, now, event = standing.gate, ports.clock.now(), events[-1]
    is_private = event.audience == "private"
    words = "\n".join(own_words(one.words) for one in events) if is_private else ""
    return Circumstances(
        now=now,
        halted=_halted(gate),
        audience=event.audience,
        tainted=OVERHEARD if event.audience == "lane" else seen.tainted,
        sensitivity=seen.sensitivity,
        own=own_addresses(gate, event.address) if is_private else frozenset(),
        typed=capability.typed(words) if capability else frozenset(),
        grants=grants_of(gate),
        off=frozenset(gate.row.get("off", ())),
        used=standing.head.spent.at(now).uses,
    )


def own_addresses(gate: Gate, address: Address) -> frozenset[str]:
    """The person's verified addresses: the one that speaks and all that are linked to it."""
    return frozenset([str(address), *(str(link.address) for link in gate.links.values())])


def grants_of(gate: Gate) -> tuple[Grant, ...]:
    """The standing permissions of a lane."""
    return tuple(Grant(**one) for one in gate.row.get("grants", ()))


def granted(intent: Intent, capability: Capability) -> tuple[dict[str, Any], ...]:
    """The standing permissions that “always” gives: for messages alone, to these destinations."""
    if capability.effect != "send" or capability.destructive:
        return ()
    named = capability.destinations(intent.arguments)
    return tuple({"capability": capability.name, "destination": one} for one in named)


def _halted(gate: Gate) -> str:
    return "you said stop" if gate.halted else ""


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


# At the act


def judge_again(
    act: Act, capability: Capability | None, gate: Gate, halted: str, now: float
) -> Verdict:
    """The verdict on the act's own row, by the gate as it is now.

    What was typed, read and approved is the row's, which the turn wrote; who the person's
    addresses are, what is permitted and what is halted is the gate's. What would still have to be
    asked is denied, since nobody is here to be asked.
    """
    wish, asked = open_wish(act.wish), End.from_row(act.wish["asked"])
    if asked.home not in gate.homes:
        return Verdict("deny", "unlinked")
    if wish.facts.get("approved") and wish.facts.get("approver", "") not in gate.homes:
        return Verdict("deny", "the one who approved is no longer linked")
    about = recalled(gate, asked, wish.facts, now)
    verdict = judge(wish.intent, capability, replace(about, halted=halted or about.halted))
    if verdict.decision == "ask":
        return Verdict("deny", f"not approved: {verdict.reason}")
    if verdict.decision == "deny" or capability is None:
        return verdict
    return verdict if _is_as_judged(act, wish.intent, capability) else Verdict("deny", "altered")


def recalled(gate: Gate, asked: End, facts: Mapping[str, Any], now: float) -> Circumstances:
    """The circumstances of a wish at a later time: what was written down of it, and the gate now."""
    return Circumstances(
        now=now,
        halted=_halted(gate),
        audience=facts["audience"],
        tainted=facts["tainted"],
        sensitivity=facts["sensitivity"],
        own=own_addresses(gate, asked.address),
        typed=frozenset(facts["typed"]),
        grants=grants_of(gate),
        off=frozenset(gate.row.get("off", ())),
        approved=facts.get("approved", ""),
        strong=facts.get("strong", False),
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
    about["tainted"] = wish.facts.get("tainted", "")
    return replace(
        event,
        address=asked.address,
        author=asked.address,
        thread=asked.thread,
        home=asked.home,
        audience=wish.facts["audience"],
        words=str(wish.facts.get("words", "")),
        detail=about,
    )
