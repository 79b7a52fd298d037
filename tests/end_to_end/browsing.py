"""What a real browser is asked about a page: contrast, width, broken policies, complaints."""

from dataclasses import dataclass, field

from playwright.sync_api import BrowserContext, Page, expect

from tests.end_to_end.house import House

VIOLATIONS = """
window.violations = [];
addEventListener("securitypolicyviolation", (event) => window.violations.push(event.violatedDirective));
"""
CONTRAST = """(element) => {
  const light = (colour) => {
    const parts = colour.match(/[\\d.]+/g).slice(0, 3).map((part) => part / 255);
    const [r, g, b] = parts.map((v) => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  let ground = element;
  while (getComputedStyle(ground).backgroundColor.endsWith(", 0)") && ground.parentElement) ground = ground.parentElement;
  const back = light(getComputedStyle(ground).backgroundColor), ink = light(getComputedStyle(element).color);
  const paper = light(getComputedStyle(document.body).backgroundColor);
  return { contrast: (Math.max(back, ink) + 0.05) / (Math.min(back, ink) + 0.05), paper };
}"""
WIDE = """() => [...document.querySelectorAll("*")].filter((one) => {
  const style = getComputedStyle(one);
  return one.scrollWidth > one.clientWidth + 1 && ["auto", "scroll"].includes(style.overflowX)
    && one.clientWidth > 0 && !["PRE", "TABLE"].includes(one.tagName);
}).map((one) => one.id || one.className || one.tagName)"""


@dataclass
class Watched:
    """What a browser complained about while a page was open."""

    errors: list[str] = field(default_factory=list[str])
    asked: list[str] = field(default_factory=list[str])


def open_at(context: BrowserContext, house: House, token: str = "") -> Page:
    """The page, live and loaded: of whoever this session is, else of the owner."""
    if token:
        context.add_cookies([{"name": "hub", "value": token, "url": house.hub.url}])
    page = context.new_page()
    page.goto(house.hub.url)
    expect(page.locator("#connection")).to_have_attribute("data-state", "live")
    expect(page.locator("#loading")).to_be_hidden()
    return page
