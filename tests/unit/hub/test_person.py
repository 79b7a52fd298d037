"""What is shown of a person: links, notes, their evidence, and since when they hold."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from rich.console import Console

from hub.client import graph_of, notes_of
from hub.person import person
from persona.model import Address
from tests.stories.people import Texter
from tests.support import PHONE, Hub

ANN = Address("sms", PHONE)


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[Hub]:
    hub = Hub(tmp_path)
    ann = Texter(hub)
    ann.say("remember that the dentist is on Monday")
    ann.say("actually it's Tuesday")
    yield hub
    hub.close()


def test_live_notes_with_their_words_and_ended_ones_on_demand(hub: Hub) -> None:
    shown = person(ANN, hub.ports)
    assert shown
    (live,) = shown["notes"]
    assert live["claim"] == "actually it's Tuesday"
    assert live["evidence"][0]["words"] == "actually it's Tuesday"
    assert live["until"] is None
    both = person(ANN, hub.ports, ended=True)
    assert both
    newer, older = both["notes"]
    assert (older["superseded_by"], older["until"]) == (newer["id"], newer["since"])
    console = Console(width=200)
    with console.capture() as printed:
        console.print(notes_of(both))
    assert "remember that the dentist is on Monday" in printed.get()


def test_an_address_alone_is_its_own_first_link(hub: Hub) -> None:
    shown = person(ANN, hub.ports)
    assert shown
    assert [(link["address"], link["since"]) for link in shown["links"]] == [(str(ANN), None)]


def test_nobody_at_an_address_is_said_so(hub: Hub) -> None:
    assert person(Address("sms", "+19995550100"), hub.ports) is None


def test_what_is_believed_is_shown_with_its_words(hub: Hub) -> None:
    for _ in range(2):
        hub.clock.at += 86_400.0
        Texter(hub).say("I like tea")
    shown = person(ANN, hub.ports, graph=True)
    assert shown
    console = Console(width=200)
    with console.capture() as printed:
        console.print(graph_of(shown))
    [line] = [one for one in printed.get().split("\n") if "likes tea" in one]
    assert "“I like tea”" in line
    assert "not gone by" not in line
    assert "graph" not in (person(ANN, hub.ports) or {})
