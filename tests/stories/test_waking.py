"""What wakes plans: executions and schedules that only look, lost, doubled or late without harm."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any
from unittest.mock import patch

import pytest

from functions import sweep
from infra import machine as definition
from persona import keys
from persona.acts import erase, waking
from persona.errors import Transient
from persona.model import Address
from persona.ports import Put
from tests.stories.driving import DAY, Driven, driving
from tests.stories.people import Person, Texter, Visitor
from tests.support import PHONE, Hub, Open

HOUR = 3_600.0
BOTH_ENDS = 2
"""Events that say that an execution began and that it ended."""
SHED = (
    "plan: paint the shed",
    "1. wait 2 hours",
    "2. ask me: which colour?",
    "3. wait 3 days",
    "4. tell me: we take {2}",
)


@pytest.fixture
def driven(hub: Hub) -> Iterator[Driven]:
    with driving(hub) as found:
        yield found


def planned(driven: Driven, ann: Person, lines: tuple[str, ...] = SHED) -> None:
    """Says a plan and starts it."""
    ann.say("\n".join(lines))
    ann.say("yes 1")
    driven.play()


def standing(driven: Driven) -> list[object]:
    """All that stands outside, or is known to."""
    running = driven.machine.running() if driven.machine else []
    timers = driven.hub.family.timers.next_at()
    rows = driven.hub.family.table.scan("WAKE#")
    return [*running, *([timers] if timers else []), *rows]


def asked(ann: Person) -> int:
    """How often the question came, the plan's own words aside."""
    return sum("which colour?" in one and "3. " not in one for one in ann.replies())


def answers(ann: Person, driven: Driven, words: str, *, sweeping: bool = True) -> str:
    said = ann.say(words)
    driven.play(sweeping=sweeping)
    return said


def test_a_plan_of_several_steps_goes_on_by_what_waits_for_it(driven: Driven) -> None:
    alone = driven.machine is None  # the index of what is due is all that there is locally
    ann = Visitor(driven.hub)
    planned(driven, ann)
    driven.pass_time(2 * HOUR - 60, sweeping=alone)
    assert "colour" not in ann.replies()[-1]
    driven.pass_time(120, sweeping=alone)
    assert "which colour?" in ann.replies()[-1]
    answers(ann, driven, "blue", sweeping=alone)
    driven.pass_time(3 * DAY + 120, sweeping=alone)
    assert "we take blue" in ann.replies()[-1]
    assert sum("we take blue" in one for one in ann.replies()) == 1
    assert "no plans" in ann.say("plans")
    driven.play()
    assert standing(driven) == []
    if driven.machine:
        told = [move for _, move in driven.machine.moves]
        assert {"wait", "await", "held"} <= set(told)
        assert told[-1] == "done"
        assert not driven.machine.failed()
        looks = len([move for move in told if move != "held"])
        (name,) = driven.machine.executions()
        assert len(driven.machine.events(name)) <= looks * definition.EVENTS_A_LOOK + BOTH_ENDS


def test_what_stands_outside_holds_ids_and_no_words(driven: Driven) -> None:
    ann = Texter(driven.hub)
    planned(driven, ann)
    driven.pass_time(2 * HOUR + 1)
    answers(ann, driven, "blue")
    seen = str(driven.hub.family.table.scan("WAKE#"))
    assert driven.plans(ann)[0].id in seen
    if driven.machine:
        for one in driven.machine.executions().values():
            seen += one.execution_input + str(one.to_history_output())
    for secret in ("shed", "colour", "blue", PHONE):
        assert secret not in seen


def test_an_execution_that_is_lost_is_followed_by_another_and_nothing_is_done_twice(
    driven: Driven,
) -> None:
    ann = Visitor(driven.hub)
    planned(driven, ann)

    def lose() -> None:
        if driven.machine:
            (name,) = driven.machine.running()
            driven.machine.lose(name)
        else:
            driven.hub.restart()

    lose()
    driven.pass_time(2 * HOUR + 61)
    assert asked(ann) == 1
    lose()
    answers(ann, driven, "blue")
    lose()
    driven.pass_time(DAY + 1)  # nothing else happens: the daily look finds that nobody waits
    if driven.machine:
        assert driven.machine.running() == [max(driven.machine.executions())]
    driven.pass_time(2 * DAY + 61)
    assert sum("we take blue" in one for one in ann.replies()) == 1
    driven.play()
    assert standing(driven) == []


class Down:
    """A port of which nothing answers."""

    def __getattr__(self, name: str) -> Any:
        def fail(*args: object, **more: object) -> None:
            raise Transient("it is down")

        return fail


def test_without_what_drives_it_the_index_of_what_is_due_moves_every_plan(open_hub: Open) -> None:
    hub = open_hub(plans=Down(), timers=Down())
    with patch("hub.stage.plan.run"):  # nor does a bell reach it
        ann = Visitor(hub)
        ann.say("\n".join(SHED))
        ann.say("yes 1")
        ann.say("remind me to feed the cat in 3 hours")
        hub.clock.at += 2 * HOUR + 1
        hub.drain()
        assert "which colour?" in ann.replies()[-1]
        ann.say("blue")
        hub.clock.at += HOUR
        hub.drain()
        assert "Reminder: feed the cat" in ann.replies()[-1]
        hub.clock.at += 3 * DAY
        hub.drain()
        assert "we take blue" in ann.replies()[-1]
        assert "no plans" in ann.say("plans")


