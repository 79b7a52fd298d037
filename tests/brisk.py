"""moto without what it works out anew for each request: each of these answers as moto's own does.

A story on AWS is hundreds of requests, and much of their time went here: into names spelled anew,
sizes summed anew, shapes asked anew of what kind they are.
"""

import base64
import pickle
import re
from collections.abc import Mapping
from functools import cache
from typing import Any

import moto.backends
import moto.core.botocore_stubber
import moto.core.responses
import moto.dynamodb.models
import moto.dynamodb.models.dynamo_type
import moto.dynamodb.parsing.validators
import moto.sqs.models
from moto.core.parse import BaseJSONParser, default_blob_parser
from moto.core.serialize import BaseJSONSerializer
from moto.dynamodb.exceptions import ItemSizeTooLarge
from moto.dynamodb.models.dynamo_type import DynamoType, LimitedSizeDict
from moto.dynamodb.parsing.ast_nodes import DepthFirstTraverser
from moto.dynamodb.parsing.executors import UpdateExpressionExecutor
from moto.dynamodb.parsing.expressions import UpdateExpressionParser
from moto.dynamodb.parsing.validators import UpdateExpressionValidator

responses: Any = moto.core.responses
sqs: Any = moto.sqs.models
backends: Any = moto.backends
stubber: Any = moto.core.botocore_stubber
dynamodb: Any = moto.dynamodb.models
validators: Any = moto.dynamodb.parsing.validators
types: Any = moto.dynamodb.models.dynamo_type
OFTEN = ("dynamodb", "sqs", "kms", "s3", "sts", "ssm", "scheduler", "stepfunctions")
"""Services whose addresses are looked at first."""
ROW_BYTES = 405_000
"""Where moto draws the line."""
SET = re.compile(r"SET #\w+ = :\w+(?:, #\w+ = :\w+)*")
PAIR = re.compile(r"(#\w+) = (:\w+)")
_read_slowly: Any = UpdateExpressionParser.make
_cast_slowly: Any = types.DynamoType.cast_value.fget
_parse_slowly: Any = BaseJSONParser._parse_structure
_fill_slowly: Any = types.Item.__init__
_weigh_slowly: Any = types.Item.size
_processed_slowly: Any = DepthFirstTraverser.nodes_to_be_processed
_serialize_slowly: Any = BaseJSONSerializer._serialize_type_structure


def hasten() -> None:
    """Once a process."""
    responses.method_names_from_class = cache(responses.method_names_from_class)
    responses.camelcase_to_underscores = cache(responses.camelcase_to_underscores)
    responses.gen_amzn_requestid_long = _name_request
    sqs.camelcase_to_underscores = cache(sqs.camelcase_to_underscores)
    backends._import_backend = cache(backends._import_backend)
    stubber.backend_index.backend_url_patterns.sort(key=lambda known: known[0] not in OFTEN)
    validators.deepcopy = _copied
    UpdateExpressionParser.make = staticmethod(_read)
    dynamodb.UpdateExpressionValidator, dynamodb.UpdateExpressionExecutor = Setting, Setter
    DepthFirstTraverser.nodes_to_be_processed = _processed
    types.DynamoType.cast_value = property(_cast)
    types.Item.__init__ = _fill
    types.Item.__deepcopy__ = _as_it_was
    types.Item.size = _weigh
    BaseJSONParser._parse_structure = _parse
    BaseJSONSerializer._serialize_type_structure = _serialize


def _name_request(headers: dict[str, Any] | None = None) -> str:
    """A request's id, which nobody asks for again."""
    name = "Q" * 52
    if headers is not None:
        headers["x-amzn-requestid"] = name
    return name


def _cast(self: Any) -> Any:
    """A row's value; most are texts, of which moto asks first whether they are numbers."""
    return self.value if self.type == "S" else _cast_slowly(self)


def _copied(tree: Any) -> Any:
    return pickle.loads(pickle.dumps(tree, pickle.HIGHEST_PROTOCOL))


@cache
def _read(expression: str) -> Any:
    """An update as moto parses it, with the pairs of one that only sets fields to values."""
    read = _read_slowly(expression)
    read.pairs = PAIR.findall(expression) if SET.fullmatch(expression) else []
    return read


