"""How a surface or a capability is declared: data beside one function, read without loading an SDK."""

import re
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, Protocol, get_type_hints

from persona.decision import Act
from persona.errors import Refused
from persona.figures import Figure, is_dated
from persona.model import Address, Audience
from persona.ports import Blobs, Clock, Door, Hands, Ports, Sent
from persona.schemas import kinds, whole
from persona.settings import Settings

if TYPE_CHECKING:  # a lean ingress reads declarations and must not pay for pydantic
    from pydantic import BaseModel


@dataclass(frozen=True, slots=True)
class Request:
    """One HTTP request as it arrived: lower-case header names, the body's raw bytes."""

    method: str
    path: str
    query: str = ""
    headers: Mapping[str, str] = field(default_factory=dict[str, str])
    body: bytes = b""
    source: str = ""

    def header(self, name: str) -> str:
        return self.headers.get(name.lower(), "")


@dataclass(frozen=True, slots=True)
class Response:
    """What a surface answers at once."""

    status: int
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict[str, str])


STOP_WORDS = frozenset({"stop"})
START_WORDS = frozenset({"start"})


def _whole(text: str) -> tuple[str, ...]:
    return (text,)


@dataclass(frozen=True, slots=True)
class Part:
    """Routes of a surface that a function of its own takes, since what they load is heavy."""

    name: str
    routes: tuple[tuple[str, str], ...]
    receive: Callable[[Request, Door], Response]


@dataclass(frozen=True, slots=True)
class Surface:
    """One way in and out.

    `receive` verifies, parses and admits; it raises Rejected, which `refusals` turns into this
    surface's status. `send` carries one act out, or is None where the turn itself is the
    delivery. `lookup` asks the provider whether an act arrived; None where it cannot tell.
    `keyed`: the provider drops repeats by the act's id.
    `settling` is how long (seconds) a missing message proves nothing. `paced` caps automatic
    messages to one address per hour. `presses`: a question can
    carry buttons (`asks` in the act's detail), and such a message can be replaced. `slips`: it
    carries links to a page on which it is answered (see `acts/slips.py`). `quiet_stop`: the
    carrier confirms stop and start itself.
    `reassigned_after` is how long (seconds) a linked address may be silent before it may have
    passed to somebody else; 0 where addresses stay with their owner. `reach` says where a person
    finds the persona here, and what to try. `parts` are taken by functions of their own.
    `heard_by` says who can read what goes to an act's destination now; without it everybody can.
    `aside` gives the thread in which somebody is reached alone, where a surface has shared places;
    empty for the address of such a place. `segments` says in how many billed messages a part of a
    text goes out there, where each costs.
    """

    name: str
    title: str
    routes: tuple[tuple[str, str], ...]
    receive: Callable[[Request, Door], Response]
    send: Callable[[Act, Hands], Sent] | None = None
    heard_by: Callable[[Act, Hands], Audience] | None = None
    aside: Callable[[Address], str] | None = None
    segments: Callable[[Address, str], int] | None = None
    lookup: Callable[[Act, Hands], Sent | None] | None = None
    keyed: bool = False
    settling: float = 0.0
    split: Callable[[str], tuple[str, ...]] = _whole
    secrets: tuple[str, ...] = ()
    refusals: Mapping[str, int] = field(default_factory=dict[str, int])
    stop_words: frozenset[str] = STOP_WORDS
    start_words: frozenset[str] = START_WORDS
    quiet_stop: bool = False
    paced: int = 0
    working_note: bool = True
    presses: bool = False
    slips: bool = False
    reassigned_after: float = 0.0
    reach: Callable[[Hands], tuple[str, str] | None] = lambda hands: None
    parts: tuple[Part, ...] = ()

    def stops(self, words: str) -> bool:
        return words.strip().casefold() in self.stop_words

    def starts(self, words: str) -> bool:
        return words.strip().casefold() in self.start_words


