"""A person's conversation as the page reads it: pages of messages, and a cursor to go on from.

All linked addresses of the person are one conversation, in the order of its turns. A cursor says
how far each home was read, so it stays right however many homes are merged or part again.
"""

import base64
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from persona import keys
from persona.errors import Broken, Rejected
from persona.markdown import to_html
from persona.memory import evidence
from persona.memory.standing import Gate, open_gate
from persona.model import Address, Place, Said, Turn
from persona.people import addresses
from persona.ports import Clock, Store
from persona.settings import Settings

PAGE_TURNS = 200
PAGE_CHARACTERS = 300_000
"""Of words in a page, so that Lambda's 6 MB hold it, rendered and in base64."""
FRAME_BYTES = 100_000
"""API Gateway takes 128 KB a message."""


class Reader(Store, Protocol):
    """What reading a conversation needs: a surface's door, or all ports."""

    @property
    def settings(self) -> Settings: ...
    @property
    def clock(self) -> Clock: ...


@dataclass(frozen=True, slots=True)
class Page:
    """Messages in order, and where to go on."""

    messages: list[Said]
    cursor: str


def read(address: Address, cursor: str, reader: Reader) -> Page:
    """What was said after `cursor`; from the beginning for an empty one. Raises Rejected for junk.

    What a new link still keeps closed is left out.
    """
    positions = _open(cursor)
    place, gate = _standing(address, reader)
    until = reader.clock.now() - reader.settings.link_quarantine
    said: list[Said] = []
    while not said:  # a page may hold nothing that this address sees, and the next one something
        found = {
            home: evidence.read_turns(reader, home, positions.get(home, 0), PAGE_TURNS)
            for home in gate.homes
        }
        turns = _fitting(_in_order(found))
        if not turns:
            break
        for turn in turns:
            positions[turn.home] = turn.version
        said = [one for turn in turns for one in gate.shown(place.home, turn, until).said]
    return Page(sorted(said, key=lambda one: one.at), _close(positions))


def _in_order(found: Mapping[str, list[Turn]]) -> list[Turn]:
    """The turns of all homes by time, as far as every home was read; each home's in its own order.

    Clocks disagree, so a turn stands no earlier than the one before it in its home.
    """
    placed: list[tuple[float, int, Turn]] = []
    horizon = float("inf")
    for turns in found.values():
        at = 0.0
        for turn in turns:
            at = max(at, turn.at)
            placed.append((at, turn.version, turn))
        if len(turns) == PAGE_TURNS:
            horizon = min(horizon, at)
    ordered = sorted(placed, key=lambda one: one[:2])
    return [turn for at, _, turn in ordered if at <= horizon]


def _fitting(turns: list[Turn]) -> list[Turn]:
    """As many as one page holds, and at least one."""
    size, fitting = 0, list[Turn]()
    for turn in turns:
        size += sum(len(said.text) for said in turn.said)
        if fitting and size > PAGE_CHARACTERS:
            break
        fitting.append(turn)
    return fitting


def newest(address: Address, reader: Reader) -> str:
    """The cursor behind everything said so far."""
    _, gate = _standing(address, reader)
    positions: dict[str, int] = {}
    for home in gate.homes:
        rows = reader.table.query(keys.turns(home), limit=1, newest_first=True)
        if rows:
            positions[home] = rows[0][1]["version"]
    return _close(positions)


def _standing(address: Address, reader: Reader) -> tuple[Place, Gate]:
    """Where the address is worked, and with which homes; read again where a link just moved it."""
    for _ in range(3):
        place = addresses.find(reader.table, address)
        if place is None:
            break
        key = keys.gate(place.lane)
        gate = open_gate(reader.table.get([key])[key])
        if place.home in gate.homes:
            return place, gate
    raise Broken("a web address that lives nowhere")


def shown(message: Said) -> dict[str, Any]:
    """The message as the contract gives it, with rendered markdown where the persona speaks."""
    about = {
        "id": message.id,
        "author": message.author,
        "text": message.text,
        "surface": message.surface,
        "at": message.at,
    }
    return {**about, "html": to_html(message.text)} if message.author == "persona" else about


def shown_all(messages: Iterable[Said]) -> list[dict[str, Any]]:
    return [shown(message) for message in messages]


def frames(messages: Iterable[Said]) -> Iterator[str]:
    """The messages as JSON lists that a socket takes; one too large alone goes without its HTML."""
    frame: list[dict[str, Any]] = []
    size = 0
    for message in map(shown, messages):
        if len(json.dumps(message)) > FRAME_BYTES:
            message.pop("html", None)
        length = len(json.dumps(message))
        if frame and size + length > FRAME_BYTES:
            yield json.dumps(frame)
            frame, size = [], 0
        frame.append(message)
        size += length
    if frame:
        yield json.dumps(frame)


def _open(cursor: str) -> dict[str, int]:
    if not cursor:
        return {}
    try:
        positions = json.loads(base64.urlsafe_b64decode(cursor.encode("ascii", "strict")))
        return {str(home): int(version) for home, version in positions.items()}
    except (ValueError, AttributeError, TypeError, OverflowError, RecursionError) as error:
        raise Rejected("this cursor is not one of ours") from error


def _close(positions: dict[str, int]) -> str:
    text = json.dumps(positions, sort_keys=True, separators=(",", ":"))
    return base64.urlsafe_b64encode(text.encode()).decode()
