"""The model loop, and what stays when a model fails: an answer, and the word that it is another."""

import json
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from models.scripted import Script, ScriptedModel
from persona.errors import Refused, Transient, Unknown
from persona.language import Call, Completion, Prompt
from persona.mind.think import FALLEN, MOST_ROUNDS
from persona.mind.wording import wording
from persona.model import Address
from tests.unit.house import ANN, BOB, ROOM, House

Furnish = Callable[..., House]
WISH = Call("1", "recall", {"words": "cat"})


@pytest.fixture
def furnished(folder: Path) -> Iterator[Furnish]:
    houses: list[House] = []

    def furnish(*scripts: Script) -> House:
        models = tuple(ScriptedModel(script, f"model {n}") for n, script in enumerate(scripts, 1))
        houses.append(House(folder, models))
        return houses[-1]

    yield furnish
    for house in houses:
        house.close()


def says(text: str) -> Script:
    return lambda prompts: Completion(text, tokens_in=3, tokens_out=2)


def raises(error: Exception) -> Script:
    def fail(prompts: Sequence[Prompt]) -> Completion:
        raise error

    return fail


def wishes(*calls: Call, then: Script) -> Script:
    """Asks for capabilities first, and goes on once they are answered."""

    def script(prompts: Sequence[Prompt]) -> Completion:
        return then(prompts) if prompts[-1].role == "tool" else Completion("", calls)

    return script


def tool_answer(prompts: Sequence[Prompt]) -> Completion:
    return Completion(f"told: {prompts[-1].text}")


def model(house: House, number: int = 0) -> Any:
    return house.ports.models[number]


def test_what_a_model_says_is_the_reply(furnished: Furnish) -> None:
    house = furnished(says("  Hello Ann.  "))
    assert house.tell("hello").startswith("Hello Ann.\n(I am ")
    assert house.tell("hello again") == "Hello Ann."
    assert house.turns()[-1].mind == "model 1"


def test_what_never_fitted_is_taken_down_for_the_ledger_and_said_of_to_nobody(
    furnished: Furnish,
) -> None:
    tried = Call("1", "no_such_thing", {"to": "eve"})
    house = furnished(wishes(tried, then=tool_answer))
    reply = house.tell("write to Bob")
    assert "May I" not in reply
    assert "I may not" not in reply
    rows = house.rows(f"LANE#{house.meet().lane}")
    (row,) = [row for sort, row in rows.items() if sort.startswith("LEDGER#")]
    wished = [(one["capability"], one["decision"], one["why"]) for one in row["wished"]]
    assert wished == [("unknown", "deny", "unknown")]
    assert "no_such_thing" not in str(row)


def test_the_cost_is_kept_with_the_turn(furnished: Furnish) -> None:
    house = furnished(wishes(WISH, then=says("It is Max.")))
    house.tell("what is my cat called?")
    row = house.rows(f"HOME#{house.meet().home}")
    costs = [one["cost"] for sort, one in row.items() if sort.startswith("TURN#")]
    (cost,) = costs
    assert (cost["calls"], cost["tokens_out"]) == (2, len(json.dumps(WISH.arguments)) + 2)
    assert cost["tokens_in"] > 1_000, "the first answer counted nothing, so our bound counts"
    assert cost["prompts"] == wording().stamp
    assert "failed" not in cost


def test_why_each_model_was_left_is_kept_with_the_turn(furnished: Furnish) -> None:
    house = furnished(raises(Transient("stalled")), raises(Refused("no access")), says("Here."))
    house.tell("hello")
    row = house.rows(f"HOME#{house.meet().home}")
    (cost,) = [one["cost"] for sort, one in row.items() if sort.startswith("TURN#")]
    assert cost["failed"] == ["model 1: stalled", "model 2: no access"]


def test_the_last_prompt_is_the_newest_words_alone_as_they_were_said(furnished: Furnish) -> None:
    house = furnished(says("Good."))
    house.tell("my cat is called Max")
    house.tell("  what is my *cat* called?\nreally ")
    last = model(house).seen[-1][-1]
    assert last == Prompt("user", "  what is my *cat* called?\nreally ")
    assert all(last.text not in prompt.text for prompt in model(house).seen[-1][:-1])


def test_each_message_of_a_burst_is_a_prompt_of_its_own(furnished: Furnish) -> None:
    house = furnished(says("Both."))
    house.tell("first", "second")
    *_, first, between, second = model(house).seen[0]
    assert (first.role, first.text, second.role, second.text) == ("user", "first", "user", "second")
    assert between == Prompt("assistant", "(Not answered yet.)")


