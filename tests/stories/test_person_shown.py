"""What is known about a person, as their page has it: theirs alone, as far as it is open there."""

from typing import Any

import pytest

from hub import leaving
from persona.model import Address
from tests.stories.linking import link
from tests.stories.people import Slacker, Texter, Visitor
from tests.support import Hub, Open, browser

DAY = 86_400.0
TRAINS = ("I prefer trains to planes", "I really prefer trains to planes")
CLOSED = ("I am worried about my cancer diagnosis", "I am so worried about my cancer diagnosis")


def known(hub: Hub, page: Visitor) -> dict[str, Any]:
    answer = hub.http("GET", "/web/person", headers=browser(page.token))
    assert answer.status == 200, answer
    return answer.json()


def quotes(told: dict[str, Any], kind: str = "") -> set[str]:
    """Every quotation of what stands; of one kind alone."""
    nodes = [one for one in told["nodes"] if one.get("stable") and kind in ("", one["kind"])]
    return {quote["text"] for one in nodes for quote in one["quotes"]}


def tell(hub: Hub, who: Texter | Visitor | Slacker, *words: str) -> None:
    """Says it, each another day."""
    for one in words:
        hub.clock.at += DAY
        who.say(one)


def test_the_page_quotes_what_was_said_elsewhere_once_both_are_one_person(hub: Hub) -> None:
    ann, page, bob = Texter(hub), Visitor(hub), Visitor(hub, "bob")
    page.say("hello")
    bob.say("hello")
    tell(hub, ann, *TRAINS)
    assert quotes(known(hub, page)) == set()
    link(ann, page)
    told = known(hub, page)
    [trait] = [one for one in told["nodes"] if one.get("about") == "train"]
    assert (trait["stable"], trait["conversations"], trait["surfaces"]) == (True, 2, ["sms"])
    assert {quote["text"] for quote in trait["quotes"]} == set(TRAINS)
    assert {quote["surface"] for quote in trait["quotes"]} == {"sms"}
    assert quotes(known(hub, bob)) == set()
    page.say("unlink me")
    assert quotes(known(hub, page)) == set()


def test_what_a_new_link_keeps_closed_shows_nothing_of_the_person(open_hub: Open) -> None:
    hub = open_hub({"HUB_LINK_QUARANTINE": str(7 * 86_400)})
    ann, page = Texter(hub), Visitor(hub)
    page.say("hello")
    tell(hub, ann, *CLOSED, *TRAINS)
    link(ann, page)
    assert quotes(known(hub, page)) == set(TRAINS)
    picture = page.say("what do you know about me?")
    assert "you prefer trains" in picture and "you worry about" not in picture
    hub.clock.at += 8 * DAY
    assert quotes(known(hub, page), "concern") == set(CLOSED)
    assert "you worry about" in page.say("what do you know about me?")


def test_what_is_contested_on_the_page_no_longer_stands_and_what_is_forgotten_is_gone(
    hub: Hub,
) -> None:
    page = Visitor(hub)
    tell(hub, page, *TRAINS, "I love peonies", "I love peonies so much")
    told = {one["claim"]: one for one in known(hub, page)["nodes"] if one.get("stable")}
    peonies = next(one for claim, one in told.items() if "peonies" in claim)
    trains = next(one for claim, one in told.items() if "trains" in claim)
    page.say(peonies["can"]["contest"])
    again = {one["id"]: one for one in known(hub, page)["nodes"]}
    assert again[peonies["id"]]["contested_by"] and not again[peonies["id"]]["stable"]
    assert again[trains["id"]]["stable"], "it alone"
    assert "Which" not in page.say(trains["can"]["contest"]), (
        "one claim, though it shows two things"
    )
    assert quotes(known(hub, page)) == set()
    for quote in trains["quotes"]:
        page.say(quote["can"]["forget"])
    assert quotes(known(hub, page)) == set()
    assert not any("trains" in str(one) for one in known(hub, page)["nodes"])


@pytest.mark.parametrize("headers", [{}, {"cookie": "hub=stolen"}, {"authorization": "Basic x"}])
def test_without_a_session_nothing_is_told(hub: Hub, headers: dict[str, str]) -> None:
    tell(hub, Visitor(hub), *TRAINS)
    answer = hub.http("GET", "/web/person", headers=headers)
    assert answer.status == 401
    assert b"trains" not in answer.body


def test_whoever_was_erased_is_known_by_nothing(hub: Hub) -> None:
    page = Visitor(hub)
    tell(hub, page, *TRAINS)
    assert quotes(known(hub, page)) == set(TRAINS)
    leaving.now(Address.parse(page.address), hub.ports)
    answer = hub.http("GET", "/web/person", headers=browser(page.token))
    assert answer.status == 401
