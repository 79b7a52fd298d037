"""Going on with plans: what a turn makes of the moves that are due.

The table holds the truth, and the turn is the only one that writes it. Whatever woke it (a time,
an outcome, an answer) is a bell: the turn looks at the plan, moves it on through everything that
needs no waiting, and commits plan, acts and words as one.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, replace
from math import inf
from typing import Any

from persona import ids
from persona.acts import plan as moves
from persona.acts import questions, telling, wishes
from persona.acts.circumstances import Seen
from persona.acts.plan import Await, Begin, Done, Failed, Take, Wait
from persona.acts.plans import Plans
from persona.decision import Answer, Decision, Intent, Wish
from persona.declare import Capability, Moment, moment
from persona.errors import Refused
from persona.memory.sensitivity import sensitivity
from persona.memory.standing import Standing
from persona.model import Event
from persona.plan import Came, Plan, Step
from persona.ports import Ports

MOST_MOVES = 25
"""Of one plan in one turn; with more it goes on in the next."""
MOST_PLANS = 20
"""Moved in one turn, so that its commit holds them and their acts; the others have turns of theirs."""

Think = Callable[[Plan, Step], Decision]
"""A mind's decision on a step, with what came so far."""


def carry_on(
    standing: Standing,
    events: Sequence[Event],
    plans: Plans,
    decision: Decision,
    ports: Ports,
    think: Think | None = None,
) -> Decision:
    """The decision with every plan moved on that may go on now, its wishes judged, its news told.

    Where a step needs a mind and none is given, the plan goes on in a turn of its own.
    """
    mover = _Mover(standing, events, plans, decision, ports, think)
    if standing.halted:
        _hold(plans)
    else:
        for plan in list(filter(mover.may_move, plans.all()))[:MOST_PLANS]:
            mover.move(plan)
    decision = telling.told(mover.decided(), standing, events, plans, ports)
    answered = {one.hash for one in decision.answers}
    closed = [one for one in _withdrawn(standing, plans, ports) if one.hash not in answered]
    decision = replace(decision, answers=(*decision.answers, *closed))
    decision = plans.into(decision)
    return wishes.judged(standing, events, decision, ports) if decision.intents else decision


def _hold(plans: Plans) -> None:
    """Nothing moves during a halt; the resumption wakes what stands in a run."""
    for plan in list(plans.changed.values()):
        if plan.state == "waiting" and plan.step:
            plans.move(replace(plan, at=inf))


def _withdrawn(standing: Standing, plans: Plans, ports: Ports) -> Iterable[Answer]:
    """The open questions of plans that are over now."""
    over = {*plans.over, *(id for id, one in plans.changed.items() if one.state == "over")}
    ended = [one for one in (*plans.over.values(), *plans.changed.values()) if one.id in over]
    if not any(map(_may_be_asking, ended)):
        return []
    now = ports.clock.now()
    found = [one for one in questions.listed(standing.gate, ports) if one.is_open(now)]
    return [
        questions.closing(one, "withdrawn")
        for one in found
        if one.wish.facts.get("plan", ids.derive("plan", one.wish.intent.hash)) in over
    ]


def _may_be_asking(plan: Plan) -> bool:
    """Whether a question about it, or about a step of its, may be open."""
    return any(step.kind == "use" for step in plan.steps)


