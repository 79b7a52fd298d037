"""Signing in on the page, from outside: a name that is not loopback's own, as behind a tunnel.

`hub.localhost` is that name: the local stage opens nothing by itself there, and a browser lets a
page use passkeys on it.
"""

import re
from collections.abc import Generator
from typing import Any, Literal

import pytest
from playwright.sync_api import Browser, BrowserContext, CDPSession, Page, Route, expect

from tests.end_to_end.browsing import CONTRAST, VIOLATIONS, WIDE
from tests.end_to_end.house import House, Hub, OnMail, OnSms, ask, open_house, until

pytestmark = [pytest.mark.end_to_end, pytest.mark.xdist_group("end_to_end_signin")]

CODE = re.compile(r"^([A-Z0-9]{6})$", re.MULTILINE)
LINK = re.compile(r"http://\S+/signin#[A-Z0-9]{6}")


def outside(hub: Hub) -> str:
    return f"http://hub.localhost:{hub.port}"


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Generator[House, None, None]:
    with open_house(tmp_path_factory.mktemp("signin")) as house:
        house.hub.env["HUB_PUBLIC_URL"] = outside(house.hub)
        house.hub.start()
        yield house


@pytest.fixture
def context(browser: Browser) -> Generator[BrowserContext, None, None]:
    context = browser.new_context(viewport={"width": 1100, "height": 900})
    context.add_init_script(VIOLATIONS)
    yield context
    context.close()


def somebody(house: House) -> OnMail:
    """Who already knows the persona by mail."""
    ann = OnMail(house)
    ask(ann, "remember my locker code is 4812")
    return ann


def open_form(context: BrowserContext, house: House) -> Page:
    page = context.new_page()
    page.goto(outside(house.hub))
    expect(page.locator("#signin")).to_be_visible()
    return page


def ask_for_code(page: Page, person: OnMail | OnSms, typed: str) -> str:
    """The message that comes of it."""
    before = len(person.heard())
    page.get_by_label("Email address or telephone number").fill(typed)
    page.get_by_role("button", name="Send me a code").click()
    expect(page.get_by_label("The code in the message")).to_be_focused()
    until(lambda: len(person.heard()) > before, what="the code")
    return person.heard()[before].text


def code_in(text: str) -> str:
    found = CODE.search(text.replace("\r", ""))
    assert found, text
    return found[1]


def sign_in(page: Page, person: OnMail) -> None:
    code = code_in(ask_for_code(page, person, person.address))
    page.get_by_label("The code in the message").fill(code)
    page.keyboard.press("Enter")
    expect(page.locator("#connection")).to_have_attribute("data-state", "live")


def ask_me(page: Page) -> dict[str, Any] | None:
    """Who the page's browser is to the hub; None for nobody."""
    return page.evaluate("fetch('/web/me').then((answer) => (answer.ok ? answer.json() : null))")


def open_you(page: Page) -> None:
    page.get_by_role("button", name="You", exact=True).click()
    expect(page.locator("#you")).to_be_visible()
    expect(page.locator("#addresses li").first).to_be_visible()


def test_a_code_by_mail_opens_the_conversation_of_all_surfaces(
    context: BrowserContext, house: House
) -> None:
    ann = somebody(house)
    page = open_form(context, house)
    sign_in(page, ann)
    expect(page.locator(".from-person", has_text="locker code is 4812")).to_have_count(1)
    expect(page.locator(".from-person .badge", has_text="Email").first).to_be_visible()
    ask(ann, "remember the tea is in the red tin")
    live = page.locator(".from-person", has_text="red tin")
    expect(live).to_have_count(1)
    expect(live.locator(".badge")).to_have_text("Email")
    assert page.evaluate("window.violations") == []


def test_the_link_opens_the_page_and_one_press_signs_in(
    context: BrowserContext, house: House
) -> None:
    ann = somebody(house)
    page = open_form(context, house)
    found = LINK.search(ask_for_code(page, ann, ann.address))
    assert found
    other = context.new_page()
    other.goto(found[0])
    expect(other.locator("#signin-lead")).to_have_text("One press and you are in.")
    assert "#" not in other.url
    assert ask_me(other) is None, "nothing was sent so far"
    other.get_by_role("button", name="Sign in", exact=True).press("Enter")
    expect(other.locator(".from-person", has_text="locker code is 4812")).to_have_count(1)


def test_another_browser_and_a_wrong_code_are_told_in_a_sentence(
    browser: Browser, context: BrowserContext, house: House
) -> None:
    ann = somebody(house)
    page = open_form(context, house)
    found = LINK.search(ask_for_code(page, ann, ann.address))
    assert found
    page.get_by_label("The code in the message").fill("QQQQQQ")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("That code does not work")
    elsewhere = browser.new_context()
    other = elsewhere.new_page()
    other.goto(found[0])
    other.get_by_role("button", name="Sign in", exact=True).click()
    expect(other.get_by_role("alert")).to_contain_text("This browser has not asked to sign in")
    elsewhere.close()
    page.get_by_role("button", name="Ask for another code").click()
    page.get_by_label("Email address or telephone number").fill("nonsense")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("Write an email address")


