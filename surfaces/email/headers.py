"""Finds the header fields of a part in its raw bytes, and reads what such a field says.

The library's parser is not asked: it looks at a whole head before anything in it can be counted.
"""

import binascii
import re
from email.utils import mktime_tz, parsedate_tz

from persona.reading.charsets import decode_text
from persona.reading.text import one_line
from surfaces.email.reading import Reading
from surfaces.email.transfer import decode_payload

MAX_FIELDS = 2_000

Fields = list[tuple[str, str]]
"""Lower-case names and unfolded values, in their order."""

_HEAD = re.compile(rb"(?:(?:From |[!-9;-~]+[ \t]*:|[ \t])[^\n]*(?:\n|\Z))*+")
_FIELD = re.compile(rb"(?m)^([!-9;-~]+)[ \t]*:([^\n]*(?:\n[ \t][^\n]*)*)")
_ENCODED_WORD = re.compile(
    r"=\?([^?\s*]{1,40})(?:\*[^?\s]*)?\?([bBqQ])\?([^?]*+(?:\?(?!=)[^?]*+)*+)\?="
)


def parse_fields(raw: bytes, start: int, end: int, cap: int, got: Reading) -> tuple[Fields, int]:
    """The fields within `cap` bytes, and where the body begins."""
    limit = min(end, start + cap)
    match = _HEAD.match(raw, start, limit)
    stop = body = match.end() if match else start
    if raw.startswith((b"\n", b"\r\n"), stop, end):
        body = raw.index(b"\n", stop) + 1
    elif limit < end and raw.find(b"\n", stop, limit) < 0:
        got.cut("headers cut")
        gaps = ((raw.find(gap, stop, end), len(gap)) for gap in (b"\n\n", b"\n\r\n"))
        body = min((at + length for at, length in gaps if at >= 0), default=stop)
    elif stop < end:
        got.flaw("headers end without a blank line")
    found = _FIELD.findall(raw[start:stop])
    if len(found) > MAX_FIELDS:
        got.cut("headers cut")
    return [(name.decode("ascii").lower(), _unfold(v)) for name, v in found[:MAX_FIELDS]], body


def _unfold(value: bytes) -> str:
    return decode_text(re.sub(rb"[\r\n]+[ \t]*", b" ", value), "").strip()


def first(fields: Fields, name: str) -> str:
    return next(iter(every(fields, name)), "")


def every(fields: Fields, name: str) -> list[str]:
    return [value for key, value in fields if key == name]


def decode_words(value: str) -> str:
    """One line with its RFC 2047 words decoded.

    Neighbours of one charset are joined first, since they may split a letter.
    """
    out: list[str] = []
    pending, charset, at = b"", "", 0
    value = value[:8_192]
    for match in _ENCODED_WORD.finditer(value):
        between = value[at : match.start()]
        if between.strip() or match[1].lower() != charset:
            out.append(decode_text(pending, charset))
            pending = b""
        if between.strip() or not charset:
            out.append(between)
        pending += _decode_word(match[3].encode("utf-8", "replace"), match[2].lower())
        charset, at = match[1].lower(), match.end()
    return one_line("".join([*out, decode_text(pending, charset), value[at:]]))


def _decode_word(word: bytes, form: str) -> bytes:
    if form == "b":
        return decode_payload(word, "base64")
    return binascii.a2b_qp(word.replace(b"_", b" "), header=True)


def parse_ids(value: str) -> list[str]:
    """The message ids in a field, without angle brackets; one that lacks these counts, if alone."""
    found = re.findall(r"<([^<>\s]{1,996})>", value[:65_536])
    if found:
        return [one_line(one) for one in found]
    bare = one_line(value).split(" ")[0]
    return [bare] if re.fullmatch(r"[^<>\s]{1,900}@[^<>\s]{1,90}", bare) else []


def parse_date(value: str) -> float | None:
    """Seconds since 1970, None where the field names no moment."""
    try:
        parsed = parsedate_tz(value[:100])
        return float(mktime_tz(parsed)) if parsed else None
    except Exception:
        return None
