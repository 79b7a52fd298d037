"""Timers on EventBridge Scheduler: one-time schedules in UTC that put a body into a lane."""

import math
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from backends.aws._clients import translating
from persona.ports import Clock

SOONEST = 60.0
"""Seconds ahead: the scheduler's own precision, and it takes no time that has passed."""


class Timers:
    """Implements `persona.ports.Timers`; `group` is the schedules' own, all else are ARNs.

    A schedule deletes itself after its end. Scheduler cannot mark a repeat, so the queue does, by
    the body's hash.
    """

    def __init__(
        self,
        client: Callable[[], Any],
        group: str,
        lanes: str,
        role: str,
        dead_letters: str,
        clock: Clock,
    ) -> None:
        self._client = client
        self._group = group
        self._lanes = lanes
        self._role = role
        self._dead_letters = dead_letters
        self._clock = clock

    def set(self, name: str, at: float, lane: str, body: str) -> None:
        moment = math.ceil(max(at, self._clock.now() + SOONEST))
        spelled = datetime.fromtimestamp(moment, UTC).strftime("%Y-%m-%dT%H:%M:%S")
        schedule = {
            "Name": name,
            "GroupName": self._group,
            "ScheduleExpression": f"at({spelled})",
            "ScheduleExpressionTimezone": "UTC",
            "FlexibleTimeWindow": {"Mode": "OFF"},
            "ActionAfterCompletion": "DELETE",
            "Target": {
                "Arn": self._lanes,
                "RoleArn": self._role,
                "Input": body,
                "SqsParameters": {"MessageGroupId": lane},
                "DeadLetterConfig": {"Arn": self._dead_letters},
            },
        }
        with translating(but={"ConflictException"}):
            self._client().create_schedule(**schedule)
            return
        with translating(but={"ResourceNotFoundException"}):
            self._client().update_schedule(**schedule)
            return
        with translating():  # it fired between the two
            self._client().create_schedule(**schedule)

    def cancel(self, name: str) -> None:
        with translating(but={"ResourceNotFoundException"}):
            self._client().delete_schedule(Name=name, GroupName=self._group)
