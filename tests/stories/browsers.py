"""A browser in the stories: what it keeps as cookies, and what it can ask of the page."""

import base64
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from http.cookies import SimpleCookie
from typing import Any

from tests.stories.people import Person, drain
from tests.support import PUBLIC_URL, Answer, Call, Hub

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
CODE = re.compile(r"^([A-Z0-9]{6})$", re.MULTILINE)


@dataclass
class Browser:
    """Cookies are kept as a browser keeps them; `source` is where its requests come from."""

    hub: Hub
    source: str = "203.0.113.7"
    agent: str = FIREFOX
    cookies: dict[str, str] = field(default_factory=dict[str, str])

    def post(self, path: str, body: Mapping[str, Any], **headers: str) -> Answer:
        return self.make("POST", path, json.dumps(body).encode(), **headers)

    def get(self, path: str) -> Answer:
        return self.make("GET", path)

    def make(self, method: str, path: str, body: bytes = b"", **headers: str) -> Answer:
        told = {"content-type": "application/json", "user-agent": self.agent, "origin": PUBLIC_URL}
        told |= {name.replace("_", "-"): value for name, value in headers.items()}
        told["cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        event = Call(method, path, body, told).event()
        event["requestContext"]["http"]["sourceIp"] = self.source
        found = self.hub.knock(event)
        for cookie in found["cookies"]:
            jar: SimpleCookie = SimpleCookie(cookie)
            self.cookies |= {name: morsel.value for name, morsel in jar.items()}
        return Answer(found["statusCode"], found["headers"], base64.b64decode(found["body"]))

    def ask(self, address: str) -> Answer:
        """Asks for a code, and lets the hub do what comes of it."""
        answer = self.post("/web/signin", {"address": address})
        drain(self.hub)
        return answer

    def enter(self, code: str) -> Answer:
        answer = self.post("/web/signin/code", {"code": code})
        drain(self.hub)
        return answer

    def sign_in(self, person: Person, typed: str) -> None:
        """The whole of it, as somebody does it who has that address."""
        assert self.ask(typed).status == 202
        answer = self.enter(code_of(person))
        assert answer.status == 200, answer

    def is_in(self) -> bool:
        return self.get("/web/me").status == 200

    def me(self) -> dict[str, Any]:
        answer = self.get("/web/me")
        assert answer.status == 200, answer
        return answer.json()

    def texts(self) -> list[str]:
        """The whole conversation, as the page reads it."""
        answer = self.get("/web/messages")
        assert answer.status == 200, answer
        return [message["text"] for message in answer.json()["messages"]]


def code_of(person: Person) -> str:
    """The code that this person was sent last."""
    found = CODE.search(person.replies()[-1])
    assert found, person.replies()
    return found[1]
