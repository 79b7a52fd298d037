"""The page in a real browser: it talks, stays, comes back, fits a phone, and lets nothing run."""

import re
import time
from collections.abc import Callable, Generator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.end_to_end.browsing import CONTRAST, VIOLATIONS, WIDE, Watched
from tests.end_to_end.house import House, OnWeb, ask, open_house, until

pytestmark = [pytest.mark.end_to_end, pytest.mark.xdist_group("end_to_end_page")]

Visit = Callable[..., AbstractContextManager[tuple[Page, Watched]]]


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Generator[House, None, None]:
    with open_house(tmp_path_factory.mktemp("page")) as house:
        house.hub.start()
        yield house


@pytest.fixture
def visit(browser: Browser, house: House) -> Visit:
    """Opens the page in a fresh browser profile and waits until it is live."""

    @contextmanager
    def opened(url: str = "", **more: Any) -> Generator[tuple[Page, Watched], None, None]:
        wanted: dict[str, Any] = {"viewport": {"width": 1100, "height": 760}, **more}
        context = browser.new_context(**wanted)
        context.add_init_script(VIOLATIONS)
        watched, page = Watched(), context.new_page()
        page.on("console", lambda m: watched.errors.append(m.text) if m.type == "error" else None)
        page.on("pageerror", lambda error: watched.errors.append(str(error)))
        page.on("dialog", lambda dialog: watched.errors.append(f"dialog {dialog.message}"))
        page.on("request", lambda request: watched.asked.append(request.url))
        page.goto(url or house.hub.url)
        expect(page.locator("#connection")).to_have_attribute("data-state", "live")
        expect(page.locator("#loading")).to_be_hidden()
        yield page, watched
        context.close()

    return opened


def say(page: Page, words: str) -> None:
    """Types it and waits for the persona's answer to it."""
    answers = page.locator(".from-persona")
    before = answers.count()
    page.fill("#text", words)
    page.press("#text", "Enter")
    expect(answers).to_have_count(before + 1)


def test_a_person_talks_is_answered_over_the_socket_and_finds_it_again(visit: Visit) -> None:
    with visit() as (page, watched):
        frames: list[str] = []
        page.on(
            "websocket", lambda ws: ws.on("framereceived", lambda data: frames.append(str(data)))
        )
        page.reload()
        expect(page.locator("#connection")).to_have_attribute("data-state", "live")
        say(page, "remember the piano tuner comes on Friday")
        expect(page.locator(".from-persona").last).to_contain_text("I will remember that")
        assert any("piano tuner" in frame for frame in frames)
        say(page, "when does the piano tuner come?")
        expect(page.locator(".from-persona").last).to_contain_text("on the web, today at")
        before = page.locator(".message .bubble").all_inner_texts()
        page.reload()
        expect(page.locator(".message .bubble")).to_have_text(before)
        assert len(watched.errors) <= 1, watched.errors


def test_the_page_breaks_no_policy_and_errs_only_by_being_signed_out_once(
    visit: Visit, house: House
) -> None:
    with visit() as (page, watched):
        say(page, "**hello** `there` [site](https://example.org)")
        page.click("#open-console")
        expect(page.locator("#reach-list li").first).to_be_visible()
        page.click("#theme")
        page.click("#close-console")
        assert page.evaluate("window.violations") == []
        assert len(watched.errors) == 1 and "401" in watched.errors[0], watched.errors
        assert all(url.startswith((house.hub.url, "data:")) for url in watched.asked), watched.asked


def test_the_policy_is_what_stops_an_inline_script(visit: Visit) -> None:
    """The control: the same watch sees a violation when there is one."""
    with visit() as (page, watched):
        page.evaluate(
            "document.body.insertAdjacentHTML('beforeend', '<img src=x onerror=\"window.harm=1\">')"
        )
        page.wait_for_function("window.violations.length > 0")
        assert page.evaluate("window.harm") is None
        assert len(watched.errors) > 1


def test_an_open_page_comes_back_after_a_kill_and_goes_on(visit: Visit, house: House) -> None:
    elsewhere = OnWeb(house, "owner")
    with visit() as (page, _):
        say(page, "remember the tide turns at six")
        house.hub.kill()
        expect(page.locator("#connection")).not_to_have_attribute("data-state", "live")
        page.fill("#text", "remember what was typed while the hub was away")
        page.press("#text", "Enter")
        house.hub.start()
        ask(elsewhere, "remember what another window said")
        expect(page.locator("#connection")).to_have_attribute("data-state", "live", timeout=30_000)
        expect(page.locator(".from-person", has_text="another window")).to_have_count(1)
        away = page.locator(".from-person", has_text="hub was away")
        expect(away).to_have_count(1)
        expect(page.locator(".from-persona", has_text="hub was away")).to_have_count(
            1, timeout=20_000
        )
        assert sum("hub was away" in one.text for one in elsewhere.heard()) == 1


