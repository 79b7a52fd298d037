"""The least a turn can keep: one read of the newest twenty, one transaction of three rows."""

from collections.abc import Callable
from typing import Any

from bench.peers.inside.words import REPLY, WEATHER

TABLE = "reference"


def open_rows(session: Any) -> Callable[[str], str]:
    """A table of its own; a turn is told what was said and returns the reply."""
    dynamodb = session.client("dynamodb")
    dynamodb.create_table(
        TableName=TABLE,
        BillingMode="PAY_PER_REQUEST",
        KeySchema=[
            {"AttributeName": "pk", "KeyType": "HASH"},
            {"AttributeName": "sk", "KeyType": "RANGE"},
        ],
        AttributeDefinitions=[
            {"AttributeName": "pk", "AttributeType": "S"},
            {"AttributeName": "sk", "AttributeType": "S"},
        ],
    )
    number = 0

    def turn(text: str) -> str:
        nonlocal number
        number += 1
        dynamodb.query(
            TableName=TABLE,
            KeyConditionExpression="pk = :pk and begins_with(sk, :sk)",
            ExpressionAttributeValues={":pk": {"S": "home"}, ":sk": {"S": "TURN#"}},
            ScanIndexForward=False,
            Limit=20,
        )
        rows = [
            {"sk": f"SEEN#{number:012d}"},
            {"sk": f"TURN#{number:012d}", "text": text, "result": WEATHER, "reply": REPLY},
            {"sk": "HEAD", "version": str(number)},
        ]
        dynamodb.transact_write_items(
            TransactItems=[
                {"Put": {"TableName": TABLE, "Item": {
                    "pk": {"S": "home"}, **{name: {"S": value} for name, value in row.items()}
                }}}
                for row in rows
            ]
        )  # fmt: skip
        return REPLY

    return turn


STORES = {"three rows": open_rows}
