"""The smallest house the core can live in: ports on a folder in memory, time in our hand."""

import os
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from backends.local.family import open_family
from capabilities.forget import forget
from capabilities.recall import recall
from capabilities.remember import remember
from persona.acts import held, outbox, residue
from persona.acts.work import work
from persona.admission import admit
from persona.decision import Act
from persona.declare import Request, Response, Surface
from persona.identity.load import Identity, load
from persona.keys import Scope
from persona.language import Model
from persona.memory import evidence
from persona.memory.recall import Indexes
from persona.memory.standing import Standing, read
from persona.model import Address, Audience, Event, Place, Turn
from persona.people import addresses
from persona.ports import Delete, Door, Hands, Ports, Sent, Table
from persona.settings import Settings
from persona.turn import Taken, take_turn

NOON = 1_750_000_000.0
ANN = Address("sms", "+14155550101")
BOB = Address("sms", "+14155550102")
ROOM = Address("slack", "T1:C1")
SETTINGS = Settings(
    stage="test",
    public_url="https://hub.example",
    email_address="persona@hub.example",
    timezone="UTC",
    think_seconds=20.0,
)


@dataclass
class Clock:
    at: float = NOON

    def now(self) -> float:
        return self.at


@dataclass
class Post:
    """A carrier in memory; each waiting error is raised by one send, each waiting answer given."""

    keyed: bool = False
    settling: float = 3.0
    lookup: Callable[[Act, Hands], Sent | None] | None = None
    sent: list[Act] = field(default_factory=list[Act])
    errors: list[Exception] = field(default_factory=list[Exception])

    def heard_by(self, act: Act, hands: Hands) -> Audience:
        return "lane" if act.address == ROOM else "private"

    def send(self, act: Act, hands: Hands) -> Sent:
        if self.errors:
            raise self.errors.pop(0)
        self.sent.append(act)
        return Sent(provider_id=f"SM{len(self.sent)}")


def nobody_receives(request: Request, door: Door) -> Response:
    return Response(404)


def in_lines(text: str) -> tuple[str, ...]:
    """A line a part, so that a test can ask for as many parts as it likes."""
    return tuple(text.split("\f"))


def never_carried(act: Act, hands: Hands) -> Sent:
    raise AssertionError("acts go out by the house's own post")


SURFACES = {
    "sms": Surface("sms", "SMS", (), nobody_receives, send=never_carried, split=in_lines),
    "slack": Surface(
        "slack",
        "Slack",
        (),
        nobody_receives,
        send=never_carried,
        aside=lambda person: "" if person == ROOM else person.id,
    ),
    "email": Surface("email", "Email", (), nobody_receives, send=never_carried, paced=10),
    "web": Surface("web", "Web", (), nobody_receives, working_note=False),
}


class Between(Table):
    """A table seen through a test: `commit` is the one to say something about; no fence."""

    def __init__(self, table: Table) -> None:
        self.get = table.get
        self.query = table.query
        self.due = table.due
        self.commit_there = table.commit

    def within(self, scope: Scope) -> "Between":
        return self


@cache
def identity() -> Identity:
    return load()


class House:
    """One hub without its doors: events are admitted, turns taken and acts read by hand."""

    def __init__(self, folder: Path, models: tuple[Model, ...] = (), **instead: Any) -> None:
        self.clock = Clock()
        self.post = Post()
        self.family = open_family(folder, {}, clock=self.clock, durable=False)
        parts: dict[str, Any] = {
            "settings": SETTINGS,
            "entropy": os.urandom,
            "identity": identity(),
            "surfaces": SURFACES,
            "carriers": dict.fromkeys(SURFACES, self.post),
            "functions": (*SURFACES, "link", "handover", "likeness", "send_email"),
            "capabilities": {one.name: one for one in (recall, remember, forget)},
            "indexes": Indexes(),
            "models": models,
            **self.family.ports(),
            **instead,
        }
        self.ports = Ports(**parts)
        self._said = 0

    def close(self) -> None:
        self.family.close()

    def with_(self, **instead: Any) -> Ports:
        """These ports with others in place of some."""
        self.ports = self.ports.but(**instead)
        return self.ports

    def meet(self, address: Address = ANN) -> Place:
        return addresses.meet(self.ports.table, address, self.ports.entropy, self.clock.now())

    def event(self, words: str, who: Address = ANN, **about: Any) -> Event:
        """Admitted by nobody yet; a second passes with each."""
        self._said += 1
        self.clock.at += 1.0
        fields: dict[str, Any] = {
            "id": f"{who}:{self._said}",
            "kind": "message",
            "address": who,
            "author": who,
            "at": self.clock.now(),
            "thread": "thread",
            **about,
        }
        place = self.meet(fields["address"])
        return Event(words=words, home=place.home, **fields)

    def standing(self, *events: Event) -> Standing:
        return read(self.meet(events[0].address), events, self.ports)

    def tell(self, *words: str, who: Address = ANN, **about: Any) -> str:
        """Says these words in one burst and takes the turn; returns the reply that is kept."""
        events = [self.event(one, who, **about) for one in words]
        self.take(*events)
        return self.replies(events[0].address)[-1] if self.replies(events[0].address) else ""

    def take(self, *events: Event, reflex_only: bool = False) -> Taken:
        return take_turn(self.meet(events[0].address), events, self.ports, reflex_only)

    def work(self, who: Address = ANN, surface: str = "") -> Counter[str]:
        """Carries out this person's open acts; returns how many ended in which state."""
        function = surface or who.surface
        carrier = self.ports.carriers[function]
        ended = work(function, self.meet(who).lane, carrier, self.ports)
        return Counter(one.state for one in ended)

    def sweep(self) -> None:
        """What the sweeper does for the core: sent texts are redacted, held events come back."""
        for key in self.ports.table.due(self.clock.now()):
            row = self.ports.table.get([key])[key]
            if key.sort.startswith("REDACT#"):
                outbox.redact(self.ports, key, row)
            elif key.sort.startswith("FORGOT#"):
                residue.prove(self.ports, key, row)
            elif key.sort.startswith("WAIT#"):
                event = held.open_row(row, self.ports)
                self.ports.table.commit([Delete(key)])
                self.take(event)

    def acts(self, who: Address = ANN) -> dict[str, Act]:
        """This person's acts by their stage and place, in that order."""
        rows = self.rows(f"ACT#{who.surface}#{self.meet(who).lane}")
        return {sort: outbox.open_row(self.ports, dict(row)) for sort, row in rows.items()}

    def halt(self, word: str = "stop", who: Address = ANN) -> Event:
        """Says a word that moves the gate, past the lane, as admission does it."""
        event = self.event(word, who)
        admit(event, self.ports)
        batch = self.family.lanes.receive()
        for message in batch:
            self.family.lanes.delete(message)
        return Event.from_json(batch[-1].body)

    def turns(self, who: Address = ANN) -> list[Turn]:
        return evidence.read_turns(self.ports, self.meet(who).home)

    def replies(self, who: Address = ANN) -> list[str]:
        return [text for turn in self.turns(who) if (text := turn.persona_text())]

    def rows(self, partition_prefix: str) -> dict[str, Mapping[str, Any]]:
        """Rows by sort key, as they stand in the table."""
        return {key.sort: row for key, row in self.family.table.scan(partition_prefix)}
