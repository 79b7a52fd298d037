"""The page's open WebSockets, as API Gateway holds them."""

from collections.abc import Callable
from typing import Any

from backends.aws._clients import translating


class Sockets:
    """Implements `persona.ports.Sockets`; `client` speaks to the stage's own address."""

    def __init__(self, client: Callable[[], Any]) -> None:
        self._client = client

    def push(self, socket: str, text: str) -> bool:
        with translating(but={"GoneException"}):
            self._client().post_to_connection(ConnectionId=socket, Data=text.encode())
            return True
        return False
