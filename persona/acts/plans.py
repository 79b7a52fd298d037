"""The plans of one person in one turn: made, listed, changed and told; nothing before its commit.

A plan stands in the home of the address where it was asked for, so that it follows that home
through links. Its number is its person's: never given twice in a lane, and given anew where a link
brought two plans of one number together.
"""

from dataclasses import dataclass, replace
from math import inf

from persona import ids
from persona.decision import Decision, Intent
from persona.declare import Moment
from persona.errors import Refused
from persona.keys import Key
from persona.memory import plans as rows
from persona.memory.sensitivity import sensitivity
from persona.memory.standing import Standing
from persona.model import End, Event, Evidence
from persona.plan import Plan, Step
from persona.ports import Ports, Row
from persona.schedule import Schedule, near

MOST = 100
"""Plans of one person that are not over."""
LATE = 90.0
"""Seconds after which a plan that is told says when it was due."""
AGAIN = 60.0
"""Seconds after which a time that fell due is put into its lane once more, if nothing came of it."""

TOLD = "Reminder: {what}"
WAS_DUE = " (it was due {when})"
SKIPPED = " (and {count} times since then, which I could not tell)"
NONE = "You have no plans. “remind me tomorrow at 17:45 to call Bob” makes one."
SHARED = "Your plans are for you alone: write to me directly, where nobody else reads."
NO_SUCH = "You have no plan {number}. “plans” lists them."
WHICH = "Two of your plans had the number {number}, so I number them anew:\n{listed}"
ENDED = "Cancelled: {line}"
PAUSED = "Paused: {line}\n“resume {number}” goes on with it."
RESUMED = "It goes on: {line}"
WHILE_STOPPED = "What fell due meanwhile:\n{listed}"


@dataclass(frozen=True, slots=True)
class Wished:
    """What a capability gets that the turn itself carries out: the person's plans, and the wish.

    `asked` is where it was wished, `message` and `turn` are the words, `moment` is when it is done.
    """

    plans: "Plans"
    intent: Intent
    asked: End
    message: str
    turn: int
    moment: Moment


class Plans:
    """What one turn does with the person's plans: `changed` and `over` go into its commit."""

    def __init__(self, standing: Standing, ports: Ports) -> None:
        self._standing, self._ports = standing, ports
        self._known: dict[str, Plan] | None = None
        self.changed: dict[str, Plan] = {}
        self.over: dict[str, Plan] = {}
        self._shown: dict[str, Plan] = {}

    def into(self, decision: Decision) -> Decision:
        """The decision with what was done here, and with the words that the reply now rests on."""
        if not (self.changed or self.over or self._shown):
            return decision
        cited = tuple(map(evidence, self._shown.values()))
        highest = max((one.sensitivity for one in cited), default=0)
        return replace(
            decision,
            plans=(*decision.plans, *self.changed.values()),
            over=(*decision.over, *self.over.values()),
            recalled=(*decision.recalled, *cited),
            shown=max(decision.shown, highest),
        )

    def all(self) -> list[Plan]:
        """Every plan of the person that may be shown at this address, by number."""
        if self._known is None:
            found = [p for h in self._standing.gate.homes for p in rows.read(self._ports, h)]
            self._known = {one.id: one for one in found if self._standing.opens(evidence(one))}
        standing = {**self._known, **self.changed}
        left = [plan for id, plan in standing.items() if id not in self.over]
        return sorted(left, key=lambda plan: (plan.number, plan.made))

    def make(self, what: str, schedule: Schedule, by: str, wished: Wished) -> Plan:
        """A new plan, waiting. Raises Refused where its time is over, or there are too many."""
        now = self._ports.clock.now()
        at = schedule.first if schedule.first > now else schedule.after(now)
        if at is None:
            raise Refused("that time is over already")
        if len(self.all()) >= MOST:
            raise Refused(f"you have {MOST} plans already")
        plan = Plan(
            id=ids.derive("plan", wished.intent.hash),
            home=wished.asked.home,
            number=self._newest() + 1,
            what=what,
            schedule=schedule,
            at=at,
            asked=wished.asked,
            made=now,
            message=wished.message,
            turn=wished.turn,
            by=by,
            steps=(Step("tell", what),),
        )
        self.changed[plan.id] = plan
        return plan

    def find(self, number: int) -> Plan:
        """Raises Refused, in words, where there is none, or not one alone."""
        found = [plan for plan in self.all() if plan.number == number]
        if not found:
            raise Refused(NO_SUCH.format(number=number))
        if len(found) > 1:
            raise Refused(WHICH.format(number=number, listed=self.listed()))
        return found[0]

    def change(self, verb: str, number: int) -> str:
        """Cancels, pauses or resumes one plan; what is told of it. Raises Refused, in words."""
        plan = self.find(number)
        if verb == "cancel":
            self.end(plan)
            return ENDED.format(line=self.line(plan))
        is_paused, now = verb == "pause", self._ports.clock.now()
        changed = replace(plan, state="paused") if is_paused else plan.resumed(now)
        self.move(changed)
        said = PAUSED if is_paused else RESUMED
        return said.format(line=self.line(changed), number=plan.number)

    def listed(self) -> str:
        """All of them, a line each; of two that share a number the later gets a new one."""
        taken = set[int]()
        for plan in self.all():
            if plan.number in taken:
                self.move(replace(plan, number=self._newest() + 1))
            taken.add(plan.number)
        return "\n".join(map(self.line, self.all()))

    def _newest(self) -> int:
        return max([self._standing.head.plans, *(plan.number for plan in self.all())])

    def move(self, plan: Plan) -> None:
        """Takes down that the plan is now like this."""
        known = self.changed.get(plan.id)
        changes = known.changes if known else plan.changes + 1
        self.changed[plan.id] = replace(plan, changes=changes)

    def end(self, plan: Plan) -> None:
        """Takes down that the plan is over."""
        self.over[plan.id] = plan

    def line(self, plan: Plan) -> str:
        """`3. feed the cat · tomorrow 17:45`; the reply rests on the plan's words then."""
        self._shown[plan.id] = plan
        due, rhythm = (
            near(plan.at, self._ports.clock.now(), plan.schedule.zone),
            plan.schedule.rhythm,
        )
        parts = [plan.what, *([rhythm, due] if rhythm else [due])]
        parts += [f"by {plan.by}"] if plan.by else []
        parts += [plan.state] if plan.state != "waiting" else []
        return f"{plan.number}. {' · '.join(parts)}"

    def told(self, plan: Plan) -> str:
        """The plan's words at its time; late, with when that was."""
        self._shown[plan.id] = plan
        now, said = self._ports.clock.now(), TOLD.format(what=plan.what)
        due = plan.at if plan.schedule.repeat else plan.schedule.first
        if now - due > LATE:
            said += WAS_DUE.format(when=near(due, now, plan.schedule.zone))
        skipped = plan.missed + plan.schedule.missed(plan.at, now)
        return said + (SKIPPED.format(count=skipped) if skipped else "")


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
        sensitivity=sensitivity(plan.what),
    )


