"""The words of the prompts, read from `prompt.toml`: data, so that a review sees what changed."""

import hashlib
import tomllib
from functools import cache
from pathlib import Path
from string import Template

FILE = Path(__file__).with_name("prompt.toml")


class Wording:
    """The templates by name; `stamp` (`version-hash`) says exactly which wording a model was shown."""

    def __init__(self, raw: bytes) -> None:
        fields = tomllib.loads(raw.decode("utf-8"))
        self.stamp = f"{fields.pop('version')}-{hashlib.sha256(raw).hexdigest()[:8]}"
        self.templates = {name: Template(text.strip()) for name, text in fields.items()}

    def say(self, name: str, /, **fields: str) -> str:
        """Raises KeyError for a template that is not there, or a field of it that was not given."""
        return self.templates[name].substitute(fields)


@cache
def wording() -> Wording:
    return Wording(FILE.read_bytes())
