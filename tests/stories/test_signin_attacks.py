"""Attacks on signing in, by name: accepted 0; beside them, that a genuine one is never refused."""

import statistics
import threading
import time
from pathlib import Path

import pytest

from persona.ids import LETTERS
from persona.model import Address
from persona.people import addresses
from surfaces.web.signin import ELSEWHERE, LIFE, MOST_FOR_ADDRESS, USED_UP, WRONG
from tests.stories.browsers import Browser, code_of
from tests.stories.linking import link
from tests.stories.people import Mailer, Texter, drain
from tests.support import ENV, Answer, Hub

ANN = "ann@example.org"
DAY = 86_400.0


@pytest.fixture
def ann(hub: Hub) -> Mailer:
    person = Mailer(hub)
    person.say("remember my locker code is 4812")
    return person


def sessions(hub: Hub) -> int:
    return sum(key.partition.startswith("SESSION#") for key, _ in hub.family.table.scan(""))


def is_refused(answer: Answer, why: str) -> bool:
    return answer.status == 403 and answer.json()["error"] == why


def wrong(code: str) -> str:
    return (LETTERS[0] if code[0] != LETTERS[0] else LETTERS[1]) + code[1:]


def test_a_replayed_code_opens_nothing(hub: Hub, ann: Mailer) -> None:
    browser = Browser(hub)
    browser.ask(ANN)
    asking = dict(browser.cookies)
    assert browser.enter(code_of(ann)).status == 200
    thief = Browser(hub, cookies=asking)
    assert is_refused(thief.enter(code_of(ann)), ELSEWHERE)
    assert is_refused(browser.enter(code_of(ann)), ELSEWHERE)
    assert sessions(hub) == 1


def test_an_expired_code_opens_nothing(hub: Hub, ann: Mailer) -> None:
    browser = Browser(hub)
    browser.ask(ANN)
    hub.clock.at += LIFE
    assert is_refused(browser.enter(code_of(ann)), ELSEWHERE)
    assert sessions(hub) == 0


def test_a_brute_forced_code_is_dead_after_five_tries(hub: Hub, ann: Mailer) -> None:
    browser = Browser(hub)
    browser.ask(ANN)
    code = code_of(ann)
    for _ in range(5):
        assert is_refused(browser.enter(wrong(code)), WRONG)
    for _ in range(3):
        assert is_refused(browser.enter(code), USED_UP)
    assert sessions(hub) == 0


def test_another_browser_is_told_so_and_gets_nothing(hub: Hub, ann: Mailer) -> None:
    browser, other, asked_too = Browser(hub), Browser(hub), Browser(hub)
    browser.ask(ANN)
    code = code_of(ann)
    asked_too.ask("nobody@example.org")
    assert is_refused(other.enter(code), ELSEWHERE)
    assert is_refused(asked_too.enter(code), WRONG)
    assert sessions(hub) == 0
    assert browser.enter(code).status == 200


def test_raced_by_ten_exactly_one_session_is_opened(hub: Hub, ann: Mailer) -> None:
    browser = Browser(hub)
    browser.ask(ANN)
    code, asking = code_of(ann), dict(browser.cookies)
    crowd = [Browser(hub, cookies=dict(asking)) for _ in range(10)]
    start, answers = threading.Barrier(len(crowd)), list[Answer]()

    def race(one: Browser) -> None:
        start.wait()
        answers.append(one.post("/web/signin/code", {"code": code}))

    threads = [threading.Thread(target=race, args=(one,)) for one in crowd]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    drain(hub)
    assert min(answer.status for answer in answers) == 200
    assert sum(answer.status == 200 for answer in answers) == 1
    assert len(answers) == 10
    assert sum(one.is_in() for one in crowd) == sessions(hub) == 1


def test_enumeration_sees_the_same_answer_for_a_stranger(hub: Hub, ann: Mailer) -> None:
    known, unknown = Browser(hub), Browser(hub)
    one, two = (
        known.post("/web/signin", {"address": ANN}),
        unknown.post("/web/signin", {"address": "bob@example.org"}),
    )
    assert (one.status, one.body) == (two.status, two.body) == (202, b'{"status":"asked"}')
    assert set(one.headers) == set(two.headers)
    assert [len(value) for value in known.cookies.values()] == [
        len(value) for value in unknown.cookies.values()
    ]
    waiting = hub.family.lanes.everything()
    assert len(waiting) == 2, "as much is done for one as for the other"
    drain(hub)
    assert addresses.find(hub.ports.table, Address("email", "bob@example.org")) is None
    assert [act.address.id for act in hub.sent("email") if "sign in" in act.text] == [ANN]
    for _ in range(MOST_FOR_ADDRESS - 1):
        Browser(hub).ask("bob@example.org")
        Browser(hub).ask(ANN)
    assert Browser(hub).ask("bob@example.org").status == Browser(hub).ask(ANN).status == 429


