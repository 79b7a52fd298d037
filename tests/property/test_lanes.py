"""Random puts, receives, deaths and pauses: order kept, nothing lost, nothing done twice."""

import tempfile
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from backends.local._database import Database
from backends.local.lanes import REPEAT_WINDOW, VISIBILITY, Lanes, Message

SHM = Path("/dev/shm")
STEPS = st.one_of(
    st.tuples(st.just("put"), st.sampled_from("abc"), st.integers(1, 12)),
    st.tuples(st.just("repeat"), st.sampled_from("abc"), st.just(0)),
    st.tuples(st.just("receive"), st.just(""), st.just(0)),
    st.tuples(st.just("finish"), st.just(""), st.integers(0, 3)),
    st.tuples(st.just("release"), st.just(""), st.integers(0, 3)),
    st.tuples(st.just("die"), st.just(""), st.just(0)),
    st.tuples(st.just("pass"), st.just(""), st.sampled_from([1, 6])),
)
Step = tuple[str, str, int]


@dataclass
class Clock:
    at: float = 1000.0

    def now(self) -> float:
        return self.at


class Play:
    """One run; what a worker holds is finished from the front, as a turn does it."""

    def __init__(self, lanes: Lanes, clock: Clock, run: int) -> None:
        self.lanes, self.clock, self.run = lanes, clock, run
        self.put: dict[str, list[str]] = {"a": [], "b": [], "c": []}
        self.put_at: dict[str, float] = {}
        self.done: dict[str, list[str]] = {"a": [], "b": [], "c": []}
        self.held: list[list[Message]] = []
        self.steps: Counter[str] = Counter()

    def lane(self, name: str) -> str:
        return f"{self.run}{name}"

    def step(self, step: Step) -> None:
        kind, lane, number = step
        self.steps[kind] += 1
        match kind:
            case "put":
                for _ in range(number):
                    self._put(lane, f"{lane}{len(self.put[lane])}")
            case "repeat":
                self._repeat(lane)
            case "receive":
                self._receive()
            case "finish" | "release":
                self._answer(number, released=kind == "release")
            case "die":
                self.held = []
                self.clock.at += VISIBILITY + 1
            case _:
                self.clock.at += number

    def _put(self, lane: str, body: str) -> None:
        self.put[lane].append(body)
        self.put_at[body] = self.clock.at
        self.lanes.put(self.lane(lane), body, body)

    def _repeat(self, lane: str) -> None:
        young = [b for b in self.put[lane] if self.clock.at < self.put_at[b] + REPEAT_WINDOW]
        for body in young[:3]:
            self.lanes.put(self.lane(lane), body, body)

    def _receive(self) -> None:
        batch = self.lanes.receive()
        if not batch:
            return
        assert {message.lane for message in batch} == {batch[0].lane}
        busy = {held[0].lane for held in self.held if held}
        assert batch[0].lane not in busy, "two batches of one lane are in flight"
        bodies = [message.body for message in batch]
        assert bodies == sorted(bodies, key=lambda body: int(body[1:])), "out of order"
        done = self.done[bodies[0][0]]
        assert not set(bodies) & set(done), "what was done came again"
        self.held.append(batch)

    def _answer(self, number: int, *, released: bool) -> None:
        """Finishes so many of the oldest batch, all where none is to be released."""
        if not self.held:
            return
        batch = self.held.pop(0)
        finished = batch[:number] if released else batch
        for message in finished:
            self.lanes.delete(message)
            self.done[message.body[0]].append(message.body)
        for message in batch[len(finished) :]:
            self.lanes.release(message.receipt, 5.0)

    def end(self) -> None:
        """Works off what is left, then accounts for every message that was put."""
        self.held = []
        self.clock.at += VISIBILITY + 1
        while True:
            self._receive()
            if not self.held:
                break
            self._answer(0, released=False)
        dead = {m.body for m in self.lanes.dead_letters() if m.lane.startswith(str(self.run))}
        for lane, put in self.put.items():
            assert [body for body in put if body not in dead] == self.done[lane], lane


def test_lanes_lose_nothing_repeat_nothing_and_keep_their_order() -> None:
    steps: Counter[str] = Counter()
    with tempfile.TemporaryDirectory(dir=SHM if SHM.exists() else None) as folder:
        database, clock = Database(Path(folder) / "hub.db", durable=False), Clock()
        lanes = Lanes(database, clock, bytes(32))
        runs = 0

        @settings(
            max_examples=80,
            suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
        )
        @given(st.lists(STEPS, min_size=20, max_size=60))
        def play(chosen: list[Step]) -> None:
            nonlocal runs
            runs += 1
            with database.writing() as connection:
                connection.execute("DELETE FROM messages")
                connection.execute("DELETE FROM repeats")
            one = Play(lanes, clock, runs)
            for step in chosen:
                one.step(step)
            one.end()
            steps.update(one.steps)
            steps["messages"] += sum(map(len, one.put.values()))

        play()
        database.close()
    assert sum(steps.values()) - steps["messages"] >= 1600, steps
    assert steps["messages"] > 1000, steps
    assert min(steps["die"], steps["release"], steps["repeat"]) > 50, steps
