"""A calendar server outside, in memory: every call to it is a crash point too."""

from collections.abc import Generator
from contextlib import contextmanager
from typing import Any

from capabilities._calendar.server import Kept, Server
from persona.declare import Means
from persona.errors import Refused
from tests.crash.injector import Injector

URL = "https://diary.example/own"
CREDENTIAL = {"url": URL, "user": "ann", "password": "a password of hers"}


class Diary:
    """What stands there by its URL, and how often something was put where nothing stood."""

    def __init__(self, injector: Injector) -> None:
        self.injector = injector
        self.events: dict[str, str] = {}
        self.puts = 0

    @contextmanager
    def open(self, means: Means, wanted: str = "") -> Generator[Server]:
        """In the place of `open_server`: the product's own way of writing, on this server."""
        if means.credential() != CREDENTIAL:
            raise Refused("not this person's calendar", "no credential")
        yield _Line(self)

    def put(self, url: str, text: str) -> bool:
        if url in self.events:
            return False
        self.events[url] = text
        self.puts += 1
        return True


class _Line(Server):
    """One connection to the diary."""

    def __init__(self, diary: Diary) -> None:
        nowhere: Any = None
        super().__init__(nowhere, wanted="", user="")
        self._diary = diary

    def default(self) -> str:
        return URL

    def own_address(self) -> str:
        return ""

    def find(self, uid: str) -> Kept | None:
        return self._diary.injector.call("lookup", lambda: self._found(uid))

    def _found(self, uid: str) -> Kept | None:
        url = f"{URL}/{uid}.ics"
        text = self._diary.events.get(url)
        return Kept(url, "1", text) if text else None

    def _write(self, url: str, method: str, body: str, headers: dict[str, str]) -> bool:
        assert method == "PUT" and headers["If-None-Match"] == "*"
        return self._diary.injector.call("send", lambda: self._diary.put(url, body))
