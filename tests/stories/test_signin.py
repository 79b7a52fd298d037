"""Signing in on the web by an address that one already has: one person, in one more place."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from functions import socket
from persona.memory.standing import open_gate
from persona.ports import Write
from tests.stories.browsers import Browser, code_of
from tests.stories.linking import link
from tests.stories.people import Mailer, Person, Slacker, Texter, Visitor, drain, settle
from tests.support import ENV, PHONE, PUBLIC_URL, Hub

SECRET = "4812"


@pytest.fixture
def ann(hub: Hub) -> Mailer:
    person = Mailer(hub)
    person.say(f"remember my locker code is {SECRET}")
    return person


def surfaces_of(hub: Hub, person: Person) -> list[str]:
    return sorted(open_gate(dict(hub.gate(person.address))).surfaces)


def test_a_code_by_mail_opens_the_whole_conversation(hub: Hub, ann: Mailer) -> None:
    browser = Browser(hub)
    assert not browser.is_in()
    browser.sign_in(ann, "  Ann@Example.org ")
    texts = browser.texts()
    assert any(SECRET in text for text in texts)
    assert (
        browser.post("/web/messages", {"id": "1", "text": "what is my locker code?"}).status == 202
    )
    drain(hub)
    assert SECRET in browser.texts()[-1]
    assert surfaces_of(hub, ann) == ["email", "web"]


def test_a_page_that_is_quicker_than_the_link_is_shown_what_it_may_see_then(
    hub: Hub, ann: Mailer
) -> None:
    browser, heard = Browser(hub), list[str]()
    browser.ask("ann@example.org")
    code = {"code": code_of(ann)}
    assert browser.post("/web/signin/code", code).status == 200
    assert browser.texts() == [], "the two are not joined yet"
    hub.family.sockets.add("socket-1", heard.append)
    cookie = "; ".join(f"{name}={value}" for name, value in browser.cookies.items())
    about = {"eventType": "CONNECT", "connectionId": "socket-1"}
    event = {"requestContext": about, "headers": {"cookie": cookie, "origin": PUBLIC_URL}}
    assert socket.run(event, hub.ports)["statusCode"] == 200
    drain(hub)
    assert SECRET in "".join(heard), "and nobody has said anything since"
    assert len(ann.replies()) == 2, "which tells nobody anything by itself"


@pytest.mark.parametrize(
    "typed",
    ["+1 (415) 555-0101", "+14155550101", "(415) 555-0101", "415.555.0101", "tel:+1-415-555-0101"],
)
def test_a_telephone_number_in_any_usual_spelling_gets_a_text(hub: Hub, typed: str) -> None:
    ann = Texter(hub)
    ann.say("remember the tea")
    browser = Browser(hub)
    browser.sign_in(ann, typed)
    assert "remember the tea" in browser.texts()
    assert ann.phone == PHONE


def test_the_message_says_what_was_asked_when_and_what_to_do(hub: Hub, ann: Mailer) -> None:
    Browser(hub).ask("ann@example.org")
    said, code = ann.replies()[-1], code_of(ann)
    for part in ("sign in on the web", "today at", code, f"https://hub.example/signin#{code}"):
        assert part in said
    assert "Give the code to nobody" in said
    assert "If that was not you, ignore this" in said
    assert hub.sent("email")[-1].detail["about"] == "Signing in on the web"


def test_a_second_browser_speaks_as_the_same_web_address(hub: Hub, ann: Mailer) -> None:
    one, two = Browser(hub), Browser(hub, agent="curl/8")
    one.sign_in(ann, "ann@example.org")
    hub.clock.at += 1
    two.sign_in(ann, "ann@example.org")
    assert one.me()["address"] == two.me()["address"]
    assert len(one.me()["addresses"]) == 2
    assert [told["browser"] for told in one.me()["sessions"]] == [
        "the command line",
        "Firefox on Linux",
    ]


def test_who_is_linked_already_is_told_on_the_other_addresses(hub: Hub, ann: Mailer) -> None:
    phone = Texter(hub)
    link(ann, phone)
    before = len(phone.replies())
    Browser(hub).sign_in(ann, "ann@example.org")
    assert "was linked to you just now" in phone.replies()[before]
    Browser(hub).sign_in(ann, "ann@example.org")
    assert "Somebody signed in on the web as you" in phone.replies()[-1]


def test_the_page_shows_all_surfaces_in_order(hub: Hub, ann: Mailer) -> None:
    phone = Texter(hub)
    link(ann, phone)
    phone.say("remember the bread")
    browser = Browser(hub)
    browser.sign_in(phone, PHONE)
    told = browser.get("/web/messages").json()["messages"]
    assert {"email", "sms"} <= {message["surface"] for message in told}
    assert [message["at"] for message in told] == sorted(message["at"] for message in told)


def test_in_quarantine_a_browser_opens_nothing_from_before(tmp_path: Path) -> None:
    hub = Hub(tmp_path, {**ENV, "HUB_LINK_QUARANTINE": "86400"})
    try:
        ann, browser = Mailer(hub), Browser(hub)
        ann.say(f"remember my locker code is {SECRET}")
        hub.clock.at += 60
        browser.sign_in(ann, "ann@example.org")
        assert not any(SECRET in text for text in browser.texts())
        assert browser.me()["addresses"][0]["closed"]
        hub.clock.at += 86_401
        assert any(SECRET in text for text in browser.texts())
    finally:
        hub.close()


def test_unlinked_the_browser_is_a_stranger_again(hub: Hub, ann: Mailer) -> None:
    browser = Browser(hub)
    browser.sign_in(ann, "ann@example.org")
    assert "own again" in ann.say("unlink web")
    assert not any(SECRET in text for text in browser.texts())
    assert surfaces_of(hub, ann) == ["email"]


def test_signing_out_ends_one_session_and_everywhere_ends_all(hub: Hub, ann: Mailer) -> None:
    one, two, three = Browser(hub), Browser(hub), Browser(hub)
    for browser in (one, two, three):
        browser.sign_in(ann, "ann@example.org")
        hub.clock.at += 1
    kept = dict(one.cookies)
    assert one.post("/web/signout", {"everywhere": False}).status == 200
    one.cookies = kept
    assert not one.is_in()
    assert two.is_in()
    assert len(two.me()["sessions"]) == 2
    assert two.post("/web/signout", {"everywhere": True}).status == 200
    assert not two.is_in()
    assert not three.is_in()


def test_who_signs_in_again_is_signed_out_of_the_session_before(hub: Hub, ann: Mailer) -> None:
    browser = Browser(hub)
    browser.sign_in(ann, "ann@example.org")
    before = Browser(hub, cookies=dict(browser.cookies))
    browser.sign_in(ann, "ann@example.org")
    assert browser.is_in()
    assert not before.is_in()


def test_a_code_that_reached_an_address_is_level_one(hub: Hub, ann: Mailer) -> None:
    browser = Browser(hub)
    browser.sign_in(ann, "ann@example.org")
    told = browser.me()
    assert (told["level"], told["strong"], told["stands"]) == (1, False, False)


class Dying:
    """A table whose machine goes away when a session is to be opened."""

    def __init__(self, table: Any) -> None:
        self._table = table

    def __getattr__(self, name: str) -> Any:
        return getattr(self._table, name)

    def commit(self, writes: Sequence[Write]) -> None:
        if any(write.key.partition.startswith("SESSION#") for write in writes):
            raise RuntimeError("the machine went away")
        self._table.commit(writes)


def test_a_crash_before_the_session_is_made_good_by_entering_the_code_again(
    hub: Hub, ann: Mailer
) -> None:
    """The lane hears of the code first, so nobody is let in whose link is missing."""
    browser, ports = Browser(hub), hub.ports
    browser.ask("ann@example.org")
    hub.ports = ports.but(table=Dying(ports.table))
    with pytest.raises(RuntimeError, match="went away"):
        browser.enter(code_of(ann))
    hub.ports = ports
    drain(hub)
    assert surfaces_of(hub, ann) == ["email"]
    assert browser.enter(code_of(ann)).status == 200
    settle(hub, 60)
    assert surfaces_of(hub, ann) == ["email", "web"]
    assert any(SECRET in text for text in browser.texts())


def test_a_crash_that_nobody_makes_good_ends_quietly(hub: Hub, ann: Mailer) -> None:
    browser, ports = Browser(hub), hub.ports
    browser.ask("ann@example.org")
    hub.ports = ports.but(table=Dying(ports.table))
    with pytest.raises(RuntimeError, match="went away"):
        browser.enter(code_of(ann))
    hub.ports = ports
    before = len(ann.replies())
    settle(hub, 7200)
    assert surfaces_of(hub, ann) == ["email"]
    assert "Noted" in ann.say("the tea is hot")
    assert len(ann.replies()) == before + 1


def test_a_slack_stranger_and_a_visitor_are_no_addresses_to_sign_in_by(hub: Hub) -> None:
    Slacker(hub).say("hello")
    Visitor(hub).say("hello")
    for typed in ("slack:T0HUB:U0ANN", "web:ann", "ann", "", "@", "+", "12", "a@b@c", "x" * 300):
        assert Browser(hub).ask(typed).status == 400, typed
