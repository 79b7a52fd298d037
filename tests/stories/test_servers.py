"""MCP servers through the whole hub: real processes, judged, carried out by one function a server."""

import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from capabilities.mcp.allowed import read_servers
from capabilities.mcp.offer import Server
from capabilities.mcp.talk import offers
from functions import capability as worker
from hub.mcp import entry, heading
from infra.functions import _carrying
from models.scripted import ScriptedModel
from persona import catalog, keys
from persona.declare import Capability
from persona.keys import Key
from persona.language import Call, Completion, Prompt
from persona.model import Address
from persona.people import addresses
from tests.stories.people import Person, Texter, Visitor, drain
from tests.support import ENV, Hub

PROGRAM = (sys.executable, "-m", "tests.mcp_server", "stdio")
TOKENS = {"MCP_WEATHER_TOKEN": "the weather's own", "MCP_STARS_TOKEN": "the stars' own"}


def server(name: str, mode: str = "good") -> Server:
    return Server(name, command=(*PROGRAM, mode), secret=f"MCP_{name.upper()}_TOKEN")


@pytest.fixture(scope="module")
def pinned() -> Mapping[str, Any]:
    """What the good server offers, read once as `hub mcp pin` does."""
    return {one.name: one for one in offers(server("weather"), "", "local")}


def allowed(pinned: Mapping[str, Any], *servers: Server) -> dict[str, Capability]:
    """Of each server a read and an effect on others, by the allow-list's own text."""
    text = "\n".join(
        heading(one)
        + entry(one, pinned["forecast"], "read")
        + entry(one, pinned["post"], "send", {"dest": {"to": "email"}})
        for one in servers
    )
    return {one.name: one for one in read_servers(text)}


Open = Callable[..., Hub]


@pytest.fixture
def open_hub(tmp_path: Path, pinned: Mapping[str, Any]) -> Iterator[Open]:
    hubs: list[Hub] = []

    def opens(*servers: Server, **instead: Any) -> Hub:
        own = allowed(pinned, *servers)
        everything = {**catalog.capabilities(), **own}
        functions = dict.fromkeys(one.function for one in everything.values() if one.function)

        def carried(function: str) -> dict[str, Capability]:
            return {n: one for n, one in everything.items() if one.function == function}

        hubs.append(
            Hub(
                tmp_path,
                {**ENV, **TOKENS},
                capabilities=everything,
                carried=carried,
                functions=(*catalog.surfaces(), *functions, "link", "handover", "likeness"),
                **instead,
            )
        )
        return hubs[-1]

    yield opens
    for hub in hubs:
        hub.close()


def acts_of(hub: Hub, person: Person, function: str) -> list[Any]:
    place = addresses.find(hub.ports.table, Address.parse(person.address))
    assert place
    return hub.ports.table.query(Key(keys.act(function, place.lane, "", "").partition, ""))


def test_plain_words_ask_a_server_and_its_answer_comes_back(open_hub: Open) -> None:
    hub = open_hub(server("weather"))
    ann = Texter(hub)
    told = ann.say("weather forecast Bern")
    assert "Sun in Bern for 1 days" in told
    assert "Sun in New York for 2 days" in ann.say("weather forecast city=New York, days=2")
    assert len(acts_of(hub, ann, "mcp-weather")) == 2


def test_each_server_gets_its_own_token_and_its_own_function(open_hub: Open) -> None:
    hub = open_hub(server("weather"), server("stars"))
    ann = Texter(hub)
    assert TOKENS["MCP_WEATHER_TOKEN"] in ann.say("weather forecast Bern")
    told = ann.say("stars forecast Bern")
    assert TOKENS["MCP_STARS_TOKEN"] in told
    assert TOKENS["MCP_WEATHER_TOKEN"] not in told
    assert len(acts_of(hub, ann, "mcp-weather")) == len(acts_of(hub, ann, "mcp-stars")) == 1


def test_an_act_in_another_servers_place_is_not_carried_out(open_hub: Open) -> None:
    hub = open_hub(server("weather"), server("stars"))
    ann = Texter(hub)
    ann.send("weather forecast Bern")
    while hub._take_batch():
        pass
    ((key, row),) = acts_of(hub, ann, "mcp-weather")
    wrong = key.partition.replace("mcp-weather", "mcp-stars")
    from persona.acts.outbox import open_row, row_of
    from persona.ports import Delete, Put

    act = replace(open_row(hub.ports, row), function="mcp-stars")
    hub.ports.table.commit([Delete(key), Put(Key(wrong, key.sort), row_of(hub.ports, act))])
    worker.run({"function": "mcp-stars", "lane": act.lane}, hub.ports)
    ((_, ended),) = acts_of(hub, ann, "mcp-stars")
    assert open_row(hub.ports, ended).reason == "unknown capability or version"


def test_what_a_server_changed_since_it_was_pinned_is_refused_and_told(open_hub: Open) -> None:
    hub = open_hub(server("weather", "changed"))
    told = Texter(hub).say("weather forecast Bern")
    assert "I could not do this" in told
    assert "changed" in told
    assert "Sun in" not in told


def test_a_servers_effect_on_others_is_asked_for(open_hub: Open) -> None:
    hub = open_hub(server("weather"))
    ann = Texter(hub)
    asked = ann.say("weather post to=bob@example.net text=hello")
    assert "May I do this?" in asked
    code = asked.partition("approve ")[2][:6]
    assert "sent to bob@example.net" in ann.say(f"approve {code}")


def test_a_model_asks_a_server_and_answers_with_what_came_back(open_hub: Open) -> None:
    def script(prompts: Sequence[Prompt]) -> Completion:
        if prompts[-1].role != "tool":
            return Completion("", (Call("1", "weather_forecast", {"city": "Bern"}),))
        said = prompts[-1].text
        return Completion("It will be sunny in Bern." if "Sun in Bern" in said else "I look it up.")

    hub = open_hub(server("weather"), models=(ScriptedModel(script),))
    ann = Visitor(hub)
    ann.say("what will the weather be in Bern?")
    drain(hub)
    assert any("It will be sunny in Bern." in text for text in ann.replies())


def test_a_servers_function_ships_its_client_and_a_turn_does_not(
    pinned: Mapping[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    own = allowed(pinned, server("weather"))
    monkeypatch.setattr(catalog, "carried", lambda function: own)
    deployed = _carrying("mcp-weather", catalog.surfaces())
    assert deployed.name == "act-mcp-weather"
    assert "capabilities.mcp.talk" in deployed.modules
    assert any(name.startswith("mcp") for name in deployed.outside)
