"""The command line's own way to a running hub: the same HTTP that the page uses."""

import json
import time
import unicodedata
import uuid
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

import urllib3
from rich.table import Table
from rich.text import Text

from persona.errors import Broken

PATIENCE = 90.0
GONE = "(no longer kept)"


class Client:
    """Speaks to the hub on this machine as one web account."""

    def __init__(self, env: Mapping[str, str]) -> None:
        self._base = f"http://127.0.0.1:{env.get('HUB_PORT', '8787')}"
        self._http = urllib3.PoolManager(timeout=10.0, retries=False)

    def say(self, name: str, text: str) -> str:
        """Sends the text and waits for what the persona answers. Raises Broken when nobody does."""
        if self._call("GET", "/local/about", "")["halts"]["halted"]:
            raise Broken("everything is halted; “hub start” starts it")
        token = self._sign_in(name)
        before = {message["id"] for message in self._read(token)}
        body = json.dumps({"id": uuid.uuid4().hex, "text": text})
        own = self._call("POST", "/web/messages", token, body)["id"]
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until:
            fresh = [m for m in self._read(token) if m["id"] not in before]
            if any(message["id"] == own for message in fresh):
                told = [m for m in fresh if m["author"] == "persona"]
                replies = [m["text"] for m in told if m["surface"] == "web"]
                if replies:
                    return "\n".join(replies)
            time.sleep(0.1)
        raise Broken("the hub took the message and has not answered yet")

    def messages(self, name: str) -> list[dict[str, Any]]:
        return self._read(self._sign_in(name))

    def person(self, address: str, *, ended: bool = False, graph: bool = False) -> dict[str, Any]:
        """Who an address (`surface:id`) is. Raises Broken for one that nobody has met."""
        asked = {"address": address, "ended": int(ended), "graph": int(graph)}
        return self._call("GET", f"/local/person?{urlencode(asked)}", "")

    def plans(self, name: str) -> list[dict[str, Any]]:
        """A web account's plans that are not over, by number."""
        return self._call("GET", "/web/plans", self._sign_in(name))["plans"]

    def hear(self, name: str, seconds: float) -> Iterator[str]:
        """What the persona says to a web account on the web from now on, for so long."""
        token = self._sign_in(name)
        _, cursor = self._read_on(token, "")
        return self._hear(token, cursor, time.monotonic() + seconds)

    def _hear(self, token: str, cursor: str, until: float) -> Iterator[str]:
        while time.monotonic() < until:
            fresh, cursor = self._read_on(token, cursor)
            for message in fresh:
                if message["author"] == "persona" and message["surface"] == "web":
                    yield message["text"]
            time.sleep(0.2)

    def erase(self, address: str) -> dict[str, Any]:
        """Has the hub erase a person; its certificate, or what is still going on."""
        return self._call("POST", "/local/erase", "", json.dumps({"address": address}))

    def halt(self, capability: str, *, halted: bool) -> dict[str, Any]:
        """Has the hub halt or start a capability, or everything; what is halted then."""
        asked = json.dumps({"capability": capability, "halted": halted})
        return self._call("POST", "/local/halt", "", asked)

    def _sign_in(self, name: str) -> str:
        return self._call("POST", "/local/session", "", json.dumps({"name": name}))["token"]

    def _read(self, token: str) -> list[dict[str, Any]]:
        return self._read_on(token, "")[0]

    def _read_on(self, token: str, cursor: str) -> tuple[list[dict[str, Any]], str]:
        """What was said after the cursor, and the cursor behind it."""
        messages: list[dict[str, Any]] = []
        while True:
            page = self._call("GET", f"/web/messages?after={cursor}", token)
            messages += page["messages"]
            if not page["messages"] or page["cursor"] == cursor:
                return messages, cursor
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


COLOURS = ("cyan", "green", "yellow", "magenta", "blue", "red")


def table_of(messages: list[dict[str, Any]]) -> Table:
    """The conversation as a table for the terminal; each surface has its mark."""
    table = Table(box=None, pad_edge=False)
    for column in ("when", "where", "who", "what"):
        table.add_column(column, style="dim" if column != "what" else "")
    surfaces = list(dict.fromkeys(message["surface"] for message in messages))
    for message in messages:
        colour = COLOURS[surfaces.index(message["surface"]) % len(COLOURS)]
        words = Text(printable(message["text"]))
        mark = Text.assemble(("● ", colour), printable(message["surface"]))
        table.add_row(_when(message["at"]), mark, message["author"], words)
    return table


