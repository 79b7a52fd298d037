"""IAM, as far as our own policies use it: statements as data, spelled as policies, and judged.

`may` judges what these statements allow, so that tests can ask it at every request that a story
makes. It knows the few operators below and raises for any other; `make prove` holds each of its
verdicts against a simulator of the whole of IAM.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Any

from persona.errors import Broken

VERSION = "2012-10-17"
VARIABLE = re.compile(r"\$\{(?P<name>[^},]+)(?:, '(?P<instead>[^']*)')?\}")
Conditions = Mapping[str, Mapping[str, tuple[str, ...]]]
"""Operator, context key, values: a request fits when every key of every operator does."""
Context = Mapping[str, str | Sequence[str]]
"""What is known of a request beside its action and resource, by context key."""


@dataclass(frozen=True, slots=True)
class Allowed:
    """One statement: these actions, on these resources by symbol, where the conditions hold.

    A symbol is what a stage gives an address: `table`, `secret/SLACK_BOT_TOKEN`,
    `blobs/documents/*`.
    """

    actions: tuple[str, ...]
    resources: tuple[str, ...]
    when: Conditions = field(default_factory=dict[str, Mapping[str, tuple[str, ...]]])


@dataclass(frozen=True, slots=True)
class Role:
    """What a function or its worker may do, and who may take the role.

    `trusted` is a service of AWS (`lambda`), or the role that takes this one for one lane, with
    the session tags `tags`, of which the first must be there.
    """

    name: str
    trusted: str
    allowed: tuple[Allowed, ...]
    tags: tuple[str, ...] = ()


Resolve = Callable[[str], Any]
"""Gives a symbol its address: an ARN, or what a template has in its place."""


def policy(role: Role, resolve: Resolve) -> dict[str, Any]:
    """The role's permissions, as IAM takes them."""
    return {"Version": VERSION, "Statement": [_spelled(one, resolve) for one in role.allowed]}


def _spelled(one: Allowed, resolve: Resolve) -> dict[str, Any]:
    said: dict[str, Any] = {
        "Effect": "Allow",
        "Action": list(one.actions),
        "Resource": [resolve(symbol) for symbol in one.resources],
    }
    if one.when:
        said["Condition"] = {
            operator: {key: list(values) for key, values in keys.items()}
            for operator, keys in one.when.items()
        }
    return said


def trust(role: Role, resolve: Resolve) -> dict[str, Any]:
    """Who may take the role. For a lane's: one other role, with exactly these tags."""
    if not role.tags:
        taker = {"Service": f"{role.trusted}.amazonaws.com"}
        said = {"Effect": "Allow", "Principal": taker, "Action": ["sts:AssumeRole"]}
        return {"Version": VERSION, "Statement": [said]}
    first = f"aws:RequestTag/{role.tags[0]}"
    said = {
        "Effect": "Allow",
        "Principal": {"AWS": resolve(f"role/{role.trusted}")},
        "Action": ["sts:AssumeRole", "sts:TagSession"],
        "Condition": {
            "StringLike": {first: ["?" * ID_LENGTH]},
            "ForAllValues:StringEquals": {"aws:TagKeys": list(role.tags)},
        },
    }
    return {"Version": VERSION, "Statement": [said]}


ID_LENGTH = 26
"""Characters of a lane's or home's id; see `persona/ids.py`."""


def may(said: Mapping[str, Any], action: str, resource: str, context: Context) -> bool:
    """Whether a policy allows this. Raises Broken for an operator that it does not know."""
    return any(
        action in one["Action"]
        and any(fnmatchcase(resource, pattern) for pattern in one["Resource"])
        and _holds(one.get("Condition", {}), context)
        for one in said["Statement"]
    )


def _holds(conditions: Mapping[str, Mapping[str, Sequence[str]]], context: Context) -> bool:
    return all(
        _fits(operator, _filled(values, context), context.get(key))
        for operator, keys in conditions.items()
        for key, values in keys.items()
    )


def _filled(values: Iterable[str], context: Context) -> list[str]:
    """The values with their variables replaced; one that names nothing known can be met by nothing."""
    filled: list[str] = []
    for value in values:
        missing: list[str] = []

        def put(found: re.Match[str], missing: list[str] = missing) -> str:
            known = context.get(found["name"], found["instead"])
            missing += [] if isinstance(known, str) else [found["name"]]
            return str(known)

        made = VARIABLE.sub(put, value)
        filled += [] if missing else [made]
    return filled


def _fits(operator: str, values: Sequence[str], found: str | Sequence[str] | None) -> bool:
    there = [found] if isinstance(found, str) else list(found or ())
    match operator:
        case "Null":
            return values == [str(not there).lower()]
        case "StringEquals":
            return len(there) == 1 and there[0] in values
        case "StringLike":
            return len(there) == 1 and _is_like(there[0], values)
        case "ForAllValues:StringEquals":
            return all(one in values for one in there)
        case "ForAnyValue:StringEquals":
            return any(one in values for one in there)
        case "ForAllValues:StringLike":
            return all(_is_like(one, values) for one in there)
        case _:
            raise Broken(f"{operator} is not among the conditions that are used here")


def _is_like(one: str, values: Iterable[str]) -> bool:
    """`*` and `?` alone stand for others; brackets mean themselves."""
    return any(fnmatchcase(one, value.replace("[", "[[]")) for value in values)
