"""G7 and G8: what our loop and our ingress add, warm, to the requests that they are there for.

Requests are built, signed and parsed by botocore as always; only the network is left out, on both
sides. Each of ours and its floor take turns in this process, in rounds of shuffled order. The
functions' log lines and counts belong to their cost, so the process should write them to nowhere
in particular, as Lambda's goes to a pipe.
"""

import hashlib
import itertools
import json
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

from botocore.session import Session
from pydantic import BaseModel, ConfigDict, Field

from backends.aws import _rows
from backends.aws._clients import Clients
from backends.aws.family import open_family as open_aws
from backends.local.family import open_family as open_local
from bench import served
from bench.peers.inside import loop, warm, wire
from bench.peers.inside.ingress import SENT, look_up, send
from bench.peers.inside.words import QUESTION, REPLY
from functions import ingress
from functions._compose import compose
from models._post import Post
from models.bedrock import BedrockModel
from persona import keys
from persona.admission import admit
from persona.declare import capability
from persona.memory.standing import read
from persona.mind.hands import MemoryHands
from persona.mind.think import think
from persona.model import FORMAT, Address, Event
from persona.ports import Ports, Row
from persona.settings import parse

ANN = Address("sms", "+41790000001")
SETTINGS = parse(served.MACHINE, stage="aws", public_url=served.PUBLIC_URL, timezone="UTC")
REGION = "eu-west-1"
Answers = Callable[[], bytes]


def measure() -> dict[str, Any]:
    """`loop`, and `ingress` by surface; each as `warm.measure` tells it, samples included."""
    return {"loop": _loop(), "ingress": {name: _beside(one) for name, one in knocks().items()}}


# The loop


class City(BaseModel):
    """Where."""

    model_config = ConfigDict(extra="forbid")
    city: str = Field(description="Its name.")


@capability(effect="read", inline=True)
def weather(arguments: City, hands: MemoryHands, ports: Ports) -> str:
    """What the weather is in a city."""
    return f"sunny in {arguments.city}"


class CannedPost(Post):
    """Answers in turn and reaches nobody."""

    def __init__(self, bodies: Answers) -> None:
        super().__init__()
        self._bodies = bodies

    def send(
        self, url: str, body: bytes, headers: Mapping[str, str], seconds: float
    ) -> tuple[int, Mapping[str, str], bytes]:
        return 200, {"Content-Type": "application/json"}, self._bodies()


def _loop() -> dict[str, Any]:
    """Our `think` with its real prompts and one capability, beside a converse loop with one tool."""
    bedrock = wire.new_session().client("bedrock-runtime")
    wire.answer(bedrock.meta.events, "bedrock-runtime.Converse", wire.converse_bodies())
    with _brain() as answer:
        for said in (answer(), loop.plain(bedrock, QUESTION)):
            if said.strip() != REPLY.strip():
                raise AssertionError(f"answered {said!r}")
        cases = {"plain": lambda: loop.plain(bedrock, QUESTION), "ours": answer}
        return warm.measure(cases, "plain")["ours"]


@contextmanager
def _brain() -> Generator[Callable[[], str], None, None]:
    with tempfile.TemporaryDirectory() as folder:
        family = open_local(Path(folder), {}, durable=False)
        post = CannedPost(wire.converse_bodies())
        model = BedrockModel("bench.model", REGION, "", post)
        parts = {**family.ports(), "capabilities": {"weather": weather}, "models": (model,)}
        ports = compose(SETTINGS, parts)
        asked = Event("sms:1", "message", ANN, ANN, QUESTION, "thread", at=time.time())
        place = admit(asked, ports)
        event = replace(asked, home=place.home)
        standing = read(place, [event], ports)
        try:
            yield lambda: think(standing, [event], ports, reflex_only=False).reply
        finally:
            family.close()


# The ingress


