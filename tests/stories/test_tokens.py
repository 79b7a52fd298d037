"""Tokens that come late, twice, from elsewhere or never: harmless, and the plan goes on."""

from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from dataclasses import replace
from math import inf
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest

from functions import plan as plan_function
from persona.acts import waking
from persona.errors import Broken, Conflict, Transient
from persona.memory import plans as rows
from persona.plan import Plan, Step
from tests.executions import Machine
from tests.stories.driving import DAY, Driven, driving
from tests.stories.people import Slacker, Texter
from tests.support import Hub

STEPS = (Step("ask", "Shall I?"), Step("wait", seconds=600), Step("tell", "done"))


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[Hub]:
    """Tokens are Step Functions' own."""
    opened = Hub(tmp_path, family="aws")
    yield opened
    opened.close()


@pytest.fixture
def driven(hub: Hub) -> Iterator[Driven]:
    with driving(hub) as found:
        yield found


class Case:
    """Ann's plan, somebody else's plan, and every token that either ever gave."""

    def __init__(self, driven: Driven) -> None:
        self.driven, self.ann, self.bob = driven, Texter(driven.hub), Slacker(driven.hub)
        assert driven.machine
        self.machine: Machine = driven.machine
        self.plan = self.begin(self.ann)
        self.other = self.begin(self.bob)

    def begin(self, person: Texter | Slacker) -> Plan:
        """A plan that stands at its question, with an execution that awaits the answer."""
        plan = self.driven.planned(person, STEPS, at=DAY)
        plan = self.driven.move(plan, step=1, begun=True, at=inf)
        self.driven.play()
        return plan

    def token(self, plan: Plan, generation: int = 1) -> str:
        """The newest of that generation."""
        found = [t for t, e in self.machine.tokens().items() if e == f"{plan.id}-{generation}"]
        return found[-1]

    def answer(self, token: str) -> bool:
        """Whether anybody waited for it; never an error."""
        heard = self.driven.hub.ports.plans.answer(token)
        self.driven.play()
        return heard


def as_it_is(case: Case) -> None:
    pass


def moved_on(case: Case) -> None:
    case.plan = case.driven.move(case.plan, step=2, at=case.driven.hub.clock.now() + 9 * DAY)
    case.driven.play()


def paused(case: Case) -> None:
    case.plan = case.driven.move(case.plan, state="paused")
    case.driven.play()


def begun_again(case: Case) -> None:
    case.machine.lose(f"{case.plan.id}-1")
    case.driven.ring(case.plan)
    case.driven.play()


def over(case: Case) -> None:
    case.driven.end(case.plan)
    case.driven.play()


PLACES: dict[str, Callable[[Case], None]] = {
    "awaiting": as_it_is,
    "moved on": moved_on,
    "paused": paused,
    "begun again": begun_again,
    "over": over,
}


def never(case: Case, first: str) -> None:
    case.driven.pass_time(3 * DAY)


def twice(case: Case, first: str) -> None:
    case.answer(first)
    assert not case.answer(first)


def late(case: Case, first: str) -> None:
    case.driven.pass_time(3 * DAY)
    assert not case.answer(first)


def anothers(case: Case, first: str) -> None:
    case.answer(case.token(case.other))


def nobodys(case: Case, first: str) -> None:
    assert not case.answer("AQC0never" * 20)


def of_no_execution(case: Case, first: str) -> None:
    """Whoever may call the function says that it is an execution, of a generation of its choice."""
    for generation in (0, 1, 2, 99):
        body = {"home": case.plan.home, "plan": case.plan.id, "generation": generation}
        plan_function.run({**body, "looks": 0}, case.driven.hub.ports)
        plan_function.run({**body, "token": "forged"}, case.driven.hub.ports)
    case.driven.play()


def of_anothers_home(case: Case, first: str) -> None:
    """One execution's question with another's home: there is no such plan there."""
    body = {"home": case.other.home, "plan": case.plan.id, "generation": 1}
    assert plan_function.run({**body, "looks": 0}, case.driven.hub.ports) == {
        **waking._move("done", case.driven.hub.clock.now(), 0)
    }
    plan_function.run({**body, "token": first}, case.driven.hub.ports)
    case.driven.play()