def test_a_second_window_hears_what_the_first_one_says(visit: Visit) -> None:
    with visit() as (one, _), visit() as (two, _):
        say(one, "remember both windows are open")
        expect(two.locator(".from-persona", has_text="both windows")).to_have_count(1)
        expect(two.locator(".from-person", has_text="both windows")).to_have_count(1)


@pytest.mark.parametrize(("width", "height"), [(390, 844), (320, 568)])
def test_on_a_phone_nothing_scrolls_sideways(visit: Visit, width: int, height: int) -> None:
    size = {"width": width, "height": height}
    with visit(viewport=size, has_touch=True, is_mobile=True, device_scale_factor=2) as (page, _):
        say(page, f"remember {'x' * 300} https://example.org/{'path/' * 60}")
        say(
            page,
            "remember\n```\n"
            + "code " * 80
            + "\n```\n| a | b |\n|---|---|\n| "
            + "c" * 200
            + " | d |",
        )
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert page.evaluate("document.body.scrollWidth") <= width
        assert page.evaluate(WIDE) == []
        expect(page.locator("#text")).to_be_in_viewport()
        page.click("#open-console")
        expect(page.locator("#console")).to_be_in_viewport()
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        page.click("#close-console")
        expect(page.locator("#console")).to_be_hidden()


def test_it_follows_the_system_into_the_dark_and_the_button_out_of_it(visit: Visit) -> None:
    for scheme in ("light", "dark"):
        with visit(color_scheme=scheme) as (page, _):
            say(page, f"remember the lamp is {scheme}")
            for selector in (".from-persona .bubble", ".from-person .bubble", "#text", "h1"):
                seen = page.locator(selector).last.evaluate(CONTRAST)
                assert seen["contrast"] >= 4.5, (scheme, selector, seen)
                assert (seen["paper"] > 0.5) == (scheme == "light")
            page.click("#theme")
            toggled = page.locator("h1").evaluate(CONTRAST)
            assert (toggled["paper"] > 0.5) == (scheme == "dark")
            page.reload()
            kept = page.locator("h1").evaluate(CONTRAST)
            assert kept["paper"] == pytest.approx(toggled["paper"])


HARM = """look

<img src=x onerror="window.harm=1"><script>window.harm=2</script>
<svg onload="window.harm=3"></svg><iframe src="javascript:parent.harm=4"></iframe>

[one](javascript:window.harm=5) [two](JaVaScRiPt&colon;window.harm=6) <javascript:window.harm=7>
[three](data:text/html,<script>window.harm=8</script>) ![four](https://tracker.invalid/pixel.png)
[five](vbscript:x "onmouseover=window.harm=9") [six](https://example.org/"onclick="window.harm=10)

<a href="javascript:window.harm=11">seven</a> <form action=//tracker.invalid><button>eight</button></form>
"""


def test_hostile_words_of_person_and_persona_stay_words(
    browser: Browser, visit: Visit, tmp_path: Path
) -> None:
    """A language model that echoes them makes the persona say the same, as markdown."""
    with open_house(tmp_path, HUB_MODEL="openai:echo") as house:
        house.hub.env |= {"OPENAI_BASE_URL": house.model.url, "OPENAI_API_KEY": "sk-house"}
        house.hub.start()
        ask(OnWeb(house, "owner"), HARM)
        with visit(house.hub.url) as (page, watched):
            bubbles = page.locator(".message .bubble")
            expect(bubbles).to_have_count(2)
            assert "Yes: look" in bubbles.nth(1).inner_text()
            for bubble in bubbles.all():
                expect(bubble).to_contain_text('<img src=x onerror="window.harm=1">')
            for link in page.locator(".bubble a").all():
                href = link.get_attribute("href") or ""
                assert re.match(r"https?://|mailto:", href), href
                page.once("popup", lambda popup: popup.close())
                link.dispatch_event("mouseover")
            parts = "img, script, svg, iframe, form, button, style, [onerror], [onclick], [style]"
            assert page.locator(".bubble").locator(parts).count() == 0
            time.sleep(0.3)
            assert page.evaluate("window.harm") is None
            assert page.evaluate("window.violations") == []
            assert [url for url in watched.asked if "tracker" in url or url.endswith("/x")] == []
            assert len(watched.errors) == 1, watched.errors


def test_the_console_shows_what_was_sent_elsewhere(visit: Visit, house: House) -> None:
    for person in house.people()[:3]:
        ask(person, "remember the console is watching")
    until(lambda: all(act["status"] == "sent" for act in house.hub.sent()))
    with visit() as (page, _):
        page.click("#open-console")
        expect(page.locator("#sent-list li", has_text="console is watching")).to_have_count(3)
        expect(page.locator("#sent-list .pill").first).to_have_text("sent")
