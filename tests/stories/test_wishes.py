"""What is wished, asked for, approved and done: once, by the right person, as it was shown."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from models.scripted import ScriptedModel
from persona import catalog, keys
from persona.acts import questions
from persona.acts.outbox import open_row, row_of
from persona.decision import Act
from persona.keys import Key
from persona.language import Call, Completion, Prompt
from persona.model import Address
from persona.people import addresses
from persona.ports import Put
from tests.stories.ledgers import lost
from tests.stories.linking import link
from tests.stories.people import Mailer, Person, Slacker, Texter, Visitor, drain, in_channel
from tests.support import ENV, FAMILIES, Hub

DAY = 86_400.0
BOB = "bob@example.net"
ASK = f"email {BOB}: the meeting is at ten"
CODE = re.compile(r"approve ([A-Z2-9]{6})")
PEOPLE: dict[str, Callable[[Hub], Person]] = {
    "sms": Texter,
    "slack": Slacker,
    "email": Mailer,
    "web": Visitor,
}
Open = Callable[..., Hub]


@pytest.fixture(params=FAMILIES)
def open_hub(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Open]:
    hubs: list[Hub] = []

    def opens(env: dict[str, str] | None = None, **instead: Any) -> Hub:
        hubs.append(Hub(tmp_path, {**ENV, **(env or {})}, family=request.param, **instead))
        return hubs[-1]

    yield opens
    left = [one for hub in hubs for one in lost(hub)]
    for hub in hubs:
        hub.close()
    assert left == []


@pytest.fixture
def hub(open_hub: Open) -> Hub:
    return open_hub()


def ask(person: Person, words: str = ASK) -> str:
    """The code that approves what these words wish."""
    found = CODE.search(person.say(words))
    assert found, person.replies()[-1]
    return found[1]


def mails(hub: Hub, to: str = BOB) -> list[Act]:
    drain(hub)
    return [act for act in hub.sent("email") if act.address == Address("email", to)]


@pytest.mark.parametrize("surface", PEOPLE)
def test_a_mail_to_somebody_new_is_asked_for_and_sent_once(hub: Hub, surface: str) -> None:
    ann = PEOPLE[surface](hub)
    answer = ann.say(ASK)
    assert f"email {BOB}, with the subject “A message”:\n“the meeting is at ten”" in answer
    assert not mails(hub)
    code = CODE.search(answer)
    assert code
    told = ann.say(f"approve {code[1]}")
    assert told.startswith("Approved.")
    assert "Done: email bob@example.net" in told
    assert [act.text for act in mails(hub)] == ["the meeting is at ten"]
    assert mails(hub)[0].function == "send_email"
    assert "has had its answer: approved" in ann.say(f"approve {code[1].lower()}")
    assert len(mails(hub)) == 1


def test_a_denied_question_stays_denied(hub: Hub) -> None:
    ann = Texter(hub)
    code = ask(ann)
    assert ann.say(f"deny {code}").startswith("Then I do not do this")
    assert "has had its answer: denied" in ann.say(f"approve {code}")
    assert not mails(hub)


def test_nobody_else_approves_and_the_owner_still_can(hub: Hub) -> None:
    ann, bob, eve = Texter(hub), Texter(hub, phone="+14155550155"), Slacker(hub, user="U0EVE")
    code = ask(ann)
    for other in (bob, eve):
        assert other.say(f"approve {code}") == questions_none(other)
    assert not mails(hub)
    ann.say(f"approve {code}")
    assert len(mails(hub)) == 1


def questions_none(person: Person) -> str:
    return next(text for text in reversed(person.replies()) if "No question of mine" in text)


def test_a_bare_yes_and_a_yes_to_something_else_approve_nothing(hub: Hub) -> None:
    ann = Visitor(hub)
    first, second = ask(ann), ask(ann, "email eve@example.net: hello")
    ann.say("yes", "approve", "approve it", f"I do not approve {first}")
    assert not mails(hub)
    ann.say(f"approve {second}")
    assert not mails(hub)
    assert [act.text for act in mails(hub, "eve@example.net")] == ["hello"]


@pytest.mark.parametrize("surface", ["slack", "web"])
def test_approved_from_another_surface_of_the_same_person(hub: Hub, surface: str) -> None:
    ann, phone = PEOPLE[surface](hub), Texter(hub)
    link(ann, phone)
    code = ask(ann)
    before = len(ann.replies())
    phone.say(f"approve {code}")
    assert len(mails(hub)) == 1
    drain(hub)
    assert any("Done: email" in text for text in ann.replies()[before:]), "told where it was asked"


def test_asked_before_the_link_approved_after_it_from_the_other_side(hub: Hub) -> None:
    ann, phone = Slacker(hub), Texter(hub)
    code = ask(phone)
    link(ann, phone)
    ann.say(f"approve {code}")
    assert len(mails(hub)) == 1


def test_an_address_that_was_parted_approves_nothing_of_the_other(hub: Hub) -> None:
    ann, phone = Slacker(hub), Texter(hub)
    link(ann, phone)
    code = ask(ann)
    ann.say("unlink sms")
    phone.say(f"approve {code}")
    assert not mails(hub)


def test_question_waits_for_days(hub: Hub) -> None:
    ann = Texter(hub)
    code = ask(ann)
    hub.clock.at += 6 * DAY
    drain(hub)
    ann.say(f"approve {code}")
    assert len(mails(hub)) == 1


def test_timeout_is_not_a_no(hub: Hub) -> None:
    ann = Texter(hub)
    code = ask(ann)
    before = len(ann.replies())
    hub.clock.at += questions.STANDS + 1
    drain(hub)
    (told,) = ann.replies()[before:]
    assert told.startswith("You did not answer")
    assert "expired" in ann.say(f"approve {code}")
    hub.clock.at += DAY
    drain(hub)
    assert not mails(hub)


def test_second_approval_in_a_turn_is_kept(open_hub: Open) -> None:
    wished = (
        Call("1", "send_email", {"to": BOB, "text": "one"}),
        Call("2", "send_email", {"to": "eve@example.net", "text": "two"}),
        Call("3", "send_email", {"to": BOB, "text": "one"}),
    )
    hub = open_hub(models=(ScriptedModel(wishing(*wished)),))
    ann = Visitor(hub)
    answer = ann.say("write to both")
    codes = CODE.findall(answer)
    assert len(codes) == 2
    ann.say(*(f"approve {code}" for code in codes))
    assert len(mails(hub)) == len(mails(hub, "eve@example.net")) == 1


def wishing(*calls: Call) -> Callable[[Sequence[Prompt]], Completion]:
    """Wishes these in its first answer to new words, and then is done."""

    def script(prompts: Sequence[Prompt]) -> Completion:
        if prompts[-1].role == "tool" or "approve" in prompts[-1].text:
            return Completion("It is sent.")
        return Completion("I do that.", calls)

    return script


def test_a_model_that_says_it_happened_is_put_right_by_code(open_hub: Open) -> None:
    hub = open_hub(
        models=(ScriptedModel(wishing(Call("1", "send_email", {"to": BOB, "text": "x"}))),)
    )
    answer = Texter(hub).say("tell Bob")
    assert "May I do this? email bob@example.net" in answer
    assert not mails(hub)


def test_always_makes_it_a_grant_for_that_address_alone(hub: Hub) -> None:
    ann = Texter(hub)
    ann.say(f"approve {ask(ann)} always")
    assert "I do this now" in ann.say(f"email {BOB.upper()}: and again")
    assert [act.text for act in mails(hub)] == ["the meeting is at ten", "and again"]
    assert "May I" in ann.say("email bob@example.com: another domain")
    assert "May I" in ann.say("text +14155550177: another surface")


def test_ones_own_linked_address_needs_no_approval(hub: Hub) -> None:
    ann, mail = Texter(hub), Mailer(hub)
    link(ann, mail)
    assert "I do this now" in ann.say("email ann@example.org: milk, eggs")
    assert "milk, eggs" in [act.text for act in mails(hub, "ann@example.org")]


def test_nothing_is_sent_from_a_channel(hub: Hub) -> None:
    answer = in_channel(hub, "U0ANN").say(ASK)
    assert "I may not do this" in answer
    assert not CODE.search(answer)
    assert not mails(hub)


def test_unverified_mail_wishes_nothing(hub: Hub) -> None:
    raw = f"From: ann@example.org\r\nTo: persona@hub.example\r\nMessage-ID: <1@x>\r\n\r\n{ASK}\r\n"
    hub.mail(
        raw,
        verdicts={"spf": "GRAY", "dkim": "GRAY", "dmarc": "GRAY", "spam": "PASS", "virus": "PASS"},
    )
    assert not mails(hub)
    assert not any(CODE.search(act.text) for act in hub.sent("email"))


def test_after_stop_an_approval_does_nothing(hub: Hub) -> None:
    ann = Slacker(hub)
    code = ask(ann)
    ann.say("stop")
    ann.say(f"approve {code}")
    assert not mails(hub)
    ann.say("start")
    assert not mails(hub)
    ann.say(f"approve {code}")
    assert len(mails(hub)) == 1


def test_twenty_a_day_and_no_more(hub: Hub) -> None:
    ann = Visitor(hub)
    ann.say(f"approve {ask(ann)} always")
    for n in range(25):
        hub.clock.at += 60
        ann.say(f"email {BOB}: number {n}")
    assert len(mails(hub)) == catalog.capabilities()["send_email"].rate
    hub.clock.at += DAY
    ann.say(f"email {BOB}: a new day")
    assert mails(hub)[-1].text == "a new day"


def lane_of(hub: Hub, person: Person) -> str:
    place = addresses.find(hub.ports.table, Address.parse(person.address))
    assert place
    return place.lane


def altered(hub: Hub, lane: str, change: Callable[[Act], Act]) -> None:
    """Rewrites the one open act of send_email as somebody would who holds the table and its keys."""
    ((key, row),) = hub.ports.table.query(Key(f"ACT#send_email#{lane}", "OPEN"))
    hub.ports.table.commit([Put(key, row_of(hub.ports, change(open_row(hub.ports, row))))])


def approved_but_not_yet_sent(hub: Hub) -> tuple[Person, str]:
    ann = Texter(hub)
    code = ask(ann)
    ann.send(f"approve {code}")
    while hub._take_batch():
        pass
    return ann, lane_of(hub, ann)


def wish_with(act: Act, **changes: Any) -> dict[str, Any]:
    wish = {**act.wish, "intent": {**act.wish["intent"]}}
    for name, value in changes.items():
        wish["intent"][name] = value
    return wish


ALTERATIONS: dict[str, Callable[[Act], Act]] = {
    "another recipient": lambda act: replace(act, address=Address("email", "eve@example.net")),
    "another text": lambda act: replace(act, text="give me your money"),
    "another subject": lambda act: replace(act, detail={**act.detail, "subject": "hm"}),
    "another recipient in the intent too": lambda act: replace(
        act,
        address=Address("email", "eve@example.net"),
        wish=wish_with(act, arguments={**act.wish["intent"]["arguments"], "to": "eve@example.net"}),
    ),
    "a recipient that is none": lambda act: replace(
        act, wish=wish_with(act, arguments={**act.wish["intent"]["arguments"], "to": "bob, eve"})
    ),
    "another version": lambda act: replace(act, wish=wish_with(act, version=2)),
    "another capability": lambda act: replace(act, wish=wish_with(act, capability="send_sms")),
    "another cause": lambda act: replace(act, wish=wish_with(act, cause="other/0")),
    "another lane": lambda act: replace(act, wish=wish_with(act, lane="X" * 26)),
    "arguments that fit nothing": lambda act: replace(act, wish=wish_with(act, arguments={})),
    "no circumstances": lambda act: replace(act, wish={**act.wish, "facts": {}}),
    "no wish at all": lambda act: replace(act, wish={}),
    "an approver who is nobody's": lambda act: replace(
        act, wish={**act.wish, "facts": {**act.wish["facts"], "approver": "H" * 26}}
    ),
}


@pytest.mark.parametrize("name", ALTERATIONS)
def test_an_act_that_is_not_what_was_approved_is_not_done(hub: Hub, name: str) -> None:
    _, lane = approved_but_not_yet_sent(hub)
    altered(hub, lane, ALTERATIONS[name])
    drain(hub)
    assert not hub.sent("email")


def test_stop_between_the_yes_and_the_act_holds_the_act(hub: Hub) -> None:
    ann, _ = approved_but_not_yet_sent(hub)
    ann.send("stop")
    drain(hub)
    assert not mails(hub)


def test_every_wish_stands_in_the_ledger_with_its_verdict_and_no_words(hub: Hub) -> None:
    ann = Texter(hub)
    ann.say(f"approve {ask(ann)}")
    rows = [row for _, row in hub.ports.table.query(Key(f"LANE#{lane_of(hub, ann)}", "LEDGER#"))]
    wished = [one["decision"] for row in rows for one in row.get("wished", [])]
    assert wished == ["ask", "allow"]
    outcomes = [one for row in rows for one in row["events"] if one["kind"] == "outcome"]
    assert [(one["function"], one["state"]) for one in outcomes] == [("send_email", "sent")]
    acts = [act["id"] for row in rows for act in row["acts"] if act["function"] == "send_email"]
    assert [one["act"] for one in outcomes] == acts
    assert "meeting" not in str(rows)
    assert keys.ledger(lane_of(hub, ann), 1).sort


def reported(hub: Hub, act: Act, status: str, **fields: str) -> None:
    """The carrier's report on a capability's text, as its callback names it."""
    named = quote(f"{act.lane}/{act.function}/{act.home}/{act.after}", safe="")
    form = {
        "AccountSid": ENV["TWILIO_ACCOUNT_SID"],
        "MessageSid": "SM" + "1" * 32,
        "MessageStatus": status,
        "To": act.address.id,
        "From": "+14155550199",
        **fields,
    }
    assert hub.make(hub.twilio(form, "/sms/status", f"act={named}")).status == 204
    drain(hub)


def texted_to_a_stranger(hub: Hub, ann: Person) -> Act:
    ann.say(f"approve {ask(ann, 'text +14155550177: the meeting is at ten')}")
    return next(act for act in hub.sent("sms") if act.address.id == "+14155550177")


def state_of(hub: Hub, act: Act) -> str:
    key = keys.act(act.function, act.lane, "DONE", act.after)
    return open_row(hub.ports, hub.ports.table.get([key])[key]).state


def test_a_text_to_a_stranger_that_did_not_arrive_is_told_where_it_was_wished(hub: Hub) -> None:
    ann = Slacker(hub)
    act = texted_to_a_stranger(hub, ann)
    before = len(ann.replies())
    reported(hub, act, "undelivered", ErrorCode="30005")
    (told,) = ann.replies()[before:]
    assert told.startswith("I could not do this: text +14155550177")
    assert state_of(hub, act) == "failed"
    reported(hub, act, "delivered")
    assert state_of(hub, act) == "failed"
    assert len(ann.replies()) == before + 1
    assert addresses.find(hub.ports.table, act.address) is None, "the stranger stays a stranger"


def test_a_text_that_arrived_is_delivered_and_nobody_is_bothered(hub: Hub) -> None:
    ann = Slacker(hub)
    act = texted_to_a_stranger(hub, ann)
    before = len(ann.replies())
    reported(hub, act, "delivered")
    assert state_of(hub, act) == "delivered"
    assert len(ann.replies()) == before


@pytest.mark.parametrize("other", ["T0HUB:U0EVE", "T0OTHER:U0BOB"])
def test_a_yes_to_one_member_is_none_to_another(hub: Hub, other: str) -> None:
    ann = Slacker(hub)
    ann.say(f"approve {ask(ann, 'message T0HUB:U0BOB: hello')} always")
    assert "I do this now" in ann.say("message T0HUB:U0BOB: again")
    assert "May I do this?" in ann.say(f"message {other}: hello")
    assert [act.text for act in hub.sent("slack") if act.address.id == other] == []
