"""Large things as files, sealed under a key of their own, written whole or not at all."""

import hashlib
import os
import tempfile
from pathlib import Path

from persona import cipher

PART = ".part"
"""Suffix of a file that is still being written; one left behind by a kill is nobody's."""
NAMED = b"\x00named\x00\x01"
"""How a file begins that holds its blob's name, sealed too; what an older version wrote has none."""
LENGTH = 2
"""Bytes that say how long the sealed name is."""


class Blobs:
    """Implements `persona.ports.Blobs`; a file's name is the hash of the blob's.

    What an older version wrote is read, but not listed.
    """

    def __init__(self, folder: Path, key: bytes) -> None:
        self._folder = folder
        self._key = key
        folder.mkdir(parents=True, exist_ok=True)

    def put(self, name: str, data: bytes) -> None:
        path = self._path(name)
        label = self._lock(name.encode(), path.name)
        with tempfile.NamedTemporaryFile(dir=self._folder, suffix=PART, delete=False) as file:
            file.write(NAMED + len(label).to_bytes(LENGTH) + label + self._lock(data, name))
            file.flush()
            os.fsync(file.fileno())
        os.replace(file.name, path)

    def get(self, name: str) -> bytes | None:
        try:
            whole = self._path(name).read_bytes()
        except FileNotFoundError:
            return None
        begins = _named(whole)[1] if whole.startswith(NAMED) else 0
        return cipher.unlock(whole[begins:], name.encode(), self._key)

    def list(self, prefix: str) -> list[str]:
        names = [self._name(path) for path in self._folder.glob("[0-9a-f]*") if not path.suffix]
        return sorted(name for name in names if name.startswith(prefix))

    def delete(self, name: str) -> None:
        self._path(name).unlink(missing_ok=True)

    def _path(self, name: str) -> Path:
        return self._folder / hashlib.sha256(name.encode()).hexdigest()

    def _lock(self, clear: bytes, place: str) -> bytes:
        return cipher.lock(clear, place.encode(), self._key, os.urandom(cipher.NONCE))

    def _name(self, path: Path) -> str:
        """The name of the blob in a file; empty where it holds none, or was just deleted."""
        try:
            with path.open("rb") as file:
                head = file.read(len(NAMED) + LENGTH + (1 << 8 * LENGTH))
        except FileNotFoundError:
            return ""
        if not head.startswith(NAMED):
            return ""
        begins, ends = _named(head)
        return cipher.unlock(head[begins:ends], path.name.encode(), self._key).decode()


def _named(head: bytes) -> tuple[int, int]:
    """Where the sealed name begins and where it ends, and the data begins."""
    begins = len(NAMED) + LENGTH
    return begins, begins + int.from_bytes(head[len(NAMED) : begins])
