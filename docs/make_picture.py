# ruff: noqa: INP001 a script beside the picture that it makes
"""Takes the README's pictures: the page with its console after a few natural words on every surface,
the page with its plans, and with what is known about somebody after some weeks.

Run by hand: `.venv/bin/python docs/make_picture.py`; needs Chromium at /usr/bin/chromium.
"""

import tempfile
import time
from pathlib import Path

from playwright.sync_api import expect, sync_playwright

from tests.end_to_end.house import House, OnMail, OnSlack, OnSms, OnWeb, ask, link, open_house
from tests.stories.linking import link as linked
from tests.stories.people import Texter, Visitor
from tests.support import Hub

DAY = 86_400.0
PICTURE = Path(__file__).with_name("page.png")
PLANS = Path(__file__).with_name("plans.png")
PERSON = Path(__file__).with_name("person.png")
CHROMIUM = "/usr/bin/chromium"
BEFORE = "good morning"
ELSEWHERE = {
    "email": "remember that the boiler man comes on 3 June between eight and ten",
    "sms": "remember that I parked on level 4, near the stairs",
    "slack": "remember that the launch review moved to Thursday at 14:00",
}
ON_THE_PAGE = (
    "remember that Mara's birthday dinner is at Trattoria Lucia, Friday at 19:30",
    "She likes peonies, and no surprises with candles.",
    "where is Mara's birthday dinner?",
)
PASSPORTS = (
    "1. take two photographs",
    "2. ask me: which day suits you for the office?",
    "3. wait 2 days",
    "4. text me: collect the passports",
)
GOING_ON = (
    "remind me tomorrow at 17:45 to water the plants",
    "\n".join(["plan: get both passports renewed", *PASSPORTS]),
    "yes",
    "done",
    "every weekday at 8 check my calendar, and if the first meeting is before 9 text me",
)

OVER_WEEKS = (
    ("sms", "I prefer trains to planes, by the way"),
    ("web", "Are you sure about that? Where does it say so?"),
    ("sms", "I'm worried about the boiler, Mara says it is old"),
    ("web", "I love peonies. Mara knows that."),
    ("web", "We decided to move the launch to Thursday."),
    ("sms", "I really prefer trains to planes"),
    ("web", "How do you know that? Show me where I said it."),
    ("sms", "I can't stand surprise parties"),
    ("web", "I'm worried about the boiler again, the heating is cold"),
    ("web", "It is decided: we moved the launch to Thursday."),
    ("sms", "I love peonies, as Mara does"),
    ("web", "I hate surprise parties, tell Ben"),
    ("web", "On what grounds? What is the evidence for that?"),
)


def take(house: House) -> None:
    """Says it all, and saves what the page then shows."""
    slack, sms, mail = OnSlack(house, channel=True), OnSms(house), OnMail(house)
    slack.channel, sms.number, mail.address = "C0LAUNCH", "+12025550142", "jo@example.org"
    for person in (mail, sms, slack):
        ask(person, BEFORE)
    for person in (mail, sms, slack):
        ask(person, ELSEWHERE[person.surface])
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"]
        )
        page = browser.new_page(viewport={"width": 1280, "height": 800}, color_scheme="light")
        page.goto(house.hub.url)
        expect(page.locator("#connection")).to_have_attribute("data-state", "live")
        for number, words in enumerate(ON_THE_PAGE, 1):
            page.fill("#text", words)
            page.press("#text", "Enter")
            expect(page.locator(".from-persona")).to_have_count(number)
        page.click("#open-console")
        expect(page.locator("#sent-list li")).to_have_count(6)
        page.wait_for_timeout(600)
        page.screenshot(path=PICTURE)
        browser.close()


def take_plans(house: House) -> None:
    """Says what is to go on over time, and saves how the page shows it."""
    link(OnSms(house), OnWeb(house, "owner"))
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"]
        )
        page = browser.new_page(viewport={"width": 1280, "height": 1000}, color_scheme="light")
        page.goto(house.hub.url)
        expect(page.locator("#connection")).to_have_attribute("data-state", "live")
        expect(page.locator("#loading")).to_be_hidden()
        for words in GOING_ON:
            before = page.locator(".from-persona").count()
            page.fill("#text", words)
            page.press("#text", "Enter")
            expect(page.locator(".from-persona")).not_to_have_count(before)
        page.click("#open-plans")
        expect(page.locator("#plans-list > li")).to_have_count(3)
        page.wait_for_timeout(600)
        page.screenshot(path=PLANS)
        browser.close()


def live_weeks(state: Path) -> None:
    """Somebody speaks on two addresses of theirs, every other day."""
    hub = Hub(state)
    hub.clock.at = time.time() - (2 * len(OVER_WEEKS) + 1) * DAY
    people = {"sms": Texter(hub), "web": Visitor(hub, "owner")}
    for person in people.values():
        person.say(BEFORE)
    linked(people["sms"], people["web"])
    for surface, words in OVER_WEEKS:
        hub.clock.at += 2 * DAY
        people[surface].say(words)
    hub.close()


def take_person(house: House) -> None:
    """Saves what the page shows of somebody, with one thing opened by the drawing."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"]
        )
        page = browser.new_page(viewport={"width": 1280, "height": 1000}, color_scheme="light")
        page.goto(house.hub.url)
        expect(page.locator("#connection")).to_have_attribute("data-state", "live")
        page.click("#open-person")
        trains = page.locator("#person-list li[data-id]", has_text="trains").first
        trains.locator("summary").click()
        expect(trains.locator("blockquote")).to_have_count(2)
        page.wait_for_timeout(900)
        page.screenshot(path=PERSON)
        browser.close()


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder, open_house(Path(folder)) as house:
        house.hub.env["HUB_PUBLIC_URL"] = "https://wren.example"
        house.hub.start()
        take(house)
    with tempfile.TemporaryDirectory() as folder, open_house(Path(folder)) as house:
        house.hub.start()
        take_plans(house)
    with tempfile.TemporaryDirectory() as folder, open_house(Path(folder)) as house:
        live_weeks(house.hub.state)
        house.hub.start()
        take_person(house)
