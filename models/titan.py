"""Embeddings by Amazon Titan Text Embeddings V2 on Bedrock, one text a call, eight calls at a time."""

import json
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from models._post import Post
from models._runtime import Runtime
from persona.errors import Transient

DIMENSIONS = 256
"""The fewest that the model offers: a byte each, three times what a line's words take."""
AT_ONCE = 8
LONGEST = 8_000
"""Characters of a text that are shown; the model itself ends at 8,192 tokens."""
LENGTH = 127
"""What a vector's length of 1 becomes, so that every dimension fits a signed byte."""


class TitanEmbedder:
    """Implements `persona.ports.Embedder`; `model` is the model's id or an inference profile's."""

    def __init__(self, model: str, region: str, post: Post | None = None) -> None:
        self.name = f"bedrock:{model}"
        self._model = model
        self._runtime = Runtime(region, post)

    def embed(self, texts: Sequence[str], seconds: float) -> tuple[list[bytes], int]:
        until = time.monotonic() + seconds
        with ThreadPoolExecutor(min(AT_ONCE, len(texts))) as pool:
            asked = [pool.submit(self._embed, text, until) for text in texts]
            try:
                answers = [one.result() for one in asked]
            finally:  # after the first that failed no other is begun
                pool.shutdown(wait=False, cancel_futures=True)
        return [vector for vector, _ in answers], sum(tokens for _, tokens in answers)

    def _embed(self, text: str, until: float) -> tuple[bytes, int]:
        left = until - time.monotonic()
        if left <= 0:
            raise Transient("no time was left for it")
        asked = {"inputText": text[:LONGEST], "dimensions": DIMENSIONS, "normalize": True}
        request = {
            "modelId": self._model,
            "contentType": "application/json",
            "accept": "application/json",
            "body": json.dumps(asked),
        }
        return self._runtime.call("invoke_model", request, left, _vector)


def _vector(answer: Mapping[str, Any]) -> tuple[bytes, int]:
    content = json.loads(answer["body"].read())
    numbers = [round(LENGTH * float(number)) for number in content["embedding"]]
    if len(numbers) != DIMENSIONS:
        raise ValueError("a vector of another size")
    clipped = (max(-LENGTH, min(LENGTH, number)) for number in numbers)
    return bytes(number & 0xFF for number in clipped), int(content["inputTextTokenCount"])
