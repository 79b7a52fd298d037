"""`make prove`: asks the simulator about every role, and writes what it said with the policies' hash.

Where a role may do more or less than is declared, nothing is written. Mutants of the policies
show that such a thing would be found.
"""

import hashlib
import json
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from rich.console import Console

from infra.iam import may
from infra.proof.probes import ALWAYS, Probe, probes
from infra.proof.simulator import Verdict, judge
from infra.proof.stage import key_policy, policies, trusts
from infra.roles import LEADING, roles

RESULT = Path(__file__).with_name("proof.json")
MUTATED = ("act-send_email-lane", "turn-lane", "act-save_document")
"""Roles whose policies are spoilt: a capability's, a lane's, one with blobs and keys."""
Policies = Mapping[str, dict[str, Any]]


def digest() -> str:
    """What the proof speaks of: all permissions, who may take which role, and the key's own policy."""
    said = json.dumps([policies(), trusts(), key_policy()], sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(said.encode()).hexdigest()


def surprises(asked: Iterable[Probe], verdicts: Iterable[Verdict]) -> list[str]:
    """Where what is allowed is not what is declared, in words."""
    return [
        f"{probe.role}, {probe.why}, {probe.resource}: "
        f"more {sorted(said.allowed - probe.expected)}, less {sorted(probe.expected - said.allowed)}"
        for probe, said in zip(asked, verdicts, strict=True)
        if said.allowed != probe.expected
    ]


def disagreements(asked: Iterable[Probe], verdicts: Iterable[Verdict]) -> list[str]:
    """Where `infra.iam.may`, which judges the stories, says anything else than the simulator."""
    known = policies()
    return [
        f"{probe.role}: {action} on {probe.resource}"
        for probe, said in zip(asked, verdicts, strict=True)
        for action in _named(probe, said)
        if may(known[probe.role], action, probe.resource, probe.context) != (action in said.allowed)
        and probe.why != "taking it"
    ]


def _named(probe: Probe, said: Verdict) -> set[str]:
    named = {one for one in probe.actions if not one.endswith(":*")}
    return {*named, *said.allowed} - ALWAYS


def idle(asked: Iterable[Probe], verdicts: Iterable[Verdict]) -> list[str]:
    """What a role declares and no probe was allowed: an action that fits none of its resources."""
    found = {(probe.role, action) for probe, said in zip(asked, verdicts, strict=True)
             for action in said.allowed}  # fmt: skip
    declared = {(role.name, action) for role in roles().values()
                for said in role.allowed for action in said.actions}  # fmt: skip
    return [f"{role}: {action} fits nothing" for role, action in sorted(declared - found)]


# Spoilt policies


def _without_null(said: dict[str, Any]) -> None:
    said.get("Condition", {}).pop("Null", None)


def _like(said: dict[str, Any]) -> None:
    """A pattern behind a variable. (What stands in a tag the simulator reads word for word.)"""
    conditions = said.get("Condition", {})
    exact = conditions.pop("ForAllValues:StringEquals", {})
    for key, values in exact.items():
        patterns = {key: [f"{value}*" for value in values]}
        conditions["ForAllValues:StringLike"] = patterns


def _any_action(said: dict[str, Any]) -> None:
    said["Action"] = ["*"]


def _any_resource(said: dict[str, Any]) -> None:
    said["Resource"] = ["*"]


def _no_condition(said: dict[str, Any]) -> None:
    said.pop("Condition", None)


def _any_key(said: dict[str, Any]) -> None:
    for keys in said.get("Condition", {}).values():
        if LEADING in keys and keys[LEADING] != ["false"]:
            keys[LEADING] = ["*"]
            said["Condition"] = {
                "ForAllValues:StringLike": keys, "Null": {LEADING: ["false"]}
            }  # fmt: skip
            return


def _one_less(said: dict[str, Any]) -> None:
    said["Action"] = said["Action"][1:] or ["s3:GetBucketAcl"]


MUTANTS: Mapping[str, Callable[[dict[str, Any]], None]] = {
    "no Null guard": _without_null,
    "StringLike with a variable": _like,
    "any action": _any_action,
    "any resource": _any_resource,
    "no condition": _no_condition,
    "any key": _any_key,
    "an action missing": _one_less,
}


def mutant(spoil: Callable[[dict[str, Any]], None]) -> Policies:
    """The policies of a few roles, each statement spoilt."""
    made: dict[str, dict[str, Any]] = json.loads(json.dumps(policies()))
    for name in MUTATED:
        for said in made[name]["Statement"]:
            spoil(said)
    return made


def prove() -> dict[str, Any]:
    """The result as it is kept; raises SystemExit with the surprises, where there are any."""
    asked = probes()
    verdicts = judge(policies(), [probe.ask for probe in asked])
    wrong = surprises(asked, verdicts) + disagreements(asked, verdicts) + idle(asked, verdicts)
    if wrong:
        sys.exit("\n".join([*wrong[:40], f"{len(wrong)} surprises"]))
    some = [probe for probe in asked if probe.role in MUTATED]
    found = {name: _caught(spoil, some) for name, spoil in MUTANTS.items()}
    missed = [name for name, count in found.items() if not count]
    if missed:
        sys.exit(f"not found: {', '.join(missed)}")
    return {
        "policies": digest(),
        "roles": len(roles()),
        "pairs": sum(said.asked for said in verdicts),
        "allowed": sum(len(said.allowed) for said in verdicts),
        "surprises": 0,
        "mutants": found,
        "may": allowed(),
    }


def _caught(spoil: Callable[[dict[str, Any]], None], asked: Sequence[Probe]) -> int:
    """How many probes a spoilt policy answers otherwise than declared."""
    return len(surprises(asked, judge(mutant(spoil), [probe.ask for probe in asked])))


def allowed() -> dict[str, list[str]]:
    """Each role's statements in a line each, so that a review sees what changed."""
    return {
        name: [f"{' '.join(said.actions)} on {' '.join(said.resources)}{_when(said.when)}"
               for said in role.allowed]
        for name, role in roles().items()
    }  # fmt: skip


def _when(conditions: Mapping[str, Mapping[str, tuple[str, ...]]]) -> str:
    told = [
        f"{key} is {' or '.join(values)}"
        for operator, keys in conditions.items() if operator != "Null"
        for key, values in keys.items()
    ]  # fmt: skip
    return f", where {', '.join(told)}" if told else ""


def main() -> None:
    result = prove()
    RESULT.write_text(json.dumps(result, indent=1) + "\n")
    told = f"{result['pairs']:,} pairs of {result['roles']} roles, 0 surprises"
    Console().print(f"{told}; mutants found {result['mutants']}")


if __name__ == "__main__":
    main()
