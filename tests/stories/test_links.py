"""One person on several surfaces: linked by proof on both sides, parted at once."""

import itertools
from collections.abc import Callable
from typing import Any

import pytest

from functions import socket
from models.scripted import ScriptedModel
from persona import keys
from persona.acts.outbox import open_row
from persona.errors import Transient
from persona.keys import MOST_HOMES
from persona.language import Completion
from persona.model import Address
from persona.people import addresses
from tests.stories.linking import CODE, claim, link, offer
from tests.stories.people import Mailer, Person, Slacker, Texter, Visitor, drain, in_channel, settle
from tests.support import ENV, PHONE, Hub, Open, browser, texted

DAY = 86_400.0
BOB = "+14155550102"
PEOPLE: dict[str, Callable[[Hub], Person]] = {
    "sms": Texter,
    "slack": Slacker,
    "email": Mailer,
    "web": Visitor,
}
PAIRS = [*itertools.permutations(PEOPLE, 2)]


def lane_of(hub: Hub, person: Person) -> str:
    place = addresses.find(hub.ports.table, Address.parse(person.address))
    assert place
    return place.lane


@pytest.mark.parametrize(("first", "second"), PAIRS, ids=["-".join(pair) for pair in PAIRS])
def test_any_two_surfaces_become_one_person_and_part_again(
    hub: Hub, first: str, second: str
) -> None:
    ann, other = PEOPLE[first](hub), PEOPLE[second](hub)
    ann.say("remember my locker code is 4812")
    other.say("remember my door code is 9931")
    assert "4812" not in other.say("what is my locker code?")
    assert "Linked" in link(ann, other)
    assert "Linked" in other.replies()[-1]
    answer = other.say("what is my locker code?")
    where = {"sms": "by SMS", "slack": "on Slack", "email": "by email", "web": "on the web"}
    assert "4812" in answer
    assert f"You told me {where[first]}" in answer
    assert "9931" in ann.say("what is my door code?")
    assert "own again" in ann.say(f"unlink {second}")
    assert "own again" in other.replies()[-1]
    assert "4812" not in other.say("what is my locker code?")
    assert "9931" not in ann.say("what is my door code?")
    assert "4812" in ann.say("what is my locker code?")
    assert "9931" in other.say("what is my door code?")


def test_split_restores_both_persons(hub: Hub) -> None:
    ann, phone = Slacker(hub), Texter(hub)
    ann.say("remember my locker code is 4812")
    phone.say("remember my door code is 9931")
    assert "9931" in phone.say("what is my door code?"), "so that its lane has an index by now"
    homes = {address: place(hub, address) for address in (ann.address, phone.address)}
    link(ann, phone)
    phone.say("remember my gym code is 7777")
    ann.say("forget my door code")
    ann.say("unlink sms")
    assert {address: place(hub, address) for address in homes} == homes
    assert "7777" in phone.say("what is my gym code?"), "said while linked, and its own"
    assert "7777" not in ann.say("what is my gym code?")
    assert "9931" not in phone.say("what is my door code?"), "forgotten by the person it was"
    assert "4812" in ann.say("what is my locker code?")
    assert "rests on nothing" in phone.say("hello") + phone.say("why")


def place(hub: Hub, address: str) -> Any:
    return addresses.find(hub.ports.table, Address.parse(address))


def test_three_surfaces_are_one_and_the_others_are_told(hub: Hub) -> None:
    slack, phone, mail = Slacker(hub), Texter(hub), Mailer(hub)
    link(slack, phone)
    before = len(phone.replies())
    link(slack, mail)
    (told,) = phone.replies()[before:]
    assert "Email ann@example.org was linked" in told
    mail.say("remember my locker code is 4812")
    assert "4812" in phone.say("what is my locker code?")
    before = len(mail.replies())
    assert "own again" in phone.say("unlink slack"), "the first of all leaves the others together"
    assert len(mail.replies()) == before + 1
    assert "4812" in phone.say("what is my locker code?")
    assert "4812" not in slack.say("what is my locker code?")


