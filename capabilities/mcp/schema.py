"""A server's schema, closed: what it does not name does not fit, whatever the server would take."""

import json
from collections.abc import Mapping
from typing import Any, ClassVar

from pydantic import BaseModel, RootModel, model_validator

from persona.declare import Destination

MOST_CHARACTERS = 32_000
DEEPEST = 20
OPEN = frozenset(
    "allOf not if then else dependentSchemas dependentRequired patternProperties propertyNames "
    "unevaluatedProperties unevaluatedItems $dynamicRef $dynamicAnchor $recursiveRef $id".split()
)
"""What cannot be closed without changing what it means, or leads outside."""
UNUSED = frozenset({"pattern", "format", "$schema", "examples", "default"})
"""Not ours to check: another's pattern could keep us busy for ever, and the server looks again."""


def close(schema: Any, depth: int = 0) -> Any:
    """The schema without additional properties anywhere. Raises ValueError where it cannot be."""
    if depth > DEEPEST:
        raise ValueError("it is nested too deeply")
    if not isinstance(schema, dict):
        return schema
    closed: dict[str, Any] = {}
    for word, value in schema.items():
        if word in OPEN:
            raise ValueError(f"{word} cannot be closed")
        if word == "$ref" and not str(value).startswith("#/"):
            raise ValueError("it refers to something outside")
        if word not in UNUSED:
            closed[word] = _close_part(word, value, depth + 1)
    if closed.get("type") == "object" or "properties" in closed:
        free = closed.get("additionalProperties")
        closed["additionalProperties"] = free if isinstance(free, dict) else False
    return closed


def _close_part(word: str, value: Any, depth: int) -> Any:
    if word in ("properties", "$defs", "definitions"):
        return {name: close(inner, depth) for name, inner in value.items()}
    if word in ("anyOf", "oneOf", "prefixItems"):
        return [close(inner, depth) for inner in value]
    if word in ("items", "additionalProperties", "contains"):
        return close(value, depth)
    return value


def offered(schema: Mapping[str, Any]) -> dict[str, Any]:
    """The closed schema of all arguments, every one described. Raises ValueError."""
    from jsonschema import Draft202012Validator
    from jsonschema.exceptions import SchemaError

    closed = close({"properties": {}, **schema, "type": "object", "additionalProperties": False})
    closed["additionalProperties"] = False
    for name, field in closed["properties"].items():
        if isinstance(field, dict):
            field.setdefault("description", f"What the server calls {name}.")
        else:
            closed["properties"][name] = {"description": f"What the server calls {name}."}
    try:
        Draft202012Validator.check_schema(closed)
    except SchemaError as error:
        raise ValueError(f"it is no JSON Schema: {error.message[:200]}") from error
    return closed


class Pinned(RootModel[dict[str, Any]]):
    """Arguments by a closed schema, destinations in their one spelling."""

    closed: ClassVar[dict[str, Any]] = {}
    dest: ClassVar[Mapping[str, Destination]] = {}

    @model_validator(mode="before")
    @classmethod
    def _fits(cls, given: Any) -> Any:
        if not isinstance(given, dict):
            raise ValueError("arguments have names")  # noqa: TRY004 pydantic's own protocol
        if len(json.dumps(given, allow_nan=False)) > MOST_CHARACTERS:
            raise ValueError("that is too much")
        one_spelling = {name: cls._spell(name, value) for name, value in given.items()}
        _check(cls.closed, one_spelling)
        return one_spelling

    @classmethod
    def _spell(cls, name: str, value: Any) -> Any:
        if name not in cls.dest:
            return value
        read = cls.dest[name].read
        return [read(str(one)) for one in value] if isinstance(value, list) else read(str(value))

    @classmethod
    def model_json_schema(cls, *args: Any, **options: Any) -> dict[str, Any]:  # noqa: ARG003 pydantic's
        return cls.closed


def _check(closed: Mapping[str, Any], given: Mapping[str, Any]) -> None:
    from jsonschema import Draft202012Validator
    from referencing import Registry

    found = Draft202012Validator(closed, registry=Registry()).iter_errors(given)
    wrong = [f"{'.'.join(map(str, one.path)) or 'all'}: {one.message[:200]}" for one in found]
    if wrong:
        raise ValueError("; ".join(wrong[:5]))


def arguments_of(schema: Mapping[str, Any], dest: Mapping[str, Destination]) -> type[BaseModel]:
    """A model of the arguments that fit. Raises ValueError for a schema that cannot be closed."""
    closed = offered(schema)
    unknown = sorted(dest.keys() - closed["properties"].keys())
    if unknown:
        raise ValueError(f"it has no argument {unknown[0]}")
    return type("Arguments", (Pinned,), {"closed": closed, "dest": dest})
