"""Events as AWS really sends them: each handler takes its own kind, and survives every sample."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from functions import ingress, mail, socket, sweep, turn, undelivered
from persona.errors import Transient
from tests.support import PASS, PERSONA, Hub

SAMPLES = Path(__file__).parents[3] / "shared" / "corpora" / "aws"


def samples(pattern: str) -> list[Any]:
    """Each sample whose name fits, by name; one skipped case where the corpus is absent."""
    found = sorted(path for path in SAMPLES.rglob("*.json") if pattern in path.name.lower())
    absent = pytest.mark.skip(reason=f"no samples in {SAMPLES}")
    return [pytest.param(path, id=path.stem) for path in found] or [
        pytest.param(SAMPLES, marks=absent, id="absent")
    ]


def read(path: Path) -> dict[str, Any]:
    return json.loads(path.read_text())


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[Hub]:
    opened = Hub(tmp_path)
    yield opened
    opened.close()


@pytest.mark.parametrize(
    "path", [*samples("apigw-v2"), *samples("proxyv2"), *samples("authorizerv2")]
)
def test_an_http_event_is_answered_and_an_unknown_path_is_not_found(hub: Hub, path: Path) -> None:
    event = read(path)
    is_page = event["rawPath"] == "/" and event["requestContext"]["http"]["method"] == "GET"
    assert ingress.run(event, hub.ports)["statusCode"] == (200 if is_page else 404)


@pytest.mark.parametrize("path", samples("apigatewayproxyv2event.json"))
def test_a_signed_text_inside_a_real_event_is_taken(hub: Hub, path: Path) -> None:
    from tests.support import texted

    ours = hub.twilio(texted("hello")).event()
    event = {**read(path), **{name: ours[name] for name in ("rawPath", "rawQueryString", "body")}}
    event["isBase64Encoded"] = True
    event["headers"] = {"X-Forwarded-Proto": "https", **ours["headers"]}
    event["requestContext"]["http"] = {"method": "POST", "path": "/sms", "sourceIp": "192.0.2.1"}
    event.pop("cookies", None)
    assert ingress.run(event, hub.ports)["statusCode"] == 200
    assert [one.words for one in hub.admitted()] == ["hello"]


@pytest.mark.parametrize("path", samples("websocket"))
def test_a_socket_event_without_a_pass_opens_nothing(hub: Hub, path: Path) -> None:
    event = read(path)
    kind = event["requestContext"].get("eventType")
    answer = socket.run(event, hub.ports)
    assert answer["statusCode"] == (401 if kind == "CONNECT" else 200)
    assert hub.row_count() == 0


def test_a_socket_is_opened_by_its_ticket_and_hears_what_is_new(hub: Hub) -> None:
    token = hub.sign_in("ann")
    pass_ = hub.http("POST", "/web/ticket", headers={"authorization": f"Bearer {token}"}).json()
    heard: list[str] = []
    about = {"connectionId": "L0SM9cOFvHcCIhw=", "routeKey": "$connect"}
    connect = {
        "headers": {"Host": "sockets.example", "Origin": "https://hub.example"},
        "queryStringParameters": {"ticket": pass_["ticket"]},
        "requestContext": {**about, "eventType": "CONNECT"},
    }
    assert socket.run(connect, hub.ports)["statusCode"] == 200
    hub.drain()  # the gateway is still opening it: a push that fails loses nothing
    hub.family.sockets.add(about["connectionId"], heard.append)
    hub.make(hub.web(token, "hello"))
    hub.drain()
    spoken = [one["text"] for frame in heard for one in listed(frame) if "text" in one]
    assert spoken[0] == "hello"
    hub.family.sockets.remove(about["connectionId"])
    hub.make(hub.web(token, "are you there?"))
    hub.drain()
    hub.family.sockets.add(about["connectionId"], heard.append)
    asked = {"requestContext": {**about, "eventType": "MESSAGE"}, "body": "news?"}
    assert socket.run(asked, hub.ports)["statusCode"] == 200
    spoken = [one["text"] for frame in heard for one in listed(frame) if "text" in one]
    assert "are you there?" in spoken


def test_a_socket_that_is_gone_is_let_go_of(hub: Hub) -> None:
    token = hub.sign_in("ann")
    connect = {
        "headers": {"authorization": f"Bearer {token}"},
        "queryStringParameters": None,
        "requestContext": {"eventType": "CONNECT", "connectionId": "gone"},
    }
    assert socket.run(connect, hub.ports)["statusCode"] == 200
    before = hub.row_count()
    hub.clock.at += socket.OPENING + 1
    hub.make(hub.web(token, "hello"))
    hub.drain()
    assert hub.row_count() > before
    disconnect = {"requestContext": {"eventType": "DISCONNECT", "connectionId": "gone"}}
    assert socket.run(disconnect, hub.ports)["statusCode"] == 200
    assert hub.family.table.scan("SOCKET") == []


def listed(frame: str) -> list[dict[str, Any]]:
    content = json.loads(frame)
    return content if isinstance(content, list) else [content]  # pyright: ignore[reportUnknownVariableType]


@pytest.mark.parametrize("path", samples("ses-lambda"))
def test_a_receipt_waits_for_its_mail_and_then_takes_it(hub: Hub, path: Path) -> None:
    event = read(path)
    with pytest.raises(Transient):
        mail.run(event, hub.ports)
    ses = event["Records"][0]["ses"]
    raw = f"From: {ses['mail']['source']}\r\nTo: {PERSONA}\r\nMessage-ID: <a@b>\r\n\r\nhello\r\n"
    hub.ports.blobs.put(mail.blob_name(ses["mail"]["messageId"]), raw.encode())
    ses["receipt"]["recipients"] = [PERSONA]
    ses["receipt"] |= {f"{name}Verdict": {"status": told} for name, told in PASS.items()}
    mail.run(event, hub.ports)
    assert [one.words for one in hub.admitted()] == ["hello"]


@pytest.mark.parametrize("path", samples("sqs"))
def test_a_lane_message_that_nobody_can_read_fails_alone(hub: Hub, path: Path) -> None:
    event = read(path)
    for record in event["Records"]:
        record["attributes"].setdefault("MessageGroupId", record["messageId"])
    ids = {record["messageId"] for record in event["Records"]}
    for handle in (turn.run, undelivered.run):
        failed = handle(event, hub.ports)["batchItemFailures"]
        assert {one["itemIdentifier"] for one in failed} == ids


def test_the_sweeper_takes_whatever_the_scheduler_sends(hub: Hub) -> None:
    hub.sms("hello")
    hub.drain()
    assert sweep.run(hub.ports) == 0
