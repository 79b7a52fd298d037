"""Deciding: the model with its read capabilities, and what stays when the model fails.

The order of fallback is the identity's: each model in turn, then the reflex brain, which needs
nothing outside memory. So the person always gets an answer, and is told which kind it is.
"""

from collections.abc import Sequence
from dataclasses import replace

from pydantic import ValidationError

from persona.errors import Refused, Transient, Unknown
from persona.memory.standing import Standing
from persona.mind import prompt
from persona.mind.hands import MemoryHands
from persona.mind.reflex import forget_by_code, reflect
from persona.model import Decision, Event
from persona.ports import Call, Model, Ports, Prompt

MOST_ROUNDS = 6
SHARE = 0.6
"""The part of the time left that one model may use, so that the next one still has some."""
FALLEN = "(My language model is not answering, so this comes from my rules.)"


def think(standing: Standing, events: Sequence[Event], ports: Ports, reflex_only: bool) -> Decision:
    """One decision on new words; a model's Transient, Refused or Unknown leads to the next mind."""
    if not ports.models or reflex_only or standing.place_is_unproven:
        return reflect(standing, events, ports)
    by_code = forget_by_code(standing, events[-1], ports) if len(events) == 1 else None
    if by_code:
        return by_code
    deadline = ports.clock.now() + ports.settings.think_seconds
    for model in ports.models:
        left = deadline - ports.clock.now()
        try:
            return _converse(model, standing, events, ports, left * SHARE)
        except (Transient, Refused, Unknown):  # the next structure takes over; the turn says which
            continue
    fallen = reflect(standing, events, ports)
    return replace(fallen, reply=f"{fallen.reply}\n{FALLEN}", mind="reflex after a model failed")


def _converse(
    model: Model, standing: Standing, events: Sequence[Event], ports: Ports, seconds: float
) -> Decision:
    """The loop: ask, use what may be used inline, ask again, until there are only words left."""
    hands = MemoryHands(standing, ports)
    words = "\n".join(event.words for event in events)
    recalled = [match.evidence for match in hands.match(words)]
    hands.cite(recalled)
    prompts = prompt.build(standing, events, recalled, ports)
    offers = [
        capability.schema() for capability in ports.capabilities.values() if capability.inline
    ]
    until = ports.clock.now() + seconds
    tokens_in = tokens_out = 0
    for _ in range(MOST_ROUNDS):
        left = until - ports.clock.now()
        if left <= 0:
            raise Transient("the model took too long")
        completion = model.complete(prompts, offers, left)
        tokens_in += completion.tokens_in
        tokens_out += completion.tokens_out
        if not completion.calls:
            if not completion.text.strip():
                raise Refused("the model answered nothing")
            return Decision(
                reply=completion.text.strip(),
                recalled=tuple(hands.cited.values()),
                keeps=hands.keeps,
                mind=model.name,
                cost={"tokens_in": tokens_in, "tokens_out": tokens_out},
            )
        prompts.append(Prompt("assistant", completion.text, calls=completion.calls))
        prompts += [
            Prompt("tool", _use(call, hands, ports), call_id=call.id) for call in completion.calls
        ]
    raise Refused("the model never came to an answer")


def _use(call: Call, hands: MemoryHands, ports: Ports) -> str:
    """Runs one inline capability; what is wrong with the wish is told to the model, not raised."""
    capability = ports.capabilities.get(call.name)
    if capability is None or not capability.inline:
        return f"There is no capability called {call.name}."
    try:
        arguments = capability.arguments.model_validate(call.arguments)
    except ValidationError as error:
        wrong = "; ".join(f"{e['loc']}: {e['msg']}" for e in error.errors())
        return f"The arguments do not fit: {wrong}"
    return str(capability.use(arguments, hands, ports))
