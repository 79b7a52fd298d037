"""A wish to use a capability, in the one form in which it is judged, approved and carried out.

Two intents are the same only if every byte of capability, version, arguments, lane and cause is:
an approval is bound to that hash, so that a yes to one is a yes to nothing else.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from pydantic import ValidationError

from persona.declare import Capability
from persona.errors import Refused


@dataclass(frozen=True, slots=True)
class Intent:
    """`arguments` are JSON, canonical by the capability's own schema; `cause` names the turn."""

    capability: str
    version: int
    arguments: Mapping[str, Any] = field(default_factory=dict[str, Any])
    lane: str = ""
    cause: str = ""

    @property
    def hash(self) -> str:
        """SHA-256 over canonical JSON of all of it, in hex."""
        return hashlib.sha256(canonical(self.to_row()).encode()).hexdigest()

    def to_row(self) -> dict[str, Any]:
        """The intent as JSON holds it."""
        return {
            "capability": self.capability,
            "version": self.version,
            "arguments": dict(self.arguments),
            "lane": self.lane,
            "cause": self.cause,
        }

    @staticmethod
    def from_row(row: Mapping[str, Any]) -> "Intent":
        return Intent(**row)


def canonical(content: Mapping[str, Any]) -> str:
    """JSON with sorted keys and no spaces; what equals it equals the content."""
    return json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def intend(capability: Capability, arguments: Mapping[str, Any], lane: str, cause: str) -> Intent:
    """The intent with its arguments in canonical form.

    Raises Refused, with what is wrong in words, where they do not fit the capability's schema.
    """
    try:
        fitted = capability.arguments.model_validate(dict(arguments))
    except ValidationError as error:
        wrong = [(".".join(map(str, e["loc"])), e["msg"]) for e in error.errors()]
        reasons = "; ".join(f"{where or 'all'}: {why}" for where, why in wrong)
        raise Refused(reasons, "unfit") from error
    return Intent(capability.name, capability.version, fitted.model_dump(mode="json"), lane, cause)
