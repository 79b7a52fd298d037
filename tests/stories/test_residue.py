"""Two hundred things of many shapes are forgotten: nothing of them is left anywhere."""

import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from persona.acts import residue
from persona.memory import evidence, segments, tombstones
from persona.memory.standing import read
from persona.mind.prompt import build
from persona.model import Address, Event
from persona.people import addresses
from persona.ports import Delete, Put
from tests.stories.people import Mailer, Person, Slacker, Texter, Visitor
from tests.stories.test_backup import bytes_of, texts_of
from tests.stories.test_leaving import exported, let_pass, receipts
from tests.support import Hub

FIGURES = Path(__file__).parents[2] / "bench" / "figures"
SHAPES = (
    "my locker code is {}",
    "remember my locker is {}",
    "the {} key hangs — naïve, ÀÉÎ, 東京, 🔑 — behind the door",
    "my number {} is told at length: " + "a long tale, " * 40 + "the end",
    "email bob@example.net: my locker code is {}",
    "save the document about {}: it is my locker code",
)
EACH = 54


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[Hub]:
    opened = Hub(tmp_path)
    yield opened
    opened.close()


def secrets_of(who: int) -> list[str]:
    return [f"{who}{n:03d}7{who}" for n in range(EACH)]


def pause(person: Person) -> float:
    """Seconds after which the next answer is not held back by a cap."""
    return 800.0 if person.surface == "email" else 7.0


def tell_all(hub: Hub, people: list[Person]) -> None:
    for who, person in enumerate(people, 1):
        for n, secret in enumerate(secrets_of(who)):
            person.say(SHAPES[n % len(SHAPES)].format(f"zq{secret}"))
            if n % 9 == 0:
                person.say("what is my locker code?")
            hub.clock.at += pause(person)


def home_of(hub: Hub, person: Person) -> tuple[str, str]:
    place = addresses.find(hub.ports.table, Address.parse(person.address))
    assert place is not None
    return place.home, place.lane


def left(hub: Hub, people: list[Person], folder: Path) -> int:
    """How many of the secrets are found anywhere."""
    shown = "\n".join(json.dumps(exported(hub, person)) for person in people)
    text = texts_of(hub) + shown + bytes_of(folder).decode("latin-1")
    return sum(f"zq{s}" in text for who in range(1, len(people) + 1) for s in secrets_of(who))


@pytest.mark.long
def test_two_hundred_forgotten_things_leave_nothing(hub: Hub, tmp_path: Path) -> None:
    people: list[Person] = [Texter(hub), Slacker(hub), Mailer(hub), Visitor(hub)]
    tell_all(hub, people)
    from zoneinfo import ZoneInfo

    for person in people:
        segments.TURNS, kept = 16, segments.TURNS
        try:
            segments.pack(hub.ports, home_of(hub, person)[0], ZoneInfo("UTC"))
        finally:
            segments.TURNS = kept
    told = left(hub, people, tmp_path)
    assert told == EACH * len(people) >= 200
    naive = _forget_naively(hub, people)
    for who, person in enumerate(people, 1):
        for secret in secrets_of(who):
            person.say(f"forget zq{secret}")
            hub.clock.at += pause(person)
    let_pass(hub)
    found = left(hub, people, tmp_path)
    proven = receipts(hub)
    if os.environ.get("HUB_FIGURES"):
        FIGURES.mkdir(parents=True, exist_ok=True)
        figures = {"forgotten": told, "left": found, "receipts": len(proven), "naive_left": naive}
        (FIGURES / "forgotten.json").write_text(json.dumps(figures))
    assert found == 0
    assert naive > 0
    assert sum(one["residue"] for one in proven) == 0
    assert len(proven) >= 200


def _forget_naively(hub: Hub, people: list[Person]) -> int:
    """The control, undone again: a forgetting that only deletes the turns' rows."""
    left_there = 0
    for person in people:
        home, lane = home_of(hub, person)
        rows = [row for row in hub.family.table.scan(f"HOME#{home}") if "TURN#" in row[0].sort]
        turns = evidence.read_turns(hub.ports, home)
        stones = [
            stone
            for turn in turns
            for said in turn.said
            if said.author == "person"
            for stone in tombstones.over(hub.ports, home, said, "forgotten", 0.0)
        ]
        marks = [tombstones.write(home, one) for one in {s.mark: s for s in stones}.values()]
        for write in [*marks, *(Delete(key) for key, _ in rows)]:
            hub.ports.table.commit([write])
        functions = [person.surface, "link"]
        left_there += len(residue.look(hub.ports, [lane], [home], functions).left)
        for write in [*(Delete(mark.key) for mark in marks), *(Put(k, r) for k, r in rows)]:
            hub.ports.table.commit([write])
    return left_there


def test_the_next_prompt_holds_nothing_forgotten(hub: Hub) -> None:
    ann = Texter(hub)
    ann.say("my bike lock is 4812")
    ann.say("what is my bike lock?")
    ann.say("forget my bike lock")
    place = addresses.find(hub.ports.table, Address.parse(ann.address))
    assert place is not None
    address = Address.parse(ann.address)
    event = Event("x", "message", address, address, words="what is my bike lock?", home=place.home)
    standing = read(place, [event], hub.ports)
    index = hub.ports.indexes.open(standing, hub.ports)
    everything = index.everything()
    assert [one.text for one in everything]
    assert "4812" not in str(build(standing, [event], everything, hub.ports))
