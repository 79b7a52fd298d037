"""Data keys from KMS, bound to their owner, wrapped in a table that no backup restores."""

import threading
from collections.abc import Callable
from typing import Any

from backends.aws._clients import translating
from backends.aws._shape import KEY_OWNER
from persona.errors import Refused, Transient
from persona.ports import Clock

KNOWN_SECONDS = 300.0
"""A destroyed key is dead in every process after this long."""
MOST_KNOWN = 1000
MADE_BEFORE = "ConditionalCheckFailedException"


class Keys:
    """Implements `persona.ports.Keys`; a destroyed key leaves a tombstone, and never comes back."""

    def __init__(
        self,
        table: str,
        master: str,
        dynamodb: Callable[[], Any],
        kms: Callable[[], Any],
        clock: Clock,
    ) -> None:
        self._table = table
        self._master = master
        self._dynamodb = dynamodb
        self._kms = kms
        self._clock = clock
        self._lock = threading.Lock()
        self._known: dict[str, tuple[float, bytes]] = {}

    def of(self, owner: str) -> bytes:
        with self._lock:
            until, key = self._known.get(owner, (0.0, b""))
        if self._clock.now() < until:
            return key
        key = self._read(owner) or self._make(owner)
        with self._lock:
            if len(self._known) >= MOST_KNOWN:
                self._known.clear()
            self._known[owner] = self._clock.now() + KNOWN_SECONDS, key
        return key

    def destroy(self, owner: str) -> None:
        with translating():
            self._dynamodb().put_item(
                TableName=self._table, Item={KEY_OWNER: {"S": owner}, "destroyed": {"BOOL": True}}
            )
        with self._lock:
            self._known.pop(owner, None)

    def _read(self, owner: str) -> bytes | None:
        with translating():
            row = self._dynamodb().get_item(
                TableName=self._table, Key={KEY_OWNER: {"S": owner}}, ConsistentRead=True
            )
            if "Item" not in row:
                return None
            if "wrapped" not in row["Item"]:
                raise Refused(f"the key of {owner.partition(':')[0]} was destroyed", "erased")
            opened = self._kms().decrypt(
                CiphertextBlob=row["Item"]["wrapped"]["B"],
                KeyId=self._master,
                EncryptionContext={KEY_OWNER: owner},
            )
            return opened["Plaintext"]

    def _make(self, owner: str) -> bytes:
        """Of two that make a key at once, the second takes the first's."""
        with translating():
            made = self._kms().generate_data_key(
                KeyId=self._master, KeySpec="AES_256", EncryptionContext={KEY_OWNER: owner}
            )
        with translating(but={MADE_BEFORE}):
            self._dynamodb().put_item(
                TableName=self._table,
                Item={KEY_OWNER: {"S": owner}, "wrapped": {"B": made["CiphertextBlob"]}},
                ConditionExpression="attribute_not_exists(#owner)",
                ExpressionAttributeNames={"#owner": KEY_OWNER},
            )
            return made["Plaintext"]
        key = self._read(owner)
        if key is None:
            raise Transient("a key was made and is not there")
        return key
