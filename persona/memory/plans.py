"""Plans as rows of a home: due in the sweeper's index while they wait, their words sealed."""

from collections.abc import Iterable
from dataclasses import asdict
from math import inf
from typing import Any

from persona import keys
from persona.errors import Broken
from persona.keys import Key
from persona.memory.sensitivity import sensitivity
from persona.model import End, Evidence
from persona.plan import Came, Plan, Step
from persona.ports import ABSENT, Delete, Put, Row, Store, Write, equals
from persona.schedule import Schedule
from persona.seal import seal, unseal

FORMAT = 2
"""Of a plan's row; in the first one a plan had no steps and was told at its time."""

CLEAR = ("id", "home", "number", "at", "state", "missed", "changes")
"""What the sweeper needs to see; all else is sealed."""


def read(store: Store, home: str) -> list[Plan]:
    """All plans of a home that are not over, by their numbers."""
    rows = store.table.query(keys.plans(home))
    return sorted((open_row(store, key, row) for key, row in rows), key=lambda one: one.number)


def open_row(store: Store, key: Key, row: Row) -> Plan:
    """Raises Broken for a plan of a newer format."""
    if row["v"] > FORMAT:
        raise Broken(f"plan of format {row['v']}; this code knows up to {FORMAT}")
    home, id = row["home"], row["id"]
    hidden: dict[str, Any] = unseal(store, f"home:{home}", context(home, id), row["sealed"])
    clear = {name: row[name] for name in CLEAR}
    if row["v"] == 1:
        hidden |= {"steps": [asdict(Step("tell", hidden["what"]))], "came": []}
    at = inf if row["at"] is None else row["at"]
    hidden = {"begins": at, "news": [], "typed": [], **hidden}
    about: dict[str, Any] = {
        "at": at,
        "asked": End.from_row(hidden.pop("asked")),
        "schedule": Schedule.of_row(hidden.pop("schedule")),
        "steps": tuple(map(Step.of_row, hidden.pop("steps"))),
        "came": tuple(map(Came.of_row, hidden.pop("came"))),
        "news": tuple(map(Came.of_row, hidden.pop("news"))),
        "typed": tuple(hidden.pop("typed")),
    }
    return Plan(**{**clear, **hidden, **about})


def context(home: str, id: str) -> str:
    """Where a plan's sealed words belong."""
    return f"PLAN {home} {id}"


def write(store: Store, plan: Plan) -> Write:
    """The write that makes a plan (no changes yet) or moves it on by one; it fails where it moved."""
    when = equals("changes", plan.changes - 1) if plan.changes else ABSENT
    content = asdict(plan)
    clear = {name: content.pop(name) for name in CLEAR}
    row: Row = {"v": FORMAT, **clear, "at": plan.at if plan.at < inf else None}
    row["sealed"] = seal(store, f"home:{plan.home}", context(plan.home, plan.id), content)
    if plan.is_due_by_itself:
        row["due"] = plan.at
    return Put(keys.plan(plan.home, plan.id), row, when)


def drop(plan: Plan) -> Write:
    """The write that ends a plan; it fails where it moved."""
    return Delete(keys.plan(plan.home, plan.id), equals("changes", plan.changes))


def writes_to_drop(store: Store, homes: Iterable[str], gone: Iterable[str]) -> list[Write]:
    """The writes that end the plans which rest on what is forgotten: messages, turns by pointer.

    A plan rests on the words that wished it, and on those that its steps brought back.
    """
    named = frozenset(gone)
    if not named:
        return []
    found = [plan for home in homes for plan in read(store, home)]
    return [drop(plan) for plan in found if named.intersection([plan.message, *brought(plan)])]


def brought(plan: Plan) -> list[str]:
    """What its steps brought back rests on: messages, and turns by pointer."""
    return [one for came in (*plan.came, *plan.news) for one in came.rests]


def evidence(plan: Plan) -> Evidence:
    """The words that a plan repeats: forgetting them silences what was told of it."""
    return Evidence(
        id=plan.message,
        home=plan.home,
        version=plan.turn,
        text=plan.what,
        author=str(plan.asked.address),
        surface=plan.asked.address.surface,
        at=plan.made,
        sensitivity=max(sensitivity(plan.words), plan.sensitivity if plan.came else 0),
    )
