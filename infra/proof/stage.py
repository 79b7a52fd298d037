"""A stage that is nowhere: what the template's roles and addresses are there, so that they can be judged."""

from functools import cache
from typing import Any

from troposphere import encode_to_dict

from infra.template import stage as template_stage
from infra.template.resolve import Stage
from infra.template.write import template

REGION, ACCOUNT = "eu-west-1", "123456789012"
PREFIX = "hub-proof-"
KNOWN = {
    "AWS::Partition": "aws",
    "AWS::Region": REGION,
    "AWS::AccountId": ACCOUNT,
    "Stage": "proof",
    "ModelArns": [f"arn:aws:bedrock:{REGION}::foundation-model/hub.model"],
    "BedrockGuardrail": "hubguardrail:1",
    "Master.Arn": f"arn:aws:kms:{REGION}:{ACCOUNT}:key/11111111-1111-1111-1111-111111111111",
    "Sockets": "hubsockets",
}
"""What this stage was told, and what AWS would call what has no name of its own."""


@cache
def stage() -> Stage:
    """Resolves any part of the template here."""
    return Stage(template(), KNOWN)


@cache
def address(symbol: str) -> str:
    """The ARN of a symbol. Raises KeyError for one that the template gives no address."""
    found = stage().resolve(encode_to_dict(template_stage.address(symbol)))
    return found if isinstance(found, str) else found[0]


def session(role: str) -> str:
    """Who asks when a function asks in this role."""
    return f"arn:aws:sts::{ACCOUNT}:assumed-role/{PREFIX}{role}/one"


@cache
def policies() -> dict[str, dict[str, Any]]:
    """Every role's permissions by its name, as the template says them."""
    return {name: one["Policies"][0]["PolicyDocument"] for name, one in _roles().items()}


@cache
def trusts() -> dict[str, dict[str, Any]]:
    """Who may take which role, as the template says it."""
    return {name: one["AssumeRolePolicyDocument"] for name, one in _roles().items()}


def key_policy() -> dict[str, Any]:
    """What the key that wraps keys leaves to the roles."""
    return stage().resolve(template()["Resources"]["Master"]["Properties"]["KeyPolicy"])


def _roles() -> dict[str, dict[str, Any]]:
    found = [one for one in template()["Resources"].values() if one["Type"] == "AWS::IAM::Role"]
    resolved = [stage().resolve(one["Properties"]) for one in found]
    return {one["RoleName"].removeprefix(PREFIX): one for one in resolved}
