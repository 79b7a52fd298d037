"""The kill switch from the command line, on a folder at rest."""

import json
from pathlib import Path
from typing import Any

from typer.testing import CliRunner

from hub.cli import app
from hub.state import open_state


def run(state: Path, *words: str) -> tuple[int, str]:
    result = CliRunner().invoke(app, list(words), env={"HUB_STATE": str(state)})
    return result.exit_code, result.output


def halts(state: Path, *words: str) -> Any:
    code, told = run(state, *words, "--json")
    assert code == 0, told
    return json.loads(told)


def test_everything_or_one_capability_is_halted_and_started_and_the_doctor_says_so(
    folder: Path,
) -> None:
    open_state(folder, {}).close()
    assert halts(folder, "doctor")["halts"] == "nothing is halted"
    one = {"halted": False, "capabilities": ["send_email"]}
    assert halts(folder, "halt", "--capability", "send_email") == one
    assert halts(folder, "doctor")["halts"] == "halted for everybody: send_email"
    assert halts(folder, "halt") == {"halted": True, "capabilities": ["send_email"]}
    code, told = run(folder, "doctor")
    assert code == 0
    assert "everything is halted" in told
    assert halts(folder, "start", "--capability", "send_email")["capabilities"] == []
    assert halts(folder, "start") == {"halted": False, "capabilities": []}
    assert halts(folder, "doctor")["halts"] == "nothing is halted"


def test_what_there_is_not_cannot_be_halted(folder: Path) -> None:
    open_state(folder, {}).close()
    code, told = run(folder, "halt", "--capability", "sned_email")
    assert (code, "no capability is called sned_email" in told) == (1, True)
    assert halts(folder, "doctor")["halts"] == "nothing is halted"


def test_where_there_is_no_hub_nothing_is_halted(folder: Path) -> None:
    code, told = run(folder / "none", "halt")
    assert (code, "there is no hub" in told) == (1, True)
