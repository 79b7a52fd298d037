"""Attacks on links, by name: each is tried on every surface that an attacker may have; accepted 0."""

import re
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from functions import link as link_function
from persona.acts.limits import MOST_LINKS
from persona.acts.link import LIFE
from persona.ids import LETTERS
from persona.model import Address
from persona.people import addresses
from tests.stories.linking import claim, link, offer
from tests.stories.people import Mailer, Person, Slacker, Texter, Visitor, drain, settle
from tests.support import ENV, FAMILIES, Hub

EVES: dict[str, Callable[[Hub], Person]] = {
    "sms": lambda hub: Texter(hub, "+14155550166"),
    "slack": lambda hub: Slacker(hub, "U0EVE", "D0EVE"),
    "email": lambda hub: Mailer(hub, "eve@example.org"),
    "web": lambda hub: Visitor(hub, "eve"),
}
SECRET = "4812"
by_anyone = pytest.mark.parametrize("eve", EVES.values(), ids=EVES.keys())


@pytest.fixture
def hub(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Hub]:
    opened = Hub(tmp_path, family=getattr(request, "param", "local"))
    yield opened
    opened.close()


@pytest.fixture
def ann(hub: Hub) -> Slacker:
    person = Slacker(hub)
    person.say(f"remember my locker code is {SECRET}")
    return person


def is_one(hub: Hub, one: Person, other: Person) -> bool:
    found = [addresses.find(hub.ports.table, Address.parse(p.address)) for p in (one, other)]
    return None not in found and len({place.lane for place in found if place}) == 1


def is_safe(hub: Hub, ann: Person, eve: Person) -> bool:
    """Nothing of Ann's is open to Eve, and nothing of Eve's to Ann."""
    return SECRET not in eve.say("what is my locker code?") and not is_one(hub, ann, eve)


def wrong(number: str) -> str:
    return "11" if number != "11" else "12"


@by_anyone
@pytest.mark.parametrize("hub", FAMILIES, indirect=True)
def test_link_code_is_taken_once(hub: Hub, ann: Slacker, eve: Callable[[Hub], Person]) -> None:
    phone, evil, code = Texter(hub), eve(hub), offer(ann)
    number = claim(phone, code)
    assert claim(evil, code) == ""
    assert "Linked" in ann.say(f"yes {number}")
    assert claim(evil, code) == ""
    assert is_one(hub, ann, phone)
    assert is_safe(hub, ann, evil)


@by_anyone
def test_a_replayed_yes_links_nothing(hub: Hub, ann: Slacker, eve: Callable[[Hub], Person]) -> None:
    evil, code = eve(hub), offer(ann)
    number = claim(evil, code)
    ann.say(f"yes {number}")
    ann.say(f"unlink {Address.parse(evil.address).id}")
    for words in (f"yes {number}", f"link {code}", f"yes {number}"):
        ann.say(words)
        evil.say(words)
    assert is_safe(hub, ann, evil)


@by_anyone
def test_a_relayed_code_is_not_enough(hub: Hub, ann: Slacker, eve: Callable[[Hub], Person]) -> None:
    evil = eve(hub)
    number = claim(evil, offer(ann))
    asked = ann.replies()[-1]
    assert Address.parse(evil.address).id in asked, "the exact address is named"
    assert not re.search(rf"\b{number}\b", asked)
    assert is_safe(hub, ann, evil)
    evil.say(f"yes {number}")
    assert "Nothing was linked" in ann.say("not me")
    ann.say(f"yes {number}")
    assert is_safe(hub, ann, evil)


@by_anyone
def test_a_relayed_number_answers_no_other_link(
    hub: Hub, ann: Slacker, eve: Callable[[Hub], Person]
) -> None:
    """Eve has Ann claim a code of hers: the number stands on Ann's side, and Eve must guess it."""
    evil = eve(hub)
    number = claim(ann, offer(evil))
    for _ in range(5):
        evil.say(f"yes {wrong(number)}")
    assert "Linked" not in evil.say(f"yes {number}")
    assert is_safe(hub, ann, evil)


@by_anyone
def test_a_brute_forced_code_is_stopped(
    hub: Hub, ann: Slacker, eve: Callable[[Hub], Person]
) -> None:
    evil, code = eve(hub), offer(ann)
    for n in range(MOST_LINKS):
        assert claim(evil, f"{LETTERS[n]}{code[1:]}" if LETTERS[n] != code[0] else "QQQQQQ") == ""
    assert claim(evil, code) == "", "even the right one, once too many were tried"
    assert is_safe(hub, ann, evil)
    hub.clock.at += 3600
    assert claim(evil, code) == "", "and in an hour it has expired"


