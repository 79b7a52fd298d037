"""Weaker rules, for tests alone: what the suite finds where a rule is missing."""

from persona.acts import policy
from persona.acts.policy import Circumstances, Rule
from persona.decision import Intent, Verdict
from persona.declare import Capability
from persona.memory.taint import OVERHEARD, PASSED_ON


def _only_capabilities_taint(
    intent: Intent, capability: Capability, facts: Circumstances
) -> Verdict | None:
    is_read_by_capability = facts.tainted not in ("", PASSED_ON, OVERHEARD)
    if is_read_by_capability and capability.effect in ("write", "send"):
        return Verdict("ask", "words of others were read")
    if capability.destructive or capability.effect == "spend":
        return Verdict("ask", "it cannot be undone")
    return None


FIRST: tuple[Rule, ...] = (
    policy._is_off,
    policy._is_unfit,
    policy._is_over,
    _only_capabilities_taint,
)
"""The first rules that were thought of: what a capability read taints, and nothing else does; no
destination must come from anywhere, and a shared place is like any other."""


def without(rule: Rule) -> tuple[Rule, ...]:
    return tuple(one for one in policy.RULES if one is not rule)
