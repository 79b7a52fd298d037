"""What ships of the clients of calendars and MCP servers is enough to talk to real ones, and small."""

from collections.abc import Callable
from pathlib import Path

import pytest

from bench import bundles
from infra import functions
from infra.bundles import MB, Bundle, build
from infra.functions import Deployed
from infra.reach import Name, reach
from tests.mcp_server import running
from tests.radicale import PEOPLE, radicale

CALENDAR = ("list_events", "create_event", "change_event", "cancel_event")
DESK = """
import sys; sys.path.insert(0, {folder!r})
from types import SimpleNamespace as Simple
from persona.settings import parse
settings = parse({{}}, stage="local", public_url="http://127.0.0.1:1", timezone="UTC")
"""
LISTING = """
from capabilities.list_events import list_events as one
from capabilities.create_event import create_event as new
given = {given!r}
desk = Simple(credential=lambda: given, settings=settings, seconds=10.0, idempotency_key="A",
              clock=Simple(now=lambda: 1.75e9))
new.use(new.arguments(title="Dentist", start="2026-11-25T14:00", zone="Europe/Zurich"), desk)
print(one.use(one.arguments(start="2026-11-25"), desk).text)
"""
OFFERS = """
from capabilities.mcp.offer import Server
from capabilities.mcp.talk import call, offers
server = Server("weather", url={url!r})
(offer,) = [one for one in offers(server, "", "local") if one.name == "forecast"]
desk = Simple(settings=settings, seconds=10.0)
print(call(server, offer, {{"city": "Bern"}}, desk, is_safe=True).text)
"""


@pytest.fixture
def bundle(tmp_path: Path) -> Callable[..., Bundle]:
    def make(*roots: Name) -> Bundle:
        """The bundle of a function that reaches these."""
        reached = reach(roots, functions.wiring())
        whole = Deployed("one", "", (), reached.modules, reached.outside, frozenset(), frozenset())
        return build(whole, tmp_path)

    return make


def test_a_calendar_is_read_from_what_ships(bundle: Callable[..., Bundle], tmp_path: Path) -> None:
    built = bundle(*(Name(f"capabilities.{name}", "*") for name in CALENDAR))
    who = next(iter(PEOPLE))
    with radicale(tmp_path) as server:
        server.clear(who)
        given = {"url": server.url, "user": who, "password": PEOPLE[who]}
        program = DESK.format(folder=str(built.folder)) + LISTING.format(given=given)
        assert "13:00–14:00 (UTC, +00:00) · Dentist" in bundles.run(program)
    assert built.source_size < 18 * MB


def test_an_mcp_server_is_asked_from_what_ships(bundle: Callable[..., Bundle]) -> None:
    built = bundle(Name("capabilities.mcp", "*"), Name("capabilities.mcp.talk", "*"))
    with running() as ports:
        url = f"http://127.0.0.1:{ports['good']}/mcp"
        program = DESK.format(folder=str(built.folder)) + OFFERS.format(url=url)
        assert "Sun in Bern for 1 days" in bundles.run(program)
    assert not (built.folder / "mcp/server").exists()
    assert built.source_size < 14 * MB


def test_who_only_offers_an_act_holds_nothing_of_its_client() -> None:
    turn = functions.deployed()["turn"]
    assert "capabilities.create_event" in turn.modules
    assert "capabilities._calendar.server" not in turn.modules
    tops = {name.partition(".")[0] for name in turn.outside}
    assert not tops & {"caldav", "icalendar", "requests", "lxml", "mcp", "httpx2", "anyio"}
