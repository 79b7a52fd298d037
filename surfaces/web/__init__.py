"""The web: a page, its messages, its socket. Replies need no act: the turn is the delivery."""

import gzip
import hashlib
import json
import re
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import parse_qs

from persona import ids
from persona.declare import Part, Request, Response, Surface
from persona.errors import Rejected
from persona.model import Event, message_id
from persona.ports import Door
from surfaces.web import body, conversation, leaving, me, passkeys, session, signin

MOST_CHARACTERS = 16_000
MOST_BYTES = 256 * 1024
"""Room for the longest text with every character escaped: 12 bytes for an emoji."""
ZONE = re.compile(r"[A-Za-z0-9_+-]{1,30}(?:/[A-Za-z0-9_+-]{1,30}){0,2}", re.ASCII)
"""How a time zone is spelled; whether there is one of that name the core knows."""
PAGE = Path(__file__).with_name("page")
TYPES = {
    ".html": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".mjs": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
}
SECURITY = {
    "content-security-policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
        "connect-src 'self'{sockets}; frame-ancestors 'none'; base-uri 'none'; "
        "form-action 'self'"
    ),
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "permissions-policy": "camera=(), microphone=(), geolocation=()",
}


def receive(request: Request, door: Door) -> Response:
    """The page and its API. Raises Rejected for a caller who is wrong or unproven."""
    if request.method != "GET":
        session.check_origin(request.headers, door.settings)
    match request.method, request.path:
        case "GET", "/healthz":
            about = {"status": "ok", "stage": door.settings.stage, "version": door.settings.version}
            return _json(200, about)
        case "GET", "/web/messages":
            return _list_messages(request, door)
        case "POST", "/web/messages":
            return _take_message(request, door)
        case "POST", "/web/ticket":
            return _give_ticket(request, door)
        case "POST", "/web/signin":
            return signin.ask(request, door)
        case "POST", "/web/signin/code":
            return signin.enter(request, door)
        case "GET", "/web/me":
            return _json(200, me.about(request, door))
        case "POST", "/web/signout":
            return _sign_out(request, door)
        case _:
            return _page(request, door)


def _list_messages(request: Request, door: Door) -> Response:
    signed_in = session.read(request.headers, door.table, door.clock.now())
    after = parse_qs(request.query).get("after", [""])[0]
    page = conversation.read(signed_in.address, after, door)
    messages = conversation.shown_all(page.messages)
    return _json(200, {"messages": messages, "cursor": page.cursor})


def _take_message(request: Request, door: Door) -> Response:
    signed_in = session.read(request.headers, door.table, door.clock.now())
    client_id, text = _message(request)
    session.pace(signed_in, door.table, door.clock.now())
    event = Event(
        id=f"web:{signed_in.address.id}:{ids.derive(client_id)}",
        kind="message",
        address=signed_in.address,
        author=signed_in.address,
        words=text,
        thread="web",
        at=door.clock.now(),
        detail=_zone(request),
    )
    door.admit(event)
    return _json(202, {"id": message_id(event.id)})


def _zone(request: Request) -> dict[str, str]:
    """The time zone of the browser, where its page says which."""
    told = request.header("x-time-zone")
    return {"zone": told} if ZONE.fullmatch(told) else {}


def _message(request: Request) -> tuple[str, str]:
    """The client's id and text. Raises Rejected naming what is wrong."""
    fields = body.read(request, MOST_BYTES, id=str, text=str)
    client_id, text = fields["id"], fields["text"]
    if not 1 <= len(client_id) <= 128:
        raise Rejected("id must be 1 to 128 characters")
    if not text.strip():
        raise Rejected("text must not be empty")
    if len(text) > MOST_CHARACTERS:
        raise Rejected(f"at most {MOST_CHARACTERS} characters", "too large")
    return client_id, text


def _give_ticket(request: Request, door: Door) -> Response:
    now = door.clock.now()
    signed_in = session.read(request.headers, door.table, now)
    pass_ = session.ticket(signed_in, door.table, door.entropy, now)
    return _json(200, {"url": _socket_url(request, door), "ticket": pass_})


