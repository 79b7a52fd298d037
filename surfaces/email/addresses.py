"""Reads who a header field names: mailboxes, by a scan that no nesting and no trick can derail.

The library recurses once per nested comment. Encoded words are not decoded before the structure is
read: a decoded comma or `@` is no syntax.
"""

import re

from surfaces.email.headers import Fields, decode_words, every

MAX_ADDRESSES = 500

_ATOM = re.compile(
    r'"(?:[^"\\]|\\.)*(?:"|\\?\Z)'  # a quoted text, closed or not
    r"|<[^<>]*>?|[,;:]"
    r"|=\?[^?\s<>]{1,60}\?[bBqQ]\?[^?\s<>]*\?="  # an encoded word
    r'|[^",;:<=]+|=',
    re.DOTALL,
)
_ADDRESS = re.compile(
    r"[^\s@<>()\[\]\\,;:\"\x00-\x20\x7f]{1,64}@[^\s@<>()\[\]\\,;:\"\x00-\x20\x7f]{1,253}"
)


def parse_senders(fields: Fields) -> tuple[tuple[str, ...], str]:
    """The addresses that From names, all or none, and the first name as shown.

    A group names no single writer, and an unreadable sender beside a readable one is a trick.
    """
    found = [_mailboxes(value) for value in every(fields, "from")]
    boxes = [box for some, _ in found for box in some]
    is_clear = all(address for _, address in boxes) and not any(grouped for _, grouped in found)
    people = tuple(dict.fromkeys(address for _, address in boxes)) if is_clear else ()
    return people, decode_words(boxes[0][0]) if boxes else ""


def parse_addresses(fields: Fields, name: str) -> tuple[str, ...]:
    """What can be read of the addresses in all fields of that name."""
    boxes = [box for value in every(fields, name) for box in _mailboxes(value)[0]]
    return tuple(dict.fromkeys(address for _, address in boxes if address))[:MAX_ADDRESSES]


def _mailboxes(value: str) -> tuple[list[tuple[str, str]], bool]:
    """Names and bare addresses ('' where unreadable), and whether a group stands among them."""
    boxes: list[tuple[str, str]] = []
    names, angles, grouped = list[str](), list[str](), False
    for atom in [*_ATOM.findall(_without_comments(value[:65_536])), ","]:
        if atom.startswith("<"):
            angles.append(atom.strip("<>"))
        elif atom == ":":
            names.clear()
            grouped = True
        elif atom in (",", ";"):
            boxes += _mailbox("".join(names).strip(), angles)
            names.clear()
            angles.clear()
        elif atom.startswith('"'):
            names.append(re.sub(r"\\(.)", r"\1", atom[1:].removesuffix('"')))
        else:
            names.append(atom)
    return boxes, grouped


def _without_comments(value: str) -> str:
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


def _mailbox(loose: str, angles: list[str]) -> list[tuple[str, str]]:
    if angles:
        return [(loose.strip('" '), _address(angle)) for angle in angles]
    return [("", _address(loose))] if loose else []


def _address(value: str) -> str:
    """The bare address, its domain in lower case; '' where it is none."""
    # An obsolete source route stands before the address itself (RFC 5322, 4.4).
    value = value.strip().rsplit(":", 1)[-1] if value.startswith("@") else value.strip()
    if not _ADDRESS.fullmatch(value):
        return ""
    local, domain = value.split("@")
    return f"{local}@{domain.lower()}"
