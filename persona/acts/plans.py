"""The plans of one person in one turn: made, listed, changed and moved; nothing before its commit.

A plan stands in the home of the address where it was asked for, so that it follows that home
through links. Its number is its person's: never given twice in a lane, and given anew where a link
brought two plans of one number together. `moving.py` goes on with them.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from math import inf
from typing import Any

from persona import ids
from persona.acts import plan as moves
from persona.acts import plan_words
from persona.decision import Decision, Intent
from persona.declare import Moment, moment
from persona.errors import Refused
from persona.keys import Key
from persona.memory import plans as rows
from persona.memory.sensitivity import sensitivity
from persona.memory.standing import Standing
from persona.model import End, Event, Evidence
from persona.plan import Came, Plan, Step
from persona.ports import Ports, Row
from persona.schedule import Schedule

MOST = 100
"""Plans of one person that are not over."""
MOST_STEPS = 100
MOST_WORDS = 60_000
"""Characters of one plan's words and arguments, so that a row holds it."""
UNDOABLE = 7 * 86_400.0
"""Seconds for which a cancelled plan can still be taken back."""

NONE = "You have no plans. “remind me tomorrow at 17:45 to call Bob” makes one."
SHARED = "Your plans are for you alone: write to me directly, where nobody else reads."
NO_SUCH = "You have no plan {number}. “plans” lists them."
WHICH = "Two of your plans had the number {number}, so I number them anew:\n{listed}"
NOTHING = "None of your plans waits for that. “plans” lists them."
SEVERAL = "Which one? Name its number:\n{listed}"
ENDED = "Cancelled: {line}"
UNDER_WAY = (
    "\nWhat I was doing for step {number} just now may still come to its end; nothing more begins."
)
UNDO = "\nIt had done this already: {done}. “undo {number}” takes that back, for a week."
PAUSED = "Paused: {line}\n“resume {number}” goes on with it."
RESUMED = "It goes on: {line}"
STARTED = "Started: {line}"
RUNNING = "I begin it now: {line}"
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


class Plans:
    """What one turn does with the person's plans: `changed` and `over` go into its commit.

    Begun with what a decision did to them already.
    """

    def __init__(self, standing: Standing, ports: Ports, decision: Decision | None = None) -> None:
        self._standing, self._ports = standing, ports
        self._known: dict[str, Plan] | None = None
        done = decision or Decision()
        self.changed = {one.id: one for one in done.plans}
        self.over = {one.id: one for one in done.over}
        self._intents: list[Intent] = []
        self._shown: dict[str, Plan] = {}
        self._asks = ""

    def into(self, decision: Decision) -> Decision:
        """The decision with what was done here, and with the words that the reply now rests on."""
        if not (self.changed or self.over or self._shown):
            return decision
        known = {one.pointer for one in decision.recalled}
        cited = tuple(map(evidence, self._shown.values()))
        highest = max((one.sensitivity for one in cited), default=0)
        asks = {"what": "plan", "plan": self._asks} if self._asks else decision.asks
        return replace(
            decision,
            plans=tuple(self.changed.values()),
            over=tuple(self.over.values()),
            recalled=(*decision.recalled, *(one for one in cited if one.pointer not in known)),
            shown=max(decision.shown, highest),
            asks=asks,
            intents=(*decision.intents, *self._intents),
        )

    # Found

    def all(self) -> list[Plan]:
        """Every plan of the person that may be shown at this address, by number."""
        if self._known is None:
            found = [p for h in self._standing.gate.homes for p in rows.read(self._ports, h)]
            self._known = {one.id: one for one in found if self._standing.opens(evidence(one))}
        standing = {**self._known, **self.changed}
        left = [plan for id, plan in standing.items() if id not in self.over]
        return sorted(left, key=lambda plan: (plan.number, plan.made))

    def get(self, id: str) -> Plan | None:
        """The plan of this id; None where it is over, or closed to this address."""
        return next((plan for plan in self.all() if plan.id == id), None)

    def find(self, number: int) -> Plan:
        """Raises Refused, in words, where there is none, or not one alone."""
        found = [plan for plan in self.all() if plan.number == number]
        if not found:
            raise Refused(NO_SUCH.format(number=number))
        if len(found) > 1:
            raise Refused(WHICH.format(number=number, listed=self.listed()))
        return found[0]

    def listed(self) -> str:
        """All of them, a line each; of two that share a number the later gets a new one."""
        taken = set[int]()
        for plan in self.all():
            if plan.number in taken:
                self.move(replace(plan, number=self._newest() + 1))
            taken.add(plan.number)
        return "\n".join(map(self.line, self.all()))

    def line(self, plan: Plan) -> str:
        """`3. feed the cat · tomorrow 17:45`; the reply rests on the plan's words then."""
        self.cite(plan)
        return plan_words.line(plan, self._ports.clock.now())

    def shown(self, plan: Plan, surface: str) -> str:
        """The whole plan as it is read on a surface: its steps, and where it stands."""
        self.cite(plan)
        now, known = self._ports.clock.now(), self._ports.capabilities
        return plan_words.shown(plan, now, known, surface)

    def step_line(self, plan: Plan, step: int) -> str:
        """One step of a plan, with every argument."""
        return plan_words.step_line(plan.steps[step - 1], self._ports.capabilities, plan.steps)

    def cite(self, plan: Plan) -> None:
        """The reply repeats words of this plan."""
        self._shown[plan.id] = plan

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
            number=self._newest() + 1,
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

    def _newest(self) -> int:
        return max([self._standing.head.plans, *(plan.number for plan in self.all())])

    # Changed

    def move(self, plan: Plan) -> None:
        """Takes down that the plan is now like this."""
        known = self.changed.get(plan.id)
        changes = known.changes if known else plan.changes + 1
        self.changed[plan.id] = replace(plan, changes=changes)

    def end(self, plan: Plan) -> None:
        """Takes down that the plan is over; one that was never kept leaves nothing."""
        moved = self.changed.pop(plan.id, None)
        if moved is None:
            self.over[plan.id] = plan
        elif moved.changes:
            self.over[plan.id] = replace(moved, changes=moved.changes - 1)

    def start(self, number: int | None = None) -> str:
        """The yes to a plan that was shown; what is told of it. Raises Refused, in words."""
        asked = self._standing.head.asking
        shown = [plan for plan in self.all() if plan.state == "shown"]
        if number is None:
            named = asked.get("plan") if asked.get("what") == "plan" else None
            shown = [plan for plan in shown if plan.id == named]
        plan = self._one(shown, number, lambda plan: plan.state == "shown")
        return STARTED.format(line=self.line(self.set_waiting(plan)))

    def approve(self, plan: Plan, wished: Wished) -> str:
        """The yes to all that a plan would do, which starts it; what is told of it."""
        return self.line(self.set_waiting(plan, wished.approver))

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
        done = [f"step {number}" for number in _undoable(plan)]
        if not done:
            self.end(plan)
            return said
        until = self._ports.clock.now() + UNDOABLE
        self.move(replace(plan, state="over", at=until, news=()))
        return said + UNDO.format(done=", ".join(done), number=plan.number)

    def undo(self, number: int) -> str:
        """Wishes that what a cancelled plan did be taken back, the last first. Raises Refused."""
        plan = self.find(number)
        if plan.state != "over" or not _undoable(plan):
            raise Refused(NOT_WAITING.format(number=number))
        for step in reversed(_undoable(plan)):
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


