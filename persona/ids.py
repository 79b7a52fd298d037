"""Names that never collide: random ones for what is new, derived ones for what must repeat.

Ids are 26 characters of `[A-Z2-7]` (128 bits, base32), so that no id is a prefix or a pattern
of another and none says anything about whom it stands for.
"""

import base64
import hashlib


def spell(entropy: bytes) -> str:
    """The id that 16 random bytes stand for."""
    return base64.b32encode(entropy[:16]).decode("ascii").rstrip("=")


def derive(*parts: str) -> str:
    """The id that these parts always give: the same event, the same id, however often it comes."""
    joined = "\x1f".join(parts).encode("utf-8", "surrogatepass")
    return spell(hashlib.sha256(joined).digest())


def ordered(number: int) -> str:
    """A version as text that sorts like the number (12 digits)."""
    return f"{number:012d}"
