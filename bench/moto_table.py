"""The peer for the local table: the same rows in DynamoDB as moto plays it, in this process.

Only what a turn needs, and only here: moto says what DynamoDB would accept, never how fast.
"""

import os
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

from persona.errors import Conflict
from persona.keys import Key
from persona.ports import Check, Condition, Delete, Put, Row, Write

TABLE = "hub"
FAKE = {"AWS_ACCESS_KEY_ID": "x", "AWS_SECRET_ACCESS_KEY": "x", "AWS_DEFAULT_REGION": "eu-west-1"}


class MotoTable:
    """Implements what of `persona.ports.Table` a turn uses. Call inside `moto.mock_aws`."""

    def __init__(self) -> None:
        import boto3
        from boto3.dynamodb.types import TypeDeserializer, TypeSerializer

        os.environ.update(FAKE)
        self._client: Any = boto3.client("dynamodb")
        self._pack, self._open = TypeSerializer(), TypeDeserializer()
        names = ("partition", "sort")
        self._client.create_table(
            TableName=TABLE,
            BillingMode="PAY_PER_REQUEST",
            AttributeDefinitions=[{"AttributeName": n, "AttributeType": "S"} for n in names],
            KeySchema=[
                {"AttributeName": "partition", "KeyType": "HASH"},
                {"AttributeName": "sort", "KeyType": "RANGE"},
            ],
        )

    def get(self, keys: Iterable[Key]) -> dict[Key, Row]:
        wanted = [self._key(key) for key in keys]
        answer = self._client.batch_get_item(
            RequestItems={TABLE: {"Keys": wanted, "ConsistentRead": True}}
        )
        return dict(self._row(item) for item in answer["Responses"][TABLE])

    def query(self, prefix: Key, **more: Any) -> list[tuple[Key, Row]]:
        answer = self._client.query(
            TableName=TABLE,
            ConsistentRead=True,
            KeyConditionExpression="#p = :p AND begins_with(#s, :s)",
            ExpressionAttributeNames={"#p": "partition", "#s": "sort"},
            ExpressionAttributeValues={":p": {"S": prefix.partition}, ":s": {"S": prefix.sort}},
        )
        return [self._row(item) for item in answer["Items"]]

    def commit(self, writes: Sequence[Write]) -> None:
        try:
            self._client.transact_write_items(TransactItems=[self._write(w) for w in writes])
        except self._client.exceptions.TransactionCanceledException as error:
            raise Conflict(str(error)) from error

    def due(self, now: float, limit: int = 100) -> list[Key]:
        return []

    def _write(self, write: Write) -> dict[str, Any]:
        guard = _guard(write.when, self._pack)
        match write:
            case Put(key, row):
                item = {**self._key(key), **self._packed(row)}
                return {"Put": {"TableName": TABLE, "Item": item, **guard}}
            case Delete(key):
                return {"Delete": {"TableName": TABLE, "Key": self._key(key), **guard}}
            case Check(key):
                return {"ConditionCheck": {"TableName": TABLE, "Key": self._key(key), **guard}}

    def _key(self, key: Key) -> dict[str, Any]:
        return {"partition": {"S": key.partition}, "sort": {"S": key.sort}}

    def _packed(self, row: Row) -> dict[str, Any]:
        return {name: self._pack.serialize(_decimal(value)) for name, value in row.items()}

    def _row(self, item: dict[str, Any]) -> tuple[Key, Row]:
        row = {name: _plain(self._open.deserialize(value)) for name, value in item.items()}
        return Key(row.pop("partition"), row.pop("sort")), row


def _guard(when: Condition, pack: Any) -> dict[str, Any]:
    if when.kind == "any":
        return {}
    if when.kind == "absent":
        return {"ConditionExpression": "attribute_not_exists(#p)",
                "ExpressionAttributeNames": {"#p": "partition"}}  # fmt: skip
    return {
        "ConditionExpression": "#f = :v",
        "ExpressionAttributeNames": {"#f": when.field},
        "ExpressionAttributeValues": {":v": pack.serialize(_decimal(when.value))},
    }


def _decimal(value: Any) -> Any:
    if isinstance(value, float):
        return Decimal(repr(value))
    if isinstance(value, dict):
        return {k: _decimal(v) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [_decimal(v) for v in value]
    return value


def _plain(value: Any) -> Any:
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    if isinstance(value, dict):
        return {k: _plain(v) for k, v in value.items()}
    if isinstance(value, list):
        return [_plain(v) for v in value]
    return value.value if hasattr(value, "value") else value
