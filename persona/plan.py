"""A plan as data: a goal, its steps, where it stands; `acts/plan.py` says what comes next.

A reminder is a plan of one step that tells something. Steps are numbered from 1, as the person sees
them; a step that names another one names its number.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from math import inf
from typing import Any, Literal

from persona.model import End
from persona.schedule import Schedule

StepKind = Literal["tell", "do", "use", "wait", "await", "ask", "think", "repeat", "branch"]
Relation = Literal["is", "is not", "contains", "before", "after", "at least", "at most"]


@dataclass(frozen=True, slots=True)
class Premise:
    """What must hold of what an earlier step came to, for a step to be taken.

    `finding` is `state` (of the outcome), `text` (what came back), or one of the facts that the
    step's capability declares. Clock times (`08:30`) compare as times, numbers as numbers. What did
    not come does not hold.
    """

    step: int
    relation: Relation
    value: str
    finding: str = "state"


@dataclass(frozen=True, slots=True)
class Step:
    """One move of a plan.

    `tell` says `text` (`{2}` in it stands for what step 2 came to); `do` is the person's own to do,
    who says done or skip; `use` wishes `capability` with exactly these arguments; `wait` lets
    `seconds` pass, or the time until `schedule` comes next; `await` goes on with the person's next
    message that contains `text` (any, where that is empty); `ask` asks `text` and keeps the answer;
    `think` lets a mind decide on `text`; `repeat` goes back to step `to`, `times` times at most;
    `branch` goes on at step `to`, past the last one to end.

    A step with a `premise` is left out where that does not hold. `by` is the surface on which it is
    said, empty for the plan's own. `seconds` of a step that awaits something is how long at most, 0
    for as long as the plan may take. `goes_on`: a failure of this step does not end the plan.
    `undo` is the capability and the arguments that take its effect back.
    """

    kind: StepKind
    text: str = ""
    capability: str = ""
    arguments: Mapping[str, Any] = field(default_factory=dict[str, Any])
    seconds: float = 0.0
    schedule: Schedule | None = None
    premise: Premise | None = None
    to: int = 0
    times: int = 0
    by: str = ""
    goes_on: bool = False
    undo: Mapping[str, Any] = field(default_factory=dict[str, Any])

    @staticmethod
    def of_row(row: Mapping[str, Any]) -> "Step":
        premise, schedule = row["premise"], row["schedule"]
        about: dict[str, Any] = {
            "premise": Premise(**premise) if premise else None,
            "schedule": Schedule.of_row(schedule) if schedule else None,
        }
        return Step(**{**row, **about})


CameState = Literal["done", "failed", "refused", "unknown", "skipped", "expired"]


@dataclass(frozen=True, slots=True)
class Came:
    """What a step came to in this run: its state, what came back in words, and facts by name.

    `sensitivity` (0 to 3) and `untrusted` are those of the words; `at` is when.
    """

    step: int
    state: CameState
    text: str = ""
    facts: Mapping[str, str | float] = field(default_factory=dict[str, "str | float"])
    sensitivity: int = 0
    untrusted: bool = False
    at: float = 0.0


State = Literal["shown", "waiting", "paused", "missed"]


@dataclass(frozen=True, slots=True)
class Plan:
    """Something to be done in time, kept in the home of the address where it was asked for.

    `number` is what its person calls it, `what` its goal. `schedule` says when a run begins, and
    begins again. `state`: `shown` until the person's yes, then `waiting` for whatever comes next,
    `paused` by its person, `missed` where its only time passed unsaid. `at` is when it is due to
    move by itself (epoch seconds), infinite where only an answer or an outcome moves it.

    `step` is the number of the step that a run stands at, 0 between runs, `since` when it came
    there, `begun` whether the step was set going (told, asked, committed as an act); `came` is what
    the steps of this run came to, `turns` how often each `repeat` went back, `run` counts the runs.

    `asked` is where it was asked for, `by` the surface on which it is told instead; `message` and
    `turn` are the words that wished it. `deadline` (epoch seconds, 0 for none) ends it, `most` is
    how many acts it may take in all, `used` how many it took. `approved` is the hash that it had
    when its person approved it as a whole, in the home `approver`. `late` says what becomes of a
    time that passed while nothing ran. `missed` counts the times that passed unsaid, `changes` its
    moves. A plan that is over is no row any more.
    """

    id: str
    home: str
    number: int
    what: str
    schedule: Schedule
    at: float
    asked: End
    made: float
    message: str = ""
    turn: int = 0
    by: str = ""
    state: State = "waiting"
    missed: int = 0
    changes: int = 0
    steps: tuple[Step, ...] = ()
    step: int = 0
    since: float = 0.0
    begun: bool = False
    came: tuple[Came, ...] = ()
    turns: Mapping[str, int] = field(default_factory=dict[str, int])
    run: int = 0
    deadline: float = 0.0
    most: int = 0
    used: int = 0
    approved: str = ""
    approver: str = ""
    late: Literal["once", "skip"] = "once"

    @property
    def hash(self) -> str:
        """SHA-256 over what a yes to the whole plan is a yes to: goal, steps, times, budget."""
        fields = {
            "what": self.what,
            "schedule": asdict(self.schedule),
            "steps": [asdict(step) for step in self.steps],
            "deadline": self.deadline,
            "most": self.most,
        }
        text = json.dumps(fields, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()

    @property
    def is_approved(self) -> bool:
        """Whether its person approved it exactly as it stands now."""
        return bool(self.approved) and self.approved == self.hash

    @property
    def is_reminder(self) -> bool:
        return len(self.steps) == 1 and self.steps[0].kind == "tell"

    @property
    def is_due_by_itself(self) -> bool:
        """Whether time alone moves it."""
        return self.state == "waiting" and self.at < inf

    def what_came(self, step: int) -> Came | None:
        """What this step came to, the last time in this run."""
        return next((one for one in reversed(self.came) if one.step == step), None)

    def advanced(self, now: float) -> "Plan | None":
        """The plan after a run; None where that was the last."""
        at = self.schedule.after(max(now, self.at)) if self.at < inf else self.schedule.after(now)
        if at is None:
            return None
        return replace(self, at=at, missed=0, step=0, begun=False, came=(), turns={})

    def passed(self, now: float) -> "Plan":
        """The plan after its time passed and nothing could be said."""
        later, count = self.schedule.after(now), self.missed + 1
        count += self.schedule.missed(self.at, now)
        if later is None:
            return replace(self, state="missed", missed=count)
        return replace(self, at=later, missed=count)

    def resumed(self, now: float) -> "Plan":
        """Waiting again; what fell due while it was paused stays unsaid, but for a single time."""
        later = self.schedule.after(now)
        return replace(self, state="waiting", at=self.at if later is None else later)
