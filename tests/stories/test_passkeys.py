"""Passkeys: the one proof of level 2; made while signed in, and never fooled."""

import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from persona.errors import Rejected
from surfaces.web import session
from surfaces.web.passkeys import LIFE, UNPROVEN
from tests.stories.authenticator import PRESENT, VERIFIED, Authenticator
from tests.stories.browsers import Browser
from tests.stories.people import Mailer
from tests.support import ENV, Answer, Hub

ANN = "ann@example.org"


@pytest.fixture
def ann(hub: Hub) -> Browser:
    person, browser = Mailer(hub), Browser(hub)
    person.say("remember my locker code is 4812")
    browser.sign_in(person, ANN)
    return browser


def offered(browser: Browser) -> dict[str, Any]:
    answer = browser.post("/web/passkeys/offer", {})
    assert answer.status == 200, answer
    return answer.json()


def challenged(browser: Browser) -> dict[str, Any]:
    answer = browser.post("/web/passkeys/challenge", {})
    assert answer.status == 200, answer
    return answer.json()


def add(browser: Browser, authenticator: Authenticator) -> Answer:
    made = authenticator.make(offered(browser))
    return browser.post("/web/passkeys/register", {"credential": made})


def prove(browser: Browser, authenticator: Authenticator) -> Answer:
    used = authenticator.use(challenged(browser))
    return browser.post("/web/passkeys/prove", {"credential": used})


def is_refused(answer: Answer) -> bool:
    return answer.status == 403 and answer.json()["error"] == UNPROVEN


def test_a_passkey_is_made_and_signs_in_elsewhere(hub: Hub, ann: Browser) -> None:
    authenticator, other = Authenticator(), Browser(hub)
    assert add(ann, authenticator).status == 201
    assert ann.me()["strong"]
    assert [told["browser"] for told in ann.me()["passkeys"]] == ["Firefox on Linux"]
    assert prove(other, authenticator).json() == {"status": "signed in"}
    assert other.me()["address"] == ann.me()["address"]
    assert (other.me()["level"], other.me()["strong"]) == (2, True)
    assert any("4812" in text for text in other.texts())


def test_a_proof_grows_old_in_ten_minutes_and_is_renewed(hub: Hub, ann: Browser) -> None:
    authenticator = Authenticator()
    add(ann, authenticator)
    assert demands(hub, ann)
    hub.clock.at += 601
    assert not ann.me()["strong"]
    assert not demands(hub, ann)
    assert prove(ann, authenticator).json() == {"status": "proven"}
    assert demands(hub, ann)
    assert len(ann.me()["sessions"]) == 1


def demands(hub: Hub, browser: Browser) -> bool:
    """Whether what asks for level 2 would be done for this browser."""
    headers = {"cookie": "; ".join(f"{name}={value}" for name, value in browser.cookies.items())}
    signed_in = session.read(headers, hub.ports.table, hub.clock.now())
    try:
        session.demand_strong(signed_in)
    except Rejected:
        return False
    return True


def test_a_code_alone_is_not_enough_for_what_asks_for_level_two(hub: Hub, ann: Browser) -> None:
    assert not demands(hub, ann)


def test_the_local_stages_own_page_stands_for_level_two(hub: Hub) -> None:
    proof = session.Proof("this machine", level=2, stands=True)
    ports = hub.ports
    token, _ = session.sign_in("owner", ports.table, ports.entropy, hub.clock.now(), proof)
    browser = Browser(hub, cookies={"__Host-hub": token})
    hub.clock.at += 20 * 86_400
    assert demands(hub, browser)


Change = Callable[[Authenticator], Authenticator]
WRONG: dict[str, Change] = {
    "another site": lambda one: replace(one, site="evil.example"),
    "another origin": lambda one: replace(one, origin="https://evil.example"),
    "nobody verified": lambda one: replace(one, flags=PRESENT),
    "nobody present": lambda one: replace(one, flags=VERIFIED),
    "a counter that stands still": lambda one: replace(one, count=one.count - 1),
    "a counter that went back": lambda one: replace(one, count=one.count - 3),
    "another key": lambda one: replace(Authenticator(count=one.count), id=one.id),
    "an unknown passkey": lambda one: Authenticator(count=one.count),
}


@pytest.mark.parametrize("change", WRONG.values(), ids=WRONG.keys())
def test_a_proof_with_something_wrong_is_refused(hub: Hub, ann: Browser, change: Change) -> None:
    genuine, other = Authenticator(count=5), Browser(hub)
    add(ann, genuine)
    assert prove(other, genuine).status == 200
    evil = Browser(hub)
    assert is_refused(prove(evil, change(genuine)))
    assert not evil.is_in()
    assert prove(Browser(hub), genuine).status == 200


