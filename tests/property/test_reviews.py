"""The gate of reviews: one is due if and only if something is open, whatever was said in between.

Beside the rules stands a model of a few lines, which knows only what each thing said is meant to do.
"""

import tempfile
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from hypothesis import example, given, settings
from hypothesis import strategies as st

from models.scripted import ScriptedModel
from persona import keys
from persona.keys import Key
from persona.language import Completion
from persona.memory import topics
from persona.mind.wording import wording
from persona.ports import Row
from tests.unit.house import ANN, House

EVENTS = ("exam", "wedding", "audition", "tournament")
ORDINARY = ("hello", "I like tea", "what is my cat called?", "thanks", "help")
DAY = 86_400.0

Step = tuple[str, int, int]
STEPS = st.tuples(
    st.sampled_from(("faces", "tells", "cancels", "waits", "chats", "ends", "allows")),
    st.integers(0, len(EVENTS) - 1),
    st.integers(1, 6),
)


@dataclass
class Expected:
    """What is open, by event, with its last day; and whether anything may be."""

    open: dict[str, int] = field(default_factory=dict[str, int])
    is_on: bool = True

    def after(self, verb: str, event: str, number: int, today: int) -> None:
        if verb == "faces" and self.is_on:
            self.open[event] = today + number
        elif (verb == "tells" and today >= self.open.get(event, today + 1)) or (
            verb == "cancels" and today != self.open.get(event, today)
        ):
            del self.open[event]
        elif verb == "ends":
            self.is_on, self.open = False, {}
        elif verb == "allows":
            self.is_on = True

    def looked_at(self, today: int) -> int:
        """How many it is written about once their day is over."""
        over = [event for event, day in self.open.items() if day < today]
        for event in over:
            del self.open[event]
        return len(over)


class Lived:
    """One person in the house, and how often a model was asked about what they left open."""

    def __init__(self, house: House) -> None:
        self.house, self.reviews = house, 0
        self.model = ScriptedModel(lambda prompts: Completion("Well."))
        house.with_(models=(self.model,))

    @property
    def today(self) -> int:
        return datetime.fromtimestamp(self.house.clock.at, UTC).toordinal()

    @property
    def row(self) -> tuple[Key, Row] | None:
        key = keys.review(self.house.meet(ANN).home)
        row = self.house.ports.table.get([key]).get(key)
        return (key, row) if row else None

    def does(self, verb: str, event: str, number: int) -> None:
        said = {
            "faces": f"my {event} is in {number} days",
            "tells": f"my {event} went fine",
            "cancels": f"my {event} is cancelled",
            "chats": ORDINARY[number % len(ORDINARY)],
            "ends": "do not follow up",
            "allows": "you may follow up",
        }
        if verb in said:
            self.house.tell(said[verb])
        else:
            self.house.clock.at += number * DAY

    def review(self) -> int:
        """Works what is due; returns how many topics a model was asked about.

        It is asked at most once about the person, and at most once how it spoke itself.
        """
        found = self.row
        if found is None or found[1]["due"] > self.house.clock.at:
            return 0
        event = topics.review(*found, self.house.ports)
        assert event is not None
        before = len(self.model.seen)
        self.house.take(event)
        seen = self.model.seen[before:]
        asked = [one for one in seen if one[-1].text == wording().say("review_now")]
        itself = [one for one in seen if "looking back" in one[0].text]
        assert len(asked) <= 1 >= len(itself) and len(seen) == len(asked) + len(itself)
        return asked[0][0].text.count("told me by SMS") if asked else 0


@given(steps=st.lists(STEPS, max_size=14))
@example(steps=[*[("faces", 0, 1)] * 4, ("waits", 0, 2)])
@settings(max_examples=40)
def test_a_review_is_due_if_and_only_if_something_is_open(steps: list[Step]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        house = House(Path(folder))
        lived, expected = Lived(house), Expected()
        try:
            for verb, which, number in steps:
                lived.does(verb, EVENTS[which], number)
                expected.after(verb, EVENTS[which], number, lived.today)
                assert (lived.row is not None) == bool(expected.open), (verb, expected)
                if verb == "waits":
                    assert lived.review() == expected.looked_at(lived.today)
                    assert (lived.row is not None) == bool(expected.open), (verb, expected)
            if lived.row:
                days = [looking_on(day) for day in expected.open.values()]
                assert lived.row[1]["due"] == min(days)
        finally:
            house.close()


def looking_on(day: int) -> float:
    """Ten in the morning after that day."""
    morning = datetime.fromordinal(day + 1).replace(hour=10, tzinfo=UTC)
    return morning.timestamp()
