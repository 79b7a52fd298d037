"""How somebody writes suggests a link to be proven, and closes what somebody else seems to write in."""

import json
import re
from typing import Any

from persona import keys
from persona.acts import erase
from persona.memory.texture import marks
from persona.model import Address
from persona.people import addresses, textures
from tests.stories.linking import claim, link, offer
from tests.stories.people import Person, Slacker, Texter, Visitor, settle
from tests.stories.writing import CLOSED, lend, peopled, share, slowly, written
from tests.support import Hub, Open, browser

OTHERS = range(1, 11)
OWN = 11
"""A hand that is like none of these."""
HINT = "If you talk with me somewhere else as well"


def lane_of(hub: Hub, person: Person) -> str:
    place = addresses.find(hub.ports.table, Address.parse(person.address))
    assert place
    return place.lane


def shown(hub: Hub, page: Visitor) -> dict[str, Any] | None:
    """What the page has of how its person writes."""
    return hub.http("GET", "/web/person", headers=browser(page.token)).json()["likeness"]


def kinds(hub: Hub, person: Person) -> list[str]:
    """What the ledger says was worked in this person's lane."""
    rows = hub.ports.table.query(keys.entries(lane_of(hub, person)))
    return [event["kind"] for _, row in rows for event in row["events"]]


def test_who_writes_like_somebody_known_hears_once_how_to_link_and_of_nobody(hub: Hub) -> None:
    peopled(hub, OTHERS)
    ann, fresh = Texter(hub), Slacker(hub, "U0NEW")
    for words in written(OWN, 6):
        slowly(ann, words)
    ann.say("remember my locker code is 4812")
    answers = [slowly(fresh, words) for words in written(OWN, 13, since=6)]
    hinted = [at for at, answer in enumerate(answers) if HINT in answer]
    assert hinted == [6], "with the answer after the sixth turn, and never again"
    assert kinds(hub, fresh).count("suggestion") == 1
    everything = json.dumps([fresh.replies(), answers])
    for secret in ("4812", "locker", ann.phone, "SMS", "text message"):
        assert secret not in everything
    assert HINT not in "".join(ann.replies()), "whom it is like hears nothing of it"
    why = fresh.say("why did you suggest that?")
    assert (
        "Nothing is opened by it. By what, and how sure, I tell once both sides have shown" in why
    )
    assert "%" not in why and "•" not in why, "who tries to write like her learns nothing"
    assert "“why did you suggest that”" in fresh.say("what do you know about me?")
    assert "I told you how to link" not in ann.say("why did you suggest that?")
    assert "4812" not in fresh.say("what is my locker code?")
    assert "Linked" in link(fresh, ann), "as it was told to begin"
    assert "4812" in fresh.say("what is my locker code?")
    linked = ann.say("why did you suggest that?") + fresh.say("why did you suggest that?")
    assert "Both are yours by now" in linked and "runs of letters +" in linked
    assert "• uses “^”: in 6 of 6 messages there, in " in linked, "habits, and nobody's words"
    assert not any(secret in linked for secret in ("4812", "locker", "boat", ann.phone))
    assert re.search(r"• uses “\^”: \d+ of \d+ \w+ \w+, \d+ of \d+ (?:by SMS|on Slack)", linked)

    fresh.say("unlink sms")
    assert "Both are yours" not in fresh.say("why did you suggest that?"), "what is apart, is apart"


def test_the_page_tells_by_what_only_to_whom_it_concerns(hub: Hub) -> None:
    peopled(hub, OTHERS)
    ann, phone, page = Slacker(hub), Texter(hub), Visitor(hub)
    for words in written(OWN, 6):
        slowly(ann, words)
    for words in written(OWN, 7, since=6):
        slowly(page, words)
    hinted = shown(hub, page)
    assert hinted and hinted.keys() == {"what", "at", "address", "proven", "can"}
    assert (hinted["what"], hinted["can"]) == ("hint", {"link": "link"})
    link(page, phone)
    assert shown(hub, page) == hinted, "nothing is proven by an address that it is not like"
    assert "By what, and how sure, I tell once" in phone.say("why did you suggest that?")
    link(page, ann)
    told = shown(hub, page)
    assert told and told["what"] == "like" and told["chance"] > 0.6 and told["can"] == {}
    assert {"runs of letters", "the words that are used"} < {one["says"] for one in told["parts"]}
    each = {one["surface"]: one for one in told["habits"][0]["each"]}
    assert each["web"]["of"] >= 7 and each["slack"]["of"] >= 6
    assert each["web"]["count"] and "boat" not in json.dumps(told), "habits, and nobody's words"
    stranger = Visitor(hub, "bob")
    stranger.say("hello")
    assert shown(hub, stranger) is None
    page.say("unlink slack")
    assert shown(hub, page) is None, "what is apart, is apart"


