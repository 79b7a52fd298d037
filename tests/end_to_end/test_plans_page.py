"""A person's plans in a real browser and from the command line: seen, moved, and nothing that jumps."""

import json
import re
import time
from collections.abc import Generator
from math import inf
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect

from hub.state import open_folder
from persona.memory import plans
from persona.model import Address, End
from persona.people import addresses
from persona.plan import Came, Plan, Step
from persona.ports import Ports
from persona.schedule import Schedule
from tests.end_to_end.browsing import CONTRAST, VIOLATIONS, WIDE, open_at
from tests.end_to_end.house import CHECKOUT, House, OnWeb, ask, open_house, until

pytestmark = [pytest.mark.end_to_end, pytest.mark.xdist_group("end_to_end_plans")]
HUB = str(CHECKOUT / ".venv/bin/hub")
SHOWN, ASKING = "water the plants", "get the passports renewed before summer"


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Generator[House, None, None]:
    """A hub whose owner has a plan at its third step, and one that was only shown."""
    with open_house(tmp_path_factory.mktemp("plans"), PYTHONPATH=str(CHECKOUT)) as house:
        house.hub.start()
        ask(OnWeb(house, "owner"), "good morning")
        house.hub.end()
        with open_folder(house.hub.state, house.hub.env) as (_, ports):
            ports.table.commit([plans.write(ports, plan) for plan in seeds(ports)])
        house.hub.start()
        yield house


def seeds(ports: Ports) -> list[Plan]:
    address, now = Address("web", "owner"), time.time()
    place = addresses.find(ports.table, address)
    assert place is not None
    asked = End(place.home, address, "web", {})
    soon = Schedule(now + 3600, "UTC")
    steps = (
        Step("do", "take two photographs"),
        Step("tell", "the office opens at eight"),
        Step("ask", "Which day suits you?"),
        Step("tell", "collect them"),
    )
    came = (
        Came(1, "done", at=now - 60),
        Came(2, "done", "It opens at <b>nine</b>.", untrusted=True),
    )
    about: dict[str, Any] = {"asked": asked, "made": now, "turn": 1, "home": place.home}
    return [
        Plan(id="k5-shown", number=8, what=SHOWN, schedule=soon, at=now + 3600, begins=now + 3600,
             state="shown",
             steps=(Step("do", "the fern"), Step("do", "the palm")), **about),
        Plan(id="k5-asking", number=9, what=ASKING, schedule=soon, at=inf, run=1, step=3,
             begun=True, since=now, steps=steps, came=came, **about),
    ]  # fmt: skip


@pytest.fixture
def context(browser: Browser) -> Generator[BrowserContext, None, None]:
    context = browser.new_context(viewport={"width": 1200, "height": 900})
    context.add_init_script(VIOLATIONS)
    yield context
    context.close()


def open_page(context: BrowserContext, house: House, who: OnWeb | None = None) -> Page:
    """The page of the owner, or of somebody who takes no turns of the owner's minute."""
    if who:
        ask(who, "good morning")
    return open_at(context, house, who.token if who else "")


def open_plans(page: Page) -> None:
    page.get_by_role("button", name="Plans").click()
    expect(page.get_by_role("heading", name="Plans", level=2)).to_be_visible()


def plan(page: Page, goal: str) -> Locator:
    return page.locator("#plans-list > li", has_text=goal)


def test_a_plan_shows_its_steps_and_how_far_it_has_come(
    context: BrowserContext, house: House
) -> None:
    page = open_page(context, house)
    open_plans(page)
    shown = plan(page, ASKING)
    expect(shown).to_have_accessible_name(ASKING)
    expect(shown.locator(".pill")).to_have_text("Needs you")
    expect(shown).to_contain_text("Waits for your answer")
    expect(shown.locator("summary")).to_have_text("Step 3 of 4")
    steps = shown.locator(".steps > li")
    states = [one.get_attribute("data-state") for one in steps.all()]
    assert states == ["done", "done", "now", "to come"]
    expect(steps.nth(1)).to_contain_text("“It opens at <b>nine</b>.”")
    expect(steps.nth(2)).to_have_attribute("aria-current", "step")
    opener = page.get_by_role("button", name="Plans, 2 waiting for you")
    expect(opener).to_have_attribute("aria-expanded", "true")
    assert page.evaluate("window.violations") == []


