"""What a server offers under one name, and the hash by which a change of it is noticed."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Server:
    """Where a server is: a URL, or in the local stage a command; `secret` names its credential."""

    name: str
    url: str = ""
    command: tuple[str, ...] = ()
    secret: str = ""
    seconds: float = 20.0


@dataclass(frozen=True, slots=True)
class Offer:
    """One thing, as the server words it; `schema` is the JSON Schema of its arguments."""

    name: str
    description: str
    schema: Mapping[str, Any] = field(default_factory=dict[str, Any])

    @property
    def pin(self) -> str:
        """SHA-256 over canonical JSON of all that a mind would see of it, in hex."""
        said = {"name": self.name, "description": self.description, "inputSchema": self.schema}
        spelled = json.dumps(said, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        return hashlib.sha256(spelled.encode("utf-8", "surrogatepass")).hexdigest()
