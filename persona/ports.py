"""What the core needs from outside, as protocols; each has one file a family in `backends/`."""

import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Generic, Literal, Protocol, TypeVar

from persona.decision import Act
from persona.errors import Broken
from persona.halts import Watch
from persona.keys import Key, Scope
from persona.model import Audience, Event
from persona.settings import Settings

if TYPE_CHECKING:
    from persona.declare import Capability, Surface
    from persona.identity.load import Identity
    from persona.language import Embedder, Model
    from persona.memory.recall import Indexes

T = TypeVar("T")
Row = dict[str, Any]
"""A row's fields: text, numbers, booleans, bytes, None, and lists and mappings of these."""


@dataclass(frozen=True, slots=True)
class Condition:
    """What must hold of a row for its write to count: anything, absence, or one field's value."""

    kind: Literal["any", "absent", "equals"] = "any"
    field: str = ""
    value: str | int | float | bool | None = None


ANY = Condition()
ABSENT = Condition("absent")


def equals(field: str, value: str | float | bool | None) -> Condition:
    """The row exists and this field has this value."""
    return Condition("equals", field, value)


@dataclass(frozen=True, slots=True)
class Put:
    """Writes the whole row."""

    key: Key
    row: Row
    when: Condition = ANY


@dataclass(frozen=True, slots=True)
class Update:
    """Sets these fields of a row and leaves its others; `when` is never `any`."""

    key: Key
    changes: Row
    when: Condition

    def __post_init__(self) -> None:
        if self.when.kind == "any":
            raise Broken("an update says what must hold of its row")


@dataclass(frozen=True, slots=True)
class Delete:
    """Removes the row; removing what is absent is fine unless `when` says otherwise."""

    key: Key
    when: Condition = ANY


@dataclass(frozen=True, slots=True)
class Check:
    """Writes nothing, but the commit counts only if `when` holds."""

    key: Key
    when: Condition


Write = Put | Update | Delete | Check


class Table(Protocol):
    """One table: strong reads by key and prefix, and commits of all or nothing."""

    def get(self, keys: Iterable[Key]) -> dict[Key, Row]:
        """The rows that exist, read strongly; at most 100 keys."""
        ...

    def query(
        self, prefix: Key, *, after: str = "", limit: int = 1000, newest_first: bool = False
    ) -> list[tuple[Key, Row]]:
        """Rows of one partition whose sort key starts with `prefix.sort`, in order, read strongly.

        `after` is an exclusive full sort key to go on from.
        """
        ...

    def commit(self, writes: Sequence[Write]) -> None:
        """Applies all writes or none. Raises Conflict where a condition does not hold.

        As in DynamoDB: at most 100 writes, one a key, 400 KB a row.
        """
        ...

    def due(self, now: float, limit: int = 100) -> list[Key]:
        """Keys of rows whose `due` is not after `now`, earliest first; may lag behind commits."""
        ...

    def within(self, scope: Scope) -> "Table":
        """The same table for a worker that may reach these partitions alone.

        Every other key, and `due`, raises Broken before anything is asked of the database.
        """
        ...


class Store(Protocol):
    """What reading and writing sealed rows needs."""

    @property
    def table(self) -> Table: ...
    @property
    def keys(self) -> "Keys": ...
    @property
    def entropy(self) -> Callable[[int], bytes]: ...


class Lanes(Protocol):
    """Ordered streams of events, one a lane; at least once, in order, repeats dropped for 5 min."""

    def put(self, lane: str, body: str, once: str) -> None:
        """Appends; raises Transient where it could not. `once` marks repeats of one event."""
        ...

    def release(self, receipt: str, seconds: float) -> None:
        """Lets a received message come again after so many seconds."""
        ...


class Bell(Protocol):
    """Wakes the function that works a lane's acts; a ring may be lost or doubled without harm."""

    def ring(
        self, function: str, lane: str, acts: Sequence[str] = (), behind: Sequence[str] = ()
    ) -> None:
        """`acts` names those just committed for one address, in order; `behind` what they follow.

        A worker that is told so needs not look for them; without, it looks.
        """
        ...


class Timers(Protocol):
    """Puts a body into a lane at a time; at least once, and up to a minute late.

    A timer that fires twice repeats its body, so the body names the timer and the time.
    """

    def set(self, name: str, at: float, lane: str, body: str) -> None:
        """`name` is 1 to 64 characters of `[A-Za-z0-9._-]`; the same name again moves the timer."""
        ...

    def cancel(self, name: str) -> None:
        """Does nothing where there is no such timer, or it fired already."""
        ...


class Plans(Protocol):
    """Executions that wait until a plan may move, and only look then; each may be lost or doubled.

    A name is a plan's id and a generation. Who waits for an answer has given a token for it.
    """

    def start(self, name: str, body: Mapping[str, Any]) -> None:
        """Does nothing where there is or was one of this name."""
        ...

    def is_running(self, name: str) -> bool:
        """Whether it still waits or looks; may lag behind `start`."""
        ...

    def stop(self, name: str) -> None:
        """Does nothing where there is none, or it is over."""
        ...

    def answer(self, token: str) -> bool:
        """Wakes whoever waits with this token; False where nobody does (any more)."""
        ...

    def beat(self, token: str) -> bool:
        """Says that the answer is still to come; False where nobody waits for it."""
        ...


class Blobs(Protocol):
    """Things too large for a row, by name."""

    def put(self, name: str, data: bytes) -> None: ...

    def get(self, name: str) -> bytes | None: ...

    def list(self, prefix: str) -> list[str]:
        """The names that begin with the prefix, in order."""
        ...

    def delete(self, name: str) -> None: ...


