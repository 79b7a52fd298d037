"""The template as the tests read it: its resources by type, and what it says on a stage."""

from typing import Any

from infra.proof.stage import ACCOUNT, KNOWN, REGION
from infra.template.resolve import Stage
from infra.template.stage import logical
from infra.template.write import template

LONGEST = "abcdefghijkl"
"""A stage's name is twelve characters at most."""
REFERRED = {
    "AWS::URLSuffix": "amazonaws.com",
    "Table": "hub-proof",
    "KeysTable": "hub-proof-keys",
    "Blobs": "hub-proof-blobs",
    "Lanes": f"https://sqs.{REGION}.amazonaws.com/{ACCOUNT}/hub-proof-lanes.fifo",
    "Doors": "hubdoors",
    "Schedules": "hub-proof",
    "HasSlack": "yes",
    "HasSms": "yes",
}


def stage(**told: Any) -> Stage:
    """A stage with these parameters."""
    return Stage(template(), {**KNOWN, **REFERRED, **told})


def of_type(kind: str) -> dict[str, dict[str, Any]]:
    """The properties of all resources of a kind, by name."""
    return {
        n: one["Properties"] for n, one in template()["Resources"].items() if one["Type"] == kind
    }


def environment(function: str, **told: Any) -> dict[str, str]:
    """What a function is told on a stage, and by Lambda itself."""
    said = of_type("AWS::Lambda::Function")[logical(function)]["Environment"]["Variables"]
    return {"AWS_REGION": REGION, **stage(**told).resolve(said)}
