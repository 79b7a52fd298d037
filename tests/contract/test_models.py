"""Both kinds of model against servers that know their protocol: what is asked, what is made of it.

Each test runs with both. A whole turn is taken where what the person gets is what matters.
"""

import json
import tempfile
import time
from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest

from models.bedrock import BedrockModel
from models.openai import OpenAIModel
from persona import catalog
from persona.errors import Refused, Transient, Unknown
from persona.language import MOST_TOKENS_OUT, Call, Completion, Model, Prompt
from persona.mind.think import FALLEN, SPENT
from persona.settings import Price
from tests.model_servers import AWS, KEY, Answer, BedrockServer, ModelServer, OpenAIServer, Wish
from tests.unit.house import SETTINGS, House

SHM = Path("/dev/shm")
CACHING, PLAIN = "eu.anthropic.claude-3-7-sonnet-20250219-v1:0", "mistral.mistral-large-2402-v1:0"
HELLO = [Prompt("system", "You are Wren."), Prompt("user", "hello")]
OFFER = {
    "name": "recall",
    "description": "Finds what was said.",
    "parameters": {"type": "object", "properties": {"words": {"type": "string"}}},
}


@dataclass
class Line:
    """A model and the server behind it."""

    server: ModelServer
    open: Callable[..., Model]
    houses: list[House] = field(default_factory=list[House])
    folders: list[tempfile.TemporaryDirectory[str]] = field(
        default_factory=list[tempfile.TemporaryDirectory[str]]
    )

    @property
    def is_bedrock(self) -> bool:
        return isinstance(self.server, BedrockServer)

    def ask(
        self, prompts: Sequence[Prompt] = HELLO, seconds: float = 5.0, **about: Any
    ) -> Completion:
        return self.open(**about).complete(prompts, [OFFER], seconds)

    def house(self, *others: Model, **settings: Any) -> House:
        """A house that thinks with this model first, on a folder in memory."""
        folder = tempfile.TemporaryDirectory(dir=SHM if SHM.exists() else None)
        self.folders.append(folder)
        made = replace(SETTINGS, **settings)
        self.houses.append(House(Path(folder.name), (self.open(), *others), settings=made))
        return self.houses[-1]

    def messages(self, number: int = -1) -> list[tuple[str, list[str]]]:
        return self.server.said(self.server.asked[number])


def open_openai(server: ModelServer, model: str = "house", key: str = KEY) -> Model:
    return OpenAIModel(model, f"{server.url}/v1", key)


def open_bedrock(server: ModelServer, model: str = PLAIN, guardrail: str = "") -> Model:
    return BedrockModel(model, AWS["AWS_REGION"], guardrail)


@pytest.fixture
def bedrock(monkeypatch: pytest.MonkeyPatch) -> Iterator[Line]:
    with BedrockServer() as server:
        for name, value in AWS.items():
            monkeypatch.setenv(name, value)
        monkeypatch.setenv("AWS_ENDPOINT_URL_BEDROCK_RUNTIME", server.url)
        yield from opened(server, open_bedrock)


@pytest.fixture
def openai() -> Iterator[Line]:
    with OpenAIServer() as server:
        yield from opened(server, open_openai)


@pytest.fixture(params=["openai", "bedrock"])
def line(request: pytest.FixtureRequest) -> Line:
    return request.getfixturevalue(request.param)


def opened(server: ModelServer, open: Callable[..., Model]) -> Generator[Line, None, None]:
    line = Line(server, lambda **about: open(server, **about))
    yield line
    for house, folder in zip(line.houses, line.folders, strict=True):
        house.close()
        folder.cleanup()
    assert server.complaints == []


def costs(house: House) -> list[dict[str, Any]]:
    rows = house.rows(f"HOME#{house.meet().home}")
    return [row["cost"] for sort, row in rows.items() if sort.startswith("TURN#")]


# Words


def test_words_come_with_what_they_cost(line: Line) -> None:
    line.server.answers = [Answer("Hello Ann.", tokens_in=70, tokens_out=4)]
    assert line.ask() == Completion("Hello Ann.", tokens_in=70, tokens_out=4)


def test_tokens_of_the_cache_are_among_those_in(line: Line) -> None:
    line.server.answers = [Answer("Hi.", tokens_in=100, cached=60)]
    answer = line.ask()
    assert (answer.tokens_in, answer.tokens_cached) == (160 if line.is_bedrock else 100, 60)


