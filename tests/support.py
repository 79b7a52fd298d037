"""A small test house: the whole hub in this process, its clock in our hand, the carriers in memory.

Requests are signed with the vendors' own libraries and enter as API Gateway's events; `drain`
plays the stage in one thread until nothing is left that can be done now. Nothing is patched.
"""

import base64
import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlencode

from multidict import MultiDict
from slack_sdk.signature import SignatureVerifier
from twilio.request_validator import RequestValidator

from backends.local.family import open_family
from functions import ingress, mail, sweep, turn
from functions._compose import compose
from hub.stage import answer, sqs_event
from persona import keys
from persona.decision import Act
from persona.memory import evidence
from persona.model import Address, Audience, Event, Said
from persona.people import addresses
from persona.ports import Hands, Ports, Sent
from persona.settings import parse
from surfaces.web import session

NOON = 1_750_000_000.0
TEAM, BOT, ANN, CHANNEL, DIRECT = "T0HUB", "U0BOT", "U0ANN", "C0GENERAL", "D0ANN"
PHONE, OWN_PHONE = "+14155550101", "+14155550199"
PERSONA = "persona@hub.example"
PUBLIC_URL = "https://hub.example"
PASS = {"spf": "PASS", "dkim": "PASS", "dmarc": "PASS", "spam": "PASS", "virus": "PASS"}
ENV = {
    "HUB_PUBLIC_URL": PUBLIC_URL,
    "HUB_EMAIL_ADDRESS": PERSONA,
    "SLACK_SIGNING_SECRET": "8f742231b10e8888abcd99yyyzzz85a5",
    "SLACK_BOT_TOKEN": "xoxb-hub",
    "TWILIO_ACCOUNT_SID": "AC" + "0" * 32,
    "TWILIO_AUTH_TOKEN": "twilio-token",
    "TWILIO_FROM": OWN_PHONE,
}


@dataclass
class Clock:
    """Stands still until it is told to move."""

    at: float = NOON

    def now(self) -> float:
        return self.at


@dataclass
class Post:
    """A carrier that keeps what it is given; each waiting error is raised by one send."""

    sent: list[Act] = field(default_factory=list[Act])
    errors: list[Exception] = field(default_factory=list[Exception])
    keyed: bool = False
    settling: float = 0.0
    now: dict[str, Audience] = field(default_factory=dict[str, Audience])

    def send(self, act: Act, hands: Hands) -> Sent:
        if self.errors:
            raise self.errors.pop(0)
        self.sent.append(act)
        return Sent(provider_id=f"SM{len(self.sent):032x}")

    def heard_by(self, act: Act, hands: Hands) -> Audience:
        """As the surfaces know it by the conversation's id, and as `now` says of some."""
        channel = act.thread.partition(":")[0]
        if channel in self.now:
            return self.now[channel]
        is_channel = act.function == "slack" and channel[:1] in ("C", "G")
        return "lane" if is_channel else "private"

    def lookup(self, act: Act, hands: Hands) -> Sent | None:
        known = [n for n, sent in enumerate(self.sent, 1) if sent.id == act.id]
        return Sent(provider_id=f"SM{known[0]:032x}") if known else None


@dataclass(frozen=True)
class Call:
    """One HTTP request that nobody has made yet."""

    method: str
    path: str
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict[str, str])
    query: str = ""
    in_base64: bool = True

    def event(self) -> dict[str, Any]:
        """As API Gateway gives it to Lambda (payload format 2.0)."""
        body = base64.b64encode(self.body) if self.in_base64 else self.body
        return {
            "version": "2.0",
            "rawPath": self.path,
            "rawQueryString": self.query,
            "headers": dict(self.headers),
            "requestContext": {"http": {"method": self.method, "path": self.path}},
            "body": body.decode("utf-8", "surrogateescape"),
            "isBase64Encoded": self.in_base64,
        }


@dataclass(frozen=True)
class Answer:
    status: int
    headers: Mapping[str, str]
    body: bytes

    def json(self) -> Any:
        return json.loads(self.body)


Family = Literal["local", "aws"]
FAMILIES: tuple[Family, ...] = ("local", "aws")


