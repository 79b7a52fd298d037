"""What went wrong elsewhere and must not here, each under the name that `docs` and reviews use.

The rest of these names stand where their neighbours are; `tests/architecture/test_incidents.py`
lists them all.
"""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import parse_qsl, urlencode

import pytest

from functions import socket
from models.scripted import ScriptedModel
from persona.acts import outbox, questions
from persona.decision import Act
from persona.errors import Refused, Transient, Unknown
from persona.language import MOST_TOKENS_OUT, Call, Completion, Prompt
from persona.model import Address
from persona.ports import Hands, Sent
from tests.stories.browsers import Browser
from tests.stories.canaries import listening
from tests.stories.linking import link, offer
from tests.stories.people import Mailer, Person, Slacker, Texter, Visitor, drain, in_channel, settle
from tests.support import (
    ANN,
    BOT,
    CHANNEL,
    ENV,
    OWN_PHONE,
    PHONE,
    PUBLIC_URL,
    TEAM,
    Hub,
    Open,
    Post,
    browser,
    enveloped,
    posted,
)

BOB = "bob@example.net"
ASK = f"email {BOB}: the meeting is at ten"
CODE = re.compile(r"approve ([A-Z2-9]{6})")
DAY = 86_400.0


def ask(person: Person, words: str = ASK) -> str:
    """The code that approves what these words wish."""
    found = CODE.search(person.say(words))
    assert found, person.replies()[-1]
    return found[1]


def mails(hub: Hub, to: str = BOB) -> list[str]:
    return [act.text for act in hub.sent("email") if act.address == Address("email", to)]


def acts(hub: Hub, function: str) -> list[Act]:
    """All that this function ever had to do, as it stands now."""
    rows = hub.family.table.scan(f"ACT#{function}#")
    return [outbox.open_row(hub.ports, row) for _, row in rows]


# Who gets what


def test_reply_survives_model_fallback_to_the_right_person(open_hub: Open) -> None:
    def fails(prompts: Sequence[Prompt]) -> Completion:
        raise Transient("overloaded")

    def echoes(prompts: Sequence[Prompt]) -> Completion:
        return Completion(f"You say: {prompts[-1].text}")

    hub = open_hub(models=(ScriptedModel(fails, "first"), ScriptedModel(echoes, "second")))
    people: list[Person] = [
        Slacker(hub),
        Slacker(hub, "U0BOB", "D0BOB"),
        Texter(hub),
        Texter(hub, "+14155550102"),
        Mailer(hub),
        Visitor(hub),
        in_channel(hub, "U0EVE"),
    ]
    for number, person in enumerate(people):
        person.send(f"my number is {number}")
    drain(hub)
    for number, person in enumerate(people):
        assert [re.findall(r"number is (\d)", text) for text in person.replies()] == [[str(number)]]


# Stopping, asking and not being asked


def test_stop_works_while_a_long_turn_runs(open_hub: Open) -> None:
    said: list[str] = []

    def thinks_long(prompts: Sequence[Prompt]) -> Completion:
        if prompts[-1].role == "tool":
            return Completion("All of it is sent.")
        if not said:
            said.append("stop")
            ann.send("stop")
        return Completion("I see to it.", (Call("1", "send_email", {"to": OWN, "text": "all"}),))

    hub = open_hub(models=(ScriptedModel(thinks_long),))
    ann, mail = Slacker(hub), Mailer(hub, OWN)
    said.append("not yet")
    link(ann, mail)
    said.clear()
    before = len(ann.replies())
    ann.send("tidy up my mail")
    settle(hub)
    assert said == ["stop"]
    assert ["I have stopped." in text for text in ann.replies()[before:]] == [True]
    assert acts(hub, "send_email") == []
    ann.say("start")
    settle(hub)
    assert acts(hub, "send_email") == [], "what was halted stays undone"


OWN = "ann@example.org"


