"""Patterns that are compiled when words first come near them: most processes need few of them."""

import re
from functools import cache


@cache
def compiled(pattern: str, flags: int = 0) -> re.Pattern[str]:
    """The same as `re.compile`, once a process and however many there are."""
    return re.compile(pattern, flags)
