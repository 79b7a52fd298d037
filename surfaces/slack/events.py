"""What Slack's payloads say: who spoke to whom, in which thread, and what was changed."""

import json
import re
from collections.abc import Mapping
from typing import Any

from persona import ids
from persona.memory.own import as_others
from persona.model import GUEST, Address, Event

GUEST_MARKS = ("is_restricted", "is_ultra_restricted", "is_stranger")
SPOKEN = frozenset({None, "file_share", "thread_broadcast", "me_message"})


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
        audience="private" if is_direct and not _is_guest(event, body) else "lane",
        addressed=is_direct or is_mention,
        detail=_installation(body) | ({GUEST: "1"} if _is_guest(event, body) else {}),
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
        audience="private" if is_direct and not _is_guest(message, body) else "lane",
        target=post,
        detail=_installation(body),
    )


def parse_command(body: Mapping[str, Any], stamp: str, now: float) -> Event:
    """A slash command: said in private wherever it is typed, since only its author sees the answer."""
    author = Address("slack", f"{body['team_id']}:{body['user_id']}")
    once = ids.derive(body.get("trigger_id") or stamp, json.dumps(body, sort_keys=True))
    return Event(
        id=f"slack:{body['team_id']}:command:{once}",
        kind="message",
        address=author,
        author=author,
        words=(body.get("text") or "help").strip(),
        thread=f"command:{body.get('channel_id', '')}",
        at=now,
        detail={**_installation(body), "response_url": body.get("response_url", "")},
    )


def parse_press(body: Mapping[str, Any], now: float) -> Event | None:
    """A pressed button of a question or a plan, in the presser's own name; None for any other."""
    actions: list[dict[str, Any]] = body.get("actions") or [{}]
    pressed, member = actions[0], body.get("user") or {}
    verb = str(pressed.get("action_id", "")).partition("-")[0]
    channel = (body.get("channel") or {}).get("id") or ""
    team = member.get("team_id") or (body.get("team") or {}).get("id") or ""
    is_ours = (
        verb in ("approve", "deny", "start", "drop") and pressed.get("value") and member.get("id")
    )
    if not is_ours or not str(channel).startswith("D"):
        return None
    author = Address("slack", f"{team}:{member['id']}")
    stamp = pressed.get("action_ts") or body.get("trigger_id")
    thread_ts = (body.get("message") or {}).get("thread_ts")
    about = {"team": (body.get("team") or {}).get("id") or "", "org": ""}
    return Event(
        id=f"slack:{author.id}:press:{verb}:{stamp}:{pressed['value']}",
        kind="press",
        address=author,
        author=author,
        thread=f"{channel}:{thread_ts}" if thread_ts else str(channel),
        at=now,
        target=str(pressed["value"]),
        detail={**about, "press": verb},
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


def _is_guest(message: Mapping[str, Any], body: Mapping[str, Any]) -> bool:
    """Whether its author is a guest or of another organisation: what they hear counts as shared."""
    profile: dict[str, Any] = message.get("user_profile") or {}
    is_of_org = bool(body.get("enterprise_id")) and not body.get("is_ext_shared_channel")
    is_foreign = _team_of(message, body) != body.get("team_id") and not is_of_org
    is_shared = bool(body.get("is_ext_shared_channel")) and _is_direct(message)
    return is_foreign or is_shared or any(profile.get(mark) for mark in GUEST_MARKS)


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
    text = _unescaped(text)
    names = [str(file.get("name") or "a file") for file in event.get("files") or []]
    attached = f"[sent {', '.join(names[:10])}]" if names else ""
    shared = [_shared(one) for one in event.get("attachments") or [] if _is_shared(one)]
    return "\n".join(part for part in (text, *shared, attached) if part)


def _unescaped(text: str) -> str:
    """Links, mentions and escapes as they are shown."""
    text = re.sub(r"<((?:https?|mailto)[^|>]*)\|([^>]*)>", r"\2 (\1)", text)
    text = re.sub(r"<[#@!][^|>]*\|([^>]*)>", r"\1", text)
    text = re.sub(r"<([^>]*)>", r"\1", text)
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&").strip()


def _is_shared(attachment: Mapping[str, Any]) -> bool:
    """Whether it is somebody's message that was handed on, and no preview of a link."""
    return bool(attachment.get("is_share") or attachment.get("is_msg_unfurl"))


def _shared(attachment: Mapping[str, Any]) -> str:
    """A message that was handed on, marked as its author's."""
    said = str(attachment.get("text") or attachment.get("fallback") or "").strip()
    author = str(attachment.get("author_name") or "somebody")
    return as_others(f"[{author}] {_unescaped(said)}") if said else ""
