"""What a verdict on a wish rests on: found in the turn, and found again when it is carried out."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from persona.acts import costs, grants
from persona.acts.policy import Circumstances
from persona.decision import Intent, Spent
from persona.declare import Capability
from persona.memory.own import own_words
from persona.memory.standing import Gate, Standing
from persona.memory.taint import OVERHEARD
from persona.model import Address, End, Event
from persona.ports import Ports


class Seen(NamedTuple):
    """What stood before the mind: how sensitive it was, and whose untrusted words were in it.

    `typed` are destinations in the person's own words beside those of the turn, `approved` is the
    hash that a yes to a whole plan covers.
    """

    sensitivity: int
    tainted: str
    typed: frozenset[str] = frozenset()
    approved: str = ""


def of_turn(
    standing: Standing,
    events: Sequence[Event],
    intent: Intent,
    fitting: Capability | None,
    seen: Seen,
    spent: Spent,
    ports: Ports,
) -> Circumstances:
    """What is known in this turn; where many speak, everybody's words are somebody else's.

    `fitting` is the capability, None where there is none or its arguments do not fit.
    """
    gate, now, event = standing.gate, ports.clock.now(), events[-1]
    is_private, home = event.audience == "private", standing.place.home
    until = now - ports.settings.link_quarantine
    own = own_addresses(gate, home, event.address, until) - _silent(standing)
    return Circumstances(
        now=now,
        halted=standing.halted or standing.halts.why(intent.capability),
        audience=event.audience,
        tainted=OVERHEARD if event.audience == "lane" else seen.tainted,
        sensitivity=seen.sensitivity,
        own=own if is_private else frozenset(),
        typed=(typed(events, [fitting]) if fitting else frozenset()) | seen.typed,
        approved=seen.approved,
        grants=grants.of(gate, home, until) if is_private else (),
        closed=gate.suppressed,
        off=gate.off,
        **(_day(intent, fitting, spent, ports) if fitting else {}),
    )


def typed(events: Sequence[Event], capabilities: Iterable[Capability]) -> frozenset[str]:
    """The destinations of these capabilities that stand in the person's own words, in private."""
    if events[-1].audience != "private":
        return frozenset()
    words = "\n".join(own_words(one.words) for one in events)
    return frozenset(named for one in capabilities for named in one.typed(words))


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


def limited(intent: Intent, capability: Capability, about: Circumstances) -> list[str]:
    """The permissions with a daily limit by which it goes, as they are counted."""
    sent = capability.destinations(intent.arguments)
    limited = [one for one in about.grants if one.a_day]
    return [
        one.key
        for one in limited
        if any(one.covers(intent, to, about.now, about.used) for to in sent)
    ]


def counts(spent: Spent) -> dict[str, Any]:
    """How the day stood, which an act's own function cannot count again."""
    return {"usd": spent.usd, "segments": spent.segments, "uses": dict(spent.uses)}


def counted_now(standing: Standing, ports: Ports) -> dict[str, Any]:
    """The same for a wish that is approved now: by the day of the yes, and by no permission."""
    return {"limited": [], "day": counts(standing.head.spent.at(ports.clock.now()))}


def own_addresses(gate: Gate, home: str, address: Address, until: float) -> frozenset[str]:
    """The person's verified addresses: the one that speaks, and the linked ones.

    None that a link brought to it after `until`: whoever linked it may be somebody else.
    """
    linked = [str(one.address) for it, one in gate.links.items() if gate.opens(home, it, 0, until)]
    return frozenset([str(address), *linked])


def _silent(standing: Standing) -> frozenset[str]:
    """Linked addresses that may have passed to somebody else."""
    return frozenset(str(standing.gate.links[home].address) for home in standing.silent)


def later(
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
        closed=gate.suppressed,
        off=gate.off,
        approved=facts.get("approved", ""),
        strong=facts.get("strong", False),
        **day,
    )
