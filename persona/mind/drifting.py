"""At review, the persona looks at itself: what it said since the last one, by rules and by a model.

The rules are asked always (`identity/rules.py`). A model is asked where one thought of these
replies, once a review at most, within the day's budget; it sees the constructs and the replies,
says by number how well they hold, and writes nothing to anybody.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from persona.decision import Decision
from persona.drift import Drift, Sample
from persona.errors import Refused, Transient, Unknown
from persona.identity import rules
from persona.language import Completion, Prompt
from persona.memory import drifts
from persona.memory.standing import Standing
from persona.mind.budget import Budget
from persona.mind.think import call_once
from persona.mind.wording import wording
from persona.mind.words import numbered, without_codes
from persona.model import Turn, shortened
from persona.ports import Ports

LEAST_JUDGED = 4
"""Replies of models for which one is asked to judge."""
MOST_SHOWN = 300
"""Characters of each reply that it is shown."""
BEST = 2
JUDGE: Mapping[str, Any] = {
    "name": "judge",
    "description": "Says how well the replies hold to each construct, in the order of the constructs.",
    "parameters": {
        "type": "object",
        "properties": {
            "holds": {
                "type": "array",
                "items": {"type": "integer", "minimum": 0, "maximum": BEST},
                "description": "For each construct: 0 broken, 1 unclear, 2 held.",
            }
        },
        "required": ["holds"],
        "additionalProperties": False,
    },
}


def looked(standing: Standing, decision: Decision, ports: Ports, reflex_only: bool) -> Decision:
    """The review's decision, with what it saw of the persona itself; as it was where that is nothing."""
    before = drifts.read(ports, standing.place.lane)
    turns = [turn for turn in standing.slots if turn.version > before.upto]
    said = [one for one in map(rules.said_in, turns) if one is not None]
    if not said:
        return decision
    broken = [name for one in said for name in rules.broken(one, ports.identity)]
    counts = {name: broken.count(name) for name in rules.RULES if name in broken}
    sample = Sample(ports.clock.now(), ports.identity.stamp, len(said), counts)
    thought = [turn for turn in turns if turn.persona_text() and _is_thought(turn, ports)]
    cost = decision.cost
    if len(thought) >= LEAST_JUDGED and not reflex_only:
        sample, cost = _judged(standing, sample, thought, decision, ports)
    upto = max(turn.version for turn in turns)
    samples = (*before.samples, sample)[-drifts.MOST :]
    return replace(decision, drift=Drift(upto, samples), cost=cost)


def _is_thought(turn: Turn, ports: Ports) -> bool:
    """Whether one of the models had a part in it."""
    return any(model.name in turn.mind for model in ports.models)


def _judged(
    standing: Standing, sample: Sample, turns: Sequence[Turn], decision: Decision, ports: Ports
) -> tuple[Sample, Mapping[str, Any]]:
    """The sample with a model's judgement, and what all thinking of this review has cost."""
    spent = standing.head.spent.at(ports.clock.now()).plus(decision.cost)
    budget = Budget(ports.settings, spent)
    until = min(ports.clock.now() + ports.settings.think_seconds, ports.think_until)
    prompts = _prompts(turns, ports)
    for model in ports.models:
        try:
            answer = call_once(model, prompts, [JUDGE], ports, until, budget)
            share = _share(answer, len(ports.identity.constructs))
        except (Transient, Refused, Unknown) as failure:
            budget.note(model.name, failure)
            continue
        judged = replace(sample, judged=share, asked=len(turns))
        return judged, _together(decision.cost, budget.cost)
    return sample, _together(decision.cost, budget.cost)


def _prompts(turns: Sequence[Turn], ports: Ports) -> list[Prompt]:
    identity = ports.identity
    held = [f"{one.name}: {one.tension} {one.guide}" for one in identity.constructs]
    said = [without_codes(shortened(turn.persona_text(), MOST_SHOWN)) for turn in turns]
    told = wording().say("drift", name=identity.name, constructs=numbered(held))
    return [Prompt("system", told), Prompt("user", numbered(said))]


def _share(answer: Completion, constructs: int) -> float:
    """By how much the constructs were held (0 to 1). Raises Refused for what says nothing of each."""
    given: Any = answer.calls[0].arguments.get("holds") if len(answer.calls) == 1 else None
    holds = [one for one in given if isinstance(one, int) and 0 <= one <= BEST] if given else []
    if len(holds) != constructs:
        raise Refused("it did not judge each construct")
    return round(sum(holds) / (BEST * constructs), 3)


def _together(one: Mapping[str, Any], two: Mapping[str, Any]) -> dict[str, Any]:
    """What two thinkings cost, added up; what is no number is the later one's, lists are joined."""
    both = {**one, **two}
    for name in one.keys() & two.keys():
        if not isinstance(one[name], str):
            both[name] = one[name] + two[name]
    return both
