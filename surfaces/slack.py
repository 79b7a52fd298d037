"""Slack: events, commands and interactions through slack_bolt, replies through slack_sdk.

Slack knows no idempotency key, but every message carries our act's id as metadata, so an attempt
whose answer was lost is looked up in the channel's history before anything is posted again. The
SDK's own retries are off: a retried POST is a doubled message.
"""

import hashlib
import json
import re
from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from persona import ids, keys
from persona.declare import Request, Response, Surface
from persona.errors import Refused, Rejected, Transient, Unknown
from persona.model import FORMAT, Act, Address, Event
from persona.ports import Door, Hands, Put, Sent, Table

if TYPE_CHECKING:
    from slack_bolt import App
    from slack_sdk import WebClient
    from slack_sdk.errors import SlackApiError

TIMEOUT = 10
SETTLING = 3.0
PART = 3_500
"""Characters a message: it goes out twice, as a markdown block and as the fallback text."""
SPOKEN = frozenset({None, "file_share", "thread_broadcast", "me_message"})
DEAD_TOKEN = frozenset({"invalid_auth", "account_inactive", "token_revoked", "not_authed"})
UNSURE = frozenset({"internal_error", "fatal_error", "service_unavailable", "request_timeout"})


class _Context:
    """What Bolt's adapter wants to know of the Lambda it runs in."""

    function_name = "ingress"
    invoked_function_arn = "arn:aws:lambda:local:0:function:ingress"


def receive(request: Request, door: Door) -> Response:
    """Verified by Bolt; its listeners normalise and admit. Raises Rejected before Bolt could trip.

    Bolt answers 500 to a timestamp that is no number and raises on broken JSON.
    """
    from slack_bolt.adapter.aws_lambda import SlackRequestHandler

    if not re.fullmatch(r"\d{1,12}", request.header("x-slack-request-timestamp")):
        raise Rejected("the timestamp is missing or no number", "unproven")
    if not request.header("x-slack-signature").isascii():
        raise Rejected("the signature cannot be read", "unproven")
    body = _text(request)
    secret = door.secrets.get("SLACK_SIGNING_SECRET")
    event: dict[str, Any] = {
        "requestContext": {"http": {"method": "POST"}},
        "headers": {name: [value] for name, value in request.headers.items() if name != "cookie"},
        "queryStringParameters": {},
        "body": body,
        "isBase64Encoded": False,
        "door": door,
        "stamp": request.header("x-slack-request-timestamp"),
    }
    event["headers"] = {name: values[0] for name, values in event["headers"].items()}
    answer = SlackRequestHandler(_app(secret)).handle(event, _Context())
    if answer["statusCode"] >= 500:
        raise Transient("an event could not be admitted")
    headers = {name.lower(): value for name, value in answer["headers"].items()}
    return Response(answer["statusCode"], (answer["body"] or "").encode(), headers)


def _text(request: Request) -> str:
    """The body as text, of the kind that its path takes. Raises Rejected for anything else."""
    try:
        body = request.body.decode("utf-8")
        if request.path == "/slack/events" and not isinstance(json.loads(body or "null"), dict):
            raise Rejected("this is not an event", "unproven")
    except (ValueError, RecursionError) as error:
        raise Rejected("this is not an event", "unproven") from error
    return body


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
        ignoring_self_events_enabled=False,
        logger=logger,
    )
    anything = re.compile(".*", re.DOTALL)

    def on_event(body: dict[str, Any], context: BoltContext) -> None:
        _take_event(body, _door(context))

    def on_command(ack: Any, body: dict[str, Any], context: BoltContext) -> None:
        _take_command(body, context["lambda_request"]["stamp"], _door(context))
        ack()

    def on_press(ack: Any) -> None:
        ack()

    app.event(anything)(on_event)
    app.command(anything)(on_command)
    for route in (app.action, app.view, app.shortcut, app.options):
        route(anything)(on_press)
    return app


def _door(context: Mapping[str, Any]) -> Door:
    return context["lambda_request"]["door"]


