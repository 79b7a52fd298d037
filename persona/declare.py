"""How a surface or a capability is declared: data beside one function, read without loading an SDK."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, get_type_hints

from persona.model import Act, Address, Audience
from persona.ports import Door, Hands, Sent

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
    messages to one address per hour. `quiet_stop`: the carrier confirms stop and start itself.
    `reassigned_after` is how long (seconds) a linked address may be silent before it may have
    passed to somebody else; 0 where addresses stay with their owner. `reach` says where a person
    finds the persona here, and what to try. `parts` are taken by functions of their own.
    `heard_by` says who can read what goes to an act's destination now; without it everybody can.
    `aside` gives the thread in which somebody is reached alone, where a surface has shared places;
    empty for the address of such a place.
    """

    name: str
    title: str
    routes: tuple[tuple[str, str], ...]
    receive: Callable[[Request, Door], Response]
    send: Callable[[Act, Hands], Sent] | None = None
    heard_by: Callable[[Act, Hands], Audience] | None = None
    aside: Callable[[Address], str] | None = None
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
    reassigned_after: float = 0.0
    reach: Callable[[Hands], tuple[str, str] | None] = lambda hands: None
    parts: tuple[Part, ...] = ()

    def stops(self, words: str) -> bool:
        return words.strip().casefold() in self.stop_words

    def starts(self, words: str) -> bool:
        return words.strip().casefold() in self.start_words


Effect = Literal["read", "write", "send", "spend"]


@dataclass(frozen=True, slots=True)
class Capability:
    """One thing the persona may do.

    `arguments` is a closed pydantic model with every field described. An `inline` capability is
    used while thinking and changes nothing before the turn's commit. `say` and `brief` are its
    line in the persona's own help.
    """

    name: str
    effect: Effect
    use: Callable[..., Any]
    arguments: "type[BaseModel]"
    about: str
    destructive: bool = False
    inline: bool = False
    say: str = ""
    brief: str = ""

    def schema(self) -> dict[str, Any]:
        """The offer to a model, in JSON Schema."""
        return {
            "name": self.name,
            "description": self.about,
            "parameters": self.arguments.model_json_schema(),
        }


def capability(
    *,
    effect: Effect,
    destructive: bool = False,
    inline: bool = False,
    say: str = "",
    brief: str = "",
) -> Callable[[Callable[..., Any]], Capability]:
    """Declares the decorated function; its first parameter is its closed pydantic model.

    The name is the function's, the words for the model are its docstring.
    """

    def declare(use: Callable[..., Any]) -> Capability:
        hints = get_type_hints(use)
        arguments = hints[next(iter(hints))]
        about = re.sub(r"\s+", " ", use.__doc__ or "").strip()
        name = use.__name__
        return Capability(name, effect, use, arguments, about, destructive, inline, say, brief)

    return declare
