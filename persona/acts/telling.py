"""What is told of plans: in words rendered by code, and only when and where it may be told.

What nobody asked for just now waits until quiet hours and paces let it go, and then everything that
goes to one address comes as one message. What others wrote is told as a quotation.
"""

from collections.abc import Sequence
from dataclasses import replace
from math import inf

from persona.acts import limits
from persona.acts.plans import Plans
from persona.decision import Decision
from persona.memory.reachable import home_on
from persona.memory.sensitivity import sensitivity
from persona.memory.standing import Standing
from persona.model import Address, Event, shortened
from persona.people import consent
from persona.plan import Came, Plan, Step
from persona.ports import Ports
from persona.schedule import near

LATE = 90.0
"""Seconds after which what is told says when it was due."""
SPOKEN = frozenset({"message", "press"})
"""Events in which the person speaks: what they move is an answer, also in quiet hours."""
MOST_UNTOLD = 500

REMINDS = "Reminder: "
TOLD = REMINDS + "{what}"
WAS_DUE = " (it was due {when})"
SKIPPED = " (and {times} since then, which I could not tell)"
IS_LATE = "“{what}” was due {when}{skipped}. I begin it now."
LEFT_OUT = "“{what}” was due {when}{skipped}, while I could not. I leave that out, as you wished."
DO = "{text}\nThat is step {step} of “{what}”. Say “done” when it is, or “skip” (“done {number}”)."
ASK = "{text}\n(Your next words here are the answer, for “{what}”; or “answer {number}: …”.)"
OF = "“{what}”: {text}"
ENDS = "“{what}” ends here, since {reason}."
AGAIN = "“{what}” did not come to its end, since {reason}. It begins again {when}."
OVER = "That was all of “{what}”."
GONE = "there is nothing that I can do called {name}"
BY_RULES = "I was to think about “{text}”, for which I need a language model; without one I go on."
OTHERS = "what a step of a plan brought"


# In words


def reminder(plan: Plan, now: float) -> Came:
    """The plan's words at its time, and how many times went by unsaid."""
    said = TOLD.format(what=plan.what) + _skipped(plan, now)
    return Came(plan.step, "done", said, at=min(now, plan.begins))


def late(plan: Plan, now: float, said: str = IS_LATE) -> Came:
    """That a run begins late, or is left out."""
    when = near(plan.begins, now, plan.schedule.zone)
    text = said.format(what=plan.what, when=when, skipped=_skipped(plan, now))
    return Came(0, "done", text, at=now)


def _skipped(plan: Plan, now: float) -> str:
    """How many times went by since the one that is told."""
    count = plan.missed + plan.schedule.missed(plan.begins, now)
    return SKIPPED.format(times=f"{count} times" if count > 1 else "once") if count else ""


def filled(plan: Plan, step: Step, now: float) -> Came:
    """The words of a step, with what earlier ones came to in the place of `{2}`."""
    text, sensitive, untrusted, rests = step.text, 0, False, list[str]()
    for came in plan.came:
        mark = f"{{{came.step}}}"
        if mark in text:
            text = text.replace(mark, _quoted(came.text) if came.untrusted else came.text)
            sensitive, untrusted = max(sensitive, came.sensitivity), untrusted or came.untrusted
            rests += came.rests
    return Came(plan.step, "done", text, {}, sensitive, untrusted, now, tuple(rests))


def asked(plan: Plan, step: Step, now: float) -> Came:
    """What the person is to do, or to answer."""
    one = filled(plan, step, now)
    said = DO if step.kind == "do" else ASK
    told = said.format(text=one.text, what=plan.what, number=plan.number, step=plan.step)
    return replace(one, text=told)


def of(plan: Plan, came: Came) -> Came:
    """What is told of a step, with the plan that it belongs to."""
    return replace(came, text=OF.format(what=plan.what, text=came.text))


def ended(plan: Plan, after: Plan, reason: str, now: float) -> Came:
    """That a run ended before its last step, and whether another one comes."""
    if after.state == "over":
        return Came(0, "failed", ENDS.format(what=plan.what, reason=reason), at=now)
    when = near(after.begins, now, plan.schedule.zone)
    return Came(0, "failed", AGAIN.format(what=plan.what, reason=reason, when=when), at=now)


