"""An embedding model whose failures stand in the log; they fail nothing else."""

from collections.abc import Sequence

from functions._observe import log
from persona.errors import Refused, Transient, Unknown
from persona.language import Embedder


class Told:
    """Implements `persona.ports.Embedder` by another one."""

    def __init__(self, embedder: Embedder) -> None:
        self._embedder = embedder
        self.name = embedder.name

    def embed(self, texts: Sequence[str], seconds: float) -> tuple[list[bytes], int]:
        try:
            return self._embedder.embed(texts, seconds)
        except (Transient, Refused, Unknown) as error:
            about = {"model": self.name, "texts": len(texts), "reason": str(error)}
            log.warning("not embedded, recalled by words", extra=about)
            raise
