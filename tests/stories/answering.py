"""How a question is answered otherwise than by words: buttons on Slack, cards on the page, slips in mails."""

import json
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from persona.decision import Act
from tests.support import DIRECT, PUBLIC_URL, TEAM, Answer, Call, Hub, browser

SLIP = re.compile(r"https?://\S+/answer\?q=[\w-]+")


def buttons(act: Act) -> list[str]:
    """The values behind the buttons of a Slack message, one a question."""
    return json.loads(act.detail.get("asks", "[]"))


def press(
    hub: Hub,
    value: str,
    answer: str = "approve",
    user: str = "U0ANN",
    channel: str = DIRECT,
    **more: Any,
) -> Answer:
    """One press on Slack, signed as Slack signs it; `more` overrides fields of its payload."""
    hub.clock.at += 1.0
    payload = {
        "type": "block_actions",
        "team": {"id": TEAM},
        "user": {"id": user, "team_id": TEAM},
        "channel": {"id": channel},
        "actions": [
            {"action_id": f"{answer}-1", "value": value, "action_ts": f"{hub.clock.at:.6f}"}
        ],
        **more,
    }
    body = urlencode({"payload": json.dumps(payload)})
    return hub.make(hub.slack(body, "/slack/interactions"))


def slips(act: Act) -> list[str]:
    """The links of a mail, one a question."""
    return SLIP.findall(act.text)


def open_slip(hub: Hub, url: str, method: str = "GET") -> Answer:
    """Opens it as a browser or a scanner does."""
    parts = urlsplit(url)
    return hub.make(Call(method, parts.path, b"", {}, parts.query))


def press_slip(
    hub: Hub, url: str, answer: str = "approve", headers: Mapping[str, str] | None = None
) -> Answer:
    """Presses a button of its page; a page without referrers sends `Origin: null`."""
    hub.clock.at += 1.0
    form = urlencode({"q": parse_qs(urlsplit(url).query)["q"][0], "answer": answer})
    kind = {"content-type": "application/x-www-form-urlencoded", "origin": "null"}
    return hub.make(Call("POST", "/answer", form.encode(), {**kind, **(headers or {})}))


def cards(hub: Hub, token: str) -> list[dict[str, Any]]:
    """What the page of this session shows, the open ones last."""
    answer = hub.make(Call("GET", "/web/questions", b"", browser(token)))
    assert answer.status == 200, answer
    return answer.json()["questions"]


def press_card(
    hub: Hub, token: str, question: str, answer: str = "approve", origin: str = PUBLIC_URL
) -> Answer:
    """Presses a button of a card on the page of this session."""
    hub.clock.at += 1.0
    content = json.dumps({"question": question, "answer": answer}).encode()
    return hub.make(Call("POST", "/web/questions", content, browser(token, origin=origin)))
