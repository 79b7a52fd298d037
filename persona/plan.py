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

    `sensitivity` (0 to 3) and `untrusted` are those of the words, `rests` the messages and turns
    that they repeat; `at` is when.
    """

    step: int
    state: CameState
    text: str = ""
    facts: Mapping[str, str | float] = field(default_factory=dict[str, "str | float"])
    sensitivity: int = 0
    untrusted: bool = False
    at: float = 0.0
    rests: tuple[str, ...] = ()

    @staticmethod
    def of_row(row: Mapping[str, Any]) -> "Came":
        about: dict[str, Any] = {"rests": tuple(row.get("rests", ()))}
        return Came(**{**row, **about})


State = Literal["shown", "waiting", "paused", "missed", "over"]


@dataclass(frozen=True, slots=True)
class Plan:
    """Something to be done in time, kept in the home of the address where it was asked for.

    `number` is what its person calls it, `what` its goal. `schedule` says when a run begins, and
    begins again; `begins` is when the next one does. `state`: `shown` until the person's yes, then
    `waiting` for whatever comes next, `paused` by its person, `missed` where its only time passed
    unsaid, `over` where it has ended and something of it is still to be told or to be taken back.
    `at` is when it is due to move by itself (epoch seconds), infinite where only an answer or an
    outcome moves it.

    `step` is the number of the step that a run stands at, 0 between runs, `since` when it came
    there, `begun` whether the step was set going (told, asked, committed as an act); `came` is what
    each step of this run came to, `turns` how often each `repeat` went back, `run` counts the runs.
    `news` are words about it that its person has yet to be told, each under its step (0: the plan).

    `asked` is where it was asked for, `by` the surface on which it is told instead; `message` and
    `turn` are the words that wished it, `typed` the destinations that stood in them, `tainted` and
    `sensitivity` say what else stood before the mind that made it. `deadline` (epoch seconds, 0 for
    none) ends it, `most` is how many acts it may take in all (0: as many as it needs), `used` how
    many it wished. `approved` is the hash that it had when its person approved it as a whole, in
    the home `approver`. `late` says what becomes of a time that passed while nothing ran. `missed`
    counts the times that passed unsaid, `changes` its moves. `card` is the act (`lane/after`) whose
    message has buttons to start it, while it is shown; `told` are steps in the words of their
    capabilities, by number. A plan that is over is no row any more, once all of it was told.
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
    begins: float = 0.0
    news: tuple[Came, ...] = ()
    typed: tuple[str, ...] = ()
    tainted: str = ""
    sensitivity: int = 0
    card: str = ""
    told: Mapping[str, str] = field(default_factory=dict[str, str])

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
        """Whether all that it does is to say its own words at its time."""
        return [(one.kind, one.text) for one in self.steps] == [("tell", self.what)]

    @property
    def repeats(self) -> bool:
        """Whether any of its steps may be taken more than once."""
        return self.schedule.repeat is not None or any(one.kind == "repeat" for one in self.steps)

    @property
    def words(self) -> str:
        """All that it says and would do, for whoever must know how sensitive that is."""
        said = [
            text for one in self.steps for text in (one.text, *map(str, one.arguments.values()))
        ]
        return "\n".join(filter(None, [self.what, *said]))

    @property
    def is_due_by_itself(self) -> bool:
        """Whether time alone moves it."""
        return self.state in ("waiting", "over") and self.at < inf

    def what_came(self, step: int) -> Came | None:
        """What this step came to, the last time in this run."""
        return next((one for one in reversed(self.came) if one.step == step), None)

    def passed(self, now: float) -> "Plan":
        """The plan after its time passed and nothing could be said."""
        later, count = self.schedule.after(now), self.missed + 1
        count += self.schedule.missed(self.begins, now)
        if later is None:
            return replace(self, state="missed", missed=count)
        return replace(self, at=later, begins=later, missed=count)
