"""Content at rest: AES-GCM under the key of the home or lane that it belongs to.

Destroying one key makes every row, copy and backup of its content unreadable, which is what
erasing a person means. The context binds the text to its place, so that a row copied elsewhere
does not open there.
"""

import json
import zlib
from typing import TYPE_CHECKING, Any

from persona import cipher
from persona.errors import Broken

if TYPE_CHECKING:
    from persona.ports import Store

ZLIB = b"\x78"
"""How what is compressed begins, and no JSON does; short content is smaller without."""


def seal(store: "Store", owner: str, context: str, content: Any) -> bytes:
    """`content` is anything JSON can say; `owner` names the key, `context` the row."""
    clear = json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode(
        "utf-8", "surrogatepass"
    )
    packed = min(clear, zlib.compress(clear), key=len)
    key, nonce = store.keys.of(owner), store.entropy(cipher.NONCE)
    return cipher.lock(packed, _bind(owner, context), key, nonce)


def unseal(store: "Store", owner: str, context: str, sealed: bytes) -> Any:
    """Raises Broken when the text was changed or does not belong here."""
    key = store.keys.of(owner)
    try:
        packed = cipher.unlock(sealed, _bind(owner, context), key)
    except ValueError as error:
        raise Broken(f"content of {context} does not open with the key of its owner") from error
    clear = zlib.decompress(packed) if packed[:1] == ZLIB else packed
    return json.loads(clear.decode("utf-8", "surrogatepass"))


def _bind(owner: str, context: str) -> bytes:
    return f"{owner}\x1f{context}".encode()
