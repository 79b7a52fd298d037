"""What a real MCP server offers to the hub under attack, one process for all tests of a worker."""

import atexit
from contextlib import ExitStack
from functools import cache

from capabilities.mcp.allowed import read_servers
from capabilities.mcp.offer import Server
from capabilities.mcp.talk import offers
from hub.mcp import entry, heading
from persona.declare import Capability
from tests.mcp_server import running


@cache
def offered() -> tuple[Capability, ...]:
    """Two reads, pinned as a person would pin them; one of them answers with orders."""
    stack = ExitStack()
    atexit.register(stack.close)
    port = stack.enter_context(running())["good"]
    server = Server("weather", url=f"http://127.0.0.1:{port}/mcp")
    found = {one.name: one for one in offers(server, "", "local")}
    text = heading(server) + "".join(
        entry(server, found[n], "read") for n in ("forecast", "inject")
    )
    return tuple(read_servers(text))
