"""Content at rest: AES-GCM under the key of the home or lane that it belongs to.

Destroying one key makes every row, copy and backup of its content unreadable, which is what
erasing a person means. The context binds the text to its place, so that a row copied elsewhere
does not open there.
"""

import json
from typing import TYPE_CHECKING, Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from persona.errors import Broken

if TYPE_CHECKING:
    from persona.ports import Store

NONCE = 12


def seal(store: "Store", owner: str, context: str, content: Any) -> bytes:
    """`content` is anything JSON can say; `owner` names the key, `context` the row."""
    clear = json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode(
        "utf-8", "surrogatepass"
    )
    nonce = store.entropy(NONCE)
    return nonce + AESGCM(store.keys.of(owner)).encrypt(nonce, clear, _bind(owner, context))


def unseal(store: "Store", owner: str, context: str, sealed: bytes) -> Any:
    """Raises Broken when the text was changed or does not belong here."""
    key = AESGCM(store.keys.of(owner))
    try:
        clear = key.decrypt(sealed[:NONCE], sealed[NONCE:], _bind(owner, context))
    except (InvalidTag, ValueError) as error:
        raise Broken(f"content of {context} does not open with the key of its owner") from error
    return json.loads(clear.decode("utf-8", "surrogatepass"))


def _bind(owner: str, context: str) -> bytes:
    return f"{owner}\x1f{context}".encode()
