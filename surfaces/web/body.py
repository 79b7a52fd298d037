"""A request's JSON body, as an object with exactly the fields that are expected."""

import json
from typing import Any

from persona.declare import Request
from persona.errors import Rejected


def read(request: Request, most: int, **fields: type) -> dict[str, Any]:
    """The fields by name. Raises Rejected naming what is wrong; `most` is in bytes."""
    if len(request.body) > most:
        raise Rejected("this is too long", "too large")
    if not request.header("content-type").lower().startswith("application/json"):
        raise Rejected("send application/json")
    try:
        body: Any = json.loads(request.body)
    except (ValueError, RecursionError) as error:
        raise Rejected("this is not JSON") from error
    named = " and ".join(fields) or "nothing"
    if not isinstance(body, dict) or set(body) != set(fields):  # pyright: ignore[reportUnknownArgumentType]
        raise Rejected(f"send an object with {named}, and nothing else")
    for name, kind in fields.items():
        if type(body[name]) is not kind:  # pyright: ignore[reportUnknownArgumentType]
            raise Rejected(f"{name} is not what it should be")
    return body  # pyright: ignore[reportUnknownVariableType]
