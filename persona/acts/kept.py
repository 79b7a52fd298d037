"""The plans of one person as one turn knows and moves them; nothing happens before its commit.

A plan stands in the home of the address where it was asked for, so that it follows that home
through links. Its number is its person's: never given twice in a lane, and given anew where a link
brought two plans of one number together.
"""

from dataclasses import replace

from persona.acts import plan_words
from persona.decision import Decision, Intent
from persona.errors import Refused
from persona.memory import plans as rows
from persona.memory.plans import evidence
from persona.memory.standing import Standing
from persona.plan import Plan
from persona.ports import Ports

NO_SUCH = "You have no plan {number}. “plans” lists them."
WHICH = "Two of your plans had the number {number}, so I number them anew:\n{listed}"


class Kept:
    """What one turn knows of the person's plans and does with them: `changed` and `over` go into its commit.

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
                self.move(replace(plan, number=self.newest() + 1))
            taken.add(plan.number)
        return "\n".join(map(self.line, self.all()))

    def line(self, plan: Plan) -> str:
        """`3. feed the cat · tomorrow 17:45`; the reply rests on the plan's words then."""
        self.cite(plan)
        return plan_words.line(plan, self._ports.clock.now())

    def entry(self, plan: Plan) -> str:
        """Its line, and below it its steps and how they went, where it has several."""
        self.cite(plan)
        return plan_words.entry(plan, self._ports.clock.now(), self._ports.capabilities)

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

    def newest(self) -> int:
        return max([self._standing.head.plans, *(plan.number for plan in self.all())])
