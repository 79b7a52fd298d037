"""Takes out of a page the quotes that mail providers marked as such."""

from selectolax.lexbor import LexborHTMLParser, LexborNode

MAX_QUOTES = 500

_QUOTES = (
    "div.gmail_quote, div.gmail_extra, blockquote.gmail_quote, blockquote[type=cite], blockquote.cite, "
    "div.moz-cite-prefix, div.yahoo_quoted, div.protonmail_quote, blockquote.protonmail_quote, "
    "div.zmail_extra, #OLK_SRC_BODY_SECTION, #isReplyContent"
)
_ENDS = (
    "#divRplyFwdMsg, #appendonsend, #stopSpelling, #mail-editor-reference-message-container, "
    "div.ms-outlook-mobile-reference-message"
)
"""What stands above a quote that goes to the end of the page."""


class MarkedQuotes:
    """The quotes of one page; `found` says whether any was taken out."""

    def __init__(self) -> None:
        self.found = False

    def prune(self, tree: LexborHTMLParser) -> None:
        """Takes out all but those with new words after them."""
        if (end := tree.css_first(_ENDS)) is not None:
            self.found = True
            _cut_from(end)
        quotes = _unanswered(tree)
        self.found = self.found or bool(quotes)
        for quote in quotes:
            quote.decompose()


def _cut_from(node: LexborNode) -> None:
    """Removes a node and all that follows it in the page."""
    above: LexborNode | None = node
    while above is not None and above.tag not in ("body", "html"):
        while above.next is not None:
            above.next.decompose()
        above = above.parent
    node.decompose()


def _unanswered(tree: LexborHTMLParser) -> list[LexborNode]:
    """From the last quote up: those below which nobody speaks but in quotes that go themselves."""
    nodes = list(tree.root.traverse(include_text=True)) if tree.root else []
    places = {node.mem_id: place for place, node in enumerate(nodes)}
    spoken = [place for place, node in enumerate(nodes) if _speaks(node)]
    found: list[LexborNode] = []
    for quote in reversed(tree.css(_QUOTES)[:MAX_QUOTES]):
        first = places[quote.mem_id]
        last = first + sum(1 for _ in quote.traverse(include_text=True))
        if (not spoken or spoken[-1] < last) and not _is_answered(quote):
            while spoken and spoken[-1] >= first:
                spoken.pop()
            found.append(quote)
    return found


def _speaks(node: LexborNode) -> bool:
    """Whether a node is text that a reader sees."""
    parent = node.parent
    return bool(
        node.is_text_node
        and parent
        and parent.tag not in ("style", "script", "title")
        and (node.text_content or "").strip()
    )


def _is_answered(quote: LexborNode) -> bool:
    """Whether words stand below a quote within the box that a provider puts around all quotes."""
    inner = None if quote.tag == "blockquote" else quote.css_first("blockquote")
    while inner is not None and inner.mem_id != quote.mem_id:
        below = inner.next
        while below is not None:
            is_worded = below.is_element_node and below.text(strip=True)
            if below.tag != "blockquote" and (is_worded or _speaks(below)):
                return True
            below = below.next
        inner = inner.parent
    return False
