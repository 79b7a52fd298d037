"""When nobody is chatting: what was left open is told, asked about, tried again, or passed over.

Code finds what still stands and says why it is written about, in the person's own words with when
and where; a model, where there is one, chooses among that and adds its words to it, and can name
nothing else. It is asked once, within the day's budget. Where none answers, the identity's own
questions stand in its place.
"""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any

from persona.decision import Decision, Intent
from persona.errors import Refused, Transient, Unknown
from persona.language import Completion, Prompt
from persona.memory.standing import Standing
from persona.mind.budget import Budget
from persona.mind.reflex import REVIEW
from persona.mind.think import call_once
from persona.mind.wishing import Wishing
from persona.mind.wording import wording
from persona.mind.words import numbered, quote, sentence, when, where, without_codes
from persona.model import Event, shortened
from persona.ports import Ports
from persona.topic import LEFT, Found

BY_RULES = REVIEW
"""The mind that writes of its own accord; a model's name stands behind it."""
MOST_TOLD = 5
"""Topics of one message; the rest waits for the next."""
MOST_WORDS = 600
"""Characters that a model adds."""
WRITE = "write"
OPENS = "I write of my own accord, because this is still open:"
CLOSES = "(“do not follow up” ends such messages; “why” says what they rest on.)"
PROMISE = "{when} I took on to tell you how this goes, and it is still under way: {shown}."
UNKNOWN = "{when} I could not tell whether this was done, and still cannot: {shown}."
VAIN = "{when} I could not do this, because nobody answered me: {shown}."
WAS_LEFT = "{when} I could not do this, and we left it there: {shown}."
AGAIN = "I try it once more now."
PLAN = "{when} this plan came to wait for you: {shown}."
OFFER: Mapping[str, Any] = {
    "name": WRITE,
    "description": "Writes to the person about some of what is open.",
    "parameters": {
        "type": "object",
        "properties": {
            "about": {
                "type": "array",
                "items": {"type": "integer"},
                "description": "The numbers of the lines that it is about.",
            },
            "words": {"type": "string", "description": "One or two sentences to the person."},
        },
        "required": ["about", "words"],
        "additionalProperties": False,
    },
}


@dataclass(frozen=True, slots=True)
class Told:
    """What is written about, and the decision that says it; silent where nothing is."""

    decision: Decision
    about: tuple[Found, ...] = ()


def look(
    standing: Standing, event: Event, found: Sequence[Found], ports: Ports, reflex_only: bool
) -> Told:
    """One message about some of what was found, or none."""
    if not found:
        return Told(Decision(mind=BY_RULES))
    offered = list(found[:MOST_TOLD])
    if not reflex_only and ports.models:
        by_model = _by_model(standing, event, offered, ports)
        if by_model is not None:
            return by_model
    asks = [ports.identity.review.asks[one.topic.kind] for one in offered]
    lines = [
        f"{_said(one, ports)} {AGAIN if one.again else ask}"
        for one, ask in zip(offered, asks, strict=True)
    ]
    return _told(standing, event, offered, _listed(lines), ports)


def _listed(lines: Sequence[str]) -> str:
    return lines[0] if len(lines) == 1 else numbered(lines)


def _said(one: Found, ports: Ports) -> str:
    """What is open, and since when, as code knows it."""
    if one.words is not None:
        return sentence(f"{quote(one.words, ports).rstrip('.')}.")
    forms = {"promise": PROMISE, "plan": PLAN}
    by_state = {"unknown": UNKNOWN, LEFT: WAS_LEFT}
    form = forms.get(one.topic.kind) or by_state.get(one.topic.state, VAIN)
    return form.format(when=sentence(when(one.since, ports)), shown=one.shown)


def _told(
    standing: Standing, event: Event, about: Sequence[Found], words: str, ports: Ports
) -> Told:
    """The message, with what it rests on; what is tried again is a wish like any other."""
    decision = Decision(
        reply=f"{OPENS}\n{words}\n{CLOSES}",
        mind=BY_RULES,
        recalled=tuple(one.words for one in about if one.words is not None),
        rests=tuple(key for one in about for key in one.rests if "/" in key),
        shown=max(one.sensitivity for one in about),
        tainted=next((one.tainted for one in about if one.tainted), ""),
        intents=_intents(standing, event, about, ports),
    )
    return Told(decision, tuple(about))


def _intents(
    standing: Standing, event: Event, about: Sequence[Found], ports: Ports
) -> tuple[Intent, ...]:
    wishing = Wishing(standing, [event], ports)
    for one in about:
        if one.again is not None:
            with suppress(Refused):  # what it named is over, or is no longer offered
                wishing.wish(*one.again)
    return wishing.intents


# With a model


def _by_model(
    standing: Standing, event: Event, offered: Sequence[Found], ports: Ports
) -> Told | None:
    """What the first model that answers decides; None where none does, or the day is used up."""
    budget = Budget(ports.settings, standing.head.spent.at(ports.clock.now()))
    prompts = _prompts(event, offered, ports)
    until = min(ports.clock.now() + ports.settings.think_seconds, ports.think_until)
    for model in ports.models:
        try:
            answer = call_once(model, prompts, [OFFER], ports, until, budget)
            told = _decided(standing, event, offered, answer, ports)
        except (Transient, Refused, Unknown) as failure:
            budget.note(model.name, failure)
            continue
        decision = replace(told.decision, mind=f"{BY_RULES}, {model.name}", cost=budget.cost)
        return replace(told, decision=decision)
    return None


def _prompts(event: Event, offered: Sequence[Found], ports: Ports) -> list[Prompt]:
    identity, surface = ports.identity, event.address.surface
    asks = [identity.review.ask, *(pattern.ask for pattern in identity.patterns)]
    told = wording().say(
        "review",
        name=identity.name,
        about=identity.about,
        where=where(surface, ports),
        asks="\n".join(f"- {ask}" for ask in asks),
        tone=identity.style.tone,
        style=identity.style.surfaces.get(surface, ""),
        when=when(ports.clock.now(), ports),
        found=numbered(without_codes(_said(one, ports)) for one in offered),
    )
    return [Prompt("system", told), Prompt("user", wording().say("review_now"))]


def _decided(
    standing: Standing, event: Event, offered: Sequence[Found], answer: Completion, ports: Ports
) -> Told:
    """Silence, or its words under the lines that it named. Raises Refused for what is neither."""
    written = [call for call in answer.calls if call.name == WRITE]
    if not answer.calls:
        return Told(Decision())
    named, words = _arguments(written[0].arguments if len(written) == len(answer.calls) else {})
    if not words or not named <= set(range(1, len(offered) + 1)) or not named:
        raise Refused("it wrote about what is not open")
    about = [one for number, one in enumerate(offered, 1) if number in named]
    lines = [f"{_said(one, ports)} {AGAIN if one.again else ''}".rstrip() for one in about]
    said = f"{_listed(lines)}\n{shortened(without_codes(words), MOST_WORDS)}"
    return _told(standing, event, about, said, ports)


def _arguments(given: Mapping[str, Any]) -> tuple[set[int], str]:
    """The numbers and the words; nothing for what is neither."""
    about, words = given.get("about"), given.get("words")
    if not isinstance(about, list) or not isinstance(words, str):
        return set(), ""
    numbers = [one for one in about if isinstance(one, int)]  # pyright: ignore[reportUnknownVariableType]
    return (set(numbers) if len(numbers) == len(about) else set()), words.strip()  # pyright: ignore[reportUnknownArgumentType]
