"""Step Functions as moto really runs it, in the hand of one thread and on a clock in a test's hand.

Executions run in threads of moto's own. Each question that they ask of our function waits here until
the test has it answered, each of their waits until the clock has come there, so that all of ours
runs in the test's thread, in an order that repeats. What moto gets wrong is put right here, in the
open: a token is good once (`_answered`).
"""

import json
import threading
import time
from collections.abc import Callable, Generator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from unittest.mock import patch

import moto.core.config
from moto.stepfunctions.parser import models
from moto.stepfunctions.parser.api import InvalidToken
from moto.stepfunctions.parser.asl.component.state.exec.state_task import lambda_eval_utils
from moto.stepfunctions.parser.asl.component.state.wait.wait_function.wait_function import (
    WaitFunction,
)
from moto.stepfunctions.parser.asl.eval.callback.callback import (
    CallbackEndpoint,
    HeartbeatEndpoint,
)

from functions import plan
from persona.ports import Ports
from tests.aws import PLAN_FUNCTION, world

HANGS = 20.0
"""Real seconds after which an execution that neither asks nor waits is a failure."""
POLL = 0.002


class Used(InvalidToken):
    """What AWS says of a token whose time is over; moto's own word for it has no code."""

    code = exception_type = "TaskTimedOut"
    message = "Task Timed Out: 'Provided task does not exist anymore'"


@dataclass
class Question:
    """One invocation of our function; `told` is its answer once it has one."""

    payload: dict[str, Any]
    told: dict[str, Any] = field(default_factory=dict[str, Any])
    is_told: threading.Event = field(default_factory=threading.Event)

    @property
    def execution(self) -> str:
        return f"{self.payload['plan']}-{self.payload['generation']}"


class Machine:
    """All executions: what they ask, and which of them are neither asking nor waiting."""

    def __init__(self, ports: Callable[[], Ports], now: Callable[[], float]) -> None:
        self._ports, self._now = ports, now
        self._questions: list[Question] = []
        self._moving: set[str] = set()
        self._owners: dict[str, str] = {}
        self._used: set[str] = set()
        self._until: dict[str, float] = {}
        self.closing = False
        self.stopped: set[str] = set()
        self.moves: list[tuple[str, str]] = []

    # For the test

    def step(self) -> bool:
        """Answers one question; False where every execution waits, or is over."""
        self._settle()
        if not self._questions:
            return False
        question = self._questions.pop(0)
        self._moving.add(question.execution)
        try:
            move = plan.run(question.payload, self._ports())
            self.moves.append((question.execution, move["name"] if move else "held"))
            question.told = {"StatusCode": 200, "Payload": move}
        except Exception as error:
            about = {"errorType": type(error).__name__, "errorMessage": str(error)}
            question.told = {"StatusCode": 200, "FunctionError": "Unhandled", "Payload": about}
        question.is_told.set()
        return True

    def executions(self) -> dict[str, Any]:
        """Every execution that was ever started, by name."""
        return {one.name: one for made in self._made() for one in made.executions}

    def running(self) -> list[str]:
        """Of those that were stopped moto's thread may yet have to notice."""
        found = [name for name, one in self.executions().items() if one.status == "RUNNING"]
        return [name for name in found if name not in self.stopped]

    def events(self, name: str) -> list[str]:
        """The kinds of events that AWS would bill of it."""
        history = self.executions()[name].to_history_output()["events"]
        return [str(event["type"].value) for event in history]

    def tokens(self) -> dict[str, str]:
        """Every token that was ever given, with the execution that gave it."""
        return dict(self._owners)

    def lose(self, name: str) -> None:
        """As a restart of the service loses an execution."""
        self.stopped.add(name)
        self.executions()[name].stop(datetime.now(UTC), "States.ServiceRestart", "")
        self._settle()

    def failed(self) -> list[str]:
        """Executions that ended otherwise than by being done; moto says so of those stopped, too."""
        ended = {"SUCCEEDED", "RUNNING"}
        found = [name for name, one in self.executions().items() if one.status not in ended]
        return [name for name in found if name not in self.stopped]

    def _made(self) -> list[Any]:
        return world().machines().state_machines

    def _settle(self) -> None:
        until = time.monotonic() + HANGS
        while self._restless():
            assert time.monotonic() < until, f"hangs: {self._moving}"
            time.sleep(POLL)

    def _restless(self) -> set[str]:
        """Executions that neither ask nor wait, and those whose wait is over."""
        now, asking = self._now(), {one.execution for one in list(self._questions)}
        late = {name for name, at in dict(self._until).items() if at <= now}
        return (self._moving | late) & {*self.running()} - asking

    # For moto's threads

    def started(self, name: str) -> None:
        self._moving.add(name)

    def invoke(self, parameters: dict[str, Any], **_: Any) -> dict[str, Any]:
        assert parameters["FunctionName"] == PLAN_FUNCTION
        question = Question(json.loads(parameters["Payload"]))
        if "token" in question.payload:
            self._owners[question.payload["token"]] = question.execution
        self._questions.append(question)
        while not question.is_told.wait(POLL):
            if self.closing:
                return {"StatusCode": 200, "Payload": {}}
        return question.told

    def wait_until(self, env: Any, at: float) -> None:
        name = env.states.context_object.context_object_data["Execution"]["Name"]
        self._until[name] = at
        self._moving.discard(name)
        while self._now() < at and env.is_running() and not self.closing:
            time.sleep(POLL)
        self._moving.add(name)
        del self._until[name]

    def beat_until(self, token: str, event: threading.Event, seconds: float) -> bool:
        """Whether something was heard before so many seconds had passed on the test's clock.

        An answer that came before anybody listened counts; in moto nobody hears it.
        """
        name, at = self._owners[token], self._now() + seconds
        if not event.is_set() and token not in self._used:
            self._until[name] = at
            self._moving.discard(name)

        def heard() -> bool:
            return event.is_set() or token in self._used

        while not heard() and self._now() < at and not self._is_over(name):
            time.sleep(POLL)
        was_heard = heard()
        event.clear()
        if not was_heard or token in self._used:
            self._used.add(token)
            self._moving.add(name)
        self._until.pop(name, None)
        return was_heard

    def _is_over(self, name: str) -> bool:
        return self.closing or not self.executions()[name].exec_worker.env.is_running()

    def answered(self, token: str, send: Callable[[], Any]) -> Any:
        """AWS takes one answer; moto every one."""
        if token in self._used:
            raise Used
        found = send()
        self._used.add(token)
        self._moving.add(self._owners[token])
        return found


