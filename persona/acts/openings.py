"""What a turn leaves open, in its own commit: the gate of reviews.

Cheap and by rules; no model is asked. A turn that leaves nothing open writes nothing here, and the
one that closes the last topic drops the row: so a review falls due only where something is open,
and a person who left nothing open costs nothing.

Promises are those that code makes ("I do this now and tell you how it went"): one is kept when the
act's outcome comes. Of outcomes only those stay open of which nobody knows whether they happened, or
that were given up because a provider did not answer; of plans those that wait for the person.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from persona import ids
from persona.acts.wished import rests_of
from persona.decision import Act, Decision
from persona.memory import concerns, drifts, topics
from persona.memory.own import own_words
from persona.memory.sensitivity import MOST, sensitivity
from persona.memory.standing import Standing
from persona.model import GUEST, End, Event, Said, Turn
from persona.people import consent
from persona.plan import Plan
from persona.ports import Ports, Write
from persona.topic import BY_REVIEW, LEFT, Open, Topic, TopicKind

DAY, HOUR = 86_400.0, 3_600.0
LEAVES = "leaves"
"""The reaction that was expected when it was told (`Turn.manner`)."""
GIVEN_UP = "given up"
"""How the reason begins of what was tried again and again in vain."""
SETTLED = re.compile(
    r"\b(?:it|that|they)\s+(?:arrived|came\s+through|worked|is\s+done|was\s+done)\b|\b(?:i|we)\s+(?:got|have)"
    r"\s+it\b|\b(?:he|she|they|\w+)\s+(?:got|received)\s+(?:it|the)\b|\bnever\s*mind\b"
    r"|\bforget\s+(?:about\s+)?it\b"
    r"|\bno\s+need\b|\bleave\s+it\b",
    re.IGNORECASE,
)
"""Words after which nobody need ask any more what became of a wish."""
WAITS_FOR = frozenset({"do", "ask"})
"""Steps that are the person's to answer."""


def writes(
    standing: Standing,
    events: Sequence[Event],
    decision: Decision,
    turn: Turn | None,
    acts: Sequence[Act],
    ports: Ports,
) -> list[Write]:
    """The writes after which each home's row holds what is open once this turn is committed.

    A review also writes what it saw of the persona itself.
    `turn` is what was said in it, `acts` what its wishes came to.
    """
    if decision.looked is not None:
        looked = decision.looked
        found = [
            topics.write(ports, home, looked.before[home], left)
            for home, left in looked.left.items()
        ]
        seen = drifts.writes(standing.place.lane, decision.drift)
        return [*seen, *(one for one in found if one is not None)]
    one_turn = _Turn(standing, events, decision, turn, acts, ports)
    written: list[Write] = []
    for home, known in one_turn.touched().items():
        write = topics.write(ports, home, known, one_turn.left_in(home, known.topics))
        written += [write] if write else []
    return written


