"""Tells what a file is by its first bytes, since what a mail declares is the sender's choice."""

import re

_MAGIC = {
    b"%PDF-": "application/pdf",
    b"\x89PNG\r\n": "image/png",
    b"\xff\xd8\xff": "image/jpeg",
    b"GIF8": "image/gif",
    b"BM": "image/bmp",
    b"II*\0": "image/tiff",
    b"MM\0*": "image/tiff",
    b"PK\x03\x04": "application/zip",
    b"Rar!": "application/vnd.rar",
    b"\x1f\x8b": "application/gzip",
    b"7z\xbc\xaf": "application/x-7z-compressed",
    b"MZ": "application/x-msdownload",
    b"\x7fELF": "application/x-elf",
    b"\xd0\xcf\x11\xe0": "application/x-ole-storage",
    b'x\x9f>"': "application/ms-tnef",
    b"OggS": "audio/ogg",
    b"ID3": "audio/mpeg",
    b"fLaC": "audio/flac",
    b"{\\rtf": "application/rtf",
    b"BEGIN:VCALENDAR": "text/calendar",
    b"BEGIN:VCARD": "text/vcard",
    b"#!": "text/x-script",
}
_RIFF = {b"WEBP": "image/webp", b"WAVE": "audio/wav"}
_MARKUP = re.compile(rb"\s*<(?:!doctype html|html|svg|script|\?xml)", re.IGNORECASE)
_BINARY = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f]")
_UNKNOWN = "application/octet-stream"


def sniff(data: bytes) -> str:
    """The media type that the bytes themselves show."""
    head = data[:1_024]
    for magic, kind in _MAGIC.items():
        if head.startswith(magic):
            return kind
    if head[:4] == b"RIFF":
        return _RIFF.get(head[8:12], _UNKNOWN)
    if head[4:8] == b"ftyp":
        return "image/heic" if head[8:11] in (b"hei", b"mif") else "video/mp4"
    if _MARKUP.match(head):
        is_xml = b"xml" in head[:64] or b"svg" in head[:64].lower()
        return "text/xml" if is_xml else "text/html"
    return "text/plain" if head and not _BINARY.search(head) else _UNKNOWN