def test_the_newest_words_stand_last_alone_in_a_message_of_the_person(line: Line) -> None:
    house = line.house()
    house.tell("my cat is called Max")
    house.tell("  what is *my* cat called?\n")
    assert line.messages()[-1] == ("user", ["  what is *my* cat called?\n"])
    assert "my cat is called Max" in str(line.messages()[:-1])


def test_a_burst_and_a_silence_still_take_turns(line: Line) -> None:
    house = line.house()
    line.server.answers = [Answer("Both.")]
    assert house.tell("first", "second").startswith("Both.")
    assert [role for role, _ in line.messages()] == ["user", "assistant", "user"]
    assert line.messages()[-1] == ("user", ["second"])


def test_words_after_a_forgotten_start_still_take_turns(line: Line) -> None:
    house = line.house()
    house.tell("my bike lock is 4812")
    house.tell("forget my bike lock")
    assert house.tell("hello") == "Good."
    assert "4812" not in str(line.server.asked[-1].body)
    assert line.messages()[0][0] == "user"


def test_blank_words_are_words(line: Line) -> None:
    assert line.ask([HELLO[0], Prompt("user", " \n ")]).text == "Good."


def test_every_model_is_asked_for_a_bounded_answer(line: Line) -> None:
    line.ask()
    body = line.server.asked[-1].body
    limit = body["inferenceConfig"]["maxTokens"] if line.is_bedrock else body["max_tokens"]
    assert limit == MOST_TOKENS_OUT


def test_words_that_were_cut_show_it(line: Line) -> None:
    line.server.answers = [Answer("Once upon", stop="max_tokens" if line.is_bedrock else "length")]
    assert line.ask().text == "Once upon…"


# Capabilities


def test_a_capability_is_used_and_its_answer_goes_back(line: Line) -> None:
    house = line.house()
    house.tell("my cat is called Max")
    wish = Wish("recall", {"words": "cat"})
    line.server.answers = [Answer("Let me look.", (wish,)), Answer("It is Max.")]
    assert house.tell("what is it called?") == "It is Max."
    told = json.dumps(line.server.asked[-1].body, ensure_ascii=False)
    assert "you told me by SMS" in told
    assert house.turns()[-1].recalled == (house.turns()[0].pointer,)


def test_two_at_once_are_answered_together(line: Line) -> None:
    line.server.answers = [
        Answer("", (Wish("recall", {"words": "cat"}), Wish("remember", {}))),
        Answer("Done."),
    ]
    house = line.house()
    assert house.tell("my cat is Max").startswith("Done.")
    assert house.turns()[-1].kept
    assert len(line.server.asked) == 2


def test_a_capability_that_does_not_exist_is_told_and_the_model_goes_on(line: Line) -> None:
    line.server.answers = [
        Answer("", (Wish("launch_rocket", {"to": "moon"}),)),
        Answer("I cannot."),
    ]
    assert line.house().tell("to the moon!").startswith("I cannot.")
    assert "There is no capability called launch_rocket." in str(line.server.asked[-1].body)


def test_arguments_that_do_not_fit_are_told_and_the_model_goes_on(line: Line) -> None:
    line.server.answers = [Answer("", (Wish("recall", {"cat": 7}),)), Answer("Sorry.")]
    assert line.house().tell("my cat?").startswith("Sorry.")
    assert "The arguments do not fit" in str(line.server.asked[-1].body)


GARBLED = {
    "arguments that are no object": Answer("", (Wish("recall", "[1]"),)),
    "arguments that are no JSON": Answer("", (Wish("recall", '{"words": "ca'),)),
}


@pytest.mark.parametrize("answer", GARBLED.values(), ids=GARBLED.keys())
def test_garbled_arguments_are_paid_for_and_lead_to_the_next_mind(
    line: Line, answer: Answer
) -> None:
    line.server.answers = [answer]
    house = line.house()
    assert FALLEN in house.tell("my cat?")
    (cost,) = costs(house)
    assert (cost["calls"], cost["tokens_in"], cost["tokens_out"]) == (1, 100, 10)
    assert cost["failed"] == [f"{house.ports.models[0].name}: its wish had garbled arguments"]


