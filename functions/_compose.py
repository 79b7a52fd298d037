"""The wiring: one function makes all ports, and its arguments are what tests put in their place."""

import os
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from models.openai import OpenAIModel
from persona import catalog
from persona.identity.load import load
from persona.memory.recall import Indexes
from persona.ports import Model, Ports, Secrets
from persona.settings import Settings, parse


def compose(settings: Settings, family: Mapping[str, Any], **instead: Any) -> Ports:
    """All ports of one family (`table`, `lanes`, `bell` …), the catalog and the identity.

    `instead` replaces any of them.
    """
    surfaces = catalog.surfaces()
    parts: dict[str, Any] = {
        "settings": settings,
        "entropy": os.urandom,
        "identity": load(),
        "surfaces": surfaces,
        "carriers": {name: surface for name, surface in surfaces.items() if surface.send},
        "capabilities": catalog.capabilities(),
        "indexes": Indexes(),
        **family,
        **instead,
    }
    parts.setdefault("models", _models(settings, parts["secrets"]))
    return Ports(**parts)


def _models(settings: Settings, secrets: Secrets) -> tuple[Model, ...]:
    kind, _, name = settings.model.partition(":")
    if kind == "reflex":
        return ()
    url = settings.openai_base_url or OPENAI_URL
    return (OpenAIModel(name, url, secrets.get("OPENAI_API_KEY")),)


OPENAI_URL = "https://api.openai.com/v1"


@cache
def ports() -> Ports:
    """What a Lambda function gets, made once a process from its environment."""
    from backends.local.family import open_family

    settings = parse(os.environ, stage="local", public_url="http://127.0.0.1:8787", timezone="UTC")
    family = open_family(Path(os.environ.get("HUB_STATE", ".hub")), os.environ)
    return compose(settings, family.ports())