class Hub:
    """The hub on a folder of its own, or on the AWS of this process.

    `instead` replaces ports, as in `compose`.
    """

    def __init__(
        self,
        state: Path,
        env: Mapping[str, str] = ENV,
        family: Family = "local",
        **instead: Any,
    ) -> None:
        self.env, self._state, self._instead = dict(env), state, instead
        self.clock = Clock()
        self.post = {name: Post() for name in ("slack", "sms", "email")}
        self.settings = parse(self.env, stage="test", public_url=PUBLIC_URL, timezone="UTC")
        self.family_name: Family = family
        self.family: Any = self._open(family)
        self.ports = self._compose()
        self._mails = 0

    def _open(self, family: Family) -> Any:
        if family == "local":
            return open_family(self._state, self.env, clock=self.clock, durable=False)
        from tests.aws import AwsFamily

        return AwsFamily(self.env, clock=self.clock, lane_role=True)

    def _compose(self) -> Ports:
        parts = {"carriers": self.post, "models": (), **self._instead}
        return compose(self.settings, self.family.ports(), **parts)

    def restart(self) -> None:
        """Another process on the same state: nothing that was in memory is left."""
        if hasattr(self.family, "reopen"):
            self.family.reopen()
        else:
            self.family.close()
            self.family = self._open("local")
        self.ports = self._compose()

    def close(self) -> None:
        self.family.close()

    # In

    def make(self, call: Call) -> Answer:
        """The answer to one request."""
        answer = self.knock(call.event())
        return Answer(answer["statusCode"], answer["headers"], base64.b64decode(answer["body"]))

    def knock(self, event: dict[str, Any]) -> dict[str, Any]:
        """The answer to one event of the gateway's, by a function that holds its own surface alone."""
        found = ingress._receiver(ingress._request(event), self.ports)
        own = {found[0].name: found[0]} if found else {}
        return ingress.run(event, self.ports.but(surfaces=own))

    def http(
        self,
        method: str,
        path: str,
        body: bytes = b"",
        headers: Mapping[str, str] | None = None,
        query: str = "",
    ) -> Answer:
        return self.make(Call(method, path, body, headers or {}, query))

    def mail(
        self,
        raw: bytes | str,
        mail_from: str = "ann@example.org",
        verdicts: Mapping[str, str] = PASS,
        recipients: Iterable[str] = (PERSONA,),
    ) -> None:
        """As if SES had received this mail with these verdicts."""
        self._mails += 1
        id = f"ses-{self._mails}"
        self.ports.blobs.put(mail.blob_name(id), raw.encode() if isinstance(raw, str) else raw)
        told = {f"{name}Verdict": {"status": verdict} for name, verdict in verdicts.items()}
        receipt = {"recipients": list(recipients), **told}
        record = {"ses": {"mail": {"messageId": id, "source": mail_from}, "receipt": receipt}}
        mail.run({"Records": [record]}, self.ports)

    def slack_event(self, event: Mapping[str, Any], **envelope: Any) -> Answer:
        return self.make(self.slack(json.dumps(enveloped(event, **envelope))))

    def slack(self, body: str, path: str = "/slack/events", at: float | None = None) -> Call:
        """A request signed as Slack signs it; JSON for events, a form for all else."""
        stamp = str(int(self.clock.now() if at is None else at))
        verifier = SignatureVerifier(self.env["SLACK_SIGNING_SECRET"])
        signature = verifier.generate_signature(timestamp=stamp, body=body) or ""
        kind = "json" if path == "/slack/events" else "x-www-form-urlencoded"
        headers = {
            "content-type": f"application/{kind}",
            "x-slack-request-timestamp": stamp,
            "x-slack-signature": signature,
        }
        return Call("POST", path, body.encode(), headers)

    def sms(self, text: str, sid: str = "", **fields: str) -> Answer:
        """A text from PHONE; `sid` is made from the text where it does not matter."""
        return self.make(self.twilio(texted(text, sid, **fields)))

    def twilio(
        self,
        form: Mapping[str, str] | list[tuple[str, str]],
        path: str = "/sms",
        query: str = "",
        url: str = "",
    ) -> Call:
        """A request signed as Twilio signs it, for the public URL or another."""
        base = url or f"{self.settings.public_url}{path}{'?' if query else ''}{query}"
        return replace(texting(form, base, self.env["TWILIO_AUTH_TOKEN"]), path=path, query=query)

    def sign_in(self, name: str = "ann", *, strong: bool = False) -> str:
        """The token of a new web session; a strong one as the owner has it on loopback."""
        proof = session.Proof(level=2, stands=True) if strong else session.POSSESSION
        ports, now = self.ports, self.clock.now()
        return session.sign_in(name, ports.table, ports.entropy, now, proof)[0]

    def web(self, token: str, text: str, id: str = "") -> Call:
        body = json.dumps({"id": id or text, "text": text}).encode()
        return Call("POST", "/web/messages", body, browser(token))

    def replay(self, captured: Mapping[str, Any]) -> None:
        """Delivers a captured event, signed by its vendor's means."""
        path, form, content = (captured.get(name, "") for name in ("path", "form", "json"))
        match captured["signed_by"]:
            case "slack":
                call = self.slack(urlencode(form) if form else json.dumps(content), path)
            case "twilio":
                call = self.twilio(form, path)
            case "session":
                call = Call("POST", path, json.dumps(content).encode(), browser(self.sign_in()))
            case _:
                about = (captured[name] for name in ("mail_from", "verdicts", "recipients"))
                self.mail("\r\n".join(captured["raw"]), *about)
                return
        answer = self.make(call)
        assert answer.status in (200, 202), (answer.status, answer.body)

    # On

    def drain(self) -> None:
        """Plays the stage by one thread until nothing is left that can be done now."""
        for _ in range(10_000):
            if not (self._take_batch() or self._answer_bell() or (self.is_due() and self.sweep())):
                return
        raise AssertionError("the hub does not come to rest")

    def is_due(self) -> bool:
        """Whether the sweeper would find anything; most of its looks would not."""
        due = self.family.table.next_due(after=-1.0)
        return due is not None and due <= self.clock.now()

    def sweep(self) -> bool:
        """Whether there was anything to sweep."""
        return sweep.run(self.ports) > 0

    def _take_batch(self) -> bool:
        messages = self.family.lanes.receive()
        if messages:
            failures = turn.run(sqs_event(messages), self.ports)["batchItemFailures"]
            left = {failure["itemIdentifier"] for failure in failures}
            for message in messages:
                if message.id not in left:
                    self.family.lanes.delete(message)
        return bool(messages)

    def _answer_bell(self) -> bool:
        ring = self.family.bell.take(0)
        if ring is None:
            return False
        try:
            answer(ring, self._as_deployed(ring.function))
        finally:
            self.family.bell.done(ring)
        return True

    def _as_deployed(self, function: str) -> Ports:
        """A function of acts holds the surface that it carries by, if any; whoever erases holds all."""
        if function == "erase":
            return self.ports
        carried = [one for one in self.ports.capabilities.values() if one.function == function]
        names = {function, *(one.carried_by for one in carried)} & {*self.ports.surfaces}
        own = {name: self.ports.surfaces[name] for name in names}
        return self.ports.but(surfaces=own)

    # Out

    def admitted(self) -> list[Event]:
        """The events that wait in any lane, in order."""
        return [Event.from_json(message.body) for message in self.family.lanes.everything()]

    def row_count(self) -> int:
        """How many rows the table holds."""
        return len(self.family.table.scan(""))

    def sent(self, surface: str) -> list[Act]:
        return self.post[surface].sent

    def texts(self, surface: str) -> list[str]:
        return [act.text for act in self.sent(surface)]

    def said(self, address: Address | str) -> list[Said]:
        """The conversation with one address, both sides."""
        address = address if isinstance(address, Address) else Address.parse(address)
        place = addresses.find(self.ports.table, address)
        if place is None:
            return []
        turns = evidence.read_turns(self.ports, place.home, 0, 1000)
        return [said for turn in turns for said in turn.said]

    def heard(self, address: Address | str) -> list[str]:
        """The person's words as they are kept."""
        return [said.text for said in self.said(address) if said.author == "person"]

    def gate(self, address: str) -> Mapping[str, Any]:
        place = addresses.find(self.ports.table, Address.parse(address))
        assert place is not None
        return self.ports.table.get([keys.gate(place.lane)])[keys.gate(place.lane)]


