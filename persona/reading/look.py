"""Tells how an element shows its text, and whether a reader sees any of it."""

import re
from dataclasses import dataclass

from selectolax.lexbor import LexborNode

from persona.reading.stylesheet import Style, parse_style

Colour = tuple[int, int, int]

_COLOURS = {
    "white": (255, 255, 255),
    "black": (0, 0, 0),
    "red": (255, 0, 0),
    "blue": (0, 0, 255),
    "green": (0, 128, 0),
    "yellow": (255, 255, 0),
    "gray": (128, 128, 128),
    "grey": (128, 128, 128),
    "silver": (192, 192, 192),
    "navy": (0, 0, 128),
    "window": (255, 255, 255),
    "windowtext": (0, 0, 0),
}
_INHERITED = frozenset("inherit transparent initial none currentcolor auto".split())
_LENGTH = re.compile(r"(-?(?:\d{1,9}(?:\.\d{0,9})?|\.\d{1,9}))(px|pt|em|rem|%)?")
FAINT = 12
"""Sum of the differences in red, green and blue up to which ink is not told from paper."""


@dataclass(frozen=True, slots=True)
class Look:
    """Colours as the reader sees them, None where that is unknown; `quotes` counts the quotes around."""

    ink: Colour | None = (0, 0, 0)
    paper: Colour | None = (255, 255, 255)
    quotes: int = 0
    is_verbatim: bool = False

    @property
    def is_faint(self) -> bool:
        if self.ink is None or self.paper is None:
            return False
        return sum(abs(a - b) for a, b in zip(self.ink, self.paper, strict=True)) <= FAINT


def look_at(node: LexborNode, tag: str, outer: Look, rules: dict[str, Style]) -> Look | None:
    """The look of an element within `outer`; None where nothing of it is seen."""
    attributes = node.attributes
    style = _style(attributes, tag, rules) if attributes or rules else {}
    if "hidden" in attributes or _is_hidden(style):
        return None
    ink, paper = outer.ink, outer.paper
    if colour := style.get("color") or attributes.get("color"):
        ink = _colour(colour, ink)
    values = "".join(style.values())
    if attributes.get("background") or "url(" in values or "gradient" in values:
        paper = None
    elif back := (
        style.get("background-color") or style.get("background") or attributes.get("bgcolor")
    ):
        paper = _colour(back, paper)
    is_pre = tag in ("pre", "textarea") or style.get("white-space", "").startswith("pre")
    quotes = outer.quotes + (tag == "blockquote")
    return Look(ink, paper, quotes, outer.is_verbatim or is_pre)


def _style(attributes: dict[str, str | None], tag: str, rules: dict[str, Style]) -> Style:
    """What holds for an element: its tag, its classes, both, its id, and last its own attribute."""
    style: Style = {}
    if rules:
        classes = [f".{name}" for name in (attributes.get("class") or "").split()[:20]]
        both = [tag + name for name in classes]
        for key in (tag, *classes, *both, f"#{attributes.get('id') or ''}"):
            style |= rules.get(key, {})
    return style | parse_style(attributes.get("style") or "")


def _is_hidden(style: Style) -> bool:
    if not style:
        return False
    size, unit = _measure(style, "font-size")
    is_flat = any(_measure(style, name)[0] == 0 for name in ("height", "max-height", "width"))
    moves = ("text-indent", "left", "top", "margin-left")
    return (
        style.get("display") == "none"
        or style.get("visibility") in ("hidden", "collapse")
        or style.get("mso-hide") == "all"
        or style.get("color") == "transparent"
        or _measure(style, "opacity")[0] == 0
        or (size is not None and (size == 0 or (size <= 1 and unit in ("px", "pt"))))
        or (is_flat and style.get("overflow") == "hidden")
        or any((_measure(style, name)[0] or 0) < -99 for name in moves)
    )


def _measure(style: Style, name: str) -> tuple[float | None, str]:
    match = _LENGTH.match(style.get(name, ""))
    return (float(match[1]), match[2] or "") if match else (None, "")


def _colour(value: str, outer: Colour | None) -> Colour | None:
    """Red, green and blue; what is inherited stays `outer`, what is not known is None."""
    value = value.strip().lower()
    if value in _INHERITED:
        return outer
    if named := _COLOURS.get(value.split(" ")[0]):
        return named
    if match := re.search(r"#([0-9a-f]{6}|[0-9a-f]{3})\b", value):
        six = match[1] if len(match[1]) == 6 else "".join(letter * 2 for letter in match[1])
        return int(six[:2], 16), int(six[2:4], 16), int(six[4:], 16)
    if match := re.search(r"rgba?\(\s*(\d{1,3})[\s,]+(\d{1,3})[\s,]+(\d{1,3})", value):
        return int(match[1]), int(match[2]), int(match[3])
    return None
