"""The command line's own way to a running hub: the same HTTP that the page uses."""

import json
import time
import unicodedata
import uuid
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import urllib3
from rich.table import Table
from rich.text import Text

from persona.errors import Broken

PATIENCE = 90.0


class Client:
    """Speaks to the hub on this machine as one web account."""

    def __init__(self, env: Mapping[str, str]) -> None:
        self._base = f"http://127.0.0.1:{env.get('HUB_PORT', '8787')}"
        self._http = urllib3.PoolManager(timeout=10.0, retries=False)

    def say(self, name: str, text: str) -> str:
        """Sends the text and waits for what the persona answers. Raises Broken when nobody does."""
        token = self._sign_in(name)
        before = {message["id"] for message in self._read(token)}
        body = json.dumps({"id": uuid.uuid4().hex, "text": text})
        own = self._call("POST", "/web/messages", token, body)["id"]
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until:
            fresh = [m for m in self._read(token) if m["id"] not in before]
            if any(message["id"] == own for message in fresh):
                replies = [m["text"] for m in fresh if m["author"] == "persona"]
                if replies:
                    return "\n".join(replies)
            time.sleep(0.1)
        raise Broken("the hub took the message and has not answered yet")

    def messages(self, name: str) -> list[dict[str, Any]]:
        return self._read(self._sign_in(name))

    def erase(self, address: str) -> dict[str, Any]:
        """Has the hub erase a person; its certificate, or what is still going on."""
        return self._call("POST", "/local/erase", "", json.dumps({"address": address}))

    def _sign_in(self, name: str) -> str:
        return self._call("POST", "/local/session", "", json.dumps({"name": name}))["token"]

    def _read(self, token: str) -> list[dict[str, Any]]:
        messages: list[dict[str, Any]] = []
        cursor = ""
        while True:
            page = self._call("GET", f"/web/messages?after={cursor}", token)
            messages += page["messages"]
            if not page["messages"] or page["cursor"] == cursor:
                return messages
            cursor = page["cursor"]

    def _call(self, method: str, path: str, token: str, body: str | None = None) -> dict[str, Any]:
        headers = {"content-type": "application/json"}
        if token:
            headers["authorization"] = f"Bearer {token}"
        try:
            answer = self._http.request(method, self._base + path, body=body, headers=headers)
        except urllib3.exceptions.HTTPError as error:
            raise Broken(f"no hub answers at {self._base}; start one with `make run`") from error
        if answer.status >= 400:
            raise Broken(f"the hub answered {answer.status}: {answer.data.decode()[:200]}")
        return json.loads(answer.data)


def printable(text: str) -> str:
    """The text without what would steer a terminal: strangers' words are shown here."""
    return "".join(c for c in text if c in "\n\t" or unicodedata.category(c) != "Cc")


def table_of(messages: list[dict[str, Any]]) -> Table:
    """The conversation as a table for the terminal."""
    table = Table(box=None, pad_edge=False)
    for column in ("when", "where", "who", "what"):
        table.add_column(column, style="dim" if column != "what" else "")
    for message in messages:
        when = datetime.fromtimestamp(message["at"]).strftime("%d %b %H:%M")
        words = Text(printable(message["text"]))
        table.add_row(when, message["surface"], message["author"], words)
    return table
