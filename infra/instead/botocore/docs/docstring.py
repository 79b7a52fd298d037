"""What clients hang on their methods: nothing, where the models have no texts."""

from typing import Any, Self


class _NoDocstring(str):
    __slots__ = ()

    def __new__(cls, *_args: Any, **_kwargs: Any) -> Self:
        return super().__new__(cls)


class ClientMethodDocstring(_NoDocstring):
    __slots__ = ()


class PaginatorDocstring(_NoDocstring):
    __slots__ = ()


class WaiterDocstring(_NoDocstring):
    __slots__ = ()
