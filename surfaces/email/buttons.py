"""Yes and no in a mail: two links that look like buttons, to the page on which they are pressed."""

from collections.abc import Sequence
from html import escape

LOOK = (
    "display:inline-block;margin:0 10px 8px 0;padding:9px 18px;border:1px solid {line};"
    "border-radius:10px;background:{ground};color:{ink};font-weight:600;text-decoration:none"
)
"""In the tag itself, since mail programs drop style sheets; both grounds stand on light and dark."""
YES = LOOK.format(line="#1f5f52", ground="#1f5f52", ink="#ffffff")
NO = LOOK.format(line="#84918b", ground="#ffffff", ink="#18211e")
NOTE = "Either opens a page that shows it once more; nothing is done before you press there."


def buttons(links: Sequence[str]) -> str:
    """A line for each question, in the order in which the mail asks them."""
    lines = [
        f'<p><a href="{escape(link)}" style="{YES}">Approve{mark}</a>'
        f'<a href="{escape(link)}&amp;no=1" style="{NO}">Deny{mark}</a></p>'
        for number, link in enumerate(links, 1)
        for mark in [f" {number}" if len(links) > 1 else ""]
    ]
    return "".join([*lines, f"<p><small>{NOTE}</small></p>"])
