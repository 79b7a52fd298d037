"""Questions answered in a real browser: the page of a mail's link, without scripts, and cards in the chat."""

import json
import re
from collections.abc import Generator
from email.message import EmailMessage

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.end_to_end.browsing import CONTRAST, VIOLATIONS, WIDE
from tests.end_to_end.house import CHECKOUT, House, OnMail, OnSlack, ask, open_house, until

pytestmark = [pytest.mark.end_to_end, pytest.mark.xdist_group("end_to_end_answers")]
SLIP = re.compile(r"http://\S+/answer\?q=[\w-]+")


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Generator[House, None, None]:
    with open_house(tmp_path_factory.mktemp("answers"), PYTHONPATH=str(CHECKOUT)) as house:
        house.hub.start()
        yield house


@pytest.fixture
def context(browser: Browser) -> Generator[BrowserContext, None, None]:
    context = browser.new_context(viewport={"width": 1100, "height": 900})
    context.add_init_script(VIOLATIONS)
    yield context
    context.close()


def mails(house: House, to: str) -> list[EmailMessage]:
    return [mail for mail in list(house.relay.mails) if mail["To"] == to]


def asked_by_mail(house: House, to: str) -> tuple[OnMail, str]:
    """Somebody who asked by mail for a mail, and the link in the answer."""
    ann = OnMail(house)
    found = SLIP.search(ask(ann, f"email {to}: the meeting is at ten").text)
    assert found
    return ann, found[0]


def open_page(context: BrowserContext, house: House) -> Page:
    page = context.new_page()
    page.goto(house.hub.url)
    expect(page.locator("#connection")).to_have_attribute("data-state", "live")
    expect(page.locator("#loading")).to_be_hidden()
    return page


def say(page: Page, words: str) -> None:
    page.fill("#text", words)
    page.press("#text", "Enter")


def test_the_link_in_a_mail_answers_without_scripts(browser: Browser, house: House) -> None:
    to = "bob@slip.example"
    ann, slip = asked_by_mail(house, to)
    (mail,) = mails(house, ann.address)
    html = mail.get_body(("html",))
    assert html is not None
    buttons = re.findall(r'<a href="([^"]+)"[^>]*>(\w+)</a>', html.get_content())
    assert [label for _, label in buttons] == ["Approve", "Deny"]
    assert buttons[0][0] == slip
    context = browser.new_context(java_script_enabled=False)
    page, seen = context.new_page(), list[str]()
    page.on("request", lambda request: seen.append(request.url))
    page.on("console", lambda told: seen.append(f"told: {told.text}"))
    page.goto(slip)
    expect(page.locator("blockquote")).to_contain_text(f"email {to}")
    expect(page.locator("blockquote")).to_contain_text("the meeting is at ten")
    page.reload()
    assert not mails(house, to), "looking at it does nothing"
    page.get_by_role("button", name="Approve").press("Enter")
    expect(page.locator("h1")).to_have_text("Taken down")
    until(lambda: mails(house, to), what="the mail")
    page.reload()
    page.get_by_role("link", name="See how it stands").click()
    expect(page.locator("main")).to_contain_text("approved by email")
    assert page.get_by_role("button").count() == 0
    assert len(mails(house, to)) == 1
    assert all(url.startswith(house.hub.url) for url in seen), seen
    context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_page_of_a_link_can_be_read_on_a_phone(
    browser: Browser, house: House, scheme: str
) -> None:
    _, slip = asked_by_mail(house, f"{'very-' * 10}long@{scheme}.example")
    context = browser.new_context(
        viewport={"width": 320, "height": 568},
        color_scheme="dark" if scheme == "dark" else "light",
    )
    context.add_init_script(VIOLATIONS)
    page = context.new_page()
    page.goto(slip)
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    assert [one for one in page.evaluate(WIDE) if one != "BLOCKQUOTE"] == []
    for selector in ("h1", "blockquote", ".about", ".quiet", "button.primary", "button.plain"):
        told = page.locator(selector).first.evaluate(CONTRAST)
        assert told["contrast"] >= 4.5, (selector, told)
        assert (told["paper"] < 0.2) == (scheme == "dark")
    assert page.evaluate("window.violations") == []
    context.close()


