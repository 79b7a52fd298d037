"""Turns the raw bytes of one inbound mail into a `Mail`, within bounds, whatever the bytes are.

The standard library's parser is not asked to walk the mail: it builds every part before anything can be
counted, so a cap would come after the damage. The parts are found here, as offsets into the raw bytes, under
caps for size, number, depth and time; the library decodes what is then known to be small. Nothing but
`Unreadable` leaves `read_mail`: a part that resists becomes a defect and the rest of the mail is still read.

HTML becomes text by a walk of our own over selectolax's tree, since both libraries have inputs that take
minutes or gigabytes (200,000 nested divs; nested quotes, each prefixed on every line). The walk also knows
what a reader would not see: hidden text is how instructions are smuggled to a model.
"""

import binascii
import codecs
import re
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from email.message import Message
from email.utils import mktime_tz, parsedate_tz
from urllib.parse import urlsplit

from charset_normalizer import from_bytes
from selectolax.lexbor import LexborHTMLParser, LexborNode

MAX_BYTES = 40 * 1024 * 1024
MAX_HEAD = 256 * 1024
MAX_PARTS = 200
MAX_DEPTH = 20
MAX_TEXT = 1_000_000
MAX_HTML = 256 * 1024
"""Characters of HTML given to the tree builder, which is quadratic in the attributes of one tag."""
MAX_NESTING = 5_000
MAX_REFERENCES = 50


class Unreadable(Exception):
    """Too large to be looked at: the caller keeps the raw mail and says so."""


@dataclass(frozen=True, slots=True)
class Attachment:
    """What the mail says and what the first bytes say; `size` is in decoded bytes."""

    name: str
    declared: str
    sniffed: str
    size: int
    inline: bool


@dataclass(frozen=True, slots=True)
class Mail:
    """One mail as read. Ids are without angle brackets, addresses bare, `date` in seconds since 1970.

    No field but `text` and `html` can hold a line break, so any other may go into a header. None is proof of
    anything: `from_` identifies only together with the verdicts of the receiving server.
    """

    message_id: str | None
    subject: str
    from_: tuple[str, ...]
    from_name: str
    reply_to: tuple[str, ...]
    to: tuple[str, ...]
    in_reply_to: str | None
    references: tuple[str, ...]
    date: float | None
    text: str
    html: str | None
    attachments: tuple[Attachment, ...]
    automatic: str | None
    encrypted: bool
    calendar: bool
    loops: tuple[str, ...]
    defects: tuple[str, ...]
    truncated: bool


_Fields = list[tuple[str, str]]


@dataclass(slots=True)
class _Reading:
    """What is gathered while one mail is walked."""

    until: float
    clock: Callable[[], float]
    parts: int = 0
    slots: dict[int, dict[str, list[str]]] = field(default_factory=dict[int, dict[str, list[str]]])
    spare: list[tuple[str, str]] = field(default_factory=list[tuple[str, str]])
    attachments: list[Attachment] = field(default_factory=list[Attachment])
    defects: list[str] = field(default_factory=list[str])
    types: set[str] = field(default_factory=set[str])
    truncated: bool = False

    def late(self) -> bool:
        if self.clock() < self.until:
            return False
        self.cut("out of time")
        return True

    def flaw(self, defect: str) -> None:
        if defect not in self.defects and len(self.defects) < 50:
            self.defects.append(defect)

    def cut(self, defect: str) -> None:
        self.truncated = True
        self.flaw(defect)


def read_mail(
    raw: bytes, *, deadline: float = 5.0, clock: Callable[[], float] = time.monotonic
) -> Mail:
    """The mail in `raw`, read for at most about `deadline` seconds; raises `Unreadable` above 40 MB.

    `defects` names what was broken or over a bound; `truncated` says that something was left out.
    """
    if len(raw) > MAX_BYTES:
        raise Unreadable(f"{len(raw)} bytes are more than {MAX_BYTES}")
    raw = raw.lstrip(b"\r\n")
    if b"\n" not in raw:
        raw = raw.replace(b"\r", b"\n")
    got = _Reading(clock() + deadline, clock)
    fields, body = _fields(raw, 0, len(raw), MAX_HEAD, got)
    text, html = "", None
    try:
        _visit(raw, fields, body, len(raw), got, depth=0, slot=0)
        text, html = _body(got)
    except Exception as error:
        got.flaw(f"{type(error).__name__} while reading")
    if not text and got.defects:
        text = _first_text(raw[body : body + MAX_TEXT], _kind(fields, "text/plain"))
    return _mail(fields, text, html, got)


