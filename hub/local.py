"""What stands under `/local/`: signing in without proof, mail by hand, what was sent, is it idle.

It answers only a loopback Host without a forwarding header, so that a tunnel opens none of it.
"""

import base64
import binascii
import json
import re
import threading
import time
import uuid
from typing import Any, TypeGuard

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from backends.local.family import Family
from functions import mail
from hub import halting, leaving
from hub.person import person
from hub.stage import Stage
from persona.acts import outbox
from persona.decision import Act
from persona.errors import Broken, Rejected
from persona.model import Address
from persona.ports import Ports
from surfaces.web import session

FORWARDED = ("forwarded", "x-forwarded-for", "x-forwarded-host", "x-forwarded-proto", "x-real-ip")
VERDICTS = ("PASS", "FAIL", "GRAY", "PROCESSING_FAILED")


class LocalPages:
    """The stage's own endpoints."""

    def __init__(self, family: Family, ports: Ports, stage: Stage) -> None:
        self._family = family
        self._ports = ports
        self._stage = stage
        self._closing = threading.Event()

    def close(self) -> None:
        """Lets go of whoever still waits for an answer."""
        self._closing.set()

    def answer(self, request: Request, body: bytes) -> Response:
        """One request; 404 for everything that is not surely this machine asking."""
        if not is_loopback(request):
            return JSONResponse({"error": "not found"}, 404)
        pages = {
            ("POST", "/local/session"): self._sign_in,
            ("POST", "/local/email"): self._email,
            ("POST", "/local/erase"): self._erase,
            ("POST", "/local/halt"): self._halt,
            ("GET", "/local/sent"): self._sent,
            ("GET", "/local/idle"): self._idle,
            ("GET", "/local/about"): self._about,
            ("GET", "/local/person"): self._person,
        }
        page = pages.get((request.method, request.url.path))
        if page is None:
            return JSONResponse({"error": "not found"}, 404)
        try:
            session.check_origin(dict(request.headers), self._ports.settings)
            return page(request, body)
        except Rejected as error:
            status = {"forbidden": 403, "too large": 413}.get(error.fault, 400)
            return JSONResponse({"error": error.reason}, status)

    def take_mail(
        self, raw: bytes, mail_from: str, recipients: list[str], verdicts: dict[str, str]
    ) -> None:
        """A mail as if SES had received it: raw text into the blobs, then its receipt event."""
        id = uuid.uuid4().hex
        self._ports.blobs.put(mail.blob_name(id), raw)
        receipt: dict[str, Any] = {"recipients": recipients}
        receipt |= {f"{name}Verdict": {"status": verdict} for name, verdict in verdicts.items()}
        record = {"ses": {"mail": {"messageId": id, "source": mail_from}, "receipt": receipt}}
        mail.run({"Records": [record]}, self._ports)

    def _sign_in(self, request: Request, body: bytes) -> Response:
        name = _object(body).get("name")
        if not _is_text(name) or not 1 <= len(name.strip()) <= 64 or ":" in name:
            raise Rejected("name must be 1 to 64 characters, without a colon")
        ports = self._ports
        now = ports.clock.now()
        about = session.Proof(session.name_browser(dict(request.headers)), level=2, stands=True)
        token, place = session.sign_in(name.strip(), ports.table, ports.entropy, now, about)
        response = JSONResponse({"person": place.lane, "token": token})
        response.headers["set-cookie"] = session.cookie(token, ports.settings)
        return response

    def _email(self, request: Request, body: bytes) -> Response:
        fields = _object(body)
        try:
            raw = base64.b64decode(fields["raw"], validate=True)
            mail_from, recipients = fields["mail_from"], list(fields["recipients"])
            verdicts: dict[str, str] = dict(fields["verdicts"].items())
        except (KeyError, TypeError, ValueError, AttributeError, binascii.Error) as error:
            raise Rejected("send raw (base64), mail_from, recipients and verdicts") from error
        if not all(map(_is_text, [mail_from, *recipients])):
            raise Rejected("mail_from and each recipient are an address")
        if not all(verdict in VERDICTS for verdict in verdicts.values()):
            raise Rejected(f"verdicts are {', '.join(VERDICTS)}")
        self.take_mail(raw, mail_from, recipients, verdicts)
        return JSONResponse({"status": "taken"}, 202)

    def _erase(self, request: Request, body: bytes) -> Response:
        """What `hub erase` asks of a running hub, once its owner has typed the address."""
        address = _object(body).get("address")
        if not _is_text(address) or ":" not in address:
            raise Rejected("address is a surface and an id with a colon between")
        try:
            return JSONResponse(leaving.now(Address.parse(address), self._ports))
        except Broken as error:
            raise Rejected(str(error)) from error

    def _halt(self, request: Request, body: bytes) -> Response:
        """What `hub halt` and `hub start` ask of a running hub; nobody else may."""
        asked = _object(body)
        named, halted = asked.get("capability", ""), asked.get("halted")
        if not _is_text(named) or not isinstance(halted, bool):
            raise Rejected("send halted, and the capability's name for one alone")
        try:
            return JSONResponse(halting.now(self._ports, named, halted=halted))
        except Broken as error:
            raise Rejected(str(error)) from error

    def _sent(self, request: Request, body: bytes) -> Response:
        surface, after = request.query_params.get("surface"), request.query_params.get("after")
        scan = self._family.table.scan
        rows = [row for name in self._senders(surface) for _, row in scan(f"ACT#{name}#")]
        acts = (outbox.open_row(self._ports, row) for row in rows)
        acts = sorted((act for act in acts if not act.yields), key=_order)
        if after is None:
            return JSONResponse([_shown(act) for act in acts])
        places = [place for place, act in enumerate(acts) if act.id == after]
        if not places:
            raise Rejected("after is the id of something sent")
        return JSONResponse([_shown(act) for act in acts[places[0] + 1 :]])

    def _senders(self, surface: str | None) -> list[str]:
        """The functions that send on this surface, or on any."""
        carried = [(one.name, one.carried_by) for one in self._ports.capabilities.values()]
        senders = [*((name, name) for name in self._ports.surfaces), *carried]
        return [name for name, where in senders if where and surface in (None, "", where)]

    def _idle(self, request: Request, body: bytes) -> Response:
        try:
            seconds = min(60.0, max(0.0, float(request.query_params.get("timeout", "10"))))
        except ValueError as error:
            raise Rejected("timeout is a number of seconds") from error
        until = time.monotonic() + seconds
        while not self._stage.is_idle():
            if time.monotonic() >= until or self._closing.wait(0.02):
                return JSONResponse({"idle": False}, 504)
        return JSONResponse({"idle": True})

    def _person(self, request: Request, body: bytes) -> Response:
        """How an address is linked and what is kept of its person; 404 for one nobody has met."""
        address = Address.parse(request.query_params.get("address", ""))
        ended = request.query_params.get("ended") == "1"
        graph = request.query_params.get("graph") == "1"
        found = person(address, self._ports, ended=ended, graph=graph)
        if found is None:
            return JSONResponse({"error": "nobody has written from that address"}, 404)
        return JSONResponse(found)

    def _about(self, request: Request, body: bytes) -> Response:
        ports = self._ports
        surfaces = [
            {"name": surface.name, "address": address, "try": hint}
            for surface in ports.surfaces.values()
            if (reach := surface.reach(ports)) is not None
            for address, hint in [reach]
        ]
        persona = {"name": ports.identity.name, "about": ports.identity.about}
        about: dict[str, Any] = {"persona": persona, "version": ports.settings.version}
        about |= {"stage": ports.settings.stage, "halts": halting.read(ports.table)}
        return JSONResponse({**about, "surfaces": surfaces})


def is_loopback(request: Request) -> bool:
    """Whether the Host is this machine's and nothing forwarded the request."""
    host = request.headers.get("host", "")
    name = host.rpartition(":")[0] if host.rpartition(":")[2].isdigit() else host
    return name in session.LOOPBACK and not any(h in request.headers for h in FORWARDED)


def _object(body: bytes) -> dict[str, Any]:
    try:
        fields = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise Rejected("this is not JSON") from error
    if not isinstance(fields, dict):
        raise Rejected("send a JSON object")
    return fields  # pyright: ignore[reportUnknownVariableType]


def _is_text(value: object) -> TypeGuard[str]:
    """Whether it is a string that can be stored: JSON may spell half a character."""
    return isinstance(value, str) and not re.search("[\x00\ud800-\udfff]", value)


def _order(act: Act) -> tuple[float, str]:
    return act.at, act.after


def _shown(act: Act) -> dict[str, Any]:
    return {
        "id": act.id,
        "surface": act.address.surface,
        "to": act.address.id,
        "thread": act.thread or None,
        "text": act.text,
        "at": act.at,
        "status": act.state,
        "attempts": act.tries,
        "provider_id": act.provider_id or None,
        "kept": act.kept,
        "reason": act.reason or None,
    }
