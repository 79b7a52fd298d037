"""The hub as a person starts it, with a language model server that knows its protocol behind it."""

from collections.abc import Generator
from pathlib import Path
from typing import Any

import pytest

from persona import catalog
from tests.end_to_end.house import House, OnSms, OnWeb, ask, open_house
from tests.model_servers import KEY, Answer, Asked, OpenAIServer, Wish

pytestmark = [pytest.mark.end_to_end, pytest.mark.xdist_group("end_to_end_model")]

A_CALL = 9_000


@pytest.fixture
def server() -> Generator[OpenAIServer, None, None]:
    with OpenAIServer() as server:
        server.script = talks
        yield server
        assert server.complaints == []


@pytest.fixture
def house(tmp_path: Path, server: OpenAIServer) -> Generator[House, None, None]:
    model = {"HUB_MODEL": "openai:house", "OPENAI_BASE_URL": f"{server.url}/v1"}
    env = {**model, "OPENAI_API_KEY": KEY, "HUB_BUDGET_TOKENS": str(5 * A_CALL)}
    with open_house(tmp_path, **env) as house:
        house.hub.start()
        yield house


def talks(asked: Asked) -> Answer:
    """A small mind: it keeps what it is asked to keep, looks up what it is asked, and quotes it."""
    last, words = asked.body["messages"][-1], newest(asked)
    if "I always pay" in words:
        return Answer("Good.", tokens_in=A_CALL)
    if last["role"] == "tool":
        return Answer(f"This is what I have: {last['content']}")
    if words.startswith("keep in mind"):
        return Answer("", (Wish("remember"),))
    if words.endswith("?"):
        return Answer("Let me look.", (Wish("recall", {"words": words}),))
    return Answer("That is good to know.")


def newest(asked: Asked) -> str:
    return [m["content"] for m in asked.body["messages"] if m["role"] == "user"][-1]


def shown(server: OpenAIServer, words: str) -> list[dict[str, Any]]:
    """The messages of the first call on these words."""
    return next(list(one.body["messages"]) for one in server.asked if newest(one) == words)


def test_a_model_holds_a_conversation_with_memory(house: House, server: OpenAIServer) -> None:
    ann, bob = OnWeb(house), OnSms(house)
    told, kept = "my sister Mia lives in Oslo", "keep in mind that her birthday is on 3 May"
    assert ask(ann, told).text.startswith("That is good to know.\n(I am Wren.")
    assert "The newest words are kept." in ask(ann, kept).text
    for n in range(7):
        ask(ann, f"line {n}")

    question = "where does my sister live?"
    answer = ask(ann, question).text
    assert "you told me on the web, today at " in answer
    assert f"“{told}”" in answer

    messages = shown(server, question)
    assert messages[-1] == {"role": "user", "content": question}
    assert f"“{told}”" in messages[0]["content"], "recalled before it was asked to look"
    assert told not in str(messages[1:]), "and no more among the last turns"
    offered = {offer["function"]["name"] for offer in server.asked[-1].body["tools"]}
    assert offered == catalog.capabilities().keys() >= {"recall", "remember", "send_email"}

    ask(bob, "where does Mia live?")
    assert "Oslo" not in str(shown(server, "where does Mia live?"))

    house.hub.kill()
    house.hub.start()
    assert f"“{told}”" in ask(ann, "and where does my sister live now?").text
    house.hub.end()
    house.hub.env["HUB_MODEL"] = "reflex"
    house.hub.start()
    assert "1. you told me on the web" in ask(ann, "what do you know about me").text
    assert kept in ask(ann, "what do you know about me").text.splitlines()[1]


def test_a_day_costs_no_more_than_its_budget(house: House, server: OpenAIServer) -> None:
    ann = OnWeb(house)
    replies = [ask(ann, f"I always pay, {n}").text for n in range(6)]
    paid = [one for one in server.asked if "I always pay" in newest(one)]
    assert 3 <= len(paid) <= 5
    assert ["used up" in reply for reply in replies] == [n >= len(paid) for n in range(6)]
    assert "used up" not in ask(OnSms(house), "hello").text, "another person has another budget"
