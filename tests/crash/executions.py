"""Executions outside, played by the house's one thread: they look, wait, hand over a token, go on.

As the state machine does: a question that failed is asked again some times, then the execution has
failed and nobody waits for the plan any more.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from functions import plan
from persona.ports import Clock, Ports
from tests.crash.injector import Death

TRIES = 4
BACKOFF = 2.0


@dataclass
class Execution:
    """One of them: what it asks next, and from when it may."""

    body: Mapping[str, Any]
    at: float
    looks: int = 0
    token: str = ""
    stage: Literal["look", "hand over", "awaits"] = "look"
    until: float = 0.0
    tries: int = 0


class Executions:
    """Implements `persona.ports.Plans`."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._running: dict[str, Execution] = {}
        self._known: set[str] = set()

    def start(self, name: str, body: Mapping[str, Any]) -> None:
        if name not in self._known:
            self._known.add(name)
            self._running[name] = Execution(body, self._clock.now())

    def is_running(self, name: str) -> bool:
        return name in self._running

    def stop(self, name: str) -> None:
        self._running.pop(name, None)

    def answer(self, token: str) -> bool:
        found = self._by(token)
        if found:
            self._look_again(found)
        return found is not None

    def beat(self, token: str) -> bool:
        return self._by(token) is not None

    def next_at(self) -> float | None:
        """When the next of them goes on by itself."""
        return min((one.at for one in self._running.values()), default=None)

    def step(self, ports: Ports) -> bool:
        """Lets one go on that may; False where all of them wait. Raises Death."""
        now = self._clock.now()
        name, one = next(((n, e) for n, e in self._running.items() if e.at <= now), ("", None))
        if one is None:
            return False
        try:
            self._go_on(name, one, ports)
        except (Death, Exception) as failed:
            one.tries += 1
            one.at = now + BACKOFF
            if one.tries > TRIES:
                self.stop(name)
            if isinstance(failed, Death):
                raise
        return True

    def _go_on(self, name: str, one: Execution, ports: Ports) -> None:
        ids = {key: one.body[key] for key in ("home", "plan", "generation")}
        if one.stage == "awaits":  # nobody answered in time
            self._look_again(one)
        elif one.stage == "hand over":
            plan.run({**ids, "token": one.token}, ports)
            if one.stage == "hand over":  # the handing over may have been answered at once
                one.stage, one.at, one.tries = "awaits", one.until, 0
        else:
            self._move(name, one, plan.run({**ids, "looks": one.looks}, ports) or {})

    def _move(self, name: str, one: Execution, move: Mapping[str, Any]) -> None:
        one.looks, one.tries = move["looks"], 0
        until = datetime.fromisoformat(move["until"]).timestamp()
        match move["name"]:
            case "wait":
                one.at = until
            case "await":
                one.stage, one.token = "hand over", f"{name} {one.looks}"
                one.until = self._clock.now() + move["seconds"]
            case _:
                self.stop(name)

    def _look_again(self, one: Execution) -> None:
        one.stage, one.at, one.token, one.tries = "look", self._clock.now(), "", 0

    def _by(self, token: str) -> Execution | None:
        return next((e for e in self._running.values() if token and e.token == token), None)
