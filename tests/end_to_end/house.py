"""A hub as a person starts it, with vendors around it on loopback that remember what they got.

The hub is `make run` in a process group of its own, so that SIGKILL takes all of it. People speak
through the vendors' own clients and signatures; a message keeps the id that its vendor gave it, so
that it can be delivered again.
"""

import asyncio
import base64
import hashlib
import json
import os
import random
import re
import secrets
import signal
import smtplib
import socket
import subprocess
import threading
import time
from abc import abstractmethod
from collections.abc import Callable, Generator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP as CRLF
from email.policy import default as modern
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Protocol, Self, TypeVar
from urllib.parse import parse_qsl, urlencode, urlsplit

import urllib3
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from slack_sdk.signature import SignatureVerifier
from twilio.request_validator import RequestValidator

CHECKOUT = Path(__file__).parents[2]
PERSONA = "persona@hub.localhost"
NUMBER = "+14155550100"
TEAM, BOT = "T0HOUSE", "U0WREN"
PASS = dict.fromkeys(("spf", "dkim", "dmarc", "spam", "virus"), "PASS")
INHERITED = ("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR")
PATIENCE = 60.0

Found = TypeVar("Found")


def until(look: Callable[[], Found], seconds: float = PATIENCE, what: str = "it") -> Found:
    """The first true value of `look()`. Raises AssertionError after `seconds`."""
    end = time.monotonic() + seconds
    while not (found := look()):
        assert time.monotonic() < end, f"{what} did not come within {seconds:.0f} s"
        time.sleep(0.03)
    return found


def free_port() -> int:
    """A free port below the ephemeral ones: a client's connection cannot take it between two starts."""
    while True:
        port = random.randrange(15_000, 32_000)
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                continue
            try:
                probe.close()
                with socket.socket() as own:
                    own.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port


# What the vendors got


@dataclass(frozen=True, slots=True)
class Asked:
    """One request to a vendor."""

    method: str
    path: str
    headers: dict[str, str]
    fields: dict[str, Any]


class HungUp(Exception):
    """The vendor closes the connection without a word."""


class Vendor:
    """One vendor's HTTP API on loopback; a subclass answers. `slow` gives its seconds of latency."""

    def __init__(self) -> None:
        self.asked: list[Asked] = []
        self.lock = threading.Lock()
        self.closing = threading.Event()
        self.slow: Callable[[], float] = lambda: 0.0
        vendor = self

        class Handler(BaseHTTPRequestHandler):
            def log_message(self, format: str, *args: Any) -> None:
                pass

            def do_POST(self) -> None:
                vendor._serve(self)

            do_GET = do_POST  # noqa: N815 the library's name

        class Server(ThreadingHTTPServer):
            daemon_threads = True

            def handle_error(self, request: Any, client_address: Any) -> None:
                pass  # a hub that was killed while it asked

        self._server = Server(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,))

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *error: object) -> None:
        self.closing.set()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def _serve(self, request: BaseHTTPRequestHandler) -> None:
        parts = urlsplit(request.path)
        body = request.rfile.read(int(request.headers.get("content-length") or 0))
        fields: dict[str, Any] = dict(parse_qsl(parts.query))
        if "json" in request.headers.get("content-type", ""):
            fields |= json.loads(body)
        else:
            fields |= dict(parse_qsl(body.decode(), keep_blank_values=True))
        headers = {name.lower(): value for name, value in request.headers.items()}
        asked = Asked(request.command, parts.path, headers, fields)
        with self.lock:
            self.asked.append(asked)
        self.closing.wait(
            self.slow()
        )  # it will be done, whether or not the hub lives to hear of it
        try:
            status, content = self.answer(asked)
        except HungUp:
            request.close_connection = True
            return
        self.closing.wait(self.slow())
        data = content if isinstance(content, bytes) else json.dumps(content).encode()
        request.send_response(status)
        request.send_header("content-type", "application/json")
        request.send_header("content-length", str(len(data)))
        request.end_headers()
        request.wfile.write(data)

    @abstractmethod
    def answer(self, asked: Asked) -> tuple[int, Any]: ...


