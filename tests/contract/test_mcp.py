"""What servers of the Model Context Protocol may do here, against real ones, good and hostile."""

import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from capabilities.mcp import declared
from capabilities.mcp.allowed import read_servers
from capabilities.mcp.offer import Offer, Server
from capabilities.mcp.schema import arguments_of
from capabilities.mcp.talk import MOST_CHARACTERS, offers
from hub.mcp import changes, entry, heading
from persona import catalog
from persona.acts.policy import Circumstances, judge
from persona.decision import Intent
from persona.declare import Capability, Result
from persona.errors import Broken, Refused, Transient, Unknown
from persona.settings import Settings, parse
from tests.mcp_server import running
from tests.radicale import free_port
from tests.support import Clock

ROOT = Path(__file__).parents[2]
LOCAL = parse({}, stage="local", public_url="http://127.0.0.1:1", timezone="UTC")
STDIO = (sys.executable, "-m", "tests.mcp_server", "stdio")
TOWN = {"city": "Bern", "days": 2}


@dataclass
class Desk:
    """What a capability gets; it says which secrets were asked for."""

    settings: Settings = LOCAL
    clock: Clock = field(default_factory=Clock)
    owner: str = "lane:ANN"
    idempotency_key: str = "ACT1"
    seconds: float = 8.0
    blobs: Any = None
    secrets: Mapping[str, str] = field(default_factory=dict[str, str])

    def secret(self, name: str) -> str:
        return self.secrets[name]

    def client(self, api: str) -> Any:
        raise AssertionError("a server needs no AWS client")

    def credential(self) -> Mapping[str, str]:
        raise AssertionError("no person's credential is passed on")


@pytest.fixture(scope="module")
def ports() -> Iterator[dict[str, int]]:
    with running() as found:
        yield found


def at(ports: Mapping[str, int], mode: str) -> Server:
    return Server("weather", url=f"http://127.0.0.1:{ports[mode]}/mcp")


@cache
def offered(port: int) -> dict[str, Offer]:
    server = Server("weather", url=f"http://127.0.0.1:{port}/mcp")
    return {one.name: one for one in offers(server, "", "local")}


def allow(
    ports: Mapping[str, int], name: str, mode: str = "good", effect: str = "read", **more: Any
) -> Capability:
    """What the good server offers, pinned by `hub mcp pin`'s own text, asked of one in this mode."""
    server = at(ports, mode)
    text = heading(server) + entry(server, offered(ports["good"])[name], effect, more)
    (found,) = read_servers(text)
    return found


def use(capability: Capability, arguments: Mapping[str, Any], desk: Desk | None = None) -> Result:
    fitted = capability.arguments.model_validate(dict(arguments))
    return capability.use(fitted, desk or Desk())


def test_what_is_allowed_is_a_capability_like_any_other(ports: dict[str, int]) -> None:
    one = allow(ports, "forecast")
    assert (one.name, one.effect, one.returns_untrusted) == ("weather_forecast", "read", True)
    assert one.about == "Says the weather in a city. (by the MCP server weather)."
    schema = one.schema()["parameters"]
    assert schema["additionalProperties"] is False
    assert all(part["description"] for part in schema["properties"].values())
    result = use(one, TOWN)
    assert result.text.startswith("Sun in Bern for 2 days")
    assert result.untrusted


def test_a_program_of_this_machine_answers_too(ports: dict[str, int]) -> None:
    server = replace(at(ports, "good"), url="", command=(*STDIO, "good"), secret="MCP_TOKEN")
    (one,) = read_servers(
        heading(server) + entry(server, offered(ports["good"])["forecast"], "read")
    )
    desk = Desk(secrets={"MCP_TOKEN": "word of mouth"})
    assert "token word of mouth" in use(one, TOWN, desk).text
    with pytest.raises(Refused, match="of one machine"):
        use(one, TOWN, replace(desk, settings=replace(LOCAL, stage="aws")))


