"""What wakes plans: it looks at their rows, and makes what stands outside agree with them.

A plan between its runs has one timer; one in a run has an execution that waits for it. Both only
wake: whatever comes late, twice, never or from an older generation finds a plan that has moved on,
and changes nothing. Of what stands outside a row tells (`keys.wake`), which is written before it is
made, so that whoever finds the row can end what it speaks of. It holds no words. Where all of this
is down, the sweeper still finds each plan by its due time.
"""

import math
from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from typing import Any, Literal

from persona import keys
from persona.acts import plan as moves
from persona.errors import Conflict, Refused
from persona.keys import Key, Scope
from persona.memory import plans as rows
from persona.model import FORMAT, Event
from persona.people import addresses
from persona.plan import Plan
from persona.ports import ABSENT, Delete, Ports, Put, Row, equals

FUNCTION = "plan"
TRIES = 4
AGAIN = 60.0
"""Seconds after which a time that was put into its lane is looked at once more."""
LOOK = 86_400.0
"""Seconds after which it is looked whether what should wait for a plan still does."""
LONGEST = 30 * 86_400.0
"""Seconds that an execution waits at most before it looks again."""
BEAT = 2 * LOOK
"""Seconds without a word after which an execution that awaits something looks for itself."""
MOST_LOOKS = 150
"""Of one execution: some 2,000 of the events of which AWS ends one at 25,000."""
OLDEST = 180 * 86_400.0
"""Seconds that one execution lasts; AWS ends it after a year."""


@dataclass(frozen=True, slots=True)
class Wake:
    """What stands outside for one plan: a timer, or an execution of this generation.

    `token` answers that execution, which saw the plan at this number of `changes` and looks again
    by itself `until` then (epoch seconds, 0 while it is about to look). `started` is when this
    generation began, `writes` counts those of this row; none yet where it is not there.
    """

    home: str
    plan: str
    kind: Literal["", "timer", "run"] = ""
    generation: int = 0
    token: str = ""
    changes: int = -1
    until: float = 0.0
    started: float = 0.0
    writes: int = 0

    @property
    def name(self) -> str:
        """What the execution is called: never given twice, since a generation is not."""
        return f"{self.plan}-{self.generation}"

    @property
    def timer(self) -> str:
        """What the timer is called."""
        return self.plan


def agree(home: str, ids: Iterable[str], ports: Ports) -> None:
    """Makes what stands outside agree with these plans of a home, as they are now."""
    for id in ids:
        for _ in range(TRIES):
            try:
                _Waking(home, id, ports).agree()
            except Conflict:  # another look was quicker
                continue
            break


def look(home: str, id: str, generation: int, looks: int, ports: Ports) -> dict[str, Any]:
    """What an execution does next: `wait` until a time, `await` an answer, or `done`.

    `until` is that time (UTC, RFC 3339), `seconds` how long an answer is awaited at most, `beat`
    how long without a word, `looks` how often this execution has looked. Raises Conflict where the
    row moved meanwhile.
    """
    return _Waking(home, id, ports).look(generation, looks)


def hold(home: str, id: str, generation: int, token: str, ports: Ports) -> None:
    """Keeps the token of an execution that awaits; a plan that is due goes into its lane now.

    One that moved in between, and one of another generation, is answered at once.
    """
    _Waking(home, id, ports).hold(generation, token)


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


def fire(row: Row, plan: Plan, ports: Ports) -> None:
    """Puts a plan's time into its lane; the turn moves the plan on, so that it is told once."""
    event = timer(row, plan, ports.clock.now())
    place = addresses.find(ports.table, event.address)
    if place is not None:
        ports.lanes.put(place.lane, event.to_json(), event.id)


def end(home: str, ports: Ports) -> None:
    """Ends all that stands outside for plans of a home; repeating it is harmless."""
    for key, row in ports.table.query(keys.wake(home, "")):
        wake = _open(row)
        if wake.kind == "timer":
            ports.timers.cancel(wake.timer)
        elif wake.kind == "run":
            ports.plans.stop(wake.name)
        ports.table.commit([Delete(key)])


def _open(row: Row) -> Wake:
    known: dict[str, Any] = {name: row[name] for name in Wake.__slots__}
    return Wake(**known)


def _clear(wake: Wake, ports: Ports) -> None:
    """What stands outside goes."""
    if wake.kind == "timer":
        ports.timers.cancel(wake.timer)
    elif wake.kind == "run" and not (wake.token and ports.plans.answer(wake.token)):
        ports.plans.stop(wake.name)


