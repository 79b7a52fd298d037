"""Tells what the writer of a mail newly said: without the quoted trail and without the signature.

Leaving a mail whole is cheaper than losing a word, so every cut needs evidence that no writer types by
accident: a separator line, a block of header fields, a date with a writer, a quote nothing follows.
Where new words stand between quotes, the quotes are what they answer and stay. A mail that is only
forwarded is its own message and stays whole.

Two passes: the providers' marks on the page, which are certain, then rules on lines of text, which also
find what a provider left unmarked.
"""

from persona.reading.html import html_text
from surfaces.email.lines import Line
from surfaces.email.providers import MarkedQuotes
from surfaces.email.separators import is_forward
from surfaces.email.signature import is_device, without_signature
from surfaces.email.trail import without_trail

MAX_LINES = 5_000
"""Lines looked at: a trail that begins later is left alone."""


def new_words(text: str, html: str | None = None) -> str:
    """What the mail with the plain body `text` (and the page `html`, if any) says anew.

    Never raises. '' where nothing new is said, and the caller then shows the whole text. The page is
    used where a provider marked the quote in it, or where there is no plain body.
    """
    try:
        return _from_page(text, html) if html else _from_lines(text)
    except Exception:
        return text.strip()


def spoken_words(text: str, html: str | None = None) -> str:
    """The new words as a mind is shown them: without the line in which a device advertises itself."""
    words = new_words(text, html)
    above, _, last = words.rpartition("\n")
    return above.rstrip() if above.strip() and is_device([Line.of(last)]) else words


def hands_on(text: str) -> bool:
    """Whether a text begins as one that only hands another mail on, in any language known here."""
    return is_forward(_lines(text))


def _from_page(text: str, html: str) -> str:
    quotes = MarkedQuotes()
    shown, is_whole = html_text(html, edit=quotes.prune)
    if quotes.found and not shown.strip():
        page = html_text(html)[0].strip()
        return page if is_forward(_lines(page)) else ""
    is_better = quotes.found and is_whole
    return _from_lines(shown if is_better or not text.strip() else text)


def _from_lines(text: str) -> str:
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    lines = _lines(text)
    if is_forward(lines):
        return text.strip()
    said = without_trail(lines)
    kept = without_signature(said)
    if is_device(said[len(kept) :]) and any(line.is_quoted for line in lines[len(said) :]):
        kept = said  # a marked quote ends what was sent right there; a mind need not see the line
    return "\n".join(line.raw for line in kept).strip()


def _lines(text: str) -> list[Line]:
    raws = text.split("\n")
    lines = [Line.of(raw) for raw in raws[:MAX_LINES]]
    if rest := "\n".join(raws[MAX_LINES:]).rstrip():
        # What is not looked at counts as something said, so that nothing above it is taken for the end.
        lines.append(Line(rest, "...and more", is_quoted=False, field=""))
    return lines
