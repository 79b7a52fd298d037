"""Any plan of any steps, whatever happens to it: it ends, or waits for something that can be named."""

from collections import Counter
from dataclasses import replace
from math import inf
from typing import Any

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from persona.acts import plan as moves
from persona.acts.plan import Await, Begin, Done, Failed, Take, Wait
from persona.model import Address, End
from persona.plan import Came, CameState, Plan, Premise, Relation, Step
from persona.schedule import Repeat, Schedule

START = 1_750_000_000.0
ASKED = End("home", Address("sms", "+41790000000"), "", {})
STATES: tuple[CameState, ...] = ("done", "failed", "refused", "unknown", "skipped", "expired")
RELATIONS: tuple[Relation, ...] = ("is", "is not", "contains", "before", "after", "at least")
MOST_ROUNDS = 6_000


@st.composite
def one_step(draw: st.DrawFn, number: int, count: int) -> Step:
    """Any step that can stand at this place of a plan of so many."""
    kinds = ["tell", "do", "use", "wait", "await", "ask", "think", "branch"]
    kind = draw(st.sampled_from([*kinds, "repeat"] if number > 1 else kinds))
    premise = None
    if draw(st.booleans()):
        premise = Premise(
            draw(st.integers(1, count)),
            draw(st.sampled_from(RELATIONS)),
            draw(st.sampled_from(["done", "failed", "09:00", "3", "x"])),
            draw(st.sampled_from(["state", "text", "first", "count"])),
        )
    about: dict[str, Any] = {
        "kind": kind,
        "text": "x",
        "premise": premise,
        "goes_on": draw(st.booleans()),
    }
    if kind in ("do", "await", "ask"):
        about["seconds"] = draw(st.sampled_from([0.0, 60.0, 3600.0]))
    if kind == "wait":
        about["seconds"] = draw(st.sampled_from([1.0, 60.0, 86_400.0]))
    if kind == "branch":
        about["to"] = draw(st.integers(number + 1, count + 1))
    if kind == "repeat":
        about |= {"to": draw(st.integers(1, number - 1)), "times": draw(st.integers(1, 3))}
    return Step(**about)


@st.composite
def plans(draw: st.DrawFn) -> Plan:
    count = draw(st.integers(1, 6))
    steps = tuple(draw(one_step(number, count)) for number in range(1, count + 1))
    assume(not moves.flaws(steps))
    repeat = draw(st.sampled_from([None, Repeat("hour"), Repeat("day", clock=(8, 0, 0))]))
    return Plan(
        id="p",
        home="home",
        number=1,
        what="it",
        schedule=Schedule(START, "Europe/Zurich", repeat),
        at=START,
        begins=START,
        asked=ASKED,
        made=START,
        steps=steps,
        deadline=draw(st.sampled_from([0.0, START + 7_000.0, START + 400_000.0])),
        most=draw(st.integers(0, 4)),
    )


came_states = st.sampled_from(STATES)
brought = st.builds(
    Came,
    st.just(0),
    came_states,
    st.sampled_from(["", "x", "09:00"]),
    st.fixed_dictionaries({}, optional={"first": st.just("08:30"), "count": st.just(3.0)}),
)


