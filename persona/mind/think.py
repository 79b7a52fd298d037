"""Deciding: the models in turn with the capabilities offered to them, and what stays when all fail.

The order of fallback is the identity's: each model in turn, then the reflex brain, which needs
nothing outside memory. So the person always gets an answer, and is told which kind it is.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache, partial
from typing import Any

from persona.decision import Decision
from persona.declare import Capability
from persona.errors import Refused, Transient, Unknown
from persona.language import Call, Completion, Model, Prompt
from persona.memory.standing import Standing
from persona.mind import prompt
from persona.mind.budget import Budget, Offers
from persona.mind.commands import parse
from persona.mind.forgetting import ask_to_forget, forget_by_code
from persona.mind.hands import MemoryHands
from persona.mind.reflex import reflect
from persona.mind.voice import Voice
from persona.mind.wishing import Wishing
from persona.mind.wording import wording
from persona.model import Event
from persona.plan import Plan, Step
from persona.ports import Ports

MOST_ROUNDS = 6
MOST_CHAIN = 4
"""Wishes that lead to one another without a word of the person between."""
SHARE = 0.6
"""The part of the time left that one model may use, so that the next mind still has some."""
FALLEN = "(My language model is not answering, so this comes from my rules.)"
AS_FALLEN = "reflex after a model failed"
SPENT = "(What my language model may cost today is used up, so this comes from my rules.)"
OF_A_PLAN = "what a step of a plan brought"
AS_SPENT = "reflex, budget used up"


@dataclass(slots=True)
class _Matter:
    """What a model is asked: the messages, what it may use, and what it did while it thought."""

    prompts: list[Prompt]
    offered: Mapping[str, Capability]
    hands: MemoryHands
    wishing: Wishing
    shown: int
    tainted: str
    manner: str = ""


def think(standing: Standing, events: Sequence[Event], ports: Ports, reflex_only: bool) -> Decision:
    """One decision on new words; a model's Transient, Refused or Unknown leads to the next mind."""
    is_left_to_code = reflex_only or standing.place_is_unproven or _asks_for_picture(events)
    if not ports.models or is_left_to_code:
        return reflect(standing, events, ports)
    by_code = forget_by_code(standing, events[-1], ports) if len(events) == 1 else None
    if by_code:
        return by_code
    budget = Budget(ports.settings, standing.head.spent.at(ports.clock.now()))
    decision = _by_models(lambda: _words(standing, events, ports, budget), standing, ports, budget)
    if decision is not None:
        return decision
    fallen = reflect(standing, events, ports)
    excuse, mind = (SPENT, AS_SPENT) if budget.is_used_up else (FALLEN, AS_FALLEN)
    return replace(fallen, reply=f"{fallen.reply}\n{excuse}", mind=mind, cost=budget.cost)


def _asks_for_picture(events: Sequence[Event]) -> bool:
    """To see what is believed of oneself is a right: no model stands between."""
    commands = [parse(event.words) for event in events]
    return all(one is not None and one.verb == "picture" for one in commands)


def think_about(standing: Standing, outcome: Event, told: Decision, ports: Ports) -> Decision:
    """One decision on what a read brought: the person's question answered by it.

    Without a model it is `told` as it came. Whatever the mind wishes next is judged as tainted, and
    after MOST_CHAIN turns without a word of the person it may wish nothing more.
    """
    if not ports.models or standing.place_is_unproven:
        return told
    budget = Budget(ports.settings, standing.head.spent.at(ports.clock.now()))
    decision = _by_models(
        lambda: _brought(standing, outcome, ports, budget), standing, ports, budget
    )
    if decision is None:
        return replace(told, cost=budget.cost)
    return replace(decision, shown=max(decision.shown, told.shown))


def think_on(standing: Standing, event: Event, ports: Ports, plan: Plan, step: Step) -> Decision:
    """One decision on a step of a plan, by what its steps came to so far.

    Without a model, or where each fails, there is no reply: the plan says so and goes on.
    """
    if not ports.models or standing.place_is_unproven:
        return Decision(mind="none")
    budget = Budget(ports.settings, standing.head.spent.at(ports.clock.now()))
    decision = _by_models(
        lambda: _step(standing, event, plan, step, ports), standing, ports, budget
    )
    return decision or Decision(mind=AS_FALLEN, cost=budget.cost)


def _by_models(
    matter: Callable[[], _Matter], standing: Standing, ports: Ports, budget: Budget
) -> Decision | None:
    """The first model's decision that can be used; None where there is none."""
    until = min(ports.clock.now() + ports.settings.think_seconds, ports.think_until)
    for model in ports.models:
        left = until - ports.clock.now()
        try:
            decision = _converse(model, matter(), standing, ports, left * SHARE, budget)
        except _Failed as failed:  # the next one takes over; the turn says why
            budget.note(model.name, failed.error)
            continue
        return replace(decision, cost=budget.cost)
    return None


