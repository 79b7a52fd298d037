"""A model that answers from a script, for tests and demonstrations: no network, no chance."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from persona.language import Completion, Prompt

Script = Callable[[Sequence[Prompt]], Completion]


class ScriptedModel:
    """Implements `persona.ports.Model`; `seen` keeps every prompt that it was shown."""

    def __init__(self, script: Script, name: str = "scripted") -> None:
        self.name = name
        self.seen: list[list[Prompt]] = []
        self._script = script

    def complete(
        self, prompts: Sequence[Prompt], offers: Sequence[Mapping[str, Any]], seconds: float
    ) -> Completion:
        self.seen.append(list(prompts))
        return self._script(prompts)