def test_plans_that_cannot_be_read_are_no_plans_to_be_missed(
    context: BrowserContext, house: House
) -> None:
    page = open_page(context, house)
    expect(plan(page, ASKING)).to_have_count(1)
    page.route("**/web/plans", lambda route: route.abort())
    open_plans(page)
    expect(page.get_by_role("alert")).to_contain_text("could not be read")
    expect(plan(page, ASKING)).to_be_visible()
    page.get_by_role("button", name="Try again").click()
    expect(page.get_by_role("alert")).to_be_visible()
    page.unroute("**/web/plans")
    page.get_by_role("button", name="Try again").click()
    expect(page.get_by_role("alert")).to_be_hidden()
    expect(page.get_by_role("button", name="Close the plans")).to_be_focused()


def test_a_button_says_the_words_and_the_list_follows(
    context: BrowserContext, house: House
) -> None:
    ann = OnWeb(house)
    page = open_page(context, house, ann)
    ask(ann, "remind me to feed the cat tomorrow at 17:45")
    open_plans(page)
    cat = plan(page, "feed the cat")
    expect(cat).to_contain_text("Tomorrow 17:45")
    pause = cat.get_by_role("button", name="Pause")
    number = cat.locator(".plan-number").inner_text()
    expect(pause).to_have_accessible_name(f"Pause: plan {number}, feed the cat")
    pause.focus()
    page.keyboard.press("Enter")
    expect(cat.locator(".pill")).to_have_text("Paused")
    expect(page.locator(".from-person").last).to_contain_text(f"pause {number}")
    expect(page.locator("#plans-told")).to_contain_text("Paused")
    assert page.evaluate("document.activeElement.closest('.plan') !== null"), "the keyboard stays"
    cat.get_by_role("button", name="Resume").click()
    expect(cat.locator(".pill")).to_have_text("Planned")
    cat.get_by_role("button", name="Cancel").click()
    cat.get_by_role("button", name="Keep").click()
    expect(cat.get_by_role("button", name="Cancel")).to_be_visible()
    cat.get_by_role("button", name="Cancel").click()
    cat.get_by_role("button", name="Yes, cancel it").click()
    expect(cat).to_have_count(0)
    assert page.evaluate("window.violations") == []


def test_what_happens_elsewhere_changes_that_plan_alone_and_nothing_jumps(
    context: BrowserContext, house: House
) -> None:
    page, elsewhere = open_page(context, house), OnWeb(house, "owner")
    told = ask(elsewhere, "remind me to call the bank tomorrow at 9").text
    assert "bank" in told
    open_plans(page)
    bank, other = plan(page, "call the bank"), plan(page, ASKING)
    number = bank.locator(".plan-number").inner_text()
    other.get_by_role("button", name="Change").click()
    field = other.get_by_label("What it shall be")
    field.fill("half a sentence")
    page.evaluate(
        "window.kept = [...document.querySelectorAll('#plans-list > li')];"
        "window.tops = window.kept.map((one) => one.getBoundingClientRect().top)"
    )
    ask(elsewhere, f"pause {number}")
    expect(bank.locator(".pill")).to_have_text("Paused")
    expect(field).to_be_focused()
    expect(field).to_have_value("half a sentence")
    assert page.evaluate(
        "[...document.querySelectorAll('#plans-list > li')].every((one, at) => one === window.kept[at]"
        " && Math.abs(one.getBoundingClientRect().top - window.tops[at]) < 1)"
    )
    ask(elsewhere, f"cancel {number}")
    expect(bank).to_have_count(0)
    expect(field).to_have_value("half a sentence")


