"""Finds what is declared: every file or folder of `surfaces/` and `capabilities/` is one entry."""

import importlib
import pkgutil
from functools import cache
from types import ModuleType

from persona.declare import Capability, Surface


def _modules(package: str) -> list[ModuleType]:
    found = pkgutil.iter_modules(importlib.import_module(package).__path__)
    names = sorted(module.name for module in found if not module.name.startswith("_"))
    return [importlib.import_module(f"{package}.{name}") for name in names]


@cache
def surfaces() -> dict[str, Surface]:
    """Every surface by name; each module holds one, called SURFACE."""
    return {m.SURFACE.name: m.SURFACE for m in _modules("surfaces")}


@cache
def capabilities() -> dict[str, Capability]:
    """Every capability by name; each module holds one, called like the module."""
    found = [getattr(m, m.__name__.rpartition(".")[2]) for m in _modules("capabilities")]
    return {capability.name: capability for capability in found}


def capability(name: str) -> Capability:
    """One capability, loading no other. Raises LookupError where there is none."""
    try:
        module = importlib.import_module(f"capabilities.{name}")
    except ModuleNotFoundError as error:
        raise LookupError(f"no capability is called {name}") from error
    found: Capability = getattr(module, name)
    return found


@cache
def functions() -> tuple[str, ...]:
    """Whose acts a lane may hold: every surface, every capability, linking and handing over."""
    names = [
        module.name
        for package in ("surfaces", "capabilities")
        for module in pkgutil.iter_modules(importlib.import_module(package).__path__)
        if not module.name.startswith("_")
    ]
    return (*sorted(names), "link", "handover")