def test_confirmation_rule_survives_summarising(open_hub: Open) -> None:
    """The rule is code: it holds however little of the conversation a model is still shown."""

    def forgets(prompts: Sequence[Prompt]) -> Completion:
        if prompts[-1].text == "keep my notes":
            return Completion("I do that.", (Call("1", "save_document", NOTES),))
        if prompts[-1].text != "clean up":
            return Completion("Good.")
        assert "never" not in str(prompts[1:-1]), "the model has the rule no longer"
        return Completion(
            "I do that.",
            (
                Call("1", "send_email", {"to": BOB, "text": "bye"}),
                Call("2", "delete_document", {"title": NOTES["title"]}),
            ),
        )

    hub = open_hub(models=(ScriptedModel(forgets),))
    ann = Visitor(hub)
    ann.say("keep my notes")
    ann.say("never do anything without asking me first")
    for number in range(12):
        hub.clock.at += 60.0
        ann.say(f"line {number}")
    answer = ann.say("clean up")
    assert len(CODE.findall(answer)) == 2
    hub.clock.at += DAY
    settle(hub)
    assert mails(hub) == [] and acts(hub, "delete_document") == []
    assert len(hub.ports.blobs.list("documents/")) == 1


NOTES = {"title": "notes", "text": "flour and milk"}


def test_allow_once_runs_once(hub: Hub) -> None:
    ann = Slacker(hub)
    code = ask(ann)
    ann.say(f"approve {code}")
    ann.send(f"approve {code}", f"approve {code}", f"Approve {code.lower()}")
    settle(hub)
    assert mails(hub) == ["the meeting is at ten"]
    assert ask(ann) != code, "the same wish again is another question"
    settle(hub)
    assert mails(hub) == ["the meeting is at ten"]


def press(hub: Hub, ann: Slacker, verb: str, code: str, stamp: str) -> None:
    """A button of that question, as Slack reports it."""
    button = {"type": "button", "action_id": verb, "value": questions.hash_of(code)}
    body = {
        "type": "block_actions",
        "user": {"id": ann.user, "team_id": TEAM},
        "team": {"id": TEAM},
        "channel": {"id": ann.channel},
        "actions": [{**button, "action_ts": stamp}],
    }
    form = urlencode({"payload": json.dumps(body)})
    assert hub.make(hub.slack(form, "/slack/interactions")).status == 200


def test_an_answer_counts_once_wherever_it_is_repeated(hub: Hub) -> None:
    ann, phone, page = Slacker(hub), Texter(hub), Visitor(hub)
    link(ann, phone)
    link(ann, page)
    code = ask(ann)
    phone.say(f"approve {code}")
    assert mails(hub) == ["the meeting is at ten"]
    for person in (ann, phone, page):
        assert "has had its answer: approved" in person.say(f"approve {code}")
        assert "has had its answer: approved" in person.say(f"deny {code}")
    for verb in ("approve", "deny"):
        press(hub, ann, verb, code, f"175000000{len(verb)}.1")
        settle(hub)
    assert mails(hub) == ["the meeting is at ten"]


def test_work_stops_after_timeout(hub: Hub) -> None:
    ann = Slacker(hub)
    code = ask(ann)
    hub.clock.at += questions.STANDS + 1
    settle(hub)
    ann.say(f"approve {code}")
    press(hub, ann, "approve", code, "1750000001.1")
    settle(hub, 30 * DAY)
    assert mails(hub) == [] and acts(hub, "send_email") == []


# Once, and after all


@dataclass
class Deaf(Post):
    """Takes what it is given; the answers to the first few are lost."""

    deaf: int = 1
    tried: list[str] = field(default_factory=list[str])

    def send(self, act: Act, hands: Hands) -> Sent:
        self.tried.append(act.id)
        sent = super().send(act, hands)
        if len(self.tried) <= self.deaf:
            raise Unknown("the connection closed")
        return sent


