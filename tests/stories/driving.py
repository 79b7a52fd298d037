"""Plans as they are driven: by the real state machine on aws, by the index of what is due locally."""

from collections.abc import Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace

from persona import keys
from persona.memory import plans as rows
from persona.model import Address
from persona.people import addresses
from persona.plan import Plan, Step
from persona.ports import Row
from tests.executions import Machine, executing
from tests.stories.people import Person
from tests.support import Hub

DAY = 86_400.0


@dataclass
class Driven:
    """A hub, and its executions where there are any."""

    hub: Hub
    machine: Machine | None

    def play(self, *, sweeping: bool = True) -> None:
        """Whatever can be done now, by whoever does it; `sweeping` says whether the sweeper helps."""
        for _ in range(1_000):
            moved = self.hub.family.timers.fire() > 0
            moved = (self.machine is not None and self.machine.step()) or moved
            moved = self.hub._take_batch() or self.hub._answer_bell() or moved
            if sweeping and not moved:
                moved = self.hub.sweep()
            if not moved:
                return
        raise AssertionError("the hub does not come to rest")

    def pass_time(self, seconds: float, *, sweeping: bool = True) -> None:
        self.hub.clock.at += seconds
        self.play(sweeping=sweeping)

    def home(self, person: Person) -> str:
        place = addresses.find(self.hub.ports.table, Address.parse(person.address))
        assert place
        return place.home

    def plans(self, person: Person) -> list[Plan]:
        return rows.read(self.hub.ports, self.home(person))

    def wake(self, person: Person) -> Row | None:
        """What the one plan's driver knows."""
        found = self.hub.ports.table.query(keys.wake(self.home(person), ""))
        return found[0][1] if found else None

    def move(self, plan: Plan, **changes: object) -> Plan:
        """Moves a plan as a turn does: one commit, then the bell."""
        moved: Plan = replace(plan, changes=plan.changes + 1, **changes)  # type: ignore[arg-type]
        self.hub.ports.table.commit([rows.write(self.hub.ports, moved)])
        self.ring(moved)
        return moved

    def end(self, plan: Plan) -> None:
        self.hub.ports.table.commit([rows.drop(plan)])
        self.ring(plan)

    def ring(self, plan: Plan) -> None:
        self.hub.ports.bell.ring("plan", plan.home, [plan.id])

    def planned(self, person: Person, steps: Sequence[Step], at: float = 0.0) -> Plan:
        """A plan of these steps that begins in `at` seconds, made of a reminder."""
        person.say("remind me to feed the cat in 20 seconds")
        (plan,) = self.plans(person)
        due = self.hub.clock.now() + at
        schedule = replace(plan.schedule, first=due)
        return self.move(plan, steps=tuple(steps), at=due, schedule=schedule)


@contextmanager
def driving(hub: Hub) -> Generator[Driven]:
    if hub.family_name == "local":
        yield Driven(hub, None)
        return
    with executing(lambda: hub.ports, hub.clock.now) as machine:
        yield Driven(hub, machine)