def test_two_who_are_each_linked_become_one_with_all_of_theirs(hub: Hub) -> None:
    slack, phone, mail, page = Slacker(hub), Texter(hub), Mailer(hub), Visitor(hub)
    link(slack, phone)
    link(mail, page)
    page.say("remember my locker code is 4812")
    link(phone, mail)
    assert len({lane_of(hub, one) for one in (slack, phone, mail, page)}) == 1
    assert "4812" in slack.say("what is my locker code?")
    slack.say("unlink web")
    assert "4812" not in slack.say("what is my locker code?")
    assert "4812" in page.say("what is my locker code?")
    assert "4812" not in mail.say("what is my locker code?")


def test_the_page_shows_the_whole_conversation_in_order(hub: Hub) -> None:
    page, phone = Visitor(hub), Texter(hub)
    phone.say("first by phone")
    page.say("second on the page")
    link(page, phone)
    phone.say("third by phone")

    def shown(cursor: str = "") -> dict[str, Any]:
        query = f"after={cursor}"
        return hub.http("GET", "/web/messages", headers=browser(page.token), query=query).json()

    whole = shown()
    said = [m["text"] for m in whole["messages"] if m["author"] == "person"]
    assert said[:2] == ["first by phone", "second on the page"]
    assert said[-1] == "third by phone"
    assert [m["at"] for m in whole["messages"]] == sorted(m["at"] for m in whole["messages"])
    assert shown(whole["cursor"])["messages"] == []
    phone.say("fourth by phone")
    assert shown(whole["cursor"])["messages"][0]["text"] == "fourth by phone"
    page.say("unlink sms")
    assert "sms" not in {m["surface"] for m in shown()["messages"]}


def test_an_open_page_hears_what_is_said_elsewhere(hub: Hub) -> None:
    page, phone = Visitor(hub), Texter(hub)
    page.say("hello")
    heard: list[str] = []
    hub.family.sockets.add("socket-1", heard.append)
    about = {"eventType": "CONNECT", "connectionId": "socket-1"}
    event = {"requestContext": about, "headers": browser(page.token)}
    assert socket.run(event, hub.ports)["statusCode"] == 200
    link(phone, page)
    heard.clear()
    phone.say("remember my locker code is 4812")
    assert "4812" in "".join(heard)
    page.say("unlink me")
    heard.clear()
    phone.say("remember my door code is 9931")
    assert "9931" not in "".join(heard)


def test_a_model_is_shown_what_was_said_elsewhere_and_links_by_code(open_hub: Open) -> None:
    model = ScriptedModel(lambda prompts: Completion("So be it."))
    hub = open_hub(models=(model,))
    ann, phone = Slacker(hub), Texter(hub)
    ann.say("remember my locker code is 4812")
    link(ann, phone)
    assert not [prompt for seen in model.seen for prompt in seen if "link " in prompt.text]
    phone.say("what is my locker code?")
    assert "4812" in str(model.seen[-1])
    ann.say("unlink sms")
    phone.say("what is my locker code?")
    assert "4812" not in str(model.seen[-1])


def test_a_code_is_told_once_it_counts_and_not_before(hub: Hub) -> None:
    """Or who is quicker than the function that keeps it, or whose bell was lost, would be refused."""
    ann, phone = Slacker(hub), Texter(hub)
    ann.say("hello")
    before = len(ann.replies())
    ann.send("link")
    while hub._take_batch():
        pass
    rings = list(iter(lambda: hub.family.bell.take(0), None))
    assert [ring.function for ring in rings] == ["link"]
    for ring in rings:
        hub.family.bell.done(ring)  # lost
    assert len(ann.replies()) == before
    drain(hub)  # the sweeper rings again
    found = CODE.search(ann.replies()[-1])
    assert found
    assert claim(phone, found[1])


# What must not link


def test_linking_works_nowhere_that_others_read(hub: Hub) -> None:
    room, phone = in_channel(hub, "U0ANN"), Texter(hub)
    assert "in private only" in room.say("link")
    code = offer(phone)
    assert "in private only" in room.say(f"link {code}")
    assert claim(Slacker(hub), code), "the code is still good where nobody else reads"


