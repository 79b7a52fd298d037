"""Undoes transfer encodings, and keeps what can be kept where they are broken.

The library's decoders give up a whole part for one bad letter; what came through is worth reading.
"""

import binascii
import re

from persona.reading.text import one_line
from surfaces.email.magic import sniff
from surfaces.email.mail import Attachment

_BASE64 = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
_NOT_BASE64 = bytes(set(range(256)) - set(_BASE64))
_UUENCODED = re.compile(
    r"^begin [0-7]{3,4} ([^\n]{1,255})\n((?:[!-`][ -`]{0,80}\n)++)(?:`?\n)?end[ \t]*$", re.MULTILINE
)


def decode_payload(data: bytes, encoding: str) -> bytes:
    """The bytes behind an encoding; as they stand where it is unknown or cannot be undone."""
    try:
        if encoding in ("quoted-printable", "quopri"):
            return binascii.a2b_qp(data)
        if encoding == "base64":
            return _decode_base64(data)
        if encoding in ("x-uuencode", "uuencode", "uue", "x-uue"):
            return _decode_uu(data.splitlines())
    except ValueError:
        pass
    return data


def _decode_base64(data: bytes) -> bytes:
    """What the letters up to a boundary say, whatever stands between them."""
    letters = data.split(b"\n--", 1)[0].translate(None, _NOT_BASE64)
    letters = letters[:-1] if len(letters) % 4 == 1 else letters
    return binascii.a2b_base64(letters + b"=" * (-len(letters) % 4))


def _decode_uu(lines: list[bytes]) -> bytes:
    out = bytearray()
    for line in lines:
        if line.startswith(b"begin ") or line.strip() in (b"end", b""):
            continue
        # Some encoders pad a line too far; the length letter says what counts.
        length = (((line[0] - 32) & 63) * 4 + 5) // 3
        for piece in (line, line[:length]):
            try:
                out += binascii.a2b_uu(piece)
                break
            except ValueError:
                continue
    return bytes(out)


def take_uuencoded(text: str) -> tuple[str, list[Attachment]]:
    """The text without the files written into it, and these files."""
    found: list[Attachment] = []
    if "\nbegin " not in "\n" + text:
        return text, found

    def note(match: re.Match[str]) -> str:
        data = _decode_uu(match[2].encode("ascii", "replace").splitlines())
        declared = "application/octet-stream"
        found.append(Attachment(one_line(match[1]), declared, sniff(data), len(data), inline=False))
        return ""

    return _UUENCODED.sub(note, text).strip(), found