def _mail(fields: _Fields, text: str, html: str | None, got: _Reading) -> Mail:
    senders = [_mailboxes(value) for name, value in fields if name == "from"]
    boxes = [box for found, _ in senders for box in found]
    # A group names no single writer, and an unreadable sender beside a readable one is a trick.
    clear = all(address for _, address in boxes) and not any(grouped for _, grouped in senders)
    people = tuple(dict.fromkeys(address for _, address in boxes)) if clear else ()
    text, uuencoded = _without_uuencode(text)
    return Mail(
        message_id=next(iter(_ids(_one(fields, "message-id"))), None),
        subject=_clean(_words(_one(fields, "subject"))),
        from_=people,
        from_name=_clean(_words(boxes[0][0])) if boxes else "",
        reply_to=_addresses(fields, "reply-to"),
        to=_addresses(fields, "to"),
        in_reply_to=next(iter(_ids(_one(fields, "in-reply-to"))), None),
        references=tuple(
            _ids(" ".join(v for n, v in fields if n == "references"))[-MAX_REFERENCES:]
        ),
        date=_date(_one(fields, "date")),
        text=text,
        html=html,
        attachments=(*got.attachments, *uuencoded),
        automatic=_automatic(fields, people, got.types),
        encrypted="encrypted" in got.types
        or text.lstrip().startswith("-----BEGIN PGP MESSAGE-----"),
        calendar="calendar request" in got.types,
        loops=tuple(_clean(v) for n, v in fields if n == "x-loop"),
        defects=tuple(got.defects),
        truncated=got.truncated,
    )


# Parts


_HEAD = re.compile(rb"(?:(?:From |[!-9;-~]+[ \t]*:|[ \t])[^\n]*(?:\n|\Z))*+")
_FIELD = re.compile(rb"(?m)^([!-9;-~]+)[ \t]*:([^\n]*(?:\n[ \t][^\n]*)*)")


def _fields(raw: bytes, start: int, end: int, cap: int, got: _Reading) -> tuple[_Fields, int]:
    """Unfolded header fields with lower-case names, and where the body begins."""
    limit = min(end, start + cap)
    match = _HEAD.match(raw, start, limit)
    stop = body = match.end() if match else start
    if raw.startswith((b"\n", b"\r\n"), stop, end):
        body = raw.index(b"\n", stop) + 1
    elif limit < end and raw.find(b"\n", stop, limit) < 0:
        got.cut("headers cut")
        ends = [
            at + len(gap) for gap in (b"\n\n", b"\n\r\n") if (at := raw.find(gap, stop, end)) >= 0
        ]
        body = min(ends, default=stop)
    elif stop < end:
        got.flaw("headers end without a blank line")
    fields: _Fields = []
    for name, value in _FIELD.findall(raw[start:stop]):
        if len(fields) == 2_000:
            got.cut("headers cut")
            break
        unfolded = re.sub(rb"[\r\n]+[ \t]*", b" ", value)
        fields.append((name.decode("ascii").lower(), _text_of(unfolded, "").strip()))
    return fields, body


def _one(fields: _Fields, name: str) -> str:
    return next((value for key, value in fields if key == name), "")


@dataclass(frozen=True, slots=True)
class _Kind:
    """The declared nature of one part."""

    type: str
    boundary: str
    charset: str
    format: str
    method: str
    disposition: str
    name: str
    encoding: str


def _kind(fields: _Fields, default: str) -> _Kind:
    message = Message()
    message.set_default_type(default)
    for name in ("content-type", "content-disposition"):
        if value := _one(fields, name)[:4_096]:
            message[name] = value.encode("utf-8", "replace").decode("utf-8", "replace")

    def ask(question: Callable[[], object]) -> str:
        try:
            return str(question() or "")
        except Exception:
            return ""

    return _Kind(
        type=_clean(ask(message.get_content_type)) or "text/plain",
        boundary=ask(message.get_boundary),
        charset=ask(message.get_content_charset),
        format="+".join(ask(lambda k=k: message.get_param(k)).lower() for k in ("format", "delsp")),
        method=ask(lambda: message.get_param("method")).upper(),
        disposition=ask(message.get_content_disposition),
        name=_clean(_words(ask(message.get_filename))).replace("\\", "/").rsplit("/")[-1][:255],
        encoding=_one(fields, "content-transfer-encoding").split(";")[0].strip().lower(),
    )


def _visit(
    raw: bytes,
    fields: _Fields,
    start: int,
    end: int,
    got: _Reading,
    *,
    depth: int,
    slot: int,
    default: str = "text/plain",
) -> None:
    """Read one part and what it contains; `slot` is shared by the alternatives of one text."""
    got.parts += 1
    if got.parts > MAX_PARTS or depth > MAX_DEPTH:
        got.cut(
            "more parts than are read" if got.parts > MAX_PARTS else "nested deeper than is read"
        )
        return
    if got.late():
        return
    kind = _kind(fields, default)
    if kind.type in ("multipart/encrypted", "application/pkcs7-mime", "application/x-pkcs7-mime"):
        got.types.add("encrypted")
    if kind.type.startswith("multipart/"):
        ranges = list(_ranges(raw, start, end, kind.boundary)) if kind.boundary else []
        if ranges:
            _visit_children(raw, ranges, kind, got, depth, slot)
            return
        got.flaw("multipart without parts")
        kind = _Kind("text/plain", "", kind.charset, "", "", "", "", kind.encoding)
    got.types.add(kind.type)
    if kind.type == "message/rfc822":
        _visit_enclosed(raw, start, end, kind, got, depth)
        return
    _leaf(raw, start, end, kind, bool(_one(fields, "content-id")), slot, got)


