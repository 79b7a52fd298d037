"""What servers of the Model Context Protocol offer, as far as it is allowed here, word for word.

A server is another's code: what it offers is read once by a person, pinned by its hash, and given
an effect class here, since what it says of itself proves nothing. What it answers is untrusted.
"""

from pathlib import Path

from capabilities.mcp.allowed import read_servers
from persona.declare import Capability

DECLARED = Path(__file__).with_name("servers.toml")


def declared() -> list[Capability]:
    """Every allowed capability of every declared server. Raises Broken for what cannot be meant."""
    return read_servers(DECLARED.read_text())
