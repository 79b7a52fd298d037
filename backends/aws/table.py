"""The table on DynamoDB: strong reads, single conditional writes, transactions for the rest."""

import heapq
import random
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from backends.aws import _rows
from backends.aws._clients import answer, code, translated, translating
from backends.aws._shape import DUE_INDEX
from backends.aws._workers import Workers
from persona.errors import Broken, Conflict, Transient
from persona.keys import Key, Scope
from persona.ports import Check, Delete, Put, Row, Update, Write

MOST_KEYS = 100
MOST_WRITES = 100
MOST_BYTES = 400 * 1024
MOST_TRIES = 5
PAUSE = 0.05
"""Seconds before the second try at most; each further try doubles it."""
CONDITION = "ConditionalCheckFailed"
AGAIN = frozenset({"TransactionConflict", "ThrottlingError", "ProvisionedThroughputExceeded"})
"""Reasons of a cancelled transaction that pass by themselves."""
OPERATIONS = {"Put": "put_item", "Update": "update_item", "Delete": "delete_item"}


class Table:
    """Implements `persona.ports.Table`; with a `scope`, everything outside it raises Broken."""

    def __init__(
        self,
        name: str,
        workers: Workers,
        scope: Scope | None = None,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._name = name
        self._workers = workers
        self._scope = scope
        self._sleep = sleep

    def within(self, scope: Scope) -> "Table":
        return Table(self._name, self._workers, scope, self._sleep)

    @property
    def client(self) -> Any:
        """What this table asks; a worker's is fenced, whoever calls it."""
        return self._workers.client(self._scope)

    def get(self, keys: Iterable[Key]) -> dict[Key, Row]:
        wanted = [_rows.pack_key(key) for key in dict.fromkeys(keys)]
        if len(wanted) > MOST_KEYS:
            raise Broken(f"{len(wanted)} keys in one read; a table takes {MOST_KEYS}")
        if len(wanted) == 1:
            return self._get_one(wanted[0])
        found: dict[Key, Row] = {}
        tries = self._tries()
        while wanted:
            next(tries)
            asked = {self._name: {"Keys": wanted, "ConsistentRead": True}}
            with translating():
                answer = self.client.batch_get_item(RequestItems=asked)
            for item in answer["Responses"].get(self._name, []):
                found[_rows.open_key(item)] = _rows.open_row(item)
            wanted = answer.get("UnprocessedKeys", {}).get(self._name, {}).get("Keys", [])
        return found

    def _get_one(self, key: dict[str, Any]) -> dict[Key, Row]:
        """A batch of one costs more time, and the same units."""
        with translating():
            answer = self.client.get_item(TableName=self._name, Key=key, ConsistentRead=True)
        item = answer.get("Item")
        return {_rows.open_key(item): _rows.open_row(item)} if item else {}

    def query(
        self, prefix: Key, *, after: str = "", limit: int = 1000, newest_first: bool = False
    ) -> list[tuple[Key, Row]]:
        condition: dict[str, Any] = {
            "KeyConditionExpression": "#partition = :partition",
            "ExpressionAttributeNames": {"#partition": _rows.PARTITION},
            "ExpressionAttributeValues": {":partition": {"S": prefix.partition}},
            "ConsistentRead": True,
            "ScanIndexForward": not newest_first,
        }
        if prefix.sort:
            condition["KeyConditionExpression"] += " AND begins_with(#sort, :prefix)"
            condition["ExpressionAttributeNames"]["#sort"] = _rows.SORT
            condition["ExpressionAttributeValues"][":prefix"] = {"S": prefix.sort}
        if after.startswith(prefix.sort) and after:
            condition["ExclusiveStartKey"] = _rows.pack_key(Key(prefix.partition, after))
        elif after and (after < prefix.sort) is newest_first:
            return []  # the whole prefix lies before what is to be gone on from
        return [
            (_rows.open_key(item), _rows.open_row(item)) for item in self._pages(condition, limit)
        ]

    def _pages(self, condition: dict[str, Any], limit: int) -> Iterator[dict[str, Any]]:
        """At most `limit` items of a query, over as many answers as it takes."""
        left = limit
        while left > 0:
            with translating():
                answer = self.client.query(TableName=self._name, Limit=left, **condition)
            yield from answer["Items"]
            left -= len(answer["Items"])
            if "LastEvaluatedKey" not in answer:
                return
            condition = {**condition, "ExclusiveStartKey": answer["LastEvaluatedKey"]}

    def commit(self, writes: Sequence[Write]) -> None:
        if len(writes) > MOST_WRITES:
            raise Broken(f"{len(writes)} writes in one commit; a table takes {MOST_WRITES}")
        if len({write.key for write in writes}) < len(writes):
            raise Broken("two writes to one row in one commit")
        asked = [write for write in writes if not _is_idle(write)]
        items = [self._item(write) for write in asked]
        if not items:
            return
        for _ in self._tries():
            try:
                self._write(items)
            except (ClientError, BotoCoreError) as error:
                if not _may_pass(error, asked):
                    raise translated(error) from error
            else:
                return

    def _write(self, items: list[dict[str, Any]]) -> None:
        """One write alone costs half of a transaction."""
        ((kind, item),) = items[0].items()
        if len(items) == 1 and kind in OPERATIONS:
            getattr(self.client, OPERATIONS[kind])(**item)
        else:
            self.client.transact_write_items(TransactItems=items)

    def _item(self, write: Write) -> dict[str, Any]:
        request = {"TableName": self._name, **_rows.guard(write.when)}
        match write:
            case Put(key, row):
                item = _rows.pack_row(key, row)
                _check_size(key, item)
                return {"Put": {**request, "Item": item}}
            case Update(key, changes):
                return {"Update": _with_changes(request, key, changes)}
            case Delete(key):
                return {"Delete": {**request, "Key": _rows.pack_key(key)}}
            case Check(key):
                return {"ConditionCheck": {**request, "Key": _rows.pack_key(key)}}

    def due(self, now: float, limit: int = 100) -> list[Key]:
        shards = [self._due_in(str(shard), now, limit) for shard in range(_rows.SHARDS)]
        merged = heapq.merge(*shards)
        return [key for _, key in merged][:limit]

    def _due_in(self, shard: str, now: float, limit: int) -> list[tuple[float, Key]]:
        condition = {
            "IndexName": DUE_INDEX,
            "KeyConditionExpression": "#shard = :shard AND #due <= :now",
            "ExpressionAttributeNames": {"#shard": _rows.SHARD, "#due": _rows.DUE},
            "ExpressionAttributeValues": {":shard": {"S": shard}, ":now": _rows.pack(now)},
        }
        items = self._pages(condition, limit)
        return [(_rows.unpack(item[_rows.DUE]), _rows.open_key(item)) for item in items]

    def _tries(self) -> Iterator[int]:
        """Counts tries, with a jittered pause before each but the first. Ends in Transient."""
        for number in range(MOST_TRIES):
            if number:
                self._sleep(random.uniform(0, PAUSE * 2**number))  # noqa: S311 - only spreads load
            yield number
        raise Transient("AWS: the table is too busy")


def _is_idle(write: Write) -> bool:
    """A check of nothing; DynamoDB takes none without a condition."""
    return isinstance(write, Check) and write.when.kind == "any"


def _with_changes(request: dict[str, Any], key: Key, changes: Row) -> dict[str, Any]:
    packed = _rows.pack_fields(key, changes)
    _check_size(key, packed)
    names = {f"#f{n}": name for n, name in enumerate(packed)}
    values = {f":f{n}": value for n, value in enumerate(packed.values())}
    return {
        **request,
        "Key": _rows.pack_key(key),
        "UpdateExpression": "SET " + ", ".join(f"#f{n} = :f{n}" for n in range(len(packed))),
        "ExpressionAttributeNames": {**names, **request.get("ExpressionAttributeNames", {})},
        "ExpressionAttributeValues": {**values, **request.get("ExpressionAttributeValues", {})},
    }


def _check_size(key: Key, item: dict[str, Any]) -> None:
    size = _rows.weigh(item)
    if size > MOST_BYTES:
        raise Broken(f"{key.sort} is {size} bytes; a row takes {MOST_BYTES}")


def _may_pass(error: Exception, writes: Sequence[Write]) -> bool:
    """Whether the same commit may be tried again. Raises Conflict where a condition failed."""
    reasons = [reason.get("Code") for reason in answer(error).get("CancellationReasons", [])]
    if code(error) == "ConditionalCheckFailedException":
        reasons = [CONDITION]
    if CONDITION in reasons:
        write = writes[reasons.index(CONDITION)]
        raise Conflict(f"{write.key.sort}: {write.when.kind} {write.when.field}") from error
    told = {reason for reason in reasons if reason not in (None, "None")}
    return code(error) == "TransactionConflictException" or (bool(told) and told <= AGAIN)
