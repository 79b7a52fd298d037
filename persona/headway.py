"""How a lane's head moves on with a turn: its counters, and the digest that the next turn reads."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from persona.acts import awaited, costs, held, limits
from persona.decision import Act, Decision, Spent
from persona.memory import failures
from persona.memory.standing import Head, Standing
from persona.mind.linking import TRIED
from persona.mind.zones import is_zone
from persona.model import Event, Turn
from persona.ports import Ports

MOST_UNTOLD = 3
MOST_TAILS = 8
"""Addresses of one lane whose last act is remembered, so that the next one need not look for it."""


def next_head(
    standing: Standing,
    events: Sequence[Event],
    decision: Decision,
    turn: Turn | None,
    acts: Sequence[Act],
    ports: Ports,
) -> Head:
    """The head after this turn; its ledger hash is still to come."""
    head, now = standing.head, ports.clock.now()
    asking = {} if head.asking.get("asked", "-") == events[0].leaver else head.asking
    was_waiting = sum(standing.seen.get(e.id, {}).get("state") == "waiting" for e in events)
    overheard = any(standing.seen.get(e.id, {}).get("state") == "overheard" for e in events)
    is_answered = events[0].kind == "message" and not decision.wait_until and bool(decision.reply)
    paced = dict(head.paced)
    for one in {str(act.address): act.address for act in acts}.values():
        most = ports.surfaces[one.surface].paced
        if most:
            paced[str(one)] = [*limits.remember(paced.get(str(one), []), now, most, limits.HOUR)]
    times = limits.remember(head.times, now, ports.settings.turns_a_minute, limits.MINUTE)
    notes = () if decision.told else head.untold
    return replace(
        head,
        version=standing.next_version,
        spoken=head.spoken + (turn is not None and bool(turn.said) and events[0].kind != "copy"),
        memory=head.memory + bool(decision.forgets or decision.rewrites or overheard),
        notes=head.notes + bool(decision.noted(turn)),
        waiting=head.waiting - was_waiting + (len(events) if decision.wait_until else 0),
        times=times if is_answered else head.times,
        paced=paced,
        held_until=held.until(standing, events, decision.wait_until),
        asking=dict(decision.asks) if is_answered else asking,
        tails=_tails(standing, acts),
        spent=_spent(head, decision, acts, ports),
        wished=head.wished + len(decision.wishes),
        greeted=head.greeted or decision.greets,
        linking=head.linking if decision.linking is None else decision.linking,
        tries=_tries(head, decision, now),
        heard=_heard(standing, events[0], ports),
        plans=max([head.plans, *(plan.number for plan in decision.plans)]),
        looked=head.looked + 1 if decision.is_silent else 0 if decision.looked else head.looked,
        awaited=awaited.next_awaited(standing, decision),
        **_zone(head, events[0], decision),
        failure=failures.after(standing, decision, turn),
        likeness=head.likeness if decision.likeness is None else decision.likeness,
        untold=_untold(notes, decision.untold),
    )


def _untold(notes: Sequence[str], note: str) -> tuple[str, ...]:
    """The last few, each once."""
    return (*(one for one in notes if one != note), note)[-MOST_UNTOLD:] if note else tuple(notes)


def _spent(head: Head, decision: Decision, acts: Sequence[Act], ports: Ports) -> Spent:
    """With what this turn cost, and what it leads to takes."""
    before = head.spent.at(ports.clock.now())
    spent = costs.counted(before.plus(decision.cost), decision, acts, ports)
    return head.spent if spent == before else spent


def _tries(head: Head, decision: Decision, now: float) -> tuple[float, ...]:
    if decision.link.get("verb") not in TRIED:
        return head.tries
    return limits.remember(head.tries, now, limits.MOST_LINKS, limits.HOUR)


def _zone(head: Head, event: Event, decision: Decision) -> dict[str, Any]:
    """The person's time zone: what they said counts, else what their browser tells."""
    if decision.zone:
        return {"zone": decision.zone, "zone_said": True}
    told = event.detail.get("zone", "")
    return {"zone": told} if is_zone(told) and not head.zone_said else {}


def _heard(standing: Standing, event: Event, ports: Ports) -> Mapping[str, float]:
    """When linked homes were last heard; one that is silent must first be proven again."""
    head, home = standing.head, standing.place.home
    is_proof = event.kind == "link" and event.detail.get("link") == "linked"
    is_heard = event.kind == "message" and not standing.is_silent
    if home not in standing.gate.links or not (is_proof or is_heard):
        return head.heard
    if not ports.surfaces[event.address.surface].reassigned_after:
        return head.heard
    return {**head.heard, home: ports.clock.now()}


def _tails(standing: Standing, acts: Sequence[Act]) -> Mapping[str, str]:
    """The last act to each address, the newest address last."""
    tails = dict(standing.head.tails or {})
    for act in acts:
        tails.pop(str(act.address), None)
        tails[str(act.address)] = act.after
    return dict(list(tails.items())[-MOST_TAILS:])
