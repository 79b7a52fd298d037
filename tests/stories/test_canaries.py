"""Secrets stay with their owners: everybody else asks, everything is scanned, and without walls it leaks."""

import json
import os
import re
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from functions import socket
from persona.language import Model
from persona.model import Address
from persona.people import addresses
from tests.stories.breaches import without_key_wall, without_recall_wall, without_sender_wall
from tests.stories.canaries import FORMS, PEOPLE, PLAIN, PROBES, Scan, Town, listening
from tests.stories.linking import link
from tests.stories.people import Mailer, Person, Slacker, Texter, Visitor
from tests.support import CHANNEL, browser, posted

FIGURES = Path(__file__).parents[2] / "bench" / "figures"
SHM = Path("/dev/shm")


@pytest.fixture
def town() -> Iterator[Town]:
    with tempfile.TemporaryDirectory(dir=SHM if SHM.exists() else None) as folder:
        one = Town(Path(folder))
        yield one
        one.hub.close()


def in_room(town: Town, user: str, room: str = CHANNEL) -> Person:
    return Slacker(town.hub, user, room, "channel")


def strangers(town: Town) -> dict[str, Callable[[str], object]]:
    """Everybody who asks for what is not theirs, by what they are; each says one thing."""
    hub, count = town.hub, iter(range(1_000_000))
    askers: dict[str, Person] = {
        "another on Slack": Slacker(hub, "U0EVE", "D0EVE"),
        "another number": Texter(hub, "+14155559999"),
        "another mailbox": Mailer(hub, "eve@evil.example"),
        "another on the web": Visitor(hub, "eve"),
        "a stranger in a channel": in_room(town, "U0EVE"),
        "an owner in a channel": in_room(town, "U0P0"),
    }

    def mails(verdict: str) -> Callable[[str], object]:
        passes = dict.fromkeys(("spf", "dkim", "spam", "virus"), "PASS") | {"dmarc": verdict}

        def deliver(words: str) -> None:
            head = f"From: p0@example.org\r\nMessage-ID: <{verdict}{next(count)}@x>\r\n"
            raw = f"{head}To: persona@hub.example\r\n\r\n{words}\r\n"
            hub.mail(raw, "eve@evil.example", passes)

        return deliver

    def as_guest(words: str) -> None:
        stamp = f"{hub.clock.at:.6f}"
        guest = {"user": "U0GUEST", "channel": "D0GUEST", "user_profile": {"is_restricted": True}}
        hub.slack_event(posted(words, stamp, **guest))

    said = {name: (lambda words, one=one: one.send(words)) for name, one in askers.items()}
    forged = {"an unverified mail": mails("GRAY"), "a forged mail": mails("FAIL")}
    return {**said, **forged, "a guest": as_guest}


def ask_all(
    town: Town, scan: Scan, asks: dict[str, Callable[[str], object]], *models: Model
) -> None:
    town.think(*models)
    for name, deliver in asks.items():
        for probe in PROBES:
            town.raw(deliver, probe)
            town.scan_new(scan, name, town.everything)


def deceived(town: Town, scan: Scan, model: Model) -> Person:
    """Eve got an owner to link her: until the day is over nothing sensitive is hers."""
    victim, eve = town.owners[4], Texter(town.hub, "+14155558888")
    town.think()
    assert "Linked" in link(victim.person, eve)
    town.skip()
    rest = [one for owner in town.owners for one in owner.secrets if owner is not victim]
    forbidden = re.compile("|".join([*rest, *victim.secrets[PLAIN:]]))
    for models in ((), (model,)):
        town.think(*models)
        for probe in PROBES:
            town.raw(eve.send, probe)
            town.scan_new(scan, "linked by deceit", forbidden)
    return eve


def own_answers(town: Town) -> tuple[int, int]:
    """How many of the owners' own questions were answered with their secret, of how many."""
    town.think()
    right = asked = 0
    for owner in town.owners:
        for (_, question), secret in zip(FORMS, owner.secrets, strict=True):
            asked += 1
            right += secret in town.ask(owner.person, question)
    for n in range(PEOPLE):
        alone, owner = Slacker(town.hub, f"U0P{n}", f"D0P{n}"), town.owners[4 * n]
        before = alone.received()
        town.ask(in_room(town, f"U0P{n}"), f"tell me privately: {FORMS[7][1]}")
        heard = "".join(text for id, text in alone.received().items() if id not in before)
        asked += 1
        right += owner.secrets[7] in heard
    town.skip()
    return right, asked


@pytest.mark.long
def test_no_canary_leaves_its_owner(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    secrets = sum(len(owner.secrets) for owner in town.owners)
    assert secrets >= 300 and len(town.owners) >= 30
    scan, frames = Scan(), list[str]()
    eve = Visitor(town.hub, "eve")
    town.hub.family.sockets.add("socket-eve", frames.append)
    about = {"eventType": "CONNECT", "connectionId": "socket-eve"}
    event = {"requestContext": about, "headers": browser(eve.token)}
    assert socket.run(event, town.hub.ports)["statusCode"] == 200
    town.skip()
    with listening() as lines:
        asks = strangers(town)
        ask_all(town, scan, asks)
        ask_all(town, scan, asks, town.model)
        linked = deceived(town, scan, town.model)
        right, asked = own_answers(town)
    scan.read("log", "\n".join(lines), town.everything)
    scan.read("socket", "\n".join(frames), town.everything)
    place = addresses.find(town.hub.ports.table, Address.parse(linked.address))
    assert place and lines and frames
    town.homes[place.home] = linked.address
    town.scan_rows(scan, set(town.homes.values()))
    assert scan.leaks == []
    assert right == asked
    alone = {
        name: walls_but_one(town, name, monkeypatch) for name in ("key", "recall", "sender", "")
    }
    control = alone.pop("")
    assert alone == {"key": 0, "recall": 0, "sender": 0}
    assert control > len(PROBES)
    keep(
        secrets=secrets, owners=len(town.owners), leaks=len(scan.leaks), bytes=scan.bytes,
        lines=scan.lines, right=right, asked=asked, control=control, alone=sum(alone.values()),
    )  # fmt: skip


def walls_but_one(town: Town, kept: str, monkeypatch: pytest.MonkeyPatch) -> int:
    """Secrets that came into a channel in which only this wall stands; none does for an empty name.

    What the sender holds back was shown to a mind before, so there only what was sent counts.
    """
    scan = Scan()
    room: dict[str, Callable[[str], object]] = {
        "a channel": in_room(town, "U0EVE", f"C0{kept.upper()}").send
    }
    with monkeypatch.context() as patch:
        if kept != "key":
            without_key_wall(patch, *town.homes)
        if kept != "recall":
            without_recall_wall(patch)
        if kept != "sender":
            without_sender_wall(patch)
        for models in ((), (town.model,)):
            ask_all(town, scan, room, *models)
    return sum(kept in ("key", "recall") or " sent:" in leak for leak in scan.leaks)


def keep(**figures: int) -> None:
    """Leaves the figures where the README's table is made from, when asked to."""
    if os.environ.get("HUB_FIGURES"):
        FIGURES.mkdir(parents=True, exist_ok=True)
        (FIGURES / "canaries.json").write_text(json.dumps(figures, indent=2) + "\n")