def test_a_program_gets_no_setting_but_its_own(
    ports: dict[str, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MCP_TOKEN", "somebody else's")
    server = replace(at(ports, "good"), url="", command=(*STDIO, "good"))
    (one,) = read_servers(
        heading(server) + entry(server, offered(ports["good"])["forecast"], "read")
    )
    assert "token none" in use(one, TOWN).text


def test_a_program_that_stays_silent_is_ended(ports: dict[str, int]) -> None:
    server = replace(at(ports, "good"), url="", command=("sleep", "30"))
    (one,) = read_servers(
        heading(server) + entry(server, offered(ports["good"])["forecast"], "read")
    )
    began = time.monotonic()
    with pytest.raises(Transient):
        use(one, TOWN, Desk(seconds=0.5))
    assert time.monotonic() - began < 6


def test_a_program_that_is_not_there_is_said(ports: dict[str, int]) -> None:
    server = replace(at(ports, "good"), url="", command=("/nowhere/at-all",))
    (one,) = read_servers(
        heading(server) + entry(server, offered(ports["good"])["forecast"], "read")
    )
    with pytest.raises(Transient, match="FileNotFoundError"):
        use(one, TOWN)


@pytest.mark.parametrize("mode", ["changed", "renamed", "gone"])
def test_what_changed_since_it_was_pinned_is_not_used(ports: dict[str, int], mode: str) -> None:
    with pytest.raises(Refused, match="changed what it offers as forecast"):
        use(allow(ports, "forecast", mode), TOWN)
    assert use(allow(ports, "count", mode), {}).text == "0", "it was never asked"


def test_what_changed_is_found_by_a_look(ports: dict[str, int]) -> None:
    pinned = {name: one.pin for name, one in offered(ports["good"]).items()}
    server = at(ports, "changed")
    assert changes(server, pinned, offered(ports["good"]).values()) == []
    assert changes(server, pinned, offered(ports["changed"]).values()) == [
        "weather forecast: changed"
    ]
    gone = changes(server, pinned, offered(ports["gone"]).values())
    assert gone == ["weather forecast: no longer offered"]


def test_every_byte_that_a_mind_sees_is_pinned() -> None:
    one = Offer("forecast", "Says it.", {"properties": {"a": {"type": "string"}}, "type": "object"})
    others = [
        replace(one, name="Forecast"),
        replace(one, description="Says it. "),
        replace(one, schema={**one.schema, "title": "x"}),
        replace(one, schema={"type": "object", "properties": {"a": {"type": "number"}}}),
    ]
    assert len({one.pin, *(other.pin for other in others)}) == 5
    turned = dict(sorted(one.schema.items(), reverse=True))
    assert replace(one, schema=turned).pin == one.pin, "the order of names says nothing"


def test_orders_in_an_answer_are_words_of_others(ports: dict[str, int]) -> None:
    result = use(allow(ports, "inject"), {})
    assert result.untrusted
    assert "thief@evil.example" in result.text
    mail = allow(ports, "post", effect="send", dest={"to": "email"})
    wish = intend(mail, {"to": "thief@evil.example", "text": "all"}, "ANN", "turn")
    facts = Circumstances(now=0.0, tainted="weather", approved="")
    assert judge(wish, mail, facts).decision == "ask"


@pytest.mark.parametrize("typed", ["BOB@Hub.example", " bob@hub.example "])
def test_a_destination_has_one_spelling(ports: dict[str, int], typed: str) -> None:
    mail = allow(ports, "post", effect="send", dest={"to": "email"})
    wish = intend(mail, {"to": typed, "text": "x"}, "ANN", "turn")
    assert wish.arguments["to"] == "bob@hub.example"
    own = Circumstances(now=0.0, own=frozenset({"email:bob@hub.example"}))
    assert judge(wish, mail, own).decision == "allow"
    assert judge(wish, mail, Circumstances(now=0.0)).decision == "ask"
    assert use(mail, wish.arguments).text == "sent to bob@hub.example"
    with pytest.raises(Refused):
        intend(mail, {"to": "bоb@hub.example", "text": "x"}, "ANN", "turn")


def test_a_destructive_one_is_asked_for(ports: dict[str, int]) -> None:
    one = allow(ports, "post", effect="write", destructive=True)
    wish = intend(one, {"to": "x", "text": "x"}, "ANN", "turn")
    assert judge(wish, one, Circumstances(now=0.0)).decision == "ask"


def test_a_yes_to_an_earlier_schema_is_void(ports: dict[str, int]) -> None:
    changed = offered(ports["changed"])["forecast"]
    server = at(ports, "changed")
    (after,) = read_servers(heading(server) + entry(server, changed, "read"))
    before = allow(ports, "forecast")
    assert before.version != after.version
    wish = intend(before, TOWN, "ANN", "turn")
    assert judge(wish, after, Circumstances(now=0.0)).decision == "deny"


@pytest.mark.parametrize(
    "arguments",
    [
        {},
        {"city": 7},
        {"city": "Bern", "days": "2"},
        {"city": "Bern", "notes": "all that the person said"},
        {"city": ["Bern"]},
        {"city": "x" * 40_000},
        {"city": "Bern", "days": float("nan")},
    ],
)
def test_what_the_schema_does_not_say_does_not_fit(
    ports: dict[str, int], arguments: dict[str, Any]
) -> None:
    one = allow(ports, "forecast")
    with pytest.raises((ValidationError, ValueError)):
        one.arguments.model_validate(arguments)
    with pytest.raises(Refused):
        intend(one, arguments, "ANN", "turn")


def test_nothing_fits_into_the_inside_either(ports: dict[str, int]) -> None:
    one = allow(ports, "nested")
    assert use(one, {"places": [{"name": "Bern"}, {"name": "Thun"}]}).text == "Bern, Thun"
    with pytest.raises(ValidationError):
        one.arguments.model_validate({"places": [{"name": "Bern", "notes": "x"}]})


@pytest.mark.parametrize(
    "schema",
    [
        {"allOf": [{"properties": {"a": {}}}]},
        {"properties": {"a": {"$ref": "https://evil.example/schema.json"}}},
        {"properties": {"a": {"patternProperties": {".*": {}}}}},
        {"$id": "https://evil.example/"},
        {"properties": {"a": {"type": "sandwich"}}},
        {"properties": {"a": {"not": {}}}},
    ],
)
def test_a_schema_that_cannot_be_closed_is_not_allowed(schema: dict[str, Any]) -> None:
    with pytest.raises(ValueError):
        arguments_of(schema, {})


def test_a_pattern_of_theirs_never_runs_here() -> None:
    slow = {"properties": {"a": {"type": "string", "pattern": "^(a+)+$"}}}
    began = time.monotonic()
    arguments_of(slow, {}).model_validate({"a": "a" * 40 + "!"})
    assert time.monotonic() - began < 1


def test_an_open_schema_is_closed() -> None:
    model = arguments_of(
        {"additionalProperties": True, "properties": {"a": {"type": "object"}}}, {}
    )
    for wrong in ({"b": 1}, {"a": {"b": 1}}):
        with pytest.raises(ValidationError):
            model.model_validate(wrong)


def test_a_long_answer_is_cut_visibly(ports: dict[str, int]) -> None:
    text = use(allow(ports, "long"), {}).text
    assert len(text) < MOST_CHARACTERS + 100
    assert text.endswith("… cut: 30000 more characters")


def test_a_picture_is_named_and_not_shown(ports: dict[str, int]) -> None:
    text = use(allow(ports, "picture"), {}).text
    assert text == "Here:\n[image, image/png, 9 bytes: not shown]"


def test_a_failure_there_is_told_on_one_line(ports: dict[str, int]) -> None:
    with pytest.raises(Refused, match=r"^weather says: .*no such city$"):
        use(allow(ports, "fail"), {})


@pytest.mark.parametrize("kind", ["List roots", "Sampling", "Elicitation"])
def test_a_server_that_asks_back_is_told_nothing(ports: dict[str, int], kind: str) -> None:
    assert use(allow(ports, "ask"), {"kind": kind}).text == f"not told: {kind} not supported"


@pytest.mark.parametrize("effect", ["read", "write"])
@pytest.mark.parametrize("mode", ["good", "slow", "silent"])
def test_a_slow_server_ends_in_time(ports: dict[str, int], mode: str, effect: str) -> None:
    one = allow(ports, "wait", mode, effect)
    began = time.monotonic()
    with pytest.raises(Transient if effect == "read" else Unknown):
        use(one, {}, Desk(seconds=1.2))
    assert time.monotonic() - began < 4


LOST = ["garbage", "wrong", "broken", "hangup", "accepted", "shy"]


@pytest.mark.parametrize("mode", LOST)
def test_a_lost_answer_is_unknown_where_something_may_have_happened(
    ports: dict[str, int], mode: str
) -> None:
    with pytest.raises(Unknown):
        use(allow(ports, "forecast", mode, "write"), TOWN)
    with pytest.raises(Transient):
        use(allow(ports, "forecast", mode, "read"), TOWN)


@pytest.mark.parametrize(
    ("mode", "words"),
    [
        ("endless", "answers more than can be taken"),
        ("flood", "answers more than can be taken"),
        ("packed", "packs its answers"),
        ("redirect", "has moved"),
        ("unauthorized", "does not take this hub's credential"),
        ("moody", "does not take this"),
    ],
)
def test_what_will_not_get_better_is_refused(ports: dict[str, int], mode: str, words: str) -> None:
    with pytest.raises(Refused, match=words):
        use(allow(ports, "forecast", mode), TOWN)


def test_an_answer_without_words_is_no_words(ports: dict[str, int]) -> None:
    assert use(allow(ports, "forecast", "twice"), TOWN).text == "It is done, without a word."


def test_a_busy_server_is_asked_later(ports: dict[str, int]) -> None:
    with pytest.raises(Transient):
        use(allow(ports, "forecast", "busy"), TOWN)


def test_too_many_offers_are_not_looked_at(ports: dict[str, int]) -> None:
    with pytest.raises(Refused, match="more than anyone can look at"):
        offers(at(ports, "many"), "", "local")


def test_a_server_that_is_not_there_is_asked_later(ports: dict[str, int]) -> None:
    with pytest.raises(Transient):
        use(allow({**ports, "nowhere": free_port()}, "forecast", "nowhere"), TOWN)


@pytest.mark.parametrize(
    ("url", "stage"),
    [("http://mcp.example/mcp", "local"), ("http://127.0.0.1:1/mcp", "aws")],
)
def test_a_token_goes_nowhere_unguarded(ports: dict[str, int], url: str, stage: str) -> None:
    server = Server("weather", url=url)
    (one,) = read_servers(
        heading(server) + entry(server, offered(ports["good"])["forecast"], "read")
    )
    with pytest.raises(Refused, match="https only"):
        use(one, TOWN, Desk(settings=replace(LOCAL, stage=stage)))


def broken(text: str, words: str) -> None:
    with pytest.raises(Broken, match=words):
        read_servers(text)


def test_a_list_that_cannot_be_meant_is_broken(ports: dict[str, int]) -> None:
    server, one = at(ports, "good"), offered(ports["good"])["forecast"]
    head, body = heading(server), entry(server, one, "read")
    broken("[servers", "no TOML")
    broken(head.replace("weather", "Weather"), "its name is")
    broken("[servers.x]\n", "either a url or a command")
    broken(head + 'command = ["x"]\n', "either a url or a command")
    broken(head + "tokens = 1\n", "tokens")
    broken(head + body.replace('"read"', '"harmless"'), "effect")
    broken(head + body.replace("Says", "Tells"), "pin it anew")
    broken(head + body.replace("pin = ", "pins = "), "pins")
    broken(head + entry(server, one, "send"), "by which argument")
    broken(head + entry(server, one, "send", {"dest": {"place": "email"}}), "no argument place")
    broken(head + entry(server, one, "send", {"dest": {"city": "fax"}}), "no kind of destination")
    twin = replace(one, name="Fore-cast"), replace(one, name="fore_cast")
    broken(head + "".join(entry(server, two, "read") for two in twin), "would be called")


def test_a_name_of_ours_is_not_taken(
    ports: dict[str, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    one = replace(allow(ports, "forecast"), name="recall")
    monkeypatch.setattr("capabilities.mcp.declared", lambda: [one])
    catalog.capabilities.cache_clear()
    try:
        with pytest.raises(Broken, match="two capabilities are called recall"):
            catalog.capabilities()
    finally:
        catalog.capabilities.cache_clear()


def test_what_ships_allows_nothing() -> None:
    assert declared() == []


@pytest.mark.parametrize(
    "text", ['a "quote"', "back\\slash", "line\nbreak", "\x7f\x01", "😀 é", "'''"]
)
def test_whatever_a_server_says_is_pinned_word_for_word(text: str) -> None:
    server = Server("weather", url="https://mcp.example/mcp")
    offer = Offer(text, text, {"properties": {"a": {"description": text}}})
    (one,) = read_servers(heading(server) + entry(server, offer, "read"))
    assert one.version == int(offer.pin[:8], 16)


def test_the_catalog_loads_no_client() -> None:
    code = (
        "import sys; from persona import catalog; catalog.capabilities(); "
        "print(sorted(set(sys.modules) & {'mcp','httpx2','anyio','caldav','icalendar','lxml',"
        "'requests','jsonschema'}))"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT)
    assert found.stdout.strip() == "[]", found.stdout + found.stderr


def intend(one: Capability, arguments: Mapping[str, Any], lane: str, cause: str) -> Intent:
    """The intent with its arguments in canonical form."""
    return Intent(one.name, one.version, one.fit(arguments), lane, cause)