def _visit_children(
    raw: bytes, ranges: list[tuple[int, int]], kind: _Kind, got: _Reading, depth: int, slot: int
) -> None:
    got.types.add(kind.type)
    default = "message/rfc822" if kind.type == "multipart/digest" else "text/plain"
    # Alternatives fill one slot together; everything else stands on its own.
    place = slot or (got.parts if kind.type == "multipart/alternative" else 0)
    for first, last in ranges:
        inner, body = _fields(raw, first, last, MAX_HEAD // 4, got)
        _visit(raw, inner, body, last, got, depth=depth + 1, slot=place, default=default)
        if got.parts > MAX_PARTS:
            break


def _visit_enclosed(
    raw: bytes, start: int, end: int, kind: _Kind, got: _Reading, depth: int
) -> None:
    """An enclosed mail is an attachment; its text counts only where the outer mail has none."""
    if kind.encoding in ("base64", "quoted-printable"):
        raw = _payload(raw[start:end], kind.encoding)
        start, end = 0, len(raw)
    inner, body = _fields(raw, start, end, MAX_HEAD // 4, got)
    name = kind.name or _clean(_words(_one(inner, "subject")))[:250]
    got.attachments.append(Attachment(name, "message/rfc822", "message/rfc822", end - start, False))
    within = _Reading(got.until, got.clock, parts=got.parts)
    _visit(raw, inner, body, end, within, depth=depth + 1, slot=0)
    got.parts, got.truncated = within.parts, got.truncated or within.truncated
    for defect in within.defects:
        got.flaw(defect)
    for slot in within.slots.values():
        got.spare += [(kind, text) for kind in ("plain", "html") for text in slot.get(kind, [])]
    got.spare += within.spare


def _ranges(raw: bytes, start: int, end: int, boundary: str) -> Iterator[tuple[int, int]]:
    """Where the parts lie between the boundary lines: at most a few more than will be read."""
    line = b"--" + boundary.encode("utf-8", "replace")
    at = start if raw.startswith(line, start) else _line_at(raw, line, start, end)
    opened, found = -1, 0
    while at >= 0 and found <= MAX_PARTS:
        stop = raw.find(b"\n", at, end)
        stop = end if stop < 0 else stop + 1
        rest = raw[at + len(line) : stop].strip(b" \t\r\n")
        if rest in (b"", b"--"):
            if opened >= 0:
                yield opened, max(opened, at - (2 if raw[at - 2 : at] == b"\r\n" else 1))
                found += 1
            if rest:
                return
            opened = stop
        at = _line_at(raw, line, stop - 1, end)
    if opened >= 0 and found <= MAX_PARTS:
        yield opened, end


def _line_at(raw: bytes, line: bytes, start: int, end: int) -> int:
    at = raw.find(b"\n" + line, start, end)
    return at + 1 if at >= 0 else -1


def _leaf(
    raw: bytes, start: int, end: int, kind: _Kind, has_id: bool, slot: int, got: _Reading
) -> None:
    if kind.type == "text/calendar":
        named = re.search(
            rb"(?im)^METHOD:[ \t]*(\w+)",
            _payload(raw[start : min(end, start + 65_536)], kind.encoding),
        )
        method = kind.method or (named[1].decode("ascii").upper() if named else "")
        got.types.add(f"calendar {method.lower()}")
    text = kind.type in (
        "text/plain",
        "text/html",
        "text/enriched",
        "text/markdown",
        "text/x-amp-html",
    )
    if (
        text
        and kind.disposition != "attachment"
        and not kind.name
        and kind.type != "text/x-amp-html"
    ):
        data = _payload(raw[start : min(end, start + 4 * MAX_TEXT)], kind.encoding)
        if end - start > 4 * MAX_TEXT or len(data) > MAX_TEXT:
            got.cut("text cut")
            data = data[: data.rfind(b"\n", 1, MAX_TEXT) if b"\n" in data[1:MAX_TEXT] else MAX_TEXT]
        words = _tidy(_text_of(data, kind.charset))
        if kind.format.startswith("flowed"):
            words = _unflowed(words, delsp=kind.format.endswith("+yes"))
        form = "html" if kind.type == "text/html" else "plain"
        got.slots.setdefault(slot or -got.parts, {}).setdefault(form, []).append(words)
        return
    if kind.type in ("message/delivery-status", "text/rfc822-headers", "message/feedback-report"):
        return
    data = _payload(raw[start:end], kind.encoding)
    name = kind.name or ("winmail.dat" if kind.type.endswith("ms-tnef") else "")
    inline = kind.disposition == "inline" or (has_id and kind.disposition != "attachment")
    got.attachments.append(Attachment(name, kind.type, _sniffed(data), len(data), inline))
    if kind.type.startswith("text/") and kind.type != "text/calendar":
        form = "html" if kind.type == "text/html" else "plain"
        got.spare.append((form, _tidy(_text_of(data[:MAX_TEXT], kind.charset))))


# Text


def _body(got: _Reading) -> tuple[str, str | None]:
    """The texts in their order, each as plain text unless only the HTML says anything; and the HTML."""
    texts, pages = list[str](), list[str]()
    for slot in got.slots.values():
        plain, page = "\n".join(slot.get("plain", [])).strip(), "\n".join(slot.get("html", []))
        if page.strip():
            pages.append(page)
        shown = ""
        if page.strip() and len(plain) < 200:
            shown, whole = html_text(page, links=True, late=got.late)
            if not whole:
                got.cut("HTML cut")
        # A few words beside a long page are the usual "your reader shows no HTML".
        texts.append(shown if len(plain) * 5 < len(shown) or not plain else plain)
    text = "\n\n".join(t for t in texts if t.strip())
    for form, spare in [] if text else got.spare:
        if (
            text := html_text(spare, links=True, late=got.late)[0]
            if form == "html"
            else spare.strip()
        ):
            break
    if len(text) > MAX_TEXT:
        got.cut("text cut")
    return text[:MAX_TEXT], "\n".join(pages) or None


def _first_text(body: bytes, kind: _Kind) -> str:
    """What can be shown of a mail that defeated the walk: the first stretch that is declared to be text."""
    if kind.type == "text/plain":
        return _tidy(_text_of(_payload(body, kind.encoding), kind.charset)).strip()
    found = re.search(
        rb"(?i)\ncontent-type:[ \t]*text/plain[^\n]*\n(?:[!-~ \t][^\n]*\n)*\r?\n", body
    )
    if not found:
        return ""
    stop = body.find(b"\n--", found.end())
    return _tidy(_text_of(body[found.end() : stop if stop >= 0 else len(body)], "")).strip()


_NOT_BASE64 = bytes(
    set(range(256)) - set(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/")
)


def _payload(data: bytes, encoding: str) -> bytes:
    try:
        if encoding in ("quoted-printable", "quopri"):
            return binascii.a2b_qp(data)
        if encoding == "base64":
            letters = data.split(b"\n--", 1)[0].translate(None, _NOT_BASE64)
            letters = letters[:-1] if len(letters) % 4 == 1 else letters
            return binascii.a2b_base64(letters + b"=" * (-len(letters) % 4))
        if encoding in ("x-uuencode", "uuencode", "uue", "x-uue"):
            return _uudecoded(data.splitlines())
    except ValueError:
        pass
    return data


def _uudecoded(lines: list[bytes]) -> bytes:
    out = bytearray()
    for line in lines:
        if line.startswith(b"begin ") or line.strip() in (b"end", b""):
            continue
        try:
            out += binascii.a2b_uu(line)
        except ValueError:
            # Some encoders pad a line too far; the length letter says what counts.
            length = (((line[0] - 32) & 63) * 4 + 5) // 3
            try:
                out += binascii.a2b_uu(line[:length])
            except ValueError:
                continue
    return bytes(out)


_UU = re.compile(
    r"^begin [0-7]{3,4} ([^\n]{1,255})\n((?:[!-`][ -`]{0,80}\n)++)(?:`?\n)?end[ \t]*$", re.MULTILINE
)


def _without_uuencode(text: str) -> tuple[str, list[Attachment]]:
    found: list[Attachment] = []
    if "\nbegin " not in "\n" + text:
        return text, found

    def note(match: re.Match[str]) -> str:
        data = _uudecoded(match[2].encode("ascii", "replace").splitlines())
        found.append(
            Attachment(
                _clean(match[1]), "application/octet-stream", _sniffed(data), len(data), False
            )
        )
        return ""

    return _UU.sub(note, text).strip(), found


_CODECS = {"iso8859-1": "cp1252", "ascii": "cp1252", "gb2312": "gb18030", "gbk": "gb18030",
           "shift_jis": "cp932", "euc_kr": "cp949", "big5": "big5hkscs", "iso8859-9": "cp1254"}  # fmt: skip


def _text_of(data: bytes, charset: str) -> str:
    """Declared charset, then UTF-8, then a guess, then cp1252 with what it lacks replaced."""
    declared = ""
    try:
        found = codecs.lookup(
            charset if re.fullmatch(r"[\w.:-]{1,40}", charset, re.ASCII) else "none"
        )
        # Codecs between text and text, or escapes, are no charsets; punycode is also quadratic.
        if found.name not in (
            "idna",
            "punycode",
            "unicode_escape",
            "raw_unicode_escape",
            "undefined",
        ):
            declared = found.name
    except (LookupError, ValueError, UnicodeError):
        pass
    for name in (
        declared if declared not in ("ascii", "iso8859-1") else "",
        "utf-8",
        _CODECS.get(declared, ""),
    ):
        try:
            if name:
                return data.decode(name)
        except (LookupError, ValueError, UnicodeError):
            continue
    if declared in ("utf-8", "gb18030", "gbk", "gb2312", "cp932", "shift_jis"):
        mended = data.decode(_CODECS.get(declared, declared), "replace")
        if mended.count("\ufffd") * 50 < len(mended):
            return mended
    if len(data) > 40 and declared != "iso8859-1":
        best = from_bytes(data[:8_192], steps=4, chunk_size=512).best()
        if best is not None:
            return data.decode(best.encoding, "replace")
    return data.decode("cp1252", "replace")


def _tidy(text: str) -> str:
    """Without NUL, byte order marks and the invisible tag letters that carry text no one sees."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return re.sub(
        "[\x00-\x08\x0b\x0e-\x1f\x7f\ufeff\U000e0000-\U000e007f\ud800-\udfff]", "", text
    ).replace("\x0c", "\n")


def _unflowed(text: str, *, delsp: bool) -> str:
    """RFC 3676: a line ending in a space goes on in the next one of the same quote depth."""
    lines: list[list[str]] = []
    open_at = -1
    for line in text.split("\n"):
        stripped = line.lstrip(">")
        depth = len(line) - len(stripped)
        words = stripped.removeprefix(" ")
        flows = words.endswith(" ") and words != "-- "
        if open_at != depth or words == "-- ":
            lines.append([">" * depth + " " * bool(depth)])
        lines[-1].append(words[:-1] if flows and delsp else words)
        open_at = depth if flows else -1
    return "\n".join("".join(pieces) for pieces in lines)


_MAGIC = (
    (b"%PDF-", "application/pdf"), (b"\x89PNG\r\n", "image/png"), (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF8", "image/gif"), (b"BM", "image/bmp"), (b"II*\0", "image/tiff"), (b"MM\0*", "image/tiff"),
    (b"PK\x03\x04", "application/zip"), (b"Rar!", "application/vnd.rar"), (b"\x1f\x8b", "application/gzip"),
    (b"7z\xbc\xaf", "application/x-7z-compressed"), (b"MZ", "application/x-msdownload"),
    (b"\x7fELF", "application/x-elf"), (b"\xd0\xcf\x11\xe0", "application/x-ole-storage"),
    (b'x\x9f>"', "application/ms-tnef"), (b"OggS", "audio/ogg"), (b"ID3", "audio/mpeg"), (b"fLaC", "audio/flac"),
    (b"{\\rtf", "application/rtf"), (b"BEGIN:VCALENDAR", "text/calendar"), (b"BEGIN:VCARD", "text/vcard"),
    (b"#!", "text/x-script"),
)  # fmt: skip


def _sniffed(data: bytes) -> str:
    head = data[:1_024]
    for magic, kind in _MAGIC:
        if head.startswith(magic):
            return kind
    if head[:4] == b"RIFF":
        return {b"WEBP": "image/webp", b"WAVE": "audio/wav"}.get(
            head[8:12], "application/octet-stream"
        )
    if head[4:8] == b"ftyp":
        return "image/heic" if head[8:11] in (b"hei", b"mif") else "video/mp4"
    if re.match(rb"\s*<(?:!doctype html|html|svg|script|\?xml)", head, re.IGNORECASE):
        return (
            "text/html"
            if b"xml" not in head[:64] and b"svg" not in head[:64].lower()
            else "text/xml"
        )
    return (
        "text/plain"
        if head and not re.search(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f]", head)
        else "application/octet-stream"
    )


# Headers


_ENCODED = re.compile(r"=\?([^?\s*]{1,40})(?:\*[^?\s]*)?\?([bBqQ])\?([^?]*+(?:\?(?!=)[^?]*+)*+)\?=")


def _words(value: str) -> str:
    """RFC 2047 words decoded; neighbours of one charset are joined first, since they may split a letter."""
    out: list[str] = []
    pending, charset, at = b"", "", 0
    value = value[:8_192]
    for match in _ENCODED.finditer(value):
        between = value[at : match.start()]
        code, form = match[1].lower(), match[2].lower()
        if between.strip() or code != charset:
            out.append(_text_of(pending, charset))
            pending = b""
        if between.strip() or not charset:
            out.append(between)
        word = match[3].encode("utf-8", "replace")
        pending += (
            _payload(word, "base64")
            if form == "b"
            else binascii.a2b_qp(word.replace(b"_", b" "), header=True)
        )
        charset, at = code, match.end()
    return "".join([*out, _text_of(pending, charset), value[at:]])


def _clean(value: str) -> str:
    """One line: control characters, line separators and direction marks become spaces."""
    value = re.sub(
        "[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]+", " ", value
    )
    return re.sub(r"\s+", " ", value).strip()


def _ids(value: str) -> list[str]:
    found = re.findall(r"<([^<>\s]{1,996})>", value[:65_536])
    bare = _clean(value).split(" ")[0]
    return [_clean(one) for one in found] or (
        [bare] if re.fullmatch(r"[^<>\s]{1,900}@[^<>\s]{1,90}", bare) else []
    )


def _date(value: str) -> float | None:
    try:
        parsed = parsedate_tz(value[:100])
        return float(mktime_tz(parsed)) if parsed else None
    except Exception:
        return None


_ADDRESS = re.compile(
    r"[^\s@<>()\[\]\\,;:\"\x00-\x20\x7f]{1,64}@[^\s@<>()\[\]\\,;:\"\x00-\x20\x7f]{1,253}"
)
_ATOM = re.compile(
    r'"(?:[^"\\]|\\.)*(?:"|\\?\Z)|<[^<>]*>?|[,;:]|=\?[^?\s<>]{1,60}\?[bBqQ]\?[^?\s<>]*\?=|[^",;:<=]+|=',
    re.DOTALL,
)


def _addresses(fields: _Fields, name: str) -> tuple[str, ...]:
    found = [
        address
        for key, value in fields
        if key == name
        for _, address in _mailboxes(value)[0]
        if address
    ]
    return tuple(dict.fromkeys(found))[:500]


def _mailboxes(value: str) -> tuple[list[tuple[str, str]], bool]:
    """Names and bare addresses ('' where unreadable), and whether a group stands among them.

    Encoded words are not decoded before the structure is read: a decoded comma or `@` is no syntax.
    """
    boxes: list[tuple[str, str]] = []
    names, angles, grouped = list[str](), list[str](), False

    def close() -> None:
        loose = "".join(names).strip()
        if angles:
            boxes.extend((loose.strip('" '), _address(angle)) for angle in angles)
        elif loose:
            boxes.append(("", _address(loose)))
        names.clear()
        angles.clear()

    for atom in _ATOM.findall(_without_comments(value[:65_536])):
        if atom.startswith("<"):
            angles.append(atom.strip("<>"))
        elif atom == ":":
            names.clear()
            grouped = True
        elif atom in (",", ";"):
            close()
        elif atom.startswith('"'):
            names.append(
                re.sub(r"\\(.)", r"\1", atom[1:].removesuffix('"')) if len(atom) > 1 else ""
            )
        else:
            names.append(atom)
    close()
    return boxes, grouped


def _without_comments(value: str) -> str:
    """One pass with a counter: the library recurses here, once per nested comment."""
    if "(" not in value:
        return value
    out: list[str] = []
    depth, quoted, escaped = 0, False, False
    for letter in value:
        if not escaped and letter == '"' and not depth:
            quoted = not quoted
        elif not escaped and not quoted and letter == "(":
            depth += 1
        if not depth:
            out.append(letter)
        if not escaped and not quoted and letter == ")" and depth:
            depth -= 1
        escaped = letter == "\\" and not escaped
    return "".join(out)


def _address(value: str) -> str:
    value = value.strip().rsplit(":", 1)[-1] if value.startswith("@") else value.strip()
    if not _ADDRESS.fullmatch(value):
        return ""
    local, domain = value.split("@")
    return f"{local}@{domain.lower()}"


_ROBOT = re.compile(
    r"(?:mailer-daemon|postmaster|(?:no|do[-_.]?not)[-_.]?reply)(?:[-+_.=].*)?@.*", re.IGNORECASE
)


def _automatic(fields: _Fields, senders: tuple[str, ...], types: set[str]) -> str | None:
    """Why no one must be answered here, or None; RFC 3834 and the habits of the large vendors.

    List-Unsubscribe proves nothing: people's mail sent through campaign tools has it as well.
    """

    def says(name: str) -> set[str]:
        return {re.split(r"[;(]", value)[0].strip().lower() for key, value in fields if key == name}

    suppressed = set(re.split(r"[,;\s]+", _one(fields, "x-auto-response-suppress").lower()))
    reports = {"multipart/report", "message/delivery-status", "message/feedback-report"} & types
    reasons = (
        (bool(says("auto-submitted") - {"", "no"}), "Auto-Submitted"),
        (
            any(n == "return-path" and v.replace(" ", "") == "<>" for n, v in fields),
            "empty Return-Path",
        ),
        (bool(reports), next(iter(sorted(reports)), "")),
        (bool(says("precedence") & {"bulk", "junk", "list", "auto_reply"}), "Precedence"),
        (any(n in ("list-id", "list-post") for n, _ in fields), "mailing list"),
        (bool(suppressed & {"all", "autoreply", "oof"}), "X-Auto-Response-Suppress"),
        (bool(says("x-autoreply") - {"", "no"}), "X-Autoreply"),
        (any(n == "x-autorespond" for n, _ in fields), "X-Autorespond"),
        (any(_ROBOT.fullmatch(sender) for sender in senders), "sender is a machine"),
        ("calendar reply" in types, "calendar reply"),
    )
    return next((reason for holds, reason in reasons if holds), None)


# HTML


_GONE = frozenset(
    [
        "head",
        "title",
        "script",
        "style",
        "template",
        "object",
        "iframe",
        "embed",
        "svg",
        "math",
        "noframes",
        "select",
        "datalist",
    ]
)
_BLOCK = frozenset(
    [
        "address",
        "article",
        "aside",
        "blockquote",
        "body",
        "br",
        "center",
        "dd",
        "details",
        "div",
        "dl",
        "dt",
        "fieldset",
        "figure",
        "footer",
        "form",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "header",
        "hr",
        "li",
        "main",
        "nav",
        "ol",
        "p",
        "pre",
        "section",
        "summary",
        "table",
        "tr",
        "ul",
    ]
)
_APART = frozenset(
    ["blockquote", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "p", "pre", "table", "ul", "ol"]
)
_LOOSE = frozenset(
    [
        "area",
        "base",
        "br",
        "col",
        "hr",
        "img",
        "input",
        "link",
        "meta",
        "param",
        "source",
        "wbr",
        "p",
        "li",
        "td",
        "th",
        "tr",
        "option",
        "dd",
        "dt",
    ]
)


_Colour = tuple[int, int, int]


@dataclass(frozen=True, slots=True)
class _Look:
    """How an element shows its text; colours as the reader sees them, None where that is unknown."""

    ink: _Colour | None = (0, 0, 0)
    paper: _Colour | None = (255, 255, 255)
    quotes: int = 0
    verbatim: bool = False


def html_text(
    html: str,
    *,
    links: bool = False,
    edit: Callable[[LexborHTMLParser], None] | None = None,
    late: Callable[[], bool] = lambda: False,
) -> tuple[str, bool]:
    """The text a reader of the page would see, quotes marked with `> `, and whether it is all of it.

    `links` adds the target behind a link's words; `edit` may prune the tree before the walk. Raises nothing.
    """
    bounded = bounded_html(html)
    try:
        tree = LexborHTMLParser(bounded)
        if edit:
            edit(tree)
        text, whole = _walk(tree, links, late)
    except Exception:
        return "", False
    return text, whole and bounded is html


def bounded_html(html: str) -> str:
    """`html` itself where it is harmless, else its beginning: small enough and not nested too deep."""
    if len(html) > MAX_HTML:
        # Pictures written into the page and comments are most of what is long; neither is text.
        html = re.sub(r"data:[^\"'\s>)]{100,}", "", html[: 4 * MAX_HTML])
        html = "".join(
            piece.partition("-->")[2] if at else piece
            for at, piece in enumerate(html.split("<!--"))
        )
        html = html[:MAX_HTML]
    if html.count("<") < MAX_NESTING:
        return html
    depths = Counter[str]()
    total = 0
    for tag in re.finditer(r"<(/?)([a-zA-Z][^\s/>]{0,20})", html):
        name = tag[2].lower()
        if name in _LOOSE:
            continue
        step = -1 if tag[1] else 1
        if depths[name] + step >= 0:
            depths[name] += step
            total += step
        if total > MAX_NESTING:
            return html[: tag.start()]
    return html


def _walk(tree: LexborHTMLParser, links: bool, late: Callable[[], bool]) -> tuple[str, bool]:
    rules = _rules(tree)
    page = _Page()
    root = tree.body or tree.root
    stack: list[tuple[LexborNode, _Look, str]] = [(root, _Look(), "")] if root else []
    steps = 0
    while stack:
        node, look, closing = stack.pop()
        steps += 1
        if steps % 2_000 == 0 and late():
            return page.finished(), False
        if closing:
            page.close(closing, look, node if links else None)
            continue
        if node.is_text_node:
            page.write(node.text_content or "", look)
            continue
        tag = node.tag or ""
        if not node.is_element_node or tag in _GONE:
            continue
        look = _looks(node, tag, look, rules)
        if look is None:
            continue
        page.open(tag, look)
        stack.append((node, look, tag))
        children = list(node.iter(include_text=True))
        stack.extend((child, look, "") for child in reversed(children))
    return page.finished(), True


class _Page:
    """Lines of text in the making."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.line: list[str] = []

    def write(self, text: str, look: _Look) -> None:
        if (
            look.ink
            and look.paper
            and sum(abs(a - b) for a, b in zip(look.ink, look.paper, strict=True)) <= 12
        ):
            return
        if look.verbatim:
            *whole, text = text.split("\n")
            for piece in whole:
                self.line.append(piece)
                self.feed(look, always=True)
        else:
            text = re.sub(r"[ \t\r\n\f\xa0]+", " ", text)
            text = text.lstrip(" ") if not self.line or self.line[-1].endswith(" ") else text
        if text:
            self.line.append(text)

    def feed(self, look: _Look, *, always: bool = False) -> None:
        """End the line; an empty one stands only where the page asks for it."""
        line = "".join(self.line).rstrip()
        if always or line.strip():
            self.lines.append("> " * min(look.quotes, MAX_DEPTH) + line)
        self.line = []

    def open(self, tag: str, look: _Look) -> None:
        if tag in _BLOCK:
            outer = _Look(quotes=look.quotes - 1) if tag == "blockquote" else look
            self.feed(outer, always=tag == "br")
            if tag in _APART:
                self.gap(outer)
        if tag == "li":
            self.line = ["- "]
        elif tag in ("td", "th") and self.line:
            self.line.append(" ")

    def close(self, tag: str, look: _Look, node: LexborNode | None) -> None:
        if tag in _BLOCK and tag != "br":
            self.feed(look)
            if tag == "blockquote":
                while self.lines and not self.lines[-1].strip("> "):
                    self.lines.pop()
                self.lines.append(("> " * min(look.quotes - 1, MAX_DEPTH)).rstrip())
            elif tag in _APART:
                self.gap(look)
        if tag == "a" and node is not None:
            target = (node.attributes.get("href") or "").strip()
            shown = "".join(self.line[-20:])
            if (
                target.startswith(("http://", "https://"))
                and len(target) <= 300
                and not _same(target, shown)
            ):
                self.line.append(f" ({target})")

    def gap(self, look: _Look) -> None:
        if self.lines and self.lines[-1].strip("> "):
            self.lines.append(("> " * min(look.quotes, MAX_DEPTH)).rstrip())

    def finished(self) -> str:
        self.feed(_Look())
        return re.sub(r"\n{3,}", "\n\n", _tidy("\n".join(self.lines))).strip("\n")


def _same(target: str, shown: str) -> bool:
    try:
        parts = urlsplit(target)
        return target in shown or (parts.netloc + parts.path).rstrip("/") in shown
    except ValueError:
        return True


_SELECTOR = re.compile(r"(?:[a-zA-Z][\w]*)?(?:[.#][\w-]+)?")


def _rules(tree: LexborHTMLParser) -> dict[str, dict[str, str]]:
    """What `tag`, `.class`, `tag.class` and `#id` declare; what else selectors can do is not followed."""
    rules: dict[str, dict[str, str]] = {}
    for sheet in tree.css("style")[:20]:
        text = sheet.text()[:100_000].replace("<!--", "").replace("-->", "")
        text = "".join(
            piece.partition("*/")[2] if at else piece for at, piece in enumerate(text.split("/*"))
        )
        # What holds on some screens only is not what the reader saw.
        text = re.sub(r"@[^@{};]*\{(?:[^{}]*\{[^{}]*\})*+[^{}]*\}", "", text)
        for rule in text.split("}"):
            selectors, _, declared = rule.partition("{")
            for selector in selectors.strip().split(",")[:50]:
                name = selector.strip()
                if name and len(rules) < 2_000 and _SELECTOR.fullmatch(name):
                    rules.setdefault(name, {}).update(_declared(declared))
    return rules


_PROPERTIES = frozenset(
    [
        "display",
        "visibility",
        "mso-hide",
        "opacity",
        "font-size",
        "text-indent",
        "left",
        "top",
        "margin-left",
        "overflow",
        "height",
        "max-height",
        "width",
        "color",
        "background",
        "background-color",
        "background-image",
        "white-space",
    ]
)


def _declared(style: str) -> dict[str, str]:
    pairs = (part.partition(":") for part in style[:4_000].lower().split(";")[:100])
    return {
        name.strip(): value.replace("!important", "").strip()[:200]
        for name, _, value in pairs
        if name.strip() in _PROPERTIES
    }


def _looks(
    node: LexborNode, tag: str, outer: _Look, rules: dict[str, dict[str, str]]
) -> _Look | None:
    """The look of an element within `outer`; None where nothing of it is seen."""
    attributes = node.attributes
    if not attributes and not rules:
        style: dict[str, str] = {}
    elif "hidden" in attributes:
        return None
    else:
        names = (
            [f".{name}" for name in (attributes.get("class") or "").split()[:20]] if rules else []
        )
        keys = [tag, *names, *(tag + name for name in names), f"#{attributes.get('id') or ''}"]
        style = {name: value for key in keys if key in rules for name, value in rules[key].items()}
        style |= _declared(attributes.get("style") or "")
    if style and _unseen(style):
        return None
    ink, paper = outer.ink, outer.paper
    if colour := style.get("color") or attributes.get("color"):
        ink = _colour(colour, ink)
    back = style.get("background-color") or style.get("background") or attributes.get("bgcolor")
    if (
        attributes.get("background")
        or "url(" in "".join(style.values())
        or "gradient" in "".join(style.values())
    ):
        paper = None
    elif back:
        paper = _colour(back, paper)
    quotes = outer.quotes + (tag == "blockquote")
    verbatim = (
        outer.verbatim
        or tag in ("pre", "textarea")
        or style.get("white-space", "").startswith("pre")
    )
    return _Look(ink, paper, quotes, verbatim)


def _unseen(style: dict[str, str]) -> bool:
    size, unit = _measure(style.get("font-size", ""))
    flat = any(_measure(style.get(name, ""))[0] == 0 for name in ("height", "max-height", "width"))
    away = any(
        (_measure(style.get(name, ""))[0] or 0) < -99
        for name in ("text-indent", "left", "top", "margin-left")
    )
    return (
        style.get("display") == "none"
        or style.get("visibility") in ("hidden", "collapse")
        or style.get("mso-hide") == "all"
        or style.get("color") == "transparent"
        or _measure(style.get("opacity", ""))[0] == 0
        or (size is not None and (size == 0 or (size <= 1 and unit in ("px", "pt"))))
        or (flat and style.get("overflow") == "hidden")
        or away
    )


def _measure(value: str) -> tuple[float | None, str]:
    match = re.match(r"(-?(?:\d{1,9}(?:\.\d{0,9})?|\.\d{1,9}))(px|pt|em|rem|%)?", value)
    return (float(match[1]), match[2] or "") if match else (None, "")


_NAMED = {
    "white": (255, 255, 255), "black": (0, 0, 0), "red": (255, 0, 0), "blue": (0, 0, 255), "green": (0, 128, 0),
    "yellow": (255, 255, 0), "gray": (128, 128, 128), "grey": (128, 128, 128), "silver": (192, 192, 192),
    "navy": (0, 0, 128), "window": (255, 255, 255), "windowtext": (0, 0, 0),
}  # fmt: skip


def _colour(value: str, outer: _Colour | None) -> _Colour | None:
    """Red, green and blue; what is inherited stays `outer`, what is not known is None."""
    value = value.strip().lower()
    if value in ("inherit", "transparent", "initial", "none", "currentcolor", "auto"):
        return outer
    if named := _NAMED.get(value.split(" ")[0]):
        return named
    if match := re.search(r"#([0-9a-f]{6}|[0-9a-f]{3})\b", value):
        six = match[1] if len(match[1]) == 6 else "".join(letter * 2 for letter in match[1])
        return int(six[:2], 16), int(six[2:4], 16), int(six[4:], 16)
    if match := re.search(r"rgba?\(\s*(\d{1,3})[\s,]+(\d{1,3})[\s,]+(\d{1,3})", value):
        return int(match[1]), int(match[2]), int(match[3])
    return None