@dataclass(frozen=True, slots=True)
class Result:
    """What a capability came to: words for the person or the mind, and how sensitive (0 to 3).

    `untrusted` where others wrote what is in it: a page, a document, another server. `rests` are
    the turns whose words it repeats, so that it goes with them (`Means.causes`). `facts` are those
    of the declared `Capability.facts` that it came with.
    """

    text: str
    sensitivity: int = 0
    untrusted: bool = False
    rests: tuple[str, ...] = ()
    facts: Mapping[str, str | float] = field(default_factory=dict[str, "str | float"])


@dataclass(frozen=True, slots=True)
class Moment:
    """When and where a wish is heard: epoch seconds, the person's zone, the shortest repeat (s)."""

    now: float
    zone: str
    shortest: float = 1.0


SHORTEST_IN_AWS = 60.0
"""Seconds: what is due is looked for each minute there."""


def moment(ports: Ports) -> Moment:
    """Now, by the clock of the person's zone."""
    settings = ports.settings
    shortest = SHORTEST_IN_AWS if settings.stage == "aws" else 1.0
    return Moment(ports.clock.now(), settings.timezone, shortest)


class Means(Protocol):
    """The whole world of a capability while it is carried out; nothing undeclared is in reach.

    `owner` names the person's lane. `homes` are those that it may read now, the one first in which
    the wish was said: what is kept for the person is kept there, as a home never moves.
    `idempotency_key` is the act's id, the same at each try. `seconds` is how long it may take.
    `causes` names the turns that led to the wish, the one in which it was spoken first.
    """

    @property
    def settings(self) -> Settings: ...
    @property
    def clock(self) -> Clock: ...
    @property
    def blobs(self) -> Blobs: ...
    @property
    def owner(self) -> str: ...
    @property
    def homes(self) -> Sequence[str]: ...
    @property
    def idempotency_key(self) -> str: ...
    @property
    def seconds(self) -> float: ...
    @property
    def causes(self) -> Sequence[str]: ...

    def seal(self, home: str, place: str, content: Any) -> bytes:
        """Anything JSON can say, under the key of one of the homes; it opens at this place alone."""
        ...

    def unseal(self, home: str, place: str, sealed: bytes) -> Any:
        """Raises Broken when it was changed or does not belong here, Refused without the key."""
        ...

    def secret(self, name: str) -> str:
        """A declared secret's value, empty where it is not set. Raises Broken for any other."""
        ...

    def client(self, api: str) -> Any:
        """A botocore client of an AWS service that the declared statements speak of."""
        ...

    def credential(self) -> Mapping[str, str]:
        """This person's own credential for this capability; empty where they gave none."""
        ...


@dataclass(frozen=True, slots=True)
class Letter:
    """The one message that a capability carried by a surface comes to."""

    address: Address
    text: str
    detail: Mapping[str, str] = field(default_factory=dict[str, str])


Effect = Literal["read", "write", "send", "spend"]


@dataclass(frozen=True, slots=True)
class Destination:
    """What an argument that says where data goes names: a surface's addresses, or `url`.

    `read` gives the canonical form of one spelling and raises ValueError for what is none; the
    schema uses the same, so that twins in case, space or script are one or do not fit.
    """

    kind: str
    read: Callable[[str], str]


@dataclass(frozen=True, slots=True)
class Statement:
    """One IAM statement that a capability's role needs: actions, and resources by name.

    A name is `blobs/` and a pattern of blobs, in which `{home}` stands for the person's homes;
    those are listed, too, by their prefix alone.
    """

    actions: tuple[str, ...]
    resources: tuple[str, ...]


LeadsTo = Callable[[Mapping[str, Any], Moment], Sequence[tuple[int, str, Mapping[str, Any]]]]
"""What arguments lead to later: numbers of steps, each with a capability and its arguments."""