def test_a_card_is_pressed_by_keyboard_and_closes_in_every_window(
    context: BrowserContext, house: House
) -> None:
    to = "bob@card.example"
    page, other = open_page(context, house), open_page(context, house)
    say(page, f"email {to}: the meeting is at ten")
    card = page.locator(".message .question", has_text=to)
    expect(card).to_have_attribute("data-state", "open")
    expect(other.locator(".message .question", has_text=to)).to_have_attribute("data-state", "open")
    approve = card.get_by_role("button", name="Approve")
    expect(approve).to_have_accessible_name(re.compile(f"^Approve: email {to}"))
    approve.focus()
    page.keyboard.press("Enter")
    until(lambda: mails(house, to), what="the mail")
    for window in (page, other):
        over = window.locator(".message .question", has_text=to)
        expect(over).to_have_attribute("data-state", "approved")
        expect(over.get_by_role("status")).to_contain_text("Approved on the web")
        expect(over.get_by_role("button")).to_have_count(0)
    assert len(mails(house, to)) == 1
    page.get_by_role("button", name="You", exact=True).click()
    expect(page.locator("#questions-past li", has_text=to)).to_contain_text("Approved on the web")
    assert page.evaluate("window.violations") == []


def test_what_waits_is_counted_and_listed_and_can_be_denied_there(
    context: BrowserContext, house: House
) -> None:
    to = "bob@list.example"
    page = open_page(context, house)
    say(page, f"email {to}: hello")
    opener = page.get_by_role("button", name="You, 1 waiting for your answer")
    opener.click()
    listed = page.locator("#questions-open li", has_text=to)
    listed.get_by_role("button", name="Deny").click()
    expect(page.locator("#questions-past li", has_text=to)).to_contain_text("Denied on the web")
    expect(page.locator("#questions-open li")).to_have_count(0)
    expect(page.locator(".from-persona").last).to_contain_text("Then I do not do this")
    assert not mails(house, to)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_card_fits_a_phone_and_can_be_read(browser: Browser, house: House, scheme: str) -> None:
    context = browser.new_context(
        viewport={"width": 320, "height": 568},
        color_scheme="dark" if scheme == "dark" else "light",
    )
    page = open_page(context, house)
    to = f"{'x' * 40}@{scheme}.example"
    say(page, f"email {to}: {'long ' * 60}{'w' * 90}")
    card = page.locator(".message .question", has_text=to)
    expect(card.get_by_role("button", name="Always")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    for selector in (".asked", ".quiet", ".primary", ".plain"):
        told = card.locator(selector).first.evaluate(CONTRAST)
        assert told["contrast"] >= 4.5, (selector, told)
    card.get_by_role("button", name="Deny").click()
    expect(card).to_have_attribute("data-state", "denied")
    assert card.locator(".came").evaluate(CONTRAST)["contrast"] >= 4.5
    context.close()


def test_on_slack_the_message_that_asked_is_replaced(house: House) -> None:
    to = "bob@slack.example"
    ann = OnSlack(house)
    assert "approve" in ask(ann, f"email {to}: the meeting is at ten").text

    def question() -> dict[str, object]:
        return next(p for p in house.slack.posts if p["channel"] == ann.channel)

    blocks = json.dumps(question()["blocks"])
    found = re.search(r'"value\W+(\w{64})', blocks)
    assert found
    assert ann.press(found[1], "approve-1") == 200
    until(lambda: mails(house, to), what="the mail")
    until(lambda: "Approved on Slack" in str(question()["text"]), what="the message's end")
    assert "actions" not in json.dumps(question()["blocks"])
    assert "the meeting is at ten" in str(question()["text"])
    assert house.hub.is_idle(), "an answered question is nobody's work"
    told = [one["text"] for one in house.hub.sent("slack") if one["to"].endswith(ann.user)]
    assert [text.split()[0] for text in told] == ["May", "Approved.", "Done:"], (
        "and no message more"
    )
    assert len(mails(house, to)) == 1


def test_no_log_holds_a_slip(house: House) -> None:
    _, slip = asked_by_mail(house, "bob@log.example")
    house.hub.call("GET", slip.removeprefix(house.hub.url))
    token = slip.partition("q=")[2]
    assert token not in house.hub.log and token not in house.hub.output
    assert house.hub.is_idle(), "a question that waits is nobody's work"
