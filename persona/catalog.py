"""Finds what is declared: every file or folder of `surfaces/` and `capabilities/` is one entry."""

import importlib
import pkgutil
from functools import cache
from types import ModuleType

from persona.declare import Capability, Surface
from persona.errors import Broken


def _names(package: str) -> list[str]:
    found = pkgutil.iter_modules(importlib.import_module(package).__path__)
    return sorted(module.name for module in found if not module.name.startswith("_"))


def _modules(package: str) -> list[ModuleType]:
    return [importlib.import_module(f"{package}.{name}") for name in _names(package)]


@cache
def surfaces() -> dict[str, Surface]:
    """Every surface by name; each module holds one, called SURFACE."""
    return {m.SURFACE.name: m.SURFACE for m in _modules("surfaces")}


@cache
def capabilities() -> dict[str, Capability]:
    """Every capability by name; each module holds one, called like the module, or declares several.

    Raises Broken where two have one name: which of them a wish means must never be open.
    """
    found: dict[str, Capability] = {}
    for module in _modules("capabilities"):
        own = module.__name__.rpartition(".")[2]
        for one in module.declared() if hasattr(module, "declared") else [getattr(module, own)]:
            if one.name in found:
                raise Broken(f"two capabilities are called {one.name}")
            found[one.name] = one
    return found


def carried(function: str) -> dict[str, Capability]:
    """The capabilities whose acts this function carries out, by name, loading no others.

    Raises LookupError where there are none.
    """
    if function in _names("capabilities"):
        one = getattr(importlib.import_module(f"capabilities.{function}"), function)
        return {one.name: one}
    found = {one.name: one for one in capabilities().values() if one.function == function}
    if not found:
        raise LookupError(f"nothing is carried out by {function}")
    return found


@cache
def functions() -> tuple[str, ...]:
    """Whose acts a lane may hold: every surface, every capability, and what only the hub wishes."""
    carried = dict.fromkeys(one.function for one in capabilities().values() if one.function)
    return (*surfaces(), *carried, "link", "handover", "likeness")