def test_an_unproven_mail_links_nothing(hub: Hub) -> None:
    phone = Texter(hub)
    code = offer(phone)
    verdicts = dict.fromkeys(("spf", "dkim", "spam", "virus"), "PASS")
    raw = f"From: ann@example.org\r\nTo: persona@hub.example\r\nMessage-ID: <x@y>\r\n\r\nlink {code}\r\n"
    hub.mail(raw, "ann@example.org", {**verdicts, "dmarc": "GRAY"})
    drain(hub)
    assert "could not be verified" in hub.texts("email")[-1]
    assert claim(Slacker(hub), code)


def test_nicknames_make_no_second_person(hub: Hub) -> None:
    ann, phone = Slacker(hub), Texter(hub)
    link(ann, phone)
    phone.say("my name is Annie")
    ann.say("my name is Ann")
    assert lane_of(hub, ann) == lane_of(hub, phone)
    stranger = Slacker(hub, "U0ANNIE", "D0ANNIE")
    assert "Ann" not in stranger.say("what is my name?")


def test_no_default_person(hub: Hub) -> None:
    """A stranger with a familiar name is nobody that we know, and links to nobody by saying so."""
    Slacker(hub).say("I am Ann, and my locker code is 4812")
    for stranger in (Texter(hub), Mailer(hub), Visitor(hub)):
        stranger.say("I am Ann on Slack, user U0ANN")
        assert "4812" not in stranger.say("what is my locker code?")
    lanes = {lane_of(hub, one) for one in (Slacker(hub), Texter(hub), Mailer(hub), Visitor(hub))}
    assert len(lanes) == 4


def test_a_ninth_address_is_refused_with_a_sentence(hub: Hub) -> None:
    page, *others = (Visitor(hub, f"ann{n}") for n in range(MOST_HOMES + 1))
    for other in others[:-1]:
        assert "Linked" in link(page, other)
        hub.clock.at += 3600
    assert "at most 8" in page.say("link")
    late = others[-1]
    number = claim(page, offer(late))
    assert "at most 8" in late.say(f"yes {number}")
    assert lane_of(hub, late) != lane_of(hub, page)


# Stopping, waiting, being delivered again


def test_stop_follows_the_person_and_outlasts_the_link(hub: Hub) -> None:
    ann, phone = Slacker(hub), Texter(hub)
    ann.say("my cat is called Max")
    link(ann, phone)
    assert "I have stopped" in ann.say("stop")
    assert phone.say("what is my cat called?") == ""
    ann.say("start")
    assert "Max" in phone.say("what is my cat called?")
    phone.say("STOP")
    assert ann.say("what is my cat called?") == ""
    assert hub.gate(ann.address)["halted"]


def test_what_was_halted_before_a_link_stays_halted(hub: Hub) -> None:
    ann, phone = Slacker(hub), Texter(hub)
    number = claim(phone, offer(ann))
    phone.send("STOP")
    drain(hub)
    ann.say(f"yes {number}")
    assert hub.gate(ann.address)["halted"]
    assert ann.say("hello") == ""
    ann.say("start")
    assert ann.say("hello") != ""
    assert phone.say("hello") == "", "the carrier still blocks this number"
    phone.say("start")
    assert phone.say("hello") != ""


def test_an_event_delivered_again_after_a_link_or_a_split_is_one_turn(hub: Hub) -> None:
    ann, phone = Slacker(hub), Texter(hub)
    notes = [f"remember note {n}" for n in range(30)]

    def deliver_all() -> None:
        hub.clock.at += 600.0
        for n, note in enumerate(notes):
            hub.make(hub.twilio(texted(note, f"SM{n:032d}")))
            hub.clock.at += 10.0
            drain(hub)

    deliver_all()
    link(ann, phone)
    deliver_all()
    ann.say("unlink sms")
    deliver_all()
    assert [text for text in hub.heard(phone.address) if text in notes] == notes


