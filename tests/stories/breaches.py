"""Each of the three walls taken down, so that a test sees what the others hold."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from persona import turn as turn_module
from persona.memory import walls
from persona.memory.standing import Standing
from persona.model import Event, Place
from persona.ports import Ports


def without_recall_wall(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(walls, "may_hear", lambda one, home, audience: True)
    patch.setattr(walls, "heard_again", lambda turn, home, audience: turn)


def without_sender_wall(patch: pytest.MonkeyPatch) -> None:
    patch.setattr("persona.acts.policy.is_exposed", lambda written_for, heard_by: False)
    patch.setattr(walls, "narrowest", lambda audience, home, shown: audience)


def without_key_wall(patch: pytest.MonkeyPatch, *homes: str) -> None:
    """Every lane's worker reads these homes as its own."""
    read = turn_module.read

    def reads_more(place: Place, events: Sequence[Event], ports: Ports) -> Standing:
        standing = read(place, events, ports)
        more = tuple(dict.fromkeys([*standing.gate.homes, *homes]))
        return replace(standing, gate=replace(standing.gate, homes=more))

    patch.setattr(turn_module, "read", reads_more)
