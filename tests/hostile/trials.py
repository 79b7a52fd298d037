"""One question of Ann's, and the place at which somebody tries to have it approved who may not.

Ann asks where she is alone with the persona: at the place itself where that is private, else by
text message. What was truly approved is counted, so that all else that is sent is one too much.
"""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from itertools import count
from urllib.parse import urlencode

from persona import keys
from persona.acts.outbox import open_row, row_of
from persona.acts.questions import hash_of
from persona.decision import Act
from persona.keys import Key
from persona.model import Address
from persona.people import addresses
from persona.ports import Put
from tests.hostile.places import Foreigner, Pretender, Where
from tests.stories.linking import link
from tests.stories.people import Mailer, Person, Slacker, Texter, Visitor, drain
from tests.support import CHANNEL, TEAM, Call, Hub, browser

CODE = re.compile(r"approve ([A-Z2-9]{6})")
LINK = re.compile(r"https?://[^\s<>\"”)]+")
TO = "bob{}@example.net"
EVE = "eve@evil.example"
TEXT = "the meeting is at ten"
NUMBERS = count(1)


def person(surface: str, hub: Hub, number: int) -> Person:
    """Somebody new on this surface."""
    if surface == "web":
        return Visitor(hub, f"ann{number}")
    if surface == "slack":
        return Slacker(hub, f"U0A{number}", f"D0A{number}")
    if surface == "email":
        return Mailer(hub, f"ann{number}@example.org")
    return Texter(hub, f"+1415555{2000 + number}")


@dataclass
class Trial:
    """One attack: `ann` asks, `at` is the place of the attempt, `eve` somebody else."""

    hub: Hub
    where: Where
    surface: str
    number: int = field(default_factory=lambda: next(NUMBERS))
    approved: list[tuple[str, str]] = field(default_factory=list[tuple[str, str]])
    held: int = 0
    codes: list[str] = field(default_factory=list[str])

    def __post_init__(self) -> None:
        number = self.number
        self.to = TO.format(number)
        own = self.surface if self.where.is_private else "sms"
        self.ann = person(own, self.hub, number)
        self.eve = person(own, self.hub, number + 5_000)
        self.at = self.ann if self.where.is_private else self._place()
        self.first = {name: len(post.sent) for name, post in self.hub.post.items()}

    def _place(self) -> Person:
        if self.where.name == "Slack channel":
            return Slacker(self.hub, f"U0A{self.number}", CHANNEL, "channel")
        if self.where.name == "Slack Connect":
            return Foreigner(self.hub, f"U0A{self.number}", f"D0F{self.number}")
        return Pretender(self.hub, f"ann{self.number}@example.org")

    # What is asked and answered

    def ask(self, words: str = "") -> str:
        """The code of a new question; by itself to write to Bob."""
        self.pause()
        found = CODE.findall(self.ann.say(words or f"email {self.to}: {TEXT}"))
        assert found, self.ann.replies()[-1:]
        self.codes.append(found[-1])
        return found[-1]

    def attempt(self, code: str, truly: bool = True) -> None:
        """A yes at the place; one that counts where Ann is alone there, if it is to count at all."""
        if self.where.is_private and truly:
            self.approved.append((self.to, TEXT))
        self.pause()
        self.at.say(f"approve {code}")

    def approve(self, code: str) -> None:
        """Ann's own true yes, where she was asked."""
        self.approved.append((self.to, TEXT))
        self.pause()
        self.ann.say(f"approve {code}")

    def approve_only(self, code: str, by: Person | None = None) -> None:
        """The yes alone; what it allows is held up, and something else comes first."""
        self.held += 1
        self.pause()
        (by or self.ann).send(f"approve {code}")
        while self.hub._take_batch():
            pass

    def lose_rings(self) -> None:
        """Whoever was woken is not, until the sweeper looks."""
        bell = self.hub.family.bell
        for ring in iter(lambda: bell.take(0), None):
            bell.done(ring)

    def pause(self) -> None:
        self.hub.clock.at += 900.0

    def press(self, code: str, who: Person, verb: str = "approve") -> int:
        """A button pressed on Slack, whoever's the question is; the status of the answer."""
        user, channel = f"U0P{self.number}", f"D0P{self.number}"
        if isinstance(who, Slacker):
            user, channel = who.user, who.channel
        payload = {
            "type": "block_actions",
            "user": {"id": user, "team_id": TEAM},
            "team": {"id": TEAM},
            "channel": {"id": channel},
            "actions": [{"action_id": verb, "value": hash_of(code), "action_ts": "1.1"}],
        }
        body = urlencode({"payload": json.dumps(payload)})
        status = self.hub.make(self.hub.slack(body, "/slack/interactions")).status
        drain(self.hub)
        return status

    def links(self) -> list[str]:
        """Every link in anything that Ann was sent, from its path on."""
        said = "\n".join(self.ann.replies())
        base = self.hub.settings.public_url
        return [one.removeprefix(base) for one in LINK.findall(said) if one.startswith(base)]

    # What is held in hands that should not hold it

    @property
    def lane(self) -> str:
        found = addresses.find(self.hub.ports.table, Address.parse(self.ann.address))
        assert found
        return found.lane

    def alter(self, change: Callable[[Act], Act]) -> None:
        """Rewrites the open act as somebody would who holds the table and its keys."""
        ports = self.hub.ports
        ((key, row),) = ports.table.query(Key(f"ACT#send_email#{self.lane}", "OPEN"))
        ports.table.commit([Put(key, row_of(ports, change(open_row(ports, row))))])

    # What came of it

    def sent(self) -> list[tuple[str, str]]:
        """Everything that went out by a capability since this trial began."""
        drain(self.hub)
        new = [a for name, post in self.hub.post.items() for a in post.sent[self.first[name] :]]
        return [(act.address.id, act.text) for act in new if act.function.startswith("send_")]

    def states(self) -> list[str]:
        """How each of the questions stands."""
        found = addresses.find(self.hub.ports.table, Address.parse(self.ann.address))
        assert found
        rows = [keys.question(found.home, hash_of(code)) for code in self.codes]
        return [row["state"] for row in self.hub.ports.table.get(rows).values()]

    def failures(self) -> list[str]:
        """Why acts of capabilities ended without any effect."""
        rows = self.hub.family.table.scan("ACT#send_")
        acts = [open_row(self.hub.ports, row) for _, row in rows]
        return [act.reason for act in acts if act.lane == self.lane and act.state == "failed"]


def with_wish(act: Act, **changes: object) -> Act:
    """The act with another intent behind it."""
    return replace(act, wish={**act.wish, "intent": {**act.wish["intent"], **changes}})


def with_argument(act: Act, **changes: object) -> Act:
    """The act with other arguments in its intent, and what it carries made to match."""
    arguments = {**act.wish["intent"]["arguments"], **changes}
    to, text = str(arguments["to"]), str(arguments["text"])
    about = {**act.detail, "about": str(arguments["subject"])}
    made = replace(act, address=Address("email", to), text=text, detail=about)
    return with_wish(made, arguments=arguments)


def linked(trial: Trial) -> Person:
    """Another address of Ann's, proven."""
    other = person("web" if trial.ann.surface != "web" else "sms", trial.hub, trial.number)
    assert "Linked" in link(trial.ann, other)
    return other


def get(hub: Hub, path: str, method: str = "GET") -> int:
    """What a mail scanner does with a link."""
    place, _, query = path.partition("?")
    return hub.make(Call(method, place, headers=browser("nobody"), query=query)).status
