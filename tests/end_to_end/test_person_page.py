"""What is known about a person in a real browser: drawn, listed, quoted, contested and forgotten."""

import time
from collections.abc import Generator

import pytest
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect

from tests.end_to_end.browsing import CONTRAST, VIOLATIONS, WIDE, open_at
from tests.end_to_end.house import CHECKOUT, House, OnWeb, open_house
from tests.stories.linking import link
from tests.stories.people import Texter, Visitor
from tests.stories.tempers import FAILING, OPERATOR, REGULAR, SKEPTIC, live
from tests.stories.writing import lend, peopled, share, slowly, written
from tests.support import Hub

pytestmark = [pytest.mark.end_to_end, pytest.mark.xdist_group("end_to_end_person")]
DAY = 86_400.0
SAID = (
    "I prefer trains to planes",
    "I love peonies. Mara knows that.",
    "I really prefer trains to planes",
    "I love peonies, as Mara does",
    "I hate surprise parties",
)
TEMPERS = (SKEPTIC, OPERATOR, REGULAR)
SERVED = {
    "skeptic": ("What came back: ", "ask for grounds", "are you sure"),
    "operator": ("Failed: ", "want it done, and told in a line", "keep it short"),
    "regular": ("and I am sorry about that", "talk as to an old acquaintance", "you are the best"),
}
"""How each is told of the failure, for what they are taken, and words of theirs that say so."""
LIBRARY = "/page/cytoscape.mjs"
LENT = "+12025550142"


def lived(before: Hub) -> None:
    """Two people for some days, three of other tempers, one whose phone was lent, one like another."""
    before.clock.at = time.time() - (len(SAID) + 4) * DAY
    people = [Visitor(before, name) for name in ("owner", "ann")]
    for words in SAID:
        before.clock.at += DAY
        for person in people:
            person.say(words)
    for temper in TEMPERS:
        live(Visitor(before, temper.stance), temper)
    peopled(before, range(1, 11))
    mara, phone = Visitor(before, "mara"), Texter(before, LENT)
    link(mara, phone)
    share(mara, phone)
    lend(mara, phone)
    eve, dora = Texter(before, "+12025550143"), Visitor(before, "dora")
    for at, words in enumerate(written(11, 13)):
        slowly(eve if at < 6 else dora, words)


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Generator[House, None, None]:
    """A hub that has known some people for some days."""
    with open_house(tmp_path_factory.mktemp("person"), PYTHONPATH=str(CHECKOUT)) as house:
        before = Hub(house.hub.state)
        lived(before)
        before.close()
        house.hub.start()
        yield house


@pytest.fixture
def context(browser: Browser) -> Generator[BrowserContext, None, None]:
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    context.add_init_script(VIOLATIONS)
    yield context
    context.close()


def open_page(context: BrowserContext, house: House, name: str) -> Page:
    who = OnWeb(house, name)
    assert who.call("GET", "/web/person").status == 200
    return open_at(context, house, who.token)


def open_person(page: Page) -> None:
    page.get_by_role("button", name="What I know about you").click()
    expect(page.get_by_role("heading", name="What I know about you", level=2)).to_be_visible()
    expect(page.locator("#person-loading")).to_be_hidden()


def known(page: Page, words: str) -> Locator:
    return page.locator("#person-list li[data-id]", has_text=words).first


PLACE = """(id) => {
  const canvas = document.querySelector("#person-canvas");
  const { x, y } = canvas._cyreg.cy.getElementById(id).renderedPosition();
  const { left, top } = canvas.getBoundingClientRect();
  return { x: left + x, y: top + y };
}"""


def test_a_node_of_the_drawing_opens_the_words_it_rests_on_and_so_does_the_keyboard(
    context: BrowserContext, house: House
) -> None:
    asked: list[str] = []
    context.on("request", lambda request: asked.append(request.url))
    page = open_page(context, house, "owner")
    assert not any(url.endswith(LIBRARY) for url in asked), "before anybody looks"
    open_person(page)
    trains = known(page, "trains to planes")
    expect(trains).to_have_attribute("data-state", "stable")
    expect(page.locator("#person-canvas canvas")).not_to_have_count(0)
    assert any(url.endswith(LIBRARY) for url in asked)
    place = page.evaluate(PLACE, trains.get_attribute("data-id"))
    page.mouse.click(place["x"], place["y"])
    quotes = trains.locator("blockquote")
    expect(quotes).to_have_count(2)
    expect(quotes.nth(0)).to_contain_text("trains to planes")
    expect(trains).to_contain_text("in 2 conversations, on Web")
    expect(trains.locator("summary")).to_be_focused()
    peonies = known(page, "peonies")
    peonies.locator("summary").focus()
    page.keyboard.press("Enter")
    expect(peonies.locator("blockquote")).to_have_count(2)
    expect(known(page, "surprise")).to_have_count(0)
    page.get_by_label("Show also what does not stand").check()
    expect(known(page, "surprise")).to_contain_text("seen once")
    assert page.evaluate("window.violations") == []