def enveloped(event: Mapping[str, Any], **envelope: Any) -> dict[str, Any]:
    """Slack's outer event around one event of Ann's workspace."""
    return {
        "type": "event_callback",
        "team_id": TEAM,
        "api_app_id": "A0HUB",
        "event_id": "Ev0001",
        "event_time": int(NOON),
        "authorizations": [{"team_id": TEAM, "user_id": BOT, "is_bot": True}],
        "event": dict(event),
        **envelope,
    }


def posted(text: str, ts: str = "1749999990.000100", **fields: Any) -> dict[str, Any]:
    """Ann's words in the direct conversation with the persona."""
    about = {"type": "message", "channel": DIRECT, "channel_type": "im", "user": ANN}
    return {**about, "text": text, "ts": ts, "event_ts": ts, "team": TEAM, **fields}


def texted(text: str, sid: str = "", **fields: str) -> dict[str, str]:
    """The form of a text message."""
    sid = sid or "SM" + text.encode().hex()[:32].rjust(32, "0")
    about = {"AccountSid": ENV["TWILIO_ACCOUNT_SID"], "ApiVersion": "2010-04-01", "NumMedia": "0"}
    return {**about, "MessageSid": sid, "From": PHONE, "To": OWN_PHONE, "Body": text, **fields}


def browser(token: str, **headers: str) -> dict[str, str]:
    """The headers of our own page."""
    cookie = f"__Host-hub={token}"
    return {"content-type": "application/json", "origin": PUBLIC_URL, "cookie": cookie, **headers}


def texting(
    form: Mapping[str, str] | list[tuple[str, str]],
    url: str = f"{PUBLIC_URL}/sms",
    token: str = ENV["TWILIO_AUTH_TOKEN"],
) -> Call:
    """A form as Twilio posts and signs it for this URL."""
    pairs = form if isinstance(form, list) else list(form.items())
    headers = {
        "content-type": "application/x-www-form-urlencoded",
        "x-twilio-signature": RequestValidator(token).compute_signature(url, MultiDict(pairs)),
    }
    return Call("POST", "/sms", urlencode(pairs).encode(), headers)


def changed(call: Call, **headers: str | None) -> Call:
    """The request with other headers; None drops one. Underscores stand for hyphens."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    merged = {**call.headers, **named}
    return replace(call, headers={n: v for n, v in merged.items() if v is not None})


Open = Callable[..., Hub]
"""Opens a hub on the family of the test, as often as a story begins anew."""
