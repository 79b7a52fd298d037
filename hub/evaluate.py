"""Speaks the evaluation scripts' JSON lines on stdin and stdout, through the product's own code."""

import json
import os
import sys
import tempfile
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

if TYPE_CHECKING:
    from persona.memory.texture import Texture
    from persona.people.same import Crowd

evaluations = typer.Typer(no_args_is_help=True, help=__doc__)


@evaluations.callback()
def about() -> None:
    """Evaluate one ability of the hub."""


@evaluations.command()
def reply() -> None:
    """What did the writer newly say? `{"op": "text"|"html", …}` in, `{"reply": …}` out."""
    from persona.reading.html import html_text
    from surfaces.email.reply import new_words

    for line in sys.stdin:
        asked = json.loads(line)
        page = asked.get("html")
        text = html_text(page)[0] if page is not None else asked["text"]
        print(json.dumps({"reply": new_words(text, page)}), flush=True)


@evaluations.command()
def recall() -> None:
    """Which messages bear on a question? `{"op": "add", …}` in; `{"op": "recall", …}` in, ids out."""
    os.environ.setdefault("HUB_LOG", os.devnull)
    with tempfile.TemporaryDirectory() as folder:
        talk = _Talk(Path(folder))
        for line in sys.stdin:
            asked = json.loads(line)
            if asked["op"] == "add":
                talk.add(asked)
            else:
                print(json.dumps({"ids": talk.recall(asked)}), flush=True)
        talk.close()


@evaluations.command()
def person() -> None:
    """Whose words are these? `{"op": "history", …}` in; `{"op": "match", …}` in, scores out."""
    os.environ.setdefault("HUB_LOG", os.devnull)
    with tempfile.TemporaryDirectory() as folder:
        people = _People(_Talk(Path(folder)))
        for line in sys.stdin:
            asked = json.loads(line)
            if asked["op"] == "history":
                people.hear(asked["person"], asked["messages"])
            else:
                print(json.dumps(people.match(asked)), flush=True)
        people.talk.close()


@dataclass
class _Clock:
    """The time of the conversation, which is long past."""

    at: float = 0.0

    def now(self) -> float:
        return self.at


class _Talk:
    """One conversation of several people, overheard in a shared place: each message is a turn.

    The way is the hub's own from the turn on: one read, one commit, and the index that a mind
    recalls from. Only the disk is not waited for.
    """

    def __init__(self, folder: Path) -> None:
        from backends.local.family import open_family
        from functions._compose import compose
        from persona.model import Address
        from persona.people import addresses
        from persona.settings import parse

        self._clock = _Clock()
        self._family = open_family(folder, {}, clock=self._clock, durable=False)
        settings = parse({}, stage="local", public_url="http://127.0.0.1", timezone="UTC")
        self._ports = compose(settings, self._family.ports())
        self._address = Address("slack", "evaluation:talk")
        self._place = addresses.meet(
            self._ports.table, self._address, self._ports.entropy, self._clock.at
        )
        self._ids: dict[str, str] = {}

    def add(self, said: dict[str, Any]) -> None:
        from persona.turn import take_turn

        event = self._event(said["id"], said["person"], said["text"], said["at"], said["session"])
        self._ids[event.message_id] = said["id"]
        take_turn(self._place, [event], self._ports)

    def recall(self, asked: dict[str, Any]) -> list[str]:
        from persona.memory.standing import read
        from persona.mind.hands import MemoryHands

        event = self._event("question", "nobody", asked["query"], asked["at"], "")
        standing = read(self._place, [event], self._ports)
        found = MemoryHands(standing, [event], self._ports).recall(event.words, asked["k"])
        return [self._ids[one.id] for one in found]

    def told(self) -> dict[str, list[str]]:
        """What each person said in their own words, as it stands in the table."""
        from persona.memory.evidence import evidence_of, read_turns
        from persona.memory.own import own_of
        from persona.model import Address

        told: dict[str, list[str]] = {}
        for turn in read_turns(self._ports, self._place.home):
            for one in evidence_of(turn):
                told.setdefault(Address.parse(one.author).id, []).append(own_of(one))
        return told

    def _event(self, id: str, person: str, words: str, at: str, thread: object) -> Any:
        from persona.model import Address, Event

        self._clock.at = datetime.fromisoformat(at).replace(tzinfo=UTC).timestamp()
        return Event(
            id=f"{self._address}:{id}",
            kind="message",
            address=self._address,
            author=Address("web", person),
            words=words,
            thread=str(thread),
            at=self._clock.at,
            addressed=False,
            home=self._place.home,
        )

    def close(self) -> None:
        self._family.close()


class _People:
    """Persons who all talked in one place: who they are is asked of how they write alone."""

    def __init__(self, talk: _Talk) -> None:
        self.talk = talk
        self._heard = 0
        self._textures: dict[str, Texture] = {}
        self._crowds: dict[frozenset[str], Crowd] = {}

    def hear(self, person: str, messages: list[str]) -> None:
        for text in messages:
            self._heard += 1
            at = datetime.fromtimestamp(60.0 * self._heard, UTC).replace(tzinfo=None).isoformat()
            self.talk.add(
                {"id": f"{self._heard}", "person": person, "text": text, "at": at, "session": 1}
            )

    def match(self, asked: dict[str, Any]) -> dict[str, Any]:
        """A score for each candidate, and the chance that the best is right."""
        from persona.memory.own import own_words
        from persona.memory.texture import Texture, read
        from persona.people.same import Crowd

        if not self._textures:
            self._textures = {who: read(said) for who, said in self.talk.told().items()}
        known = frozenset(asked["candidates"])
        if known not in self._crowds:
            textures = {one: self._textures.get(one, Texture()) for one in known}
            self._crowds[known] = Crowd(textures)
        guess = self._crowds[known].guess(read(map(own_words, asked["messages"])))
        scores = dict.fromkeys(asked["candidates"], 0.0)
        scores |= {one.person: one.score for one in guess.ranking}
        return {"scores": scores, "confidence": guess.chance}