def _sign_out(request: Request, door: Door) -> Response:
    answer = _json(200, {"status": "signed out"})
    forgets = {"set-cookie": me.sign_out(request, door)}
    return Response(answer.status, answer.body, {**answer.headers, **forgets})


def _socket_url(request: Request, door: Door) -> str:
    """Where the page opens its socket: the host that it was loaded from, when that is this one."""
    host = request.header("host")
    if door.settings.stage == "local" and host.rpartition(":")[0] in session.LOOPBACK:
        return f"ws://{host}/web/socket"
    return door.settings.socket_url


def _page(request: Request, door: Door) -> Response:
    name = "index.html" if request.path in ("/", "/signin") else request.path.removeprefix("/page/")
    file = _files().get(name)
    if file is None:
        raise Rejected("there is no such page", "absent")
    socket = _socket_url(request, door).removesuffix("/web/socket")
    headers = {k: v.replace("{sockets}", f" {socket}") for k, v in SECURITY.items()}
    if door.settings.public_url.startswith("https://"):
        headers["strict-transport-security"] = "max-age=31536000"
    headers |= {"cache-control": "no-cache", "etag": file.mark, "vary": "accept-encoding"}
    if request.header("if-none-match") == file.mark:
        return Response(304, b"", headers)
    headers["content-type"] = TYPES[Path(name).suffix]
    if "gzip" in request.header("accept-encoding"):
        return Response(200, file.packed, {**headers, "content-encoding": "gzip"})
    return Response(200, file.body, headers)


class _File(NamedTuple):
    """A file of the page, as it is and packed, and the mark by which a browser knows what it has."""

    body: bytes
    packed: bytes
    mark: str


@cache
def _files() -> dict[str, _File]:
    """The page's own files, by name; nothing else can be asked for."""
    return {path.name: _file(path.read_bytes()) for path in PAGE.iterdir() if path.suffix in TYPES}


def _file(body: bytes) -> _File:
    mark = hashlib.sha256(body).hexdigest()[:32]
    return _File(body, gzip.compress(body, mtime=0), f'W/"{mark}"')


def _answers(request: Request, door: Door) -> Response:
    """Loaded here alone: a question is a judged wish, and brings that along."""
    from surfaces.web import answers

    return answers.receive(request, door)


def _plans(request: Request, door: Door) -> Response:
    """Loaded here alone: a plan's times bring the time zones along."""
    from surfaces.web import plans

    return plans.receive(request, door)


def _person(request: Request, door: Door) -> Response:
    """Loaded here alone: what is known about a person is read off all their words."""
    from surfaces.web import person

    return person.receive(request, door)


def _json(status: int, content: Any) -> Response:
    body = json.dumps(content, ensure_ascii=False).encode("utf-8", "replace")
    headers = {"content-type": "application/json", "x-content-type-options": "nosniff"}
    return Response(status, body, headers)


SURFACE = Surface(
    name="web",
    title="Web",
    routes=(
        ("GET", "/"),
        ("GET", "/signin"),
        ("GET", "/page/*"),
        ("GET", "/healthz"),
        ("GET", "/web/messages"),
        ("POST", "/web/messages"),
        ("POST", "/web/ticket"),
        ("POST", "/web/signin"),
        ("POST", "/web/signin/code"),
        ("GET", "/web/me"),
        ("POST", "/web/signout"),
    ),
    receive=receive,
    parts=(
        Part("passkeys", (("POST", "/web/passkeys/*"),), passkeys.receive),
        Part("leaving", (("GET", "/web/export"), ("POST", "/web/erase")), leaving.receive),
        Part(
            "answers",
            (
                ("GET", "/answer"),
                ("HEAD", "/answer"),
                ("POST", "/answer"),
                ("GET", "/web/questions"),
                ("POST", "/web/questions"),
            ),
            _answers,
        ),
        Part("plans", (("GET", "/web/plans"),), _plans),
        Part("person", (("GET", "/web/person"),), _person),
    ),
    working_note=False,
)
