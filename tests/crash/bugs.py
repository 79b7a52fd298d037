"""Bugs that a hub like this is likely to grow, each planted by itself."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import pytest

from functions import turn as turn_function
from persona import keys
from persona import turn as turn_module
from persona.acts import again, outbox, questions, work
from persona.acts.perform import Performing
from persona.acts.policy import ALLOW
from persona.decision import Act, Decision, Intent
from persona.errors import Conflict
from persona.keys import Key
from persona.memory import segments
from persona.memory.recall import Indexes
from persona.memory.standing import Standing, read
from persona.model import FORMAT, End, Event, Place
from persona.ports import ANY, Condition, Ports, Put, Row, Update
from persona.record import Commit, record
from tests.crash.house import Class
from tests.crash.injector import Mode

Plant = Callable[[pytest.MonkeyPatch], None]
HALTED, HANGING = "a stop that must hold", "a packing that hangs while its words are forgotten"
APPROVED = "asked, approved, and approved again"
ALTERED = "an approved act that somebody alters"


@dataclass(frozen=True)
class Bug:
    """The figure that must show it, in the story, the class of provider and the mode where it bites."""

    plant: Plant
    figure: str
    story: str = "two people and a duplicate"
    kind: Class = "none"
    mode: Mode | None = None


def no_seen_condition(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(Standing, "unhandled", lambda self, events: list(events))
    patch.setattr(Standing, "seen_condition", lambda self, event: ANY)


def seen_before_the_turn(patch: pytest.MonkeyPatch) -> None:
    original = turn_module.take_turn

    def marked_first(place: Place, events: Sequence[Event], ports: Ports, **more: Any) -> Any:
        standing = read(place, events, ports)
        fresh = standing.unhandled(events)
        for event in fresh:
            row: Row = {"v": FORMAT, "state": "turn", "turn": 0}
            ports.table.commit([Put(keys.seen(place.home, event.id), row)])
        if not fresh:
            return turn_module.Taken()
        with pytest.MonkeyPatch.context() as inner:
            no_seen_condition(inner)
            return original(place, fresh, ports, **more)

    patch.setattr(turn_function, "take_turn", marked_first)


def no_head_compare(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(Standing, "head_condition", property(lambda self: ANY))


def gate_unread_after_the_claim(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(again, "judge_again", lambda *_: ALLOW)


def send_before_commit(patch: pytest.MonkeyPatch) -> None:
    def sends_first(*arguments: Any) -> Commit:
        commit = record(*arguments)
        ports: Ports = arguments[3]
        for act in commit.acts:
            carrier = ports.carriers[act.function]
            assert carrier.send
            carrier.send(act, ports)
        writes = [w for w in commit.writes if not w.key.partition.startswith("ACT#")]
        return Commit(writes, (), commit.turn)

    patch.setattr(turn_module, "record", sends_first)


def takeover_without_compare(patch: pytest.MonkeyPatch) -> None:
    def claims_blindly(
        ports: Ports, at: Key, attempt: str, known: Act | None = None, behind: Iterable[Key] = ()
    ) -> tuple[Act, Row | None]:
        row = ports.table.get([at]).get(at)
        act = outbox.open_row(ports, row) if row else known
        if act is None:
            raise Conflict("an act that has ended")
        lease = ports.clock.now() + outbox.LEASE
        held = replace(act, state="sending", attempt=attempt, alone=attempt, lease=lease, due=lease)
        ports.table.commit([Put(at, outbox.row_of(ports, held))])
        gate = keys.gate(act.lane)
        return held, ports.table.get([gate]).get(gate)

    patch.setattr(outbox, "claim", claims_blindly)


def blind_resend(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(work, "_reconcile", lambda desk, act: work.SEND_AGAIN)


def sweeper_skips_sending(patch: pytest.MonkeyPatch) -> None:
    def without_due(key: Key, changes: Row, when: Condition) -> Update:
        return Update(key, {**changes, "due": None} if "due" in changes else changes, when)

    patch.setattr(outbox, "Update", without_due)


def behind_is_ignored(patch: pytest.MonkeyPatch) -> None:
    original = outbox.claim

    def claims_at_once(
        ports: Ports, at: Key, attempt: str, known: Act | None = None, behind: Iterable[Key] = ()
    ) -> tuple[Act, Row | None]:
        return original(ports, at, attempt, known)

    patch.setattr(outbox, "claim", claims_at_once)


def no_lease(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(outbox, "LEASE", 0.0)


def cache_not_keyed_by_lane(patch: pytest.MonkeyPatch) -> None:
    original = Indexes.open

    def one_for_all(self: Indexes, standing: Standing, ports: Ports) -> Any:
        index = original(self, standing, ports)
        everyone = self.__dict__.setdefault("everyone", {})
        for one in index.everything():
            everyone.setdefault(one.id, one)
        for one in everyone.values():
            index.add(one)
        return index

    patch.setattr(Indexes, "open", one_for_all)


def packs_without_compare(patch: pytest.MonkeyPatch) -> None:
    def moved_blindly(self: segments.Packing, home: str, packed: int) -> Put:
        return Put(keys.packing(home), {"v": FORMAT, "stamp": self.stamp + 1, "packed": packed})

    patch.setattr(segments.Packing, "moved", moved_blindly)


def approval_by_id(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(Intent, "hash", property(lambda self: f"{self.lane}/{self.cause}"))


def yes_consumed_beside_the_act(patch: pytest.MonkeyPatch) -> None:
    def consumes_first(
        standing: Standing,
        events: Sequence[Event],
        decision: Decision,
        ports: Ports,
        end: End | None = None,
    ) -> Commit:
        if decision.answers:
            ports.table.commit(questions.answered(decision.answers, events[0], ports))
        return record(standing, events, replace(decision, answers=()), ports, end)

    patch.setattr(turn_module, "record", consumes_first)


def not_judged_at_the_act(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(again, "_judge_wish", lambda *_: ALLOW)


def blind_resend_of_a_capability(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(Performing, "keyed", property(lambda self: True))


BUGS: dict[str, Bug] = {
    "no seen condition": Bug(no_seen_condition, "doubled turns"),
    "seen written before the turn": Bug(seen_before_the_turn, "lost"),
    "no head compare": Bug(no_head_compare, "lost", HANGING),
    "gate unread after the claim": Bug(gate_unread_after_the_claim, "after halt", HALTED),
    "send before commit": Bug(send_before_commit, "doubled sends"),
    "takeover without compare": Bug(takeover_without_compare, "doubled sends"),
    "blind resend of what may have gone out": Bug(blind_resend, "doubled sends"),
    "sweeper skips acts being sent": Bug(sweeper_skips_sending, "stuck"),
    "a named act overtakes": Bug(behind_is_ignored, "out of order"),
    "no lease": Bug(no_lease, "doubled sends", kind="lookup"),
    "recall cache not keyed by lane": Bug(cache_not_keyed_by_lane, "leaked"),
    "packing without compare": Bug(packs_without_compare, "misindexed", HANGING),
    "approval by id, not hash": Bug(approval_by_id, "unapproved", ALTERED),
    "yes consumed outside the act's commit": Bug(
        yes_consumed_beside_the_act, "approved in vain", APPROVED
    ),
    "judge not repeated at the act": Bug(not_judged_at_the_act, "unapproved", ALTERED),
    "blind resend of a capability of class none": Bug(
        blind_resend_of_a_capability, "doubled sends", APPROVED
    ),
}