class _Mover:
    """The moves of one turn."""

    def __init__(
        self,
        standing: Standing,
        events: Sequence[Event],
        plans: Plans,
        decision: Decision,
        ports: Ports,
        think: Think | None,
    ) -> None:
        self._standing, self._events, self._plans = standing, events, plans
        self._decision, self._ports, self._think = decision, ports, think
        self._now = ports.clock.now()

    def may_move(self, plan: Plan) -> bool:
        """Whether it is due, and this turn may move it: unasked, a turn is one home's alone."""
        is_here = self._events[-1].kind in telling.SPOKEN or plan.home == self._standing.place.home
        return is_here and plan.is_due_by_itself and plan.at <= self._now

    def decided(self) -> Decision:
        """The decision with what the moves wish."""
        return self._decision

    def move(self, plan: Plan) -> None:
        """Moves one plan on until it waits, or is over."""
        for _ in range(MOST_MOVES):
            plan = moves.settled(plan, self._now)
            match moves.next_move(plan, self._now):
                case Begin():
                    plan = self._begin(plan)
                case Take(_, step):
                    if step.kind == "think" and not self._may_think:
                        break
                    plan = self._take(plan, step)
                case Failed(reason, is_final):
                    plan = self._fail(plan, reason, is_final=is_final)
                case Done():
                    plan = self._finish(plan)
                case Wait(until) | Await(until):
                    plan = replace(plan, at=until)
                    break
            if plan.state == "over":
                break
        self._plans.move(plan)

    def _begin(self, plan: Plan) -> Plan:
        """A run begins, and says so where it is late; or its time is left out, as the plan says."""
        is_late = self._now - plan.begins > telling.LATE
        if is_late and plan.late == "skip":
            said = telling.late(plan, self._now, telling.LEFT_OUT)
            return moves.with_news(moves.finished(plan, self._now), said)
        if is_late and not plan.is_reminder:
            plan = moves.with_news(plan, telling.late(plan, self._now))
        return moves.began(plan, self._now)

    def _take(self, plan: Plan, step: Step) -> Plan:
        match step.kind:
            case "tell":
                said = telling.filled(plan, step, self._now)
                said = telling.reminder(plan, self._now) if plan.is_reminder else said
                return moves.came_to(moves.with_news(plan, said), said, self._now)
            case "use":
                return self._use(plan, step)
            case "think":
                return self._think_of(plan, step)
            case _:  # to do, or to ask
                said = telling.asked(plan, step, self._now)
                return moves.set_going(moves.with_news(plan, said), self._now)

    def _fail(self, plan: Plan, reason: str, *, is_final: bool) -> Plan:
        after = moves.finished(plan, self._now, is_final=is_final)
        return moves.with_news(after, telling.ended(plan, after, reason, self._now))

    def _finish(self, plan: Plan) -> Plan:
        if plan.state == "over":  # only what is still to be told makes it due again
            return replace(plan, at=inf)
        after = moves.finished(plan, self._now)
        if after.state != "over" or len(plan.steps) == 1:
            return after
        return moves.with_news(
            after, Came(0, "done", telling.OVER.format(what=plan.what), at=self._now)
        )

    # What a step wishes

    def _use(self, plan: Plan, step: Step) -> Plan:
        """Wishes what the step says; where nothing is to come of it, it has come to that."""
        capability = self._ports.capabilities.get(step.capability)
        if capability is None:
            return self._came(plan, "failed", telling.GONE.format(name=step.capability))
        try:
            arguments = capability.settled(step.arguments, self._moment)
        except Refused as refused:
            return self._came(plan, "failed", refused.reason)
        plan = moves.set_going(plan, self._now)
        intent = self._intent(capability, arguments, f"plan {plan.id} use {plan.used}")
        is_theirs = plan.is_approved and plan.approver in self._standing.gate.homes
        covered = is_theirs and covers(plan, capability)
        wish, said = self._wish(plan, intent, _under(plan, intent if covered else None))
        if wish.verdict.decision == "deny":
            reason = wish.verdict.reason
            return self._came(
                plan, "refused", wishes.DENIES.format(shown=wish.shown, reason=reason)
            )
        if wish.verdict.decision == "ask":
            asks = Came(plan.step, "done", "\n".join(wishes.told([wish])), at=self._now)
            return moves.with_news(plan, telling.of(plan, asks))
        return plan if capability.function else self._came(plan, "done", said)

    def _intent(self, capability: Capability, arguments: Mapping[str, Any], cause: str) -> Intent:
        lane = self._standing.place.lane
        return Intent(capability.name, capability.version, arguments, lane, cause)

    def _wish(self, plan: Plan, intent: Intent, led: Mapping[str, Any]) -> tuple[Wish, str]:
        """The wish judged, and what is told of one that this turn carries out itself."""
        seen = Seen(
            sensitivity=max(plan.sensitivity, sensitivity(plan.words)),
            tainted=plan.tainted,
            typed=frozenset(plan.typed),
            approved=led.get("approved", ""),
        )
        before = self._decision.wishes
        wish = wishes.judged_alone(self._standing, self._events, intent, seen, before, self._ports)
        wish = replace(wish, facts={**wish.facts, **led})
        wish, said = wishes.done_in_turn(wish, plan.asked, self._plans, self._ports)
        self._decision = replace(self._decision, wishes=(*before, wish))
        return wish, said

    def _came(self, plan: Plan, state: Any, said: str) -> Plan:
        """The step came to this at once, which is told."""
        came = Came(plan.step, state, said, at=self._now)
        told = [telling.of(plan, came)] if said else []
        return moves.came_to(moves.with_news(plan, *told), came, self._now)

    @property
    def _moment(self) -> Moment:
        return moment(self._ports)

    # What a step leaves to a mind

    @property
    def _may_think(self) -> bool:
        """One mind a turn: what it wishes is judged by what it alone was shown."""
        return self._think is not None and not self._decision.cost and not self._decision.intents

    def _think_of(self, plan: Plan, step: Step) -> Plan:
        """What a mind decides is kept, and told where no later step makes something of it."""
        assert self._think is not None
        thought = self._think(plan, step)
        said = thought.reply or telling.BY_RULES.format(text=step.text)
        came = Came(
            plan.step,
            "done",
            said,
            sensitivity=thought.shown,
            untrusted=bool(thought.tainted),
            at=self._now,
            rests=tuple(one.pointer for one in thought.recalled),
        )
        self._decision = replace(
            self._decision,
            intents=thought.intents,
            cost=thought.cost,
            mind=thought.mind,
            recalled=(*self._decision.recalled, *thought.recalled),
            notes=(*self._decision.notes, *thought.notes),
            shown=max(self._decision.shown, thought.shown),
            tainted=self._decision.tainted or thought.tainted,
        )
        is_last = plan.step == len(plan.steps)
        told = [telling.of(plan, came)] if is_last or not thought.reply else []
        return moves.came_to(moves.with_news(plan, *told), came, self._now)


def covers(plan: Plan, capability: Capability) -> bool:
    """Whether a yes to the whole plan is one to this.

    What spends is asked for each time, and what cannot be undone each time that it would come again.
    """
    return capability.effect != "spend" and not (capability.destructive and plan.repeats)


def _under(plan: Plan, covered: Intent | None) -> dict[str, Any]:
    """What a step's wish carries: its plan, the words behind it, and the yes that it goes by."""
    led: dict[str, Any] = {
        "plan": plan.id,
        "step": plan.step,
        "run": plan.run,
        "use": plan.used,
        "asked": asdict(plan.asked),
        "message": plan.message,
        "turn": plan.turn,
        "rests": [plan.message, f"{plan.home}/{plan.turn}"],
    }
    if covered is not None:
        led |= {"approved": covered.hash, "approver": plan.approver, "how": "plan"}
    return led
