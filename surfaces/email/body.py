"""Chooses, among the texts found in a mail, what its reader would take for the words of it."""

import re

from persona.reading.charsets import decode_text
from persona.reading.html import html_text
from persona.reading.text import tidy
from surfaces.email.parts import Part
from surfaces.email.reading import MAX_TEXT, Reading, Text
from surfaces.email.transfer import decode_payload

_PLAIN_PART = re.compile(rb"(?i)\ncontent-type:[ \t]*text/plain[^\n]*\n(?:[!-~ \t][^\n]*\n)*\r?\n")


def choose_body(got: Reading) -> tuple[str, str | None]:
    """The texts in their order, each as plain text unless only its page says anything; and the pages."""
    texts, pages = list[str](), list[str]()
    for slot in got.slots.values():
        plain = "\n".join(text.words for text in slot if not text.is_page).strip()
        page = "\n".join(text.words for text in slot if text.is_page)
        if page.strip():
            pages.append(page)
        texts.append(_alternative(plain, page, got))
    text = "\n\n".join(t for t in texts if t.strip())
    if not text:
        text = next(filter(None, (_spare(spare, got) for spare in got.spare)), "")
    if len(text) > MAX_TEXT:
        got.cut("text cut")
    return text[:MAX_TEXT], "\n".join(pages) or None


def _alternative(plain: str, page: str, got: Reading) -> str:
    if not page.strip() or len(plain) >= 200:
        return plain
    shown, is_whole = html_text(page, links=True, late=got.is_late)
    if not is_whole:
        got.cut("HTML cut")
    # A few words beside a long page are the usual "your reader shows no HTML".
    return shown if len(plain) * 5 < len(shown) or not plain else plain


def _spare(spare: Text, got: Reading) -> str:
    if spare.is_page:
        return html_text(spare.words, links=True, late=got.is_late)[0]
    return spare.words.strip()


def first_text(whole: Part) -> str:
    """What can be shown of a mail that defeated the walk: the first stretch declared to be text."""
    body = whole.raw[whole.start : whole.start + MAX_TEXT]
    if whole.kind.type == "text/plain":
        data = decode_payload(body, whole.kind.encoding)
        return tidy(decode_text(data, whole.kind.charset)).strip()
    found = _PLAIN_PART.search(body)
    if not found:
        return ""
    stop = body.find(b"\n--", found.end())
    return tidy(decode_text(body[found.end() : stop if stop >= 0 else None], "")).strip()