class Slack(Vendor):
    """Slack's Web API, as far as a bot that speaks and looks back needs it."""

    def __init__(self) -> None:
        super().__init__()
        self.posts: list[dict[str, Any]] = []
        self.token = "xoxb-" + secrets.token_hex(12)
        self.secret = secrets.token_hex(16)

    def answer(self, asked: Asked) -> tuple[int, Any]:
        if asked.headers.get("authorization") != f"Bearer {self.token}":
            return 200, {"ok": False, "error": "invalid_auth"}
        with self.lock:
            match asked.path.rpartition("/")[2]:
                case "chat.postMessage":
                    return 200, self._post(asked.fields)
                case "chat.update":
                    return 200, self._update(asked.fields)
                case "conversations.history":
                    found = [p for p in reversed(self._posts_in(asked)) if not p["thread_ts"]]
                case "conversations.replies":
                    ts = asked.fields["ts"]
                    found = [p for p in self._posts_in(asked) if p["thread_ts"] == ts]
                case _:
                    return 200, {"ok": False, "error": "unknown_method"}
        if str(asked.fields.get("include_all_metadata")).lower() not in ("1", "true"):
            found = [{**post, "metadata": None} for post in found]
        return 200, {"ok": True, "messages": found, "has_more": False}

    def _post(self, fields: dict[str, Any]) -> dict[str, Any]:
        ts = f"{time.time():.6f}"
        post = {"channel": fields["channel"], "text": fields["text"], "ts": ts, "user": BOT}
        post |= {"thread_ts": fields.get("thread_ts"), "metadata": fields.get("metadata")}
        post |= {"blocks": fields.get("blocks")}
        self.posts.append(post)
        return {"ok": True, "channel": fields["channel"], "ts": ts, "message": post}

    def _update(self, fields: dict[str, Any]) -> dict[str, Any]:
        for post in self.posts:
            if (post["channel"], post["ts"]) == (fields["channel"], fields["ts"]):
                post |= {name: fields.get(name) for name in ("text", "metadata", "blocks")}
                return {"ok": True, "channel": fields["channel"], "ts": fields["ts"]}
        return {"ok": False, "error": "message_not_found"}

    def _posts_in(self, asked: Asked) -> list[dict[str, Any]]:
        channel, oldest = asked.fields["channel"], float(asked.fields.get("oldest", 0))
        return [p for p in self.posts if p["channel"] == channel and float(p["ts"]) > oldest]


class Twilio(Vendor):
    """Twilio's REST API: one resource, created."""

    def __init__(self) -> None:
        super().__init__()
        self.account = "AC" + secrets.token_hex(16)
        self.token = secrets.token_hex(16)
        self.texts: list[dict[str, str]] = []

    def answer(self, asked: Asked) -> tuple[int, Any]:
        pair = base64.b64encode(f"{self.account}:{self.token}".encode()).decode()
        if asked.headers.get("authorization") != f"Basic {pair}":
            return 401, {"code": 20003, "message": "Authenticate", "status": 401}
        assert asked.path == f"/2010-04-01/Accounts/{self.account}/Messages.json"
        sid = "SM" + secrets.token_hex(16)
        text = {
            "to": asked.fields["To"],
            "from": asked.fields["From"],
            "body": asked.fields["Body"],
        }
        with self.lock:
            self.texts.append(text)
        return 201, {"sid": sid, "account_sid": self.account, "status": "queued", **text}


class Model(Vendor):
    """An OpenAI-compatible server whose answer the newest words choose; see MODES."""

    def answer(self, asked: Asked) -> tuple[int, Any]:
        words = asked.fields["messages"][-1]["content"]
        if "stall" in words:
            self.closing.wait(120)
            raise HungUp
        if "hang up" in words:
            raise HungUp
        if "garbage" in words:
            return 200, b'{"choices": [{"mess'
        if "break" in words:
            return 500, {"error": {"message": "overloaded"}}
        message = {"role": "assistant", "content": "" if "nothing" in words else f"Yes: {words}"}
        return 200, {"choices": [{"index": 0, "message": message, "finish_reason": "stop"}]}