def test_timers_alone_tell_it_by_the_persons_clock_when_the_clocks_change(driven: Driven) -> None:
    hub = driven.hub
    hub.clock.at = datetime(2026, 3, 27, 12, tzinfo=UTC).timestamp()
    ann = Visitor(hub)
    ann.say("my time zone is Zurich")
    ann.say("remind me every day at 08:00 to stretch")
    driven.play()
    told: list[str] = []
    for day, hour in ((28, 7), (29, 6), (30, 6)):  # the clocks go forward on the 29th
        at = hub.family.timers.next_at()
        assert datetime.fromtimestamp(at, UTC) == datetime(2026, 3, day, hour, tzinfo=UTC)
        hub.clock.at = at
        driven.play(sweeping=False)
        told = [one for one in ann.replies() if one.startswith("Reminder: stretch")]
        assert len(told) == day - 27
    assert all("was due" not in one for one in told)


def test_a_bell_that_rings_again_and_again_tells_nothing_twice(driven: Driven) -> None:
    ann = Visitor(driven.hub)
    planned(driven, ann)
    (plan,) = driven.plans(ann)
    for _ in range(4):
        driven.ring(plan)
        driven.play()
        driven.pass_time(HOUR)
        sweep.run(driven.hub.ports)
    assert asked(ann) == 1
    if driven.machine:
        assert len(driven.machine.running()) == 1


def test_an_execution_that_has_looked_often_hands_on_to_the_next_generation(
    driven: Driven,
) -> None:
    ann = Visitor(driven.hub)
    with patch.object(waking, "MOST_LOOKS", 2):
        planned(driven, ann)
        driven.pass_time(2 * HOUR + 1)
        answers(ann, driven, "blue")
        driven.pass_time(3 * DAY + 1)
    assert sum("we take blue" in one for one in ann.replies()) == 1
    if driven.machine:
        assert len(driven.machine.executions()) >= 2
        assert not driven.machine.failed()
    driven.play()
    assert standing(driven) == []


def test_one_generation_stays_far_from_where_aws_ends_it() -> None:
    assert 1_900 <= waking.MOST_LOOKS * definition.EVENTS_A_LOOK <= 2_000
    assert definition.MOST_EVENTS < 25_000 / 2


@pytest.mark.parametrize("words", ["cancel 1", "forget paint the shed"])
def test_what_is_over_leaves_nothing_standing_outside(driven: Driven, words: str) -> None:
    ann = Visitor(driven.hub)
    planned(driven, ann)
    assert standing(driven)
    answers(ann, driven, words)
    assert not (driven.machine and driven.machine.running())
    assert driven.hub.family.timers.next_at() is None
    driven.pass_time(40 * DAY)
    assert "colour" not in " ".join(ann.replies()[2:])


def test_paused_nobody_waits_and_resumed_another_generation_does(driven: Driven) -> None:
    ann = Texter(driven.hub)
    planned(driven, ann)
    answers(ann, driven, "pause 1")
    assert not (driven.machine and driven.machine.running())
    driven.pass_time(3 * HOUR)
    assert not asked(ann)
    answers(ann, driven, "resume 1")
    driven.pass_time(2 * HOUR + 61)
    assert asked(ann) == 1
    if driven.machine:
        (running,) = driven.machine.running()
        assert not running.endswith("-1")


def test_who_is_erased_leaves_nothing_standing_outside(driven: Driven) -> None:
    hub = driven.hub
    ann = Texter(hub)
    planned(driven, ann)
    ann.say("remind me to feed the cat in 3 hours")
    driven.play()
    home = driven.home(ann)
    assert len(hub.ports.table.query(keys.wake(home, ""))) == 2
    erase.begin(Address.parse(ann.address), hub.ports, hub.clock.now())
    driven.play()
    assert standing(driven) == []
    driven.pass_time(40 * DAY)
    assert standing(driven) == []


def test_what_was_left_standing_by_a_death_is_ended_by_the_daily_look(driven: Driven) -> None:
    """Erased in the middle of a look: the row that was written first tells of what came after."""
    hub = driven.hub
    ann = Texter(hub)
    ann.say("remind me to feed the cat in 30 days")
    driven.play()
    home = driven.home(ann)
    ((key, row),) = hub.ports.table.query(keys.wake(home, ""))
    erase.begin(Address.parse(ann.address), hub.ports, hub.clock.now())
    driven.play()
    hub.family.table.commit([Put(key, {**row, "due": hub.clock.now() + DAY})])
    hub.family.timers.set(key.sort, hub.clock.now() + 30 * DAY, "nobodys-lane", json.dumps({}))
    driven.pass_time(DAY + 1)
    assert standing(driven) == []
