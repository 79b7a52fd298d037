"""The functions that are deployed, and what each can reach: our modules, others', AWS's APIs.

Nothing is listed that the catalog or the code already says. A surface with routes has an ingress,
each heavy part of it another, one that sends has an act function; they hold that surface alone, so
that a vendor's client stands beside no other and only where it is used.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cache
from typing import Any, get_type_hints

from infra.reach import Name, Reach, reach
from persona import catalog
from persona.declare import Capability, Means, Surface

WIRING = "functions._compose"
PARTS: Mapping[str, tuple[str, ...]] = {
    "identity": ("_identity",),
    "persona_name": ("_identity",),
    "capabilities": ("_capabilities",),
    "carried": ("_carried",),
    "functions": ("_functions",),
    "indexes": ("_indexes",),
    "models": ("_models",),
}
"""What the wiring makes of each part that is loaded only when it is asked for."""
APIS: Mapping[str, tuple[str, ...]] = {
    "table": ("dynamodb",),
    "within": ("sts",),
    "lanes": ("sqs",),
    "bell": ("lambda",),
    "timers": ("scheduler",),
    "plans": ("stepfunctions",),
    "blobs": ("s3",),
    "keys": ("kms",),
    "secrets": ("ssm",),
    "sockets": ("apigatewaymanagementapi",),
    "models": ("bedrock-runtime",),
}
"""The AWS APIs behind each part, as botocore calls them."""

CARRYING = (Name("capabilities.mcp.talk"), Name("capabilities.mcp.talk", "call"))
"""What carries out acts, and so ships with the functions that have it for a root."""


@dataclass(frozen=True, slots=True)
class Deployed:
    """One Lambda function: its handler, the surfaces in its folder, and what it can reach.

    `parts` are those of `Ports` that its code asks for; `carries` are the capabilities whose
    acts it carries out.
    """

    name: str
    entry: str
    surfaces: tuple[str, ...]
    modules: frozenset[str]
    outside: frozenset[str]
    sdk: frozenset[str]
    apis: frozenset[str]
    parts: frozenset[str] = frozenset()
    carries: tuple[str, ...] = ()

    @property
    def handler(self) -> str:
        """As Lambda wants it."""
        return f"{self.entry}.handler"


@cache
def deployed() -> dict[str, Deployed]:
    """Every function by name."""
    surfaces = catalog.surfaces()
    found = [
        *(_one(f"ingress-{s.name}", "ingress", [s], s.receive) for s in _with_routes(surfaces)),
        *(
            _one(f"ingress-{s.name}-{part.name}", "ingress", [s], part.receive)
            for s in surfaces.values()
            for part in s.parts
        ),
        _one("mail", "mail", [surfaces["email"]]),
        _one("socket", "socket", []),
        _turn("turn", surfaces),
        *(
            _one(f"act-{s.name}", "act", [s], s.send, s.lookup, s.heard_by)
            for s in surfaces.values()
            if s.send is not None
        ),
        *(_carrying(function, surfaces) for function in _carried()),
        _one("act-link", "link", []),
        _one("act-handover", "handover", []),
        _one("act-likeness", "likeness", []),
        _one("act-erase", "erase", list(surfaces.values())),
        _one("plan", "plan", []),
        _one("sweep", "sweep", []),
        _turn("undelivered", surfaces),
    ]
    return {one.name: one for one in found}


def _with_routes(surfaces: Mapping[str, Surface]) -> Iterable[Surface]:
    return [surface for surface in surfaces.values() if surface.routes]


def _turn(name: str, surfaces: Mapping[str, Surface]) -> Deployed:
    uses = [use for s in surfaces.values() for use in (s.split, s.reach, s.aside, s.segments)]
    return _one(name, name, list(surfaces.values()), *uses)


def _carried() -> dict[str, None]:
    """The functions that carry out capabilities' acts: most their own, an MCP server's together."""
    return dict.fromkeys(one.function for one in catalog.capabilities().values() if one.function)


def _carrying(function: str, surfaces: Mapping[str, Surface]) -> Deployed:
    carried = catalog.carried(function).values()
    carriers = [surfaces[one.carried_by] for one in carried if one.carried_by]
    sends = [use for s in carriers for use in (s.send, s.lookup, s.segments)]
    one = _one(f"act-{function}", "capability", carriers, *(one.use for one in carried), *sends)
    actions = [a for each in carried for s in each.statements for a in s.actions]
    named = {action.partition(":")[0] for action in actions}
    return replace(one, carries=tuple(each.name for each in carried), apis=one.apis | named)


def _one(
    name: str, entry: str, surfaces: Iterable[Surface], *uses: Callable[..., Any] | None
) -> Deployed:
    """`uses` are the surfaces' own callables that this function calls through the catalog."""
    module = f"functions.{entry}"
    own = [name for use in uses if use is not None and _is_ours(use) for name in _names_of(use)]
    held = [Name(f"surfaces.{surface.name}") for surface in surfaces]
    rest = _reach([Name(module, "handler"), *held])
    whole = _reach([Name(module, "handler"), *held, *own])
    return Deployed(
        name=name,
        entry=module,
        surfaces=tuple(surface.name for surface in surfaces),
        modules=whole.modules,
        outside=whole.outside,
        sdk=whole.outside - rest.outside,
        apis=frozenset(api for part in whole.parts for api in APIS.get(part, ())),
        parts=whole.parts,
    )


def _names_of(use: Callable[..., Any]) -> list[Name]:
    """The callable; one of an MCP server's, which is made while its list is read, by its module."""
    if use.__module__.startswith("capabilities.mcp"):
        return [Name("capabilities.mcp", "*"), *CARRYING]
    return [Name(use.__module__, use.__qualname__)]


def _is_ours(use: Callable[..., Any]) -> bool:
    """Whether it is in the catalog; `persona.declare`'s defaults lead nowhere."""
    return use.__module__.startswith(("surfaces.", "capabilities."))


def _reach(roots: Iterable[Name]) -> Reach:
    """The reach of the roots, with every part of `Ports` that is asked for on the way."""
    found = list(roots)
    while True:
        reached = reach(found, [name for name in (*wiring(), *CARRYING) if name not in found])
        more = [name for name in _made_by(reached.parts) if name not in found]
        if not more:
            return reached
        found += more


def _made_by(parts: Iterable[str]) -> list[Name]:
    made = [Name(WIRING, maker) for part in parts for maker in PARTS.get(part, ())]
    if "capabilities" in parts:
        made += [name for one in catalog.capabilities().values() for name in _offering(one)]
    return made


def _offering(one: Capability) -> list[Name]:
    """What it takes to offer and judge it; an act is carried out by a function of its own."""
    module = one.use.__module__
    if module.startswith("capabilities.mcp"):
        return [Name("capabilities.mcp", "*")]
    is_act = Means in get_type_hints(one.use).values()
    return [Name(module), Name(module, "Arguments")] if is_act else [Name(module, "*")]


def wiring() -> list[Name]:
    """What the wiring makes only where it is asked for."""
    return [Name(WIRING, maker) for makers in PARTS.values() for maker in makers]