def test_what_was_under_way_to_a_lane_that_joined_goes_on(hub: Hub) -> None:
    ann, phone = Slacker(hub), Texter(hub)
    number = claim(phone, offer(ann))
    for n in range(25):
        phone.send(f"remember note {n}")
        hub.clock.at -= 0.9
    hub.clock.at += 1.0
    drain(hub)
    held = [key for key, _ in hub.family.table.scan("LANE#") if key.sort.startswith("WAIT#")]
    assert held, "the cap holds some back in the lane that will give its home away"
    ann.say(f"yes {number}")
    settle(hub, 3600)
    assert [text for text in hub.heard(phone.address) if "note" in text] == [
        f"remember note {n}" for n in range(25)
    ]
    assert not [key for key, _ in hub.family.table.scan("LANE#") if key.sort.startswith("WAIT#")]
    ann.say("unlink sms")
    assert phone.say("thanks") == "You are welcome.", "nothing is thought to be waiting still"


def test_a_reply_that_was_waiting_goes_out_after_a_link_and_not_after_a_split(hub: Hub) -> None:
    ann, phone = Slacker(hub), Texter(hub)
    number = claim(phone, offer(ann))
    hub.post["sms"].errors.append(Transient("busy", 30.0))
    assert phone.say("remember the tea") == ""
    assert "Linked" in ann.say(f"yes {number}")
    settle(hub)
    assert sum("the tea" in text for text in phone.replies()) == 1
    hub.post["sms"].errors.append(Transient("busy", 30.0))
    assert phone.say("remember the milk") == ""
    ann.say("unlink sms")
    settle(hub)
    assert not [text for text in phone.replies() if "the milk" in text]
    rows = [row for _, row in hub.family.table.scan("ACT#sms#")]
    failed = [open_row(hub.ports, row) for row in rows if row["state"] == "failed"]
    assert [act.reason for act in failed] == ["unlinked"]
    assert hub.heard(phone.address)[-1] == "remember the milk", "what was said is its own"


def test_a_stop_holds_what_was_under_way_in_the_lane_before_the_link(hub: Hub) -> None:
    ann, phone = Slacker(hub), Texter(hub)
    number = claim(phone, offer(ann))
    hub.post["sms"].errors.append(Transient("busy", 30.0))
    phone.say("remember the tea")
    ann.say(f"yes {number}")
    ann.say("stop")
    settle(hub)
    assert not [text for text in phone.replies() if "the tea" in text]


def test_the_reports_on_earlier_messages_find_their_act(hub: Hub) -> None:
    ann, phone = Slacker(hub), Texter(hub)
    phone.say("remember the tea")
    (act,) = hub.sent("sms")
    link(ann, phone)
    form = {
        "AccountSid": ENV["TWILIO_ACCOUNT_SID"],
        "From": "+14155550199",
        "To": PHONE,
        "MessageSid": f"SM{1:032x}",
        "MessageStatus": "delivered",
    }
    query = f"act={act.lane}%2F{act.after.replace('#', '%23')}"
    hub.make(hub.twilio(form, "/sms/status", query))
    drain(hub)
    key = keys.act("sms", act.lane, "DONE", act.after)
    assert hub.ports.table.get([key])[key]["state"] == "delivered"


# Quarantine


def test_a_new_link_opens_nothing_older_while_in_quarantine(open_hub: Open) -> None:
    model = ScriptedModel(lambda prompts: Completion("So be it."))
    hub = open_hub({"HUB_LINK_QUARANTINE": str(DAY)}, models=(model,))
    ann, page = Slacker(hub), Visitor(hub)
    ann.say("remember my locker code is 4812")
    page.say("remember my door code is 9931")
    assert "24 hours" in link(ann, page)
    ann.say("what is my door code?")
    assert "9931" not in str(model.seen[-1]), "it is closed in both directions"
    ann.say("what is my locker code?")
    page.say("what is my locker code?")
    assert "4812" not in str(model.seen[-1])
    messages = hub.http("GET", "/web/messages", headers=browser(page.token)).json()["messages"]
    assert "4812" not in str(messages)
    assert "only itself" in page.say("unlink slack")
    assert "link no other" in page.say("link")
    assert "link no other" in page.say(f"link {offer(Texter(hub))}")
    ann.say("my new bike is green")
    page.say("what colour is my bike?")
    assert "green" in str(model.seen[-1]), "what is said from now on is common"
    hub.clock.at += DAY
    page.say("what is my locker code?")
    assert "4812" in str(model.seen[-1])
    assert "own again" in page.say("unlink slack")


