"""What a message costs through the deployed stack: as much as it does in this process."""

import json
import os
from pathlib import Path
from typing import Any

import pytest

from bench import alone
from bench.counts import FIRST, Meter, words
from infra.template.write import template
from tests.deployed.stage import INSTEAD, STACK, Stage
from tests.end_to_end.house import Asked, House, OnSms, Vendor, ask

pytestmark = pytest.mark.deployed

FIGURES = Path(__file__).parents[2] / "bench" / "figures" / "deployed.json"
WARM = 3
"""The message from which on no function is new, and no key of its lane."""
ENOUGH = {"BudgetTokens": str(10**12), "BudgetSms": str(10**9), "Likeness": "off"}
"""As in `bench/counts.py`: what a day may cost, and looks at how somebody writes, are not measured here."""


class Repeating(Vendor):
    """An OpenAI-compatible server that always says the same 0.45 KB."""

    def answer(self, asked: Asked) -> tuple[int, Any]:
        message = {"role": "assistant", "content": words(7919)}
        return 200, {"choices": [{"index": 0, "message": message, "finish_reason": "stop"}]}


def counted(ann: OnSms, stage: Stage, number: int) -> dict[str, Any]:
    """What everything that runs behind one message asks for, until the stage rests."""
    meter = Meter(STACK, f"{STACK}-keys", stage.row)
    with stage.front.watched(meter.take):
        answer = ask(ann, words(number)).text
        assert answer.startswith(words(7919)[:100])
        assert stage.is_idle()
    return meter.figures()


def together(hops: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """The hops of one message as one."""
    calls: dict[str, int] = {}
    for hop in hops.values():
        for name, times in hop["by_operation"].items():
            calls[name] = calls.get(name, 0) + times
    names = ("requests", "written_bytes", "wcu")
    return {"by_operation": calls, **{n: sum(hop[n] for hop in hops.values()) for n in names}}


def test_a_message_asks_as_much_of_aws_as_it_does_in_process(house: House, stage: Stage) -> None:
    inside = [together(hops) for hops in alone.run("bench.counts:first")["messages"]]
    with Repeating() as model:
        stage.change(Model="openai:small", OpenaiBaseUrl=f"{model.url}/v1", **ENOUGH)
        with stage.unswept():
            ann = OnSms(house)
            outside = [counted(ann, stage, number) for number in range(1, FIRST + 1)]
        stage.change(Model="reflex", OpenaiBaseUrl="", Likeness="on")
    for number in range(WARM, FIRST):
        assert outside[number]["by_operation"] == inside[number]["by_operation"], number
    sizes = [
        sum(one["written_bytes"] for one in found[WARM:]) / (FIRST - WARM)
        for found in (outside, inside)
    ]
    # The names and ids that vendors and models give have other lengths.
    assert sizes[0] == pytest.approx(sizes[1], rel=0.02)
    if "HUB_FIGURES" in os.environ:
        figures = {
            "messages": FIRST - WARM,
            "requests": max(one["requests"] for one in outside[WARM:]),
            "requests_in_process": max(one["requests"] for one in inside[WARM:]),
            "bytes": round(sizes[0]),
            "bytes_in_process": round(sizes[1]),
            "resources": len(template()["Resources"]) - len(INSTEAD),
            "instead": len(INSTEAD),
        }
        FIGURES.write_text(json.dumps(figures, indent=1) + "\n")
