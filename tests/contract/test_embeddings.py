"""Vectors beside the words: asked for as Titan's protocol says, paid for, and never needed."""

import logging
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from functions._compose import compose
from functions._embed import Told
from functions._observe import log
from hub.rebuild import rebuild
from models.scripted import ScriptedModel
from models.titan import DIMENSIONS, TitanEmbedder
from persona.decision import Spent
from persona.errors import Broken, Refused, Transient, Unknown
from persona.language import Completion
from persona.memory import meaning, segments
from persona.memory.index import UTC, Index
from persona.memory.lines import Columns
from persona.memory.meaning import Meaning
from persona.memory.recall import load
from persona.settings import Price, parse
from tests.model_servers import AWS, TITAN, Answer, TitanServer
from tests.unit.house import SETTINGS, House

NAME = f"bedrock:{TITAN}"
SAID = ("my Volvo is blue", "my roses are red", "my tea is green", "my soup is hot")
QUESTION = "which vehicle do I have?"


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[TitanServer]:
    with TitanServer(volvo="car", vehicle="car") as server:
        for name, value in AWS.items():
            monkeypatch.setenv(name, value)
        monkeypatch.setenv("AWS_ENDPOINT_URL_BEDROCK_RUNTIME", server.url)
        monkeypatch.setattr(segments, "TURNS", 4)
        yield server
        assert server.complaints == []


def embedder() -> TitanEmbedder:
    return TitanEmbedder(TITAN, AWS["AWS_REGION"])


@pytest.fixture
def house(server: TitanServer, tmp_path: Path) -> Iterator[House]:
    model = ScriptedModel(lambda prompts: Completion("Good.", tokens_in=10, tokens_out=2))
    house = House(tmp_path, (model,), embedder=Told(embedder()))
    yield house
    house.close()


def tell(house: House, *words: str) -> None:
    for one in words:
        house.tell(one)


def packed(house: House) -> list[Columns]:
    return segments.load(house.ports, house.meet().home, UTC)[0]


def loaded(house: House) -> Index:
    index = Index(UTC)
    load(index, house.ports, house.meet().home)
    return index


def spent(house: House) -> Spent:
    return house.standing(house.event("hello")).head.spent


def last_cost(house: House) -> dict[str, Any]:
    rows = house.rows(f"HOME#{house.meet().home}")
    return [row["cost"] for sort, row in rows.items() if sort.startswith("TURN#")][-1]


# Asking


def test_a_vector_is_a_signed_byte_a_dimension(server: TitanServer) -> None:
    vectors, tokens = embedder().embed(["a Volvo", "the vehicle", "a rose"], 5.0)
    assert [len(vector) for vector in vectors] == [DIMENSIONS] * 3
    assert tokens == 6
    numbers = [memoryview(vector).cast("b").tolist() for vector in vectors]
    near, far = (sum(a * b for a, b in zip(numbers[0], n, strict=True)) for n in numbers[1:])
    assert near > 0.9 * 127**2 > far


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (Answer(status=429), Transient),
        (Answer(status=403), Refused),
        (Answer(status=500), Unknown),
        (Answer(raw=b"no"), Unknown),
        (Answer(raw=b"{}"), Unknown),
        (Answer(raw=b'{"embedding": [0.1], "inputTextTokenCount": 1}'), Unknown),
        (Answer(raw=b'{"embedding": ["x"], "inputTextTokenCount": 1}'), Unknown),
    ],
)
def test_what_goes_wrong_is_said(
    server: TitanServer, answer: Answer, error: type[Exception]
) -> None:
    server.answers = [answer]
    with pytest.raises(error):
        embedder().embed(["hello"], 5.0)


@pytest.mark.parametrize("slow", [Answer(wait=30.0), Answer(drip=0.2, raw=b" " * 150)])
def test_a_server_that_is_slow_is_not_waited_for(server: TitanServer, slow: Answer) -> None:
    server.script = lambda asked: slow
    began = time.monotonic()
    with pytest.raises((Unknown, Transient)):
        embedder().embed(["one", "two", "three"], 0.3)
    assert time.monotonic() - began < 15.0


def test_only_what_is_known_can_be_set() -> None:
    def settings(**env: str) -> Any:
        return parse(env, stage="local", public_url="http://127.0.0.1", timezone="UTC")

    assert settings().embeddings == ""
    assert compose(settings(), {}).embedder is None
    made = settings(HUB_EMBEDDINGS=NAME, AWS_REGION="eu-west-1")
    assert made.embeddings == NAME
    named = compose(made, {}).embedder
    assert named is not None and named.name == NAME
    with pytest.raises(Broken, match="AWS_REGION"):
        settings(HUB_EMBEDDINGS=NAME)
    with pytest.raises(Broken, match="HUB_EMBEDDINGS must be"):
        settings(HUB_EMBEDDINGS="openai:x", AWS_REGION="eu-west-1")
    with pytest.raises(Broken, match=f"a price of {NAME}"):
        settings(HUB_EMBEDDINGS=NAME, AWS_REGION="eu-west-1", HUB_BUDGET_USD="1")


# Packing


def test_a_packed_line_is_found_by_what_it_means(house: House, server: TitanServer) -> None:
    tell(house, *SAID)
    (columns,) = packed(house)
    assert list(columns.vectors[NAME]) == [0, 1, 2, 3]
    index = loaded(house)
    (vector,), _ = embedder().embed([QUESTION], 5.0)
    by_words = index.bearing(QUESTION, index.days[-1])
    found = index.bearing(QUESTION, index.days[-1], meant=Meaning(NAME, vector))
    assert [match.evidence.text for match in by_words] == []
    assert found[0].evidence.text == SAID[0]


