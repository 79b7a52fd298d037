"""Who reaches the stage otherwise than the people of `tests/end_to_end` reach a hub."""

import json
from collections.abc import Generator
from contextlib import contextmanager
from email.policy import SMTP as CRLF
from http.cookies import SimpleCookie
from typing import Any, cast

import urllib3
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Origin

from tests.deployed.stage import Stage
from tests.end_to_end.house import House, Message, OnMail, Person, ask


def stage_of(house: House) -> Stage:
    assert isinstance(house.hub, Stage)
    return house.hub


def says(person: Person, text: str) -> str:
    """What the person hears until the stage rests."""
    before = len(person.heard())
    ask(person, text)
    assert person.house.hub.is_idle()
    return "\n\n".join(one.text for one in person.heard()[before:])


class BySes(OnMail):
    """Somebody whose mail provider speaks to SES."""

    def deliver(self, message: Message, tries: int = 0) -> bool:
        raw = self.compose(message).as_bytes(policy=CRLF)
        stage_of(self.house).receive(raw, self.address)
        return True


def pushed(socket: ClientConnection, many: int) -> list[str]:
    """The texts of so many messages, as they come by the socket, beside the marks of how far."""
    texts: list[str] = []
    while len(texts) < many:
        frame = json.loads(socket.recv(timeout=60))
        if isinstance(frame, list):
            texts += [message["text"] for message in cast("list[dict[str, Any]]", frame)]
    return texts


class Browser:
    """Somebody at the page, with the cookies that it was given."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self._cookies: dict[str, str] = {}

    def get(self, path: str) -> urllib3.BaseHTTPResponse:
        return self._ask("GET", path)

    def post(self, path: str, **content: str) -> urllib3.BaseHTTPResponse:
        return self._ask("POST", path, json.dumps(content).encode())

    def texts(self) -> list[str]:
        """The whole conversation, as the page reads it."""
        found: dict[str, Any] = self.get("/web/messages").json()
        return [message["text"] for message in found["messages"]]

    @contextmanager
    def listening(self) -> Generator[ClientConnection]:
        """The page's socket, open."""
        told = self.post("/web/ticket").json()
        address, origin = f"{told['url']}?ticket={told['ticket']}", self._stage.public_url
        with connect(address, origin=Origin(origin), proxy=None, open_timeout=30) as socket:
            yield socket

    def _ask(self, method: str, path: str, content: bytes | None = None) -> Any:
        cookie = "; ".join(f"{name}={value}" for name, value in self._cookies.items())
        headers = {"content_type": "application/json", "origin": self._stage.public_url}
        answer = self._stage.call(method, path, content, cookie=cookie, **headers)
        for line in answer.headers.getlist("set-cookie"):
            jar: SimpleCookie = SimpleCookie(line)
            self._cookies |= {name: one.value for name, one in jar.items()}
        return answer
