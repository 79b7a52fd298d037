"""The wiring: one function makes all ports, and its arguments are what tests put in their place.

Parts that cost time to load are made when a function first asks for them.
"""

import os
from collections.abc import Mapping
from functools import cache
from typing import Any

from persona import catalog
from persona.language import Embedder, Model
from persona.ports import Later, Ports, Secrets
from persona.settings import Settings, parse


def compose(settings: Settings, family: Mapping[str, Any], **instead: Any) -> Ports:
    """All ports of one family (`table`, `lanes`, `bell` …), the catalog and the identity.

    `instead` replaces any of them.
    """
    ports = Ports(
        **{
            "settings": settings,
            "entropy": os.urandom,
            "identity": Later(_identity),
            "surfaces": Later(catalog.surfaces),
            "carriers": Later(_carriers),
            "capabilities": Later(_capabilities),
            "carried": _carried,
            "functions": Later(_functions),
            "indexes": Later(_indexes),
            "models": Later(lambda: _models(settings, ports.secrets)),
            "embedder": Later(lambda: _embedder(settings)),
            **family,
            **instead,
        }
    )
    return ports


def _identity() -> Any:
    from persona.identity.load import load

    return load()


def _capabilities() -> Any:
    return catalog.capabilities()


def _carried(function: str) -> Any:
    return catalog.carried(function)


def _functions() -> Any:
    return catalog.functions()


def _indexes() -> Any:
    from persona.memory.recall import Indexes

    return Indexes()


def _carriers() -> dict[str, Any]:
    return {name: surface for name, surface in catalog.surfaces().items() if surface.send}


def _models(settings: Settings, secrets: Secrets) -> tuple[Model, ...]:
    if not settings.models:
        return ()
    from models.choose import choose

    return choose(settings, secrets)


def _embedder(settings: Settings) -> Embedder | None:
    if not settings.embeddings:
        return None
    from functions._embed import Told
    from models.choose import choose_embedder

    embedder = choose_embedder(settings)
    return Told(embedder) if embedder else None


@cache
def ports() -> Ports:
    """What a Lambda function gets, made once a process from its environment."""
    from backends.aws.family import open_family

    settings = parse(os.environ, stage="aws", public_url="", timezone="UTC")
    return compose(settings, open_family(os.environ).ports())
