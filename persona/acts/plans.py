"""What can be done with plans: made, begun, answered, changed, taken back; `moving.py` goes on with them."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from math import inf
from typing import Any

from persona import ids
from persona.acts import plan as moves
from persona.acts.kept import Kept
from persona.decision import Intent
from persona.declare import Moment, moment
from persona.errors import Refused
from persona.memory.reachable import home_on
from persona.memory.sensitivity import sensitivity
from persona.model import End
from persona.people.consent import Consent
from persona.plan import Came, Plan, Step
from persona.schedule import Schedule, near

MOST = 100
"""Plans of one person that are not over."""
MOST_STEPS = 100
MOST_WORDS = 60_000
"""Characters of one plan's words and arguments, so that a row holds it."""
UNDOABLE = 7 * 86_400.0
"""Seconds for which a cancelled plan can still be taken back."""

NONE = "You have no plans. “remind me tomorrow at 17:45 to call Bob” makes one."
SHARED = "Your plans are for you alone: write to me directly, where nobody else reads."
NOTHING = "None of your plans waits for that. “plans” lists them."
SEVERAL = "Which one? Name its number:\n{listed}"
ENDED = "Cancelled: {line}"
UNDER_WAY = (
    "\nIf step {number} is on its way already, it may still come to its end; no more begins."
)
UNDO = "\nIt had done this already: {done}. “undo {number}” takes that back, for a week."
PAUSED = "Paused: {line}\n“resume {number}” goes on with it."
RESUMED = "It goes on: {line}"
STARTED = "Started: {line}"
RUNNING = "I begin it now: {line}"
QUIET = "\nYou have quiet hours then: it comes {when}."
NOTED = "Noted, step {step} of “{what}”."
SKIPPED = "Left out: {what}"
CHANGED = "Changed, step {step} of plan {number} is now: {line}"
CHANGED_SINCE = "plan {number} was changed since I asked; “yes {number}” starts it as it is now"
ASK_AGAIN = "\nYou had approved it as it was. Now I ask you before each step that needs it."
NOT_WAITING = "Plan {number} does not wait for that. “show {number}” says where it stands."
BUSY = "I am at step {step} just now. “skip {number}” leaves it out; then change it."


@dataclass(frozen=True, slots=True)
class Wished:
    """What a capability gets that the turn itself carries out: the person's plans, and the wish.

    `asked` is where it was wished, `message` and `turn` are the words, `moment` is when it is done.
    `typed`, `tainted` and `sensitivity` say what stood before the mind that wished it; `approver`
    is the home that approved it, empty where nobody did.
    """

    plans: "Plans"
    intent: Intent
    asked: End
    message: str
    turn: int
    moment: Moment
    typed: tuple[str, ...] = ()
    tainted: str = ""
    sensitivity: int = 0
    approver: str = ""