class Setting(UpdateExpressionValidator):
    """Fields set to values, as they stand; moto walks ten times through what it parsed."""

    def __init__(self, expression: Any, *, table: Any, **more: Any) -> None:
        names = more["expression_attribute_names"]
        values = more["expression_attribute_values"]
        pairs = expression.pairs
        self.fields = {names[name]: DynamoType(values[value]) for name, value in pairs}
        is_plain = len(self.fields) == len(pairs)
        if not is_plain or self.fields.keys() & set(table.table_key_attrs):
            self.fields = {}
        if not self.fields:
            super().__init__(expression, table=table, **more)

    def validate(self) -> Any:
        return self if self.fields else super().validate()

    def normalize(self) -> None:
        """In the order in which they were written."""


class Setter(UpdateExpressionExecutor):
    def execute(self, node: Any = None) -> None:
        if not isinstance(self.update_ast, Setting):
            super().execute(node)
            return
        item: Any = self.item
        before = dict(item.attrs)
        dict.update(item.attrs, self.update_ast.fields)
        if item.size() > ROW_BYTES:
            item.attrs.clear()
            dict.update(item.attrs, before)
            raise ItemSizeTooLarge


def _processed(self: Any) -> Any:
    """The kinds of nodes that one pass over an update looks at, the same at each of them."""
    if "kinds" not in vars(self):
        self.kinds = _processed_slowly(self)
    return self.kinds


def _fill(self: Any, hash_key: Any, range_key: Any, attrs: Mapping[str, Any]) -> None:
    """A row of these values, weighed once and not with each of them."""
    self.hash_key, self.range_key = hash_key, range_key
    self.attrs = LimitedSizeDict()
    dict.update(self.attrs, {name: DynamoType(value) for name, value in attrs.items()})
    if self.size() > ROW_BYTES:
        raise ItemSizeTooLarge


def _as_it_was(self: Any, memo: Any) -> Any:
    """A copy that later changes of this row do not reach: its values are replaced, never changed."""
    kept: Any = types.Item.__new__(types.Item)
    kept.hash_key, kept.range_key, kept.attrs = self.hash_key, self.range_key, LimitedSizeDict()
    dict.update(kept.attrs, self.attrs)
    return kept


def _weigh(self: Any) -> int:
    """A row's bytes; what is plain letters is as long as it reads."""
    return sum(_length(name) + _weight(held) for name, held in self.attrs.items())


def _weight(held: Any) -> int:
    value = held.value
    if type(value) is bytes:
        return len(value)
    return _length(value) if type(value) is str else held.size()


def _length(text: str) -> int:
    return len(text) if text.isascii() else len(text.encode())


def _parse(self: Any, shape: Any, value: Any) -> Any:
    """A row's value as it stands; moto tries each of its ten kinds."""
    if shape.name != "AttributeValue":
        return _parse_slowly(self, shape, value)
    return _unwired(value)


def _unwired(value: Mapping[str, Any]) -> dict[str, Any]:
    ((kind, held),) = value.items()
    match kind:
        case "B":
            return {kind: default_blob_parser(held)}
        case "L":
            return {kind: [_unwired(one) for one in held]}
        case "M":
            return {kind: {name: _unwired(one) for name, one in held.items()}}
        case _:
            return {kind: held}


def _serialize(self: Any, serialized: Any, value: Any, shape: Any, key: str) -> None:
    """A row's value as it stands; moto tries every name of each of its ten kinds."""
    if shape.name == "AttributeValue":
        serialized[key] = _wired(value)
    else:
        _serialize_slowly(self, serialized, value, shape, key)


def _wired(value: Any) -> dict[str, Any]:
    kind, held = (
        (value.type, value.value) if isinstance(value, DynamoType) else next(iter(value.items()))
    )
    match kind:
        case "B":
            return {kind: base64.b64encode(held).decode() if isinstance(held, bytes) else held}
        case "L":
            return {kind: [_wired(one) for one in held]}
        case "M":
            return {kind: {name: _wired(one) for name, one in held.items()}}
        case _:
            return {kind: held}
