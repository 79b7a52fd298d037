"""What a message shows of who wrote it, read from their own words alone, each with its quotation."""

import re

from persona.memory.own import split
from persona.memory.terms import terms
from persona.trait import Sign

LIKES = re.compile(
    r"\bi\s+(?:really\s+)?(?P<value>like|love|prefer|hate|dislike)\s+(?P<what>[^.,;!?\n]{2,60})",
    re.IGNORECASE,
)


def signs_of(text: str) -> list[Sign]:
    """All signs of one message of a person; none of what in it is somebody else's."""
    found: list[Sign] = []
    at = 0
    for part in split(text):
        start, at = at, at + len(part.text)
        if not part.is_own:
            continue
        for match in LIKES.finditer(part.text):
            about = " ".join(terms(match["what"]))
            value = "no" if match["value"].casefold() in ("hate", "dislike") else "yes"
            if about:
                found.append(
                    Sign("preference", about, value, start + match.start(), start + match.end())
                )
    return found
