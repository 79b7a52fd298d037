"""What is declared is found, and holds together."""

from pathlib import Path

import pytest

from persona import catalog
from persona.declare import Capability, Surface

ROOT = Path(__file__).parents[2]
SURFACES = catalog.surfaces()
CAPABILITIES = catalog.capabilities()


def listed(package: str) -> set[str]:
    """Every file or folder that should be an entry."""
    found = (ROOT / package).iterdir()
    names = {path.stem for path in found if path.suffix == ".py" or (path / "__init__.py").exists()}
    return {name for name in names if not name.startswith("_")}


def test_every_file_of_the_surfaces_is_one_surface() -> None:
    assert set(SURFACES) == listed("surfaces") >= {"slack", "sms", "email", "web"}


def test_every_file_of_the_capabilities_is_one_capability() -> None:
    """But for `mcp`, which declares what is allowed of others' servers: here, nothing yet."""
    own = listed("capabilities") - {"mcp"}
    assert set(CAPABILITIES) == own >= {"recall", "remember", "forget"}


def test_no_route_is_claimed_twice() -> None:
    routes = [route for surface in SURFACES.values() for route in surface.routes]
    assert len(routes) == len(set(routes)) > 4


@pytest.mark.parametrize("surface", SURFACES.values(), ids=lambda one: one.name)
def test_a_surface_says_what_it_can_do_about_a_lost_answer(surface: Surface) -> None:
    assert surface.title
    assert surface.settling == 0.0 or surface.lookup or surface.keyed
    if surface.send is None:
        assert surface.lookup is None, "what sends nothing has nothing to look up"


@pytest.mark.parametrize("one", CAPABILITIES.values(), ids=lambda one: one.name)
def test_a_capability_is_closed_described_and_in_the_help(one: Capability) -> None:
    schema = one.schema()["parameters"]
    assert schema["additionalProperties"] is False
    assert all(field.get("description") for field in schema.get("properties", {}).values())
    assert one.about.endswith(".")
    assert one.say
    assert one.brief


def test_nothing_that_changes_the_world_is_used_inline() -> None:
    inline = [one for one in CAPABILITIES.values() if one.inline]
    assert inline
    assert not [one.name for one in inline if one.destructive or one.effect in ("send", "spend")]