def test_lost_answer_does_not_double_the_post(hub: Hub) -> None:
    hub.post["slack"] = deaf = Deaf(settling=3.0)
    ann, bob = Slacker(hub), Slacker(hub, "U0BOB")
    ann.say("remember my bike lock is 4812")
    settle(hub)
    assert len(deaf.tried) == len(ann.replies()) == 1
    code = ask(ann, f"message {TEAM}:{bob.user}: hello there")
    deaf.deaf = len(deaf.tried) + 2  # the words that it is done, and the message itself
    ann.say(f"approve {code}")
    settle(hub)
    assert bob.replies() == ["hello there"]
    assert len(deaf.sent) == len({act.id for act in deaf.sent})
    assert [act.state for act in acts(hub, "send_message")] == ["sent"]


def test_restart_keeps_queued_events(hub: Hub) -> None:
    ann, mail = Slacker(hub), Mailer(hub)
    ann.say("remember my bike lock is 4812")
    ann.send("what is my bike lock?")
    assert hub._take_batch(), "its act is decided and not yet sent"
    ann.send("remember my door code is 9931")
    mail.send("remember the tea")
    hub.restart()
    settle(hub)
    hub.restart()
    settle(hub)
    _, answer, noted = ann.replies()
    assert "4812" in answer and "9931" in noted
    assert len(mail.replies()) == 1


def test_message_during_a_turn_is_answered(open_hub: Open) -> None:
    def is_interrupted(prompts: Sequence[Prompt]) -> Completion:
        words = prompts[-1].text
        if words == "how are you?":
            ann.send("and what is new?")
        return Completion(f"You say: {words}")

    hub = open_hub(models=(ScriptedModel(is_interrupted),))
    ann = Texter(hub)
    ann.send("how are you?")
    settle(hub)
    assert [text.split("\n")[0] for text in ann.replies()] == [
        "You say: how are you?",
        "You say: and what is new?",
    ]


def test_delivered_means_accepted(hub: Hub) -> None:
    ann = Texter(hub)
    hub.post["sms"].errors = [Transient("down"), Refused("blocked by the carrier")]
    ann.say("my cat is called Max")
    (act,) = acts(hub, "sms")
    assert act.state == "pending" and act.tries == 1
    settle(hub)
    assert [act.state for act in acts(hub, "sms")] == ["failed"]
    assert "could not be delivered" in ann.say("thanks")
    assert [act.state for act in acts(hub, "sms")] == ["failed", "sent"], "and not delivered yet"
    form = {"AccountSid": ENV["TWILIO_ACCOUNT_SID"], "From": OWN_PHONE, "To": PHONE}
    form |= {"MessageSid": f"SM{1:032x}", "MessageStatus": "delivered"}
    assert hub.make(hub.twilio(form, "/sms/status")).status == 204
    drain(hub)
    assert [act.state for act in acts(hub, "sms")] == ["failed", "delivered"]


def in_room(text: str, **fields: Any) -> dict[str, Any]:
    return posted(text, **{"channel": CHANNEL, "channel_type": "channel", **fields})


@pytest.mark.parametrize("own_is_named", [True, False])
@pytest.mark.parametrize("order", [("message", "app_mention"), ("app_mention", "message")])
@pytest.mark.parametrize("pause", [0.0, 400.0])
def test_mention_and_message_in_any_order_is_one_turn(
    hub: Hub, order: tuple[str, str], own_is_named: bool, pause: float
) -> None:
    more: dict[str, Any] = {} if own_is_named else {"authorizations": []}
    for number, kind in enumerate(order):
        event = in_room(f"<@{BOT}> are you there?", type=kind)
        if kind == "app_mention":
            event.pop("channel_type")
        assert hub.slack_event(event, event_id=f"Ev{number}", **more).status == 200
        if pause:
            drain(hub)
            hub.clock.at += pause
    drain(hub)
    assert len(hub.texts("slack")) == 1
    said = [one.author for one in hub.said(f"slack:{TEAM}:{CHANNEL}")]
    assert said == ["person", "persona"]


