"""ZIP archives whose members were deflated before: once, however many archives hold them.

`zipfile` deflates whatever it is given, and the bundles of a stage share nearly all their files.
The form is that of PKWARE's APPNOTE.TXT 6.3, section 4.3, as far as members below 4 GB need it; all
are of one time and nobody's, so the same members make the same bytes.
"""

import struct
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from persona.errors import Broken

LOCAL, CENTRAL, END = b"PK\x03\x04", b"PK\x01\x02", b"PK\x05\x06"
NEEDS, MADE_BY = 20, 3 << 8 | 20
"""Version 2.0, which knows folders and deflate; made on Unix, whose modes it holds."""
UTF_8, DEFLATED = 1 << 11, 8
BEGINNING = (0, 1 << 5 | 1)
"""Time and date: the first of January 1980, the first that an archive can say."""
MODE = 0o100644 << 16
MOST_MEMBERS = 0xFFFF


class Member(NamedTuple):
    """A file as an archive holds it: what it deflated to, the CRC-32 of its bytes, their number."""

    deflated: bytes
    crc: int
    size: int


def deflate(data: bytes) -> Member:
    """One file's bytes, ready for any archive."""
    deflater = zlib.compressobj(wbits=-zlib.MAX_WBITS)  # negative: without zlib's own header
    return Member(deflater.compress(data) + deflater.flush(), zlib.crc32(data), len(data))


def write(path: Path, members: Mapping[str, Member]) -> None:
    """Writes the members by name, in the names' order. Raises Broken for more than a ZIP can count."""
    if len(members) > MOST_MEMBERS:
        raise Broken(f"{path.name} would have {len(members)} members; a ZIP has {MOST_MEMBERS}.")
    listed: list[bytes] = []
    with path.open("wb") as archive:
        for name, member in sorted(members.items()):
            spelled, start = name.encode(), archive.tell()
            shared = struct.pack(
                "<HHHHHIIIHH", NEEDS, UTF_8, DEFLATED, *BEGINNING,
                member.crc, len(member.deflated), member.size, len(spelled), 0,
            )  # fmt: skip
            archive.write(LOCAL + shared + spelled + member.deflated)
            more = struct.pack("<HHHII", 0, 0, 0, MODE, start)
            listed.append(CENTRAL + struct.pack("<H", MADE_BY) + shared + more + spelled)
        start, index = archive.tell(), b"".join(listed)
        archive.write(index)
        number = len(listed)
        archive.write(END + struct.pack("<HHHHIIH", 0, 0, number, number, len(index), start, 0))
