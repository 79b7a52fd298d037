"""Wishes that wait for a yes, as rows: each in the home of the address where it was asked.

There it follows its home through links, and can be answered from any address of the same person.
The code that answers it stands nowhere but in the words that show it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from persona import ids, keys
from persona.acts.entries import intent_mark
from persona.acts.wishes import open_wish, plain
from persona.decision import Answer, Wish
from persona.errors import Broken
from persona.keys import Key
from persona.memory.standing import Standing
from persona.model import FORMAT, End, Event
from persona.ports import ABSENT, Ports, Put, Row, Store, Update, Write, equals
from persona.seal import seal, unseal

STANDS = 7 * 86_400.0
"""Seconds for which a question may stand; silence then means no."""
AGAIN = 600.0
"""Seconds after which an unanswered question is told once more that nobody closed."""
KEPT = 30 * 86_400.0
"""Seconds for which an answered question is remembered, so that a late yes is told what happened."""


FORGOTTEN = "forgotten"
"""How a question ends whose words were forgotten or changed: it is withdrawn, and its row goes."""


@dataclass(frozen=True, slots=True)
class Question:
    """A wish that waits for a yes, or had its answer: open, approved, denied or expired."""

    home: str
    hash: str
    state: str
    until: float
    wish: Wish
    asked: End


def hash_of(code: str) -> str:
    """What stands for a code everywhere but in the words that show it."""
    return ids.code_hash(code, "approve")


def asked(
    standing: Standing, events: Sequence[Event], wished: Iterable[Wish], ports: Ports
) -> list[Write]:
    """The writes that keep what must be asked."""
    place = End.of(events[-1], standing.place.home)
    return [_put(place, wish, ports) for wish in wished if wish.verdict.decision == "ask"]


def _put(place: End, wish: Wish, ports: Ports) -> Write:
    until, hash = ports.clock.now() + STANDS, hash_of(wish.code)
    content = {"wish": plain(wish), "asked": asdict(place)}
    sealed = seal(ports, f"home:{place.home}", f"QUESTION {hash}", content)
    row: Row = {"v": FORMAT, "state": "open", "until": until, "due": until, "sealed": sealed}
    row["intent"] = intent_mark(ports, place.home, wish)
    return Put(keys.question(place.home, hash), row, ABSENT)


def find(standing: Standing, hash: str, ports: Ports) -> Question | None:
    """The question whose code has this hash, in any home of the person; None where there is none."""
    wanted = [keys.question(home, hash) for home in standing.gate.homes]
    found = ports.table.get(wanted).items()
    return next((open_row(key, row, ports) for key, row in found), None)


def open_row(key: Key, row: Row, ports: Store) -> Question:
    """Raises Broken for a question of a newer format."""
    if row["v"] > FORMAT:
        raise Broken(f"question of format {row['v']}; this code knows up to {FORMAT}")
    home, hash = key.partition.removeprefix("HOME#"), key.sort.removeprefix("QUESTION#")
    content: dict[str, Any] = unseal(ports, f"home:{home}", f"QUESTION {hash}", row["sealed"])
    wish, place = open_wish(content["wish"]), End.from_row(content["asked"])
    return Question(home, hash, row["state"], row["until"], wish, place)


def expiry(question: Question, ports: Ports) -> Event:
    """What tells the lane that nobody answered in time."""
    place = question.asked
    return Event(
        id=f"expiry:{question.hash}:{question.until}",
        kind="expiry",
        address=place.address,
        author=place.address,
        thread=place.thread,
        at=ports.clock.now(),
        home=place.home,
        target=question.hash,
        detail=place.detail,
    )


def closing(question: Question, state: str) -> Answer:
    """That this question ends so."""
    return Answer(question.home, question.hash, state, question.wish)


def answered(answers: Iterable[Answer], ports: Ports) -> list[Write]:
    """The writes that close questions; each counts once. Forgotten ones go (`acts/forgotten.py`)."""
    closed: Row = {"expires": ports.clock.now() + KEPT}
    return [
        Update(
            keys.question(one.home, one.hash),
            {**closed, "state": one.state},
            equals("state", "open"),
        )
        for one in answers
        if one.state != FORGOTTEN
    ]
