"""Finds the parts of a mail as offsets into its raw bytes, so that caps come before any copy."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from email.message import Message

from persona.reading.text import one_line
from surfaces.email.headers import Fields, decode_words, first, parse_fields
from surfaces.email.reading import Reading
from surfaces.email.transfer import decode_payload

MAX_PARTS = 200
MAX_PART_HEAD = 64 * 1024


@dataclass(frozen=True, slots=True)
class Kind:
    """The declared nature of one part."""

    type: str = "text/plain"
    boundary: str = ""
    charset: str = ""
    is_flowed: bool = False
    delsp: bool = False
    method: str = ""
    disposition: str = ""
    name: str = ""
    encoding: str = ""


@dataclass(frozen=True, slots=True)
class Part:
    """One part: `raw[start:end]` is its body, still encoded."""

    raw: bytes
    start: int
    end: int
    fields: Fields
    kind: Kind

    @property
    def size(self) -> int:
        return self.end - self.start

    def content(self, most: int | None = None) -> bytes:
        """What the first `most` bytes of the body decode to."""
        end = self.end if most is None else min(self.end, self.start + most)
        return decode_payload(self.raw[self.start : end], self.kind.encoding)


def parse_part(
    raw: bytes,
    start: int,
    end: int,
    got: Reading,
    *,
    cap: int = MAX_PART_HEAD,
    default: str = "text/plain",
) -> Part:
    """The part whose head begins at `start`; `default` is its type where it declares none."""
    fields, body = parse_fields(raw, start, end, cap, got)
    return Part(raw, body, end, fields, _kind(fields, default))


def _kind(fields: Fields, default: str) -> Kind:
    """The library reads parameters (RFC 2231), each by itself, since it raises on broken ones."""
    message = Message()
    message.set_default_type(default)
    for name in ("content-type", "content-disposition"):
        if value := first(fields, name)[:4_096]:
            message[name] = value.encode("utf-8", "replace").decode("utf-8", "replace")

    def ask(question: Callable[[], object]) -> str:
        try:
            return str(question() or "")
        except Exception:
            return ""

    return Kind(
        type=one_line(ask(message.get_content_type)) or "text/plain",
        boundary=ask(message.get_boundary),
        charset=ask(message.get_content_charset),
        is_flowed=ask(lambda: message.get_param("format")).lower().startswith("flowed"),
        delsp=ask(lambda: message.get_param("delsp")).lower() == "yes",
        method=ask(lambda: message.get_param("method")).upper(),
        disposition=ask(message.get_content_disposition),
        name=_file_name(ask(message.get_filename)),
        encoding=first(fields, "content-transfer-encoding").split(";")[0].strip().lower(),
    )


def _file_name(value: str) -> str:
    return decode_words(value).replace("\\", "/").rsplit("/")[-1][:255]


def split_part(part: Part) -> Iterator[tuple[int, int]]:
    """Where the parts of a multipart lie: at most a few more than will be read."""
    if not part.kind.boundary:
        return
    raw = part.raw
    boundary = b"--" + part.kind.boundary.encode("utf-8", "replace")
    opened, found = -1, 0
    for at, stop in _lines(part, boundary):
        rest = raw[at + len(boundary) : stop].strip(b" \t\r\n")
        if rest not in (b"", b"--"):
            continue
        if opened >= 0:
            yield opened, max(opened, at - (2 if raw[at - 2 : at] == b"\r\n" else 1))
            found += 1
        if rest or found > MAX_PARTS:
            return
        opened = stop
    if opened >= 0:
        yield opened, part.end


def _lines(part: Part, prefix: bytes) -> Iterator[tuple[int, int]]:
    """Where the lines that begin with `prefix` start and end."""
    raw, at, end = part.raw, part.start, part.end
    if not raw.startswith(prefix, at):
        at = _line_at(raw, prefix, at, end)
    while at >= 0:
        stop = raw.find(b"\n", at, end)
        stop = end if stop < 0 else stop + 1
        yield at, stop
        at = _line_at(raw, prefix, stop - 1, end)


def _line_at(raw: bytes, prefix: bytes, start: int, end: int) -> int:
    at = raw.find(b"\n" + prefix, start, end)
    return at + 1 if at >= 0 else -1
