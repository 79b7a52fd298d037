"""Every family of ports, opened in one form: a second family was one more line here.

A test knows a family through `Opened` alone: the ports, and the few ends on which the world
outside a process pulls (receiving, letting time pass, starting again).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from backends.local.bell import Ring
from backends.local.family import open_family
from backends.local.lanes import Message
from persona import ports
from tests.aws import AwsFamily

SHM = Path("/dev/shm")
SECRETS = {"TWILIO_FROM": "+1", "EMPTY": "", "SLACK_SIGNING_SECRET": "5ec2e7"}


class Opened(Protocol):
    """A family that is open, with its clock in our hand."""

    @property
    def table(self) -> ports.Table: ...
    @property
    def lanes(self) -> ports.Lanes: ...
    @property
    def bell(self) -> ports.Bell: ...
    @property
    def timers(self) -> ports.Timers: ...
    @property
    def plans(self) -> ports.Plans: ...
    @property
    def blobs(self) -> ports.Blobs: ...
    @property
    def keys(self) -> ports.Keys: ...
    @property
    def secrets(self) -> ports.Secrets: ...
    @property
    def sockets(self) -> ports.Sockets: ...
    @property
    def clock(self) -> ports.Clock: ...

    def receive(self) -> Sequence[Message]: ...
    def delete(self, message: Message) -> None: ...
    def dead(self) -> Sequence[str]: ...
    def rung(self) -> Ring | None: ...
    def answered(self, ring: Ring) -> None: ...
    def fire(self) -> None: ...
    def connect(self, socket: str, push: Callable[[str], None]) -> None: ...
    def disconnect(self, socket: str) -> None: ...
    def expire(self) -> None: ...
    def pass_time(self, seconds: float) -> None: ...
    def reopen(self) -> None: ...
    def close(self) -> None: ...


@dataclass
class Clock:
    at: float = 1_750_000_000.0

    def now(self) -> float:
        return self.at


class Local:
    """The embedded family on a folder of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.clock = folder, Clock()
        self.open()

    def open(self) -> None:
        self.family = open_family(self.folder, SECRETS, clock=self.clock, durable=False)
        self.table, self.lanes, self.bell = self.family.table, self.family.lanes, self.family.bell
        self.timers, self.blobs, self.keys = self.family.timers, self.family.blobs, self.family.keys
        self.plans = self.family.plans
        self.secrets, self.sockets = self.family.secrets, self.family.sockets

    def reopen(self) -> None:
        self.family.close()
        self.open()

    def receive(self) -> Sequence[Message]:
        return self.lanes.receive()

    def delete(self, message: Message) -> None:
        self.lanes.delete(message)

    def dead(self) -> Sequence[str]:
        return [message.body for message in self.lanes.dead_letters()]

    def rung(self) -> Ring | None:
        return self.bell.take(0.0)

    def answered(self, ring: Ring) -> None:
        self.bell.done(ring)

    def fire(self) -> None:
        self.timers.fire()

    def connect(self, socket: str, push: Callable[[str], None]) -> None:
        self.sockets.add(socket, push)

    def disconnect(self, socket: str) -> None:
        self.sockets.remove(socket)

    def expire(self) -> None:
        self.table.expire(self.clock.now())

    def pass_time(self, seconds: float) -> None:
        self.clock.at += seconds

    def close(self) -> None:
        self.family.close()


class Aws:
    """The distributed family on moto; with a lane role, as it is deployed."""

    def __init__(self, folder: Path) -> None:
        self.clock = Clock()
        self.family = AwsFamily(SECRETS, clock=self.clock, lane_role=True)
        self.open()

    def open(self) -> None:
        parts = self.family.ports()
        self.table: ports.Table = parts["table"]
        self.lanes: ports.Lanes = parts["lanes"]
        self.bell: ports.Bell = parts["bell"]
        self.timers: ports.Timers = parts["timers"]
        self.plans: ports.Plans = parts["plans"]
        self.blobs: ports.Blobs = parts["blobs"]
        self.keys: ports.Keys = parts["keys"]
        self.secrets: ports.Secrets = parts["secrets"]
        self.sockets: ports.Sockets = parts["sockets"]

    def reopen(self) -> None:
        self.family.reopen()
        self.open()

    def receive(self) -> Sequence[Message]:
        return self.family.lanes.receive()

    def delete(self, message: Message) -> None:
        self.family.lanes.delete(message)

    def dead(self) -> Sequence[str]:
        return [message.body for message in self.family.lanes.dead_letters()]

    def rung(self) -> Ring | None:
        return self.family.bell.take(0.0)

    def answered(self, ring: Ring) -> None:
        self.family.bell.done(ring)

    def fire(self) -> None:
        self.family.timers.fire()

    def connect(self, socket: str, push: Callable[[str], None]) -> None:
        self.family.sockets.add(socket, push)

    def disconnect(self, socket: str) -> None:
        self.family.sockets.remove(socket)

    def expire(self) -> None:
        self.family.table.expire(self.clock.now())

    def pass_time(self, seconds: float) -> None:
        self.clock.at += seconds

    def close(self) -> None:
        self.family.close()


def open_local(folder: Path) -> Opened:
    return Local(folder)


def open_aws(folder: Path) -> Opened:
    return Aws(folder)


FAMILIES: dict[str, Callable[[Path], Opened]] = {"local": open_local, "aws": open_aws}