def test_recalled_words_stand_before_with_when_and_where(furnished: Furnish) -> None:
    house = furnished(says("Max."))
    house.tell("my cat is called Max", who=ANN)
    house.clock.at += 86_400
    house.tell("what is my cat called?")
    recalled = [p.text for p in model(house).seen[-1] if "may bear on this" in p.text]
    assert len(recalled) == 1
    assert "you told me by SMS, yesterday at " in recalled[0]
    assert "“my cat is called Max”" in recalled[0]


def test_recall_is_answered_inline_and_the_reply_rests_on_it(furnished: Furnish) -> None:
    house = furnished(says("Noted."))
    house.tell("my cat is called Max")
    house.with_(models=(ScriptedModel(wishes(WISH, then=tool_answer)),))
    reply = house.tell("tell me about the animal that I live with")
    assert reply.startswith("told: you told me by SMS, today at ")
    assert "“my cat is called Max”" in reply
    assert house.turns()[-1].recalled == (house.turns()[0].pointer,)


def test_where_many_speak_recall_says_who(furnished: Furnish) -> None:
    house = furnished(wishes(WISH, then=tool_answer))
    place: dict[str, Any] = {"address": ROOM, "audience": "lane"}
    house.tell("my cat is called Max", addressed=False, **place)
    reply = house.tell("who has a cat?", who=BOB, **place)
    assert f"told: {ANN.id} said on Slack, today at " in reply


def test_recall_of_nothing_says_so(furnished: Furnish) -> None:
    house = furnished(wishes(Call("1", "recall", {"words": "xylophone"}), then=tool_answer))
    assert "told: Nothing was said about that." in house.tell("well?")


def test_remember_keeps_the_newest_words_only_when_asked(furnished: Furnish) -> None:
    house = furnished(wishes(Call("1", "remember", {}), then=says("Kept.")))
    house.tell("keep this please")
    assert house.turns()[-1].kept
    house.with_(models=(ScriptedModel(says("Fine.")),))
    house.tell("and not this")
    assert not house.turns()[-1].kept


@pytest.mark.parametrize("name", ["launch_rocket", "forgive", ""])
def test_a_capability_that_is_not_offered_is_told_to_the_model(
    furnished: Furnish, name: str
) -> None:
    house = furnished(wishes(Call("1", name, {"words": "cat"}), then=tool_answer))
    assert f"told: There is no capability called {name}." in house.tell("my cat is Max")
    assert house.turns()[0].person_text() == "my cat is Max"


@pytest.mark.parametrize(
    "arguments",
    [{}, {"word": "cat"}, {"words": 7}, {"words": "x" * 401}, {"words": "cat", "who": "bob"}],
)
def test_arguments_that_do_not_fit_are_told_to_the_model(
    furnished: Furnish, arguments: dict[str, Any]
) -> None:
    house = furnished(wishes(Call("1", "recall", arguments), then=tool_answer))
    assert "told: The arguments do not fit: " in house.tell("what is my cat called?")


def test_every_call_of_one_answer_is_answered_under_its_id(furnished: Furnish) -> None:
    calls = (Call("a", "recall", {"words": "cat"}), Call("b", "nonsense", {}))
    house = furnished(wishes(*calls, then=says("Done.")))
    house.tell("well?")
    *_, asked, first, second = model(house).seen[-1]
    assert asked == Prompt("assistant", "", calls)
    assert [(p.role, p.call_id) for p in (first, second)] == [("tool", "a"), ("tool", "b")]


FAILURES: dict[str, Script] = {
    "it stalls": raises(Transient("stalled")),
    "it refuses": raises(Refused("garbage")),
    "its answer is lost": raises(Unknown("lost")),
    "it answers nothing": says("  \n "),
    "it never stops calling": lambda prompts: Completion("thinking", (WISH,)),
}


@pytest.mark.parametrize("script", FAILURES.values(), ids=FAILURES.keys())
def test_when_a_model_fails_the_rules_answer_and_say_so(furnished: Furnish, script: Script) -> None:
    house = furnished(script)
    house.tell("my cat is called Max")
    reply = house.tell("what is my cat called?")
    assert "“my cat is called Max”" in reply
    assert reply.endswith(FALLEN)
    assert house.turns()[-1].mind == "reflex after a model failed"


def test_a_model_that_never_stops_calling_is_asked_a_few_times_only(furnished: Furnish) -> None:
    house = furnished(FAILURES["it never stops calling"])
    house.tell("what is my cat called?")
    assert len(model(house).seen) == MOST_ROUNDS


