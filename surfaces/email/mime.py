"""Turns the raw bytes of one inbound mail into a `Mail`, within bounds, whatever the bytes are.

The standard library's parser is not asked to walk the mail: it builds every part before anything can
be counted, so a cap would come after the damage. The parts are found here, as offsets into the raw
bytes, under caps for size, number, depth and time; the library decodes what is then known to be small.
Nothing but `Unreadable` leaves `read_mail`: a part that resists becomes a defect and the rest of the
mail is still read.
"""

import re
import time
from collections.abc import Callable
from dataclasses import replace

from persona.reading.charsets import decode_text
from persona.reading.text import one_line, tidy, unflow
from surfaces.email.addresses import parse_addresses, parse_senders
from surfaces.email.automatic import why_automatic
from surfaces.email.body import choose_body, first_text
from surfaces.email.headers import decode_words, every, first, parse_date, parse_ids
from surfaces.email.magic import sniff
from surfaces.email.mail import Attachment, Mail, Unreadable
from surfaces.email.parts import MAX_PARTS, Kind, Part, parse_part, split_part
from surfaces.email.reading import MAX_TEXT, Reading, Text
from surfaces.email.transfer import take_uuencoded

MAX_BYTES = 40 * 1024 * 1024
MAX_HEAD = 256 * 1024
MAX_DEPTH = 20
MAX_REFERENCES = 50
MAX_CALENDAR = 64 * 1024

_ENCRYPTED = frozenset(
    {"multipart/encrypted", "application/pkcs7-mime", "application/x-pkcs7-mime"}
)
_WORDED = frozenset({"text/plain", "text/html", "text/enriched", "text/markdown"})
_MACHINES = frozenset({"message/delivery-status", "text/rfc822-headers", "message/feedback-report"})
"""What only a mail program reads: neither words nor a file."""


def read_mail(
    raw: bytes, *, deadline: float = 5.0, clock: Callable[[], float] = time.monotonic
) -> Mail:
    """The mail in `raw`, read for at most about `deadline` seconds; raises `Unreadable` above 40 MB."""
    if len(raw) > MAX_BYTES:
        raise Unreadable(f"{len(raw)} bytes are more than {MAX_BYTES}")
    raw = raw.lstrip(b"\r\n")
    if b"\n" not in raw:
        raw = raw.replace(b"\r", b"\n")
    got = Reading(clock() + deadline, clock)
    whole = parse_part(raw, 0, len(raw), got, cap=MAX_HEAD)
    text, html = "", None
    try:
        _visit(whole, got)
        text, html = choose_body(got)
    except Exception as error:
        got.flaw(f"{type(error).__name__} while reading")
    if not text and got.defects:
        text = first_text(whole)
    return _mail(whole, text, html, got)


def _visit(part: Part, got: Reading, *, depth: int = 0, slot: int = 0) -> None:
    """Reads one part and what it contains; `slot` is shared by the alternatives of one text."""
    got.parts += 1
    if got.parts > MAX_PARTS:
        got.cut("more parts than are read")
        return
    if depth > MAX_DEPTH:
        got.cut("nested deeper than is read")
        return
    if got.is_late():
        return
    got.encrypted = got.encrypted or part.kind.type in _ENCRYPTED
    if part.kind.type.startswith("multipart/"):
        if ranges := list(split_part(part)):
            _visit_children(part, ranges, got, depth, slot)
            return
        got.flaw("multipart without parts")
        part = replace(part, kind=Kind(charset=part.kind.charset, encoding=part.kind.encoding))
    got.types.add(part.kind.type)
    if part.kind.type == "message/rfc822":
        _visit_enclosed(part, got, depth)
    else:
        _read_leaf(part, got, slot)


def _visit_children(
    part: Part, ranges: list[tuple[int, int]], got: Reading, depth: int, slot: int
) -> None:
    got.types.add(part.kind.type)
    default = "message/rfc822" if part.kind.type == "multipart/digest" else "text/plain"
    # Alternatives fill one slot together; everything else stands on its own.
    place = slot or (got.parts if part.kind.type == "multipart/alternative" else 0)
    for start, end in ranges:
        child = parse_part(part.raw, start, end, got, default=default)
        _visit(child, got, depth=depth + 1, slot=place)
        if got.parts > MAX_PARTS:
            break


