"""Cleans decoded text of what no reader sees, and undoes the line breaks of flowed text."""

import re

_UNSEEN = re.compile("[\x00-\x08\x0b\x0e-\x1f\x7f\ufeff\U000e0000-\U000e007f\ud800-\udfff]")
_LINE_BREAKING = re.compile(
    "[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]+"
)


def tidy(text: str) -> str:
    """Without NUL, byte order marks and the invisible tag letters that carry text no one sees."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return _UNSEEN.sub("", text).replace("\x0c", "\n")


def one_line(value: str) -> str:
    """Control characters, line separators and direction marks become spaces."""
    return " ".join(_LINE_BREAKING.sub(" ", value).split())


def unflow(text: str, *, delsp: bool) -> str:
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