def test_a_quarantine_goes_along_with_those_whom_it_keeps_apart(open_hub: Open) -> None:
    """Who is in quarantine stays there when the one that it is kept from links a third."""
    hub = open_hub({"HUB_LINK_QUARANTINE": str(DAY)})
    ann, evil, page = Slacker(hub), Texter(hub, "+14155550166"), Visitor(hub)
    ann.say("remember my locker code is 4812")
    assert "Linked" in link(ann, evil)
    hub.clock.at += 60.0
    assert "Linked" in link(page, ann)
    assert len({lane_of(hub, one) for one in (ann, evil, page)}) == 1
    for one in (evil, page):
        assert "4812" not in one.say("what is my locker code?")
    hub.clock.at += DAY
    assert "4812" in page.say("what is my locker code?")


# Numbers that change hands


def test_a_number_that_was_silent_for_long_is_a_stranger_until_it_is_proven_again(
    hub: Hub,
) -> None:
    ann, phone = Slacker(hub), Texter(hub)
    ann.say("remember my locker code is 4812")
    link(ann, phone)
    hub.clock.at += 29 * DAY
    assert "4812" in phone.say("what is my locker code?")
    hub.clock.at += 31 * DAY
    for words in ("what is my locker code?", "remember this is Eve", "link", "unlink slack"):
        assert "somebody else may have it" in phone.say(words)
    assert "Eve" not in str(hub.said(phone.address))
    before = len(phone.replies())
    link(ann, Visitor(hub))
    assert len(phone.replies()) == before, "what is new is not told to a stranger"
    assert "Linked" in link(ann, phone)
    assert "4812" in phone.say("what is my locker code?")
    assert "Eve" not in ann.say("what do you know about me?")


def test_who_has_a_silent_number_now_brings_nobody_along_by_it(hub: Hub) -> None:
    """Its new owner links it to an address of their own: both sides would be theirs."""
    ann, phone, evil = Slacker(hub), Texter(hub), Mailer(hub, "eve@example.org")
    ann.say("remember my locker code is 4812")
    link(ann, phone)
    hub.clock.at += 31 * DAY
    assert claim(phone, offer(evil)) == ""
    assert lane_of(hub, evil) != lane_of(hub, ann)
    assert "4812" not in evil.say("what is my locker code?")
    assert "Linked" in link(ann, phone)


def test_a_silence_goes_along_when_its_person_is_linked_to_another(hub: Hub) -> None:
    ann, phone, mail = Slacker(hub), Texter(hub), Mailer(hub)
    ann.say("remember my locker code is 4812")
    link(ann, phone)
    hub.clock.at += 20 * DAY
    link(mail, ann)
    hub.clock.at += 11 * DAY
    assert "somebody else may have it" in phone.say("what is my locker code?")
    assert "Linked" in link(mail, phone)
    assert "4812" in phone.say("what is my locker code?")


def test_a_number_that_is_on_its_own_again_was_never_silent(hub: Hub) -> None:
    """It was heard each week, where it was linked; its own lane has not heard it for two months."""
    ann, phone, page = Slacker(hub), Texter(hub), Visitor(hub)
    link(phone, page)
    link(ann, phone)
    for _ in range(9):
        hub.clock.at += 7 * DAY
        phone.say("remember my door code is 9931")
    ann.say("unlink sms")
    assert "9931" in phone.say("what is my door code?")
    hub.clock.at += 60 * DAY
    assert "9931" in phone.say("what is my door code?"), "nothing is linked to it"


def test_a_surface_whose_addresses_stay_is_never_silent(hub: Hub) -> None:
    ann, mail = Slacker(hub), Mailer(hub)
    ann.say("remember my locker code is 4812")
    link(ann, mail)
    hub.clock.at += 100 * DAY
    assert "4812" in mail.say("what is my locker code?")


# Answering elsewhere