def test_a_hand_of_nobody_known_a_small_crowd_and_a_hub_that_does_not_look_hint_nothing(
    open_hub: Open,
) -> None:
    hub = open_hub()
    peopled(hub, OTHERS)
    stranger = Slacker(hub, "U0NEW")
    words = [f"Grüß Gott, lieber Freund ({at}): wie geht es dir heute?" for at in range(7)]
    assert HINT not in "".join(stranger.say(one) for one in words)
    row = hub.ports.table.get([keys.texture(lane_of(hub, stranger))])
    assert row, "it was looked at"
    blind = open_hub({"HUB_LIKENESS": "off"})
    other = Texter(blind)
    assert HINT not in "".join(other.say(one) for one in written(1, 7))
    assert not blind.ports.table.get([keys.texture(lane_of(blind, other))])


def test_a_lent_phone_opens_nothing_until_its_owner_proves_it_again(hub: Hub) -> None:
    peopled(hub, OTHERS)
    ann, phone, page = Slacker(hub), Texter(hub), Visitor(hub)
    ann.say("remember my locker code is 4812")
    assert "Linked" in link(ann, page)
    assert "Linked" in link(ann, phone)
    share(ann, phone)
    assert "4812" in phone.say("what is my locker code?")
    assert lend(ann, phone) <= 24
    (told,) = [text for text in ann.replies() if CLOSED in text]
    assert f"unlink {phone.phone}" in told
    kept = len(hub.heard(phone.address))
    assert CLOSED in phone.say("what is my locker code?")
    assert "4812" not in "".join(phone.replies()[-2:])
    assert len(hub.heard(phone.address)) == kept, "nothing of it is kept"
    assert "I closed" not in phone.say("why did you close that?"), "whoever holds it learns nothing"
    why = ann.say("why did you close that?")
    assert f"I closed SMS {phone.phone}" in why and "likely to be yours" in why
    assert "Against it:" in why and "of yours" in why
    told = shown(hub, page)
    assert told and (told["what"], told["proven"]) == ("closing", False)
    assert told["address"] == {"surface": "sms", "id": phone.phone}
    assert told["can"] == {"link": "link", "unlink": f"unlink {phone.phone}"}
    assert told["chance"] < 0.05 and any("theirs" in one for one in told["habits"])
    assert "4812" in ann.say("what is my locker code?"), "the owner's own surface is open"
    number = claim(phone, offer(ann))
    assert "Linked" in ann.say(f"yes {number}")
    assert "4812" in phone.say("what is my locker code?")
    assert "You have shown since that it is you." in ann.say("why did you close that?")
    told = shown(hub, page)
    assert told and told["proven"] and told["can"] == {}
    assert CLOSED not in "".join(slowly(phone, words) for words in written(0, 9, since=20))


def test_who_writes_as_ever_is_never_shut_out(hub: Hub) -> None:
    peopled(hub, OTHERS)
    ann, phone = Slacker(hub), Texter(hub)
    link(ann, phone)
    for at, words in enumerate(written(0, 40)):
        slowly(phone if at % 2 else ann, words)
    assert "suggestion" not in kinds(hub, ann)
    assert "likeness" in json.dumps(
        [row["acts"] for _, row in hub.ports.table.query(keys.entries(lane_of(hub, ann)))]
    ), "it was looked at"


def test_what_is_forgotten_leaves_the_texture_and_an_erased_person_leaves_none(hub: Hub) -> None:
    ann = Visitor(hub)
    slowly(ann, "my zebra is called Ostrava")
    for words in written(0, 6):
        slowly(ann, words)
    lane = lane_of(hub, ann)
    (mark,) = [one for one in marks("zebra") if one.says == "writes “zebra”"]
    before = textures.read(hub.ports, [lane])[lane]
    assert before.of(mark) == 1
    slowly(ann, "forget my zebra")
    after = textures.read(hub.ports, [lane])[lane]
    assert after.of(mark) == 0
    assert after.messages < before.messages + 1
    erase.begin(Address.parse(ann.address), hub.ports, hub.clock.now())
    settle(hub)
    assert not hub.ports.table.get([keys.texture(lane), keys.textured(lane)])


def test_who_is_linked_or_parted_has_the_texture_of_their_homes_and_no_others(hub: Hub) -> None:
    ann, phone = Slacker(hub), Texter(hub)
    for words in written(0, 7):
        slowly(ann, words)
        slowly(phone, words)
    own, theirs = lane_of(hub, ann), lane_of(hub, phone)
    alone = textures.read(hub.ports, [own, theirs])
    assert {own, theirs} == alone.keys()
    link(ann, phone)
    together = textures.read(hub.ports, [own, theirs])
    assert together.keys() == {own}
    assert together[own].messages > alone[own].messages
    ann.say("unlink sms")
    apart = textures.read(hub.ports, [own, theirs])
    assert {own, theirs} == apart.keys()
    assert apart[own].messages < together[own].messages
