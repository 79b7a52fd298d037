"""What a person lets be sent to them: said in words or by a carrier, kept, heeded, and shown."""

import json
from typing import Any

import pytest

from functions import mail
from hub.person import person
from persona.errors import Refused
from persona.keys import Key
from persona.model import Address
from persona.people import addresses
from persona.people.consent import Consent
from tests.stories.linking import link
from tests.stories.people import Mailer, Person, Slacker, Texter, Visitor, drain, in_channel
from tests.stories.test_wishes import CODE
from tests.support import Hub, browser

BOB = "+14155550155"
ASK = f"text {BOB}: the meeting is at ten"


def changes(hub: Hub, who: Person) -> list[tuple[str, str, str]]:
    """What the ledger of this person's lane says of consent, in order."""
    place = addresses.find(hub.ports.table, Address.parse(who.address))
    assert place
    rows = [row for _, row in hub.ports.table.query(Key(f"LANE#{place.lane}", "LEDGER#"))]
    found = [one for row in rows for one in row.get("consent", [])]
    return [(one["surface"], one["change"], one["why"]) for one in found]


def texts_to(hub: Hub, number: str) -> list[str]:
    drain(hub)
    return [act.text for act in hub.sent("sms") if act.address.id == number]


def approved(ann: Person, words: str = ASK) -> str:
    """What comes of a wish and the yes to it."""
    code = CODE.search(ann.say(words))
    assert code
    return ann.say(f"approve {code[1]}")


def test_who_writes_first_has_opted_in_and_stop_and_start_are_kept(hub: Hub) -> None:
    ann = Texter(hub)
    ann.say("hello")
    ann.say("stop")
    ann.say("start")
    assert changes(hub, ann) == [
        ("sms", "opted in", "wrote first"),
        ("sms", "stopped", "stop"),
        ("sms", "closed", "opted out"),
        ("sms", "resumed", "start"),
        ("sms", "opened", "start"),
    ]


def test_do_not_text_me_leaves_answers_and_nothing_else(hub: Hub) -> None:
    ann, phone = Slacker(hub), Texter(hub)
    link(ann, phone)
    assert "answers to what you say there" in ann.say("Do not text me.")
    assert f"SMS {phone.phone}: no, asked not to" in ann.say("may you text me?")
    assert "hello" in phone.say("hello").casefold(), "what is said there is answered there"
    assert "I may not do this" in ann.say(f"text {phone.phone}: milk")
    assert "cannot answer there" in ann.say("what is my cat? answer me by text")
    sent = texts_to(hub, phone.phone)
    assert "milk" not in sent
    gate = Consent.of(hub.gate(ann.address))
    assert gate.free_at(Address("sms", phone.phone), hub.clock.at, "UTC") == float("inf")
    assert "may write to SMS" in ann.say("you may text me again")
    assert "I do this now" in ann.say(f"text {phone.phone}: milk")
    assert "milk" in texts_to(hub, phone.phone)
    assert ("sms", "closed", "asked not to") in changes(hub, ann)
    assert ("sms", "opened", "asked for") in changes(hub, ann)


def test_what_the_carrier_blocks_only_start_from_there_opens(hub: Hub) -> None:
    ann, phone = Slacker(hub), Texter(hub)
    link(ann, phone)
    phone.say("stop")
    ann.say("start")
    assert "blocked by your carrier" in ann.say("you may text me again")
    assert hub.gate(ann.address)["suppressed"] == {phone.address: "opted out"}
    phone.say("start")
    assert hub.gate(ann.address)["suppressed"] == {}


def test_quiet_hours_hold_what_is_unasked_and_no_answer(hub: Hub) -> None:
    ann = Texter(hub)
    told = ann.say("quiet hours from 22:00 to 7:00")
    assert "22:00 to 07:00, by the clock of UTC" in told
    night = 1_750_028_400.0  # 23:00 on a Sunday, in UTC
    consent = Consent.of(hub.gate(ann.address))
    assert consent.free_at(Address.parse(ann.address), night, "UTC") == night + 8 * 3600
    hub.clock.at = night
    assert "Hello" in ann.say("hello")
    assert "Quiet: 22:00 to 07:00" in ann.say("what are my quiet hours?")
    ann.say("no texts on weekends")
    assert hub.gate(ann.address)["quiet"]["sms"]["days"] == [5, 6]
    assert "no quiet hours any more" in ann.say("no quiet hours")
    assert changes(hub, ann)[1:] == [
        ("*", "quiet hours", "22:00 to 07:00"),
        ("*", "quiet hours", "22:00 to 07:00; sms: on weekends"),
        ("*", "quiet hours", "none"),
    ]


@pytest.mark.parametrize("words", ["quiet hours from 25:00 to 7:00", "quiet hours 7 to 7"])
def test_hours_that_are_none_change_nothing(hub: Hub, words: str) -> None:
    ann = Visitor(hub)
    assert "I know no such hours" in ann.say(words)
    assert not hub.gate(ann.address).get("quiet")


