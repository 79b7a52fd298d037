"""AES-256-GCM as everything at rest uses it: the nonce in front, the place it belongs to bound in.

libsodium does it where the CPU has AES instructions, a tenth of the size of the usual library; on
one that has none (a Raspberry Pi 4) `cryptography` takes its place, where it is installed.
"""

from collections.abc import Callable
from functools import cache
from importlib import import_module

from persona.errors import Broken

NONCE = 12
"""Bytes; a fresh one for each text."""

Apply = Callable[[bytes, bytes, bytes, bytes], bytes]
"""Of text, bound bytes, nonce and key."""


def lock(clear: bytes, bound: bytes, key: bytes, nonce: bytes) -> bytes:
    """The text under this 32-byte key; it opens only where `bound` is the same."""
    return nonce + _library()[0](clear, bound, nonce, key)


def unlock(locked: bytes, bound: bytes, key: bytes) -> bytes:
    """Raises ValueError when the text was changed, or belongs to another key or place."""
    return _library()[1](locked[NONCE:], bound, locked[:NONCE], key)


@cache
def _library() -> tuple[Apply, Apply]:
    from nacl.exceptions import UnavailableError

    lock, unlock = _sodium()
    try:
        lock(b"", b"", bytes(NONCE), bytes(32))
    except UnavailableError:
        return _cryptography()
    return lock, unlock


def _sodium() -> tuple[Apply, Apply]:
    from nacl import bindings
    from nacl.exceptions import CryptoError

    def unlock(locked: bytes, bound: bytes, nonce: bytes, key: bytes) -> bytes:
        try:
            return bindings.crypto_aead_aes256gcm_decrypt(locked, bound, nonce, key)
        except CryptoError as error:
            raise ValueError("it does not open") from error

    return bindings.crypto_aead_aes256gcm_encrypt, unlock


def _cryptography() -> tuple[Apply, Apply]:
    """By name, since it is neither locked nor shipped: whoever needs it installs it beside."""
    try:
        aes = import_module("cryptography.hazmat.primitives.ciphers.aead").AESGCM
        invalid = import_module("cryptography.exceptions").InvalidTag
    except ImportError as error:
        raise Broken("This CPU has no AES instructions; pip install cryptography.") from error

    def lock(clear: bytes, bound: bytes, nonce: bytes, key: bytes) -> bytes:
        return aes(key).encrypt(nonce, clear, bound)

    def unlock(locked: bytes, bound: bytes, nonce: bytes, key: bytes) -> bytes:
        try:
            return aes(key).decrypt(nonce, locked, bound)
        except invalid as error:
            raise ValueError("it does not open") from error

    return lock, unlock
