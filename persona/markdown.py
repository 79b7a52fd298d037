"""Markdown as safe HTML: no raw HTML, no images (they leak), links that give nothing away."""

from functools import cache

MOST = 20_000
"""Characters rendered; pathological markdown beyond that costs seconds, so it is shown as text."""
TAGS = frozenset(
    "p br strong em code pre blockquote ul ol li a h1 h2 h3 h4 hr table thead tbody tr th td".split()
)


def to_html(text: str) -> str:
    """The rendered text; an empty string where only the plain text should be shown."""
    import nh3

    if len(text) > MOST:
        return ""
    html = _renderer().render(text)  # type: ignore[attr-defined]
    return nh3.clean(
        html,
        tags=set(TAGS),
        attributes={"a": {"href"}},
        url_schemes={"http", "https", "mailto"},
        link_rel="noopener noreferrer",
    )


@cache
def _renderer() -> object:
    from markdown_it import MarkdownIt

    return MarkdownIt("js-default", {"html": False, "breaks": True, "linkify": False})