def _undoable(plan: Plan) -> list[int]:
    """The steps whose effect is done and can be taken back."""
    done = {one.step for one in plan.came if one.state == "done"}
    return [number for number, step in enumerate(plan.steps, 1) if step.undo and number in done]


def _taken_back(plan: Plan, number: int) -> Mapping[str, Any]:
    """The capability and arguments that take a step back; `{name}` is a fact of what it brought."""
    undo, came = plan.steps[number - 1].undo, plan.what_came(number)
    known = came.facts if came else {}
    arguments = dict(undo.get("arguments", {}))
    for name, value in arguments.items():
        if isinstance(value, str) and value[:1] == "{" and value[1:-1] in known:
            arguments[name] = known[value[1:-1]]
    return {"capability": undo["capability"], "arguments": arguments}


def evidence(plan: Plan) -> Evidence:
    """The words that a plan repeats: forgetting them silences what was told of it."""
    return Evidence(
        id=plan.message,
        home=plan.home,
        version=plan.turn,
        text=plan.what,
        author=str(plan.asked.address),
        surface=plan.asked.address.surface,
        at=plan.made,
        sensitivity=max(sensitivity(plan.words), plan.sensitivity if plan.came else 0),
    )


# In time

AGAIN = 60.0
"""Seconds after which a time that fell due is put into its lane once more, if nothing came of it."""


def timer(row: Row, plan: Plan, now: float) -> Event:
    """What puts a plan's time into its lane; `fired` counts how often that was tried."""
    place, again = plan.asked, row.get("fired", 0)
    return Event(
        id=f"plan:{plan.id}:{plan.changes}:{plan.at:.3f}{f':{again}' if again else ''}",
        kind="timer",
        address=place.address,
        author=place.address,
        thread=place.thread,
        at=now,
        home=place.home,
        target=plan.id,
        detail={**place.detail, "due": f"{plan.at:.3f}"},
    )


def read_due(key: Key, row: Row, ports: Ports) -> Plan | None:
    """The plan of a row that the sweeper found due; None where its time moved meanwhile."""
    plan = rows.open_row(ports, key, row)
    return plan if plan.is_due_by_itself and plan.at <= ports.clock.now() else None