class _Turn:
    """What one turn closes and opens."""

    def __init__(
        self,
        standing: Standing,
        events: Sequence[Event],
        decision: Decision,
        turn: Turn | None,
        acts: Sequence[Act],
        ports: Ports,
    ) -> None:
        self.standing, self.events, self.decision = standing, events, decision
        self.turn, self.acts, self.ports = turn, acts, ports
        self.now = ports.clock.now()
        self.zone = standing.head.zone or ports.settings.timezone
        self.today = datetime.fromtimestamp(self.now, ZoneInfo(self.zone)).toordinal()
        self.plans = (*decision.plans, *decision.over)

    def touched(self) -> Mapping[str, Open]:
        """The homes in which anything may open or close: this one, and those that the turn reaches."""
        own = self.standing.place.home
        others = {one.home for one in (*self.plans, *self.decision.forgets)}
        others |= {act.home for act in self.acts if act.wish}
        reached = others.intersection(self.standing.gate.homes) - {own}
        return {own: self.standing.open, **topics.read(self.ports, reached)}

    def left_in(self, home: str, known: Iterable[Topic]) -> list[Topic]:
        """What is open in a home after this turn."""
        if self._is_off():
            return []
        kept = [one for one in known if not self._closes(one)]
        outcome = self._outcome(known)
        opened = [*self._concerns(), *self._promises(), *outcome, *self._waiting()]
        for one in opened if self._may_open() else ():
            if one.home == home and all(one.id != other.id for other in kept):
                kept.append(one)
        return kept

    # Closed

    def _is_off(self) -> bool:
        gate = {**self.standing.gate.row, **self.decision.gate}
        return not consent.follows_up(gate) or not self.ports.settings.reviews

    def _closes(self, one: Topic) -> bool:
        gone = {key for e in self.decision.forgets for key in (e.id, e.pointer)}
        gone |= {*self.decision.rewrites}
        gone |= {id for note in self.decision.notes for id in note.ends}
        return not gone.isdisjoint(one.rests) or bool(CLOSES[one.kind](self, one))

    def kept_promise(self, one: Topic) -> bool:
        return any(event.detail.get("act") == _act_id(one) for event in self._outcomes())

    def settled_outcome(self, one: Topic) -> bool:
        """A later use of the capability, done or wished anew, or the person's own word."""
        function = one.of.partition(" ")[0]
        done = [e for e in self._outcomes() if e.detail["state"] in ("sent", "delivered")]
        is_done = any(event.detail["function"] == function for event in done)
        is_wished = any(act.function == function and act.wish for act in self.acts)
        return is_done or is_wished or any(SETTLED.search(own_words(s.text)) for s in self._said())

    def moved_plan(self, one: Topic) -> bool:
        return any(plan.id == one.of.partition("/")[0] for plan in self.plans)

    def settled_concern(self, one: Topic) -> bool:
        """How it went was told, or it is off, or it has another day."""
        said = [said.text for said in self._said() if said.tells]
        newer = (concerns.concern(text, self.today) for text in said)
        is_moved = any(c and c.day != one.day and concerns.is_same(c.of, one.of) for c in newer)
        settles = (concerns.settles(text, one.of, one.day, self.today) for text in said)
        return is_moved or any(settles)

    def _outcomes(self) -> list[Event]:
        return [event for event in self.events if event.kind == "outcome"]

    def _said(self) -> list[Said]:
        """What the person says in this turn."""
        said = self.turn.said if self.turn and self.events[0].kind == "message" else ()
        return [one for one in said if one.author == "person"]

    # Opened

    def _may_open(self) -> bool:
        """Only between the two of them, and with somebody proven who wants answers."""
        first, decision = self.events[0], self.decision
        is_private = first.audience == "private" and not self.standing.is_shared
        is_heard = not (decision.wait_until or decision.failed or decision.unheard)
        is_theirs = GUEST not in first.detail and not self.standing.is_silent
        return is_private and is_heard and is_theirs and not self.standing.halted

    def _topic(self, kind: TopicKind, thing: str, of: str, asked: End, after: float) -> Topic:
        """`thing` is what makes it the same topic again; it is looked at `after` so many seconds."""
        return Topic(
            id=ids.derive(kind, thing),
            kind=kind,
            home=asked.home,
            at=consent.awake_at(self.now + after, self.zone),
            made=self.now,
            turn=self.standing.next_version,
            asked=asked,
            of=of,
        )

    def _here(self) -> End:
        return End.of(self.events[-1], self.standing.place.home)

    def _concerns(self) -> Iterable[Topic]:
        """Of statements alone; what was wished for is done, and what opens something is not quoted."""
        if self.decision.wishes:
            return
        for said in self._said():
            is_quotable = said.tells and sensitivity(said.text) < MOST
            found = concerns.concern(said.text, self.today) if is_quotable else None
            if found is not None:
                after = date.fromordinal(found.day + 1)
                dawn = datetime.combine(after, time(), ZoneInfo(self.zone)).timestamp()
                thing = f"{found.of} {found.day}"
                topic = self._topic("concern", thing, found.of, self._here(), dawn - self.now)
                yield replace(topic, day=found.day, rests=(said.id,))

    def _promises(self) -> Iterable[Topic]:
        """Of acts that were announced; of what a plan's steps come to the plan itself tells."""
        for act in self.acts:
            is_announced = bool(act.wish) and "plan" not in act.wish["facts"]
            if is_announced and act.home in self.standing.gate.homes:
                of, asked = f"{act.function} {act.lane} {act.after}", act.wish["asked"]
                topic = self._topic("promise", act.id, of, End.from_row(asked), DAY)
                yield replace(topic, rests=tuple(act.wish["facts"].get("rests", ())))

    def _outcome(self, known: Iterable[Topic]) -> Iterable[Topic]:
        """A promise that was kept by saying that it is not known, or was in vain, stays open.

        So does what failed for somebody who would let it drop: they are told once, a day later.
        """
        for event in self._outcomes():
            about = event.detail
            state, reason = about.get("state", ""), about.get("reason", "")
            is_vain = state == "failed" and reason.startswith(GIVEN_UP)
            is_left = (
                not is_vain and state == "failed" and self.decision.manner.endswith(f"/{LEAVES}")
            )
            is_first = int(about.get("chain", "0")) < BY_REVIEW
            promised = [one for one in known if _act_id(one) == about.get("act")]
            stays = state == "unknown" or is_vain or is_left
            for one in promised if is_first and stays else ():
                after = HOUR if is_vain and self._reads(about.get("capability", "")) else DAY
                topic = self._topic("outcome", about["act"], one.of, one.asked, after)
                yield replace(
                    topic, rests=(*one.rests, *rests_of(event)), state=LEFT if is_left else state
                )

    def _reads(self, capability: str) -> bool:
        found = self.ports.capabilities.get(capability)
        return found is not None and found.effect == "read"

    def _waiting(self) -> Iterable[Topic]:
        for plan in self.decision.plans:
            if is_waiting(plan):
                where = standing_of(plan)
                topic = self._topic("plan", where, where, plan.asked, DAY)
                yield replace(topic, rests=(plan.message,))


CLOSES = {
    "promise": _Turn.kept_promise,
    "outcome": _Turn.settled_outcome,
    "plan": _Turn.moved_plan,
    "concern": _Turn.settled_concern,
}
"""What closes a topic of each kind."""


def is_waiting(plan: Plan) -> bool:
    """Whether a plan goes on only when the person says something; what repeats comes by itself."""
    if plan.schedule.repeat is not None:
        return False
    if plan.state == "shown":
        return True
    is_theirs = 0 < plan.step <= len(plan.steps) and plan.steps[plan.step - 1].kind in WAITS_FOR
    return plan.state == "waiting" and plan.begun and is_theirs


def standing_of(plan: Plan) -> str:
    """Where a plan stands: it is asked about once there."""
    return f"{plan.id}/{plan.run}/{plan.step}"


def _act_id(one: Topic) -> str:
    """The act of a promise or an outcome; nothing for any other topic."""
    return ids.derive("act", *one.of.split()) if one.kind in ("promise", "outcome") else ""