def test_what_is_wrong_stands_no_longer_and_what_is_forgotten_is_gone(
    context: BrowserContext, house: House
) -> None:
    page = open_page(context, house, "ann")
    open_person(page)
    peonies, trains = known(page, "peonies"), known(page, "trains to planes")
    peonies.locator("summary").click()
    peonies.get_by_role("button", name="That’s wrong").click()
    peonies.get_by_role("button", name="Yes, it is wrong").click()
    expect(known(page, "peonies")).to_have_count(0)
    page.get_by_label("Show also what does not stand").check()
    expect(known(page, "peonies")).to_have_attribute("data-state", "contested")
    trains.locator("summary").click()
    for left in (1, 0):
        trains.get_by_role("button", name="Forget the message").first.click()
        trains.get_by_role("button", name="Yes, forget it").first.click()
        if left:
            expect(trains.locator("blockquote")).to_have_count(left)
    expect(known(page, "trains to planes")).to_have_count(0)
    expect(page.locator("#person-list")).not_to_contain_text("trains")
    assert page.evaluate("window.violations") == []


def test_a_closed_phone_and_a_hint_are_told_by_what_as_far_as_each_may_know_it(
    browser: Browser, house: House
) -> None:
    for width, scheme in ((1280, "light"), (390, "dark")):
        context = browser.new_context(
            viewport={"width": width, "height": 900},
            color_scheme="dark" if scheme == "dark" else "light",
        )
        context.add_init_script(VIOLATIONS)
        page = open_page(context, house, "mara")
        open_person(page)
        told = page.get_by_role("region", name="How you write, compared")
        expect(told).to_contain_text(f"I closed SMS {LENT}")
        expect(told).to_contain_text("likely to be yours, by how it was written")
        told.get_by_text("By what").click()
        expect(told).to_contain_text("runs of letters")
        expect(told.locator(".habit").first).to_contain_text("in yours")
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert page.evaluate(WIDE) == []
        for one in told.locator("p, h4, summary, button, li span:not(:empty)").all():
            if one.is_visible() and one.inner_text():
                seen = one.evaluate(CONTRAST)
                assert seen["contrast"] >= 4.5, (one.inner_text(), seen)
        assert page.evaluate("window.violations") == []
        context.close()
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    page = open_page(context, house, "dora")
    open_person(page)
    told = page.get_by_role("region", name="How you write, compared")
    expect(told).to_contain_text("Nothing is opened by it")
    expect(told.get_by_role("button", name="Link another address")).to_be_visible()
    expect(told.get_by_text("By what", exact=True)).to_have_count(0)
    page = open_page(context, house, "owner")
    open_person(page)
    expect(page.get_by_role("region", name="How you write, compared")).to_have_count(0)
    context.close()


@pytest.mark.parametrize(("width", "scheme"), [(390, "light"), (320, "dark")])
def test_on_a_phone_the_list_can_be_read_also_where_nothing_can_be_drawn(
    browser: Browser, house: House, width: int, scheme: str
) -> None:
    context = browser.new_context(
        viewport={"width": width, "height": 700},
        color_scheme="dark" if scheme == "dark" else "light",
        has_touch=True,
        is_mobile=True,
    )
    asked: list[str] = []
    context.on("request", lambda request: asked.append(request.url))
    page = open_page(context, house, "owner")
    open_person(page)
    known(page, "trains to planes").locator("summary").click()
    assert not any(url.endswith(LIBRARY) for url in asked)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.evaluate(WIDE) == []
    for selector in (".known-name", ".sure", ".quiet", "blockquote", ".plain", ".manner p"):
        for one in page.locator(f"#person {selector}").all():
            if one.is_visible():
                told = one.evaluate(CONTRAST)
                assert told["contrast"] >= 4.5, (selector, one.inner_text(), told)
                assert (told["paper"] < 0.2) == (scheme == "dark")
    page.route(f"**{LIBRARY}", lambda route: route.abort())
    page.get_by_text("The drawing", exact=True).click()
    expect(page.get_by_text("The drawing could not be loaded")).to_be_visible()
    expect(page.locator("#person-canvas")).to_be_hidden()
    context.close()


def test_who_has_shown_nothing_twice_is_told_so_and_trouble_is_said(
    context: BrowserContext, house: House
) -> None:
    page = open_page(context, house, "bob")
    open_person(page)
    expect(page.get_by_text("Nothing stands yet")).to_be_visible()
    expect(page.locator("#person-drawing")).to_be_hidden()
    page.route("**/web/person", lambda route: route.abort())
    page.locator("#close-person").click()
    open_person(page)
    expect(page.get_by_role("alert")).to_contain_text("could not be read")
    page.unroute("**/web/person")
    page.get_by_role("button", name="Try again").click()
    expect(page.get_by_role("alert")).to_be_hidden()


def test_three_people_ask_for_the_same_failing_thing_and_each_sees_why_they_are_served_so(
    browser: Browser, house: House
) -> None:
    told: set[str] = set()
    for stance, (served, because, quoted) in SERVED.items():
        context = browser.new_context(viewport={"width": 1280, "height": 900})
        page = open_page(context, house, stance)
        page.fill("#text", FAILING)
        page.press("#text", "Enter")
        answer = page.locator(".from-persona", has_text=served).last
        expect(answer).to_be_visible()
        told.add(answer.inner_text())
        open_person(page)
        taken = page.get_by_role("region", name="How I take you")
        expect(taken).to_contain_text(
            f"I take you mostly for a{'n' if stance[0] == 'o' else ''} {stance}"
        )
        taken.get_by_role("button", name=because).click()
        expect(known(page, because).locator("blockquote", has_text=quoted)).to_be_visible()
        page.fill("#text", "why did you answer like that?")
        page.press("#text", "Enter")
        why = page.locator(".from-persona", has_text="I take you mostly for").last
        expect(why).to_contain_text(quoted)
        context.close()
    assert len(told) == len(SERVED)
