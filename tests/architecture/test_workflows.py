"""The workflows call what is there, may no more than they need, and run nobody's code by a moving name."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from hub.deploy import ALSO, secret_names
from infra.template.settings import SETTINGS

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / ".github/workflows"
WORKFLOWS = sorted(path.name for path in FOLDER.glob("*.yml"))
PINNED = re.compile(r"^[\w-]+/[\w-]+@[0-9a-f]{40}$")
EVERY = pytest.mark.parametrize("name", WORKFLOWS)


def read(name: str) -> dict[str, Any]:
    return yaml.safe_load((FOLDER / name).read_text())


def steps(name: str) -> list[dict[str, Any]]:
    return [step for job in read(name)["jobs"].values() for step in job["steps"]]


def targets() -> set[str]:
    return set(re.findall(r"^([a-z-]+):(?!=)", (ROOT / "Makefile").read_text(), re.MULTILINE))


def test_there_is_one_to_test_and_one_to_deploy() -> None:
    assert WORKFLOWS == ["ci.yml", "deploy.yml"]


@EVERY
def test_what_it_runs_is_a_target_of_make(name: str) -> None:
    run = [step["run"].split() for step in steps(name) if "run" in step]
    assert run
    assert all(words[0] == "make" and words[1] in targets() for words in run)


@EVERY
def test_what_others_wrote_is_held_to_a_commit(name: str) -> None:
    used = [step["uses"] for step in steps(name) if "uses" in step]
    assert used
    assert all(PINNED.match(one) for one in used)
    text = (FOLDER / name).read_text()
    assert all(re.search(rf"{one} # v\d", text) for one in used)


@EVERY
def test_it_may_no_more_than_it_needs(name: str) -> None:
    whole = read(name)
    assert whole["permissions"] == ({"contents": "read"} if name == "ci.yml" else {})
    allowed = [job.get("permissions", {}) for job in whole["jobs"].values()]
    needed = {"contents": "read", "id-token": "write"}
    assert allowed == [{} if name == "ci.yml" else needed]
    checkout = next(
        one for one in steps(name) if one.get("uses", "").startswith("actions/checkout")
    )
    assert checkout["with"]["persist-credentials"] is False
    assert all("timeout-minutes" in job for job in whole["jobs"].values())


def test_nothing_that_somebody_typed_is_read_as_a_command() -> None:
    assert all("${{" not in step.get("run", "") for name in WORKFLOWS for step in steps(name))


def test_the_deployment_is_told_by_the_names_that_it_reads() -> None:
    (told,) = [step["env"] for step in steps("deploy.yml") if "env" in step]
    named = {*SETTINGS, *ALSO.values(), *secret_names(), "STAGE"}
    assert told.keys() <= named
    for name, value in told.items():
        assert ("secrets." in value) == (name in secret_names())
    assert "aws_secret" not in (FOLDER / "deploy.yml").read_text().lower()


# Who may deploy


class Reads(yaml.SafeLoader):
    """CloudFormation's short forms as the long ones."""


def _long(loader: yaml.SafeLoader, suffix: str, node: yaml.Node) -> dict[str, Any]:
    name = suffix if suffix in ("Ref", "Condition") else f"Fn::{suffix}"
    if isinstance(node, yaml.SequenceNode):
        return {name: loader.construct_sequence(node, deep=True)}
    assert isinstance(node, yaml.ScalarNode)
    return {name: loader.construct_scalar(node)}


Reads.add_multi_constructor("!", _long)


def deployer() -> dict[str, Any]:
    text = (ROOT / ".github/deployer.yaml").read_text()
    return yaml.load(text, Reads)["Resources"]["Deployer"]["Properties"]


def test_only_the_stages_own_environment_takes_the_role() -> None:
    (said,) = deployer()["AssumeRolePolicyDocument"]["Statement"]
    (operator,) = said["Condition"]
    assert operator == "StringEquals"
    sub = said["Condition"][operator]["token.actions.githubusercontent.com:sub"]
    assert sub == {"Fn::Sub": "repo:${Repository}:environment:${Stage}"}


def test_it_reaches_only_what_bears_the_stages_name_where_aws_takes_names() -> None:
    for said in deployer()["Policies"][0]["PolicyDocument"]["Statement"]:
        wide = (
            any("*" in one for one in said["Action"]) if isinstance(said["Action"], list) else True
        )
        if said["Resource"] == "*":
            assert not wide
            assert said["Sid"] in ("Key", "Unnamed")
        elif said["Sid"] not in ("Apis", "CodeBucket"):
            places = said["Resource"] if isinstance(said["Resource"], list) else [said["Resource"]]
            assert all("${Stage}" in json.dumps(one) for one in places)
