"""Executions on Step Functions, of the one state machine, by the alias of a published version."""

import json
from collections.abc import Callable, Mapping
from typing import Any

from backends.aws._clients import translating

UNKNOWN = {"ExecutionDoesNotExist"}
DECIDED = {"InvalidToken", "TaskDoesNotExist", "TaskTimedOut"}
"""A token that is late, used, or was never given."""


class Plans:
    """Implements `persona.ports.Plans`; `machine` is the alias's ARN.

    AWS keeps a name for 90 days after its execution is over, and answers a repeat with an error.
    """

    def __init__(self, client: Callable[[], Any], machine: str) -> None:
        self._client = client
        self._machine = machine

    def start(self, name: str, body: Mapping[str, Any]) -> None:
        with translating(but={"ExecutionAlreadyExists"}):
            self._client().start_execution(
                stateMachineArn=self._machine,
                name=name,
                input=json.dumps(body, separators=(",", ":")),
            )

    def is_running(self, name: str) -> bool:
        with translating(but=UNKNOWN):
            found = self._client().describe_execution(executionArn=self._execution(name))
            return found["status"] == "RUNNING"
        return False

    def stop(self, name: str) -> None:
        with translating(but=UNKNOWN):
            self._client().stop_execution(executionArn=self._execution(name))

    def answer(self, token: str) -> bool:
        with translating(but=DECIDED):
            self._client().send_task_success(taskToken=token, output="{}")
            return True
        return False

    def beat(self, token: str) -> bool:
        with translating(but=DECIDED):
            self._client().send_task_heartbeat(taskToken=token)
            return True
        return False

    def _execution(self, name: str) -> str:
        """An execution's ARN names the machine, and neither its version nor its alias."""
        machine = self._machine.replace(":stateMachine:", ":execution:").rpartition(":")[0]
        return f"{machine}:{name}"