@by_anyone
def test_an_expired_code_links_nothing(
    hub: Hub, ann: Slacker, eve: Callable[[Hub], Person]
) -> None:
    evil, code = eve(hub), offer(ann)
    hub.clock.at += LIFE
    assert claim(evil, code) == ""
    number = claim(evil, offer(ann))
    hub.clock.at += LIFE
    ann.say(f"yes {number}")
    assert is_safe(hub, ann, evil)


@by_anyone
def test_swapped_numbers_and_answers_link_nothing(
    hub: Hub, ann: Slacker, eve: Callable[[Hub], Person]
) -> None:
    evil, bob = eve(hub), Mailer(hub, "bob@example.org")
    first = offer(ann)
    number = claim(evil, first)
    second = offer(ann)
    assert "did not say yes" in evil.replies()[-1], "the newer code has ended the older one"
    phone = Texter(hub)
    right = claim(phone, second)
    if number != right:
        ann.say(f"yes {number}")
    for other in (bob, evil, phone):
        other.say(f"yes {right}")
    assert not is_one(hub, ann, phone)
    assert "Linked" in ann.say(f"yes {right}")
    assert is_one(hub, ann, phone)
    assert is_safe(hub, ann, evil)
    assert is_safe(hub, ann, bob)


def test_only_the_address_that_offered_can_say_yes(hub: Hub, ann: Slacker) -> None:
    phone, evil = Texter(hub), Mailer(hub, "eve@example.org")
    link(ann, phone)
    number = claim(evil, offer(ann))
    phone.say(f"yes {number}")
    assert is_safe(hub, ann, evil)
    assert "Linked" in ann.say(f"yes {number}")


def test_raced_by_ten_one_claim_is_taken(hub: Hub, ann: Slacker) -> None:
    code = offer(ann)
    crowd = [Visitor(hub, f"eve{n}") for n in range(10)]
    for one in crowd:
        one.send(f"link {code}")
    while hub._take_batch():
        pass
    places = [addresses.find(hub.ports.table, Address.parse(one.address)) for one in crowd]
    start, failures = threading.Barrier(len(crowd)), list[BaseException]()

    def race(lane: str) -> None:
        start.wait()
        try:
            link_function.run({"lane": lane}, hub.ports)
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=race, args=(place.lane,)) for place in places if place]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failures
    settle(hub, 60)
    shown = [one for one in crowd if any("Your number is" in text for text in one.replies())]
    assert len(shown) == 1
    assert sum("asks to be you" in text for text in ann.replies()) == 1
    assert not [one for one in crowd if is_one(hub, ann, one)]


def test_whatever_is_wrong_with_a_code_the_answer_is_the_same(hub: Hub, ann: Slacker) -> None:
    phone, answers = Texter(hub), set[str]()
    phone.say("hello")
    answers.add(phone.say("link QQQQQQ"))
    answers.add(phone.say(f"link {offer(phone)}"))
    used = offer(ann)
    claim(Visitor(hub), used)
    answers.add(phone.say(f"link {used}"))
    late = offer(ann)
    hub.clock.at += LIFE
    answers.add(phone.say(f"link {late}"))
    assert len(answers) == 1, answers
    assert "does not work" in answers.pop()


def test_no_row_of_the_table_holds_a_code_or_a_number(hub: Hub, ann: Slacker) -> None:
    code = offer(ann)
    number = claim(Texter(hub), code)
    drain(hub)
    everything = str(hub.family.table.scan(""))
    assert code not in everything
    assert f"'{number}'" not in everything


def test_a_link_by_deceit_opens_no_way_round_the_quarantine(tmp_path: Path) -> None:
    """Eve got one address linked to Ann; until the day is over it brings no other of hers along."""
    hub = Hub(tmp_path, {**ENV, "HUB_LINK_QUARANTINE": "86400"})
    try:
        ann, evil, second = Slacker(hub), Texter(hub, "+14155550166"), Visitor(hub, "eve")
        ann.say(f"remember my locker code is {SECRET}")
        number = claim(evil, offer(second))
        link(ann, evil)
        assert "link no other yet" in second.say(f"yes {number}")
        assert not is_one(hub, ann, second)
        assert "link no other" in evil.say("link")
        assert "link no other" in evil.say(f"link {offer(second)}")
        for one in (evil, second):
            assert SECRET not in one.say("what is my locker code?")
        assert "own again" in ann.say("unlink sms")
        hub.clock.at += 86_400
        assert is_safe(hub, ann, evil)
    finally:
        hub.close()
