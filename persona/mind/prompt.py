"""What a model is shown, in this order: who it is, what is recalled, the last turns, the new words.

The newest words stand last, alone in a user message, exactly as they were said. Everything
recalled stands before them, marked with when and on which surface, so that a model can tell what
was said now from what was said once. Behind the system's messages people and persona take turns,
people first, because some servers refuse anything else.
"""

import json
from collections.abc import Iterator, Sequence
from itertools import groupby

from persona import ids
from persona.language import Call, Prompt
from persona.memory.notes import Notes
from persona.memory.standing import Standing
from persona.mind.wording import wording
from persona.mind.words import quote, sentence, speaker, when, where, without_codes
from persona.model import Event, Evidence, Turn
from persona.people import graph as graphs
from persona.plan import Plan, Step
from persona.ports import Ports

NO_NOTES = Notes()
MOST_BROUGHT = 20_000
"""Characters of what came back that a model is shown; a cut is said."""
TURNS = 6
"""How many of the last turns are shown."""
TAINTED = 3_600.0
"""Seconds for which a turn is shown that repeats words of others. Later only recall brings them
back, so that they do not stand behind everything that a person ever wishes."""


def build(
    standing: Standing,
    events: Sequence[Event],
    recalled: Sequence[Evidence],
    ports: Ports,
    notes: Notes = NO_NOTES,
    guide: str = "",
) -> list[Prompt]:
    """The messages of one model call; the last is the person's newest words, as they were said.

    `guide` says how this person wants to be served.
    """
    say = wording().say
    now = _now(standing, events[-1], recalled, ports, notes)
    prompts = [
        Prompt("system", _identity(events[0].address.surface, standing, ports)),
        Prompt("system", f"{now}\n{say('manner', guide=guide)}" if guide else now),
    ]
    prompts += _alternating(_earlier(standing, ports))
    for event in events:
        if prompts[-1].role == "user":
            prompts.append(Prompt("assistant", say("unanswered")))
        prompts.append(Prompt("user", event.words))
    return prompts


def brought(outcome: Event, ports: Ports) -> list[Prompt]:
    """What a capability came to, as the answer to the call that wished it, between random marks."""
    about, mark = outcome.detail, ids.code(ports.entropy(ids.CODE))
    text = about.get("result_text", "")
    left = len(text) - MOST_BROUGHT
    if left > 0:
        text = text[:MOST_BROUGHT] + "\n" + wording().say("outcome_cut", count=str(left))
    form = "outcome_of_others" if about.get("result_untrusted") == "True" else "outcome"
    said = wording().say(form, shown=about["shown"], text=text, mark=mark)
    call = Call("outcome", about["capability"], json.loads(about["arguments"]))
    return [Prompt("assistant", "", calls=(call,)), Prompt("tool", said, call_id=call.id)]


def of_step(
    standing: Standing,
    event: Event,
    plan: Plan,
    step: Step,
    recalled: Sequence[Evidence],
    ports: Ports,
    notes: Notes = NO_NOTES,
) -> list[Prompt]:
    """The messages for a step that a mind is to think of; nobody speaks, so the last are the plan's."""
    mark, say = ids.code(ports.entropy(ids.CODE)), wording().say
    came = [
        say("step_came", number=str(one.step), state=one.state, text=one.text) for one in plan.came
    ]
    asked = say(
        "step",
        goal=plan.what,
        number=str(plan.step),
        text=step.text,
        came="\n".join(came) or say("step_first"),
        mark=mark,
    )
    before = build(standing, [event], recalled, ports, notes)[:-1]
    before += [Prompt("assistant", say("unanswered"))] if before[-1].role == "user" else []
    return [*before, Prompt("user", without_codes(asked))]


def _identity(surface: str, standing: Standing, ports: Ports) -> str:
    """Who it is and how it speaks here: the same text turn after turn."""
    say, identity = wording().say, ports.identity
    return say(
        "identity",
        name=identity.name,
        about=identity.about,
        constructs="\n".join(
            say("construct", name=c.name, tension=c.tension, serves=c.serves, guide=c.guide)
            for c in identity.constructs
        ),
        patterns="\n".join(say("pattern", when=p.when, choose=p.choose) for p in identity.patterns),
        tone=identity.style.tone,
        surface=sentence(where(surface, ports)),
        style=identity.style.surfaces.get(surface, ""),
        place=say("shared" if standing.is_shared else "private"),
    )


def _now(
    standing: Standing, event: Event, recalled: Sequence[Evidence], ports: Ports, notes: Notes
) -> str:
    say = wording().say
    now = say("now", when=when(ports.clock.now(), ports), zone=ports.settings.timezone)
    if standing.is_shared:
        now += " " + say("speaker", who=speaker(str(event.author)))
    if not recalled:
        return now
    denied = graphs.denied(standing, ports) if notes.contests else frozenset[str]()
    shown: list[str] = []
    for one in recalled:
        said, ending = _quoted(standing, one, ports), notes.ending(one.id)
        since = when(ending.since, ports) if ending else ""
        form = "ended" if ending else "denied" if one.id in denied else "quote"
        shown.append(say(form, quote=said, when=since))
    return f"{now}\n{say('recalled', quotes=chr(10).join(shown))}"


def _earlier(standing: Standing, ports: Ports) -> Iterator[Prompt]:
    for turn in _last(standing, ports):
        said, answered = map(without_codes, (turn.person_text(), turn.persona_text()))
        if said or answered:
            place, at = where(turn.surface, ports), when(turn.at, ports)
            words = said or wording().say("wordless")
            about = {"where": place, "when": at, "words": words, "who": speaker(turn.author)}
            form = "earlier_shared" if standing.is_shared else "earlier"
            yield Prompt("user", wording().say(form, **about))
        if answered:
            yield Prompt("assistant", answered)


def shown(standing: Standing, ports: Ports) -> int:
    """The highest sensitivity behind the last turns that a prompt shows."""
    return max((turn.sensitivity for turn in _last(standing, ports)), default=0)


def tainted(standing: Standing, ports: Ports) -> str:
    """Whose untrusted words stand behind the last turns that a prompt shows; empty for nobody's."""
    return next((turn.tainted for turn in reversed(_last(standing, ports)) if turn.tainted), "")


def _last(standing: Standing, ports: Ports) -> Sequence[Turn]:
    since = ports.clock.now() - TAINTED
    return [turn for turn in standing.recent[-TURNS:] if not turn.tainted or turn.at > since]


def _quoted(standing: Standing, one: Evidence, ports: Ports) -> str:
    """The words as a model is given them: where many speak, by whom."""
    return quote(one, ports, speaker(one.author) if standing.is_shared else "")


def _alternating(prompts: Iterator[Prompt]) -> list[Prompt]:
    """Neighbours of one role as one message."""
    runs = [list(run) for _, run in groupby(prompts, lambda prompt: prompt.role)]
    return [Prompt(run[0].role, "\n".join(prompt.text for prompt in run)) for run in runs]