def _take_event(body: dict[str, Any], door: Door) -> None:
    event: dict[str, Any] = body["event"]
    kind = event.get("type")
    if kind == "app_uninstalled" or (kind == "tokens_revoked" and event["tokens"].get("bot")):
        _disable(body.get("team_id", ""), door.table, door.secrets.get("SLACK_BOT_TOKEN"))
    elif kind in ("message", "app_mention"):
        parsed = parse(body, door.clock.now())
        if parsed is not None:
            door.admit(parsed)


def parse(body: Mapping[str, Any], now: float) -> Event | None:
    """The event in an `event_callback`, or None where nobody spoke to anybody here.

    A post in a channel comes as `message` and as `app_mention`, in either order, with two event
    ids and one `ts`: the id here is the post's, so that both are one.
    """
    event: dict[str, Any] = body["event"]
    subtype = event.get("subtype")
    if subtype in ("message_changed", "message_deleted"):
        return _change(body, event, now)
    user, channel, ts = event.get("user"), event.get("channel"), event.get("ts")
    own = _own_user(body)
    if subtype not in SPOKEN or event.get("bot_id") or not (user and channel and ts) or user == own:
        return None
    is_direct = _is_direct(event)
    if is_direct and event["type"] == "app_mention":
        return None
    team = body.get("team_id", "")
    author = Address("slack", f"{_team_of(event, body)}:{user}")
    thread_ts = event.get("thread_ts") or ("" if is_direct else ts)
    is_mention = event["type"] == "app_mention" or f"<@{own}>" in (event.get("text") or "")
    return Event(
        id=f"slack:{team}:{channel}:{ts}",
        kind="message",
        address=author if is_direct else Address("slack", f"{team}:{channel}"),
        author=author,
        words=_words(event, own),
        thread=f"{channel}:{thread_ts}" if thread_ts else str(channel),
        at=_seconds(ts, now),
        audience="private" if is_direct else "lane",
        addressed=is_direct or is_mention,
        detail={"team": team},
    )


def _change(body: Mapping[str, Any], event: Mapping[str, Any], now: float) -> Event | None:
    """An edit or a deletion by a person; unfurls and our own edits change no words of theirs."""
    before: dict[str, Any] = event.get("previous_message") or {}
    after: dict[str, Any] = event.get("message") or {}
    is_deletion = event["subtype"] == "message_deleted" or after.get("subtype") == "tombstone"
    message = before if is_deletion else after
    user, channel = message.get("user"), event.get("channel")
    ts = event.get("deleted_ts") or message.get("ts")
    if not (user and channel and ts) or message.get("bot_id") or user == _own_user(body):
        return None
    if not is_deletion and after.get("text") == before.get("text"):
        return None
    team = body.get("team_id", "")
    author = Address("slack", f"{_team_of(message, body)}:{user}")
    is_direct = _is_direct(event)
    post = f"slack:{team}:{channel}:{ts}"
    return Event(
        id=f"{post}:{event['subtype']}:{event.get('event_ts') or event.get('ts')}",
        kind="delete" if is_deletion else "edit",
        address=author if is_direct else Address("slack", f"{team}:{channel}"),
        author=author,
        words="" if is_deletion else _words(after, _own_user(body)),
        thread=str(channel),
        at=now,
        audience="private" if is_direct else "lane",
        target=post,
        detail={"team": team},
    )


def _take_command(body: Mapping[str, Any], stamp: str, door: Door) -> None:
    """A slash command: said in private wherever it is typed, since only its author sees the answer."""
    author = Address("slack", f"{body['team_id']}:{body['user_id']}")
    once = ids.derive(stamp, json.dumps(body, sort_keys=True, default=str))
    door.admit(
        Event(
            id=f"slack:{body['team_id']}:command:{once}",
            kind="message",
            address=author,
            author=author,
            words=(body.get("text") or "help").strip(),
            thread=f"command:{body.get('channel_id', '')}",
            at=door.clock.now(),
            detail={"team": body["team_id"], "response_url": body.get("response_url", "")},
        )
    )


def _own_user(body: Mapping[str, Any]) -> str:
    """The persona's own user, as the signed event itself names it."""
    authorizations: list[dict[str, Any]] = body.get("authorizations") or []
    named = [one.get("user_id") for one in authorizations if one.get("is_bot", True)]
    return str(named[0]) if named else ""


