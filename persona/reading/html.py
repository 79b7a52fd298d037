"""Turns a page into the text that its reader would see, in bounded time.

This is a walk of our own over selectolax's tree, since the libraries for it have inputs that take
minutes or gigabytes (200,000 nested divs; nested quotes, each prefixed on every line). The walk also
knows what a reader would not see: hidden text is how instructions are smuggled to a model.
"""

import re
from collections import Counter
from collections.abc import Callable

from selectolax.lexbor import LexborHTMLParser, LexborNode

from persona.reading.layout import Layout
from persona.reading.look import Look, look_at
from persona.reading.stylesheet import read_rules

MAX_HTML = 256 * 1024
"""Characters of HTML given to the tree builder, which is quadratic in the attributes of one tag."""
MAX_NESTING = 5_000

_UNSHOWN = frozenset(
    "head title script style template object iframe embed svg math noframes select datalist".split()
)
_UNCLOSED = frozenset(
    "area base br col hr img input link meta param source wbr p li td th tr option dd dt".split()
)


def html_text(
    html: str,
    *,
    links: bool = False,
    edit: Callable[[LexborHTMLParser], None] | None = None,
    late: Callable[[], bool] = lambda: False,
) -> tuple[str, bool]:
    """The text of a page, quotes marked with `> `, and whether it is all of it. Raises nothing.

    `links` adds the target behind a link's words; `edit` may prune the tree before the walk.
    """
    bounded = _bounded(html)
    try:
        tree = LexborHTMLParser(bounded)
        if edit:
            edit(tree)
        text, is_whole = _walk(tree, links, late)
    except Exception:
        return "", False
    return text, is_whole and bounded is html


def _bounded(html: str) -> str:
    """`html` itself where it is harmless, else its beginning: small enough and not nested too deep."""
    if len(html) > MAX_HTML:
        # Pictures written into the page and comments are most of what is long; neither is text.
        html = re.sub(r"data:[^\"'\s>)]{100,}", "", html[: 4 * MAX_HTML])
        before, *pieces = html.split("<!--")
        html = before + "".join(piece.partition("-->")[2] for piece in pieces)
        html = html[:MAX_HTML]
    if html.count("<") < MAX_NESTING:
        return html
    depths = Counter[str]()
    total = 0
    for tag in re.finditer(r"<(/?)([a-zA-Z][^\s/>]{0,20})", html):
        name, step = tag[2].lower(), -1 if tag[1] else 1
        if name not in _UNCLOSED and depths[name] + step >= 0:
            depths[name] += step
            total += step
        if total > MAX_NESTING:
            return html[: tag.start()]
    return html


def _walk(tree: LexborHTMLParser, links: bool, late: Callable[[], bool]) -> tuple[str, bool]:
    """Depth first with a stack of our own: each element stands on it twice, to open and to close."""
    rules = read_rules(tree)
    page = Layout()
    root = tree.body or tree.root
    stack: list[tuple[LexborNode, Look, str]] = [(root, Look(), "")] if root else []
    steps = 0
    while stack:
        node, look, closing = stack.pop()
        steps += 1
        if steps % 2_000 == 0 and late():
            return page.finished(), False
        if closing:
            target = node.attributes.get("href") if links and closing == "a" else None
            page.close(closing, look, (target or "").strip())
            continue
        if node.is_text_node:
            page.write(node.text_content or "", look)
            continue
        tag = node.tag or ""
        if not node.is_element_node or tag in _UNSHOWN:
            continue
        if inner := look_at(node, tag, look, rules):
            page.open(tag, inner)
            stack.append((node, inner, tag))
            stack.extend((child, inner, "") for child in reversed([*node.iter(include_text=True)]))
    return page.finished(), True
