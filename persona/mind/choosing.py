"""Which of the things that were listed somebody means: “2”, “1 and 3”, “the last one”, “all of them”."""

import re
from collections.abc import Sequence

ORDINALS = "first second third fourth fifth sixth seventh eighth ninth tenth".split()
COUNTED = "one two three four five six seven eight nine ten".split()
NONE = frozenset({"no", "none", "neither", "nope", "nah", "cancel", "nothing", "none of them"})
ALL = frozenset(
    {"all", "both", "everything", "all of them", "both of them", "them all", "all please"}
)
FILLING = frozenset(
    "the that this it s is are was were number numbers no nr and or also both please just only"
    " wrong not true right correct yes ones point points thing things".split()
)
"""Words beside a choice that choose nothing."""
WORDS = re.compile(r"\w+")


def chosen(answer: str, count: int) -> list[int] | None:
    """The numbers (from 1) that are meant of so many; empty for none of them, None for other words."""
    said = answer.strip().casefold().rstrip(".! ")
    if said in NONE:
        return []
    if said in ALL or (said == "yes" and count == 1):
        return list(range(1, count + 1))
    words = WORDS.findall(said.replace("\u2019", "'"))
    found = _numbers(words, count)
    return [n for n in dict.fromkeys(found) if 1 <= n <= count] or None


def _numbers(words: Sequence[str], count: int) -> list[int]:
    """Every number that the words say; empty where they say anything else beside."""
    found: list[int] = []
    for before, word in zip(["", *words], words, strict=False):
        digits = re.fullmatch(r"(\d{1,3})(?:st|nd|rd|th)?", word)
        if digits:
            found.append(int(digits[1]))
        elif word in ORDINALS:
            found.append(ORDINALS.index(word) + 1)
        elif word == "last":
            found.append(count)
        elif word == "one" and (before in ORDINALS or before in {"last", "the", "that", "this"}):
            continue
        elif word in COUNTED:
            found.append(COUNTED.index(word) + 1)
        elif word not in FILLING:
            return []
    return found
