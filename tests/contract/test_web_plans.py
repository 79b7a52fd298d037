"""What `GET /web/plans` tells: a closed shape, to its own person alone, with nothing that names a row."""

import json
from collections.abc import Iterator
from dataclasses import replace
from math import inf
from pathlib import Path
from typing import Any

import pytest

from persona.memory import plans
from persona.model import Address, End
from persona.people import addresses
from persona.plan import Came, Plan, Step
from persona.schedule import Repeat, Schedule
from tests.support import NOON, Hub, browser

PLAN = {
    "number": int,
    "goal": str,
    "state": str,
    "message": str,
    "surface": str,
    "made": float,
    "rhythm": str,
    "zone": str,
    "at": (float, type(None)),
    "waits": str,
    "can": dict,
    "reminder": bool,
    "approved": bool,
    "run": int,
    "missed": int,
    "used": int,
    "most": (int, type(None)),
    "deadline": (float, type(None)),
    "steps": list,
}
STEP = {
    "number": int,
    "kind": str,
    "words": str,
    "state": str,
    "came": str,
    "quoted": bool,
    "at": (float, type(None)),
}
TWO = (Step("ask", "Which day suits you?"), Step("tell", "Then {1} it is."))


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[Hub]:
    opened = Hub(tmp_path)
    yield opened
    opened.close()


def keep(hub: Hub, name: str = "ann", **about: Any) -> Plan:
    """A plan in the row of a web account's home."""
    address = Address("web", name)
    place = addresses.meet(hub.ports.table, address, hub.ports.entropy, NOON)
    schedule = Schedule(NOON + 60, "Europe/Zurich", Repeat("week", 1, (0,), clock=(8, 0, 0)))
    plan = Plan(
        id=f"plan-{name}-{about.get('number', 1)}",
        home=place.home,
        number=1,
        what="feed the cat",
        schedule=schedule,
        at=NOON + 60,
        begins=NOON + 60,
        asked=End(place.home, address, "web", {}),
        made=NOON,
        turn=1,
        steps=TWO,
    )
    plan = replace(plan, **about)
    hub.ports.table.commit([plans.write(hub.ports, plan)])
    return plan


def told(hub: Hub, token: str) -> list[dict[str, Any]]:
    answer = hub.http("GET", "/web/plans", headers=browser(token))
    assert answer.status == 200, answer.body
    assert answer.json().keys() == {"plans"}
    return answer.json()["plans"]


def test_the_shape_is_closed_and_names_no_row(hub: Hub) -> None:
    token = hub.sign_in("ann")
    came = (Came(1, "done", "Tuesday", untrusted=True, at=NOON),)
    known = [
        keep(hub, number=1, state="shown", deadline=NOON + 900, most=3),
        keep(hub, number=2, step=1, begun=True, at=inf),
        keep(hub, number=3, step=2, came=came),
        keep(hub, number=4, state="paused"),
        keep(hub, number=5, state="missed", missed=2),
        keep(hub, number=6, steps=(Step("tell", "feed the cat"),)),
    ]
    found = told(hub, token)
    assert [one["number"] for one in found] == [1, 2, 3, 4, 5, 6]
    for one in found:
        assert {name: isinstance(one[name], kind) for name, kind in PLAN.items()} == dict.fromkeys(
            one, True
        )
        for step in one["steps"]:
            assert {name: isinstance(step[name], kind) for name, kind in STEP.items()} == (
                dict.fromkeys(step, True)
            )
    said = json.dumps(found)
    for plan in known:
        assert plan.id not in said and plan.home not in said and plan.hash not in said


def test_what_it_waits_for_and_what_can_be_said_to_it(hub: Hub) -> None:
    token = hub.sign_in("ann")
    keep(hub, number=1, state="shown")
    keep(hub, number=2, step=1, begun=True, at=inf)
    keep(hub, number=3, steps=(Step("do", "water the fern"),), step=1, begun=True, at=inf)
    keep(hub, number=4)
    keep(hub, number=5, state="paused")
    taken = Step("use", capability="remember", undo={"capability": "forget", "arguments": {}})
    keep(hub, number=6, state="over", steps=(taken,), came=(Came(1, "done"),))
    keep(hub, number=7, state="over", came=(Came(1, "done"),))
    found = {one["number"]: one for one in told(hub, token)}
    assert [found[n]["waits"] for n in range(1, 7)] == ["yes", "answer", "done", "time", "", ""]
    assert [list(found[n]["can"]) for n in range(1, 7)] == [
        ["start", "change", "cancel"],
        ["answer", "pause", "skip", "change", "cancel"],
        ["done", "pause", "skip", "cancel"],
        ["pause", "skip", "run", "change", "cancel"],
        ["resume", "change", "cancel"],
        ["undo"],
    ]
    assert 7 not in found, "what is over and cannot be taken back is shown no more"
    assert found[2]["can"]["answer"] == "answer 2: {words}"
    assert found[2]["at"] is None
    assert found[4]["rhythm"].startswith("every Monday at")


def test_each_step_says_how_far_it_came(hub: Hub) -> None:
    token = hub.sign_in("ann")
    came = (Came(1, "done", "Tuesday", untrusted=True, at=NOON),)
    keep(hub, step=2, came=came)
    (one,) = told(hub, token)
    first, second = one["steps"]
    assert (first["state"], first["came"], first["quoted"], first["at"]) == (
        "done",
        "Tuesday",
        True,
        NOON,
    )
    assert (second["state"], second["came"], second["at"]) == ("now", "", None)
    assert first["words"].startswith("ask") or "Which day" in first["words"]


def test_nobody_sees_the_plans_of_another(hub: Hub) -> None:
    ann, bob = hub.sign_in("ann"), hub.sign_in("bob")
    keep(hub, "ann")
    assert told(hub, bob) == []
    assert len(told(hub, ann)) == 1


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"cookie": "hub=stolen"},
        {"authorization": "Bearer nobody"},
        {"authorization": "Basic x"},
    ],
)
def test_without_a_session_nothing_is_told(hub: Hub, headers: dict[str, str]) -> None:
    keep(hub)
    answer = hub.http("GET", "/web/plans", headers=headers)
    assert answer.status == 401
    assert b"cat" not in answer.body


def test_it_is_there_to_be_read_alone(hub: Hub) -> None:
    token = hub.sign_in("ann")
    for method in ("POST", "PUT", "DELETE"):
        assert hub.http(method, "/web/plans", b"{}", browser(token)).status == 404
