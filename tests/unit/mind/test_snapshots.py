"""The whole of what a model is shown, as files beside this one, so that a review sees each change.

`HUB_WRITE_SNAPSHOTS=1` writes them anew.
"""

import os
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from models.scripted import ScriptedModel
from persona.decision import Decision
from persona.language import Call, Completion, Prompt
from persona.mind import drifting
from persona.mind.think import think_on
from persona.mind.wording import FILE, Wording, wording
from persona.model import End
from persona.plan import Came, Plan, Step
from persona.schedule import Schedule
from tests.unit.house import ANN, BOB, ROOM, House

BESIDE = {"wordless", "wish_noted", "too_many_wishes", "outcome_cut", "denied"}
"""Tests of prompts, of wishes, of thinking and of what was denied show these."""
FOLDER = Path(__file__).with_name("prompts")


def answers(prompts: Sequence[Prompt]) -> Completion:
    """Looks the cat up, says a word of its own beside it, and is content with what it is told."""
    if prompts[-1].role == "tool" or "cat" not in prompts[-1].text:
        return Completion("Good.")
    calls = (Call("a", "recall", {"words": "cat"}), Call("b", "fly", {}), Call("c", "recall", {}))
    return Completion("Let me look.", calls)


def talk(house: House) -> ScriptedModel:
    model = ScriptedModel(answers)
    house.with_(models=(model,))
    return model


def as_text(prompts: Sequence[Prompt]) -> str:
    blocks: list[str] = []
    for prompt in prompts:
        mark = f" (answers {prompt.call_id})" if prompt.call_id else ""
        calls = [f"{call.id}: {call.name} {dict(call.arguments)}" for call in prompt.calls]
        blocks.append("\n".join([f"--- {prompt.role}{mark}", prompt.text, *calls]))
    return "\n".join(blocks) + "\n"


def check(name: str, prompts: Sequence[Prompt]) -> None:
    file, text = FOLDER / f"{name}.txt", as_text(prompts)
    if os.environ.get("HUB_WRITE_SNAPSHOTS"):
        FOLDER.mkdir(exist_ok=True)
        file.write_text(text)
    assert file.read_text() == text, "if this change is meant: HUB_WRITE_SNAPSHOTS=1 and review it"


def test_a_private_talk(house: House) -> None:
    model = talk(house)
    house.tell("good evening")
    house.tell("I am off to Rome tomorrow")
    house.tell("what should I pack?")
    check("private_talk", model.seen[-1])


def test_a_shared_channel(house: House) -> None:
    model = talk(house)
    place: dict[str, Any] = {"address": ROOM, "audience": "lane"}
    house.tell("the build is red again", who=ANN, addressed=False, **place)
    house.tell("I restarted it", who=BOB, addressed=False, **place)
    house.tell("is the build green now?", who=ANN, **place)
    check("shared_channel", model.seen[-1])


def test_with_recall(house: House) -> None:
    house.tell("my bike lock is 4812")
    house.clock.at += 9 * 86_400
    for n in range(6):
        house.tell(f"it rained on day {n}")
    house.clock.at += 86_400
    model = talk(house)
    house.tell("what is the code of my bike lock?")
    check("recall", model.seen[-1])


def test_with_words_that_hold_no_longer_and_words_of_others(house: House) -> None:
    house.tell("remember that the dentist is on Monday")
    house.clock.at += 3_600
    house.tell("actually it's Tuesday")
    house.tell("FYI, from the dentist:\n> The dentist is closed on Friday.")
    house.clock.at += 86_400
    for n in range(6):
        house.tell(f"it rained on day {n}")
    model = talk(house)
    house.tell("on which day is the dentist?")
    check("corrected", model.seen[-1])


def test_a_capability_round(house: House) -> None:
    house.tell("my cat is called Max")
    model = talk(house)
    house.tell("what do I call my cat?", "and please be quick about the cat")
    check("capability_round", model.seen[-1])


@pytest.mark.parametrize("name", ["brought", "brought_by_others"])
def test_what_a_read_brought(house: House, name: str) -> None:
    house.tell("my cat is called Max")
    model = ScriptedModel(lambda prompts: Completion("Good."))
    house.with_(models=(model,), entropy=bytes)
    is_others = "True" if name == "brought_by_others" else "False"
    about = {
        "state": "sent",
        "shown": "read the document “Notes”",
        "capability": "recall",
        "arguments": '{"words": "Notes"}',
        "result_text": "The party is on Friday.",
        "result_untrusted": is_others,
        "chain": "1",
    }
    house.take(house.event("when is the party?", kind="outcome", detail=about))
    check(name, model.seen[-1])


def test_a_step_of_a_plan_that_is_left_to_a_mind(house: House) -> None:
    house.tell("my cat is called Max")
    model = ScriptedModel(lambda prompts: Completion("Good."))
    house.with_(models=(model,), entropy=bytes)
    event = house.event("", kind="timer")
    standing = house.standing(event)
    brought = Came(1, "done", "The party is on Friday.", untrusted=True)
    step = Step("think", "what should I bring for the cat?")
    plan = Plan(
        id="plan",
        home=standing.place.home,
        number=1,
        what="the party",
        schedule=Schedule(0.0, "UTC"),
        at=0.0,
        asked=End.of(event, standing.place.home),
        made=0.0,
        steps=(Step("use"), step),
        step=2,
        came=(brought,),
    )
    think_on(standing, event, house.ports, plan, step)
    check("step_of_a_plan", model.seen[-1])
    think_on(standing, event, house.ports, replace(plan, came=(), step=1), step)
    check("first_step_of_a_plan", model.seen[-1])


def test_a_look_at_itself(house: House) -> None:
    model = talk(house)
    for words in ("hello", "my cat is called Max", "what is my cat called?", "thanks", "good"):
        house.tell(words)
    event = house.event("", kind="review")
    drifting.looked(house.standing(event), event, Decision(), house.ports, reflex_only=False)
    check("drift", model.seen[-1])


def test_a_look_at_what_was_said_to_it(house: House) -> None:
    for words in ("my cat is called Max", "I like tea", "I am off to Rome", "tea again, as ever"):
        house.tell(words)
    model, event = talk(house), house.event("", kind="review")
    drifting.looked(house.standing(event), event, Decision(), house.ports, reflex_only=False)
    check("noticed", model.seen[-1])


def test_every_template_is_shown_in_a_snapshot_or_by_the_tests_of_prompts() -> None:
    shown = "".join(file.read_text() for file in FOLDER.glob("*.txt"))
    for name, template in wording().templates.items():
        longest = max(template.pattern.split(template.template), key=lambda part: len(part or ""))
        if name not in BESIDE:
            assert longest.strip() in shown, name


def test_the_stamp_changes_with_the_words() -> None:
    raw = FILE.read_bytes()
    assert wording().stamp == Wording(raw).stamp
    assert wording().stamp != Wording(raw.replace(b"private", b"quiet")).stamp