class Keys(Protocol):
    """One data key per owner (`home:…`, `lane:…`), made when first asked for, destroyed for good.

    Beside the keys stand tombstones: what a restore must not bring back, by an owner and a mark.
    Keys and tombstones lie outside of what a backup of the table holds and a restore overwrites.
    """

    def of(self, owner: str) -> bytes:
        """The owner's 32-byte key. Raises Refused when it was destroyed."""
        ...

    def destroy(self, owner: str) -> Sequence[str]:
        """Also in every copy that was made; returns the names of copies that it cannot reach.

        The owner's tombstones go with it: without the key they say nothing.
        """
        ...

    def bury(self, owner: str, tombstones: Mapping[str, str]) -> None:
        """Keeps these by their marks; the same mark again replaces what stood there."""
        ...

    def buried(self, owner: str) -> dict[str, str]:
        """All tombstones of an owner, by mark."""
        ...


class Secrets(Protocol):
    """Credentials by name; an empty string for one that is not set."""

    def get(self, name: str) -> str: ...


class Sockets(Protocol):
    """Pushes text to an open WebSocket; False when it is gone."""

    def push(self, socket: str, text: str) -> bool: ...


class Clock(Protocol):
    """Time as epoch seconds; the only clock the core knows."""

    def now(self) -> float: ...


@dataclass(frozen=True, slots=True)
class Sent:
    """A provider took a message: its id there, or kept here because no provider is set.

    `result` is what a capability came to: text, sensitivity, untrusted.
    """

    provider_id: str = ""
    kept: bool = False
    result: Mapping[str, Any] = field(default_factory=dict[str, Any])


class Hands(Protocol):
    """The whole world of a surface while it sends."""

    @property
    def settings(self) -> Settings: ...
    @property
    def secrets(self) -> Secrets: ...
    @property
    def table(self) -> Table: ...
    @property
    def clock(self) -> Clock: ...
    @property
    def persona_name(self) -> str: ...


class Carrier(Protocol):
    """How acts of one function reach their provider; a surface that sends is one.

    What can be done about an attempt with an unknown outcome: a `keyed` provider drops repeats of
    one act by itself, so it is sent again; `lookup` asks whether it arrived, once `settling`
    seconds have passed; with neither, the act ends UNKNOWN. `heard_by` says who can read there
    now, and raises as `send` does; without it everybody can.
    """

    @property
    def keyed(self) -> bool: ...
    @property
    def settling(self) -> float: ...
    @property
    def send(self) -> Callable[[Act, Hands], Sent] | None: ...
    @property
    def lookup(self) -> Callable[[Act, Hands], Sent | None] | None: ...
    @property
    def heard_by(self) -> Callable[[Act, Hands], Audience] | None: ...


def _no_blobs() -> Blobs:
    raise Broken("this door opens no blobs")


@dataclass(frozen=True, slots=True)
class Door:
    """The whole world of a surface while it receives: `admit` puts a verified event in its lane.

    `blobs` are opened when they are first asked for, since hardly anything that receives needs them.
    """

    settings: Settings
    secrets: Secrets
    table: Table
    keys: Keys
    clock: Clock
    entropy: Callable[[int], bytes]
    admit: Callable[[Event], None]
    blobs: Callable[[], Blobs] = _no_blobs


class Later(Generic[T]):
    """A part made when it is first asked for, once, whoever asks."""

    def __init__(self, make: Callable[[], T]) -> None:
        self._make = make
        self._made: list[T] = []
        self._lock = threading.Lock()

    def value(self) -> T:
        with self._lock:
            if not self._made:
                self._made.append(self._make())
            return self._made[0]


class Ports:
    """Everything the core was wired with, made once by `functions/_compose.py` or a test.

    A part may be `Later`, so that a function loads only what it uses. `think_until` is the time
    by which thinking must have ended, where the process has not for ever.
    """

    settings: Settings
    table: Table
    lanes: Lanes
    bell: Bell
    timers: Timers
    plans: Plans
    halts: Watch
    blobs: Blobs
    keys: Keys
    secrets: Secrets
    sockets: Sockets
    clock: Clock
    identity: "Identity"
    surfaces: "Mapping[str, Surface]"
    carriers: Mapping[str, Carrier]
    capabilities: "Mapping[str, Capability]"
    carried: "Callable[[str], Mapping[str, Capability]]"
    functions: tuple[str, ...]
    indexes: "Indexes"
    models: "tuple[Model, ...]"
    embedder: "Embedder | None"

    def __init__(self, **parts: Any) -> None:
        self._parts: dict[str, Any] = {
            "halts": Watch(),
            "models": (),
            "embedder": None,
            "think_until": float("inf"),
            "show": _show_nothing,
            **parts,
        }

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_") or name not in self._parts:
            raise AttributeError(f"these ports have no {name}")
        part = self._parts[name]
        made = part.value() if isinstance(part, Later) else part
        setattr(self, name, made)
        return made

    def but(self, **instead: Any) -> "Ports":
        """The same ports with others in place of some."""
        return Ports(**{**self._parts, **instead})

    def within(self, scope: Scope) -> "Ports":
        """The same ports with a table that reaches these partitions alone."""
        return self.but(table=self.table.within(scope))

    @property
    def entropy(self) -> Callable[[int], bytes]:
        """So many random bytes."""
        return self._parts["entropy"]

    @property
    def show(self) -> Callable[[Act], None]:
        """Told of every act that is kept here because no provider is set."""
        return self._parts["show"]

    @property
    def persona_name(self) -> str:
        return self.identity.name


def _show_nothing(act: Act) -> None:
    pass
