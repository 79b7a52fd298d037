"""What the local stage makes of what a killed one was sending."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from hub.stage import Stage
from persona.acts import outbox
from persona.acts.outbox import open_row
from tests.stories.people import Slacker
from tests.support import TEAM, Hub


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[Hub]:
    opened = Hub(tmp_path)
    yield opened
    opened.close()


@pytest.mark.parametrize("settling", [0.0, 3.0])
def test_a_capabilitys_message_settles_as_its_surface_says(hub: Hub, settling: float) -> None:
    hub.post["slack"].settling = settling
    ann = Slacker(hub)
    code = re.search(r"approve (\w{6})", ann.say(f"message {TEAM}:U0BOB: hello"))
    assert code
    ann.send(f"approve {code[1]}")
    assert hub._take_batch()
    ((key, _),) = hub.family.table.scan("ACT#send_message#")
    outbox.claim(hub.ports, key, "A" * 26)
    Stage(hub.family, hub.ports)._release_acts()
    ((_, row),) = hub.family.table.scan("ACT#send_message#")
    held = open_row(hub.ports, row)
    assert (held.state, held.due) == ("sending", hub.clock.now() + settling)