def test_a_card_drops_what_was_shown_and_closes_in_every_window(
    context: BrowserContext, house: House
) -> None:
    page, other = open_page(context, house), open_page(context, house)
    cards = [one.locator(".message .plan-card") for one in (page, other)]
    for card in cards:
        expect(card.get_by_role("button")).to_have_count(2)
    no = cards[0].get_by_role("button", name="No")
    expect(no).to_have_accessible_name(f"No: plan 8, {SHOWN}")
    no.focus()
    page.keyboard.press("Enter")
    for card in cards:
        expect(card.get_by_role("status")).to_have_text("Not started.")
        expect(card.get_by_role("button")).to_have_count(0)
    assert page.evaluate("document.activeElement.closest('.plan-card') !== null")
    expect(page.locator(".from-persona").last).to_contain_text(SHOWN)
    assert page.evaluate("window.violations") == []


DISTANCE = """() => {
  const { scrollHeight, scrollTop, clientHeight } = document.querySelector("#scroller");
  return scrollHeight - scrollTop - clientHeight;
}"""


def test_the_newest_stays_in_view_as_cards_come_and_go_unless_one_reads_further_up(
    context: BrowserContext, house: House
) -> None:
    ann, name = OnWeb(house), "water the long row of palms"
    page = open_page(context, house, ann)
    for round in (1, 2, 3):
        page.fill("#text", f"plan: {name} {round}\n1. the first\n2. the second\n3. the third")
        page.press("#text", "Enter")
        card = page.locator(".message", has_text=f"{name} {round}").locator(".plan-card")
        expect(card.get_by_role("button", name="No")).to_be_in_viewport()
        until(lambda: page.evaluate(DISTANCE) < 2, what="the bottom")
        card.get_by_role("button", name="No").click()
        expect(card).to_have_text("Not started.")
        expect(page.locator(".from-persona").last).to_contain_text("Cancelled")
        until(lambda: page.evaluate(DISTANCE) < 2, what="the bottom")
    page.locator("#scroller").hover()
    page.mouse.wheel(0, -400)
    until(lambda: page.evaluate(DISTANCE) > 300, what="further up")
    top = page.evaluate("document.querySelector('#scroller').scrollTop")
    ask(ann, "good evening")
    expect(page.locator("#newest")).to_be_visible()
    assert page.evaluate("document.querySelector('#scroller').scrollTop") == top


@pytest.mark.parametrize(("width", "scheme"), [(390, "light"), (320, "dark")])
def test_on_a_phone_it_can_be_read_and_nothing_scrolls_sideways(
    browser: Browser, house: House, width: int, scheme: str
) -> None:
    context = browser.new_context(
        viewport={"width": width, "height": 700},
        color_scheme="dark" if scheme == "dark" else "light",
        has_touch=True,
        is_mobile=True,
    )
    page = open_page(context, house)
    open_plans(page)
    shown = plan(page, ASKING)
    shown.get_by_role("button", name="Change").click()
    page.locator("#plan-make summary").click()
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.evaluate(WIDE) == []
    for selector in (
        ".plan-goal",
        ".pill",
        ".step-words",
        ".step-came",
        ".plan .quiet",
        ".primary",
    ):
        for one in page.locator(f"#plans {selector}").all():
            if one.is_visible():
                told = one.evaluate(CONTRAST)
                assert told["contrast"] >= 4.5, (selector, one.inner_text(), told)
                assert (told["paper"] < 0.2) == (scheme == "dark")
    for button in shown.get_by_role("button").all():
        if button.is_visible():
            box = button.bounding_box()
            assert box and box["height"] >= 40, button.inner_text()
    context.close()


def test_where_nothing_is_planned_it_says_how_to_begin(
    context: BrowserContext, house: House
) -> None:
    page = open_page(context, house, OnWeb(house))
    open_plans(page)
    expect(page.locator("#plans-empty")).to_contain_text("remind me tomorrow at 17:45 to call Bob")
    expect(page.locator("#plans-list")).to_be_hidden()


