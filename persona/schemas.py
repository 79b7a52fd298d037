"""A JSON Schema as every model's server reads it."""

from functools import lru_cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pydantic import BaseModel


def whole(schema: dict[str, Any]) -> dict[str, Any]:
    """The schema with every definition in its place: not each model's server follows references.

    Titles, which only say a field's name again, are left out: each call of a model pays for them.
    """
    known: dict[str, Any] = schema.pop("$defs", {})

    def placed(part: Any) -> Any:
        if isinstance(part, list):
            return [placed(one) for one in part]
        if not isinstance(part, dict):
            return part
        fields: dict[str, Any] = {str(name): value for name, value in part.items()}
        named = fields.pop("$ref", "")
        found = {**known[named.rpartition("/")[2]], **fields} if named else fields
        is_said = ((name, value) for name, value in found.items() if not _is_title(name, value))
        return {name: placed(value) for name, value in is_said}

    return placed(schema)


def _is_title(name: str, value: Any) -> bool:
    """Whether it is the schema's own title, and no field that is called so."""
    return name == "title" and isinstance(value, str)


@lru_cache(maxsize=128)
def kinds(arguments: "type[BaseModel]") -> dict[str, str]:
    """The kind of every argument, as JSON Schema calls it; empty where it is of several."""
    known = whole(arguments.model_json_schema())["properties"]
    return {name: about.get("type", "") for name, about in known.items()}
