"""Plans where their person sees them: on the page, whatever surface they were made on."""

import json
from typing import Any

from hub import leaving
from persona.decision import REPLACES
from persona.model import Address
from tests.stories.answering import press
from tests.stories.linking import link
from tests.stories.people import Slacker, Texter, Visitor, drain, state
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


# Buttons on Slack

SHOWN = "plan: water the plants\n1. the fern in the hall\n2. the palm"


def test_a_button_starts_what_was_shown_for_its_person_alone_and_once(hub: Hub) -> None:
    ann, bob = Slacker(hub), Slacker(hub, "U0BOB", "D0BOB")
    bob.say("hello")
    told = ann.say(SHOWN)
    asked = hub.sent("slack")[-1]
    [[plan, number]] = json.loads(asked.detail["starts"])
    assert f"Plan {number}: water the plants" in told
    before = state(hub)
    press(hub, plan, "start", user="U0BOB", channel="D0BOB")
    drain(hub)
    assert "starts" in asked.detail and len(hub.sent("slack")) == 2, "nobody was told anything"
    assert state(hub) != before, "that somebody pressed was seen"
    assert "waits for your yes" in ann.say("plans")
    press(hub, plan, "start")
    drain(hub)
    (over,) = [act for act in hub.sent("slack") if act.yields]
    assert over.detail[REPLACES] == f"{asked.lane}/{asked.after}"
    assert "starts" not in over.detail
    assert over.text.startswith(told.partition("\n")[0]) and over.text.endswith(
        "**Started on Slack.**"
    )
    assert any("the fern in the hall" in text for text in ann.replies()[-2:])
    press(hub, plan, "start")
    drain(hub)
    press(hub, plan, "drop", user="U0BOB", channel="D0BOB")
    drain(hub)
    assert "step 1 of 2" in ann.say("plans"), "neither begun anew nor dropped"


def test_a_button_drops_it_and_its_message_says_so(hub: Hub) -> None:
    ann = Slacker(hub)
    ann.say(SHOWN)
    asked = hub.sent("slack")[-1]
    [[plan, _]] = json.loads(asked.detail["starts"])
    press(hub, plan, "drop")
    drain(hub)
    (over,) = [act for act in hub.sent("slack") if act.yields]
    assert over.text.endswith("**Dropped on Slack.**")
    assert "no plans" in ann.say("plans")
    press(hub, plan, "start")
    drain(hub)
    assert "no plans" in ann.say("plans"), "what was dropped stays dropped"


def test_a_yes_elsewhere_takes_the_buttons_away(hub: Hub) -> None:
    ann, phone = Slacker(hub), Texter(hub)
    ann.say("hello")
    link(phone, ann)
    ann.say(SHOWN)
    asked = hub.sent("slack")[-1]
    [[_, number]] = json.loads(asked.detail["starts"])
    phone.say(f"yes {number}")
    (over,) = [act for act in hub.sent("slack") if act.yields]
    assert over.detail[REPLACES] == f"{asked.lane}/{asked.after}"
    assert over.text.endswith("**Started by SMS.**")


def test_a_step_that_is_changed_is_shown_anew_with_buttons_of_its_own(hub: Hub) -> None:
    ann = Slacker(hub)
    ann.say(SHOWN)
    first = hub.sent("slack")[-1]
    ann.say("change step 2 of plan 1 to the orchid")
    shown = [act for act in hub.sent("slack") if "starts" in act.detail and not act.yields]
    assert len(shown) == 2 and shown[0].id == first.id
    (over,) = [act for act in hub.sent("slack") if act.yields]
    assert over.detail[REPLACES] == f"{first.lane}/{first.after}"
    assert "shown anew" in over.text


# The words behind the buttons


def test_every_word_that_a_plan_gives_does_what_it_says(hub: Hub) -> None:
    page = Visitor(hub)
    page.say(SHOWN)
    (plan,) = on_page(hub, page)
    assert (plan["state"], plan["waits"], plan["number"]) == ("shown", "yes", 1)
    assert [one["state"] for one in plan["steps"]] == ["to come", "to come"]
    page.say(plan["can"]["change"].format(step=2, words="water the orchid"))
    (plan,) = on_page(hub, page)
    assert "orchid" in plan["steps"][1]["words"]
    page.say(plan["can"]["start"])
    (plan,) = on_page(hub, page)
    assert (plan["state"], plan["waits"], plan["steps"][0]["state"]) == ("waiting", "done", "now")
    page.say(plan["can"]["pause"])
    (plan,) = on_page(hub, page)
    assert plan["state"] == "paused"
    page.say(plan["can"]["resume"])
    (plan,) = on_page(hub, page)
    page.say(plan["can"]["done"])
    (plan,) = on_page(hub, page)
    assert [one["state"] for one in plan["steps"]] == ["done", "now"]
    page.say(plan["can"]["skip"])
    assert on_page(hub, page) == []
    page.say("plan every weekday at 8: the day\n1. ask me: which way do you go?\n2. text me: {1}")
    (plan,) = on_page(hub, page)
    page.say(plan["can"]["start"])
    (plan,) = on_page(hub, page)
    assert plan["rhythm"] == "every weekday at 08:00"
    page.say(plan["can"]["run"])
    (plan,) = on_page(hub, page)
    assert plan["waits"] == "answer"
    page.say(plan["can"]["answer"].format(words="by the river"))
    (plan,) = on_page(hub, page)
    assert (plan["waits"], plan["run"]) == ("time", 1)
    page.say(plan["can"]["cancel"])
    assert on_page(hub, page) == []


ASKED = "plan: tell bob\n1. email bob@example.net: the fern is yours\n2. the palm"


def test_a_plan_that_would_ask_has_both_pairs_and_one_message_in_the_end(hub: Hub) -> None:
    ann = Slacker(hub)
    ann.say(ASKED)
    asked = hub.sent("slack")[-1]
    [question] = json.loads(asked.detail["asks"])
    press(hub, question, "approve")
    drain(hub)
    (over,) = [act for act in hub.sent("slack") if act.yields]
    assert over.detail[REPLACES] == f"{asked.lane}/{asked.after}"
    assert "starts" not in over.detail and json.loads(over.detail["asks"]) == []
    assert "approved on Slack" in over.text.replace("Approved", "approved")
    assert over.text.endswith("**Started on Slack.**")
    assert len(hub.sent("email")) == 1


def test_started_without_the_yes_to_all_the_question_beside_it_keeps_its_buttons(hub: Hub) -> None:
    ann = Slacker(hub)
    ann.say(ASKED)
    asked = hub.sent("slack")[-1]
    [[plan, _]] = json.loads(asked.detail["starts"])
    press(hub, plan, "start")
    drain(hub)
    assert hub.sent("email") == [], "a yes to begin is no yes to its steps"
    (over,) = [act for act in hub.sent("slack") if act.yields]
    assert over.detail["asks"] == asked.detail["asks"]
    told = next(act for act in hub.sent("slack")[1:] if not act.yields)
    [question] = json.loads(told.detail["asks"])
    press(hub, question, "approve")
    drain(hub)
    assert len(hub.sent("email")) == 1
