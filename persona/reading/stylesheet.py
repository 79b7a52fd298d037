"""Reads what the style sheets of a page declare, as far as mail programs honour it."""

import re

from selectolax.lexbor import LexborHTMLParser

MAX_SHEETS = 20
MAX_SHEET = 100_000
MAX_RULES = 2_000

Style = dict[str, str]
"""Properties and their values, in lower case."""

_SELECTOR = re.compile(r"(?:[a-zA-Z][\w]*)?(?:[.#][\w-]+)?")
_AT_RULE = re.compile(r"@[^@{};]*\{(?:[^{}]*\{[^{}]*\})*+[^{}]*\}")
_PROPERTIES = frozenset(
    "display visibility mso-hide opacity font-size text-indent left top margin-left overflow height "
    "max-height width color background background-color background-image white-space".split()
)


def read_rules(tree: LexborHTMLParser) -> dict[str, Style]:
    """What `tag`, `.class`, `tag.class` and `#id` declare; what else selectors can do is not followed."""
    rules: dict[str, Style] = {}
    for sheet in tree.css("style")[:MAX_SHEETS]:
        text = sheet.text()[:MAX_SHEET].replace("<!--", "").replace("-->", "")
        before, *pieces = text.split("/*")
        text = before + "".join(piece.partition("*/")[2] for piece in pieces)
        # What holds on some screens only is not what the reader saw.
        for rule in _AT_RULE.sub("", text).split("}"):
            selectors, _, declared = rule.partition("{")
            for selector in selectors.strip().split(",")[:50]:
                name = selector.strip()
                if name and len(rules) < MAX_RULES and _SELECTOR.fullmatch(name):
                    rules.setdefault(name, {}).update(parse_style(declared))
    return rules


def parse_style(declared: str) -> Style:
    """The properties that decide what is seen, of those in a rule or a `style` attribute."""
    pairs = (part.partition(":") for part in declared[:4_000].lower().split(";")[:100])
    return {
        name.strip(): value.replace("!important", "").strip()[:200]
        for name, _, value in pairs
        if name.strip() in _PROPERTIES
    }
