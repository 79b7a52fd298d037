"""In how many billed messages a text goes out over a telephone network.

Where every character stands in the alphabet of GSM 03.38 a message holds 160 of them, or 153 where
several belong together; its extension takes two places a character. Any other text goes as UTF-16,
with 70 or 67 units a message. No character is cut in two (3GPP TS 23.038 and 23.040).
"""

from collections.abc import Sequence

BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡"
    "ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
EXTENDED = frozenset("\f^{}\\[~]|€")


def segments_of(text: str) -> int:
    """At least one, also for an empty text."""
    if all(letter in BASIC or letter in EXTENDED for letter in text):
        return _filled([2 if letter in EXTENDED else 1 for letter in text], 160, 153)
    return _filled([2 if ord(letter) > 0xFFFF else 1 for letter in text], 70, 67)


def _filled(sizes: Sequence[int], alone: int, together: int) -> int:
    if sum(sizes) <= alone:
        return 1
    count, room = 1, together
    for size in sizes:
        if size > room:
            count, room = count + 1, together
        room -= size
    return count