def _team_of(message: Mapping[str, Any], body: Mapping[str, Any]) -> str:
    """The workspace that a person belongs to: with Slack Connect it is not the one written in."""
    return str(message.get("user_team") or message.get("team") or body.get("team_id", ""))


def _is_direct(event: Mapping[str, Any]) -> bool:
    kind = event.get("channel_type")
    return kind == "im" or (kind is None and str(event.get("channel", "")).startswith("D"))


def _seconds(ts: str, now: float) -> float:
    try:
        return float(ts)
    except ValueError:
        return now


def _words(event: Mapping[str, Any], own: str) -> str:
    """The text as the person saw it: mentions of the persona gone, Slack's escapes undone."""
    text = str(event.get("text") or "")
    text = re.sub(rf"\s*<@{re.escape(own)}(?:\|[^>]*)?>[,:]?\s*", " ", text) if own else text
    text = re.sub(r"<((?:https?|mailto)[^|>]*)\|([^>]*)>", r"\2 (\1)", text)
    text = re.sub(r"<[#@!][^|>]*\|([^>]*)>", r"\1", text)
    text = re.sub(r"<([^>]*)>", r"\1", text)
    text = text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&").strip()
    names = [str(file.get("name") or "a file") for file in event.get("files") or []]
    attached = f"[sent {', '.join(names[:10])}]" if names else ""
    return "\n".join(part for part in (text, attached) if part)


def split(text: str) -> tuple[str, ...]:
    """The parts of a long text, cut between lines, with code fences closed and opened again."""
    parts: list[str] = []
    lines: list[str] = []
    size, fence = 0, ""
    for line in _lines(text):
        if lines and size + len(line) + 1 > PART:
            parts.append("\n".join([*lines, "```"] if fence else lines))
            lines = [fence] if fence else []
            size = len(fence)
        lines.append(line)
        size += len(line) + 1
        if line.lstrip().startswith("```"):
            fence = "" if fence else line.strip()
    if lines:
        parts.append("\n".join([*lines, "```"] if fence else lines))
    return tuple(part for part in parts if part.strip())


def _lines(text: str) -> list[str]:
    return [
        line[at : at + PART - 100]
        for line in text.split("\n")
        for at in range(0, max(1, len(line)), PART - 100)
    ]