def test_a_wish_that_was_cut_off_is_not_granted(line: Line) -> None:
    stop = "max_tokens" if line.is_bedrock else "length"
    line.server.answers = [Answer("Well", (Wish("remember", {}),), stop=stop)]
    house = line.house()
    assert FALLEN in house.tell("my cat is Max")
    assert not house.turns()[-1].kept
    assert "its wish was cut off" in costs(house)[0]["failed"][0]


# Failures


def refused(line: Line) -> int:
    return 403 if line.is_bedrock else 401


@pytest.mark.parametrize("status", [429, 503])
def test_a_server_that_is_down_or_busy_is_transient(line: Line, status: int) -> None:
    line.server.answers = [Answer(status=status)]
    with pytest.raises(Transient, match=str(status)):
        line.ask()
    assert len(line.server.asked) == 1, "nothing is repeated: the next mind is faster"


@pytest.mark.parametrize("status", [400, 403, 404])
def test_a_server_that_says_no_refuses(line: Line, status: int) -> None:
    line.server.answers = [Answer(status=status)]
    with pytest.raises(Refused, match=str(status)):
        line.ask()


def test_a_throttled_model_hands_over_to_the_next(line: Line) -> None:
    with OpenAIServer() as second:
        second.answers = [Answer("Second here.")]
        line.server.answers = [Answer(status=429)]
        house = line.house(OpenAIModel("second", f"{second.url}/v1", KEY))
        assert house.tell("hello").startswith("Second here.")
        assert house.turns()[-1].mind == "openai:second"
        (cost,) = costs(house)
        assert cost["calls"] == 1
        assert "429" in cost["failed"][0]
        assert second.complaints == []


def test_no_access_leaves_the_rules_and_costs_nothing(line: Line) -> None:
    line.server.answers = [Answer(status=refused(line))]
    house = line.house()
    assert FALLEN in house.tell("hello")
    (cost,) = costs(house)
    assert "calls" not in cost
    assert str(refused(line)) in cost["failed"][0]


STALL = 30
LOST = {
    "it stalls": Answer(wait=STALL),
    "it drips": Answer("slow", drip=0.2),
    "it answers garbage": Answer(raw=b'{"choices": [{"mess'),
    "it answers something else": Answer(raw=b"[]"),
    "it answers a page": Answer(raw=b"<html>"),
    "it answers nothing": Answer(raw=b""),
}


@pytest.mark.parametrize("answer", LOST.values(), ids=LOST.keys())
def test_an_answer_that_is_lost_ends_in_time_and_counts_what_it_was_shown(
    line: Line, answer: Answer
) -> None:
    line.server.answers = [answer]
    house = line.house(think_seconds=1.0)
    began = time.monotonic()
    assert FALLEN in house.tell("hello")
    assert time.monotonic() - began < STALL / 2
    (cost,) = costs(house)
    assert cost["calls"] == 1
    assert cost["tokens_in"] > 1000
    assert cost["tokens_out"] == 0
    assert house.standing(house.event("x")).head.spent.tokens == cost["tokens_in"]


def test_a_lost_answer_is_unknown(line: Line) -> None:
    line.server.answers = [Answer(wait=30)]
    with pytest.raises(Unknown):
        line.ask(seconds=0.3)


def test_a_server_that_is_not_there_is_transient(
    line: Line, monkeypatch: pytest.MonkeyPatch
) -> None:
    gone = "http://127.0.0.1:9"
    monkeypatch.setenv("AWS_ENDPOINT_URL_BEDROCK_RUNTIME", gone)
    model = line.open() if line.is_bedrock else OpenAIModel("house", gone, KEY)
    with pytest.raises(Transient, match="cannot be reached"):
        model.complete(HELLO, [], 5.0)


# The servers themselves


BAD: dict[str, list[Prompt]] = {
    "an answer to nothing": [*HELLO, Prompt("assistant", "hi"), Prompt("tool", "x", call_id="9")],
    "a wish that nobody answered": [
        *HELLO,
        Prompt("assistant", "", (Call("1", "recall", {}),)),
        Prompt("user", "well?"),
    ],
    "a conversation that begins with the persona": [Prompt("assistant", "hi"), *HELLO[1:]],
}


@pytest.mark.parametrize("prompts", BAD.values(), ids=BAD.keys())
def test_the_servers_refuse_what_vendors_refuse(line: Line, prompts: list[Prompt]) -> None:
    with pytest.raises(Refused, match="400"):
        line.ask(prompts)
    assert line.server.complaints
    line.server.complaints.clear()


