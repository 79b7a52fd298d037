"""What the core asks of language models, as protocols; the files of `models/` answer."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, Protocol


@dataclass(frozen=True, slots=True)
class Call:
    """A model's wish to use a capability."""

    id: str
    name: str
    arguments: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Completion:
    """One answer of a model: words, wishes, or both; tokens in and out as the server counted.

    Of the tokens in, `tokens_cached` came from the server's cache and `tokens_stored` went into
    it. `unusable` says why nothing of an answer may be used that was paid for all the same.
    """

    text: str
    calls: tuple[Call, ...] = ()
    tokens_in: int = 0
    tokens_out: int = 0
    tokens_cached: int = 0
    tokens_stored: int = 0
    unusable: str = ""


@dataclass(frozen=True, slots=True)
class Prompt:
    """One message for a model; `calls` on what it asked, `call_id` on the answer to one of them."""

    role: Literal["system", "user", "assistant", "tool"]
    text: str
    calls: tuple[Call, ...] = ()
    call_id: str = ""


MOST_TOKENS_OUT = 4_000
"""What every model asks its server for at most, so that a call's cost is bounded before it."""


class Model(Protocol):
    """A language model, named `kind:name`; garbage is never returned as an answer.

    Raises Transient where the server did no work (not reached, throttled, down), Refused where it
    will not (no access, a request that it cannot take), and Unknown where it may have worked, and
    bills, for an answer that never came.
    """

    @property
    def name(self) -> str: ...

    def complete(
        self, prompts: Sequence[Prompt], offers: Sequence[Mapping[str, Any]], seconds: float
    ) -> Completion:
        """`offers` are the schemas of capabilities; `seconds` bounds the whole call.

        The prompts begin with the system's, stable ones first; then `user` and `assistant` take
        turns, and what an `assistant` asked for is answered by `tool` prompts right after it.
        """
        ...


class Embedder(Protocol):
    """An embedding model, named `kind:name`; raises what a `Model` raises, and for the same."""

    @property
    def name(self) -> str: ...

    def embed(self, texts: Sequence[str], seconds: float) -> tuple[list[bytes], int]:
        """A vector for each text, none of which is blank, and the tokens that the server counted.

        A vector is one signed byte a dimension, its length about 127; `seconds` bounds all of it.
        """
        ...