class Relay:
    """An SMTP server that takes the hub's outgoing mail and keeps it."""

    def __init__(self) -> None:
        self.mails: list[EmailMessage] = []
        self.slow: Callable[[], float] = lambda: 0.0
        self.port = free_port()
        self._controller = Controller(self, hostname="127.0.0.1", port=self.port)

    def __enter__(self) -> Self:
        self._controller.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._controller.stop()

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        await asyncio.sleep(self.slow())
        raw = envelope.original_content or b""
        mail = message_from_bytes(raw, _class=EmailMessage, policy=modern)  # pyright: ignore[reportArgumentType]
        self.mails.append(mail)
        await asyncio.sleep(self.slow())
        return "250 2.0.0 kept"


# The hub


class Hub:
    """`make run` on a folder and two ports; started, killed, ended, and spoken to."""

    def __init__(self, folder: Path, **env: str) -> None:
        self.folder = folder
        self.state = folder / "state"
        self.port, self.smtp_port = free_port(), free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.env = {name: os.environ[name] for name in INHERITED if name in os.environ}
        own_bin = str(CHECKOUT / ".venv/bin")
        self.env["PATH"] = ":".join(p for p in self.env["PATH"].split(":") if p != own_bin)
        self.env |= {
            "HUB_PORT": str(self.port),
            "HUB_SMTP_PORT": str(self.smtp_port),
            "HUB_STATE": str(self.state),
            "HUB_TIMEZONE": "UTC",
            "NO_PROXY": "127.0.0.1,localhost",
            **env,
        }
        self.http = urllib3.PoolManager(maxsize=32, retries=False, timeout=15.0)
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> float:
        """Starts it and waits until it is healthy; returns the seconds that took."""
        began = time.monotonic()
        self.launch()
        self.wait()
        return time.monotonic() - began

    def launch(self) -> None:
        self.http.clear()
        with open(self.folder / "output", "ab") as output:
            self.process = subprocess.Popen(
                ["make", "--no-print-directory", "run"],
                cwd=CHECKOUT,
                env=self.env,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def wait(self, seconds: float = 60.0) -> None:
        def is_healthy() -> bool:
            assert self.process is not None and self.process.poll() is None, self.output[-2000:]
            try:
                return self.call("GET", "/healthz").status == 200
            except urllib3.exceptions.HTTPError:
                return False

        until(is_healthy, seconds, "/healthz")

    def run(self, *command: str) -> subprocess.CompletedProcess[str]:
        """Runs a command of the checkout in this hub's environment, to its end."""
        return subprocess.run(
            command, cwd=CHECKOUT, env=self.env, capture_output=True, text=True, timeout=60
        )

    def kill(self) -> None:
        """SIGKILL to the whole group: nothing of it gets to say a last word."""
        self._signal(signal.SIGKILL)

    def end(self, number: int = signal.SIGTERM) -> tuple[float, int]:
        """The signal to the whole group; returns the seconds until nothing is left, and the exit code."""
        began = time.monotonic()
        code = self._signal(number)
        return time.monotonic() - began, code

    def close(self) -> None:
        if self.process is not None and self.process.poll() is None:
            self.kill()
        self.http.clear()

    def _signal(self, number: int) -> int:
        assert self.process is not None
        os.killpg(self.process.pid, number)
        code = self.process.wait(30)
        until(self._is_gone, 30, "the end of the process group")
        return code

    def _is_gone(self) -> bool:
        assert self.process is not None
        for path in Path("/proc").glob("[0-9]*/stat"):
            try:
                state, _, group = path.read_text().rpartition(")")[2].split()[:3]
            except (OSError, ValueError):
                continue  # it ended while we looked
            if int(group) == self.process.pid and state not in "ZX":
                return False
        return True

    @property
    def public_url(self) -> str:
        return self.env.get("HUB_PUBLIC_URL", self.url)

    @property
    def output(self) -> str:
        return (self.folder / "output").read_text(errors="replace")

    @property
    def log(self) -> str:
        return (self.state / "hub.log").read_text(errors="replace")

    def call(
        self, method: str, path: str, content: Any = None, **headers: str
    ) -> urllib3.BaseHTTPResponse:
        """One request; `content` goes as JSON unless it is bytes."""
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        body = content
        if content is not None and not isinstance(content, bytes):
            body = json.dumps(content).encode()
            sent = {"content-type": "application/json", **sent}
        return self.http.request(method, self.url + path, body=body, headers=sent)

    def sent(self, surface: str = "") -> list[dict[str, Any]]:
        return self.call("GET", f"/local/sent?surface={surface}").json()

    def is_idle(self, seconds: float = 30.0) -> bool:
        path = f"/local/idle?timeout={seconds:.0f}"
        answer = self.http.request("GET", self.url + path, timeout=seconds + 10)
        return answer.status == 200


# The people


@dataclass(frozen=True, slots=True)
class Message:
    """Words under the id that their vendor gave them; `thread` is where the answer belongs."""

    id: str
    text: str
    thread: str = ""


@dataclass(frozen=True, slots=True)
class Heard:
    """What the persona said to somebody, and in which thread."""

    text: str
    thread: str = ""


class Person(Protocol):
    """Somebody on one surface."""

    surface: str
    house: "House"

    def write(self, text: str) -> Message: ...

    def deliver(self, message: Message, tries: int = 0) -> bool:
        """Hands it to the hub once, as the vendor does; whether the hub acknowledged it."""
        ...

    def heard(self) -> list[Heard]:
        """All that the persona said to this person on this surface, in order."""
        ...


def ask(person: Person, text: str, seconds: float = PATIENCE) -> Heard:
    """Says it and waits for the answer."""
    before = len(person.heard())
    assert person.deliver(person.write(text)), f"the hub did not take {text!r} on {person.surface}"
    try:
        until(lambda: len(person.heard()) > before, seconds, f"the answer on {person.surface}")
    except AssertionError as error:
        error.add_note(person.house.hub.log[-3000:])
        raise
    return person.heard()[before]


def found(pattern: str, text: str) -> str:
    match = re.search(pattern, text)
    assert match, text
    return match[1]


def link(one: Person, other: Person) -> None:
    """The whole of it, by what both sides hear; then everything has come to rest."""
    code = found(r"link ([A-Z0-9]{6})", ask(one, "link").text)
    assert one.house.hub.is_idle()  # nobody types faster than a code is kept
    number = found(r"Your number is (\d\d)", ask(other, f"link {code}").text)
    until(lambda: any("asks to be you" in heard.text for heard in one.heard()))
    assert "Linked" in ask(one, f"yes {number}").text
    assert one.house.hub.is_idle()


class OnSlack:
    """Somebody in a direct message or, with `channel`, mentioning the persona in a channel."""

    surface = "slack"

    def __init__(self, house: "House", *, channel: bool = False) -> None:
        self.house = house
        self.user = "U" + secrets.token_hex(5).upper()
        self.is_direct = not channel
        self.channel = ("C" if channel else "D") + secrets.token_hex(5).upper()
        self._taken: set[tuple[str, str]] = set()

    def write(self, text: str) -> Message:
        ts = f"{time.time():.6f}"
        return Message(ts, text, "" if self.is_direct else ts)

    def deliver(self, message: Message, tries: int = 0) -> bool:
        """A mention in a channel comes as two events, with two ids and one `ts`."""
        kinds = ["message"] if self.is_direct else ["app_mention", "message"]
        for kind in kinds:
            if (message.id, kind) not in self._taken or not tries:
                self._deliver(message, kind, tries)
        return any((message.id, kind) in self._taken for kind in kinds)

    def _deliver(self, message: Message, kind: str, tries: int) -> None:
        text = message.text if self.is_direct else f"<@{BOT}> {message.text}"
        event = {"type": kind, "user": self.user, "team": TEAM, "text": text, "ts": message.id}
        event |= {"channel": self.channel, "event_ts": message.id}
        event |= {"channel_type": "im" if self.is_direct else "channel"}
        body = json.dumps(
            {
                "type": "event_callback",
                "team_id": TEAM,
                "api_app_id": "A0HOUSE",
                "event": event,
                "event_id": "Ev" + hashlib.sha256(f"{message.id}{kind}".encode()).hexdigest()[:10],
                "event_time": int(time.time()),
                "authorizations": [{"team_id": TEAM, "user_id": BOT, "is_bot": True}],
            }
        ).encode()
        headers = self.house.sign_slack(body)
        if tries:
            headers["x_slack_retry_num"] = str(tries)
        try:
            answer = self.house.hub.call(
                "POST", "/slack/events", body, content_type="application/json", **headers
            )
        except urllib3.exceptions.HTTPError:
            return
        if 200 <= answer.status < 300:
            self._taken.add((message.id, kind))

    def press(self, value: str, answer: str) -> int:
        """Presses a button of a question; the status that Slack was answered."""
        content = {
            "type": "block_actions",
            "team": {"id": TEAM},
            "user": {"id": self.user, "team_id": TEAM},
            "channel": {"id": self.channel},
            "actions": [{"action_id": answer, "value": value, "action_ts": f"{time.time():.6f}"}],
        }
        body = urlencode({"payload": json.dumps(content)}).encode()
        kind = "application/x-www-form-urlencoded"
        headers = self.house.sign_slack(body)
        return self.house.hub.call(
            "POST", "/slack/interactions", body, content_type=kind, **headers
        ).status

    def heard(self) -> list[Heard]:
        with self.house.slack.lock:
            own = [p for p in self.house.slack.posts if p["channel"] == self.channel]
        return [Heard(post["text"], post["thread_ts"] or "") for post in own]


class OnSms:
    """Somebody with a telephone."""

    surface = "sms"

    def __init__(self, house: "House") -> None:
        self.house = house
        self.number = f"+1202555{secrets.randbelow(9000) + 1000}"
        while self.number in house.numbers:
            self.number = (
                f"+1{secrets.choice((212, 303, 415, 617))}555{secrets.randbelow(9000) + 1000}"
            )
        house.numbers.add(self.number)

    def write(self, text: str) -> Message:
        return Message("SM" + secrets.token_hex(16), text)

    def deliver(self, message: Message, tries: int = 0) -> bool:
        form = {"MessageSid": message.id, "AccountSid": self.house.twilio.account, "NumMedia": "0"}
        form |= {"From": self.number, "To": NUMBER, "Body": message.text}
        validator = RequestValidator(self.house.twilio.token)
        signature = validator.compute_signature(f"{self.house.hub.public_url}/sms", form)
        try:
            answer = self.house.hub.call(
                "POST",
                "/sms",
                urlencode(form).encode(),
                content_type="application/x-www-form-urlencoded",
                x_twilio_signature=signature,
            )
        except urllib3.exceptions.HTTPError:
            return False
        return answer.status == 200

    def heard(self) -> list[Heard]:
        with self.house.twilio.lock:
            return [Heard(t["body"]) for t in self.house.twilio.texts if t["to"] == self.number]


class OnMail:
    """Somebody with a mail program (SMTP), or behind SES (`/local/email`)."""

    surface = "email"

    def __init__(self, house: "House", *, ses: bool = False) -> None:
        self.house = house
        self.is_ses = ses
        self.address = f"{secrets.token_hex(6)}@example.org"

    def write(self, text: str) -> Message:
        id = f"<{secrets.token_hex(8)}@example.org>"
        return Message(id, text, id)

    def compose(self, message: Message) -> EmailMessage:
        mail = EmailMessage()
        mail["From"], mail["To"], mail["Subject"] = self.address, PERSONA, "A word"
        mail["Date"], mail["Message-ID"] = formatdate(), message.id
        mail.set_content(message.text)
        return mail

    def deliver(self, message: Message, tries: int = 0) -> bool:
        mail = self.compose(message)
        return self._by_ses(mail) if self.is_ses else self._by_smtp(mail)

    def _by_ses(self, mail: EmailMessage) -> bool:
        raw = mail.as_bytes(policy=CRLF)
        content = {"raw": base64.b64encode(raw).decode(), "mail_from": self.address}
        content |= {"recipients": [PERSONA], "verdicts": PASS}
        try:
            return self.house.hub.call("POST", "/local/email", content).status == 202
        except urllib3.exceptions.HTTPError:
            return False

    def _by_smtp(self, mail: EmailMessage) -> bool:
        is_taken = False
        try:
            with smtplib.SMTP("127.0.0.1", self.house.hub.smtp_port, timeout=15) as client:
                client.send_message(mail)
                is_taken = True
        except (OSError, smtplib.SMTPException):
            return is_taken  # killed between its yes and our goodbye is still a yes
        return is_taken

    def heard(self) -> list[Heard]:
        own = [mail for mail in list(self.house.relay.mails) if mail["To"] == self.address]
        return [Heard(_plain(mail), str(mail["In-Reply-To"] or "")) for mail in own]


def _plain(mail: EmailMessage) -> str:
    part = mail.get_body(("plain",))
    assert part is not None
    return part.get_content()


class OnWeb:
    """Somebody at the page's API."""

    surface = "web"

    def __init__(self, house: "House", name: str = "") -> None:
        self.house = house
        self.name = name or secrets.token_hex(6)
        self.token = ""

    def write(self, text: str) -> Message:
        return Message(secrets.token_hex(8), text)

    def deliver(self, message: Message, tries: int = 0) -> bool:
        try:
            content = {"id": message.id, "text": message.text}
            return self.call("POST", "/web/messages", content).status == 202
        except urllib3.exceptions.HTTPError:
            return False

    def call(self, method: str, path: str, content: Any = None) -> urllib3.BaseHTTPResponse:
        if not self.token:
            session = self.house.hub.call("POST", "/local/session", {"name": self.name})
            self.token = session.json()["token"]
        bearer = f"Bearer {self.token}"
        return self.house.hub.call(method, path, content, authorization=bearer)

    def messages(self) -> list[dict[str, Any]]:
        """The whole conversation."""
        found: list[dict[str, Any]] = []
        cursor = ""
        while True:
            page = self.call("GET", f"/web/messages?after={cursor}").json()
            if not page["messages"]:
                return found
            found += page["messages"]
            cursor = page["cursor"]

    def heard(self) -> list[Heard]:
        return [Heard(m["text"]) for m in self.messages() if m["author"] == "persona"]


# All of it


@dataclass
class House:
    """One hub with its vendors."""

    hub: Hub
    slack: Slack = field(default_factory=Slack)
    twilio: Twilio = field(default_factory=Twilio)
    relay: Relay = field(default_factory=Relay)
    model: Model = field(default_factory=Model)
    numbers: set[str] = field(default_factory=set[str])

    def sign_slack(self, body: bytes) -> dict[str, str]:
        """The two headers with which Slack signs."""
        now = str(int(time.time()))
        signature = SignatureVerifier(self.slack.secret).generate_signature(
            timestamp=now, body=body
        )
        return {"x_slack_request_timestamp": now, "x_slack_signature": signature or ""}

    def people(self) -> list[Person]:
        """One on each surface."""
        return [OnSlack(self), OnSms(self), OnMail(self), OnWeb(self)]


@contextmanager
def open_house(
    folder: Path, make: Callable[[Path], Hub] = Hub, /, **env: str
) -> Generator[House, None, None]:
    """A house whose vendors are open and whose hub is not started yet; `env` is the hub's, on top."""
    house = House(make(folder))
    house.hub.env |= {
        "SLACK_SIGNING_SECRET": house.slack.secret,
        "SLACK_BOT_TOKEN": house.slack.token,
        "HUB_SLACK_API_URL": f"{house.slack.url}/api/",
        "TWILIO_ACCOUNT_SID": house.twilio.account,
        "TWILIO_AUTH_TOKEN": house.twilio.token,
        "TWILIO_FROM": NUMBER,
        "HUB_TWILIO_API_URL": house.twilio.url,
        "HUB_SMTP_RELAY": f"127.0.0.1:{house.relay.port}",
        "HUB_EMAIL_ADDRESS": PERSONA,
        **env,
    }
    with ExitStack() as stack:
        for vendor in (house.slack, house.twilio, house.relay, house.model):
            stack.enter_context(vendor)
        stack.callback(house.hub.close)
        yield house