class Played:
    """A plan played by a world that answers as the data says; what was taken, and when it ended."""

    def __init__(self, plan: Plan, data: st.DataObject, *, pauses: bool = False) -> None:
        self.plan, self.now, self.taken = plan, START, list[tuple[int, int]]()
        self._data, self._pauses = data, pauses
        self.ended = ""

    def run(self, runs: int = 1) -> "Played":
        for _ in range(MOST_ROUNDS):
            if self.ended or self.plan.run > runs:
                return self
            self.step()
        raise AssertionError("it neither ends nor waits")

    def step(self) -> None:
        if self._pauses and self._data.draw(st.booleans()):
            self.plan = moves.resumed(replace(self.plan, state="paused"), self.now)
        self.plan = moves.settled(self.plan, self.now)
        match moves.next_move(self.plan, self.now):
            case Begin():
                self.plan = moves.began(self.plan, self.now)
            case Take(number, step):
                self._take(number, step)
            case Wait(until):
                assert self.now < until < inf
                self.now = until
            case Await(until):
                self._await(until)
            case Done():
                self._end("done")
            case Failed(reason, is_final):
                assert reason
                self._end(reason, is_final=is_final)

    def _take(self, number: int, step: Step) -> None:
        self.taken.append((self.plan.run, number))
        if step.kind in ("tell", "think"):
            self.plan = moves.came_to(self.plan, Came(number, "done", "x"), self.now)
        else:
            self.plan = moves.set_going(self.plan, self.now)

    def _await(self, until: float) -> None:
        """An answer or an outcome comes; or it does not, where that may be waited out."""
        if until < inf and self._data.draw(st.booleans()):
            self.now = until
        else:
            came = self._data.draw(brought)
            self.plan = moves.came_to(self.plan, came, self.now)

    def _end(self, why: str, *, is_final: bool = False) -> None:
        run = self.plan.run
        self.plan = moves.finished(self.plan, self.now, is_final=is_final)
        if self.plan.state == "over":
            self.ended = why
        else:
            assert self.plan.at > self.now
            assert self.plan.run == run


@settings(max_examples=150)
@given(plan=plans(), data=st.data())
def test_a_run_always_ends_or_waits_for_something_nameable(plan: Plan, data: st.DataObject) -> None:
    played = Played(plan, data).run()
    assert played.ended or played.plan.run >= 1


@settings(max_examples=150)
@given(plan=plans(), data=st.data())
def test_no_step_is_taken_twice_in_a_run_but_by_a_repeat(plan: Plan, data: st.DataObject) -> None:
    counts = Counter(Played(plan, data).run(runs=2).taken)
    bound = 1
    for step in plan.steps:
        bound *= step.times + 1 if step.kind == "repeat" else 1
    within = {
        number
        for place, step in enumerate(plan.steps, 1)
        if step.kind == "repeat"
        for number in range(step.to, place)
    }
    for (_, number), count in counts.items():
        assert count <= (bound if number in within else 1)


@settings(max_examples=100)
@given(plan=plans(), data=st.data())
def test_no_more_acts_than_it_may_take_and_none_after_its_deadline(
    plan: Plan, data: st.DataObject
) -> None:
    played = Played(plan, data)
    for _ in range(200):
        before = len(played.taken)
        at = played.now
        if played.ended:
            break
        played.step()
        if len(played.taken) > before and plan.deadline:
            assert at < plan.deadline
    assert not plan.most or played.plan.used <= plan.most


@settings(max_examples=100)
@given(plan=plans(), data=st.data())
def test_pausing_and_resuming_at_any_point_loses_and_repeats_nothing(
    plan: Plan, data: st.DataObject
) -> None:
    answers: list[Came] = [data.draw(brought) for _ in range(40)]

    def played(*, pauses: bool) -> list[tuple[int, int]]:
        one, queue = Played(plan, data, pauses=pauses), list(answers)
        one._await = lambda until: setattr(
            one,
            "plan",
            moves.came_to(one.plan, queue.pop(0) if queue else Came(0, "done"), one.now),
        )
        return one.run().taken

    assert played(pauses=True) == played(pauses=False)


@settings(max_examples=100)
@given(plan=plans(), data=st.data())
def test_what_a_plan_waits_for_is_when_it_wakes(plan: Plan, data: st.DataObject) -> None:
    """The row's `at` is never later than what its next move waits for: no plan oversleeps."""
    played = Played(plan, data)
    for _ in range(60):
        if played.ended:
            return
        played.step()
        settled = moves.settled(played.plan, played.now)
        if settled is played.plan and played.plan.state == "waiting":
            assert played.plan.at <= moves.wakes(played.plan, played.now)
