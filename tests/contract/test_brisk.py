"""What spares moto its work answers as moto's own does: the same values, the same line for a row."""

import base64
import copy
import json
from typing import Any

import pytest
from moto.core.parse import BaseJSONParser, JSONParser
from moto.core.serialize import BaseJSONSerializer, JSONSerializer
from moto.core.utils import get_service_model
from moto.dynamodb.exceptions import ItemSizeTooLarge, MockValidationException
from moto.dynamodb.models.dynamo_type import DynamoType, Item
from moto.dynamodb.parsing.executors import UpdateExpressionExecutor
from moto.dynamodb.parsing.validators import UpdateExpressionValidator

from tests import brisk
from tests.aws import TABLE, AwsFamily, world

WIRED = base64.b64encode(b"\0words").decode()
ROW: dict[str, Any] = {
    "partition": {"S": "HOME#ann"},
    "sort": {"S": "TURN#1"},
    "sealed": {"B": WIRED},
    "count": {"N": "12"},
    "is_told": {"BOOL": True},
    "none": {"NULL": True},
    "names": {"SS": ["a", "b"]},
    "deep": {"M": {"list": {"L": [{"S": "x"}, {"B": WIRED}, {"M": {}}]}}},
}
parser_class: Any = BaseJSONParser
serializer_class: Any = BaseJSONSerializer


def read() -> Any:
    operation = get_service_model("dynamodb").operation_model("PutItem")
    body = json.dumps({"TableName": "hub", "Item": ROW})
    reader: Any = JSONParser
    return reader(operation).parse({"body": body})


def written() -> Any:
    operation = get_service_model("dynamodb").operation_model("GetItem")
    deep = {"M": {"list": {"L": [{"S": "x"}, {"B": b"\0words"}, {"M": {}}]}}}
    held = {**ROW, "sealed": {"B": b"\0words"}, "deep": deep}
    writer: Any = JSONSerializer
    return json.loads(writer(operation).serialize({"Item": held})["body"])


def test_a_row_is_read_as_moto_reads_it(monkeypatch: pytest.MonkeyPatch) -> None:
    world()
    assert parser_class._parse_structure is brisk._parse
    ours = read()
    monkeypatch.setattr(parser_class, "_parse_structure", brisk._parse_slowly)
    assert ours == read()
    assert ours["Item"]["sealed"] == {"B": b"\0words"}


def test_a_row_is_written_as_moto_writes_it(monkeypatch: pytest.MonkeyPatch) -> None:
    world()
    assert serializer_class._serialize_type_structure is brisk._serialize
    ours = written()
    monkeypatch.setattr(serializer_class, "_serialize_type_structure", brisk._serialize_slowly)
    assert ours == written() == {"Item": ROW}


@pytest.mark.parametrize(("size", "is_refused"), [(404_900, False), (405_100, True)])
def test_a_row_is_too_large_where_moto_says_so(size: int, is_refused: bool) -> None:
    world()
    attrs = {"partition": {"S": "HOME#ann"}, "words": {"S": "w" * size}}
    for fill in (brisk._fill, brisk._fill_slowly):
        item: Any = Item.__new__(Item)
        try:
            fill(item, DynamoType({"S": "HOME#ann"}), None, attrs)
        except ItemSizeTooLarge:
            assert is_refused
        else:
            assert not is_refused
            assert item.attrs["words"].value == "w" * size


def test_a_row_weighs_what_moto_says() -> None:
    item: Any = Item.__new__(Item)
    row = {**ROW, "sealed": {"B": b"\0words"}, "größe": {"S": "für Zoë 😀"}, "empty": {"S": ""}}
    brisk._fill(item, DynamoType(ROW["partition"]), DynamoType(ROW["sort"]), row)
    assert brisk._weigh(item) == brisk._weigh_slowly(item) > 0


FIELDS = {"#f0": "sealed", "#f1": "größe", "#f2": "due", "#f3": "sort"}


def updated(expression: str, values: dict[str, Any], *, slowly: bool) -> dict[str, Any] | str:
    """A row of the hub's table after this update, or how moto refuses it."""
    table: Any = world().backend("dynamodb").tables[TABLE]
    item: Any = Item.__new__(Item)
    brisk._fill(item, DynamoType(ROW["partition"]), DynamoType(ROW["sort"]), ROW)
    kinds = (UpdateExpressionValidator, UpdateExpressionExecutor)
    look, act = kinds if slowly else (brisk.Setting, brisk.Setter)
    try:
        read = look(
            brisk._read(expression),
            expression_attribute_names=FIELDS,
            expression_attribute_values=values,
            item=item,
            table=table,
        ).validate()
        read.normalize()
        act(read, item, FIELDS).execute()
    except MockValidationException as error:
        return str(error)
    return item.to_json()["Attributes"]


@pytest.mark.parametrize(
    ("expression", "is_refused"),
    [
        ("SET #f0 = :f0, #f1 = :f1, #f2 = :f2", False),
        ("SET #f0 = :f0", False),
        ("SET #f0 = :f0 REMOVE #f1", False),
        ("SET #f0 = :f0, #f3 = :f3", True),
        ("SET #f0 = :f0, #f0 = :f1", True),
    ],
)
def test_a_row_is_changed_as_moto_changes_it(expression: str, is_refused: bool) -> None:
    AwsFamily().close()
    values: dict[str, Any] = {":f0": {"B": b"\0other"}, ":f1": {"L": [{"S": "für"}, {"M": {}}]}}
    values |= {":f2": {"N": "17.5"}, ":f3": {"S": "TURN#2"}}
    ours = updated(expression, values, slowly=False)
    assert ours == updated(expression, values, slowly=True)
    assert isinstance(ours, str) == is_refused
    assert ours != ROW


def test_a_row_that_grows_too_large_stays_as_it_was() -> None:
    AwsFamily().close()
    table: Any = world().backend("dynamodb").tables[TABLE]
    item: Any = Item.__new__(Item)
    brisk._fill(item, DynamoType(ROW["partition"]), DynamoType(ROW["sort"]), ROW)
    before = item.to_json()
    values = {":f0": {"S": "w" * 405_100}}
    read: Any = brisk.Setting(
        brisk._read("SET #f0 = :f0"),
        expression_attribute_names=FIELDS,
        expression_attribute_values=values,
        item=item,
        table=table,
    )
    with pytest.raises(ItemSizeTooLarge):
        brisk.Setter(read, item, FIELDS).execute()
    assert item.to_json() == before


@pytest.mark.parametrize(
    "value",
    [{"S": "12"}, {"N": "12.50"}, {"B": b"\0"}, {"NULL": True}, {"SS": ["a"]}, {"L": [{"S": "x"}]}],
)
def test_a_value_is_compared_as_moto_compares_it(value: dict[str, Any]) -> None:
    world()
    held = DynamoType(value)
    assert held.cast_value == brisk._cast_slowly(held)


def test_what_was_copied_stays_as_it_was() -> None:
    world()
    item: Any = Item.__new__(Item)
    brisk._fill(item, DynamoType(ROW["partition"]), DynamoType(ROW["sort"]), ROW)
    before, kept = item.to_json(), copy.deepcopy(item)
    item.attrs["count"] = DynamoType({"N": "13"})
    assert kept.to_json() == before != item.to_json()
