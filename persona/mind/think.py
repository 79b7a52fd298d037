"""Deciding: the models in turn with the capabilities offered to them, and what stays when all fail.

The order of fallback is the identity's: each model in turn, then the reflex brain, which needs
nothing outside memory. So the person always gets an answer, and is told which kind it is.
"""

from collections.abc import Sequence
from dataclasses import replace
from functools import cache, partial
from typing import Any

from persona.decision import Decision
from persona.declare import Capability
from persona.errors import Refused, Transient, Unknown
from persona.language import Call, Completion, Model, Prompt
from persona.memory.standing import Standing
from persona.mind import prompt
from persona.mind.budget import USED_UP, Budget
from persona.mind.hands import MemoryHands
from persona.mind.reflex import ask_to_forget, forget_by_code, reflect
from persona.mind.wishing import Wishing
from persona.mind.wording import wording
from persona.model import Event
from persona.ports import Ports

MOST_ROUNDS = 6
SHARE = 0.6
"""The part of the time left that one model may use, so that the next mind still has some."""
FALLEN = "(My language model is not answering, so this comes from my rules.)"
AS_FALLEN = "reflex after a model failed"
SPENT = "(What my language model may cost today is used up, so this comes from my rules.)"
AS_SPENT = "reflex, budget used up"


def think(standing: Standing, events: Sequence[Event], ports: Ports, reflex_only: bool) -> Decision:
    """One decision on new words; a model's Transient, Refused or Unknown leads to the next mind."""
    if not ports.models or reflex_only or standing.place_is_unproven:
        return reflect(standing, events, ports)
    by_code = forget_by_code(standing, events[-1], ports) if len(events) == 1 else None
    if by_code:
        return by_code
    now = ports.clock.now()
    until = min(now + ports.settings.think_seconds, ports.think_until)
    budget = Budget(ports.settings, standing.head.spent.at(now))
    is_used_up = False
    for model in ports.models:
        left = until - ports.clock.now()
        try:
            decision = _converse(model, standing, events, ports, left * SHARE, budget)
        except _Failed as failed:  # the next one takes over; the turn says why
            budget.note(model.name, failed.error)
            is_used_up = isinstance(failed.error, Refused) and failed.error.code == USED_UP
            continue
        return replace(decision, cost=budget.cost)
    fallen = reflect(standing, events, ports)
    excuse, mind = (SPENT, AS_SPENT) if is_used_up else (FALLEN, AS_FALLEN)
    return replace(fallen, reply=f"{fallen.reply}\n{excuse}", mind=mind, cost=budget.cost)


def _converse(
    model: Model,
    standing: Standing,
    events: Sequence[Event],
    ports: Ports,
    seconds: float,
    budget: Budget,
) -> Decision:
    """The loop: ask, use what may be used inline, ask again, until there are only words left."""
    ports = _open_to(standing, ports)
    hands = MemoryHands(standing, events, ports, partial(budget.meaning, ports))
    wishing = Wishing(standing, events, ports)
    words = "\n".join(event.words for event in events)
    recalled = hands.recall(words)
    hands.cite(recalled)
    for event in events:
        hands.note(event)
    prompts = prompt.build(standing, events, recalled, ports, hands.notes)
    until = ports.clock.now() + seconds
    for _ in range(MOST_ROUNDS):
        answer = _ask(model, prompts, ports, until, budget)
        if not answer.calls:
            if not answer.text.strip():
                raise _Failed(Refused("it answered nothing"))
            asked = Decision()
            if hands.to_forget:
                asked = ask_to_forget(hands.to_forget, standing, events[-1], ports)
            return Decision(
                reply="\n\n".join(filter(None, [answer.text.strip(), asked.reply])),
                asks=asked.asks,
                intents=wishing.intents,
                recalled=tuple(hands.cited.values()),
                notes=tuple(hands.kept.values()),
                shown=prompt.shown(standing, ports),
                tainted=prompt.tainted(standing, ports),
                mind=model.name,
                rejected=hands.rejected,
            )
        prompts.append(Prompt("assistant", answer.text, calls=answer.calls))
        prompts += [
            Prompt("tool", _use(call, hands, wishing, ports), call_id=call.id)
            for call in answer.calls
        ]
    raise _Failed(Refused("it never came to an answer"))


def _open_to(standing: Standing, ports: Ports) -> Ports:
    """The same ports without the capabilities that are switched off or halted: not offered at all."""
    found = ports.capabilities
    if not any(map(standing.is_closed, found)):
        return ports
    return ports.but(capabilities={n: one for n, one in found.items() if not standing.is_closed(n)})


class _Failed(Exception):
    """The model failed, and not the memory that it reads: that error is the turn's."""

    def __init__(self, error: Transient | Refused | Unknown) -> None:
        super().__init__(str(error))
        self.error = error


def _ask(
    model: Model, prompts: Sequence[Prompt], ports: Ports, until: float, budget: Budget
) -> Completion:
    """One answer. Raises _Failed with whatever the model raises, or the budget."""
    try:
        return _call(model, prompts, ports, until, budget)
    except (Transient, Refused, Unknown) as error:
        raise _Failed(error) from error


def _call(
    model: Model, prompts: Sequence[Prompt], ports: Ports, until: float, budget: Budget
) -> Completion:
    """One call within the time and the money left, counted whatever comes of it."""
    offers = [_offer(one) for one in ports.capabilities.values()]
    began = ports.clock.now()
    if until <= began:
        raise Transient("no time was left for it")
    budget.check(model.name, prompts, offers)
    try:
        answer = model.complete(prompts, offers, until - began)
    except Unknown:
        budget.count(model.name, None, prompts, offers, ports.clock.now() - began)
        raise
    budget.count(model.name, answer, prompts, offers, ports.clock.now() - began)
    if answer.unusable:
        raise Refused(answer.unusable)
    return answer


@cache
def _offer(capability: Capability) -> dict[str, Any]:
    """Its schema, made once: pydantic takes a fifth of a turn's own time for it."""
    return capability.schema()


def _use(call: Call, hands: MemoryHands, wishing: Wishing, ports: Ports) -> str:
    """Reads inline, or takes down a wish; what is wrong with either is told to the model."""
    capability = ports.capabilities.get(call.name)
    try:
        if capability is None or not capability.inline:
            return wishing.wish(call.name, call.arguments)
        fitted = capability.arguments.model_validate(capability.fit(call.arguments))
    except Refused as error:
        return wording().say("unfit_arguments", reasons=error.reason)
    return str(capability.use(fitted, hands, ports))