def test_own_edit_starts_no_turn(hub: Hub) -> None:
    for asks in (Slacker(hub), in_channel(hub, ANN)):
        asks.say("hello")
        old = {"type": "message", "ts": f"{hub.clock.at + 1:.6f}", "user": BOT, "team": TEAM}
        old |= {"text": asks.replies()[-1], "bot_id": "B0HUB", "app_id": "A0HUB"}
        about = {"channel": asks.channel, "channel_type": asks.kind, "user": None}
        for number, new in enumerate(
            ({**old, "text": "stop"}, {**old, "attachments": [{"from_url": "https://x.example"}]})
        ):
            change = {"subtype": "message_changed", "message": new, "previous_message": old}
            stamp = f"{hub.clock.at + 2 + number:.6f}"
            assert hub.slack_event(posted("", stamp, **about, **change)).status == 200
        assert hub.admitted() == []
        settle(hub)
        assert len(asks.replies()) == 1
        assert len(hub.said(asks.address)) == 2


class Away:
    """Lanes that cannot be reached for a while."""

    def __init__(self, lanes: Any) -> None:
        self._lanes = lanes
        self.is_away = True

    def put(self, lane: str, body: str, once: str) -> None:
        if self.is_away:
            raise Transient("the queue is away")
        self._lanes.put(lane, body, once)

    def release(self, receipt: str, seconds: float) -> None:
        self._lanes.release(receipt, seconds)


def test_first_delivery_crash_then_retry_is_answered(hub: Hub) -> None:
    away = Away(hub.ports.lanes)
    hub.ports = hub.ports.but(lanes=away)
    call = hub.slack(json.dumps(enveloped(posted("hello"))))
    assert hub.make(call).status == 503
    assert hub.sms("hello").status == 503
    away.is_away = False
    again = replace(call, headers={**call.headers, "x-slack-retry-num": "1"})
    for _ in range(2):
        assert hub.make(again).status == 200
        assert hub.sms("hello").status == 200
    settle(hub)
    assert len(hub.texts("slack")) == len(hub.texts("sms")) == 1


# What costs, what is logged, what answers whom


@dataclass
class Meter:
    """A model that bills the most that any call may cost."""

    name: str = "meter"
    asked: int = 0

    def complete(self, prompts: Sequence[Prompt], offers: Sequence[Any], seconds: float) -> Any:
        self.asked += 1
        wished = (Call("1", "send_email", {"to": BOB, "text": "hello"}),)
        calls = wished if prompts[-1].text == "write to Bob" else ()
        return Completion("Good.", calls, tokens_in=5_000, tokens_out=MOST_TOKENS_OUT)


def test_idle_day_costs_no_model_call(open_hub: Open) -> None:
    model = Meter()
    hub = open_hub(models=(model,))
    ann = Texter(hub)
    ann.say("my cat is called Max")
    ann.say("what is my cat called?")
    ask(ann, "write to Bob")  # and a question that nobody answers
    asked = model.asked
    assert 2 < asked < 6
    for _ in range(8 * 24):
        hub.clock.at += 3600.0
        drain(hub)
    assert "You did not answer" in ann.replies()[-1]
    assert model.asked == asked


def test_hard_budget_stops_before_the_call(open_hub: Open) -> None:
    model = Meter()
    hub = open_hub({"HUB_BUDGET_TOKENS": "40000"}, models=(model,))
    ann = Texter(hub)
    replies = [ann.say(f"line {number}") for number in range(12)]
    spent = model.asked * (5_000 + MOST_TOKENS_OUT)
    assert 1 <= model.asked < 12 and spent <= 40_000
    assert ["used up" in reply for reply in replies] == [n >= model.asked for n in range(12)]
    assert "used up" not in Texter(hub, "+14155550102").say("hello")


