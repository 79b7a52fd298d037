"""The recall protocol on stdin and stdout, and the index made anew by a command."""

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from hub.cli import app
from hub.rebuild import rebuild
from hub.state import Lock
from persona import keys
from persona.errors import Broken
from persona.memory import segments
from persona.ports import Delete
from tests.unit.house import House

SAID = [
    ("D1:1", 1, "Ann", "2024-05-08T13:56:40", "Hi Bob, how is the parrot?"),
    ("D1:2", 1, "Bob", "2024-05-08T13:57:00", "Kiki is fine. Yesterday she learned a song."),
    ("D2:1", 2, "Ann", "2024-06-01T10:00:00", "I bought a boat."),
]


def spoken(*asked: dict[str, Any]) -> list[Any]:
    adds = [
        {"op": "add", "id": id, "session": session, "person": person, "at": at, "text": text}
        for id, session, person, at, text in SAID
    ]
    lines = "".join(json.dumps(one) + "\n" for one in [*adds, *asked])
    result = CliRunner().invoke(app, ["eval", "recall"], input=lines)
    assert result.exit_code == 0, result.output
    return [json.loads(line)["ids"] for line in result.stdout.splitlines()]


def question(query: str, k: int = 25) -> dict[str, Any]:
    return {"op": "recall", "query": query, "at": "2024-06-01T10:00:00", "k": k}


def test_a_conversation_is_recalled_by_the_ids_it_was_given() -> None:
    found = spoken(
        question("When did Bob's parrot learn a song?"),
        question("When did Bob's parrot learn a song?", 1),
        question("What did Ann buy?", 1),
        question("What is it?"),
    )
    assert found == [["D1:2", "D1:1"], ["D1:2"], ["D2:1"], []]


@pytest.fixture
def told(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(segments, "TURNS", 4)
    house = House(folder)
    for number in range(9):
        house.tell(f"thing {number} is here")
    house.ports.table.commit([Delete(keys.segment(house.meet().home, 4))])
    house.close()
    return folder


def test_the_index_is_made_anew_with_its_progress_shown(told: Path) -> None:
    assert list(rebuild(told, {})) == [(0, 1, 8), (1, 1, 8)]
    house = House(told)
    assert len(house.rows(f"HOME#{house.meet().home}").keys() & {"INDEX"}) == 1
    segment_keys = [sort for sort in house.rows("HOME#") if sort.startswith("INDEX#")]
    assert len(segment_keys) == 2
    house.close()


def test_the_command_says_what_it_did(told: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HUB_STATE", str(told))
    result = CliRunner().invoke(app, ["rebuild", "--json"])
    assert json.loads(result.stdout) == {"homes": 1, "turns": 8}


def test_a_folder_that_is_in_use_or_empty_is_not_rebuilt(told: Path, tmp_path: Path) -> None:
    lock = Lock(told)
    with pytest.raises(Broken, match="in use"):
        list(rebuild(told, {}))
    lock.release()
    with pytest.raises(Broken, match="no hub"):
        list(rebuild(tmp_path, {}))
