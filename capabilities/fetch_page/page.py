"""What a page says, in words: its title, its text as a reader would see it, and where it stands."""

import re
import time
from dataclasses import dataclass

from selectolax.lexbor import LexborHTMLParser, LexborNode

from capabilities.fetch_page.visit import Page
from persona.declare import Result
from persona.errors import Refused
from persona.reading.charsets import decode_text
from persona.reading.html import html_text
from persona.reading.text import one_line, tidy

MOST_CHARACTERS = 20_000
CUT = "\n[… cut here: the page goes on]"
MOST_TITLE = 200
LAYOUT_SECONDS = 5.0
ASIDE = "nav, aside, footer, button, dialog, noscript, [role=navigation], [role=complementary], [role=banner]"
"""What stands round the words of a page."""
MAIN = "main, [role=main], article"
ENOUGH = 200
"""Characters from which on the main part of a page is taken for all that it says."""

_MARKS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
_DECLARED = re.compile(rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?([\w.:-]{1,40})", re.IGNORECASE)
_SCRIPT = re.compile(r"<script[\s/>]", re.IGNORECASE)
_SCRIPT_ENDS = re.compile(r"</script[\s/>]", re.IGNORECASE)


def told(page: Page) -> Result:
    """Title, address and text; others wrote it. Raises Refused for what holds no words."""
    text = _decoded(page)
    title, words, is_whole = "", tidy(text), True
    if page.media in ("text/html", "application/xhtml+xml"):
        title, words, is_whole = _read(text)
    elif "\x00" in text:
        raise Refused("it is not a text, whatever it says of itself", "media")
    words = words.strip()
    if not words:
        raise Refused("there are no words on that page", "empty")
    if len(words) > MOST_CHARACTERS:
        words, is_whole = words[:MOST_CHARACTERS], False
    head = "\n".join(filter(None, (title, page.url)))
    return Result(f"{head}\n\n{words}{'' if is_whole else CUT}", untrusted=True)


def _decoded(page: Page) -> str:
    for mark, name in _MARKS:
        if page.data.startswith(mark):
            return page.data.decode(name, "replace")
    found = _DECLARED.search(page.data[:2_048])
    return decode_text(page.data, page.charset or (found[1].decode() if found else "utf-8"))


@dataclass
class _Reader:
    """Prunes one page's tree down to what it has to say, and keeps its title."""

    title: str = ""

    def prune(self, tree: LexborHTMLParser) -> None:
        found = tree.css_first("title")
        self.title = one_line(tidy(found.text() if found else ""))[:MOST_TITLE]
        for node in tree.css(ASIDE):
            node.decompose()
        mains = [node for node in tree.css(MAIN) if len(node.text()) >= ENOUGH]
        if len(mains) == 1 or (mains and mains[0].tag == "main"):
            _keep(mains[0])


def _keep(node: LexborNode) -> None:
    """Takes out what stands beside a node and beside each of those round it, but for the styles."""
    above: LexborNode | None = node
    while above is not None and above.tag not in ("body", "html"):
        for way in ("prev", "next"):
            beside = getattr(above, way)
            while beside is not None:
                after = getattr(beside, way)
                if beside.tag != "style":
                    beside.decompose()
                beside = after
        above = above.parent


def _read(html: str) -> tuple[str, str, bool]:
    """Title, text, and whether that is all of it."""
    until = time.monotonic() + LAYOUT_SECONDS
    reader = _Reader()
    text, is_whole = html_text(
        _without_scripts(html), edit=reader.prune, late=lambda: time.monotonic() > until
    )
    return reader.title, text, is_whole


def _without_scripts(html: str) -> str:
    """What is left for words, in one pass; a script that is never closed takes the rest along."""
    kept: list[str] = []
    at = 0
    while found := _SCRIPT.search(html, at):
        kept.append(html[at : found.start()])
        end = _SCRIPT_ENDS.search(html, found.end())
        at = end.end() - 1 if end else len(html)
        at = html.find(">", at) + 1 or len(html)
    return "".join([*kept, html[at:]])
