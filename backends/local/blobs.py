"""Large things as files, sealed under a key of their own, written whole or not at all."""

import hashlib
import os
import tempfile
from pathlib import Path

from persona import cipher

PART = ".part"
"""Suffix of a file that is still being written; one left behind by a kill is nobody's."""


class Blobs:
    """Implements `persona.ports.Blobs`; a file's name is the hash of the blob's."""

    def __init__(self, folder: Path, key: bytes) -> None:
        self._folder = folder
        self._key = key
        folder.mkdir(parents=True, exist_ok=True)

    def put(self, name: str, data: bytes) -> None:
        with tempfile.NamedTemporaryFile(dir=self._folder, suffix=PART, delete=False) as file:
            file.write(cipher.lock(data, name.encode(), self._key, os.urandom(cipher.NONCE)))
            file.flush()
            os.fsync(file.fileno())
        os.replace(file.name, self._path(name))

    def get(self, name: str) -> bytes | None:
        try:
            sealed = self._path(name).read_bytes()
        except FileNotFoundError:
            return None
        return cipher.unlock(sealed, name.encode(), self._key)

    def delete(self, name: str) -> None:
        self._path(name).unlink(missing_ok=True)

    def _path(self, name: str) -> Path:
        return self._folder / hashlib.sha256(name.encode()).hexdigest()