@pytest.mark.parametrize("name", ["another site", "another origin", "nobody verified"])
def test_a_passkey_made_wrongly_is_not_kept(hub: Hub, ann: Browser, name: str) -> None:
    assert is_refused(add(ann, WRONG[name](Authenticator())))
    assert ann.me()["passkeys"] == []


def test_a_challenge_counts_once_and_not_for_long(hub: Hub, ann: Browser) -> None:
    authenticator, other = Authenticator(), Browser(hub)
    add(ann, authenticator)
    options = challenged(other)
    used = authenticator.use(options)
    assert other.post("/web/passkeys/prove", {"credential": used}).status == 200
    assert is_refused(other.post("/web/passkeys/prove", {"credential": used}))
    again = authenticator.use(options)
    assert is_refused(other.post("/web/passkeys/prove", {"credential": again}))
    late = challenged(other)
    hub.clock.at += LIFE
    assert is_refused(other.post("/web/passkeys/prove", {"credential": authenticator.use(late)}))


def test_a_challenge_counts_in_its_own_browser_and_for_its_own_purpose(
    hub: Hub, ann: Browser
) -> None:
    authenticator, victim, thief = Authenticator(), Browser(hub), Browser(hub)
    add(ann, authenticator)
    used = authenticator.use(challenged(victim))
    assert is_refused(thief.post("/web/passkeys/prove", {"credential": used}))
    hub.clock.at += 1
    for_making = authenticator.use(offered(ann))
    assert is_refused(ann.post("/web/passkeys/prove", {"credential": for_making}))


def test_raced_by_ten_one_proof_opens_one_session(hub: Hub, ann: Browser) -> None:
    authenticator, other = Authenticator(), Browser(hub)
    add(ann, authenticator)
    used = authenticator.use(challenged(other))
    crowd = [Browser(hub, cookies=dict(other.cookies)) for _ in range(10)]
    start, answers = threading.Barrier(len(crowd)), list[int]()

    def race(one: Browser) -> None:
        start.wait()
        answers.append(one.post("/web/passkeys/prove", {"credential": used}).status)

    threads = [threading.Thread(target=race, args=(one,)) for one in crowd]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers) == [200] + [403] * 9
    assert sum(one.is_in() for one in crowd) == 1


def test_who_has_a_passkey_adds_and_removes_others_by_it_alone(hub: Hub, ann: Browser) -> None:
    """A stolen telephone number must not make itself stronger."""
    authenticator, thief = Authenticator(), Browser(hub)
    add(ann, authenticator)
    thief.sign_in(Mailer(hub), ANN)
    assert thief.post("/web/passkeys/offer", {}).status == 403
    (kept,) = thief.me()["passkeys"]
    assert thief.post("/web/passkeys/remove", {"id": kept["id"]}).status == 403
    assert ann.post("/web/passkeys/remove", {"id": kept["id"]}).status == 200
    assert ann.me()["passkeys"] == []
    assert is_refused(prove(Browser(hub), authenticator))


def test_an_old_session_adds_no_passkey(hub: Hub, ann: Browser) -> None:
    hub.clock.at += 601
    assert ann.post("/web/passkeys/offer", {}).status == 403
    assert Browser(hub).post("/web/passkeys/offer", {}).status == 401


def test_one_person_removes_no_passkey_of_another(hub: Hub, ann: Browser) -> None:
    one, two, bob = Authenticator(), Authenticator(), Browser(hub)
    add(ann, one)
    other = Mailer(hub, "bob@example.org")
    other.say("hello")
    bob.sign_in(other, other.who)
    add(bob, two)
    (kept,) = ann.me()["passkeys"]
    assert bob.post("/web/passkeys/remove", {"id": kept["id"]}).status == 404
    assert bob.post("/web/passkeys/remove", {"id": ""}).status == 404
    assert prove(Browser(hub), one).status == 200


def test_garbage_is_refused(hub: Hub, ann: Browser) -> None:
    for credential in ({}, {"response": 1}, {"response": {"clientDataJSON": "é"}}, {"id": []}):
        for path in ("register", "prove"):
            answer = ann.post(f"/web/passkeys/{path}", {"credential": credential})
            assert answer.status == 403, (path, credential)
    options = challenged(ann)
    used = Authenticator().use(options)
    used["response"]["signature"] = None
    assert ann.post("/web/passkeys/prove", {"credential": used}).status == 403
    assert ann.post("/web/passkeys/nothing", {}).status == 404


def test_a_host_that_is_a_number_has_no_passkeys(tmp_path: Path) -> None:
    hub = Hub(tmp_path, {**ENV, "HUB_PUBLIC_URL": "http://127.0.0.1:8787"})
    try:
        answer = Browser(hub).post("/web/passkeys/challenge", {}, origin="http://127.0.0.1:8787")
        assert answer.status == 404
        assert "by its name" in answer.json()["error"]
    finally:
        hub.close()
