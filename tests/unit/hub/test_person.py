"""What the command line shows of a person: notes, their evidence, and since when they hold."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from hub.cli import app
from tests.stories.people import Texter
from tests.support import PHONE, Hub


@pytest.fixture
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("HUB_STATE", str(tmp_path))
    hub = Hub(tmp_path)
    ann = Texter(hub)
    ann.say("remember that the dentist is on Monday")
    ann.say("actually it's Tuesday")
    hub.close()
    return tmp_path


def test_live_notes_with_their_words_and_ended_ones_on_demand(state: Path) -> None:
    address = f"sms:{PHONE}"
    shown = json.loads(CliRunner().invoke(app, ["person", address, "--json"]).stdout)
    (live,) = shown["notes"]
    assert live["claim"] == "actually it's Tuesday"
    assert live["evidence"][0]["words"] == "actually it's Tuesday"
    assert live["until"] is None
    both = json.loads(CliRunner().invoke(app, ["person", address, "--ended", "--json"]).stdout)
    newer, older = both["notes"]
    assert (older["superseded_by"], older["until"]) == (newer["id"], newer["since"])
    text = CliRunner().invoke(app, ["person", address, "--ended"]).stdout
    assert "remember that the dentist is on Monday" in " ".join(text.split())


def test_nobody_at_an_address_is_said_so(state: Path) -> None:
    assert CliRunner().invoke(app, ["person", "sms:+19995550100"]).exit_code == 1