@dataclass(frozen=True, slots=True)
class Knock:
    """One message at a door: its HTTP event, and the rows that are found on its way, in order.

    A web message is counted, too: the row of its address's last minute is read and written.
    """

    event: dict[str, Any]
    rows: Mapping[keys.Key, Row]
    is_counted: bool = False

    @property
    def requests(self) -> Counter[str]:
        """What a warm process asks AWS for."""
        made = {"dynamodb.GetItem": len(self.rows), "sqs.SendMessage": 1}
        return Counter({**made, "dynamodb.PutItem": 1} if self.is_counted else made)

    def make_bare(self, dynamodb: Any, sqs: Any) -> None:
        """The same number of requests, with nothing around them."""
        for _ in self.rows:
            look_up(dynamodb)
        if self.is_counted:
            key, row = list(self.rows.items())[1]
            dynamodb.put_item(TableName=served.TABLE, Item=_rows.pack_row(key, row))
        send(sqs)


def knocks() -> dict[str, Knock]:
    """The same words on each surface, from an address that is known."""
    texted = served.text_message(QUESTION, "SM" + "0" * 32)
    posted = served.slack_message(QUESTION, "1760000000.000100")
    return {
        "slack": Knock(posted, dict([_address(Address("slack", "T1:U1"))])),
        "sms": Knock(texted, dict([_address(ANN)])),
        "web": _web_knock("ann", token="bench"),
    }


def _address(address: Address) -> tuple[keys.Key, Row]:
    row = {"v": FORMAT, "surface": address.surface, "home": "home", "lane": "lane", "met": 0}
    return keys.address(address), row


def _web_knock(name: str, token: str) -> Knock:
    body = json.dumps({"id": "one", "text": QUESTION})
    headers = {"content-type": "application/json", "authorization": f"Bearer {token}"}
    address, never = Address("web", name), time.time() + 86_400
    session = {"v": FORMAT, "name": name, "home": "home", "lane": "lane", "expires": never}
    pace = {"v": FORMAT, "count": 1, "times": [0], "expires": never}
    rows = [
        (keys.session(hashlib.sha256(token.encode()).hexdigest()), session),
        (keys.pace("web", address.id), pace),
        _address(address),
    ]
    return Knock(served.http_event("/web/messages", body, headers), dict(rows), is_counted=True)


def _beside(knock: Knock) -> dict[str, Any]:
    """`ingress.run` on one message, beside the requests that it makes, made bare."""
    session, asked = Session(), list[str]()
    session.set_credentials("bench", "bench")
    _answer(session, knock.rows, asked)
    clients = Clients(served.MACHINE, session)
    ports = compose(SETTINGS, open_aws(served.MACHINE, clients=clients).ports())
    ours = partial(ingress.run, knock.event, ports)
    for _ in range(2):  # the first asks for the surface's secrets, too
        asked.clear()
        if ours()["statusCode"] not in (200, 202):
            raise AssertionError(f"answered {ours()}")
    if Counter(asked) != knock.requests:
        raise AssertionError(f"asked {asked}, not {knock.requests}")
    bare = Session()
    bare.set_credentials("bench", "bench")
    _answer(bare, knock.rows, [])
    dynamodb, sqs = (bare.create_client(api, REGION) for api in ("dynamodb", "sqs"))
    cases = {"bare": partial(knock.make_bare, dynamodb, sqs), "ours": ours}
    return warm.measure(cases, "bare")["ours"]


def _answer(session: Session, rows: Mapping[keys.Key, Row], asked: list[str]) -> None:
    """Answers a session's requests in place of AWS, and notes them."""
    items = [_rows.pack_row(key, row) for key, row in rows.items()]
    found = itertools.cycle([json.dumps({"Item": item}).encode() for item in items])
    parameters = [
        {"Name": f"/hub/{name}", "Value": value} for name, value in served.SECRETS.items()
    ]
    bodies: dict[str, Answers] = {
        "dynamodb.GetItem": lambda: next(found),
        "dynamodb.PutItem": lambda: b"{}",
        "sqs.SendMessage": json.dumps(SENT).encode,
        "ssm.GetParameters": json.dumps({"Parameters": parameters}).encode,
    }
    events = session.get_component("event_emitter")
    for operation, answers in bodies.items():
        wire.answer(events, operation, partial(_noted, operation, asked, answers))


def _noted(operation: str, asked: list[str], answers: Answers) -> bytes:
    asked.append(operation)
    return answers()


if __name__ == "__main__":
    print(json.dumps(measure(), indent=1), file=sys.stderr)
