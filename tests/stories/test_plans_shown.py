"""Plans where their person sees them: on the page, whatever surface they were made on."""

from typing import Any

from hub import leaving
from persona.model import Address
from tests.stories.linking import link
from tests.stories.people import Texter, Visitor, drain
from tests.support import Hub, Open, browser

DAY = 86_400.0


def on_page(hub: Hub, page: Visitor) -> list[dict[str, Any]]:
    answer = hub.http("GET", "/web/plans", headers=browser(page.token))
    assert answer.status == 200, answer
    return answer.json()["plans"]


def goals(hub: Hub, page: Visitor) -> list[str]:
    return [one["goal"] for one in on_page(hub, page)]


def test_the_page_shows_what_was_asked_for_by_text_once_both_are_one_person(hub: Hub) -> None:
    ann, page = Texter(hub), Visitor(hub)
    page.say("hello")
    ann.say("remind me to feed the cat tomorrow at 17:45")
    assert on_page(hub, page) == []
    link(ann, page)
    page.say("remind me to stretch every weekday at 8")
    cat, stretch = on_page(hub, page)
    assert (cat["goal"], cat["surface"], cat["rhythm"]) == ("feed the cat", "sms", "")
    assert (stretch["goal"], stretch["rhythm"]) == ("stretch", "every weekday at 08:00")
    assert page.say(stretch["can"]["pause"]).startswith("Paused")
    assert on_page(hub, page)[1]["state"] == "paused"
    page.say("unlink me")
    assert goals(hub, page) == ["stretch"]


def test_a_plan_from_before_a_new_link_stays_closed_to_the_page(open_hub: Open) -> None:
    hub = open_hub({"HUB_LINK_QUARANTINE": "86400"})
    ann, page = Texter(hub), Visitor(hub)
    page.say("hello")
    ann.say("remind me to fetch the test results in 3 days")
    link(ann, page)
    assert goals(hub, page) == []
    ann.say("remind me to call the doctor in 3 days")
    assert goals(hub, page) == ["call the doctor"]
    hub.clock.at += DAY + 60
    assert goals(hub, page) == ["fetch the test results", "call the doctor"]


def test_whoever_was_erased_has_no_page_of_plans(hub: Hub) -> None:
    page = Visitor(hub)
    page.say("remind me to feed the cat tomorrow at 17:45")
    assert goals(hub, page) == ["feed the cat"]
    leaving.now(Address.parse(page.address), hub.ports)
    drain(hub)
    assert hub.http("GET", "/web/plans", headers=browser(page.token)).status == 401