def links_of(person: dict[str, Any]) -> Table:
    """How a person's addresses are linked, as a table for the terminal."""
    table = Table(box=None, pad_edge=False)
    for column in ("address", "linked", "quarantine until", ""):
        table.add_column(column)
    for link in person["links"]:
        since = _when(link["since"]) if link["since"] else "the first"
        closed = _when(link["quarantine_until"]) if link["quarantine_until"] else "–"
        marks = ["suspended: to be proven again"] if link["suspended"] else []
        marks += [f"takes nothing: {link['takes_nothing']}"] if link["takes_nothing"] else []
        marks += ["halted"] if person["halted"] else []
        table.add_row(printable(link["address"]), since, closed, ", ".join(marks))
    return table


def grants_of(person: dict[str, Any]) -> Table:
    """What may be done for a person without asking, as a table for the terminal."""
    table = Table(box=None, pad_edge=False)
    for column in ("", "capability", "to", "until", "a day"):
        table.add_column(column)
    for number, grant in enumerate(person["grants"], 1):
        until = _when(grant["until"]) if "until" in grant else "for ever"
        to = printable(grant["destination"].partition(":")[2])
        row = (str(number), grant["capability"], to, until, str(grant.get("a_day", "–")))
        table.add_row(*row)
    for name in person["off"]:
        table.add_row("–", name, "switched off")
    return table


def effects_of(effects: list[dict[str, Any]]) -> Table:
    """What was wished and what became of it, as a table for the terminal."""
    table = Table(box=None, pad_edge=False)
    for column in ("when", "the words", "wished", "verdict", "approved", "end"):
        table.add_column(column)
    for one in effects:
        by = one["approved"]
        yes = f"{by['surface']}, {by['how']}, {_when(by['at'])}" if by else "\u2013"
        end = one["end"] + (f" ({one['provider']})" if one["provider"] else "")
        why = one["reason"] or one["rule"]
        verdict = one["decision"] + (f": {why}" if why else "")
        told = (one["words"] or GONE, one["shown"] or one["capability"], verdict, yes, end)
        table.add_row(_when(one["at"]), *(Text(printable(text)) for text in told))
    return table


def consent_of(person: dict[str, Any]) -> Table:
    """What a person lets be sent to them, and how that came about, as a table for the terminal."""
    table = Table(box=None, pad_edge=False)
    for column in ("consent", "surface", "change", "why"):
        table.add_column(column)
    for one in person["consent"]:
        table.add_row(_when(one["at"]), one["surface"], one["change"], printable(one["why"]))
    return table


def notes_of(person: dict[str, Any]) -> Table:
    """What is kept of a person on purpose, as a table for the terminal: newest first."""
    table = Table(box=None, pad_edge=False)
    for column in ("kept", "valid", "in their words", ""):
        table.add_column(column)
    for note in person["notes"]:
        until = f" to {_when(note['until'])}" if note["until"] else ""
        quote = note["evidence"][0]
        marks = ", ".join(text for text in (note["why"], note["doubt"]) if text)
        since = f"{_when(note['since'])}{until}"
        words = " ".join(quote["words"].split())
        table.add_row(printable(note["claim"]), since, printable(f"“{words}”"), printable(marks))
    return table


def graph_of(person: dict[str, Any]) -> Table:
    """What is believed of a person, as a table for the terminal: what is gone by comes first."""
    table = Table(box=None, pad_edge=False)
    for column in ("believed", "sure", "conversations", "since", "in their words", ""):
        table.add_column(column)
    traits = [node for node in person["graph"]["nodes"] if "claim" in node]
    for one in sorted(traits, key=lambda one: (not one["stable"], -one["confidence"])):
        words = printable(f"“{' '.join(one['quotes'][0]['text'].split())}”")
        marks = ["contested"] if one["contested_by"] else []
        marks += [f"until {_when(one['until'])}"] if one["until"] else []
        marks += ["faded"] if one["faded"] else []
        marks += [] if one["stable"] or marks else ["not gone by"]
        row = (f"{one['confidence']:.0%}", str(one["conversations"]), _when(one["first"]), words)
        table.add_row(printable(one["claim"]), *row, ", ".join(marks))
    manner = person["manner"]
    expected, served = manner["forecast"], manner["served"] or "nobody in particular"
    likely = f"{expected['likeliest']}, {expected['chances'][expected['likeliest']]:.0%}"
    table.caption = f"Served as {served}; when something fails: {likely} (seen {expected['own']})"
    proposed = person["proposals"]
    if proposed["rejected"]:
        total = proposed["kept"] + proposed["rejected"]
        table.caption += (
            f"\nOf {total} notes that models made, {proposed['rejected']} were rejected"
        )
    return table


def _when(at: float) -> str:
    return datetime.fromtimestamp(at).strftime("%d %b %H:%M")