class _Waking:
    """One look at one plan, and at what stands outside for it."""

    def __init__(self, home: str, id: str, ports: Ports) -> None:
        self._ports, self._own = ports, ports.within(Scope.of_plans(home, [home]))
        self._now = ports.clock.now()
        self._plan_key, self._key = keys.plan(home, id), keys.wake(home, id)
        found = self._own.table.get([self._plan_key, self._key])
        self._row = found.get(self._plan_key)
        self._known = _open(found[self._key]) if self._key in found else None
        self._wake = self._known or Wake(home, id)
        self._plan = self._opened(self._row)

    def _opened(self, row: Row | None) -> Plan | None:
        """The plan; None where it is over, or its person was erased."""
        try:
            return rows.open_row(self._own, self._plan_key, row) if row else None
        except Refused:
            return None

    def agree(self) -> None:
        plan, wake = self._plan, self._wake
        if plan is None or plan.state == "over":
            _clear(wake, self._ports)
            if self._known:
                self._own.table.commit([Delete(self._key, equals("writes", wake.writes))])
        elif plan.state != "waiting" or not (plan.step or plan.is_due_by_itself):
            _clear(wake, self._ports)
            if self._known:
                self._commit(replace(wake, kind="", token=""))
        elif not plan.step:
            self._set_timer(plan)
        else:
            self._drive(plan)

    def _set_timer(self, plan: Plan) -> None:
        place, before = addresses.find(self._ports.table, plan.asked.address), self._wake
        if self._row is None or place is None:  # whoever had this address was erased
            return
        after = replace(before, kind="timer", token="", changes=plan.changes)
        self._commit(after, max(plan.at, self._now))
        event = timer(self._row, plan, self._now)
        self._ports.timers.set(before.timer, plan.at, place.lane, event.to_json())
        if before.kind == "run":
            _clear(before, self._ports)

    def _drive(self, plan: Plan) -> None:
        wake, outside = self._wake, self._ports.plans
        if wake.kind != "run" or not outside.is_running(wake.name):
            self._begin()
        elif plan.changes == wake.changes or not wake.until:
            self._commit(wake)  # it is looked at again a day from now
            if wake.token:
                outside.beat(wake.token)
        elif wake.token and outside.answer(wake.token):
            return  # it looks now
        elif not wake.token and plan.at >= wake.until:
            self._commit(wake)  # it looks soon enough by itself
        else:
            self._begin()
            outside.stop(wake.name)

    def _begin(self) -> None:
        """The next generation; whatever an older one still says is heard by nobody."""
        before = self._wake
        wake = Wake(before.home, before.plan, "run", before.generation + 1, started=self._now)
        self._commit(replace(wake, writes=before.writes))
        body = {"home": wake.home, "plan": wake.plan, "generation": wake.generation}
        self._ports.plans.start(wake.name, {**body, "move": {"looks": 0}})
        if before.kind == "timer":
            self._ports.timers.cancel(before.timer)

    def look(self, generation: int, looks: int) -> dict[str, Any]:
        plan, wake = self._plan, self._wake
        if not self._is_own(generation):
            return _move("done", self._now, looks)
        if plan is None or plan.state != "waiting" or not plan.step:
            self._commit(replace(wake, kind="", token=""))  # this one ends by itself
            self.agree()
            return _move("done", self._now, looks)
        if looks >= MOST_LOOKS or self._now - wake.started > OLDEST:
            self._begin()
            return _move("done", self._now, looks)
        is_due = plan.at <= self._now
        until = self._now + AGAIN if is_due else min(plan.at, self._now + LONGEST)
        self._commit(replace(wake, token="", changes=plan.changes, until=until))
        waits = not is_due and isinstance(moves.next_move(plan, self._now), moves.Wait)
        return _move("wait" if waits else "await", until, looks + 1, until - self._now)

    def hold(self, generation: int, token: str) -> None:
        if not self._is_own(generation):
            self._ports.plans.answer(token)
            return
        self._commit(replace(self._wake, token=token))
        row = self._own.table.get([self._plan_key]).get(self._plan_key)
        plan = self._opened(row)
        if row is None or plan is None or plan.changes != self._wake.changes:
            self._ports.plans.answer(token)
        elif plan.is_due_by_itself and plan.at <= self._now:
            fire(row, plan, self._ports)

    def _is_own(self, generation: int) -> bool:
        return self._wake.kind == "run" and self._wake.generation == generation

    def _commit(self, wake: Wake, since: float = 0.0) -> None:
        """Looked at again a day after `since`, or now. Raises Conflict where the row moved meanwhile."""
        when = equals("writes", wake.writes) if self._known else ABSENT
        wake = replace(wake, writes=wake.writes + 1)
        row: Row = {"v": FORMAT, **asdict(wake), "due": (since or self._now) + LOOK}
        self._own.table.commit([Put(self._key, row, when)])
        self._known = self._wake = wake


def _move(name: str, until: float, looks: int, seconds: float = 2.0) -> dict[str, Any]:
    whole = max(2, math.ceil(seconds))
    spelled = datetime.fromtimestamp(math.ceil(until), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    beat = min(whole - 1, int(BEAT))
    return {"name": name, "until": spelled, "seconds": whole, "beat": beat, "looks": looks}
