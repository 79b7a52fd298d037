"""Credentials: what the environment gives, else what the first start made and the folder keeps."""

import base64
import json
import os
import secrets
from collections.abc import Mapping
from pathlib import Path

from persona.errors import Broken

MADE: dict[str, int] = {
    "SLACK_SIGNING_SECRET": 16,
    "SLACK_BOT_TOKEN": 12,
    "TWILIO_ACCOUNT_SID": 16,
    "TWILIO_AUTH_TOKEN": 16,
    "MASTER_KEY": 32,
}
PREFIXES = {"SLACK_BOT_TOKEN": "xoxb-", "TWILIO_ACCOUNT_SID": "AC"}


class Secrets:
    """Implements `persona.ports.Secrets`; the file is readable by its owner alone."""

    def __init__(self, path: Path, given: Mapping[str, str]) -> None:
        self._given = given
        self._made = _load(path)

    def get(self, name: str) -> str:
        return self._given.get(name) or self._made.get(name, "")

    @property
    def master(self) -> bytes:
        """The 32 bytes that wrap every data key."""
        return base64.b64decode(self._made["MASTER_KEY"])


def _load(path: Path) -> dict[str, str]:
    try:
        made: dict[str, str] = json.loads(path.read_text()) if path.exists() else {}
    except ValueError as error:
        raise Broken(f"{path} cannot be read. Put it back from a backup.") from error
    missing = [name for name in MADE if name not in made]
    if not missing:
        return made
    for name in missing:
        made[name] = PREFIXES.get(name, "") + secrets.token_hex(MADE[name])
        if name == "MASTER_KEY":
            made[name] = base64.b64encode(os.urandom(32)).decode()
    _write(path, json.dumps(made, indent=1))
    return made


def _write(path: Path, text: str) -> None:
    """Written whole or not at all: a half-written master key would lose everything."""
    draft = path.with_suffix(".new")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    os.replace(draft, path)