# By words


def said(standing: Standing, verb: str, rest: str, ports: Ports) -> Decision:
    """The decision on `plans`, `cancel N`, `pause N` and `resume N`."""
    if standing.is_shared:
        return Decision(reply=SHARED, mind="none")
    plans = Plans(standing, ports)
    try:
        reply = (plans.listed() or NONE) if verb == "plans" else plans.change(verb, int(rest))
    except Refused as refused:
        reply = refused.reason
    return plans.into(Decision(reply=reply, mind="none"))


# In time


def timer(row: Row, plan: Plan, now: float) -> Event:
    """What puts a plan's time into its lane; `fired` counts how often that was tried."""
    place, again = plan.asked, row.get("fired", 0)
    return Event(
        id=f"plan:{plan.id}:{plan.at:.3f}{f':{again}' if again else ''}",
        kind="timer",
        address=place.address,
        author=place.address,
        thread=place.thread,
        at=now,
        home=place.home,
        target=plan.id,
        detail={**place.detail, "due": f"{plan.at:.3f}", "by": plan.by},
    )


def read_due(key: Key, row: Row, ports: Ports) -> Plan | None:
    """The plan of a row that the sweeper found due; None where its time moved meanwhile."""
    plan = rows.open_row(ports, key, row)
    return plan if plan.is_due_by_itself and plan.at <= ports.clock.now() else None


def fired(standing: Standing, event: Event, ports: Ports, free: float = 0.0) -> Decision:
    """The turn on a time that fell due: told once, however often it comes.

    `free` is from when it may be told (epoch seconds), infinity for not at all. While the person
    said stop, or nothing reaches the address, it is only counted as missed.
    """
    plans, now = Plans(standing, ports), ports.clock.now()
    known = rows.read(ports, standing.place.home)
    plan = next((one for one in known if one.id == event.target), None)
    if plan is None or plan.state != "waiting" or f"{plan.at:.3f}" != event.detail["due"]:
        return Decision(mind="none")
    if standing.gate.halted or standing.is_silent or free == inf:
        plans.move(plan.passed(now))
        return plans.into(Decision(mind="none"))
    if free > now:
        plans.move(replace(plan, at=free))
        return plans.into(Decision(mind="none"))
    reply, later = plans.told(plan), plan.advanced(now)
    if later is None:
        plans.end(plan)
    else:
        plans.move(later)
    return plans.into(Decision(reply=reply, mind="none"))


def meanwhile(standing: Standing, ports: Ports) -> Decision:
    """What fell due while the person had said stop, told at once and once."""
    plans = Plans(standing, ports)
    missed = [plan for plan in plans.all() if plan.missed]
    if not missed or standing.is_shared:
        return Decision(mind="none")
    listed = "\n".join(map(plans.line, missed))
    for plan in missed:
        if plan.state == "missed":
            plans.end(plan)
        else:
            plans.move(replace(plan, missed=0))
    return plans.into(Decision(reply=WHILE_STOPPED.format(listed=listed), mind="none"))
