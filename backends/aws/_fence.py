"""The lane fence: a worker's client asks for exact partitions of one table, or for nothing.

The same rule as the lane role's policy (`dynamodb:LeadingKeys`, StringEquals, never absent), held
a second time in the process: every request is looked at after its parameters are final, and what
the fence does not know how to read is refused.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from contextvars import ContextVar
from typing import Any, NamedTuple

from persona.errors import Broken
from persona.keys import Scope

PARTITION, SORT = "partition", "sort"
ONE_PARTITION = re.compile(r"(?P<name>#?\w+) = (?P<value>:\w+)(?: AND (?P<rest>.+))?")
ONE_RANGE = re.compile(
    r"begins_with\((?P<name>#?\w+), :\w+\)"
    r"|(?P<other>#?\w+) (?:(?:=|<|<=|>|>=) :\w+|BETWEEN :\w+ AND :\w+)"
)
_in_force: ContextVar[Scope | None] = ContextVar("scope", default=None)
"""Whose request this thread is making."""


def raise_fence(client: Any, table: str) -> None:
    """From here on the client serves only requests that are made through a `Fenced`."""

    def check(params: Mapping[str, Any], model: Any, **_: Any) -> None:
        _check(model.name, params, table, _in_force.get())

    client.meta.events.register_last("before-parameter-build.dynamodb", check)


class Fenced:
    """A fenced client as one scope may use it; any operation, any thread."""

    def __init__(self, client: Any, scope: Scope) -> None:
        self._client = client
        self._scope = scope

    def __getattr__(self, operation: str) -> Callable[..., Any]:
        call = getattr(self._client, operation)

        def ask(*args: Any, **params: Any) -> Any:
            mark = _in_force.set(self._scope)
            try:
                return call(*args, **params)
            finally:
                _in_force.reset(mark)

        return ask


def _check(operation: str, params: Mapping[str, Any], table: str, scope: Scope | None) -> None:
    if scope is None:
        raise Broken("a fenced client was asked without a scope")
    try:
        read = READERS.get(operation)
        rows = list(read(params)) if read else []
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise Broken(f"the fence cannot read this {operation}") from error
    if not rows:
        raise Broken(f"{operation} is not for a worker of a lane")
    if not all(row.table == table and row.partition in scope.partitions for row in rows):
        raise Broken("a row outside the worker's lane")
    if any(row.is_written and row.partition in scope.read_only for row in rows):
        raise Broken("a row that the worker only reads")


class Row(NamedTuple):
    """What a request asks of one row, or of the rows of one partition."""

    table: Any
    partition: Any
    is_written: bool = False


Rows = Iterator[Row]


def _leading(key: Mapping[str, Any]) -> str:
    (value,) = key[PARTITION].items()
    if value[0] != "S":
        raise ValueError(value[0])
    return value[1]


def _of_key(params: Mapping[str, Any]) -> Rows:
    yield Row(params["TableName"], _leading(params["Key"]))


def _of_change(params: Mapping[str, Any]) -> Rows:
    yield Row(params["TableName"], _leading(params["Key"]), is_written=True)


def _of_item(params: Mapping[str, Any]) -> Rows:
    yield Row(params["TableName"], _leading(params["Item"]), is_written=True)


def _of_batch(params: Mapping[str, Any]) -> Rows:
    for table, wanted in params["RequestItems"].items():
        for key in wanted["Keys"]:
            yield Row(table, _leading(key))


def _of_reads(params: Mapping[str, Any]) -> Rows:
    for item in params["TransactItems"]:
        ((kind, read),) = item.items()
        if kind != "Get":
            raise ValueError(kind)
        yield from _of_key(read)


def _of_writes(params: Mapping[str, Any]) -> Rows:
    for item in params["TransactItems"]:
        ((kind, write),) = item.items()
        yield from WRITES[kind](write)


def _of_query(params: Mapping[str, Any]) -> Rows:
    """Reads only conditions of one form: `partition = :value`, then perhaps one on the sort key."""
    if "IndexName" in params or "KeyConditions" in params:
        raise ValueError("an index, or a condition of the old form")
    whole = ONE_PARTITION.fullmatch(params["KeyConditionExpression"])
    if whole is None:
        raise ValueError("a condition of another form")
    names: Mapping[str, str] = params.get("ExpressionAttributeNames", {})
    rest = whole["rest"]
    if rest is not None:
        ranged = ONE_RANGE.fullmatch(rest)
        if ranged is None or _named(ranged["name"] or ranged["other"], names) != SORT:
            raise ValueError("a second condition of another form")
    if _named(whole["name"], names) != PARTITION:
        raise ValueError("no partition")
    wanted = params["ExpressionAttributeValues"][whole["value"]]
    yield Row(params["TableName"], _leading({PARTITION: wanted}))
    if "ExclusiveStartKey" in params:
        yield Row(params["TableName"], _leading(params["ExclusiveStartKey"]))


def _named(name: str, names: Mapping[str, str]) -> str:
    return names[name] if name.startswith("#") else name


WRITES: Mapping[str, Callable[[Mapping[str, Any]], Rows]] = {
    "Put": _of_item,
    "Update": _of_change,
    "Delete": _of_change,
    "ConditionCheck": _of_key,
}
"""The parts of a writing transaction."""
READERS: Mapping[str, Callable[[Mapping[str, Any]], Rows]] = {
    "GetItem": _of_key,
    "PutItem": _of_item,
    "UpdateItem": _of_change,
    "DeleteItem": _of_change,
    "BatchGetItem": _of_batch,
    "Query": _of_query,
    "TransactGetItems": _of_reads,
    "TransactWriteItems": _of_writes,
}
"""How each operation that a lane's role allows names its keys."""
