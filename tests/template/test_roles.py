"""The roles: bounded in every statement, one rule with the fence, and proven as they are now."""

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest

from infra.functions import deployed
from infra.iam import Allowed, Context, Role, may, policy, trust
from infra.npm import Package, check, locked
from infra.page import LOCK as PAGE_LOCK
from infra.page import SHIPS
from infra.proof.probes import BESIDE
from infra.proof.prove import RESULT, allowed, digest, policies
from infra.proof.simulator import LOCK
from infra.proof.stage import address
from infra.roles import HOMES, LANE, LEADING, lane_scope, on_rows, roles
from persona import catalog, ids
from persona.errors import Broken
from persona.keys import Scope
from tests.aws import TABLE
from tests.contract.test_fence import ANN, ATTACKS, LEGITIMATE
from tests.watch import asks

PROOF: dict[str, Any] = json.loads(RESULT.read_text())
EVERY = pytest.mark.parametrize("role", roles().values(), ids=roles())
MOST_POLICY = 10_240
"""Characters of all inline policies of a role, without white space."""


def test_the_proof_is_of_these_policies() -> None:
    assert PROOF["policies"] == digest(), "the roles changed: `make prove`, and look at the diff"
    assert PROOF["may"] == allowed()


def test_the_proof_has_no_surprise_and_finds_every_mutant() -> None:
    assert PROOF["surprises"] == 0
    assert PROOF["pairs"] > 10_000
    assert all(count > 0 for count in PROOF["mutants"].values())
    assert len(PROOF["mutants"]) >= 5


@EVERY
def test_no_statement_is_wider_than_its_words(role: Role) -> None:
    for said in role.allowed:
        assert said.actions
        assert not any("*" in action for action in said.actions)
        assert said.resources
        assert all(symbol.strip("*/") for symbol in said.resources)
        for operator, keys in said.when.items():
            values = [value for each in keys.values() for value in each]
            assert not ("Like" in operator and any("${" in value for value in values))
        if "table" in said.resources or "keys" in said.resources:
            assert said.when["Null"] == {LEADING: ("false",)}


@EVERY
def test_a_policy_fits_into_its_role(role: Role) -> None:
    spelled = json.dumps(policy(role, address), separators=(",", ":"))
    assert len(spelled) < MOST_POLICY
    assert len(json.dumps(trust(role, address))) < 2_048


def test_every_function_has_its_role_and_every_lane_worker_another() -> None:
    workers = {name for name, one in deployed().items() if lane_scope(one, "A", ["B"])}
    acting = {f"act-{one}" for one in catalog.functions()} & deployed().keys()
    assert acting - workers == {"act-link"}
    assert roles().keys() == {*deployed(), *(f"{name}-lane" for name in workers), *BESIDE}


def test_a_capability_has_its_declaration_and_nothing_of_anothers() -> None:
    for one in catalog.capabilities().values():
        if not one.function:
            continue
        said = roles()[f"act-{one.function}"].allowed
        secrets = {name for each in said for name in each.resources if name.startswith("secret/")}
        carrier = catalog.surfaces()[one.carried_by].secrets if one.carried_by else ()
        assert secrets <= {f"secret/{name}" for name in (*one.secrets, *carrier)}
        assert not any("lambda:" in action for each in said for action in each.actions)
        declared = {action for each in one.statements for action in each.actions}
        assert {a for each in said for a in each.actions if a[:3] == "s3:"} == declared


# One rule, held twice


WORKER = Role("worker", "turn", on_rows(Scope.of_turn(LANE, HOMES, ["sms"])))
TAGS = {f"aws:PrincipalTag/home{n}": home for n, home in enumerate(ANN.homes, 1)}
KNOWN: Context = {"aws:PrincipalTag/lane": ANN.lane, **TAGS}


def passes(role: Role, ask: tuple[str, dict[str, Any]]) -> bool:
    """Whether IAM would let a request through: every part of it, and there is one."""
    said, (method, params) = policy(role, address), ask
    operation = "".join(word.title() for word in method.split("_"))
    wanted = list(asks("dynamodb", operation, params))
    return bool(wanted) and all(
        may(said, action, address(symbol), {**KNOWN, **context})
        for action, symbol, context in wanted
    )