def test_words_about_texting_that_are_no_wish_change_nothing(hub: Hub) -> None:
    ann = Texter(hub)
    ann.say("do not text me the answer to that", "my boss said: do not text me", "> do not text me")
    assert hub.gate(ann.address)["suppressed"] == {}


def test_consent_is_not_spoken_of_where_others_listen(hub: Hub) -> None:
    room = in_channel(hub, "U0ANN")
    assert "That is between us" in room.say("may you text me?")
    assert "That is between us" in room.say("do not write to me")
    assert hub.gate(room.address)["suppressed"] == {}


def test_nobody_else_gets_texts_to_one_who_said_stop(hub: Hub) -> None:
    """Whoever wishes it, and whatever was approved before."""
    ann, bob = Slacker(hub), Texter(hub, BOB)
    bob.say("hello")
    bob.say("stop")
    before = texts_to(hub, BOB)
    told = approved(ann)
    assert "I could not do this" in told
    assert "opted out" in told
    assert texts_to(hub, BOB) == before
    bob.say("start")
    assert "Done" in approved(ann)
    assert "the meeting is at ten" in texts_to(hub, BOB)


def test_who_asked_not_to_be_texted_gets_none_from_others(hub: Hub) -> None:
    ann, bob = Slacker(hub), Texter(hub, BOB)
    bob.say("do not text me")
    assert "asked not to" in approved(ann)
    assert "the meeting is at ten" not in texts_to(hub, BOB)


def test_a_number_that_the_carrier_says_is_closed_is_not_tried_again(hub: Hub) -> None:
    ann = Slacker(hub)
    hub.post["sms"].errors = [Refused("Twilio error 21610", "unsubscribed")]
    assert "unsubscribed" in approved(ann)
    assert "unsubscribed" in approved(ann)
    assert not texts_to(hub, BOB)
    assert ("sms", "closed", "unsubscribed") in changes(hub, ann)
    Texter(hub, BOB).say("start")
    assert "Done" in approved(ann), "the owner's own word is newer"


def told_by_ses(hub: Hub, what: str, address: str, id: str = "f1") -> None:
    names = {"Complaint": "complainedRecipients", "Bounce": "bouncedRecipients"}
    about: dict[str, Any] = {"feedbackId": id, names[what]: [{"emailAddress": address}]}
    about |= {"bounceType": "Permanent"} if what == "Bounce" else {}
    told = {"notificationType": what, what.lower(): about, "mail": {"messageId": "m1"}}
    mail.run({"Records": [{"Sns": {"Message": json.dumps(told)}}]}, hub.ports)
    drain(hub)


def test_a_complaint_ends_what_is_unasked_and_is_kept(hub: Hub) -> None:
    ann, bob = Texter(hub), Mailer(hub, "bob@example.net")
    told_by_ses(hub, "Complaint", "Bob@example.net")
    told_by_ses(hub, "Complaint", "Bob@example.net")
    told = approved(ann, "email bob@example.net: our offer")
    assert "complained" in told
    assert not hub.sent("email")
    assert changes(hub, bob) == [("email", "closed", "complained")]
    assert "Hello" in bob.say("hello"), "an answer to their own words"
    assert "complained" in approved(ann, "email bob@example.net: our last offer")


def test_a_bounce_closes_a_mailbox_until_its_owner_writes(hub: Hub) -> None:
    ann = Mailer(hub)
    ann.say("hello")
    told_by_ses(hub, "Bounce", "ann@example.org")
    assert hub.gate(ann.address)["suppressed"] == {ann.address: "bounced"}
    ann.say("hello again")
    assert hub.gate(ann.address)["suppressed"] == {}
    assert changes(hub, ann)[-1] == ("email", "opened", "wrote again")


def test_the_page_shows_what_may_be_sent_where(hub: Hub) -> None:
    ann, phone = Visitor(hub), Texter(hub)
    link(ann, phone)
    ann.say("do not text me")
    ann.say("quiet hours from 22:00 to 7:00")
    me = hub.http("GET", "/web/me", headers=browser(ann.token)).json()
    refuses = {one["surface"]: one["refuses"] for one in me["addresses"]}
    assert refuses == {"web": "", "sms": "asked not to"}
    assert me["quiet"]["*"]["end"] == 420


def test_the_command_line_shows_what_was_agreed_and_when(hub: Hub) -> None:
    ann = Texter(hub)
    ann.say("hello", "quiet hours from 10 pm to 7 am")
    found = person(Address.parse(ann.address), hub.ports)
    assert found
    assert found["quiet_hours"]["*"] == {"start": 1320, "end": 420, "days": []}
    assert [one["change"] for one in found["consent"]] == ["opted in", "quiet hours"]
    assert all(one["at"] for one in found["consent"])
