"""The seven places where somebody speaks to the persona, by who can listen and who is proven."""

from collections.abc import Callable
from dataclasses import dataclass

from persona import ids
from tests.stories.people import Mailer, Person, Slacker, Texter, Visitor, in_channel
from tests.support import PASS, Hub, posted


@dataclass
class Foreigner(Slacker):
    """A member of another organisation, in a conversation shared over Slack Connect."""

    user: str = "U0CON"
    channel: str = "D0CON"
    team = "T0EVIL"

    @property
    def address(self) -> str:
        return f"slack:{self.team}:{self.user}"

    def post(self, words: str, id: str) -> None:
        about = {"user": self.user, "channel": self.channel, "user_team": self.team}
        event = posted(words, f"{self.hub.clock.at:.6f}", **about)
        assert self.hub.slack_event(event, is_ext_shared_channel=True).status == 200


@dataclass
class Pretender(Mailer):
    """Whoever writes in Ann's name: nothing proves that it is she."""

    @property
    def address(self) -> str:
        return f"email:unverified:{self.who}"

    def post(self, words: str, id: str) -> None:
        head = f"From: {self.who}\r\nTo: persona@hub.example\r\nMessage-ID: <{ids.derive(id)}@x>"
        kind = "Content-Type: text/plain; charset=utf-8"
        raw = f"{head}\r\n{kind}\r\n\r\n{words}\r\n"
        self.hub.mail(raw, "eve@evil.example", {**PASS, "dmarc": "GRAY"})


@dataclass(frozen=True)
class Where:
    """A place: `is_private` where one proven person reads alone, `is_proven` where authors are."""

    name: str
    speaker: Callable[[Hub], Person]
    is_private: bool = True
    is_proven: bool = True


PLACES = (
    Where("web", Visitor),
    Where("Slack direct", Slacker),
    Where("Slack channel", lambda hub: in_channel(hub, "U0ANN"), is_private=False),
    Where("Slack Connect", Foreigner, is_private=False),
    Where("SMS", Texter),
    Where("mail", Mailer),
    Where("mail unproven", Pretender, is_private=False, is_proven=False),
)
