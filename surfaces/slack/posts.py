"""Posting to Slack, replacing what was posted, and asking it whether a post arrived."""

import errno
import hashlib
import json
import socket
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from persona import ids, keys
from persona.decision import REPLACES, Act
from persona.errors import Refused, Transient, Unknown
from persona.model import FORMAT, Address
from persona.ports import Hands, Put, Sent, Table
from surfaces.slack.text import escape

if TYPE_CHECKING:
    from slack_sdk import WebClient
    from slack_sdk.errors import SlackApiError
    from slack_sdk.web import SlackResponse

TIMEOUT = 10
DEAD_TOKEN = frozenset({"invalid_auth", "account_inactive", "token_revoked", "not_authed"})
ANSWERS = (("approve", "Approve", "primary"), ("deny", "Deny", "danger"))
STARTS = (("start", "Start it", "primary"), ("drop", "No", ""))
"""The buttons of a question, and of a plan: what each sends, what it says, how it looks."""
UNSURE = frozenset({"internal_error", "fatal_error", "service_unavailable", "request_timeout"})


def send(act: Act, hands: Hands) -> Sent:
    """One message, or another text for one. Raises Transient, Refused or Unknown, as Slack answers."""
    if hands.settings.keeps("slack"):
        return Sent(kept=True)
    team, token = act.detail.get("team", ""), hands.secrets.get("SLACK_BOT_TOKEN")
    if _is_disabled([team, act.detail.get("org", "")], hands.table, token):
        raise Refused("the workspace removed the app", "revoked")
    if act.detail.get("response_url"):
        return _respond(act, hands)
    from slack_sdk.errors import SlackApiError

    replaced = _replaced(act, hands) if act.yields else {}
    try:
        answer = _replace(act, replaced, hands) if replaced else _post(act, hands)
    except SlackApiError as error:
        problem = _translated(error)
        if isinstance(problem, Refused) and problem.code == "revoked":
            disable(team, hands.table, token)
        raise problem from error
    except OSError as error:
        raise _lost(error) from error
    except Exception as error:  # the SDK raises what it likes on an answer that it cannot read
        raise Unknown(f"Slack's answer was lost: {type(error).__name__}") from error
    if replaced:
        return Sent()
    channel = answer.get("channel") or (act.thread or act.detail["to"]).partition(":")[0]
    return Sent(provider_id=f"{team}:{channel}:{answer.get('ts')}")


def _post(act: Act, hands: Hands) -> "SlackResponse":
    channel, _, thread_ts = (act.thread or act.detail["to"]).partition(":")
    return _client(hands).chat_postMessage(
        channel=channel,
        thread_ts=thread_ts or None,
        unfurl_links=False,
        unfurl_media=False,
        **_content(act, act.id),
    )


def _replaced(act: Act, hands: Hands) -> dict[str, str]:
    """Where the message stands that an act takes the place of. Raises Refused where none was sent."""
    lane, _, after = act.detail[REPLACES].rpartition("/")
    own = hands.table.within(keys.Scope.of_acts(lane, act.function))
    key = keys.act(act.function, lane, "DONE", after)
    place: list[str] = own.get([key]).get(key, {}).get("provider_id", "").split(":")
    if len(place) != 3:
        raise Refused("there is no message to replace", "absent")
    return {"channel": place[1], "ts": place[2]}


def _replace(act: Act, replaced: dict[str, str], hands: Hands) -> "SlackResponse":
    """Another text in the place of an earlier one; repeating it changes nothing."""
    lane, _, after = act.detail[REPLACES].rpartition("/")
    original = ids.derive("act", act.function, lane, after)
    return _client(hands).chat_update(**replaced, **_content(act, original))


def _content(act: Act, id: str) -> dict[str, Any]:
    text = escape(act.text)
    return {
        "text": text,
        "blocks": [{"type": "markdown", "text": text}, *_buttons(act)],
        "metadata": {"event_type": "persona_act", "event_payload": {"act": id}},
    }