def test_logs_hold_no_token_or_signed_url(hub: Hub) -> None:
    with listening() as lines:
        ann, phone, mail, page = Slacker(hub), Texter(hub), Mailer(hub), Visitor(hub)
        for person in (ann, phone, mail, page):
            ask(person, f"email {BOB}: https://files.example/x?X-Amz-Signature=canarysignature")
        codes = [CODE.findall(text)[-1] for p in (ann, phone, page) for text in p.replies()[-1:]]
        codes.append(offer(ann))
        ticket = hub.http("POST", "/web/ticket", headers=browser(page.token)).json()["ticket"]
        connect(hub, urlencode({"ticket": ticket}), origin=PUBLIC_URL)
        guest = Browser(hub)
        guest.sign_in(phone, phone.phone)
        ann.say(f"approve {codes[0]}")
        hub.post["slack"].errors = [Refused("invalid_auth")]
        ann.say("and again")
        settle(hub)
    whole = "\n".join(lines)
    assert whole.count("admitted") >= 4
    secrets = [*codes, ticket, page.token, *guest.cookies.values(), "canarysignature"]
    secrets += [value for name, value in ENV.items() if "TOKEN" in name or "SECRET" in name]
    assert [one for one in secrets if one in whole] == []
    assert not re.search(r"(?i)bearer |signature=|x-amz-credential", whole)


@pytest.mark.parametrize(
    "header", ["Auto-Submitted: auto-replied", "Precedence: bulk", "X-Autoreply: yes"]
)
def test_autoreplies_stop(hub: Hub, header: str) -> None:
    """A vacation notice to each of our answers; then one that does not say what it is."""
    ann = Mailer(hub)
    ann.say("remember the tea")
    head = "From: ann@example.org\r\nTo: persona@hub.example\r\nSubject: away\r\n"
    for number in range(5):
        hub.clock.at += 1.0
        hub.mail(f"{head}Message-ID: <away{number}@x>\r\n{header}\r\n\r\nI am away.\r\n")
        settle(hub)
    assert len(ann.replies()) == 1
    answered, number = 1, 5
    while len(ann.replies()) >= answered and number < 40:  # it answers as often as it is answered
        answered = len(ann.replies()) + 1
        hub.clock.at += 1.0
        hub.mail(f"{head}Message-ID: <away{number}@x>\r\n\r\nI am away.\r\n")
        drain(hub)
        number += 1
    assert len(ann.replies()) == 10, "the last one of the hour says that the rest waits"


def connect(hub: Hub, query: str = "", **headers: str) -> int:
    """The status with which a socket is opened, or is not."""
    about = {"eventType": "CONNECT", "connectionId": f"c{hub.row_count()}"}
    asked = {"queryStringParameters": dict(parse_qsl(query)) or None}
    event = {"requestContext": about, "headers": headers, **asked}
    return socket.run(event, hub.ports)["statusCode"]


def test_foreign_link_or_origin_gets_no_token(hub: Hub) -> None:
    token, evil = hub.sign_in(), "https://evil.example"
    ours = browser(token)
    lure = urlencode({"gatewayUrl": "wss://evil.example", "url": evil, "ticket": "x", "next": evil})
    opened = hub.http("GET", "/", headers={"cookie": ours["cookie"]}, query=lure)
    policy = opened.headers["content-security-policy"]
    assert opened.status == 200 and "evil" not in opened.body.decode() + str(opened.headers)
    assert token not in opened.body.decode() and "evil" not in policy
    assert "default-src 'none'" in policy and "frame-ancestors 'none'" in policy
    for origin in (evil, "null", "https://hub.example.evil.example", "http://hub.example"):
        refused = hub.http("POST", "/web/ticket", headers={**ours, "origin": origin})
        assert refused.status == 403 and b"ticket" not in refused.body
        assert hub.http("POST", "/web/signin", b"{}", {**ours, "origin": origin}).status == 403
        assert connect(hub, cookie=ours["cookie"], origin=origin) == 403
    given = hub.http("POST", "/web/ticket", headers=ours, query=lure)
    assert given.json()["url"] == "wss://hub.example/web/socket", "whatever the link asked for"
    pass_ = urlencode({"ticket": given.json()["ticket"]})
    assert connect(hub, pass_, origin=evil) == 403
