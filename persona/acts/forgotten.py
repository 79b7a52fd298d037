"""Questions whose words are forgotten or changed: withdrawn while they are open, and dropped whole."""

from collections.abc import Iterable

from persona import keys
from persona.acts import questions
from persona.acts.questions import Question
from persona.decision import Answer, Decision
from persona.memory.standing import Standing
from persona.ports import Delete, Ports, Write

PAGE = 50
MOST = 8
"""Rows that go in the turn's own commit."""


def resting_on(standing: Standing, decision: Decision, ports: Ports) -> list[Question]:
    """The questions, answered or not, that the words led to which this decision drops or changes."""
    gone = {one.pointer for one in decision.forgets} | decision.rewrites.keys()
    if not gone:
        return []
    found = (one for home in standing.gate.homes for one in questions.in_home(home, ports))
    return [one for one in found if gone.intersection(one.wish.facts.get("rests", ()))]


def withdrawn(found: Iterable[Question]) -> tuple[Answer, ...]:
    """How those of these end that nobody answered yet."""
    return tuple(
        questions.closing(one, questions.FORGOTTEN) for one in found if one.state == "open"
    )


def writes_to_drop(found: Iterable[Question], ports: Ports) -> list[Write]:
    """The writes that drop them; of very many the first go at once, the answered ones before others.

    Dropping them repeats without harm.
    """
    ordered = sorted(found, key=lambda one: one.state == "open")
    writes: list[Write] = [Delete(keys.question(one.home, one.hash)) for one in ordered]
    ahead = max(0, len(writes) - MOST)
    for start in range(0, ahead, PAGE):
        ports.table.commit(writes[start : min(start + PAGE, ahead)])
    return writes[ahead:]