def _quoted(text: str) -> str:
    """Words of others, each line of them marked as such."""
    return "".join(f"\n> {line}" for line in text.splitlines() or [""])


# Where and when


def told(
    decision: Decision, standing: Standing, events: Sequence[Event], plans: Plans, ports: Ports
) -> Decision:
    """The decision with all news that may be told now, at one address; the rest is due later."""
    letter = _Letter(decision, standing, events, plans, ports)
    for plan in plans.all():
        if plan.news and letter.is_here(plan):
            letter.add(plan)
    for plan in [one for one in plans.changed.values() if one.state == "over"]:
        if not plan.news and not plan.at < inf:
            plans.end(plan)
    return letter.written()


class _Letter:
    """One message to one address, from whatever waits to be told."""

    def __init__(
        self,
        decision: Decision,
        standing: Standing,
        events: Sequence[Event],
        plans: Plans,
        ports: Ports,
    ) -> None:
        self._decision, self._standing, self._plans = decision, standing, plans
        self._event, self._ports, self._now = events[-1], ports, ports.clock.now()
        self._is_spoken = self._event.kind in SPOKEN
        self._where = decision.elsewhere if decision.reply else None
        self._said: list[Came] = []
        self._never: list[Came] = []

    def is_here(self, plan: Plan) -> bool:
        """Whether this turn may tell of it: when nobody speaks, a turn is one home's alone."""
        return self._is_spoken or plan.home == self._standing.place.home

    def add(self, plan: Plan) -> None:
        """Takes in what may be told of a plan now; the plan is due when the rest may be."""
        left, free = list[Came](), inf
        for one in plan.news:
            step = plan.steps[one.step - 1] if 0 < one.step <= len(plan.steps) else None
            home = home_on(self._standing, (step.by if step else "") or plan.by, self._ports)
            at = self._free_at(home)
            if at <= self._now and self._where in (None, home):
                self._where = home
                self._said.append(one)
                self._plans.cite(plan)
            elif at < inf or plan.state != "over":
                left.append(one)
                free = min(free, max(at, self._now))
            else:
                self._never.append(one)
        if len(left) < len(plan.news) or free < plan.at:
            self._plans.move(replace(plan, news=tuple(left), at=min(plan.at, free)))

    def written(self) -> Decision:
        """The decision with these words at its end."""
        decision, said = self._decision, self._said
        if self._never:
            untold = "; ".join(one.text for one in self._never)
            decision = replace(decision, untold=shortened(f"({untold})", MOST_UNTOLD))
        if not said:
            return decision
        lines = "\n".join(map(self._line, said))
        others = OTHERS if any(one.untrusted for one in said) else ""
        seen = [max(one.sensitivity, sensitivity(one.text)) for one in said]
        return replace(
            decision,
            reply="\n\n".join(filter(None, [decision.reply, lines])),
            elsewhere=self._where or "",
            shown=max([decision.shown, *seen]),
            tainted=decision.tainted or others,
            rests=(*decision.rests, *(to for one in said for to in one.rests)),
        )

    def _line(self, one: Came) -> str:
        if self._now - one.at <= LATE:
            return one.text
        when = near(one.at, self._now, self._ports.settings.timezone)
        if one.text.startswith(REMINDS):
            return one.text + WAS_DUE.format(when=when)
        return f"{when[:1].upper()}{when[1:]}: {one.text}"

    def _free_at(self, home: str) -> float:
        if self._standing.halted or (self._standing.is_silent and not home):
            return inf
        if self._is_spoken and not home:
            return self._now
        gate = self._standing.gate
        address = gate.links[home].address if home else self._event.address
        return free_at(self._standing, address, self._ports)


def free_at(standing: Standing, address: Address, ports: Ports) -> float:
    """From when something that nobody just asked for may go there; infinite for not at all."""
    now, zone = ports.clock.now(), ports.settings.timezone
    wanted = consent.Consent.of(standing.gate.row).free_at(address, now, zone)
    return max(wanted, paced_until(standing, address, ports))


def paced_until(standing: Standing, address: Address, ports: Ports) -> float:
    """When an address may have its next automatic message; the hour's last one is kept here too."""
    paced, now = ports.surfaces[address.surface].paced, ports.clock.now()
    sent = standing.head.paced.get(str(address), [])
    return limits.free_at(sent, now, paced - 1, limits.HOUR) if paced else now
