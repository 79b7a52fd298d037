"""Who reads a Slack conversation now: by its id, and as a server that speaks Slack's API says."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import SimpleNamespace
from typing import Any, ClassVar

import pytest

from persona.decision import Act
from persona.errors import Refused, Transient
from persona.model import Address
from persona.settings import parse
from surfaces.slack import audience
from surfaces.slack.audience import heard_by

ANN = Address("slack", "T0HUB:U0ANN")


class Slack(BaseHTTPRequestHandler):
    answer: ClassVar[dict[str, Any]] = {}
    status = 200
    asked: ClassVar[list[str]] = []

    def do_POST(self) -> None:
        self.asked.append(self.path)
        self.rfile.read(int(self.headers.get("content-length") or 0))
        body = json.dumps(self.answer).encode()
        self.send_response(self.status)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self) -> None:
        self.do_POST()

    def log_message(self, format: str, *args: Any) -> None:
        pass


@pytest.fixture
def hands() -> Iterator[Any]:
    audience._known().clear()
    Slack.asked, Slack.status = [], 200
    server = ThreadingHTTPServer(("127.0.0.1", 0), Slack)
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    env = {"HUB_SLACK_API_URL": f"http://127.0.0.1:{server.server_port}/api/"}
    settings = parse(env, stage="test", public_url="https://hub.example", timezone="UTC")
    secrets = SimpleNamespace(get=lambda name: "xoxb-1")
    clock = SimpleNamespace(at=0.0, now=lambda: clock.at)
    yield SimpleNamespace(settings=settings, secrets=secrets, clock=clock)
    server.shutdown()
    server.server_close()


def act(thread: str, **detail: str) -> Act:
    return Act("slack", "L", "H", "1#01", ANN, thread, "hi", "", 0.0, detail=detail)


@pytest.mark.parametrize(
    ("thread", "expected"),
    [("C0GENERAL:1.2", "lane"), ("G0GROUP", "lane"), ("U0ANN", "private"), ("W0ANN", "private"), ("", "lane")],
)  # fmt: skip
def test_an_id_that_says_enough_is_not_asked_about(hands: Any, thread: str, expected: str) -> None:
    assert heard_by(act(thread), hands) == expected
    assert Slack.asked == []


def test_an_answer_that_only_its_author_sees_is_private(hands: Any) -> None:
    assert heard_by(act("command:C1", response_url="https://hooks.slack.com/x"), hands) == "private"


@pytest.mark.parametrize(
    ("about", "expected"),
    [
        ({"is_im": True}, "private"),
        ({"is_im": True, "is_mpim": True}, "lane"),
        ({"is_mpim": True}, "lane"),
        ({"is_im": True, "is_ext_shared": True}, "lane"),
        ({}, "lane"),
    ],
)
def test_a_direct_conversation_is_what_slack_says_now(
    hands: Any, about: dict[str, Any], expected: str
) -> None:
    Slack.answer = {"ok": True, "channel": about}
    assert heard_by(act("D0ANN"), hands) == expected
    assert heard_by(act("D0ANN"), hands) == expected
    assert Slack.asked == ["/api/conversations.info"]
    hands.clock.at += audience.KNOWN_FOR
    heard_by(act("D0ANN"), hands)
    assert len(Slack.asked) == 2


def test_what_slack_will_not_say(hands: Any) -> None:
    Slack.answer = {"ok": False, "error": "missing_scope"}
    assert heard_by(act("D0ANN"), hands) == "private", "its id has to do"
    audience._known().clear()
    Slack.answer = {"ok": False, "error": "channel_not_found"}
    with pytest.raises(Refused):
        heard_by(act("D0ANN"), hands)
    Slack.status = 500
    with pytest.raises(Transient):
        heard_by(act("D0ANN"), hands)
