"""Bugs that plans are likely to grow, each planted by itself."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from typing import Any

import pytest

from functions import sweep
from persona import turn as turn_module
from persona.acts import awaited, waking
from persona.acts import plan as moves
from persona.decision import Decision
from persona.errors import Conflict
from persona.keys import Key
from persona.memory import plans as rows
from persona.memory.standing import Standing
from persona.model import End, Event
from persona.plan import Plan
from persona.ports import Ports, Put
from persona.record import Commit, record
from tests.crash.bugs import Bug
from tests.crash.plan_stories import CHANGED, LATER, OUT_OF_TIME, SKIPPED, TWO


def put_off_without_compare(patch: pytest.MonkeyPatch) -> None:
    def puts_off_blindly(key: Key, ports: Ports) -> None:
        row = ports.table.get([key]).get(key)
        plan = waking.read_due(key, row, ports) if row else None
        if row is None or plan is None:
            return
        waking.fire(row, plan, ports)
        later = {**row, "due": ports.clock.now() + waking.AGAIN, "fired": row.get("fired", 0) + 1}
        ports.table.commit([Put(key, later)])

    patch.setattr(sweep, "_fire", puts_off_blindly)


def moved_before_its_effects(patch: pytest.MonkeyPatch) -> None:
    def moves_first(
        standing: Standing,
        events: Sequence[Event],
        decision: Decision,
        ports: Ports,
        end: End | None = None,
    ) -> Commit:
        _commit_plans(decision, ports)
        return record(standing, events, replace(decision, plans=(), over=()), ports, end)

    patch.setattr(turn_module, "record", moves_first)


def moved_after_its_effects(patch: pytest.MonkeyPatch) -> None:
    decided: list[Decision] = []

    def without_plans(
        standing: Standing,
        events: Sequence[Event],
        decision: Decision,
        ports: Ports,
        end: End | None = None,
    ) -> Commit:
        decided[:] = [decision]
        return record(standing, events, replace(decision, plans=(), over=()), ports, end)

    original = turn_module._ring

    def moves_last(commit: Commit, ports: Ports, *more: Any) -> None:
        _commit_plans(decided[0], ports)
        original(commit, ports, *more)

    patch.setattr(turn_module, "record", without_plans)
    patch.setattr(turn_module, "_ring", moves_last)


def _commit_plans(decision: Decision, ports: Ports) -> None:
    moved = [rows.write(ports, plan) for plan in decision.plans]
    for write in [*moved, *map(rows.drop, decision.over)]:
        with suppress(Conflict):
            ports.table.commit([write])


def any_outcome_will_do(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(awaited, "_waits_for", lambda plan, about: plan.begun)


def approval_of_a_changed_plan(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(Plan, "is_approved", property(lambda self: bool(self.approved)))


def deadline_ignored(patch: pytest.MonkeyPatch) -> None:
    original = moves.next_move

    def without_end(plan: Plan, now: float) -> Any:
        return original(replace(plan, deadline=0.0), now)

    patch.setattr(moves, "next_move", without_end)


def sweeper_skips_plans(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(sweep, "_fire", lambda key, ports: None)


PLAN_BUGS: dict[str, Bug] = {
    "a time put off without compare": Bug(
        put_off_without_compare, "doubled sends", TWO, mode="zombie"
    ),
    "a step marked before its effect": Bug(moved_before_its_effects, "plans lost", LATER),
    "a step marked after its effect": Bug(
        moved_after_its_effects, "doubled sends", TWO, mode="after"
    ),
    "the outcome of another step": Bug(any_outcome_will_do, "told wrongly", SKIPPED),
    "the approval of a plan that was changed": Bug(
        approval_of_a_changed_plan, "unapproved", CHANGED
    ),
    "a deadline that is ignored": Bug(deadline_ignored, "told wrongly", OUT_OF_TIME),
    "a sweeper that skips plans": Bug(sweeper_skips_plans, "plans stuck", LATER),
}
