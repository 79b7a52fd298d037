"""For how long and how often: what the words after an approval mean, and whose grants count."""

import pytest

from persona.acts import grants
from persona.acts.grants import Terms, terms
from persona.memory.standing import open_gate
from persona.mind.commands import parse
from tests.unit.house import NOON, House

DAY = 86_400.0
MONDAY_END = 1_750_118_400.0
"""The midnight after the Monday that follows NOON, a Sunday; UTC."""


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("always", Terms(float("inf"), 0)),
        ("Always.", Terms(float("inf"), 0)),
        ("for an hour", Terms(NOON + 3600, 0)),
        ("for a day", Terms(NOON + DAY, 0)),
        ("for 2 weeks", Terms(NOON + 14 * DAY, 0)),
        ("for a month", Terms(NOON + 30 * DAY, 0)),
        ("until Monday", Terms(MONDAY_END, 0)),
        ("until tomorrow", Terms(MONDAY_END, 0)),
        ("until today", Terms(MONDAY_END - DAY, 0)),
        ("until Sunday", Terms(MONDAY_END + 6 * DAY, 0)),
        ("until 2025-06-16", Terms(MONDAY_END, 0)),
        ("always, 3 a day", Terms(float("inf"), 3)),
        ("3 a day", Terms(float("inf"), 3)),
        ("for a week, up to 2 times a day", Terms(NOON + 7 * DAY, 2)),
        ("until Monday at most 5 per day", Terms(MONDAY_END, 5)),
    ],
)
def test_usual_terms_are_understood(house: House, said: str, meant: Terms) -> None:
    assert terms(said, house.ports) == meant
    command = parse(f"approve K7QW2M {said}")
    assert command is not None and command.verb == "approve"


@pytest.mark.parametrize(
    "said",
    ["", "for ever and a day", "until", "until 2025-06-14", "until 31 June", "for 0 days", "often"],
)
def test_other_terms_are_none(house: House, said: str) -> None:
    assert terms(said, house.ports) is None


def gate(*rows: dict[str, object], homes: tuple[str, ...] = ("H1",)) -> grants.Gate:
    about = {"epoch": 1, "halted": False, "surfaces": [], "suppressed": {}, "since": 0.0}
    return open_gate({**about, "homes": list(homes), "grants": list(rows)})


def row(home: str = "H1", **more: object) -> dict[str, object]:
    return {"capability": "send_email", "destination": "email:b@c.de", "home": home, **more}


def test_only_grants_of_the_homes_that_are_here_count() -> None:
    assert len(grants.of(gate(row()), "H1", NOON)) == 1
    assert grants.of(gate(row("H2")), "H1", NOON) == ()
    old: dict[str, object] = {"capability": "send_email", "destination": "email:b@c.de"}
    assert grants.of(gate(old), "H1", NOON) == (), "nobody knows who gave it"


def test_a_grant_anew_takes_the_place_of_the_old_and_what_ran_out_goes() -> None:
    before = gate(row(a_day=2), {**row(), "destination": "email:x@y.de", "until": NOON - 1})
    assert grants.added(before, [row(until=NOON + 9)], NOON) == [row(until=NOON + 9)]
