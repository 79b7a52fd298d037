"""The allow-list: a TOML text in, capabilities out, each with the effect class it was given."""

import json
import re
import tomllib
from collections.abc import Mapping
from typing import Any

from capabilities._destinations import DESTINATIONS
from capabilities.mcp.offer import Offer, Server
from persona.declare import Capability, Destination, Means, Result
from persona.errors import Broken

NAME = re.compile(r"[a-z][a-z0-9]{0,19}", re.ASCII)
FIELDS = frozenset({"url", "command", "secret", "seconds", "capabilities"})
OWN = frozenset(
    "effect destructive dest returns_sensitivity rate cost keyed pin description schema".split()
)
EFFECTS = ("read", "write", "send", "spend")


def read_servers(text: str) -> list[Capability]:
    """What is allowed, server by server. Raises Broken, in a sentence, for what cannot be meant."""
    try:
        declared: Mapping[str, Any] = tomllib.loads(text).get("servers", {})
    except tomllib.TOMLDecodeError as error:
        raise Broken(f"the list of MCP servers is no TOML: {error}.") from error
    found = [
        _capability(server, name, given)
        for server, all_given in ((server_of(one, said), said) for one, said in declared.items())
        for name, given in all_given.get("capabilities", {}).items()
    ]
    names = [one.name for one in found]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise Broken(f"two capabilities of MCP servers would be called {twice[0]}.")
    return found


def server_of(name: str, given: Mapping[str, Any]) -> Server:
    """Raises Broken for what does not say where it is."""
    unknown = sorted(given.keys() - FIELDS)
    if not NAME.fullmatch(name) or unknown:
        raise Broken(f"MCP server {name!r}: {unknown or 'its name is a word of a-z and 0-9'}.")
    if bool(given.get("url")) == bool(given.get("command")):
        raise Broken(f"MCP server {name!r} has either a url or a command.")
    return Server(
        name=name,
        url=given.get("url", ""),
        command=tuple(given.get("command", ())),
        secret=given.get("secret", ""),
        seconds=float(given.get("seconds", 20.0)),
    )


def _capability(server: Server, name: str, given: Mapping[str, Any]) -> Capability:
    """Raises Broken where the entry is not what its own pin says: it was edited by hand."""
    from capabilities.mcp.schema import arguments_of

    unknown = sorted(given.keys() - OWN)
    if unknown or given.get("effect") not in EFFECTS:
        raise Broken(
            f"MCP capability {name!r}: {unknown or 'its effect is one of ' + str(EFFECTS)}"
        )
    try:
        offer = Offer(name, given["description"], json.loads(given["schema"]))
        dest = {argument: _destination(kind) for argument, kind in given.get("dest", {}).items()}
        arguments = arguments_of(offer.schema, dest)
    except (KeyError, ValueError, AttributeError) as error:
        raise Broken(f"MCP capability {name!r} cannot be allowed: {error}.") from error
    if offer.pin != given.get("pin"):
        raise Broken(f"MCP capability {name!r} is not what was pinned; pin it anew.")
    if given["effect"] == "send" and not dest:
        raise Broken(f"MCP capability {name!r} sends, and does not say by which argument where to.")
    effect, asked = given["effect"], f"{server.name} {name}"

    def use(arguments: Any, means: Means) -> Result:
        from capabilities.mcp.talk import call

        return call(server, offer, arguments.root, means, is_safe=effect == "read")

    wanted = offer.schema.get("required", ())
    says = f"{asked} {' '.join(f'{one}=…' for one in wanted)}".strip()

    return Capability(
        name=f"{server.name}_{re.sub(r'[^a-z0-9]+', '_', name.lower()).strip('_')}"[:64],
        effect=effect,
        use=use,
        arguments=arguments,
        about=" ".join(f"{offer.description or name} (by the MCP server {server.name})".split())
        + ".",
        version=int(offer.pin[:8], 16),
        worker=f"mcp-{server.name}",
        destructive=given.get("destructive", False),
        dest=dest,
        returns_sensitivity=given.get("returns_sensitivity", 0),
        returns_untrusted=True,
        egress=True,
        cost=float(given.get("cost", 0.0)),
        rate=given.get("rate", 100),
        timeout=server.seconds,
        keyed=given.get("keyed", False),
        secrets=(server.secret,) if server.secret else (),
        heard=_heard(server.name, offer),
        say=says,
        brief=f"asks the MCP server {server.name}",
    )


def _heard(server: str, offer: Offer) -> tuple[str, ...]:
    """`weather forecast city=Bern days=2`, and `weather forecast Bern` where one text is all it takes."""
    fields: Mapping[str, Any] = offer.schema.get("properties", {})
    wanted = offer.schema.get("required", [])
    if not all(name.isidentifier() for name in wanted):
        return ()
    called = rf"(?:please\s+)?(?:ask\s+)?{server}\s+{re.escape(offer.name).replace('_', '[_ ]')}"
    named = [rf"(?:[\s,:]+{one}\s*=\s*(?P<{one}>\S.*?))?" for one in fields if one.isidentifier()]
    alone = [rf"{called}[\s:]+(?P<{one}>[^=]+)" for one in wanted if len(wanted) == 1]
    return (rf"{called}{''.join(named)}\s*", *alone)


def _destination(kind: str) -> Destination:
    if kind not in DESTINATIONS:
        known = ", ".join(DESTINATIONS)
        raise ValueError(f"{kind} is no kind of destination; there are {known}")
    return DESTINATIONS[kind]
