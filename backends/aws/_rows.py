"""Rows in DynamoDB's form and back: every field an attribute of its own.

A number goes as its shortest text, so a whole float comes back as the equal int. Beside the row's
fields stand those of the table: the key, the shard of the index of what is due, and the time
after which DynamoDB itself deletes the row.
"""

import math
import zlib
from typing import Any

from persona.errors import Broken
from persona.keys import Key
from persona.ports import Condition, Row

PARTITION, SORT, SHARD, EXPIRY = "partition", "sort", "shard", "expiry"
OWN = frozenset({PARTITION, SORT, SHARD, EXPIRY})
"""Attributes that are the table's, never a row's."""
DUE, EXPIRES = "due", "expires"
TIMES = frozenset({DUE, EXPIRES})
SHARDS = 4
MOST_DIGITS = 38
LEAST_NUMBER, MOST_NUMBER = 1e-130, 9.9e125


def pack_key(key: Key) -> dict[str, Any]:
    return {PARTITION: {"S": key.partition}, SORT: {"S": key.sort}}


def open_key(item: dict[str, Any]) -> Key:
    return Key(item[PARTITION]["S"], item[SORT]["S"])


def pack_row(key: Key, row: Row) -> dict[str, Any]:
    """Raises Broken for what no row can hold."""
    return {**pack_key(key), **pack_fields(key, row)}


def pack_fields(key: Key, row: Row) -> dict[str, Any]:
    """Some fields of a row, with the table's own that follow from them."""
    if not OWN.isdisjoint(row):
        raise Broken(f"{sorted(OWN & row.keys())} are the table's own fields")
    packed = {name: pack(value) for name, value in row.items()}
    for name in TIMES & row.keys():
        if "N" not in packed[name]:
            raise Broken(f"`{name}` of {key.sort} is no time")
    if DUE in row:
        packed[SHARD] = {"S": shard(key.partition)}
    if EXPIRES in row:
        packed[EXPIRY] = {"N": str(math.ceil(row[EXPIRES]))}
    return packed


def open_row(item: dict[str, Any]) -> Row:
    return {name: unpack(value) for name, value in item.items() if name not in OWN}


def shard(partition: str) -> str:
    """Which part of the index of what is due holds this partition's rows."""
    return str(zlib.crc32(partition.encode()) % SHARDS)


def pack(value: Any) -> dict[str, Any]:
    """One value as DynamoDB takes it. Raises Broken for what it cannot hold."""
    match value:
        case None:
            return {"NULL": True}
        case bool():
            return {"BOOL": value}
        case str():
            return {"S": value}
        case int() | float():
            return {"N": _spell(value)}
        case bytes():
            return {"B": value}
        case list() | tuple():
            return {"L": [pack(one) for one in value]}
        case dict():
            return {"M": {_name(name): pack(one) for name, one in value.items()}}
        case _:
            raise Broken(f"a row cannot hold {type(value).__name__}")


def unpack(value: dict[str, Any]) -> Any:
    ((kind, held),) = value.items()
    match kind:
        case "NULL":
            return None
        case "N":
            return int(held) if held.lstrip("-").isdigit() else float(held)
        case "B":
            return bytes(held)
        case "L":
            return [unpack(one) for one in held]
        case "M":
            return {name: unpack(one) for name, one in held.items()}
        case _:
            return held


def _name(name: Any) -> str:
    if not isinstance(name, str):
        raise Broken(f"a row cannot hold a mapping with {type(name).__name__} for a name")
    return name


def _spell(number: float) -> str:
    if isinstance(number, float):
        size = abs(number)
        if size and not LEAST_NUMBER <= size <= MOST_NUMBER:
            raise Broken(f"a row cannot hold the number {number}")
        return str(int(number)) if size < 1e15 and number.is_integer() else repr(number)
    if len(str(abs(number))) > MOST_DIGITS:
        raise Broken("a row cannot hold a number of more than 38 digits")
    return str(number)


def weigh(item: dict[str, Any]) -> int:
    """Bytes of an item as DynamoDB counts them: names and values, a little for each nesting.

    Source: Amazon DynamoDB Developer Guide, "DynamoDB item sizes and formats".
    """
    return sum(_length(name) + _weigh(value) for name, value in item.items())


def _weigh(value: dict[str, Any]) -> int:
    ((kind, held),) = value.items()
    match kind:
        case "S":
            return _length(held)
        case "B":
            return len(held)
        case "N":
            return len(held) // 2 + 2
        case "L":
            return 3 + sum(1 + _weigh(one) for one in held)
        case "M":
            return 3 + sum(1 + _length(name) + _weigh(one) for name, one in held.items())
        case _:
            return 1


def _length(text: str) -> int:
    return len(text) if text.isascii() else len(text.encode("utf-8", "surrogatepass"))


def guard(when: Condition) -> dict[str, Any]:
    """The condition's part of a request; empty for `any`."""
    match when.kind:
        case "any":
            return {}
        case "absent":
            return {
                "ConditionExpression": "attribute_not_exists(#when)",
                "ExpressionAttributeNames": {"#when": PARTITION},
            }
        case "equals" if when.value is None:
            expression, value = "attribute_type(#when, :when)", {"S": "NULL"}
        case "equals":
            expression, value = "#when = :when", pack(when.value)
    return {
        "ConditionExpression": expression,
        "ExpressionAttributeNames": {"#when": when.field},
        "ExpressionAttributeValues": {":when": value},
    }
