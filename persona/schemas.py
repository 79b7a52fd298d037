"""A JSON Schema as every model's server reads it."""

from typing import Any


def whole(schema: dict[str, Any]) -> dict[str, Any]:
    """The schema with every definition in its place: not each model's server follows references."""
    known: dict[str, Any] = schema.pop("$defs", {})

    def placed(part: Any) -> Any:
        if isinstance(part, list):
            return [placed(one) for one in part]
        if not isinstance(part, dict):
            return part
        fields: dict[str, Any] = {str(name): value for name, value in part.items()}
        named = fields.pop("$ref", "")
        found = {**known[named.rpartition("/")[2]], **fields} if named else fields
        return {name: placed(value) for name, value in found.items()}

    return placed(schema)
