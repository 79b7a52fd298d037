"""The naive runner of plans, for comparison: it says a step and marks it in two writes, unconditionally.

This is what a loop over a table of jobs does. It is built here and nowhere else.
"""

from collections.abc import Callable
from functools import partial
from typing import Any, Literal

from functions import turn
from functions.turn import _message
from persona.acts import plan as moves
from persona.decision import Decision
from persona.memory import plans as rows
from persona.memory.standing import read
from persona.model import Event, Place
from persona.plan import Came, Plan
from persona.ports import Delete, Ports, Put
from persona.record import record
from tests.crash.control import send_inline
from tests.crash.plan_stories import ROUND

Order = Literal["says, then marks", "marks, then says"]
ORDERS: tuple[Order, ...] = ("says, then marks", "marks, then says")
STORY = ROUND


def naive_runner(order: Order) -> Callable[[dict[str, Any], Ports], dict[str, Any]]:
    """A worker that moves plans so, and does everything else as it is done."""

    def work(event: dict[str, Any], ports: Ports) -> dict[str, Any]:
        failed: list[dict[str, str]] = []
        for raw in event["Records"]:
            message = _message(raw)
            if message.event is None or message.event.kind != "timer":
                failed += turn.run({"Records": [raw]}, ports)["batchItemFailures"]
                continue
            place = Place(message.event.home, message.lane)
            try:
                _run(place, message.event, ports, order)
            except Exception:  # the next fire tries it again
                continue
        return {"batchItemFailures": failed}

    return work


def _run(place: Place, event: Event, ports: Ports, order: Order) -> None:
    now, known = ports.clock.now(), rows.read(ports, place.home)
    plan = next((one for one in known if one.id == event.target), None)
    while plan is not None and plan.state != "over":
        plan = moves.settled(plan, now)
        match moves.next_move(plan, now):
            case moves.Begin():
                plan = moves.began(plan, now)
            case moves.Take(_, step):
                after = moves.came_to(plan, Came(plan.step, "done", step.text), now)
                says = partial(_say, place, event, step.text, ports)
                marks = partial(_mark, after, ports)
                for deed in (says, marks) if order == "says, then marks" else (marks, says):
                    deed()
                plan = after
            case moves.Wait() | moves.Await():
                _mark(plan, ports)
                return
            case _:
                plan = moves.finished(plan, now)
                _mark(plan, ports)


def _say(place: Place, event: Event, text: str, ports: Ports) -> None:
    commit = record(read(place, [event], ports), [event], Decision(reply=text), ports)
    for act in commit.acts:
        send_inline(act, ports)


def _mark(plan: Plan, ports: Ports) -> None:
    write = rows.write(ports, plan)
    assert isinstance(write, Put)
    ports.table.commit([Delete(write.key) if plan.state == "over" else Put(write.key, write.row)])
