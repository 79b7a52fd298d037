"""A plan as it is shown: every argument of every step, where it stands, and what can be said."""

from collections.abc import Mapping
from dataclasses import fields, replace
from datetime import datetime
from math import inf
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from persona import catalog
from persona.acts.plan_words import CAME, entry, line, offers, premise_words, shown, span, step_line
from persona.model import Address, End
from persona.plan import Came, Plan, Premise, Step
from persona.schedule import Repeat, Schedule

ZONE = "Europe/Zurich"
KNOWN = catalog.capabilities()
NOW = datetime(2026, 11, 21, 16, 20, tzinfo=ZoneInfo(ZONE)).timestamp()
DAILY = Schedule(NOW, ZONE, Repeat("day", clock=(8, 0, 0)))
MAIL = {"to": "bob@example.net", "text": "see you\nat ten", "subject": "Lunch"}
STEPS = (
    Step("use", capability="list_events", arguments={"start": "today", "zone": ZONE}),
    Step("tell", "{1}", by="sms", premise=Premise(1, "before", "09:00", "first")),
    Step("do", "buy paint"),
    Step("use", capability="send_email", arguments=MAIL, goes_on=True),
)


def plan(**about: Any) -> Plan:
    made: dict[str, Any] = {
        "id": "P",
        "home": "H",
        "number": 3,
        "what": "paint the shed",
        "schedule": Schedule(NOW, ZONE),
        "at": inf,
        "asked": End("H", Address("slack", "T:U"), "", {}),
        "made": NOW,
        "steps": STEPS,
        "state": "shown",
    }
    return Plan(**{**made, **about})


def test_a_plan_is_shown_whole_before_it_begins() -> None:
    assert shown(plan(), NOW, KNOWN).splitlines() == [
        "Plan 3: paint the shed",
        "When: as soon as it is started",
        "1. list events (start: today; zone: Europe/Zurich)",
        "2. if the start of the first event (step 1) is before 09:00: text you what came of step 1",
        "3. for you to do: buy paint",
        "4. email bob@example.net, with the subject “Lunch”:",
        "      “see you",
        "      at ten” · goes on if it fails",
        "",
        "“yes” starts it (later “start 3”), “no” drops it, “change step 1 of plan 3 to …” changes it.",
    ]


def test_its_times_and_limits_are_said_with_the_zone() -> None:
    limited = plan(schedule=DAILY, deadline=NOW + 86_400, most=5, used=2, by="sms", late="skip")
    said = shown(limited, NOW, KNOWN)
    assert f"When: {DAILY.words}" in said
    assert (
        "Limits: ends by Sunday 22 November 2026 at 16:20 (Europe/Zurich) · at most 5 acts, 2 used · "
        "told by sms · missed times are left out"
    ) in said


def test_while_it_runs_each_step_says_how_it_went() -> None:
    came = (Came(1, "done", at=NOW - 60), Came(2, "skipped", at=NOW - 60))
    running = plan(state="waiting", step=3, begun=True, came=came)
    lines = shown(running, NOW, KNOWN).splitlines()
    assert lines[2].startswith("✓ 1. list events")
    assert lines[2].endswith("· done 16:19")
    assert lines[3].startswith("– 2. ")
    assert lines[3].endswith("· left out 16:19")
    assert lines[4] == "→ 3. for you to do: buy paint"
    assert lines[5].startswith("  4. email")
    assert "“done 3”" in lines[-1]
    assert entry(running, NOW, KNOWN).splitlines()[0] == "3. paint the shed · step 3 of 4"


@pytest.mark.parametrize("state", CAME)
def test_every_way_to_end_has_words(state: Any) -> None:
    said = shown(plan(state="waiting", step=2, came=(Came(1, state, at=NOW),)), NOW)
    assert CAME[state] in said.splitlines()[2]


