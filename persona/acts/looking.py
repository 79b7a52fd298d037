"""What still stands of what was left open, when its time has come: all that code can know of it.

A review begins here. Whether it may speak at all is asked first, and costs nothing; then each topic
is looked at as things are now: words that were forgotten or corrected, an event of which the person
told how it went, an act that ended after all, a plan that moved on fall away unsaid.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from functools import cached_property
from math import inf
from zoneinfo import ZoneInfo

from persona import keys
from persona.acts import outbox
from persona.acts.costs import REVIEWS
from persona.acts.openings import DAY, GIVEN_UP, HOUR, is_waiting, standing_of
from persona.acts.plans import Plans
from persona.decision import Act
from persona.memory import concerns, evidence, topics, walls
from persona.memory.notes import Notes
from persona.memory.sensitivity import MOST, sensitivity
from persona.memory.standing import Standing
from persona.model import Event, Evidence
from persona.people import consent
from persona.ports import Ports
from persona.topic import LEFT, Found, Looked, Topic

REST = HOUR / 2
"""Seconds without a word of the person before one of the persona's own accord."""
TOGETHER = 2 * HOUR
"""What is to be looked at so soon after is told in the same message."""


def may_speak_at(standing: Standing, free: float, now: float, ports: Ports) -> float:
    """From when a review may speak here (epoch seconds), infinity for not at all.

    `free` is when the address takes what nobody asked for, `now` where it may at once. Never while
    the person is halted, at an address that may be somebody else's, right after they spoke, at
    night, or more often than a day allows.
    """
    zone = ports.settings.timezone
    if standing.gate.halted or standing.is_silent or not consent.follows_up(standing.gate.row):
        return inf
    if free == inf or not ports.settings.reviews:
        return inf
    spoke = max((t.at for t in standing.slots if t.person_text()), default=0.0)
    day = now // DAY + 1
    is_full = standing.head.spent.at(now).uses.get(REVIEWS, 0) >= ports.settings.reviews
    is_held = bool(standing.halted)
    at = max(now, free, spoke + REST, day * DAY if is_full else 0.0, now + HOUR if is_held else 0.0)
    return consent.awake_at(at, zone)


def put_off(standing: Standing, until: float) -> Looked:
    """Nothing is said now: what is due here is looked at then, or, where that is never, given up."""
    home, known = standing.place.home, standing.open
    left = [replace(one, at=max(one.at, until)) for one in known.topics] if until < inf else []
    return Looked({home: tuple(left)}, {home: known})


def is_stale(standing: Standing, event: Event, ports: Ports) -> bool:
    """Whether the bell rang for what has changed since."""
    known = standing.open
    return f"{known.changes}" != event.target or known.due > ports.clock.now()


