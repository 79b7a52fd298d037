"""How a surface and a capability are declared: data, read from one function."""

from dataclasses import replace

import pytest
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from persona.declare import Request, capability
from tests.unit.house import SURFACES

SMS = SURFACES["sms"]


class Arguments(BaseModel):
    """What to water."""

    model_config = ConfigDict(extra="forbid")
    plant: str = Field(description="Which plant.", max_length=10)


@capability(effect="write", destructive=True, say="water …", brief="waters it")
def water(arguments: Arguments, hands: object, ports: object) -> str:
    """Waters a plant,
    and says so."""
    return f"watered {arguments.plant}"


def test_a_capability_is_named_and_described_by_its_function() -> None:
    assert (water.name, water.about) == ("water", "Waters a plant, and says so.")
    assert (water.effect, water.destructive, water.inline) == ("write", True, False)
    assert water.use(Arguments(plant="fern"), None, None) == "watered fern"


def test_a_model_is_offered_a_closed_schema_with_every_field_described() -> None:
    offer = water.schema()
    assert offer["name"] == "water"
    assert offer["description"] == water.about
    parameters = offer["parameters"]
    assert parameters["additionalProperties"] is False
    assert parameters["properties"]["plant"]["description"] == "Which plant."
    assert parameters["required"] == ["plant"]


def test_what_a_model_makes_up_does_not_fit() -> None:
    with pytest.raises(ValidationError):
        water.arguments.model_validate({"plant": "fern", "with": "wine"})


@pytest.mark.parametrize("words", ["stop", "STOP", "  Stop \n"])
def test_stop_is_heard_in_any_case(words: str) -> None:
    assert SMS.stops(words)
    assert not SMS.starts(words)


@pytest.mark.parametrize("words", ["stop it", "don't stop", "stop!", "", "stopp", "bus stop"])
def test_a_sentence_with_stop_in_it_halts_nothing(words: str) -> None:
    assert not SMS.stops(words)


def test_a_surface_may_have_its_carriers_words() -> None:
    carrier = replace(SMS, stop_words=frozenset({"stop", "quit"}))
    assert carrier.stops("QUIT")
    assert not SMS.stops("QUIT")
    assert SMS.starts("Start")


def test_header_names_are_read_in_any_case() -> None:
    request = Request("POST", "/", headers={"x-signature": "abc"})
    assert request.header("X-Signature") == "abc"
    assert request.header("X-Other") == ""


def test_a_text_goes_out_whole_where_a_surface_says_nothing_else() -> None:
    assert SURFACES["slack"].split("one\ntwo") == ("one\ntwo",)
