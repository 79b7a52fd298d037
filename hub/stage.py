"""The local stage's engine: threads that do what AWS does between the functions.

Lane workers hand batches to `functions.turn`, bell workers wake `functions.act` and
`functions.socket`, and a sweeper sleeps until the next row is due. They call the same functions
with the same events as Lambda would.
"""

import threading
import time
from collections.abc import Callable
from typing import Any

from backends.local.bell import Ring
from backends.local.family import Family
from backends.local.lanes import Message
from functions import (
    act,
    capability,
    erase,
    handover,
    likeness,
    link,
    plan,
    socket,
    sweep,
    turn,
    undelivered,
)
from functions._observe import log
from persona.acts import outbox
from persona.errors import Broken, Conflict, Refused
from persona.keys import Key
from persona.ports import Ports

LANE_WORKERS = 16
"""Most of them wait for a model or sleep; one lane never has two."""
BELL_WORKERS = 8
EXPIRE_EVERY = 3600.0
SCRUB_EVERY = 60.0
LONGEST_NAP = 1.0
MOST_HELD = 10_000


class Stage:
    """Started once, stopped once; what it was doing when killed is found again at the next start."""

    def __init__(self, family: Family, ports: Ports) -> None:
        self._family = family
        self._ports = ports
        self._stopping = threading.Event()
        self._moved = threading.Event()
        self._busy: set[str] = set()
        self._choosing = threading.Lock()
        self._threads: list[threading.Thread] = []
        self._expire_at = 0.0
        self._scrub_at = 0.0

    def start(self) -> None:
        """Whoever held messages or acts before is gone: this process alone holds the folder."""
        self._family.lanes.release_all()
        self._release_acts()
        workers: list[tuple[str, Callable[[], None]]] = [
            *((f"lane-{n}", self._lane_step) for n in range(LANE_WORKERS)),
            *((f"bell-{n}", self._bell_step) for n in range(BELL_WORKERS)),
            ("sweep", self._sweep_step),
        ]
        for name, step in workers:
            thread = threading.Thread(target=self._loop, args=(step,), name=name, daemon=True)
            thread.start()
            self._threads.append(thread)

    def _release_acts(self) -> None:
        """What was being sent has an unknown outcome now, not at the end of its dead worker's lease."""
        ports, now = self._ports, self._ports.clock.now()
        due = self._family.table.due(now + outbox.LEASE, limit=MOST_HELD)
        for key in due:
            if not key.partition.startswith("ACT#") or not key.sort.startswith("OPEN#"):
                continue
            try:
                held = outbox.open_row(ports, ports.table.get([key])[key])
                if held.state == "sending":
                    settled = now + self._settling(held.function)
                    outbox.postpone(ports, held, min(held.due, settled), state="sending")
            except (Broken, Conflict, Refused):  # the act's own worker says what is wrong with it
                log.exception("act not released")

    def _settling(self, function: str) -> float:
        """How long a missing message of this function proves nothing (seconds)."""
        used = self._ports.capabilities.get(function)
        carrier = self._ports.carriers.get(used.carried_by if used else function)
        return carrier.settling if carrier else 0.0

    def stop(self, seconds: float = 6.0) -> None:
        """Lets each worker finish what it holds; what takes longer is repeated after the start."""
        self._stopping.set()
        self._family.lanes.arrived.set()
        self._moved.set()
        until = time.monotonic() + seconds
        for thread in self._threads:
            thread.join(max(0.0, until - time.monotonic()))

    def is_idle(self) -> bool:
        """Nothing in any lane, at any bell, in any outbox, no time come, and nothing due but answers."""
        family, now = self._family, self._ports.clock.now()
        ahead = family.table.due(float("inf"), MOST_HELD)
        due = any(map(_is_work, ahead)) or any(map(_is_timed, family.table.due(now, MOST_HELD)))
        busy = family.lanes.waiting() or family.bell.waiting() or due
        busy = busy or (family.timers.next_at() or float("inf")) <= now
        # An outcome goes from the table into a lane, so the lanes are looked at once more.
        return not busy and not family.lanes.waiting() and not family.bell.waiting()

    def _loop(self, step: Callable[[], None]) -> None:
        while not self._stopping.is_set():
            try:
                step()
            except Exception:  # a worker outlives whatever it met; the rows are still there
                log.exception("worker failed")
                self._stopping.wait(1.0)

    def _lane_step(self) -> None:
        with self._choosing:
            messages = self._family.lanes.receive(tuple(self._busy))
            if messages:
                self._busy.add(messages[0].lane)
            else:
                self._family.lanes.arrived.clear()
        if not messages:
            self._nap()
            return
        try:
            failed = turn.run(sqs_event(messages), self._ports)["batchItemFailures"]
            left = {failure["itemIdentifier"] for failure in failed}
            for message in messages:
                if message.id not in left:
                    self._family.lanes.delete(message)
        finally:
            self._busy.discard(messages[0].lane)
            self._family.lanes.arrived.set()

    def _nap(self) -> None:
        """Until something arrives, or the next held message may come again."""
        at = self._family.lanes.next_visible()
        nap = (
            LONGEST_NAP if at is None else min(LONGEST_NAP, max(0.02, at - self._ports.clock.now()))
        )
        self._family.lanes.arrived.wait(nap)

    def _bell_step(self) -> None:
        ring = self._family.bell.take(LONGEST_NAP)
        if ring is None:
            return
        if ring.function == "plan":  # one may be due before the sweeper meant to wake
            self._moved.set()
        try:
            answer(ring, self._ports)
        finally:
            self._family.bell.done(ring)

    def _sweep_step(self) -> None:
        self._moved.clear()
        found = self._family.timers.fire() + sweep.run(self._ports)
        self._end_dead_letters()
        now = self._ports.clock.now()
        if now >= self._scrub_at:
            self._family.table.scrub()
            self._scrub_at = now + SCRUB_EVERY
        if now >= self._expire_at:
            self._family.table.expire(now)
            self._expire_at = now + EXPIRE_EVERY
        ahead = [self._family.table.next_due(), self._family.timers.next_at()]
        nap = min([LONGEST_NAP, *(max(0.05, at - now) for at in ahead if at is not None)])
        if found:
            self._stopping.wait(max(nap, 0.2))
        else:
            self._moved.wait(nap)

    def _end_dead_letters(self) -> None:
        dead = self._family.lanes.dead_letters()
        if not dead:
            return
        kept = undelivered.run(sqs_event(dead), self._ports)["batchItemFailures"]
        left = {failure["itemIdentifier"] for failure in kept}
        for message in dead:
            if message.id in left:
                self._family.lanes.keep_dead(message)
            else:
                self._family.lanes.bury(message)


