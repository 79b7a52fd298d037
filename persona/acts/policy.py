"""May this act happen? Pure: facts in, a verdict out, the first rule that matches decides.

Judged when the turn commits and again, on the row that the act's own function loads, after its
claim. An error inside a rule is a Deny.
"""

from dataclasses import dataclass
from typing import Literal

from persona.memory.walls import is_exposed
from persona.model import Audience


@dataclass(frozen=True, slots=True)
class Facts:
    """What a verdict may rest on; written by code alone.

    `suppressed` says why the address takes nothing more; `notice` that the words only confirm a
    halt; `home_is_here` that the address still belongs to the lane; `written_for` and `heard_by`
    who could read the words when they were written, and who can now.
    """

    halted: bool
    notice: bool
    suppressed: str
    home_is_here: bool
    written_for: Audience
    heard_by: Audience


@dataclass(frozen=True, slots=True)
class Verdict:
    """Allow or Deny, and the reason in a few words for the ledger."""

    decision: Literal["allow", "deny"]
    reason: str = ""


ALLOW = Verdict("allow")
EXPOSED = "exposed"
"""The reason where private words would go where others read."""


def judge_reply(facts: Facts) -> Verdict:
    """The verdict on words to one address."""
    if facts.suppressed:
        return Verdict("deny", facts.suppressed)
    if facts.halted and not facts.notice:
        return Verdict("deny", "halted")
    if not facts.home_is_here:
        return Verdict("deny", "unlinked")
    if is_exposed(facts.written_for, facts.heard_by):
        return Verdict("deny", EXPOSED)
    return ALLOW