def authenticator(context: BrowserContext, page: Page) -> CDPSession:
    """Chromium's own, that has a passkey and a person in front of it."""
    cdp = context.new_cdp_session(page)
    cdp.send("WebAuthn.enable")
    options: dict[str, Any] = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    cdp.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    return cdp


def test_a_passkey_is_added_signs_in_and_proves_before_an_export(
    context: BrowserContext, house: House
) -> None:
    ann = somebody(house)
    page = open_form(context, house)
    authenticator(context, page)
    sign_in(page, ann)
    open_you(page)
    page.get_by_role("button", name="Add a passkey").click()
    expect(page.locator("#passkeys li")).to_have_count(1)
    expect(page.locator("#you-told")).to_have_text("Added.")
    page.get_by_role("button", name="Sign out", exact=True).click()
    expect(page.locator("#signin")).to_be_visible()
    page.get_by_role("button", name="Use a passkey").click()
    expect(page.locator(".from-person", has_text="locker code is 4812")).to_have_count(1)
    told = ask_me(page)
    assert told and (told["level"], told["strong"]) == (2, True)
    answers = iter([(403, '{"error":"prove it"}'), (200, "{}")])

    def export(route: Route) -> None:
        status, body = next(answers)
        route.fulfill(status=status, body=body)

    page.route("**/web/export", export)
    open_you(page)
    with page.expect_download() as download:
        page.get_by_role("button", name="Export everything").click()
    assert download.value.suggested_filename.endswith(".jsonl")
    expect(page.locator("#you-told")).to_have_text("Exported.")
    page.get_by_role("button", name="Remove the passkey").click()
    page.get_by_role("button", name="Yes, remove").click()
    expect(page.locator("#passkeys li")).to_have_count(0)


def test_the_panel_shows_links_and_parts(context: BrowserContext, house: House) -> None:
    ann, phone = somebody(house), OnSms(house)
    ask(phone, "remember the key is under the mat")
    page = open_form(context, house)
    sign_in(page, ann)
    open_you(page)
    expect(page.locator("#addresses li")).to_have_count(2)
    page.get_by_role("button", name="Link another address").click()
    shown = page.locator("#link-code")
    expect(shown).to_have_text(re.compile(r"link [A-Z0-9]{6}"))
    told = ask(phone, shown.inner_text()).text
    number = re.search(r"Your number is (\d\d)", told)
    assert number, told
    page.get_by_label("The number that it shows there").fill(number[1])
    page.get_by_role("button", name="Yes, that is me").click()
    expect(page.locator("#addresses li")).to_have_count(3)
    expect(page.locator(".from-person", has_text="under the mat")).to_have_count(1)
    page.get_by_role("button", name=f"Unlink {phone.number}").click()
    page.get_by_role("button", name="Yes, unlink").click()
    expect(page.locator("#addresses li")).to_have_count(2)
    page.get_by_role("button", name="Sign out everywhere").click()
    expect(page.locator("#signin")).to_be_visible()


def test_what_the_hub_cannot_do_is_said_in_a_sentence(
    context: BrowserContext, house: House
) -> None:
    ann = somebody(house)
    page = open_form(context, house)
    sign_in(page, ann)
    for path in ("export", "erase"):
        page.route(f"**/web/{path}", lambda route: route.fulfill(status=404, body="{}"))
    open_you(page)
    page.get_by_role("button", name="Export everything").click()
    expect(page.locator("#you-told")).to_have_text("This hub cannot do that yet.")
    button = page.get_by_role("button", name="Erase everything")
    expect(button).to_be_disabled()
    page.get_by_label("To erase everything, type erase everything").fill("Erase everything")
    button.click()
    expect(page.locator("#you-told")).to_have_text("This hub cannot do that yet.")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_form_and_panel_fit_a_phone_and_can_be_read(
    browser: Browser, house: House, scheme: Literal["light", "dark"]
) -> None:
    ann = somebody(house)
    context = browser.new_context(
        viewport={"width": 320, "height": 640}, is_mobile=True, has_touch=True, color_scheme=scheme
    )
    page = open_form(context, house)
    for selector in ("#signin h2", "#signin label", ".primary", "#signin-lead"):
        assert page.locator(selector).first.evaluate(CONTRAST)["contrast"] >= 4.5, selector
    assert page.evaluate(WIDE) == []
    sign_in(page, ann)
    open_you(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    assert page.evaluate(WIDE) == []
    for selector in ("#you h3", "#addresses .what", "#addresses .quiet", "#sign-out", "#link-lead"):
        assert page.locator(selector).first.evaluate(CONTRAST)["contrast"] >= 4.5, selector
    page.keyboard.press("Escape")
    expect(page.locator("#you")).to_be_hidden()
    expect(page.locator("#open-you")).to_be_focused()
    context.close()