def test_a_turn_recalls_by_meaning_and_pays_for_it(house: House, server: TitanServer) -> None:
    tell(house, *SAID)
    house.tell(QUESTION)
    assert server.asked[-1].body["inputText"] == QUESTION
    assert house.turns()[-1].recalled
    assert last_cost(house)["tokens_in"] == 10 + 5


def test_nothing_is_asked_for_before_there_are_vectors_to_compare_with(
    house: House, server: TitanServer
) -> None:
    tell(house, *SAID[:3])
    assert server.asked == []
    tell(house, SAID[3])
    assert sorted(asked.body["inputText"] for asked in server.asked) == sorted(SAID)
    tell(house, QUESTION)
    assert [asked.body["inputText"] for asked in server.asked[4:]] == [QUESTION]


def test_packing_is_paid_for_by_the_lane(house: House, server: TitanServer) -> None:
    tell(house, *SAID)
    words = sum(len(said.split()) for said in SAID)
    assert spent(house).tokens == 4 * 12 + words


def test_money_is_counted_too(house: House) -> None:
    house.with_(settings=replace(SETTINGS, prices={NAME: Price(1_000.0, 0.0, 1_000.0)}))
    tell(house, *SAID)
    assert spent(house).usd == pytest.approx(0.001 * sum(len(said.split()) for said in SAID))


def test_what_the_day_does_not_allow_is_not_asked_for(house: House, server: TitanServer) -> None:
    house.with_(settings=replace(SETTINGS, budget_tokens=15), models=())
    tell(house, *SAID)
    assert server.asked == []
    assert packed(house)[0].vectors == {}


@pytest.mark.parametrize("status", [429, 403, 500])
def test_a_server_that_fails_fails_no_turn_and_is_told_in_the_log(
    house: House, server: TitanServer, status: int, caplog: pytest.LogCaptureFixture
) -> None:
    server.script = lambda asked: Answer(status=status)
    with caplog.at_level(logging.WARNING, log.name):
        tell(house, *SAID)
        assert packed(house)[0].vectors == {}
        house.with_(embedder=embedder())
        server.script = server.embed
        tell(house, *SAID)
        server.script = lambda asked: Answer(status=status)
        house.with_(embedder=Told(embedder()))
        tell(house, QUESTION)
    assert house.replies()[-1] == "Good."
    assert [entry.partition(":0: ")[0] for entry in last_cost(house)["failed"]] == [NAME[:-2]]
    told = [record for record in caplog.records if record.msg == "not embedded, recalled by words"]
    assert len(told) == 2
    assert not [said for said in (*SAID, QUESTION) if said in caplog.text]


def test_a_turn_that_moves_the_head_meanwhile_leaves_the_packing_to_the_next(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    tell(house, *SAID[:3])
    charge = meaning.Vectors.charge

    def late(self: meaning.Vectors) -> Any:
        with monkeypatch.context() as patch:
            patch.setattr(segments, "pack_when_due", lambda *of: None)
            house.tell("something else")
        return charge(self)

    with monkeypatch.context() as patch:
        patch.setattr(meaning.Vectors, "charge", late)
        house.tell(SAID[3])
    assert packed(house) == []
    tell(house, "five", "six", "seven")
    assert packed(house)


# What stays as it is


def test_without_a_vector_of_the_question_the_score_is_the_same_to_the_last_bit(
    house: House, server: TitanServer
) -> None:
    tell(house, *SAID)
    index, plain = loaded(house), Index(UTC)
    plain.read_in(index.lines)
    assert index.vectors_of(NAME)
    for question in ("which rose is red?", "what is blue?", "when was my soup hot?", "my tea"):
        today = index.days[-1]
        assert index.bearing(question, today) == plain.bearing(question, today)
        other = Meaning("bedrock:another", bytes(DIMENSIONS))
        assert index.bearing(question, today, meant=other) == plain.bearing(question, today)


def test_without_the_setting_a_segment_holds_no_vectors(house: House) -> None:
    house.with_(embedder=None)
    tell(house, *SAID)
    (columns,) = packed(house)
    assert columns.vectors == {}
    assert "vectors" not in segments.lines.pack(columns)


def test_forgetting_drops_the_vectors_of_its_segment(house: House) -> None:
    house.with_(models=())
    tell(house, *SAID)
    assert packed(house)[0].vectors
    assert "Forgotten" in house.tell("forget my roses are red")
    (columns,) = packed(house)
    assert columns.vectors == {}
    assert [line.words.text for line in columns.lines] == [SAID[0], *SAID[2:]]


def test_rebuilding_makes_vectors_of_what_is_packed(
    house: House, server: TitanServer, tmp_path: Path
) -> None:
    house.with_(embedder=None, models=())
    tell(house, *SAID)
    assert packed(house)[0].vectors == {}
    house.close()
    list(rebuild(tmp_path, {"HUB_EMBEDDINGS": NAME, **AWS}))
    again = House(tmp_path)
    assert list(packed(again)[0].vectors[NAME]) == [0, 1, 2, 3]
    again.close()


def test_vectors_outlive_a_change_of_the_time_zone(house: House) -> None:
    tell(house, *SAID)
    there = segments.load(house.ports, house.meet().home, ZoneInfo("Asia/Tokyo"))[0]
    assert there[0].vectors == packed(house)[0].vectors
    assert list(there[0].vectors[NAME]) == [0, 1, 2, 3]
