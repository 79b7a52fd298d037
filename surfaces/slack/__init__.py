"""Slack: events, commands and interactions through slack_bolt, replies through slack_sdk.

Slack knows no idempotency key, but every message carries our act's id as metadata, so an attempt
whose answer was lost is looked up in the channel's history before anything is posted again. The
SDK's own retries are off: a retried POST is a doubled message.
"""

import hmac
import json
import re
from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

from persona.declare import Request, Response, Surface
from persona.errors import Rejected
from persona.ports import Door, Hands
from surfaces.slack.audience import heard_by
from surfaces.slack.events import parse, parse_command, parse_press
from surfaces.slack.posts import aside, disable, lookup, send
from surfaces.slack.text import split

if TYPE_CHECKING:
    from slack_bolt import App

SETTLING = 3.0
WINDOW = 300
"""Seconds that a request's timestamp may lie before or after now (docs.slack.dev, signing)."""
FORMS = frozenset({"command", "payload", "ssl_check"})
"""What a form holds: a slash command, an interaction, or Slack's look at the certificate."""


class _Context:
    """What Bolt's adapter wants to know of the Lambda it runs in."""

    function_name = "ingress"
    invoked_function_arn = "arn:aws:lambda:local:0:function:ingress"


def receive(request: Request, door: Door) -> Response:
    """Verified here, routed by Bolt, whose listeners normalise and admit. Raises Rejected.

    Bolt's own check is off: it parses before it verifies, knows no clock but the machine's, and
    trips over a timestamp that is no number. It is given JSON alone, since it takes a command
    whose text holds the word "payload" for a broken interaction.
    """
    from slack_bolt.adapter.aws_lambda import SlackRequestHandler

    body = _verify(request, door)
    event: dict[str, Any] = {
        "requestContext": {"http": {"method": "POST"}},
        "headers": {"content-type": "application/json"},
        "queryStringParameters": {},
        "body": json.dumps(_content(request.path, body)),
        "isBase64Encoded": False,
        "door": door,
        "stamp": request.header("x-slack-request-timestamp"),
    }
    app = _app(door.secrets.get("SLACK_SIGNING_SECRET"))
    try:
        answer = SlackRequestHandler(app).handle(event, _Context())
    except (AttributeError, LookupError, TypeError, ValueError) as error:
        raise Rejected("this is not an event") from error
    if answer["statusCode"] == 404:  # nobody listens for it; Slack must not send it again
        return Response(200)
    headers = {name.lower(): value for name, value in answer["headers"].items()}
    return Response(answer["statusCode"], (answer["body"] or "").encode(), headers)


def _verify(request: Request, door: Door) -> str:
    """The body as text, once the signature over its raw bytes holds and is fresh."""
    from slack_sdk.signature import SignatureVerifier

    secret = door.secrets.get("SLACK_SIGNING_SECRET")
    stamp, signature = (
        request.header("x-slack-request-timestamp"),
        request.header("x-slack-signature"),
    )
    if not secret or not re.fullmatch(r"[0-9]{1,12}", stamp):
        raise Rejected("the timestamp is missing or no number", "unproven")
    if abs(int(door.clock.now()) - int(stamp)) > WINDOW:
        raise Rejected("the timestamp is too far from now", "unproven")
    try:
        body = request.body.decode("utf-8")
    except ValueError as error:
        raise Rejected("the body cannot be read", "unproven") from error
    expected = SignatureVerifier(secret).generate_signature(timestamp=stamp, body=body) or ""
    if not hmac.compare_digest(expected.encode(), signature.encode("utf-8", "replace")):
        raise Rejected("the signature does not fit", "unproven")
    return body


def _content(path: str, body: str) -> dict[str, Any]:
    """What a body says: JSON, a form, or JSON in a form's `payload`, as its path has it."""
    try:
        if path == "/slack/events":
            content: Any = json.loads(body)
        else:
            form = dict(parse_qsl(body, keep_blank_values=True, strict_parsing=True))
            if not form.keys() & FORMS:
                raise Rejected("this is no form of Slack's")
            content = json.loads(form["payload"]) if "payload" in form else form
    except (ValueError, RecursionError) as error:
        raise Rejected("this is not an event") from error
    if not isinstance(content, dict) or not isinstance(content.get("event", {}), dict):
        raise Rejected("this is not an event")
    return content  # pyright: ignore[reportUnknownVariableType]


@cache
def _app(secret: str) -> "App":
    """One Bolt app; it acknowledges what it does not know, and lets a failed enqueue rise."""
    import logging

    from slack_bolt import App, BoltContext
    from slack_bolt.authorization import AuthorizeResult

    def authorize(enterprise_id: str | None, team_id: str | None) -> AuthorizeResult:
        return AuthorizeResult(enterprise_id=enterprise_id, team_id=team_id)

    logger = logging.getLogger("slack_bolt.hub")
    logger.setLevel(logging.CRITICAL)  # Bolt's own lines hold bodies
    app = App(
        signing_secret=secret,
        authorize=authorize,
        process_before_response=True,
        request_verification_enabled=False,
        ignoring_self_events_enabled=False,
        logger=logger,
    )
    anything = re.compile(".*", re.DOTALL)

    def on_event(body: dict[str, Any], context: BoltContext) -> None:
        _take_event(body, _door(context))

    def on_command(ack: Any, body: dict[str, Any], context: BoltContext) -> None:
        door = _door(context)
        door.admit(parse_command(body, context["lambda_request"]["stamp"], door.clock.now()))
        ack()

    def on_press(ack: Any, body: dict[str, Any], context: BoltContext) -> None:
        door = _door(context)
        pressed = parse_press(body, door.clock.now())
        if pressed is not None:
            door.admit(pressed)
        ack()

    def on_error(error: Exception) -> None:
        raise error

    app.event(anything)(on_event)
    app.command(anything)(on_command)
    app.error(on_error)
    for route in (app.action, app.view, app.shortcut, app.options):
        route(anything)(on_press)
    return app


def _door(context: Mapping[str, Any]) -> Door:
    return context["lambda_request"]["door"]


def _take_event(body: dict[str, Any], door: Door) -> None:
    event: dict[str, Any] = body["event"]
    kind, tokens = event.get("type"), event.get("tokens") or {}
    if kind == "app_uninstalled" or (kind == "tokens_revoked" and tokens.get("bot")):
        gone = body.get("team_id") or body.get("enterprise_id") or ""
        disable(gone, door.table, door.secrets.get("SLACK_BOT_TOKEN"))
    elif kind in ("message", "app_mention"):
        parsed = parse(body, door.clock.now())
        if parsed is not None:
            door.admit(parsed)


def reach(hands: Hands) -> tuple[str, str]:
    return "a Slack app of yours", f"send its events to {hands.settings.public_url}/slack/events"


SURFACE = Surface(
    name="slack",
    title="Slack",
    routes=(
        ("POST", "/slack/events"),
        ("POST", "/slack/interactions"),
        ("POST", "/slack/commands"),
    ),
    receive=receive,
    send=send,
    lookup=lookup,
    heard_by=heard_by,
    aside=aside,
    settling=SETTLING,
    presses=True,
    split=split,
    secrets=("SLACK_SIGNING_SECRET", "SLACK_BOT_TOKEN"),
    refusals={"malformed": 401},
    reach=reach,
)