STRICTER = frozenset({"a partition of two kinds"})
"""Refused by the fence, and by DynamoDB itself before IAM has a say."""


def readable() -> Iterator[str]:
    for name, ask in ATTACKS.items():
        try:
            passes(WORKER, ask)
        except (AssertionError, AttributeError, KeyError, TypeError, ValueError):
            continue
        yield name


READABLE = sorted(set(readable()) - STRICTER)


def test_most_attacks_can_be_judged() -> None:
    assert len(READABLE) > len(ATTACKS) / 2


@pytest.mark.parametrize("name", READABLE)
def test_what_the_fence_refuses_iam_refuses(name: str) -> None:
    assert not passes(WORKER, ATTACKS[name])


@pytest.mark.parametrize("ask", LEGITIMATE.values(), ids=LEGITIMATE)
def test_what_the_fence_lets_pass_iam_lets_pass(ask: tuple[str, dict[str, Any]]) -> None:
    assert passes(WORKER, ask)


def test_a_role_without_its_guard_lets_an_attack_pass() -> None:
    bare = [Allowed(said.actions, said.resources) for said in WORKER.allowed]
    assert passes(Role("bare", "turn", tuple(bare)), ATTACKS["put elsewhere"])
    nobody = ("get_item", {"TableName": TABLE, "Key": {"partition": {"S": "LANE#"}}})
    assert not passes(WORKER, nobody)


def test_an_operator_that_is_not_known_is_no_permission() -> None:
    odd = Allowed(("s3:GetObject",), ("blobs/x",), {"StringNotLike": {"a": ("b",)}})
    with pytest.raises(Broken, match="StringNotLike"):
        may(policy(Role("odd", "lambda", (odd,)), address), "s3:GetObject", address("blobs/x"), {})


def test_an_id_is_as_long_as_a_lanes_role_demands() -> None:
    demanded = trust(roles()["turn-lane"], address)["Statement"][0]["Condition"]["StringLike"]
    assert demanded == {"aws:RequestTag/lane": ["?" * len(ids.spell(b"x" * 16))]}


# The simulator


def test_the_locks_of_npm_hold_hashes_and_no_address() -> None:
    assert {package.name for package in locked(LOCK)} >= {"@cloud-copilot/iam-simulate"}
    assert {package.name for package in locked(PAGE_LOCK)} == {*SHIPS}
    for package in [*locked(LOCK), *locked(PAGE_LOCK)]:
        assert re.fullmatch(r"\d+\.\d+\.\d+", package.version)
        assert re.fullmatch(r"sha512-[A-Za-z0-9+/]{86}==", package.hash)


def test_an_archive_that_is_not_the_locked_one_is_refused() -> None:
    good = Package("one", "1.0.0", "sha512-" + "A" * 86 + "==")
    with pytest.raises(Broken, match=r"one 1\.0\.0 is not what its lock knows"):
        check(b"another", good)


def test_every_policy_is_spelled_for_one_stage_and_no_other() -> None:
    for said in policies().values():
        for statement in said["Statement"]:
            if not {*statement["Action"]} <= ANSWERS:
                assert all(one.startswith("arn:aws:") for one in statement["Resource"])


ANSWERS = {"states:SendTaskHeartbeat", "states:SendTaskSuccess"}
"""AWS knows no resource for these: who may answer is who was given the token."""


def test_only_what_wakes_plans_answers_by_token_and_begins_by_the_alias_alone() -> None:
    said = [(name, one) for name, role in roles().items() for one in role.allowed]
    assert {name for name, one in said if ANSWERS & {*one.actions}} == {"plan"}
    begins = [(name, one) for name, one in said if "states:StartExecution" in one.actions]
    assert [(name, [*one.when.values()]) for name, one in begins] == [
        ("plan", [{"states:StateMachineQualifier": ("live",)}])
    ]
    asks = [(name, one) for name, one in said if "function/plan:live" in one.resources]
    assert [(name, one.actions) for name, one in asks] == [("plans", ("lambda:InvokeFunction",))]
