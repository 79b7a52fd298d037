"""Content at rest opens in its own place, with its own owner's key, unchanged, or not at all."""

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from persona.errors import Broken, Refused
from persona.seal import seal, unseal
from tests.unit.house import House

SECRET = {"text": "the bike lock is 4812", "list": [1, 2.5, None, True, "é😀\ud83d"]}
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)
ONE_HOUSE = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40)


@ONE_HOUSE
@given(content=JSON)
def test_whatever_json_can_say_comes_back(house: House, content: Any) -> None:
    sealed = seal(house.ports, "home:H", "TURN H 1", content)
    assert unseal(house.ports, "home:H", "TURN H 1", sealed) == content


def test_half_a_character_survives(house: House) -> None:
    sealed = seal(house.ports, "home:H", "c", SECRET)
    assert unseal(house.ports, "home:H", "c", sealed) == SECRET


def test_the_words_do_not_stand_in_the_sealed_bytes(house: House) -> None:
    sealed = seal(house.ports, "home:H", "c", SECRET)
    assert b"4812" not in sealed
    assert sealed != seal(house.ports, "home:H", "c", SECRET), "a nonce was used twice"


@pytest.mark.parametrize(
    ("owner", "context"),
    [("home:G", "c"), ("lane:H", "c"), ("home:H", "d"), ("home:H", ""), ("home:H\x1fc", "")],
)
def test_another_owner_or_place_does_not_open_it(house: House, owner: str, context: str) -> None:
    sealed = seal(house.ports, "home:H", "c", SECRET)
    with pytest.raises(Broken, match="does not open"):
        unseal(house.ports, owner, context, sealed)


def test_no_byte_can_be_flipped(house: House) -> None:
    sealed = seal(house.ports, "home:H", "c", "hello")
    for at in range(len(sealed)):
        flipped = sealed[:at] + bytes([sealed[at] ^ 1]) + sealed[at + 1 :]
        with pytest.raises(Broken):
            unseal(house.ports, "home:H", "c", flipped)
    assert unseal(house.ports, "home:H", "c", sealed) == "hello"


@pytest.mark.parametrize("length", [8, 11, 12, 20, 27])
def test_a_shortened_text_does_not_open(house: House, length: int) -> None:
    sealed = seal(house.ports, "home:H", "c", "hello")
    with pytest.raises(Broken):
        unseal(house.ports, "home:H", "c", sealed[:length])


@pytest.mark.parametrize("length", [0, 7])
def test_hardly_any_bytes_do_not_open_either(house: House, length: int) -> None:
    sealed = seal(house.ports, "home:H", "c", "hello")
    with pytest.raises(Broken):
        unseal(house.ports, "home:H", "c", sealed[:length])


def test_a_destroyed_key_erases(house: House) -> None:
    sealed = seal(house.ports, "home:H", "c", SECRET)
    house.ports.keys.destroy("home:H")
    with pytest.raises(Refused):
        unseal(house.ports, "home:H", "c", sealed)