ATTACKS: dict[str, Callable[[Case, str], None]] = {
    "never": never,
    "twice": twice,
    "late": late,
    "another's": anothers,
    "nobody's": nobodys,
    "of no execution": of_no_execution,
    "of another's home": of_anothers_home,
}


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("attack", ATTACKS)
def test_a_token_moves_no_plan_and_stops_none(driven: Driven, attack: str, place: str) -> None:
    case = Case(driven)
    first = case.token(case.plan)
    PLACES[place](case)
    sent = len(driven.hub.sent("sms")) + len(driven.hub.sent("slack"))
    ATTACKS[attack](case, first)
    kept = {} if place == "over" else {case.plan.id: case.plan}
    assert {one.id: one for one in driven.plans(case.ann)} == kept
    assert [one.changes for one in driven.plans(case.bob)] == [case.other.changes]
    assert len(driven.hub.sent("sms")) + len(driven.hub.sent("slack")) == sent
    goes_on_and_ends(case, place)


def goes_on_and_ends(case: Case, place: str) -> None:
    """A turn moves it: whoever waits now hears of it, and in the end nobody waits."""
    if place != "over":
        now = case.driven.hub.clock.now()
        moved = case.driven.move(case.plan, state="waiting", step=2, at=now + 600)
        case.driven.play()
        (running,) = [one for one in case.machine.running() if one.startswith(moved.id)]
        assert case.machine.moves[-1] == (running, "wait")
        case.driven.end(moved)
        case.driven.play()
    assert not [one for one in case.machine.running() if one.startswith(case.plan.id)]
    assert case.driven.wake(case.ann) is None
    assert not case.machine.failed()


# What one answer may meet


def test_a_plan_that_moves_while_its_token_is_on_the_way_is_not_waited_for(
    driven: Driven,
) -> None:
    ann, machine = Texter(driven.hub), driven.machine
    assert machine
    plan = driven.planned(ann, STEPS, at=DAY)
    plan = driven.move(plan, step=1, begun=True, at=inf)
    while not machine.moves:  # it is told to await, and its token is not kept yet
        driven.hub._answer_bell()
        machine.step()
    assert machine.moves == [(f"{plan.id}-1", "await")]
    now = driven.hub.clock.now()
    driven.hub.ports.table.commit(
        [
            rows.write(
                driven.hub.ports, replace(plan, step=2, at=now + 600, changes=plan.changes + 1)
            )
        ]
    )  # and the bell is lost
    driven.play()
    assert [move for _, move in machine.moves] == ["await", "held", "wait"]


@pytest.mark.parametrize("error", [Conflict("raced"), Transient("throttled")])
def test_a_question_that_may_be_asked_again_is_asked_again(
    driven: Driven, error: Exception
) -> None:
    ann, machine = Texter(driven.hub), driven.machine
    assert machine
    plan = driven.planned(ann, STEPS, at=DAY)
    with failing_once(error):
        driven.move(plan, step=1, begun=True, at=inf)
        driven.play()
    assert machine.running() == [f"{plan.id}-1"]
    assert [move for _, move in machine.moves] == ["await", "held"]


def test_what_is_broken_ends_its_execution_and_the_next_bell_begins_another(
    driven: Driven,
) -> None:
    ann, machine = Texter(driven.hub), driven.machine
    assert machine
    plan = driven.planned(ann, STEPS, at=DAY)
    with failing_once(Broken("a bug of ours")):
        plan = driven.move(plan, step=1, begun=True, at=inf)
        driven.play()
    assert machine.failed() == [f"{plan.id}-1"]
    driven.ring(plan)
    driven.play()
    assert machine.running() == [f"{plan.id}-2"]


@contextmanager
def failing_once(error: Exception) -> Generator[None]:
    """The next look fails so, before it has done anything."""
    look, left = waking.look, [error]

    def fail(*args: Any) -> dict[str, Any]:
        if left:
            raise left.pop()
        return look(*args)

    with patch.object(waking, "look", fail):
        yield
