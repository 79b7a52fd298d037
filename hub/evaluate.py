"""Speaks the evaluation scripts' JSON lines on stdin and stdout, through the product's own code."""

import json
import os
import sys
import tempfile
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import typer

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