class Plans(Kept):
    """What a person, or a mind for them, can do with their plans; each says what is told of it."""

    # Made

    def make(self, what: str, schedule: Schedule, by: str, wished: Wished) -> Plan:
        """A reminder, waiting. Raises Refused where its time is over, or there are too many."""
        plan = self._new(what, schedule, (Step("tell", what),), by, wished)
        self.changed[plan.id] = plan
        return plan

    def draft(
        self,
        what: str,
        schedule: Schedule,
        steps: Sequence[Step],
        by: str,
        wished: Wished,
        *,
        deadline: float = 0.0,
        most: int = 0,
        late: str = "once",
    ) -> Plan:
        """A plan that waits for its person's yes. Raises Refused, in words, where it cannot be done."""
        wrong = [*moves.flaws(tuple(steps)), *self._unfit(steps)]
        if len(steps) > MOST_STEPS:
            wrong.append(f"it has more than {MOST_STEPS} steps")
        if wrong:
            raise Refused(f"that plan does not work yet: {'; '.join(wrong)}", "unfit")
        known = self.get(ids.derive("plan", wished.intent.hash))
        if known is not None:  # the yes to a question that showed it before
            meant = replace(known, what=what, steps=tuple(steps), deadline=deadline, most=most)
            if meant.hash != known.hash:
                raise Refused(CHANGED_SINCE.format(number=known.number))
            return known
        plan = self._new(what, schedule, tuple(steps), by, wished)
        plan = replace(
            plan,
            state="shown",
            at=inf,
            deadline=deadline,
            most=most,
            late="skip" if late == "skip" else "once",
        )
        if len(plan.words) > MOST_WORDS:
            raise Refused("that plan is too long to keep", "unfit")
        self.changed[plan.id] = plan
        self._asks = plan.id
        self.cite(plan)
        return plan

    def _new(
        self, what: str, schedule: Schedule, steps: tuple[Step, ...], by: str, wished: Wished
    ) -> Plan:
        now = self._ports.clock.now()
        at = schedule.first if schedule.first > now else schedule.after(now)
        if at is None and now - schedule.first <= 1:  # “at once” has just passed
            at = now
        if at is None:
            raise Refused("that time is over already")
        if len(self.all()) >= MOST:
            raise Refused(f"you have {MOST} plans already")
        return Plan(
            id=ids.derive("plan", wished.intent.hash),
            home=wished.asked.home,
            number=self.newest() + 1,
            what=what,
            schedule=schedule,
            at=at,
            begins=at,
            asked=wished.asked,
            made=now,
            message=wished.message,
            turn=wished.turn,
            by=by,
            steps=steps,
            typed=wished.typed,
            tainted=wished.tainted,
            sensitivity=wished.sensitivity,
        )

    def _unfit(self, steps: Sequence[Step]) -> list[str]:
        """Which steps use what there is not, or what cannot be used later."""
        found: list[str] = []
        for number, step in enumerate(steps, 1):
            for name in filter(None, (step.capability, step.undo.get("capability"))):
                known = self._ports.capabilities.get(name)
                if known is None or known.inline:
                    found.append(f"step {number} uses {name}, which a plan cannot")
            found += self._unclear(number, step)
        return found

    def _unclear(self, number: int, step: Step) -> list[str]:
        """Whether the arguments of a step would be taken now."""
        known = self._ports.capabilities.get(step.capability)
        if step.kind != "use" or known is None or known.inline:
            return [] if step.kind != "use" or step.capability else [f"step {number} uses nothing"]
        try:
            known.settled(step.arguments, moment(self._ports))
        except Refused as refused:
            return [f"step {number}, {known.name.replace('_', ' ')}: {refused.reason}"]
        return []

    # Changed

    def start(self, number: int | None = None) -> str:
        """The yes to a plan that was shown; what is told of it. Raises Refused, in words."""
        asked = self._standing.head.asking
        shown = [plan for plan in self.all() if plan.state == "shown"]
        if number is None:
            named = asked.get("plan") if asked.get("what") == "plan" else None
            shown = [plan for plan in shown if plan.id == named]
        plan = self._one(shown, number, lambda plan: plan.state == "shown")
        plan = self.set_waiting(plan)
        return STARTED.format(line=self.line(plan)) + self.quiet(plan)

    def quiet(self, plan: Plan) -> str:
        """That its next time falls into hours in which its person wants no messages, where it does."""
        gate, zone = self._standing.gate, self._ports.settings.timezone
        home = home_on(self._standing, plan.by, self._ports)
        address = gate.links[home].address if home else plan.asked.address
        free = Consent.of(gate.row).free_at(address, plan.begins, zone)
        if plan.begins <= self._ports.clock.now() or free in (plan.begins, inf):
            return ""
        return QUIET.format(when=near(free, self._ports.clock.now(), zone))

    def approve(self, plan: Plan, wished: Wished) -> str:
        """The yes to all that a plan would do, which starts it; what is told of it."""
        plan = self.set_waiting(plan, wished.approver)
        return self.line(plan) + self.quiet(plan)

    def set_waiting(self, plan: Plan, approver: str = "") -> Plan:
        """The plan on its way; approved as a whole where an approver is given."""
        now = self._ports.clock.now()
        begins = plan.begins if plan.begins > now else plan.schedule.after(now) or now
        plan = (
            plan
            if plan.state != "shown"
            else replace(plan, state="waiting", begins=begins, at=begins)
        )
        if approver:
            plan = replace(plan, approved=plan.hash, approver=approver)
        self.move(plan)
        return self.changed[plan.id]

    def change(self, verb: str, number: int) -> str:
        """Cancels, pauses or resumes one plan; what is told of it. Raises Refused, in words."""
        plan, now = self.find(number), self._ports.clock.now()
        if verb == "cancel":
            return self._cancel(plan)
        if plan.state in ("shown", "over"):
            raise Refused(NOT_WAITING.format(number=number))
        is_paused = verb == "pause"
        changed = replace(plan, state="paused") if is_paused else moves.resumed(plan, now)
        self.move(changed)
        said = PAUSED if is_paused else RESUMED
        return said.format(line=self.line(changed), number=plan.number)

    def _cancel(self, plan: Plan) -> str:
        said = ENDED.format(line=self.line(plan))
        is_acting = plan.step and plan.begun and plan.steps[plan.step - 1].kind == "use"
        if is_acting and plan.what_came(plan.step) is None:
            said += UNDER_WAY.format(number=plan.step)
        done = [f"step {number}" for number in moves.undoable(plan)]
        if not done:
            self.end(plan)
            return said
        until = self._ports.clock.now() + UNDOABLE
        self.move(replace(plan, state="over", at=until, news=()))
        return said + UNDO.format(done=", ".join(done), number=plan.number)

    def undo(self, number: int) -> str:
        """Wishes that what a cancelled plan did be taken back, the last first. Raises Refused."""
        plan = self.find(number)
        if plan.state != "over" or not moves.undoable(plan):
            raise Refused(NOT_WAITING.format(number=number))
        for step in reversed(moves.undoable(plan)):
            undo = _taken_back(plan, step)
            known = self._ports.capabilities[undo["capability"]]
            arguments = known.settled(undo["arguments"], moment(self._ports))
            lane, cause = self._standing.place.lane, f"undo {plan.id} step {step}"
            self._intents.append(Intent(known.name, known.version, arguments, lane, cause))
        self.cite(plan)
        self.end(plan)
        return ""

    def run_now(self, number: int) -> str:
        """Begins a run at once; its times stay as they are. Raises Refused, in words."""
        plan, now = self.find(number), self._ports.clock.now()
        if plan.state != "waiting" or plan.step:
            raise Refused(NOT_WAITING.format(number=number))
        self.move(replace(plan, begins=now, at=now))
        return RUNNING.format(line=self.line(plan))

    def skip(self, number: int | None = None) -> str:
        """Leaves out the step that a plan stands at, or its next time. Raises Refused, in words."""
        plan = self._one(self._answerable(), number, lambda plan: plan.state == "waiting")
        now = self._ports.clock.now()
        what = self.step_line(plan, plan.step) if plan.step else self.line(plan)
        self.cite(plan)
        self.move(moves.skipped(plan, now))
        return SKIPPED.format(what=what)

    def done(self, number: int | None = None) -> str:
        """The person has done the step that was theirs. Raises Refused, in words."""
        return self._come(self._at("do"), number, "do", "")

    def answer(self, number: int | None, words: str, *rests: str) -> str:
        """The answer to what a plan asked; `rests` is the message. Raises Refused, in words."""
        return self._come(self._at("ask"), number, "ask", words, *rests)

    def _come(
        self, waiting: list[Plan], number: int | None, kind: str, words: str, *rests: str
    ) -> str:
        plan = self._one(waiting, number, lambda plan: moves.stands_at(plan, kind))
        now = self._ports.clock.now()
        came = Came(plan.step, "done", words, sensitivity=sensitivity(words), rests=rests)
        self.cite(plan)
        self.move(moves.came_to(plan, came, now))
        return NOTED.format(step=plan.step, what=plan.what)

    def change_step(self, number: int, step: int, new: Step) -> str:
        """Puts another step in the place of one. Raises Refused, in words."""
        plan = self.find(number)
        if not 0 < step <= len(plan.steps) or plan.state == "over":
            raise Refused(NOT_WAITING.format(number=number))
        if plan.step == step and plan.begun:
            raise Refused(BUSY.format(step=step, number=number))
        changed = moves.changed_step(plan, step, new)
        if plan.is_reminder and new.kind == "tell":
            changed = replace(changed, what=new.text)
        wrong = [*moves.flaws(changed.steps), *self._unfit(changed.steps)]
        if wrong:
            raise Refused(f"that does not work: {'; '.join(wrong)}", "unfit")
        self.move(changed)
        self.cite(changed)
        said = CHANGED.format(step=step, number=number, line=self.step_line(changed, step))
        return said + (ASK_AGAIN if plan.is_approved and not changed.is_approved else "")

    # Which one is meant

    def _one(self, found: list[Plan], number: int | None, fits: Callable[[Plan], bool]) -> Plan:
        """The plan that is meant: of this number, or the only one that waits for it."""
        if number is not None:
            plan = self.find(number)
            if not fits(plan):
                raise Refused(NOT_WAITING.format(number=number))
            return plan
        if not found:
            raise Refused(NOTHING)
        if len(found) > 1:
            raise Refused(SEVERAL.format(listed="\n".join(map(self.line, found))))
        return found[0]

    def _at(self, kind: str) -> list[Plan]:
        return [plan for plan in self.all() if moves.stands_at(plan, kind)]

    def _answerable(self) -> list[Plan]:
        """The plans that wait for something of their person."""
        kinds: Iterable[str] = ("do", "ask", "await")
        return [plan for plan in self.all() if any(moves.stands_at(plan, kind) for kind in kinds)]


def _taken_back(plan: Plan, number: int) -> Mapping[str, Any]:
    """The capability and arguments that take a step back; `{name}` is a fact of what it brought."""
    undo, came = plan.steps[number - 1].undo, plan.what_came(number)
    known = came.facts if came else {}
    arguments = dict(undo.get("arguments", {}))
    for name, value in arguments.items():
        if isinstance(value, str) and value[:1] == "{" and value[1:-1] in known:
            arguments[name] = known[value[1:-1]]
    return {"capability": undo["capability"], "arguments": arguments}
