"""Slack: events, commands and interactions through slack_bolt, replies through slack_sdk.

Slack knows no idempotency key, but every message carries our act's id as metadata, so an attempt
whose answer was lost is looked up in the channel's history before anything is posted again. The
SDK's own retries are off: a retried POST is a doubled message.
"""

import hashlib
import hmac
import json
import re
from collections.abc import Iterator, Mapping
from functools import cache
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlsplit

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
WINDOW = 300
"""Seconds that a request's timestamp may lie before or after now (docs.slack.dev, signing)."""
PART = 3_500
"""Characters a message: it goes out twice, as a markdown block and as the fallback text."""
LINE = PART - 100
FENCE = re.compile(r" {0,3}(`{3,20}|~{3,20})([^`]*)")
FORMS = frozenset({"command", "payload", "ssl_check"})
"""What a form holds: a slash command, an interaction, or Slack's look at the certificate."""
SPOKEN = frozenset({None, "file_share", "thread_broadcast", "me_message"})
DEAD_TOKEN = frozenset({"invalid_auth", "account_inactive", "token_revoked", "not_authed"})
UNSURE = frozenset({"internal_error", "fatal_error", "service_unavailable", "request_timeout"})


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
        _take_command(body, context["lambda_request"]["stamp"], _door(context))
        ack()

    def on_press(ack: Any) -> None:
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
        _disable(gone, door.table, door.secrets.get("SLACK_BOT_TOKEN"))
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
    is_machine = event.get("bot_id") or user == own or _is_own_app(event, body)
    if subtype not in SPOKEN or is_machine or not (user and channel and ts):
        return None
    is_direct = _is_direct(event)
    if is_direct and event["type"] == "app_mention":
        return None
    team = body.get("team_id", "")
    author = Address("slack", f"{_team_of(event, body)}:{user}")
    thread_ts = event.get("thread_ts") or ("" if is_direct else ts)
    is_mention = event["type"] == "app_mention" or _mentions(event, own)
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
        detail=_installation(body),
    )


def _change(body: Mapping[str, Any], event: Mapping[str, Any], now: float) -> Event | None:
    """An edit or a deletion by a person; unfurls and our own edits change no words of theirs."""
    before: dict[str, Any] = event.get("previous_message") or {}
    after: dict[str, Any] = event.get("message") or {}
    is_deletion = event["subtype"] == "message_deleted" or after.get("subtype") == "tombstone"
    message = before if is_deletion else after
    user, channel = message.get("user"), event.get("channel")
    ts = event.get("deleted_ts") or message.get("ts") or before.get("ts")
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
        detail=_installation(body),
    )


def _take_command(body: Mapping[str, Any], stamp: str, door: Door) -> None:
    """A slash command: said in private wherever it is typed, since only its author sees the answer."""
    author = Address("slack", f"{body['team_id']}:{body['user_id']}")
    once = ids.derive(body.get("trigger_id") or stamp, json.dumps(body, sort_keys=True))
    door.admit(
        Event(
            id=f"slack:{body['team_id']}:command:{once}",
            kind="message",
            address=author,
            author=author,
            words=(body.get("text") or "help").strip(),
            thread=f"command:{body.get('channel_id', '')}",
            at=door.clock.now(),
            detail={**_installation(body), "response_url": body.get("response_url", "")},
        )
    )


def _installation(body: Mapping[str, Any]) -> dict[str, str]:
    """What an answer needs to know: either may be uninstalled, the workspace or its whole org."""
    return {"team": body.get("team_id") or "", "org": body.get("enterprise_id") or ""}


def _own_user(body: Mapping[str, Any]) -> str:
    """The persona's own user, as the signed event itself names it."""
    authorizations: list[dict[str, Any]] = body.get("authorizations") or []
    named = [one.get("user_id") for one in authorizations if one.get("is_bot", True)]
    return str(named[0]) if named else ""


def _is_own_app(message: Mapping[str, Any], body: Mapping[str, Any]) -> bool:
    return bool(message.get("app_id")) and message.get("app_id") == body.get("api_app_id")


def _team_of(message: Mapping[str, Any], body: Mapping[str, Any]) -> str:
    """The workspace that a person belongs to: with Slack Connect it is not the one written in."""
    return str(message.get("user_team") or message.get("team") or body.get("team_id", ""))


def _mentions(event: Mapping[str, Any], own: str) -> bool:
    return bool(own) and re.search(rf"<@{re.escape(own)}[|>]", event.get("text") or "") is not None


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
        if lines and size + _size(line) > PART:
            parts.append("\n".join([*lines, _mark(fence)] if fence else lines))
            lines = [fence] if fence else []
            size = sum(map(_size, lines))
        lines.append(line)
        size += _size(line)
        fence = _fence_behind(line, fence)
    if lines:
        parts.append("\n".join([*lines, _mark(fence)] if fence else lines))
    return tuple(part for part in parts if part.strip())


def _lines(text: str) -> Iterator[str]:
    """The lines; one too long for a part in pieces, between words where it has any."""
    for line in text.split("\n"):
        piece, size = "", 0
        for word in [line] if _size(line) <= LINE else _words_of(line):
            length = len(escape(word))
            if piece and size + length > LINE:
                yield piece
                piece, size = "", 0
            piece, size = piece + word, size + length
        yield piece


def _words_of(line: str) -> Iterator[str]:
    import regex

    for word in regex.findall(r"\S+\s*|\s+", line):
        for letter in [word] if len(word) < 200 else regex.findall(r"\X", word):
            yield from (letter[at : at + 200] for at in range(0, len(letter), 200))


def _size(line: str) -> int:
    """Characters on the wire, with the line's end."""
    return len(escape(line)) + 1


def _fence_behind(line: str, fence: str) -> str:
    """The code fence that is open behind this line; empty outside of code (CommonMark 4.5)."""
    found = FENCE.fullmatch(line)
    if found is None:
        return fence
    mark, about = found.groups()
    if not fence:
        return mark + about.strip()[:20]
    return "" if mark.startswith(_mark(fence)) and not about.strip() else fence


def _mark(fence: str) -> str:
    """The run of letters that closes a fence."""
    return fence[: len(fence) - len(fence.lstrip(fence[:1]))]


def escape(text: str) -> str:
    """Text that can call nobody: no mention, no group, no channel-wide shout survives."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def send(act: Act, hands: Hands) -> Sent:
    """One message. Raises Transient, Refused or Unknown, as Slack answers."""
    if "slack" not in hands.settings.sends:
        return Sent(kept=True)
    team, token = act.detail.get("team", ""), hands.secrets.get("SLACK_BOT_TOKEN")
    if any(_is_disabled(one, hands.table, token) for one in (team, act.detail.get("org")) if one):
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