class Look:
    """One review of all that is open in the person's homes."""

    def __init__(self, standing: Standing, ports: Ports) -> None:
        self.standing, self.ports = standing, ports
        self.now = ports.clock.now()
        self.before = topics.read(ports, standing.gate.homes)
        self.plans = Plans(standing, ports)

    def found(self, kinds: Sequence[str]) -> list[Found]:
        """What still stands of what is due, each thing once, in the order of these kinds."""
        due = [one for known in self.before.values() for one in known.topics if self._is_due(one)]
        once = {one.id: one for one in due if one.kind in kinds}.values()
        ordered = sorted(once, key=lambda one: (kinds.index(one.kind), one.made))
        seen = (self._look(one) for one in ordered)
        return [one for one in seen if one is not None and one.sensitivity < MOST]

    def left(self, told: Iterable[Found], waiting: Iterable[Found]) -> Looked:
        """What stays open once all that is due was looked at, but for what waits for the next time."""
        kept = {one.topic.id for one in waiting}
        later = consent.awake_at(self.now + TOGETHER, self.ports.settings.timezone)
        left = {
            home: tuple(
                replace(one, at=max(one.at, later)) if one.id in kept else one
                for one in known.topics
                if one.id in kept or not self._is_due(one)
            )
            for home, known in self.before.items()
        }
        return Looked(left, self.before, tuple(one.topic.kind for one in told))

    def _is_due(self, one: Topic) -> bool:
        return one.at <= self.now + TOGETHER

    def _look(self, one: Topic) -> Found | None:
        match one.kind:
            case "concern":
                return self._concern(one)
            case "plan":
                return self._plan(one)
            case "promise" | "outcome":
                return self._act(one)

    # Concerns

    def _concern(self, one: Topic) -> Found | None:
        """The sentence in which the person said it, if they have not come back to it since."""
        turn = evidence.read_turn(self.ports, one.home, one.turn)
        said = evidence.evidence_of(turn) if turn else []
        found = next((each for each in said if each.id in one.rests), None)
        if found is None or not self._may_tell(found) or self._notes.ending(found.id):
            return None
        concern = concerns.concern(found.text, self._day(found.at))
        if concern is None or concern.of != one.of or self._is_settled(one, found):
            return None
        words = replace(found, text=concern.words, passes_on=False)
        return Found(one, words, since=found.at, sensitivity=found.sensitivity)

    def _may_tell(self, one: Evidence) -> bool:
        standing = self.standing
        return standing.opens(one) and walls.may_hear(one, standing.place.home, standing.audience)

    def _is_settled(self, one: Topic, found: Evidence) -> bool:
        """By what the person said since, in any of their homes."""
        since = [each for each in self._everything if each.at > found.at and each.tells]
        days = [(each.text, self._day(each.at)) for each in since]
        newer = [(concerns.concern(text, today), today) for text, today in days]
        is_moved = any(c and c.day != one.day and concerns.is_same(c.of, one.of) for c, _ in newer)
        return is_moved or any(concerns.settles(t, one.of, one.day, today) for t, today in days)

    @cached_property
    def _everything(self) -> Sequence[Evidence]:
        return self.ports.indexes.open(self.standing, self.ports).everything()

    @cached_property
    def _notes(self) -> Notes:
        return Notes.of(self.ports.indexes.notes(self.standing, self.ports))

    def _day(self, at: float) -> int:
        zone = ZoneInfo(self.ports.settings.timezone)
        return datetime.fromtimestamp(at, zone).toordinal()

    # Plans

    def _plan(self, one: Topic) -> Found | None:
        found = [plan for plan in self.plans.all() if standing_of(plan) == one.of]
        if not found or not is_waiting(found[0]):
            return None
        (plan,) = found
        shown = self.plans.line(plan)
        return Found(one, shown=shown, since=one.made, sensitivity=sensitivity(shown))

    # Acts

    def _act(self, one: Topic) -> Found | None:
        """A promise whose act is still under way; an outcome that is still what it was."""
        act = self._stands(*one.of.split())
        is_open = act is not None and act.open
        state = "failed" if one.state == LEFT else one.state
        stays = is_open if one.kind == "promise" else act is not None and act.state == state
        if act is None or not stays or not act.wish:
            return None
        facts = act.wish["facts"]
        return Found(
            one,
            shown=act.wish["shown"],
            since=one.made,
            sensitivity=max(act.sensitivity, sensitivity(act.wish["shown"])),
            rests=one.rests,
            tainted=facts.get("tainted", ""),
            again=self._again(act),
        )

    def _stands(self, function: str, lane: str, after: str) -> Act | None:
        """The act as it stands; None for one of a lane that was left since, and one that is gone."""
        if lane != self.standing.place.lane or function not in self.ports.functions:
            return None
        stages = [keys.act(function, lane, stage, after) for stage in ("DONE", "OUT", "OPEN")]
        rows = self.ports.table.get(stages)
        found = next((rows[key] for key in stages if key in rows), None)
        return outbox.open_row(self.ports, found) if found else None

    def _again(self, act: Act) -> tuple[str, Mapping[str, object]] | None:
        """The read that is to be tried once more: its provider did not answer then."""
        intent = act.wish["intent"]
        found = self.ports.capabilities.get(intent["capability"])
        is_read = found is not None and found.effect == "read"
        if not is_read or act.state != "failed" or not act.reason.startswith(GIVEN_UP):
            return None
        return intent["capability"], intent["arguments"]