@pytest.mark.parametrize("capability", [one.name for one in KNOWN.values() if not one.inline])
@pytest.mark.parametrize("known", [KNOWN, {}], ids=["known", "unknown"])
def test_no_argument_of_a_step_is_left_out(capability: str, known: Mapping[str, Any]) -> None:
    one = KNOWN[capability]
    names = one.arguments.model_fields
    if one.shows:  # it renders what it was given itself, and its own tests hold it to that
        return
    arguments = {name: f"the {name} of it" for name in names}
    said = step_line(Step("use", capability=capability, arguments=arguments), known)
    for value in arguments.values():
        assert value in said


SHOWN_BY = {
    "text": Step("tell", "tea is ready"),
    "capability": Step("use", capability="list_events"),
    "arguments": Step("use", capability="send_sms", arguments={"to": "+41", "text": "x"}),
    "seconds": Step("wait", seconds=60),
    "schedule": Step("wait", schedule=DAILY),
    "premise": Step("tell", "x", premise=Premise(1, "is", "failed")),
    "to": Step("branch", to=4),
    "times": Step("repeat", to=1, times=7),
    "by": Step("tell", "x", by="email"),
    "goes_on": Step("use", capability="list_events", goes_on=True),
    "undo": Step(
        "use", capability="x", undo={"capability": "cancel_event", "arguments": {"event": "E"}}
    ),
}


def test_every_field_of_a_step_shows() -> None:
    """A yes to a plan is a yes to its hash: nothing in it may be unseen."""
    assert SHOWN_BY.keys() == {field.name for field in fields(Step)} - {"kind"}
    for name, step in SHOWN_BY.items():
        (field,) = [one for one in fields(Step) if one.name == name]
        default = field.default_factory() if callable(field.default_factory) else field.default
        without = replace(step, **{name: default})
        assert step_line(step, KNOWN) != step_line(without, KNOWN), name


@pytest.mark.parametrize(
    ("premise", "expected"),
    [
        (Premise(1, "is", "failed"), "step 1 failed"),
        (Premise(1, "is not", "done"), "step 1 did not work"),
        (Premise(1, "is", "expired"), "step 1 had no answer in time"),
        (Premise(3, "is", "yes", "text"), "what came of step 3 is “yes”"),
        (Premise(1, "contains", "Bob", "text"), "what came of step 1 contains “Bob”"),
        (Premise(1, "at least", "3", "count"), "the number of events (step 1) is at least 3"),
        (Premise(1, "is", "3", "count"), "the number of events (step 1) is 3"),
        (Premise(9, "before", "09:00", "first"), "first (step 9) is before 09:00"),
    ],
)
def test_a_premise_is_said_in_words(premise: Premise, expected: str) -> None:
    assert premise_words(premise, KNOWN, STEPS) == expected


@pytest.mark.parametrize(
    ("about", "expected"),
    [
        ({"state": "waiting", "at": NOW + 3600}, "3. paint the shed · today 17:20"),
        ({"state": "paused"}, "3. paint the shed · paused"),
        (
            {"state": "shown", "schedule": DAILY},
            "3. paint the shed · every day at 16:20 · waits for your yes",
        ),
        ({"state": "waiting", "step": 2, "by": "sms"}, "3. paint the shed · step 2 of 4 · by sms"),
    ],
)
def test_its_line_begins_with_its_number(about: dict[str, Any], expected: str) -> None:
    if "schedule" in about:
        about = {**about, "schedule": Schedule(NOW, ZONE, Repeat("day"))}
    assert line(plan(**about), NOW) == expected


def test_what_can_be_said_is_shorter_where_messages_cost() -> None:
    assert offers(plan(), "sms") == "“yes 3” starts it, “cancel 3” drops it."
    assert "“resume 3”" in offers(plan(state="paused"))
    asking = plan(state="waiting", step=1, begun=True, steps=(Step("ask", "dry?"),))
    assert "“answer 3: …”" in offers(asking)
    assert "“run 3 now”" in offers(plan(state="waiting"))


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [(30, "30 seconds"), (3_600, "1 hour"), (5_400, "1 hour 30 minutes"), (90_000, "1 day 1 hour")],
)
def test_a_span_is_said_in_words(seconds: float, expected: str) -> None:
    assert span(seconds) == expected
