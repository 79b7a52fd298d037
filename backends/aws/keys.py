"""Data keys from KMS, bound to their owner, wrapped in a table that no backup restores.

Tombstones stand in the same table, in a few items an owner, each mark an attribute.
"""

import threading
from collections import defaultdict
from collections.abc import Callable, Mapping
from typing import Any

from backends.aws._clients import translating
from backends.aws._shape import KEY_OWNER
from persona.errors import Refused, Transient
from persona.ports import Clock

KNOWN_SECONDS = 300.0
"""A destroyed key is dead in every process after this long."""
MOST_KNOWN = 1000
MADE_BEFORE = "ConditionalCheckFailedException"
SHARDS = "0123456789abcdef"
"""How the marks of one owner are spread by their first digit, since an item takes 400 KB."""
MOST_AT_ONCE = 100
"""Marks set by one request, whose expression takes 4 KB."""


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

    def destroy(self, owner: str) -> tuple[str, ...]:
        """There is no copy of this table; its tombstones go first, so that a repeat finds them."""
        for shard in SHARDS:
            with translating():
                self._dynamodb().delete_item(
                    TableName=self._table, Key={KEY_OWNER: {"S": _shard(owner, shard)}}
                )
        with translating():
            self._dynamodb().put_item(
                TableName=self._table, Item={KEY_OWNER: {"S": owner}, "destroyed": {"BOOL": True}}
            )
        with self._lock:
            self._known.pop(owner, None)
        return ()

    def bury(self, owner: str, tombstones: Mapping[str, str]) -> None:
        shards: defaultdict[str, list[tuple[str, str]]] = defaultdict(list)
        for mark, told in tombstones.items():
            shards[mark[0] if mark[0] in SHARDS else SHARDS[0]].append((mark, told))
        for shard, marks in shards.items():
            for start in range(0, len(marks), MOST_AT_ONCE):
                self._set(_shard(owner, shard), dict(marks[start : start + MOST_AT_ONCE]))

    def _set(self, item: str, marks: Mapping[str, str]) -> None:
        """Each mark is an attribute of its own, so that two who bury at once lose nothing."""
        with translating():
            self._dynamodb().update_item(
                TableName=self._table,
                Key={KEY_OWNER: {"S": item}},
                UpdateExpression="SET " + ", ".join(f"#m{n} = :m{n}" for n in range(len(marks))),
                ExpressionAttributeNames={f"#m{n}": mark for n, mark in enumerate(marks)},
                ExpressionAttributeValues={
                    f":m{n}": {"S": told} for n, told in enumerate(marks.values())
                },
            )

    def buried(self, owner: str) -> dict[str, str]:
        found: dict[str, str] = {}
        for shard in SHARDS:
            with translating():
                row = self._dynamodb().get_item(
                    TableName=self._table,
                    Key={KEY_OWNER: {"S": _shard(owner, shard)}},
                    ConsistentRead=True,
                )
            marks = row.get("Item", {})
            found |= {mark: told["S"] for mark, told in marks.items() if mark != KEY_OWNER}
        return found

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


def _shard(owner: str, shard: str) -> str:
    return f"tombstones:{owner}#{shard}"
