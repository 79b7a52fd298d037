"""Who speaks in the stories: one person on one surface, and the time that passes for the hub."""

from dataclasses import dataclass, field
from typing import Any

from backends.local.table import Table
from functions import sweep
from persona import ids
from tests.support import CHANNEL, DIRECT, PHONE, TEAM, Hub, changed, posted

MINUTE = 60.0


def drain(hub: Hub) -> None:
    """Plays until nothing can be done now; what is due and has to wait is left to wait."""
    before: object = None
    while True:
        while hub._take_batch() or hub._answer_bell():
            pass
        if not (hub.is_due() and sweep.run(hub.ports)) or (now := state(hub)) == before:
            return
        before = now


def state(hub: Hub) -> object:
    """The whole table, as cheaply as it is read: whether anything was done is whether it changed."""
    table = hub.family.table
    if isinstance(table, Table):
        return table._database.reader.execute("SELECT * FROM rows ORDER BY 1, 2").fetchall()
    return table.scan("")


def settle(hub: Hub, seconds: float = 3600.0) -> None:
    """Plays, and lets time pass to each moment at which something can happen, for so long."""
    until = hub.clock.at + seconds
    for _ in range(1000):
        drain(hub)
        lanes, table = hub.family.lanes, hub.family.table
        ahead = [lanes.next_visible(), table.next_due(hub.clock.at)]
        times = [time for time in ahead if time is not None]
        if not times or min(times) > until:
            return
        hub.clock.at = max(hub.clock.at, min(times)) + 0.001
    raise AssertionError("the hub does not come to rest")


@dataclass
class Person:
    """Somebody at one address; a second passes with each thing said."""

    hub: Hub
    number: int = field(default=0, init=False)

    surface = ""

    @property
    def address(self) -> str:
        raise NotImplementedError

    def post(self, words: str, id: str) -> None:
        raise NotImplementedError

    def send(self, *words: str) -> None:
        """Lets the surface deliver it, and nobody work on it yet."""
        for one in words:
            self.number += 1
            self.hub.clock.at += 1.0
            self.post(one, f"{self.address}/{self.number}/{self.hub.clock.at}")

    def say(self, *words: str) -> str:
        """Says it and waits for the answer; an empty text where none came."""
        before = self.received()
        self.send(*words)
        drain(self.hub)
        return "\n\n".join(text for id, text in self.received().items() if id not in before)

    def received(self) -> dict[str, str]:
        """What this person was sent, by the message's id."""
        acts = [act for act in self.hub.sent(self.surface) if str(act.address) == self.address]
        return {f"{n} {act.id}": act.text for n, act in enumerate(acts)}

    def replies(self) -> list[str]:
        return list(self.received().values())


@dataclass
class Texter(Person):
    phone: str = PHONE
    surface = "sms"

    @property
    def address(self) -> str:
        return f"sms:{self.phone}"

    def post(self, words: str, id: str) -> None:
        sid = "SM" + id.encode().hex()[-32:].rjust(32, "0")
        answer = self.hub.sms(words, sid, From=self.phone)
        assert answer.status == 200, answer


@dataclass
class Slacker(Person):
    user: str = "U0ANN"
    channel: str = DIRECT
    kind: str = "im"
    named: bool = True
    surface = "slack"

    @property
    def address(self) -> str:
        return f"slack:{TEAM}:{self.user if self.kind == 'im' else self.channel}"

    def post(self, words: str, id: str) -> None:
        about: dict[str, Any] = {"channel": self.channel, "channel_type": self.kind}
        text = words if self.kind == "im" or not self.named else f"<@U0BOT> {words}"
        event = posted(text, f"{self.hub.clock.at:.6f}", user=self.user, **about)
        if self.kind != "im" and self.named:
            event["type"] = "app_mention"
        assert self.hub.slack_event(event).status == 200


def in_channel(hub: Hub, user: str, *, named: bool = True) -> Slacker:
    return Slacker(hub, user, CHANNEL, "channel", named)


@dataclass
class Mailer(Person):
    who: str = "ann@example.org"
    surface = "email"

    @property
    def address(self) -> str:
        return f"email:{self.who}"

    def post(self, words: str, id: str) -> None:
        head = f"From: {self.who}\r\nTo: persona@hub.example\r\nMessage-ID: <{ids.derive(id)}@example.org>"
        kind = "Content-Type: text/plain; charset=utf-8"
        self.hub.mail(f"{head}\r\n{kind}\r\n\r\n{words}\r\n", self.who)


@dataclass
class Visitor(Person):
    name: str = "ann"
    token: str = field(default="", init=False)
    zone: str = field(default="", init=False)
    surface = "web"

    def __post_init__(self) -> None:
        self.token = self.hub.sign_in(self.name)

    @property
    def address(self) -> str:
        return f"web:{self.name}"

    def post(self, words: str, id: str) -> None:
        call = self.hub.web(self.token, words, id)
        call = changed(call, x_time_zone=self.zone) if self.zone else call
        answer = self.hub.make(call)
        assert answer.status == 202, answer

    def received(self) -> dict[str, str]:
        said = self.hub.said(self.address)
        return {one.id: one.text for one in said if one.author == "persona"}