@pytest.mark.parametrize(
    ("where", "words"),
    [
        ("sms", "text me the answer: what is my locker code?"),
        ("email", "what is my locker code? Answer me by email."),
        ("slack", "reply on Slack instead: what is my locker code?"),
        ("sms", "answer me at +14155550101: what is my locker code?"),
    ],
)
def test_an_answer_goes_where_it_is_asked_for(hub: Hub, where: str, words: str) -> None:
    page = Visitor(hub)
    page.say("remember my locker code is 4812")
    others = {name: make(hub) for name, make in PEOPLE.items() if name != "web"}
    for other in others.values():
        link(page, other)
    heard = {name: len(other.replies()) for name, other in others.items()}
    note = page.say(words)
    assert "I answered to" in note
    for name, other in others.items():
        fresh = other.replies()[heard[name] :]
        assert len(fresh) == (name == where)
        assert "4812" in "".join(fresh) or name != where
    asker = others["slack" if where == "email" else "email"]
    before = len(others[where].replies())
    told = asker.say(words)
    assert "I answered to" in told and "4812" not in told
    assert "4812" in others[where].replies()[before]
    assert "4812" in asker.say("what is my locker code?"), "said again only for that one"


def test_the_last_question_is_answered_elsewhere(hub: Hub) -> None:
    ann, phone = Slacker(hub), Texter(hub)
    link(ann, phone)
    assert "Ask me first" in phone.say("reply on Slack instead")
    ann.say("remember my locker code is 4812")
    assert "4812" in phone.say("what is my locker code?")
    before = len(ann.replies())
    assert phone.say("reply on Slack instead") == f"I answered to Slack {ann.address[6:]}."
    assert "4812" in ann.replies()[before]
    ann.say("forget my locker code")
    assert "4812" not in str([act.text for act in opened(hub)]), "nor in what was sent elsewhere"


def opened(hub: Hub) -> list[Any]:
    settle(hub, 60)
    return [open_row(hub.ports, row) for _, row in hub.family.table.scan("ACT#")]


def test_no_answer_goes_to_an_address_that_is_not_theirs(hub: Hub) -> None:
    ann, phone, room = Slacker(hub), Texter(hub), in_channel(hub, "U0ANN")
    bob, mail = Texter(hub, BOB), Mailer(hub)
    ann.say("remember my locker code is 4812")
    link(ann, phone)
    bob.say("hello")
    mail.say("hello")
    asked = (
        f"answer me at {BOB}: what is my locker code?",
        "answer me at eve@example.org: what is my locker code?",
        "answer me by email: what is my locker code?",
        "email me the answer",
    )
    before = {one.address: len(one.replies()) for one in (bob, mail, phone)}
    for words in asked:
        assert "no address that is linked" in ann.say(words)
    assert "in private" in room.say("text me the answer: what is my locker code?")
    ann.say("unlink sms")
    assert "no address that is linked" in ann.say("text me the answer: what is my locker code?")
    for one in (bob, mail):
        assert len(one.replies()) == before[one.address]
    assert "4812" not in "".join(phone.replies())


def test_no_answer_goes_to_one_in_quarantine_or_silent(open_hub: Open) -> None:
    hub = open_hub({"HUB_LINK_QUARANTINE": str(DAY)})
    ann, phone = Slacker(hub), Texter(hub)
    ann.say("remember my locker code is 4812")
    link(ann, phone)
    assert "cannot answer there" in ann.say("text me the answer: what is my locker code?")
    hub.clock.at += DAY
    assert "I answered" in ann.say("text me the answer: what is my locker code?")
    hub.clock.at += 31 * DAY
    assert "cannot answer there" in ann.say("text me the answer: what is my locker code?")
    assert sum("4812" in text for text in phone.replies()) == 1


def test_an_answer_on_its_way_elsewhere_ends_with_the_link(hub: Hub) -> None:
    ann, phone = Slacker(hub), Texter(hub)
    ann.say("remember my locker code is 4812")
    link(ann, phone)
    hub.post["sms"].errors.append(Transient("busy", 30.0))
    assert "I answered" in ann.say("text me the answer: what is my locker code?")
    ann.say("unlink sms")
    settle(hub)
    assert "4812" not in "".join(phone.replies())