def _words(standing: Standing, events: Sequence[Event], ports: Ports, budget: Budget) -> _Matter:
    """New words of a person, with what bears on them."""
    ports = _open_to(standing, ports)
    hands = MemoryHands(standing, events, ports, partial(budget.meaning, ports))
    recalled = hands.recall("\n".join(event.words for event in events))
    hands.cite(recalled)
    for event in events:
        hands.note(event)
    voice = Voice(standing, ports)
    return _Matter(
        prompts=prompt.build(standing, events, recalled, ports, hands.notes, voice.guide()),
        offered=ports.capabilities,
        hands=hands,
        wishing=Wishing(standing, events, ports),
        shown=prompt.shown(standing, ports),
        tainted=prompt.tainted(standing, ports),
        manner=voice.mark,
    )


def _brought(standing: Standing, outcome: Event, ports: Ports, budget: Budget) -> _Matter:
    """What a read brought, after the words that asked for it; it keeps nothing in memory."""
    ports = _open_to(standing, ports)
    hands = MemoryHands(standing, [outcome], ports, partial(budget.meaning, ports))
    recalled = hands.recall(outcome.words)
    hands.cite(recalled)
    prompts = prompt.build(standing, [outcome], recalled, ports, hands.notes)
    is_last = int(outcome.detail["chain"]) >= MOST_CHAIN
    offered = {
        name: one
        for name, one in ports.capabilities.items()
        if (one.effect == "read" if one.inline else not is_last)
    }
    return _Matter(
        prompts=[*prompts, *prompt.brought(outcome, ports)],
        offered=offered,
        hands=hands,
        wishing=Wishing(standing, [outcome], ports.but(capabilities=offered)),
        shown=prompt.shown(standing, ports),
        tainted=prompt.tainted(standing, ports),
    )


def _step(standing: Standing, event: Event, plan: Plan, step: Step, ports: Ports) -> _Matter:
    """A step of a plan that a mind is to think of, with what bears on it."""
    ports = _open_to(standing, ports)
    event = replace(event, words=step.text)
    hands = MemoryHands(standing, [event], ports)
    recalled = hands.recall(f"{plan.what}\n{step.text}")
    hands.cite(recalled)
    others = any(one.untrusted for one in plan.came)
    return _Matter(
        prompts=prompt.of_step(standing, event, plan, step, recalled, ports, hands.notes),
        offered=ports.capabilities,
        hands=hands,
        wishing=Wishing(standing, [event], ports),
        shown=max([prompt.shown(standing, ports), *(one.sensitivity for one in plan.came)]),
        tainted=OF_A_PLAN if others else plan.tainted or prompt.tainted(standing, ports),
    )


def _converse(
    model: Model,
    matter: _Matter,
    standing: Standing,
    ports: Ports,
    seconds: float,
    budget: Budget,
) -> Decision:
    """The loop: ask, use what may be used inline, ask again, until there are only words left."""
    hands, prompts = matter.hands, matter.prompts
    offers = [_offer(one) for one in matter.offered.values()]
    until = ports.clock.now() + seconds
    for _ in range(MOST_ROUNDS):
        answer = _ask(model, prompts, offers, ports, until, budget)
        if not answer.calls:
            if not answer.text.strip():
                raise _Failed(Refused("it answered nothing"))
            asked = Decision()
            if hands.to_forget:
                asked = ask_to_forget(hands.to_forget, standing, hands.newest, ports)
            return Decision(
                reply="\n\n".join(filter(None, [answer.text.strip(), asked.reply])),
                asks=asked.asks,
                intents=matter.wishing.intents,
                recalled=tuple(hands.cited.values()),
                notes=tuple(hands.kept.values()),
                shown=matter.shown,
                tainted=matter.tainted,
                mind=model.name,
                rejected=hands.rejected,
                manner=matter.manner,
            )
        prompts.append(Prompt("assistant", answer.text, calls=answer.calls))
        prompts += [
            Prompt("tool", _use(call, matter, ports), call_id=call.id) for call in answer.calls
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
    model: Model,
    prompts: Sequence[Prompt],
    offers: Offers,
    ports: Ports,
    until: float,
    budget: Budget,
) -> Completion:
    """One answer. Raises _Failed with whatever the model raises, or the budget."""
    try:
        return call_once(model, prompts, offers, ports, until, budget)
    except (Transient, Refused, Unknown) as error:
        raise _Failed(error) from error


def call_once(
    model: Model,
    prompts: Sequence[Prompt],
    offers: Offers,
    ports: Ports,
    until: float,
    budget: Budget,
) -> Completion:
    """One call within the time and the money left, counted whatever comes of it."""
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


def _use(call: Call, matter: _Matter, ports: Ports) -> str:
    """Reads inline, or takes down a wish; what is wrong with either is told to the model."""
    capability = matter.offered.get(call.name)
    try:
        if capability is None or not capability.inline:
            return matter.wishing.wish(call.name, call.arguments)
        fitted = capability.arguments.model_validate(capability.fit(call.arguments))
    except Refused as error:
        return wording().say("unfit_arguments", reasons=error.reason)
    return str(capability.use(fitted, matter.hands, ports))
