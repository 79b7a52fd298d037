"""A person's conversation as the page reads it: pages of messages, and a cursor to go on from.

A cursor says how far each home was read, so it stays right however many homes are merged.
"""

import base64
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from persona import keys
from persona.errors import Rejected
from persona.markdown import to_html
from persona.memory import evidence
from persona.model import Place, Said, Turn
from persona.ports import Store

PAGE_TURNS = 200
PAGE_CHARACTERS = 300_000
"""Of words in a page, so that Lambda's 6 MB hold it, rendered and in base64."""
FRAME_BYTES = 100_000
"""API Gateway takes 128 KB a message."""


@dataclass(frozen=True, slots=True)
class Page:
    """Messages in order, and where to go on."""

    messages: list[Said]
    cursor: str


def read(place: Place, cursor: str, store: Store) -> Page:
    """What was said after `cursor`; from the beginning for an empty one. Raises Rejected for junk."""
    positions = _open(cursor)
    messages: list[Said] = []
    for home in (place.home,):
        turns = _fitting(evidence.read_turns(store, home, positions.get(home, 0), PAGE_TURNS))
        if turns:
            positions[home] = turns[-1].version
        messages += [said for turn in turns for said in turn.said]
    return Page(sorted(messages, key=lambda said: said.at), _close(positions))


def _fitting(turns: list[Turn]) -> list[Turn]:
    """As many as one page holds, and at least one."""
    size, fitting = 0, list[Turn]()
    for turn in turns:
        size += sum(len(said.text) for said in turn.said)
        if fitting and size > PAGE_CHARACTERS:
            break
        fitting.append(turn)
    return fitting


def newest(place: Place, store: Store) -> str:
    """The cursor behind everything said so far."""
    rows = store.table.query(keys.turns(place.home), limit=1, newest_first=True)
    return _close({place.home: rows[0][1]["version"]} if rows else {})


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
