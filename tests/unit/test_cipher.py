"""What is locked opens with its key in its place and nowhere else, by either library."""

import pytest
from nacl import bindings
from nacl.exceptions import UnavailableError

from persona import cipher
from persona.errors import Broken

KEY, NONCE = bytes(range(32)), bytes(range(12))
SODIUM, OTHER = cipher._sodium(), cipher._cryptography()


def test_what_is_locked_opens_with_its_key_in_its_place() -> None:
    locked = cipher.lock(b"a secret", b"home", KEY, NONCE)
    assert locked.startswith(NONCE)
    assert b"secret" not in locked
    assert cipher.unlock(locked, b"home", KEY) == b"a secret"
    assert cipher.unlock(cipher.lock(b"", b"", KEY, NONCE), b"", KEY) == b""


@pytest.mark.parametrize("unlock", [SODIUM[1], OTHER[1]], ids=["sodium", "cryptography"])
def test_anything_else_is_refused(unlock: cipher.Apply) -> None:
    locked = cipher.lock(b"a secret", b"home", KEY, NONCE)[cipher.NONCE :]
    changed = bytes([locked[0] ^ 1]) + locked[1:]
    for text, bound, key in (
        (changed, b"home", KEY),
        (locked, b"lane", KEY),
        (locked, b"home", bytes(32)),
        (locked[:5], b"home", KEY),
    ):
        with pytest.raises(ValueError):
            unlock(text, bound, NONCE, key)


def test_both_libraries_write_the_same_and_read_each_others() -> None:
    asked = (b"words", b"home", NONCE, KEY)
    assert SODIUM[0](*asked) == OTHER[0](*asked)
    for one, other in ((SODIUM, OTHER), (OTHER, SODIUM)):
        assert other[1](one[0](*asked), b"home", NONCE, KEY) == b"words"


def unavailable(*_: object) -> bytes:
    raise UnavailableError("no AES instructions")


def test_a_cpu_without_aes_instructions_takes_the_other_library(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(bindings, "crypto_aead_aes256gcm_encrypt", unavailable)
    cipher._library.cache_clear()
    try:
        locked = cipher.lock(b"words", b"home", KEY, NONCE)
        monkeypatch.setattr(cipher, "import_module", missing)
        cipher._library.cache_clear()
        with pytest.raises(Broken, match="pip install cryptography"):
            cipher.lock(b"words", b"home", KEY, NONCE)
    finally:
        monkeypatch.undo()
        cipher._library.cache_clear()
    assert cipher.unlock(locked, b"home", KEY) == b"words"


def missing(name: str) -> None:
    raise ImportError(name)
