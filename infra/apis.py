"""Botocore's data, as far as a function can use it: our APIs, their operations that are called.

Plain JSON, since unpacking costs more than reading; without texts; endpoints of one partition.
"""

import gzip
import json
from collections.abc import Collection, Iterator
from functools import cache
from pathlib import Path
from typing import Any

from botocore import xform_name

PARTITION = "aws"
"""The AWS partition deployed to; others have endpoints of their own."""
DEFAULTS = "sdk-default-configuration.json"
TEXTS = ("documentation", "documentationUrl")
TEXTS_READ = ("clientContextParams",)
"""Where botocore insists on its texts."""


def api_data(
    data: Path, apis: Collection[str], words: Collection[str]
) -> Iterator[tuple[str, bytes]]:
    """The data of these APIs below botocore's folder `data`, as (path there, JSON).

    An operation stays when its method's name is one of `words`, all that the code says. Raises
    LookupError for an API that botocore does not know.
    """
    prefixes: set[str] = set()
    for api in sorted(apis):
        versions = sorted(path.name for path in (data / api).glob("*") if path.is_dir())
        if not versions:
            raise LookupError(f"botocore knows no {api}")
        for path in sorted((data / api / versions[-1]).iterdir()):
            name = path.name.removesuffix(".gz")
            if name.startswith("service-2."):
                model = _called(_read(path), words)
                prefixes.add(model.get("metadata", {}).get("endpointPrefix", ""))
            elif name.startswith("endpoint-rule-set"):
                model = _read(path)
            else:
                continue
            yield f"{api}/{versions[-1]}/{name}", _spell(_without_texts(model))
    yield "_retry.json", _spell(_read(data / "_retry.json"))
    yield DEFAULTS, _spell(_without_texts(_read(data / DEFAULTS)))
    yield "partitions.json", _spell(_ours(_read(data / "partitions.json"), "id"))
    endpoints = _ours(_read(data / "endpoints.json"), "partition")
    partitions = [
        {**one, "services": {name: of for name, of in one["services"].items() if name in prefixes}}
        for one in endpoints["partitions"]
    ]
    yield "endpoints.json", _spell({**endpoints, "partitions": partitions})


def _called(model: dict[str, Any], words: Collection[str]) -> dict[str, Any]:
    """The model with the operations that are called, and the shapes that these lead to."""
    if "operations" not in model:
        return model
    operations = {
        name: operation
        for name, operation in model["operations"].items()
        if xform_name(name) in words
    }
    shapes: dict[str, Any] = {}
    open_names = list(_shapes_in(operations))
    while open_names:
        name = open_names.pop()
        if name not in shapes:
            shapes[name] = model["shapes"][name]
            open_names += _shapes_in(shapes[name])
    return {**model, "operations": operations, "shapes": shapes}


def _shapes_in(told: Any) -> Iterator[str]:
    """The names by which a part of a model refers to shapes; a member may be called `shape` too."""
    match told:
        case dict():
            for name, value in told.items():
                if name == "shape" and isinstance(value, str):
                    yield value
                else:
                    yield from _shapes_in(value)
        case list():
            for one in told:
                yield from _shapes_in(one)
        case _:
            pass


def _ours(told: dict[str, Any], name: str) -> dict[str, Any]:
    return {**told, "partitions": [one for one in told["partitions"] if one[name] == PARTITION]}


@cache
def _read(path: Path) -> dict[str, Any]:
    raw = path.read_bytes()
    return json.loads(gzip.decompress(raw) if path.suffix == ".gz" else raw)


def _spell(told: Any) -> bytes:
    return json.dumps(told, separators=(",", ":"), ensure_ascii=False).encode()


def _without_texts(told: Any) -> Any:
    """Without documentation; a member that is itself called so is a mapping and stays."""
    match told:
        case dict():
            return {
                name: value if name in TEXTS_READ else _without_texts(value)
                for name, value in told.items()
                if not (name in TEXTS and isinstance(value, str))
            }
        case list():
            return [_without_texts(one) for one in told]
        case _:
            return told