def _is_timed(key: Key) -> bool:
    """Whether a row is a time to come, which the hub waits for in peace: of a plan, of a review."""
    return key.sort.startswith("PLAN#") or key.sort == "REVIEW"


def _is_work(key: Key) -> bool:
    """Whether a row is done with as soon as may be; the others wait for a time, or for a person."""
    waits = _is_timed(key) or key.sort.startswith("QUESTION#") or key.partition.startswith("WAKE#")
    return not waits


def answer(ring: Ring, ports: Ports) -> None:
    """Wakes the function that a ring is for."""
    if ring.function == "socket":
        socket.push(ring.lane, ports)
    elif ring.function == "link":
        link.run(ring.event(), ports)
    elif ring.function == "handover":
        handover.run(ring.event(), ports)
    elif ring.function == "likeness":
        likeness.run(ring.event(), ports)
    elif ring.function == "erase":
        erase.run(ring.event(), ports)
    elif ring.function == "plan":
        plan.run(ring.event(), ports)
    elif ring.function in ports.carriers:
        act.run(ring.event(), ports)
    else:
        capability.run(ring.event(), ports)


def sqs_event(messages: list[Message]) -> dict[str, Any]:
    """The messages in the form in which SQS gives a FIFO batch to Lambda."""
    return {
        "Records": [
            {
                "messageId": message.id,
                "receiptHandle": message.receipt,
                "body": message.body,
                "attributes": {
                    "MessageGroupId": message.lane,
                    "ApproximateReceiveCount": str(message.receives),
                },
                "eventSource": "aws:sqs",
            }
            for message in messages
        ]
    }
