"""What spares moto its work answers as moto's own does: the same values, the same line for a row."""

import base64
import json
from typing import Any

import pytest
from moto.core.parse import BaseJSONParser, JSONParser
from moto.core.serialize import BaseJSONSerializer, JSONSerializer
from moto.core.utils import get_service_model
from moto.dynamodb.exceptions import ItemSizeTooLarge
from moto.dynamodb.models.dynamo_type import DynamoType, Item

from tests import brisk
from tests.aws import world

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