@dataclass(frozen=True, slots=True, eq=False)
class Capability:
    """One thing the persona may do.

    `arguments` is a closed pydantic model with every field described. An `inline` capability is
    used while thinking and changes nothing before the turn's commit. An `in_turn` one is judged
    like any other and then done by that very commit: `use` gets the person's `Plans` and says what
    is told. Any other is an act, carried out by a function of its own, or by the `worker` that
    several share. `resolve` makes arguments absolute that speak of time as people do, at the moment
    of the wish and before they are fitted, so it leaves alone what it does not know; it raises
    Refused to ask. `apart` comes before that, where plain words hold several arguments in one: it
    tells them apart and leaves the time in its words, for a plan that settles them at each use.
    `leads_to` says which wishes it leads to later. `carried_by` names the surface that carries it,
    where the effect is a message: `use` then makes its `Letter`. `asks` says what would be done, in
    the words of a question, with every argument in braces, `shows` where that takes more than a
    sentence; `heard` are the patterns of plain words that wish it, whose groups are the arguments.
    `facts` are what a later step of a plan can depend on. `dest` are the arguments that say where
    data goes. `returns_sensitivity` (0 to 3) and `returns_untrusted` speak of what comes back.
    `egress`: others read its arguments, also where it only reads. `cost` is in US dollars a use,
    `rate` is uses a day, `timeout` in seconds.
    `undo` names the capability that takes it back. `keyed`: the provider drops repeats by the act's
    id. `statements` and `secrets` are all that its role may do beside its own acts; `credential`
    names the person's own credential that it gets, which several capabilities may share. `say` and
    `brief` are its line in the persona's own help.
    """

    name: str
    effect: Effect
    use: Callable[..., Any]
    arguments: "type[BaseModel]"
    about: str
    version: int = 1
    destructive: bool = False
    inline: bool = False
    in_turn: bool = False
    worker: str = ""
    resolve: Callable[[dict[str, Any], Moment], dict[str, Any]] | None = None
    apart: Callable[[dict[str, Any], Moment], dict[str, Any]] | None = None
    leads_to: LeadsTo | None = None
    carried_by: str = ""
    asks: str = ""
    shows: Callable[[Mapping[str, Any]], str] | None = None
    heard: tuple[str, ...] = ()
    facts: Mapping[str, Figure] = field(default_factory=dict[str, Figure])
    dest: Mapping[str, Destination] = field(default_factory=dict[str, Destination])
    returns_sensitivity: int = 0
    returns_untrusted: bool = False
    egress: bool = False
    cost: float = 0.0
    rate: int = 100
    timeout: float = 30.0
    undo: str = ""
    keyed: bool = False
    statements: tuple[Statement, ...] = ()
    secrets: tuple[str, ...] = ()
    credential: str = ""
    say: str = ""
    brief: str = ""

    @property
    def function(self) -> str:
        """Whose acts carry it out; empty where the turn itself does it."""
        return "" if self.inline or self.in_turn else self.worker or self.name

    def settled(self, arguments: Mapping[str, Any], moment: Moment) -> dict[str, Any]:
        """The arguments as they are judged: canonical, and absolute in time. Raises Refused."""
        told = self.apart(dict(arguments), moment) if self.apart else dict(arguments)
        return self.fit(self.resolve(told, moment) if self.resolve else told)

    def repeatable(self, arguments: Mapping[str, Any], moment: Moment) -> dict[str, Any]:
        """The arguments for a use later, or again and again: fitting, times in the words of them.

        `settled` makes them absolute at each use; a date is one now. Raises Refused like it.
        """
        told = self.apart(dict(arguments), moment) if self.apart else dict(arguments)
        resolved = self.resolve(dict(told), moment) if self.resolve else told
        timely = {n: t for n, t in told.items() if resolved.get(n) != t and not is_dated(t)}
        return {**self.fit(resolved), **timely}

    def fit(self, arguments: Mapping[str, Any]) -> dict[str, Any]:
        """The arguments in canonical form. Raises Refused, with what is wrong in words."""
        try:
            fitted = self.arguments.model_validate(dict(arguments))
        except ValueError as error:  # pydantic's own is one, and need not be loaded to say so
            told: Any = error
            wrong = [(".".join(map(str, e["loc"])), e["msg"]) for e in told.errors()]
            reasons = "; ".join(f"{where or 'all'}: {why}" for where, why in wrong)
            raise Refused(reasons, "unfit") from error
        return fitted.model_dump(mode="json")

    def fits(self, arguments: Mapping[str, Any]) -> bool:
        """Whether these are arguments in canonical form."""
        try:
            return self.fit(arguments) == dict(arguments)
        except Refused:
            return False

    def shown(self, arguments: Mapping[str, Any]) -> str:
        """What these arguments would do, in words that code rendered; only what is empty is left out."""
        if self.shows:
            return self.shows(arguments)
        if self.asks:
            return self.asks.format(**arguments)
        given = {name: value for name, value in arguments.items() if value not in ("", [], {})}
        told = "; ".join(f"{name}: {value}" for name, value in given.items())
        return f"{self.name.replace('_', ' ')} ({told})" if told else self.name.replace("_", " ")

    def letter(self, arguments: Mapping[str, Any]) -> Letter | None:
        """The message that a surface carries for it; None where its own function does the work."""
        if not self.carried_by:
            return None
        made: Letter = self.use(self.arguments.model_validate(dict(arguments)))
        return made

    def wished(self, words: str) -> dict[str, Any] | None:
        """The arguments in plain words that wish exactly this; None where they do not."""
        for pattern in self.heard:
            found = re.fullmatch(pattern, words.strip(), re.IGNORECASE | re.DOTALL)
            if found:
                named = found.groupdict().items()
                return {name: self._spoken(name, text.strip()) for name, text in named if text}
        return None

    def _spoken(self, name: str, text: str) -> str | int | float:
        """What was said for an argument, as a number where the schema wants one."""
        kind = kinds(self.arguments).get(name, "")
        readers = {"integer": int, "number": float}
        try:
            return readers[kind](text) if kind in readers else text
        except ValueError:
            return text

    def destinations(self, arguments: Mapping[str, Any]) -> list[str]:
        """Where these (canonical) arguments send something, as `kind:value`."""
        named: list[str] = []
        for argument, destination in self.dest.items():
            found = arguments[argument]
            values: list[str] = found if isinstance(found, list) else [found]
            named += [f"{destination.kind}:{value}" for value in values]
        return named

    def typed(self, words: str) -> frozenset[str]:
        """Every destination of this capability's kinds that stands in the words as a whole token."""
        found: set[str] = set()
        for destination in self.dest.values():
            for token in words.split():
                with suppress(ValueError):
                    bare = token.strip(PUNCTUATION)
                    found.add(f"{destination.kind}:{destination.read(bare)}")
        return frozenset(found)

    def schema(self) -> dict[str, Any]:
        """The offer to a model, in JSON Schema."""
        known = ", ".join(f"{name} ({one.words}, a {one.kind})" for name, one in self.facts.items())
        facts = f" A later step of a plan can depend on: {known}." if known else ""
        return {
            "name": self.name,
            "description": self.about + facts,
            "parameters": whole(self.arguments.model_json_schema()),
        }


PUNCTUATION = " \t\n.,;:!?()[]{}<>\"'`*_\u201c\u201d\u2018\u2019\u00ab\u00bb"
"""What may stand around an address in a sentence and is no part of it."""


def capability(*, effect: Effect, **declared: Any) -> Callable[[Callable[..., Any]], Capability]:
    """Declares the decorated function; its first parameter is its closed pydantic model.

    The name is the function's, the words for the model are its docstring; `declared` are fields
    of `Capability`.
    """

    def declare(use: Callable[..., Any]) -> Capability:
        hints = get_type_hints(use)
        arguments = hints[next(iter(hints))]
        about = re.sub(r"\s+", " ", use.__doc__ or "").strip()
        return Capability(use.__name__, effect, use, arguments, about, **declared)

    return declare
