"""Whatever a row may hold comes back from DynamoDB's form, and weighs what DynamoDB counts."""

import math
from typing import Any

import pytest
from boto3.dynamodb.types import TypeDeserializer, TypeSerializer
from hypothesis import given, settings
from hypothesis import strategies as st
from moto.dynamodb.models.dynamo_type import DynamoType

from backends.aws import _rows
from persona.errors import Broken
from persona.keys import Key

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
FLOATS = st.floats(allow_nan=False, allow_infinity=False).filter(
    lambda number: number == 0 or 1e-130 <= abs(number) <= 9.9e125
)
SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(10**38) + 1, 10**38 - 1),
    FLOATS,
    TEXTS,
    st.binary(max_size=12),
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(TEXTS, inner, max_size=3)),
    max_leaves=8,
)


def kinds(value: Any) -> Any:
    """The shape of a value; a whole float may come back as an int."""
    match value:
        case bool() | None | str() | bytes():
            return type(value)
        case int() | float():
            return "number"
        case list():
            return [kinds(one) for one in value]
        case _:
            return {name: kinds(one) for name, one in value.items()}


@settings(max_examples=400)
@given(VALUES)
def test_a_value_comes_back_equal_and_of_its_kind(value: Any) -> None:
    back = _rows.unpack(_rows.pack(value))
    assert back == value
    assert kinds(back) == kinds(value)


@settings(max_examples=200)
@given(st.one_of(FLOATS, st.integers(-(10**15), 10**15)))
def test_a_number_is_spelled_as_the_vendors_own_library_reads_it(number: float) -> None:
    spelled = _rows.pack(number)
    assert float(TypeDeserializer().deserialize(spelled)) == number
    assert (
        _rows.unpack(TypeSerializer().serialize(TypeDeserializer().deserialize(spelled))) == number
    )


@settings(max_examples=200)
@given(st.dictionaries(TEXTS.filter(bool), VALUES, max_size=5))
def test_a_row_weighs_no_less_than_its_bytes(row: dict[str, Any]) -> None:
    fields = {name: value for name, value in row.items() if name not in _rows.OWN | _rows.TIMES}
    packed = _rows.pack_row(Key("P", "S"), fields)
    texts = sum(len(name.encode()) for name in packed)
    texts += sum(DynamoType(value).size() for value in packed.values() if set(value) & {"S", "B"})
    assert _rows.weigh(packed) >= texts
    assert _rows.open_row(packed) == fields
    assert _rows.open_key(packed) == Key("P", "S")


@pytest.mark.parametrize("number", [math.nan, math.inf, -math.inf, 1e126, -1e127, 1e-131, 10**38])
def test_a_number_that_dynamodb_cannot_hold_is_refused(number: float) -> None:
    for value in (number, [number], {"deep": {"deeper": number}}):
        with pytest.raises(Broken):
            _rows.pack(value)


@pytest.mark.parametrize("value", [{1}, object(), {1: "a"}, 1j, bytearray(b"a")])
def test_a_kind_that_no_row_holds_is_refused(value: Any) -> None:
    with pytest.raises(Broken):
        _rows.pack([value])
