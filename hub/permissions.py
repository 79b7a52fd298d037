"""What a template lets each role do, and what a change of it adds and takes away, in words."""

import json
from collections.abc import Iterator, Mapping
from typing import Any


def permission_changes(
    before: Mapping[str, set[str]], after: Mapping[str, set[str]]
) -> Iterator[str]:
    """What each role would be allowed that it was not, and no longer what it was."""
    for role in sorted(before.keys() | after.keys()):
        old, new = before.get(role, set[str]()), after.get(role, set[str]())
        yield from (f"+ {role} may {said}" for said in sorted(new - old))
        yield from (f"- {role} may no longer {said}" for said in sorted(old - new))


def said_by(template: Mapping[str, Any]) -> dict[str, set[str]]:
    """Each role's statements in a line each."""
    found: dict[str, set[str]] = {}
    for name, one in template["Resources"].items():
        if one["Type"] == "AWS::IAM::Role":
            document = one["Properties"]["Policies"][0]["PolicyDocument"]
            found[name.removesuffix("Role")] = {_line(said) for said in document["Statement"]}
    return found


def _line(said: Mapping[str, Any]) -> str:
    statement = said["Fn::If"][1] if "Fn::If" in said else said
    where = statement["Resource"]
    places = ", ".join(map(_short, where)) if isinstance(where, list) else _short(where)
    when = f", where {json.dumps(statement['Condition'])}" if "Condition" in statement else ""
    return f"{', '.join(statement['Action'])} on {places}{when}"


def _short(arn: Any) -> str:
    """An address without what all of a stage's share."""
    told: Any = next(iter(arn.values())) if isinstance(arn, dict) else arn
    text = told[0] if isinstance(told, list) else told
    return text.rpartition("${AWS::AccountId}:")[2] if "${AWS::AccountId}:" in text else text
