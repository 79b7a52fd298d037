"""Names that never collide: random ones for what is new, derived ones for what must repeat.

Ids are 26 characters of `[A-Z2-7]` (128 bits, base32), so that no id is a prefix or a pattern
of another and none says anything about whom it stands for.
"""

import base64
import hashlib
from string import ascii_uppercase


def spell(entropy: bytes) -> str:
    """The id that 16 random bytes stand for."""
    return base64.b32encode(entropy[:16]).decode("ascii").rstrip("=")


def derive(*parts: str) -> str:
    """The id that these parts always give: the same event, the same id, however often it comes."""
    joined = "\x1f".join(parts).encode("utf-8", "surrogatepass")
    return spell(hashlib.sha256(joined).digest())


LETTERS = "".join(letter for letter in ascii_uppercase if letter not in "IO") + "23456789"
"""What codes are made of that people read and type."""
CODE = 6
"""Characters of a code."""


def code(entropy: bytes) -> str:
    """The code that so many random bytes stand for, a letter each."""
    return "".join(LETTERS[byte % len(LETTERS)] for byte in entropy)


def code_hash(code: str, browser: str = "") -> str:
    """What stands for a code everywhere but in the words that show it.

    With the hash of a browser's own secret it is a code for that browser alone.
    """
    bound = f"{code.upper()} {browser}" if browser else code.upper()
    return hashlib.sha256(bound.encode("utf-8", "replace")).hexdigest()


def ordered(number: int) -> str:
    """A version as text that sorts like the number (12 digits)."""
    return f"{number:012d}"