def test_enumeration_by_time_finds_no_difference(tmp_path: Path) -> None:
    hub = Hub(tmp_path)
    try:
        took: dict[bool, list[float]] = {True: [], False: []}
        for n in range(60):
            Mailer(hub, f"met{n}@example.org").say("hello")
        for n in range(60):
            for is_met in (True, False):
                browser = Browser(hub, source=f"198.51.100.{n}")
                typed = {"address": f"{'met' if is_met else 'not'}{n}@example.org"}
                begun = time.perf_counter()
                assert browser.post("/web/signin", typed).status == 202
                took[is_met].append(time.perf_counter() - begun)
        met, unmet = (statistics.median(took[is_met]) for is_met in (True, False))
        assert abs(met - unmet) < 0.5 * min(met, unmet), (met, unmet)
    finally:
        hub.close()


def test_a_cross_site_post_is_refused(hub: Hub, ann: Mailer) -> None:
    browser = Browser(hub)
    foreign = {"origin": "https://evil.example"}
    assert browser.post("/web/signin", {"address": ANN}, **foreign).status == 403
    assert browser.post("/web/signin", {"address": ANN}, content_type="text/plain").status == 400
    browser.ask(ANN)
    body = {"code": code_of(ann)}
    assert browser.post("/web/signin/code", body, **foreign).status == 403
    assert browser.post("/web/signin/code", body, content_type="text/plain").status == 400
    assert sessions(hub) == 0
    assert browser.enter(body["code"]).status == 200
    assert browser.post("/web/signout", {"everywhere": True}, **foreign).status == 403
    assert browser.is_in()


def test_a_planted_cookie_fixes_no_session(hub: Hub, ann: Mailer) -> None:
    """Whoever knows what the browser held before it signed in knows nothing of its session."""
    attacker = Browser(hub)
    attacker.ask("eve@example.org")
    planted = dict(attacker.cookies) | {"__Host-hub": "A" * 43}
    victim = Browser(hub, cookies=dict(planted))
    victim.ask(ANN)
    assert victim.cookies["__Host-hub-signin"] != planted["__Host-hub-signin"]
    assert victim.enter(code_of(ann)).status == 200
    assert victim.cookies["__Host-hub"] != planted["__Host-hub"]
    for cookies in (planted, attacker.cookies):
        assert not Browser(hub, cookies=dict(cookies)).is_in()


def test_a_ticket_opens_no_session(hub: Hub, ann: Mailer) -> None:
    browser = Browser(hub)
    browser.sign_in(ann, ANN)
    pass_ = browser.post("/web/ticket", {}).json()["ticket"]
    for name in ("__Host-hub", "__Host-hub-signin"):
        thief = Browser(hub, cookies={name: pass_})
        assert not thief.is_in()
        assert thief.enter(code_of(ann)).status == 403


def test_a_code_of_one_address_opens_no_other(hub: Hub, ann: Mailer) -> None:
    eve, hers, anns = Mailer(hub, "eve@example.org"), Browser(hub), Browser(hub)
    eve.say("hello")
    hers.ask("eve@example.org")
    code = code_of(eve)
    anns.ask(ANN)
    assert is_refused(anns.enter(code), WRONG)
    assert is_refused(hers.enter(code_of(ann)), WRONG)
    assert hers.enter(code).status == 200
    assert not any("4812" in text for text in hers.texts())


def test_a_link_code_opens_no_session_and_a_web_code_links_nothing(hub: Hub, ann: Mailer) -> None:
    phone, browser = Texter(hub), Browser(hub)
    offered = ann.say("link").split("link ")[1][:6]
    browser.ask(ANN)
    code = code_of(ann)
    assert is_refused(browser.enter(offered), WRONG)
    assert "does not work" in phone.say(f"link {code}")
    assert browser.enter(code).status == 200


def test_a_scanners_get_consumes_nothing(hub: Hub, ann: Mailer) -> None:
    browser = Browser(hub)
    browser.ask(ANN)
    code = code_of(ann)
    for path in ("/signin", f"/signin?code={code}", f"/web/signin/code?code={code}", "/"):
        scanner = Browser(hub, source="192.0.2.9", agent="Mail-Scanner/1.0")
        answer = scanner.get(path)
        assert answer.status in (200, 404), path
        assert not scanner.cookies
    assert sessions(hub) == 0
    assert browser.enter(code).status == 200


