"""What this family stands on, as data: the template deploys it and the tests make it from here."""

from typing import Any

from backends.aws._rows import DUE, EXPIRY, PARTITION, SHARD, SORT

DUE_INDEX = "due"
KEY_OWNER = "owner"
LANE_SECONDS = 180
"""Until a received message comes again: the turn function's timeout and a minute."""
DEAD_SECONDS = 120
"""The same for what is given up: one turn without a model, and a minute."""
MOST_RECEIVES = 50
MOST_MESSAGE = 256 * 1024
"""Bytes of one lane message."""
FOURTEEN_DAYS = 14 * 24 * 3600

TABLE: dict[str, Any] = {
    "BillingMode": "PAY_PER_REQUEST",
    "AttributeDefinitions": [
        {"AttributeName": PARTITION, "AttributeType": "S"},
        {"AttributeName": SORT, "AttributeType": "S"},
        {"AttributeName": SHARD, "AttributeType": "S"},
        {"AttributeName": DUE, "AttributeType": "N"},
    ],
    "KeySchema": [
        {"AttributeName": PARTITION, "KeyType": "HASH"},
        {"AttributeName": SORT, "KeyType": "RANGE"},
    ],
    "GlobalSecondaryIndexes": [
        {
            "IndexName": DUE_INDEX,
            "KeySchema": [
                {"AttributeName": SHARD, "KeyType": "HASH"},
                {"AttributeName": DUE, "KeyType": "RANGE"},
            ],
            "Projection": {"ProjectionType": "KEYS_ONLY"},
        }
    ],
}
TABLE_EXPIRY: dict[str, Any] = {"AttributeName": EXPIRY, "Enabled": True}
"""No other attribute deletes a row by itself."""

KEYS_TABLE: dict[str, Any] = {
    "BillingMode": "PAY_PER_REQUEST",
    "AttributeDefinitions": [{"AttributeName": KEY_OWNER, "AttributeType": "S"}],
    "KeySchema": [{"AttributeName": KEY_OWNER, "KeyType": "HASH"}],
}
"""Never with point-in-time recovery: a restore would bring destroyed keys back."""

LANES: dict[str, Any] = {
    "FifoQueue": "true",
    "ContentBasedDeduplication": "true",
    "DeduplicationScope": "messageGroup",
    "FifoThroughputLimit": "perMessageGroupId",
    "VisibilityTimeout": str(LANE_SECONDS),
    "MessageRetentionPeriod": str(FOURTEEN_DAYS),
    "MaximumMessageSize": str(MOST_MESSAGE),
}
"""Timers cannot name a repeat, hence content-based; a put always names its own."""
DEAD_LETTERS: dict[str, Any] = {
    "FifoQueue": "true",
    "VisibilityTimeout": str(DEAD_SECONDS),
    "MessageRetentionPeriod": str(FOURTEEN_DAYS),
    "MaximumMessageSize": str(MOST_MESSAGE),
}


def redrive(dead_letters: Any) -> dict[str, Any]:
    """Where a lane message goes that was received too often; `dead_letters` is a queue's ARN."""
    return {"deadLetterTargetArn": dead_letters, "maxReceiveCount": MOST_RECEIVES}