def escape(text: str) -> str:
    """Text that can call nobody: no mention, no group, no channel-wide shout survives."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def send(act: Act, hands: Hands) -> Sent:
    """One message. Raises Transient, Refused or Unknown, as Slack answers."""
    if "slack" not in hands.settings.sends:
        return Sent(kept=True)
    team, token = act.detail.get("team", ""), hands.secrets.get("SLACK_BOT_TOKEN")
    if _is_disabled(team, hands.table, token):
        raise Refused("the workspace removed the app", "revoked")
    if act.detail.get("response_url"):
        return _respond(act, hands)
    from slack_sdk.errors import SlackApiError

    channel, _, thread_ts = act.thread.partition(":")
    text = escape(act.text)
    try:
        answer = _client(hands).chat_postMessage(
            channel=channel,
            thread_ts=thread_ts or None,
            text=text,
            blocks=[{"type": "markdown", "text": text}],
            metadata={"event_type": "persona_act", "event_payload": {"act": act.id}},
            unfurl_links=False,
            unfurl_media=False,
        )
    except SlackApiError as error:
        problem = _translated(error)
        if isinstance(problem, Refused) and problem.code == "revoked":
            _disable(team, hands.table, token)
        raise problem from error
    except OSError as error:
        raise _lost(error) from error
    except Exception as error:  # the SDK raises what it likes on an answer that it cannot read
        raise Unknown(f"Slack's answer was lost: {type(error).__name__}") from error
    return Sent(provider_id=f"{team}:{channel}:{answer.get('ts')}")


def _respond(act: Act, hands: Hands) -> Sent:
    """The answer to a slash command, seen by its author alone."""
    from slack_sdk.webhook import WebhookClient

    url = act.detail["response_url"]
    if urlsplit(url).hostname not in _answer_hosts(hands):
        raise Refused("an answer address that is not Slack's", "foreign response_url")
    client = WebhookClient(url, timeout=TIMEOUT, retry_handlers=[])
    try:
        answer = client.send(text=escape(act.text), response_type="ephemeral")
    except OSError as error:
        raise _lost(error) from error
    except Exception as error:  # as above
        raise Unknown(f"Slack's answer was lost: {type(error).__name__}") from error
    if answer.status_code == 429:
        raise Transient("Slack asks to slow down", 1.0)
    if answer.status_code >= 500:
        raise Unknown(f"Slack answered {answer.status_code}")
    if answer.status_code != 200:
        raise Refused(f"Slack answered {answer.status_code}", "response_url expired")
    return Sent()


def _answer_hosts(hands: Hands) -> set[str | None]:
    return {"hooks.slack.com", urlsplit(hands.settings.slack_api_url).hostname}


def lookup(act: Act, hands: Hands) -> Sent | None:
    """Whether the message stands in its channel; None when it surely does not."""
    if act.detail.get("response_url"):
        raise Unknown("an answer to a command leaves no trace")
    from slack_sdk.errors import SlackApiError

    channel, _, thread_ts = act.thread.partition(":")
    client = _client(hands)
    window: dict[str, Any] = {"channel": channel, "oldest": f"{act.at - 60:.6f}", "limit": 200}
    try:
        if thread_ts:
            found = client.conversations_replies(ts=thread_ts, include_all_metadata=True, **window)
        else:
            found = client.conversations_history(include_all_metadata=True, **window)
    except SlackApiError as error:
        raise _translated(error) from error
    except OSError as error:
        raise Transient("Slack cannot be reached") from error
    messages: list[dict[str, Any]] = found.get("messages") or []
    for message in messages:
        payload = (message.get("metadata") or {}).get("event_payload") or {}
        if payload.get("act") == act.id:
            return Sent(provider_id=f"{act.detail.get('team', '')}:{channel}:{message.get('ts')}")
    if found.get("has_more"):
        raise Unknown("more was said since than one look can see")
    return None


def _client(hands: Hands) -> "WebClient":
    from slack_sdk import WebClient

    base = hands.settings.slack_api_url or WebClient.BASE_URL
    token = hands.secrets.get("SLACK_BOT_TOKEN")
    return WebClient(token, base_url=base, timeout=TIMEOUT, retry_handlers=[])


def _translated(error: "SlackApiError") -> Exception:
    answer: Any = error.response
    status = getattr(answer, "status_code", 200)
    name = str(answer.get("error", "")) if hasattr(answer, "get") else ""
    if status == 429 or name in ("ratelimited", "rate_limited"):
        headers: dict[str, Any] = getattr(answer, "headers", {})
        after = {k.lower(): v for k, v in headers.items()}.get("retry-after", "1")
        after = after[0] if isinstance(after, list) else after  # pyright: ignore[reportUnknownVariableType]
        return Transient("Slack asks to slow down", float(after))
    if status >= 500 or name in UNSURE or not name:
        return Unknown(f"Slack answered {status} {name}")
    return Refused(f"Slack says {name}", "revoked" if name in DEAD_TOKEN else name)


def _lost(error: OSError) -> Exception:
    """A refused connection sent nothing; anything later may have."""
    reason = getattr(error, "reason", error)
    if isinstance(reason, ConnectionRefusedError):
        return Transient("Slack cannot be reached")
    return Unknown(f"Slack's answer was lost: {type(reason).__name__}")


def _disable(team: str, table: Table, token: str) -> None:
    """Marks this token as dead for the workspace; another token starts afresh."""
    table.commit([Put(keys.install(team), {"v": FORMAT, "dead": _hash(token)})])


def _is_disabled(team: str, table: Table, token: str) -> bool:
    row = table.get([keys.install(team)]).get(keys.install(team))
    return bool(row) and row["dead"] == _hash(token)


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


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
    settling=SETTLING,
    split=split,
    secrets=("SLACK_SIGNING_SECRET", "SLACK_BOT_TOKEN"),
    refusals={"malformed": 401},
    reach=reach,
)