def test_a_silent_number_lets_nobody_in(hub: Hub, ann: Mailer) -> None:
    phone = Texter(hub)
    link(ann, phone)
    hub.clock.at += 31 * DAY
    before = len(phone.replies())
    assert Browser(hub).ask(phone.phone).status == 202
    assert len(phone.replies()) == before


def test_a_number_that_opted_out_is_sent_nothing(hub: Hub) -> None:
    phone = Texter(hub)
    phone.say("hello", "STOP")
    before = len(phone.replies())
    assert Browser(hub).ask(phone.phone).status == 202
    assert len(phone.replies()) == before


def test_an_address_in_quarantine_lets_nobody_in(tmp_path: Path) -> None:
    """Eve got her number linked by deceit: it is no way to Ann's page while that can be noticed."""
    hub = Hub(tmp_path, {**ENV, "HUB_LINK_QUARANTINE": "86400"})
    try:
        ann, evil = Mailer(hub), Texter(hub, "+14155550166")
        ann.say("remember my locker code is 4812")
        Browser(hub).sign_in(ann, ANN)
        hub.clock.at += DAY + 1
        link(ann, evil)
        browser = Browser(hub)
        assert browser.ask(evil.phone).status == 202
        assert "lets nobody in yet" in evil.replies()[-1]
        assert sessions(hub) == 1
    finally:
        hub.close()


def test_an_unverified_mail_address_lets_nobody_in(hub: Hub) -> None:
    raw = "From: bob@example.org\r\nTo: persona@hub.example\r\nMessage-ID: <1@b>\r\n\r\nhello\r\n"
    hub.mail(
        raw,
        "bob@example.org",
        {"virus": "PASS", "spam": "PASS", "dmarc": "GRAY", "spf": "GRAY", "dkim": "GRAY"},
    )
    drain(hub)
    before = len(hub.sent("email"))
    assert Browser(hub).ask("bob@example.org").status == 202
    assert Browser(hub).ask("unverified:bob@example.org").status == 400
    assert len(hub.sent("email")) == before


def test_asking_is_limited_for_a_browser_an_address_and_a_source(hub: Hub, ann: Mailer) -> None:
    browser = Browser(hub)
    asked = [browser.ask(f"a{n}@example.org").status for n in range(6)]
    assert asked == [202] * 5 + [429]
    asked = [Browser(hub, source=f"198.51.100.{n}").ask(ANN).status for n in range(6)]
    assert asked == [202] * 5 + [429]
    codes = [text for text in ann.replies() if "sign in on the web" in text]
    assert len(codes) == 5
    asked = [Browser(hub, source="192.0.2.1").ask(f"b{n}@example.org").status for n in range(21)]
    assert asked == [202] * 20 + [429]
    hub.clock.at += 3600
    assert browser.ask(ANN).status == 202


def test_asking_for_anothers_address_does_not_end_their_own_link(hub: Hub, ann: Mailer) -> None:
    """Five strangers' wishes an hour leave Ann half of her tries, and her open code alone."""
    phone = Texter(hub)
    code = ann.say("link").split("link ")[1][:6]
    for n in range(5):
        Browser(hub, source=f"198.51.100.{n}").ask(ANN)
    number = phone.say(f"link {code}").split("Your number is ")[1][:2]
    assert "Linked" in ann.say(f"yes {number}")


def test_no_row_of_the_table_holds_a_code_a_secret_or_who_was_asked_for(
    hub: Hub, ann: Mailer
) -> None:
    browser = Browser(hub)
    browser.ask(ANN)
    code, asked = code_of(ann), Browser(hub)
    asked.ask("nobody@example.org")
    everything = str(hub.family.table.scan(""))
    for secret in (code, "nobody@example.org", *browser.cookies.values(), *asked.cookies.values()):
        assert secret not in everything
    browser.enter(code)
    everything = str(hub.family.table.scan(""))
    assert all(value not in everything for value in browser.cookies.values())


def test_a_genuine_code_is_never_refused(hub: Hub, ann: Mailer) -> None:
    """Also in lower case, with spaces, after four slips, and in the last second."""
    for spell in (
        str.lower,
        lambda code: f" {code[:3]} {code[3:]} ",
        lambda code: f"{code[:3]}-{code[3:]}",
    ):
        browser = Browser(hub)
        browser.ask(ANN)
        assert browser.enter(spell(code_of(ann))).status == 200
    browser = Browser(hub)
    browser.ask(ANN)
    code = code_of(ann)
    assert [browser.enter(wrong(code)).status for _ in range(4)] == [403] * 4
    hub.clock.at += LIFE - 1
    assert browser.enter(code).status == 200
