"""Eighteen ways to steal a yes, at seven places: nothing goes out but what was shown and approved."""

import datetime as dt
import tempfile
from collections.abc import Iterator
from itertools import product
from pathlib import Path

import pytest

from tests.hostile.approvals import ATTACKS, Attack
from tests.hostile.house import keep
from tests.hostile.places import PLACES, Where
from tests.hostile.trials import Trial
from tests.support import Family, Hub

SHM = Path("/dev/shm")
SURFACES = {"web": "web", "Slack direct": "slack", "SMS": "sms", "mail": "email"}
EVERYWHERE = [*product(PLACES, ATTACKS)]
IDS = [f"{where.name}, {attack.__name__}" for where, attack in EVERYWHERE]


@pytest.fixture(scope="module")
def hub() -> Iterator[Hub]:
    """One hub for all trials of a worker: each has people of its own."""
    with tempfile.TemporaryDirectory(dir=SHM if SHM.exists() else None) as folder:
        opened = Hub(Path(folder))
        yield opened
        opened.close()


@pytest.mark.parametrize(("where", "attack"), EVERYWHERE, ids=IDS)
def test_no_yes_is_stolen(hub: Hub, where: Where, attack: Attack) -> None:
    play(hub, where, attack, "local")


def test_no_yes_is_stolen_on_aws(tmp_path: Path) -> None:
    """Another one each day."""
    day = dt.datetime.now(dt.UTC).date().toordinal()
    hub = Hub(tmp_path, family="aws")
    try:
        play(hub, *EVERYWHERE[day % len(EVERYWHERE)], "aws")
    finally:
        hub.close()


def play(hub: Hub, where: Where, attack: Attack, family: Family) -> None:
    """One attack, and what must have come of it: what was truly approved, and nothing else."""
    trial = Trial(hub, where, SURFACES.get(where.name, ""))
    attack(trial)
    sent, approved = sorted(trial.sent()), sorted(trial.approved)
    keep(arm="approvals", family=family, attacks=1, leaks=int(sent != approved))
    assert sent == approved
    assert trial.states().count("approved") == len(approved) + trial.held
    assert len(trial.failures()) == trial.held, trial.failures()


def test_the_attacks_are_as_many_as_was_said() -> None:
    assert len(EVERYWHERE) == 18 * 7