def aside(person: Address) -> str:
    """The thread in which a person is reached alone: Slack opens it for a user's own id."""
    own = person.id.partition(":")[2]
    return own if own[:1] in ("U", "W") else ""


def ask(hands: Hands, method: str, **about: Any) -> dict[str, Any]:
    """One question that changes nothing. Raises Transient, Refused or Unknown, as Slack answers."""
    from slack_sdk.errors import SlackApiError

    try:
        found = _client(hands).api_call(method, params=about)
    except SlackApiError as error:
        raise _translated(error) from error
    except OSError as error:
        raise Transient("Slack cannot be reached") from error
    except Exception as error:  # the SDK raises what it likes on an answer that it cannot read
        raise Unknown(f"Slack's answer was lost: {type(error).__name__}") from error
    return dict(found.data) if isinstance(found.data, dict) else {}


def _buttons(act: Act) -> list[dict[str, Any]]:
    """Yes and no for each question and each plan in this message; what they send names it alone."""
    asked: list[str] = json.loads(act.detail.get("asks", "[]"))
    shown: list[tuple[str, int]] = json.loads(act.detail.get("starts", "[]"))
    questions = [
        _pair("question", number, value, f" {number}" if len(asked) > 1 else "", ANSWERS)
        for number, value in enumerate(asked, 1)
    ]
    plans = [
        _pair("plan", place, id, f" {number}" if len(shown) > 1 else "", STARTS)
        for place, (id, number) in enumerate(shown, 1)
    ]
    return [*questions, *plans]


def _pair(
    about: str, number: int, value: str, mark: str, offered: Sequence[tuple[str, str, str]]
) -> dict[str, Any]:
    """Two buttons in a row of their own."""
    return {
        "type": "actions",
        "block_id": f"{about}-{number}",
        "elements": [
            {
                "type": "button",
                "action_id": f"{verb}-{number}",
                "value": value,
                **({"style": style} if style else {}),
                "text": {"type": "plain_text", "text": f"{label}{mark}"},
            }
            for verb, label, style in offered
        ],
    }


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
    if act.yields:
        return None
    from slack_sdk.errors import SlackApiError

    channel, _, thread_ts = act.thread.partition(":")
    if channel[:1] in ("U", "W"):
        channel = str(
            (ask(hands, "conversations.open", users=channel).get("channel") or {}).get("id")
        )
    client = _client(hands)
    try:
        if not channel:  # the first message to somebody: Slack knows where they are talked to
            opened: Any = client.conversations_open(users=act.detail["to"])["channel"]
            channel = opened["id"]
        window: dict[str, Any] = {"channel": channel, "oldest": f"{act.at - 60:.6f}", "limit": 200}
        if thread_ts:
            found = client.conversations_replies(ts=thread_ts, include_all_metadata=True, **window)
        else:
            found = client.conversations_history(include_all_metadata=True, **window)
    except SlackApiError as error:
        problem = _translated(error)
        asks_again = isinstance(problem, Unknown)  # looking changes nothing, so it may be repeated
        raise (Transient(str(problem)) if asks_again else problem) from error
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
    unreached = getattr(reason, "errno", 0) in (errno.EHOSTUNREACH, errno.ENETUNREACH)
    if unreached or isinstance(reason, ConnectionRefusedError | socket.gaierror):
        return Transient("Slack cannot be reached")
    return Unknown(f"Slack's answer was lost: {type(reason).__name__}")


def disable(team: str, table: Table, token: str) -> None:
    """Marks this token as dead for the workspace; another token starts afresh."""
    table.commit([Put(keys.install(team), {"v": FORMAT, "dead": _hash(token)})])


def _is_disabled(owners: Sequence[str], table: Table, token: str) -> bool:
    """Whether the workspace, or the organisation that it belongs to, gave this token back."""
    rows = table.get([keys.install(owner) for owner in owners if owner]).values()
    return any(row["dead"] == _hash(token) for row in rows)


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