@contextmanager
def executing(ports: Callable[[], Ports], now: Callable[[], float]) -> Generator[Machine]:
    """From here on executions run; at the end they are over."""
    machine, switch = Machine(ports, now), moto.core.config.default_user_config
    on: Any = {**switch, "stepfunctions": {"execute_state_machine": True}}
    start = models.StepFunctionsParserBackend.start_execution
    stop = models.StepFunctionsParserBackend.stop_execution
    send = models.StepFunctionsParserBackend.send_task_success

    def begin(self: Any, *args: Any, **more: Any) -> Any:
        name = args[1] if len(args) > 1 else more["name"]
        known = name in machine.executions()
        if not known:
            machine.started(name)
        return start(self, *args, **more)

    def halt(self: Any, execution_arn: str) -> Any:
        machine.stopped.add(execution_arn.rpartition(":")[2])
        return stop(self, execution_arn)

    def answer(self: Any, task_token: str, outcome: str) -> Any:
        return machine.answered(task_token, lambda: send(self, task_token, outcome))

    def wait(self: Any, env: Any) -> None:
        self.string.eval(env=env)
        spelled = env.stack.pop()
        at = datetime.strptime(spelled, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
        machine.wait_until(env, at.timestamp())

    def beating(self: Any, heartbeat_seconds: int) -> Any:
        endpoint: Any = HeartbeatEndpoint(heartbeat_seconds)
        endpoint.token = self.callback_id
        self._heartbeat_endpoint = endpoint
        return endpoint

    def beat(self: Any) -> bool:
        seconds = self._heartbeat_seconds
        return machine.beat_until(self.token, self._next_heartbeat_event, seconds)

    with ExitStack() as stack:
        for place, name, instead in (
            (models.StepFunctionsParserBackend, "start_execution", begin),
            (models.StepFunctionsParserBackend, "stop_execution", halt),
            (models.StepFunctionsParserBackend, "send_task_success", answer),
            (lambda_eval_utils, "_invoke_lambda_function", machine.invoke),
            (WaitFunction, "_eval_body", wait),
            (CallbackEndpoint, "setup_heartbeat_endpoint", beating),
            (HeartbeatEndpoint, "clear_and_wait", beat),
        ):
            stack.enter_context(patch.object(place, name, instead))
        stack.enter_context(patch.dict(switch, on))
        world().make_machine()
        try:
            yield machine
        finally:
            machine.closing = True
            for name in machine.running():
                machine.executions()[name].stop(datetime.now(UTC), "", "")
            for one in machine._made():
                one.executions.clear()
