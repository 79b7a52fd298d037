"""Dies at the k-th outside call, in one of five ways, and says whether it did.

before   no effect, then death            after    the effect, then death
lost     the effect, its answer dropped: the client's own retry meets its own rows
refuse   the service says no, no effect   zombie   a stall while other workers finish everything
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Literal

from persona.decision import Act
from persona.errors import Transient, Unknown
from persona.keys import Key, Scope
from persona.ports import Hands, Row, Sent, Write

Mode = Literal["before", "after", "lost", "refuse", "zombie"]
MODES: tuple[Mode, ...] = ("before", "after", "lost", "refuse", "zombie")
Kind = Literal["read", "commit", "put", "ring", "send", "lookup"]


class Death(BaseException):
    """The process is gone: no `except Exception` survives it."""


class Injector:
    """Counts outside calls; `at` is the one that fails, `mode` how."""

    def __init__(self, at: int = 0, mode: Mode = "before") -> None:
        self.at, self.mode = at, mode
        self.census: list[Kind] = []
        self.fired = False
        self.stall: Callable[[], None] = lambda: None

    def fires(self, kind: Kind) -> bool:
        """Counts one call; whether it is the one that fails."""
        self.census.append(kind)
        if self.fired or len(self.census) != self.at:
            return False
        self.fired = True
        return True

    def call(self, kind: Kind, do: Callable[[], Any]) -> Any:
        if not self.fires(kind):
            return do()
        match self.mode:
            case "before":
                raise Death
            case "after":
                do()
                raise Death
            case "refuse":
                raise Transient("refused by the test")
            case "zombie":
                self.stall()
                return do()
            case _:
                return self._lose(kind, do)

    def _lose(self, kind: Kind, do: Callable[[], Any]) -> Any:
        do()
        if kind == "send":
            raise Unknown("the answer was lost")
        if kind == "ring":
            return False
        return do()  # the client's own retry, which meets what it wrote itself


class FaultyTable:
    def __init__(self, table: Any, injector: Injector) -> None:
        self._table, self._injector = table, injector

    def get(self, keys: Iterable[Key]) -> dict[Key, Row]:
        wanted = list(keys)
        return self._injector.call("read", lambda: self._table.get(wanted))

    def query(self, prefix: Key, **more: Any) -> list[tuple[Key, Row]]:
        return self._injector.call("read", lambda: self._table.query(prefix, **more))

    def commit(self, writes: Sequence[Write]) -> None:
        self._injector.call("commit", lambda: self._table.commit(writes))

    def due(self, now: float, limit: int = 100) -> list[Key]:
        return self._injector.call("read", lambda: self._table.due(now, limit))

    def within(self, scope: Scope) -> "FaultyTable":
        return FaultyTable(self._table.within(scope), self._injector)


class FaultyLanes:
    def __init__(self, lanes: Any, injector: Injector) -> None:
        self._lanes, self._injector = lanes, injector

    def put(self, lane: str, body: str, once: str) -> None:
        self._injector.call("put", lambda: self._lanes.put(lane, body, once))

    def release(self, receipt: str, seconds: float) -> None:
        self._lanes.release(receipt, seconds)


class FaultyBell:
    def __init__(self, bell: Any, injector: Injector) -> None:
        self._bell, self._injector = bell, injector

    def ring(
        self, function: str, lane: str, acts: Sequence[str] = (), behind: Sequence[str] = ()
    ) -> None:
        self._injector.call("ring", lambda: self._bell.ring(function, lane, acts, behind))


class FaultyTimers:
    def __init__(self, timers: Any, injector: Injector) -> None:
        self._timers, self._injector = timers, injector

    def set(self, name: str, at: float, lane: str, body: str) -> None:
        self._injector.call("commit", lambda: self._timers.set(name, at, lane, body))

    def cancel(self, name: str) -> None:
        self._injector.call("commit", lambda: self._timers.cancel(name))


class FaultyPlans:
    def __init__(self, plans: Any, injector: Injector) -> None:
        self._plans, self._injector = plans, injector

    def start(self, name: str, body: Mapping[str, Any]) -> None:
        self._injector.call("commit", lambda: self._plans.start(name, body))

    def is_running(self, name: str) -> bool:
        return self._injector.call("read", lambda: self._plans.is_running(name))

    def stop(self, name: str) -> None:
        self._injector.call("commit", lambda: self._plans.stop(name))

    def answer(self, token: str) -> bool:
        return self._injector.call("ring", lambda: self._plans.answer(token))

    def beat(self, token: str) -> bool:
        return self._injector.call("ring", lambda: self._plans.beat(token))


class FaultyBlobs:
    def __init__(self, blobs: Any, injector: Injector) -> None:
        self._blobs, self._injector = blobs, injector

    def put(self, name: str, data: bytes) -> None:
        self._injector.call("commit", lambda: self._blobs.put(name, data))

    def get(self, name: str) -> bytes | None:
        return self._injector.call("read", lambda: self._blobs.get(name))

    def list(self, prefix: str) -> list[str]:
        return self._injector.call("read", lambda: self._blobs.list(prefix))

    def delete(self, name: str) -> None:
        self._injector.call("commit", lambda: self._blobs.delete(name))


def nobody_watches(act: Act) -> None:
    pass


class FaultyCarrier:
    """A carrier whose provider calls are crash points too; `watch` sees each act before it goes."""

    def __init__(
        self, carrier: Any, injector: Injector, watch: Callable[[Act], None] = nobody_watches
    ) -> None:
        self._carrier, self._injector, self._watch = carrier, injector, watch
        self.keyed: bool = carrier.keyed
        self.settling: float = carrier.settling
        self.lookup = self._lookup if carrier.lookup else None
        self.heard_by = carrier.heard_by

    def send(self, act: Act, hands: Hands) -> Sent:
        self._watch(act)
        return self._injector.call("send", lambda: self._carrier.send(act, hands))

    def _lookup(self, act: Act, hands: Hands) -> Sent | None:
        return self._injector.call("lookup", lambda: self._carrier.lookup(act, hands))
