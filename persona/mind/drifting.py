"""At review, the persona looks back: at what it said since the last one, and at what was said to it.

Rules are asked about its own replies always (`identity/rules.py`). A model is asked where one thought
of enough of them, or the person said enough to be looked at once more (`mind/noticing.py`): of both
in one call, once a review at most, within the day's budget. It sees the constructs and the replies,
says by number how well they hold, and writes nothing to anybody.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from persona.decision import Decision
from persona.drift import Drift, Sample
from persona.errors import Refused, Transient, Unknown
from persona.identity import rules
from persona.language import Call, Completion, Prompt
from persona.memory import drifts
from persona.memory.standing import Standing
from persona.mind import noticing
from persona.mind.budget import Budget
from persona.mind.think import call_once
from persona.mind.wording import wording
from persona.mind.words import numbered, without_codes
from persona.model import Event, Evidence, Note, Turn, shortened
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


def looked(
    standing: Standing, event: Event, decision: Decision, ports: Ports, reflex_only: bool
) -> Decision:
    """The review's decision, with what it saw on looking back; as it was where that is nothing."""
    before = drifts.read(ports, standing.place.lane)
    turns = [turn for turn in standing.slots if turn.version > before.upto]
    said = [one for one in map(rules.said_in, turns) if one is not None]
    if not said:
        return decision
    broken = [name for one in said for name in rules.broken(one, ports.identity)]
    counts = {name: broken.count(name) for name in rules.RULES if name in broken}
    sample = Sample(ports.clock.now(), ports.identity.stamp, len(said), counts)
    thought = [turn for turn in turns if turn.persona_text() and _is_thought(turn, ports)]
    thought = thought if len(thought) >= LEAST_JUDGED else []
    heard = noticing.heard(before.upto, standing, ports)
    back = _Back(sample, decision.cost)
    if (thought or heard) and not reflex_only:
        back = _asked(standing, event, back, thought, heard, ports)
    upto = max(turn.version for turn in turns)
    samples = (*before.samples, back.sample)[-drifts.MOST :]
    drift = Drift(upto, samples, before.rejected + back.rejected)
    notes = (*decision.notes, *back.notes)
    return replace(decision, drift=drift, notes=notes, cost=back.cost)


@dataclass(frozen=True, slots=True)
class _Back:
    """What was seen on looking back, and what all thinking of this review has cost."""

    sample: Sample
    cost: Mapping[str, Any]
    notes: tuple[Note, ...] = ()
    rejected: int = 0


def _is_thought(turn: Turn, ports: Ports) -> bool:
    """Whether one of the models had a part in it."""
    return any(model.name in turn.mind for model in ports.models)


def _asked(
    standing: Standing,
    event: Event,
    back: _Back,
    thought: Sequence[Turn],
    heard: Sequence[Evidence],
    ports: Ports,
) -> _Back:
    """What the first model that answers of use says of these replies, and of what the person said."""
    spent = standing.head.spent.at(ports.clock.now()).plus(back.cost)
    budget = Budget(ports.settings, spent)
    until = min(ports.clock.now() + ports.settings.think_seconds, ports.think_until)
    prompts = _prompts(thought, heard, ports)
    offers = [offer for offer, asks in ((JUDGE, thought), (noticing.OFFER, heard)) if asks]
    for model in ports.models:
        try:
            answer = call_once(model, prompts, offers, ports, until, budget)
            noticed = _calls(answer, noticing.NOTICE) if heard else []
            hands = noticing.taken(noticed, heard, standing, event, ports)
            judged = _calls(answer, JUDGE["name"]) if thought else []
            share = _share(judged, len(ports.identity.constructs))
            if thought and share is None and not noticed:
                raise Refused("it did not judge each construct")
        except (Transient, Refused, Unknown) as failure:
            budget.note(model.name, failure)
            continue
        sample = replace(back.sample, judged=share, asked=len(thought) if share is not None else 0)
        cost, notes = _together(back.cost, budget.cost), tuple(hands.kept.values())
        return _Back(sample, cost, notes, hands.rejected)
    return replace(back, cost=_together(back.cost, budget.cost))


def _prompts(thought: Sequence[Turn], heard: Sequence[Evidence], ports: Ports) -> list[Prompt]:
    """What it holds and how it answered, and what was said to it; each only where it is asked about."""
    identity, say = ports.identity, wording().say
    held = [f"{one.name}: {one.tension} {one.guide}" for one in identity.constructs]
    said = [without_codes(shortened(turn.persona_text(), MOST_SHOWN)) for turn in thought]
    systems = [say("drift", name=identity.name, constructs=numbered(held))] if thought else []
    systems += [noticing.asked(identity.name)] if heard else []
    shown = [numbered(said)] if thought else []
    shown += [noticing.told(heard)] if heard else []
    return [*(Prompt("system", one) for one in systems), Prompt("user", "\n\n".join(shown))]


def _calls(answer: Completion, name: str) -> list[Call]:
    return [call for call in answer.calls if call.name == name]


def _share(judged: Sequence[Call], constructs: int) -> float | None:
    """By how much the constructs were held (0 to 1); None for what says nothing of each."""
    given: Any = judged[0].arguments.get("holds") if len(judged) == 1 else None
    holds = [one for one in given if isinstance(one, int) and 0 <= one <= BEST] if given else []
    if len(holds) != constructs:
        return None
    return round(sum(holds) / (BEST * constructs), 3)


def _together(one: Mapping[str, Any], two: Mapping[str, Any]) -> dict[str, Any]:
    """What two thinkings cost, added up; what is no number is the later one's, lists are joined."""
    both = {**one, **two}
    for name in one.keys() & two.keys():
        if not isinstance(one[name], str):
            both[name] = one[name] + two[name]
    return both