def test_a_second_system_message_is_refused(openai: Line) -> None:
    with pytest.raises(Refused, match="400"):
        openai.ask([*HELLO, Prompt("assistant", "hi"), Prompt("system", "x"), *HELLO[1:]])
    assert "a second system message" in openai.server.complaints
    openai.server.complaints.clear()


def test_a_wrong_key_is_not_let_in(line: Line, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "another")
    with pytest.raises(Refused):
        line.ask() if line.is_bedrock else line.ask(key="another")
    wanted = "the signature is wrong" if line.is_bedrock else "the key is wrong"
    assert line.server.complaints == [wanted]
    line.server.complaints.clear()


def test_a_cache_point_for_a_model_without_a_cache_is_refused(
    bedrock: Line, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("models.bedrock.CACHING", ("mistral",))
    with pytest.raises(Refused, match="ValidationException"):
        bedrock.ask(model=PLAIN)
    assert bedrock.server.complaints == ["this model has no cache"]
    bedrock.server.complaints.clear()


# Budgets


def test_a_budget_that_ends_in_the_middle_of_the_loop_leaves_the_rules(line: Line) -> None:
    line.server.script = lambda asked: Answer(
        "", (Wish("recall", {"words": "cat"}),), tokens_in=3000, tokens_out=1000
    )
    house = line.house(budget_tokens=15_000)
    assert SPENT in house.tell("what about my cat?")
    assert 1 <= len(line.server.asked) < 6
    assert house.turns()[-1].mind == "reflex, budget used up"
    assert costs(house)[0]["tokens_in"] == 3000 * len(line.server.asked)


def test_money_is_counted_by_the_price(line: Line) -> None:
    name = line.open().name
    line.server.answers = [Answer("Hi.", tokens_in=1000, tokens_out=100)]
    house = line.house(prices={name: Price(3.0, 15.0, 0.3)})
    house.tell("hello")
    assert costs(house)[0]["usd"] == pytest.approx(0.0045)
    spent = house.standing(house.event("x")).head.spent
    assert (spent.day, spent.tokens) == ("2025-06-15", 1100)
    assert spent.usd == pytest.approx(0.0045)


# What only one of them has


def test_bedrock_is_told_where_to_cache_only_where_the_model_has_it(bedrock: Line) -> None:
    prompts = [HELLO[0], Prompt("system", "It is noon."), HELLO[1]]
    bedrock.ask(prompts, model=CACHING)
    point = {"cachePoint": {"type": "default"}}
    wanted = [{"text": "You are Wren."}, point, {"text": "It is noon."}]
    assert bedrock.server.asked[-1].body["system"] == wanted
    bedrock.ask(prompts, model=PLAIN)
    assert "cachePoint" not in str(bedrock.server.asked[-1].body)


def test_what_bedrock_put_into_its_cache_costs_more(bedrock: Line) -> None:
    name = bedrock.open().name
    bedrock.server.answers = [Answer("Hi.", tokens_in=100, cached=200, stored=400, tokens_out=10)]
    house = bedrock.house(prices={name: Price(4.0, 20.0, 0.4)})
    house.tell("hello")
    dollars = (100 * 4.0 + 200 * 0.4 + 400 * 4.0 * 1.25 + 10 * 20.0) / 1e6
    assert costs(house)[0]["usd"] == pytest.approx(dollars)
    assert costs(house)[0]["tokens_in"] == 700


def test_a_profiles_arn_is_a_model_too(bedrock: Line) -> None:
    arn = "arn:aws:bedrock:eu-central-1:123456789012:inference-profile/eu.amazon.nova-lite-v1:0"
    assert bedrock.ask(model=arn).text == "Good."
    assert bedrock.server.asked[-1].path.startswith("/model/arn%3Aaws%3Abedrock")


def test_a_guardrail_that_intervenes_is_the_end_for_this_model(bedrock: Line) -> None:
    bedrock.server.answers = [Answer("I must not say.", stop="guardrail_intervened")]
    answer = bedrock.ask(guardrail="gr1abc:7")
    assert (answer.text, answer.unusable) == ("", "the guardrail intervened")
    asked = bedrock.server.asked[-1].body["guardrailConfig"]
    assert asked == {"guardrailIdentifier": "gr1abc", "guardrailVersion": "7"}
    bedrock.server.answers = [Answer("I must not say.", stop="guardrail_intervened")]
    house = bedrock.house()
    reply = house.tell("hello")
    assert FALLEN in reply
    assert "must not" not in reply
    assert "the guardrail intervened" in costs(house)[0]["failed"][0]


@pytest.mark.parametrize(
    "stop", ["content_filtered", "malformed_model_output", "malformed_tool_use"]
)
def test_what_bedrock_marks_as_bad_is_not_used(bedrock: Line, stop: str) -> None:
    bedrock.server.answers = [Answer("Bad.", stop=stop)]
    assert bedrock.ask().unusable


def test_without_credentials_bedrock_refuses(
    bedrock: Line, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in AWS:
        monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", "/nowhere")
    monkeypatch.setenv("AWS_CONFIG_FILE", "/nowhere")
    with pytest.raises(Refused, match="NoCredentialsError"):
        bedrock.ask()
    assert bedrock.server.asked == []


def raw(message: dict[str, Any], stop: str = "stop", **body: Any) -> Answer:
    """An answer of a server that takes the protocol more freely than its types do."""
    choice = {"index": 0, "message": message, "finish_reason": stop}
    return Answer(raw=json.dumps({"choices": [choice], **body}).encode())


FREELY: dict[str, tuple[Answer, Completion]] = {
    "arguments as an object, no id (Ollama, older)": (
        raw({"tool_calls": [{"function": {"name": "recall", "arguments": {"words": "cat"}}}]}),
        Completion("", (Call("call-1", "recall", {"words": "cat"}),)),
    ),
    "an empty id, no arguments": (
        raw({"content": "", "tool_calls": [{"id": "", "function": {"name": "remember"}}]}),
        Completion("", (Call("call-1", "remember", {}),)),
    ),
    "thoughts in a field of their own (vLLM, llama.cpp)": (
        raw({"content": "Max.", "reasoning_content": "Cats have names."}),
        Completion("Max."),
    ),
    "thoughts among the words": (
        raw({"content": "<think>\nCats have names.\n</think>\n\nMax."}),
        Completion("Max."),
    ),
    "thoughts that begin before the words do": (
        raw({"content": "Cats have names.\n</think>\n\nMax."}),
        Completion("Max."),
    ),
    "only thoughts, cut off": (raw({"content": "<think>\nCats"}, "length"), Completion("")),
    "a tag that was asked about": (
        raw({"content": "Write <think> and </think>."}),
        Completion("Write <think> and </think>."),
    ),
    "no usage": (raw({"content": "Max.", "tool_calls": None}), Completion("Max.")),
    "usage of nothing": (raw({"content": "Max."}, usage=None), Completion("Max.")),
    "a refusal": (
        raw({"content": None, "refusal": "No."}),
        Completion("", unusable="its own filter refused"),
    ),
    "filtered": (
        raw({"content": "Ma"}, "content_filter"),
        Completion("", unusable="its own filter refused"),
    ),
    "words in parts": (
        raw({"content": [{"type": "text", "text": "Max."}]}),
        Completion("", unusable="it answered something other than words"),
    ),
}


@pytest.mark.parametrize(("answer", "wanted"), FREELY.values(), ids=FREELY.keys())
def test_what_openais_imitators_answer_is_read(
    openai: Line, answer: Answer, wanted: Completion
) -> None:
    openai.server.answers = [answer]
    assert openai.ask() == wanted


def test_a_server_that_counts_nothing_is_counted_by_our_bound(openai: Line) -> None:
    openai.server.answers = [raw({"content": "Max."})]
    house = openai.house()
    house.tell("my cat?")
    (cost,) = costs(house)
    assert cost["tokens_in"] > 1000
    assert cost["tokens_out"] == len("Max.")


def test_openais_own_server_is_asked_by_the_new_name_of_the_limit() -> None:
    own, other = OpenAIModel("m", "https://api.openai.com/v1", ""), OpenAIModel("m", "http://x", "")
    assert (own._limit, other._limit) == ("max_completion_tokens", "max_tokens")


def test_every_capability_can_be_offered(line: Line) -> None:
    offers = [one.schema() for one in catalog.capabilities().values()]
    line.server.answers = [Answer("Good.")]
    assert line.open().complete(HELLO, offers, 5.0).text == "Good."
    said = json.dumps(line.server.asked[-1].body)
    assert all(json.dumps(offer["parameters"]) in said for offer in offers)