def test_the_next_model_takes_over_and_nothing_is_excused(furnished: Furnish) -> None:
    house = furnished(raises(Transient("stalled")), says("Second here."))
    assert "Second here." in house.tell("hello")
    assert FALLEN not in house.replies()[-1]
    assert house.turns()[-1].mind == "model 2"


def test_a_slow_model_is_left_in_time_for_the_next_one(furnished: Furnish) -> None:
    seconds: list[float] = []

    def slow(prompts: Sequence[Prompt]) -> Completion:
        house.clock.at += 7.0
        return Completion("", (WISH,))

    house = furnished(slow, says("Second here."))
    first = model(house)
    complete = first.complete

    def watched(prompts: Sequence[Prompt], offers: Any, left: float) -> Completion:
        seconds.append(left)
        return complete(prompts, offers, left)

    first.complete = watched
    assert "Second here." in house.tell("hello")
    assert seconds == [12.0, 5.0], "0.6 of 20 s, less what was used"


def test_a_model_without_time_left_is_not_asked(furnished: Furnish) -> None:
    def stops_the_clock(prompts: Sequence[Prompt]) -> Completion:
        house.clock.at += 100.0
        raise Transient("stalled")

    house = furnished(stops_the_clock, says("too late"))
    assert FALLEN in house.tell("hello")
    assert model(house, 1).seen == []


def test_a_process_that_must_end_soon_asks_no_longer_than_it_has(furnished: Furnish) -> None:
    house = furnished(says("Good."))
    seconds: list[float] = []
    one = model(house)
    complete = one.complete

    def watched(prompts: Sequence[Prompt], offers: Any, left: float) -> Completion:
        seconds.append(left)
        return complete(prompts, offers, left)

    one.complete = watched
    house.with_(think_until=house.clock.at + 1 + 10.0)
    assert "Good." in house.tell("hello")
    house.with_(think_until=house.clock.at + 1 - 0.5)
    assert FALLEN in house.tell("and now?"), "no time is left for a model, but for an answer"
    assert seconds == [6.0]


def test_a_wish_to_forget_is_done_by_code_and_no_model_hears_of_it(furnished: Furnish) -> None:
    house = furnished(says("I'd rather not."))
    house.tell("my locker code is 111")
    heard = len(model(house).seen)
    assert house.tell("forget my locker code").startswith("Forgotten: ")
    assert len(model(house).seen) == heard
    house.tell("what is my locker code?")
    assert not [p for p in model(house).seen[-1] if "111" in p.text]


def test_a_model_that_wishes_to_forget_only_has_the_person_asked(furnished: Furnish) -> None:
    wish = Call("1", "forget", {"words": "locker code"})
    house = furnished(wishes(wish, then=says("I asked.")))
    house.with_(models=())
    house.tell("my locker code is 111")
    house.with_(models=(ScriptedModel(wishes(wish, then=says("I asked."))),))
    answer = house.tell("get rid of that number, would you")
    assert answer.startswith("I asked.\n\nWhich of these")
    assert "111" in house.turns()[0].person_text()
    house.with_(models=())
    assert "Forgotten" in house.tell("1")
    assert "111" not in house.turns()[0].person_text()


def test_the_choice_after_a_wish_is_code_too(furnished: Furnish) -> None:
    house = furnished(says("model"))
    house.tell("my locker code is 111")
    house.tell("my locker code at work is 222")
    assert house.tell("forget my locker code").startswith("Which of these")
    assert house.tell("all").count("Forgotten: ") == 2


def test_words_that_only_sound_like_the_wish_go_to_the_model(furnished: Furnish) -> None:
    house = furnished(says("Not much."))
    house.tell("my cat is Max")
    assert house.tell("forget about it, what's new?") == "Not much."


def test_with_reflexes_alone_no_model_is_asked(furnished: Furnish) -> None:
    house = furnished(says("model"))
    house.take(house.event("hello"), reflex_only=True)
    assert model(house).seen == []
    assert house.turns()[-1].mind == "reflex"


def test_an_unproven_address_reaches_no_model_and_no_memory(furnished: Furnish) -> None:
    house = furnished(says("model"))
    who = Address("email", "ann@example.org")
    house.tell("my cat is Max", who=who)
    heard = len(model(house).seen)
    reply = house.tell("what is my cat called?", who=who, audience="unverified")
    assert "could not be verified" in reply
    assert "Max" not in reply
    assert len(model(house).seen) == heard