def test_a_plan_is_made_started_answered_and_changed_on_the_page(
    context: BrowserContext, house: House
) -> None:
    page = open_page(context, house, OnWeb(house))
    open_plans(page)
    page.locator("#plan-make summary").click()
    page.get_by_label("What it is for").fill("choose a day")
    page.get_by_label("Its steps, one a line").fill(
        "1. ask me: which day suits you?\ntell me: then {1} it is\nbook the table"
    )
    page.get_by_role("button", name="Show me the plan").click()
    made = plan(page, "choose a day")
    expect(made.locator(".pill")).to_have_text("Waits for your yes")
    expect(made.locator(".steps > li")).to_have_count(3)
    expect(page.locator("#plans-told")).to_contain_text("which day suits you?")
    made.get_by_role("button", name="Change").click()
    made.get_by_label("Which step").select_option("3")
    made.get_by_label("What it shall be").fill("book the big table")
    made.get_by_role("button", name="Change it").click()
    expect(made.locator(".steps > li").nth(2)).to_contain_text("the big table")
    expect(page.locator(".from-persona .plan-card")).to_have_count(1)
    page.locator(".from-persona .plan-card").get_by_role("button", name="Start it").click()
    expect(page.locator(".from-persona .plan-card")).to_contain_text("has started")
    expect(made.locator(".pill")).to_have_text("Needs you")
    made.get_by_role("button", name="Answer: plan").click()
    made.get_by_label("Your answer to step 1").fill("Tuesday")
    made.get_by_role("button", name="Answer", exact=True).click()
    expect(made.locator(".steps > li").nth(2)).to_have_attribute("aria-current", "step")
    expect(made.locator(".steps > li").nth(0)).to_contain_text("Tuesday")
    expect(page.locator(".from-persona", has_text="then Tuesday it is")).to_have_count(1)
    made.get_by_role("button", name="Done").click()
    expect(made).to_have_count(0)
    assert page.evaluate("window.violations") == []


def test_the_words_of_a_form_reach_the_schedule(context: BrowserContext, house: House) -> None:
    page = open_page(context, house, OnWeb(house))
    open_plans(page)
    page.locator("#plan-make summary").click()
    page.get_by_label("What it is for").fill("the morning")
    page.get_by_label("Its steps, one a line").fill("text me: good morning")
    page.get_by_label("When, if not at once").fill("every weekday at 8:30")
    page.get_by_role("button", name="Show me the plan").click()
    made = plan(page, "the morning")
    expect(made).to_contain_text("Every weekday at 08:30")
    made.get_by_role("button", name="Start it").click()
    expect(made.locator(".pill")).to_have_text("Planned")
    expect(made).to_contain_text("next")
    made.get_by_role("button", name="Cancel").click()
    made.get_by_role("button", name="Yes, cancel it").click()
    expect(made).to_have_count(0)


def run(house: House, *words: str) -> tuple[int, str, str]:
    done = house.hub.run(HUB, "plan", *words)
    return done.returncode, done.stdout, done.stderr


def test_plans_from_the_command_line(house: House) -> None:
    code, told, _ = run(house, "make", "remind me to buy bread tomorrow at 8", "--json")
    assert code == 0
    made = json.loads(told)["plan"]
    number = str(made["number"])
    assert made["goal"] == "buy bread"
    code, told, _ = run(house, "list")
    assert code == 0
    assert "buy bread" in told and "tomorrow 08:00" in told and "2 of 4" in told
    code, told, _ = run(house, "list", "web:owner", "--json")
    assert number in [str(one["number"]) for one in json.loads(told)]
    code, told, _ = run(house, "pause", number, "--json")
    assert (code, json.loads(told)["plan"]["state"]) == (0, "paused")
    code, told, wrong = run(house, "pause", number)
    assert code == 1 and "what can be done with it now: resume" in wrong and not told
    code, told, _ = run(house, "resume", number)
    assert code == 0 and "buy bread" in told
    code, told, _ = run(house, "show", "9")
    assert code == 0
    assert (
        re.search("●\\s+3", told)
        and re.search("✓\\s+1", told)
        and "“It opens at <b>nine</b>.”" in told
    )
    code, told, _ = run(house, "cancel", number, "--json")
    assert (code, json.loads(told)["plan"]) == (0, None)
    code, _, wrong = run(house, "show", number)
    assert code == 1 and f"there is no plan {number}" in wrong
    code, told, _ = run(house, "make", "the sky is blue", "--json")
    assert (code, json.loads(told)["plan"]) == (1, None)
    until(house.hub.is_idle)
