"""A model may use no more of a Lambda invocation than leaves time for the reflexes and the commit."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from functions import _compose, turn
from hub.stage import sqs_event
from persona.language import Completion, Prompt
from persona.mind.think import FALLEN, SHARE
from tests.support import Hub


class Watch:
    """A model that keeps how long it might have taken."""

    name = "watch"

    def __init__(self) -> None:
        self.seconds: list[float] = []

    def complete(
        self, prompts: Sequence[Prompt], offers: Sequence[Mapping[str, Any]], seconds: float
    ) -> Completion:
        self.seconds.append(seconds)
        return Completion("Good.")


@pytest.mark.parametrize(
    ("left", "seconds"), [(300.0, [60.0 * SHARE]), (28.0, [20.0 * SHARE]), (8.0, []), (2.0, [])]
)
def test_thinking_ends_eight_seconds_before_the_invocation(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, left: float, seconds: list[float]
) -> None:
    model = Watch()
    hub = Hub(tmp_path, models=(model,))
    monkeypatch.setattr(_compose, "ports", lambda: hub.ports)
    context = SimpleNamespace(get_remaining_time_in_millis=lambda: int(left * 1000))
    try:
        hub.sms("what shall I cook?")
        answer = turn.handler(sqs_event(hub.family.lanes.receive()), context)
        assert answer == {"batchItemFailures": []}
        hub.drain()
        assert model.seconds == pytest.approx(seconds)
        text = hub.post["sms"].sent[0].text
        assert (FALLEN in text) == (not seconds)
    finally:
        hub.close()
