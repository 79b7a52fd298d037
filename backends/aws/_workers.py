"""DynamoDB clients: the process's own, and those of workers, which reach one scope's rows alone.

Where a lane role is named, a worker's client asks with credentials that AWS made for its lane and
homes: session tags, which the role's policy turns into keys. A client belongs to one lane and
its homes for good, so two lanes in one process never share credentials.
"""

import threading
from collections import OrderedDict
from typing import Any

from backends.aws._clients import Clients, translating
from backends.aws._fence import Fenced, raise_fence
from persona.errors import Broken
from persona.keys import Scope
from persona.ports import Clock

MOST_HOMES = 8
MOST_LANES = 64
"""Lanes whose clients one process keeps."""
SECONDS = 900
RENEWED_BEFORE = 120

Worker = tuple[str, tuple[str, ...]]


class Workers:
    """`role` is the lane role's ARN; without one all clients use the process's credentials."""

    def __init__(self, clients: Clients, table: str, role: str, clock: Clock) -> None:
        self._clients = clients
        self._table = table
        self._role = role
        self._clock = clock
        self._lock = threading.Lock()
        self._own: list[Any] = []
        self._lanes: OrderedDict[Worker, tuple[float, Any]] = OrderedDict()

    def client(self, scope: Scope | None) -> Any:
        """For the whole process without a scope; with one, fenced."""
        if scope is None:
            return self._clients.get("dynamodb")
        if self._role:
            return Fenced(self._of_lane((scope.lane, scope.homes)), scope)
        return Fenced(self._of_process(), scope)

    def _of_process(self) -> Any:
        with self._lock:
            if not self._own:
                self._own.append(self._clients.fresh("dynamodb"))
                raise_fence(self._own[0], self._table)
            return self._own[0]

    def _of_lane(self, worker: Worker) -> Any:
        with self._lock:
            until, client = self._lanes.get(worker, (0.0, None))
            if self._clock.now() < until:
                self._lanes.move_to_end(worker)
                return client
        until, client = self._clock.now() + SECONDS - RENEWED_BEFORE, self._assume(worker)
        with self._lock:
            self._lanes[worker] = until, client
            self._lanes.move_to_end(worker)
            while len(self._lanes) > MOST_LANES:
                self._lanes.popitem(last=False)
        return client

    def _assume(self, worker: Worker) -> Any:
        lane, homes = worker
        if len(homes) > MOST_HOMES:
            raise Broken(f"{len(homes)} homes for one worker; a lane reads {MOST_HOMES}")
        tags = {"lane": lane, **{f"home{n}": home for n, home in enumerate(homes, 1)}}
        with translating():
            answer = self._clients.get("sts").assume_role(
                RoleArn=self._role,
                RoleSessionName=f"lane-{lane}"[:64],
                DurationSeconds=SECONDS,
                Tags=[{"Key": name, "Value": value} for name, value in tags.items()],
            )
        client = self._clients.fresh("dynamodb", answer["Credentials"])
        raise_fence(client, self._table)
        return client
