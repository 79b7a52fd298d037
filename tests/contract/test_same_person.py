"""Who wrote this? Scored on real people's messages by the script that stands beside the checkout.

Its data are for measuring only, so these tests skip where they are absent.
"""

import importlib.util
import json
import os
import subprocess
import sys
import warnings
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from persona.memory.texture import read
from persona.people.same import Crowd

ROOT = Path(__file__).parents[2]
SCRIPT = ROOT.parent / "shared" / "tools" / "eval_same_person.py"
FIGURES = ROOT / "bench" / "figures" / "same.json"
HUB = f"{sys.executable} -c 'from hub.cli import app; app()' eval person"
FEW = 12
People = tuple[dict[str, list[str]], dict[str, str]]

pytestmark = [
    pytest.mark.long,
    pytest.mark.skipif(not SCRIPT.exists(), reason=f"needs {SCRIPT}"),
]


@pytest.fixture(scope="module")
def script() -> ModuleType:
    spec = importlib.util.spec_from_file_location("eval_same_person", SCRIPT)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def people(script: ModuleType) -> People:
    """What each said, and the channel in which they said most; the script leaves its file open."""
    with warnings.catch_warnings(action="ignore", category=ResourceWarning):
        return script.load(script.DEFAULT)


class Judge:
    """In place of the script's own systems, the product's judgement without the table."""

    def __init__(self, history: Mapping[str, Sequence[str]]) -> None:
        self._textures = {person: read(messages) for person, messages in history.items()}
        self._crowds: dict[tuple[str, ...], Crowd] = {}

    def match(self, messages: Sequence[str], candidates: Sequence[str]) -> dict[str, Any]:
        known = tuple(candidates)
        if known not in self._crowds:
            self._crowds[known] = Crowd({one: self._textures[one] for one in known})
        guess = self._crowds[known].guess(read(messages))
        scores = {one.person: one.score for one in guess.ranking}
        return {"hub": (np.array([scores[one] for one in candidates]), guess.chance)}


def test_the_bars_are_met_by_how_people_write(
    script: ModuleType,
    people: People,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Built-in texture reaches .509 and .754 of the right persons, .939 in the same channel."""
    is_published = bool(os.environ.get("HUB_FIGURES"))
    beside = script.evaluate(*people, None, [5, 20], 40, 0)[1] if is_published else {}
    monkeypatch.setattr(script, "Baselines", Judge)
    history, table = script.evaluate(*people, None, [1, 5, 20], 40, 0)
    few, many = table[5, "hub"], table[20, "hub"]
    assert few["top-1"] >= 0.60
    assert many["top-1"] >= 0.754 + 0.03
    assert many["AUC here"] >= 0.96
    assert many["named@5%"] >= 0.45
    assert many["correctly"] == many["named@5%"]
    if is_published:
        found = {"ours": {5: few, 20: many}, "texture": {n: beside[n, "texture"] for n in (5, 20)}}
        FIGURES.write_text(
            json.dumps({"people": len(history), **found}, indent=1, default=float) + "\n"
        )


def test_the_hub_itself_answers_as_the_script_asks(
    script: ModuleType, people: People, tmp_path: Path
) -> None:
    """The quietest of those who said enough, so that their histories are stored in a few seconds."""
    enough = sorted((len(said), who) for who, said in people[0].items() if len(said) >= 40)
    few = {who for _, who in enough[:FEW]}
    lines = script.DEFAULT.read_text(encoding="utf-8").splitlines()
    data = tmp_path / "few.jsonl"
    data.write_text("\n".join(line for line in lines if json.loads(line)["person"] in few))
    out = tmp_path / "scores.json"
    asked = ["--data", str(data), "--counts", "20", "--json", str(out), "--system", HUB]
    subprocess.run([sys.executable, SCRIPT, *asked], cwd=ROOT, check=True, timeout=120)
    scores = json.loads(out.read_text())["20 system"]
    assert scores["top-1"] >= 0.85
    assert scores["correctly"] == scores["named@5%"] > 0