def _visit_enclosed(part: Part, got: Reading, depth: int) -> None:
    """An enclosed mail is an attachment; its text counts only where the outer mail has none."""
    raw, start, end = part.raw, part.start, part.end
    if part.kind.encoding in ("base64", "quoted-printable"):
        raw = part.content()
        start, end = 0, len(raw)
    mail = parse_part(raw, start, end, got)
    name = part.kind.name or decode_words(first(mail.fields, "subject"))[:250]
    kind = "message/rfc822"
    got.attachments.append(Attachment(name, kind, kind, end - start, inline=False))
    within = got.enclosed()
    _visit(mail, within, depth=depth + 1)
    got.take(within)


def _read_leaf(part: Part, got: Reading, slot: int) -> None:
    kind = part.kind
    if kind.type == "text/calendar":
        got.methods.add(_calendar_method(part))
    if kind.type in _WORDED and kind.disposition != "attachment" and not kind.name:
        got.slots.setdefault(slot or -got.parts, []).append(_read_text(part, got))
    elif kind.type not in _MACHINES:
        _attach(part, got)


def _calendar_method(part: Part) -> str:
    """What is to be done with an invitation, as the part or the calendar itself declares."""
    named = re.search(rb"(?im)^METHOD:[ \t]*(\w+)", part.content(MAX_CALENDAR))
    return part.kind.method or (named[1].decode("ascii").upper() if named else "")


def _read_text(part: Part, got: Reading) -> Text:
    data = part.content(4 * MAX_TEXT)
    if part.size > 4 * MAX_TEXT or len(data) > MAX_TEXT:
        got.cut("text cut")
        stop = data.rfind(b"\n", 1, MAX_TEXT)
        data = data[: stop if stop > 0 else MAX_TEXT]
    words = tidy(decode_text(data, part.kind.charset))
    if part.kind.is_flowed:
        words = unflow(words, delsp=part.kind.delsp)
    return Text(words, is_page=part.kind.type == "text/html")


def _attach(part: Part, got: Reading) -> None:
    """A file; one of text is also read where the mail says nothing else."""
    kind, data = part.kind, part.content()
    name = kind.name or ("winmail.dat" if kind.type.endswith("ms-tnef") else "")
    is_named_inside = bool(first(part.fields, "content-id")) and kind.disposition != "attachment"
    is_inline = kind.disposition == "inline" or is_named_inside
    got.attachments.append(Attachment(name, kind.type, sniff(data), len(data), is_inline))
    if kind.type.startswith("text/") and kind.type != "text/calendar":
        words = tidy(decode_text(data[:MAX_TEXT], kind.charset))
        got.spare.append(Text(words, is_page=kind.type == "text/html"))


def _mail(whole: Part, text: str, html: str | None, got: Reading) -> Mail:
    fields = whole.fields
    people, name = parse_senders(fields)
    text, uuencoded = take_uuencoded(text)
    is_armoured = text.lstrip().startswith("-----BEGIN PGP MESSAGE-----")
    return Mail(
        message_id=next(iter(parse_ids(first(fields, "message-id"))), None),
        subject=decode_words(first(fields, "subject")),
        from_=people,
        from_name=name,
        reply_to=parse_addresses(fields, "reply-to"),
        to=parse_addresses(fields, "to"),
        in_reply_to=next(iter(parse_ids(first(fields, "in-reply-to"))), None),
        references=tuple(parse_ids(" ".join(every(fields, "references")))[-MAX_REFERENCES:]),
        date=parse_date(first(fields, "date")),
        text=text,
        html=html,
        attachments=(*got.attachments, *uuencoded),
        automatic=why_automatic(fields, people, got),
        encrypted=got.encrypted or is_armoured,
        calendar="REQUEST" in got.methods,
        loops=tuple(one_line(value) for value in every(fields, "x-loop")),
        defects=tuple(got.defects),
        truncated=got.truncated,
    )
