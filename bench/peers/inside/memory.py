"""What mem0 asks of its backends in one turn: a recall before the reply, a remembering after it.

Model and embeddings are a server of their protocol on this machine, the vectors stand in qdrant's
own in-process store behind a counter, the history in mem0's SQLite file.
"""

# pyright: basic, reportMissingImports=false

import hashlib
import json
import tempfile
import threading
from collections import Counter
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from bench.peers.inside.words import REPLY, TEXT

SHOWN = (1, 10, 100)
WIDTH = 64


def measure(peer: str) -> dict[str, Any]:
    """{turns: {number: {model_calls, embedding_calls, vector_calls, prompt_bytes}}}."""
    from mem0 import Memory
    from qdrant_client import QdrantClient

    server = ThreadingHTTPServer(("127.0.0.1", 0), _Models)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    turns: dict[int, dict[str, int]] = {}
    with tempfile.TemporaryDirectory() as folder:
        vectors = _Counted(QdrantClient(":memory:"))
        memory = Memory.from_config(_settings(server.server_port, vectors, Path(folder)))
        for number in range(1, max(SHOWN) + 1):
            COUNTS.clear()
            found = memory.search(TEXT, filters={"user_id": "one"})["results"]
            said = [
                {"role": "user", "content": f"{number}: {TEXT}"},
                {"role": "assistant", "content": REPLY},
            ]
            kept = memory.add(said, user_id="one")["results"]
            if not kept or (number > 1 and not found):
                raise AssertionError(f"turn {number} kept {kept} and found {found}")
            if number in SHOWN:
                turns[number] = dict(sorted(COUNTS.items()))
    server.shutdown()
    return {"turns": turns}


COUNTS: Counter[str] = Counter()


class _Counted:
    """A vector store whose every call is counted, and which passes for the one it holds."""

    def __init__(self, client: Any) -> None:
        self._client = client

    @property
    def __class__(self) -> Any:
        return type(self._client)

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._client, name)
        if not callable(found):
            return found

        def counted(*given: Any, **named: Any) -> Any:
            COUNTS["vector_calls"] += 1
            return found(*given, **named)

        return counted


class _Models(BaseHTTPRequestHandler):
    """The two calls of the OpenAI protocol that mem0 makes."""

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        asked = json.loads(body)
        if self.path.endswith("/embeddings"):
            COUNTS["embedding_calls"] += 1
            answer = {"object": "list", "model": "bench", "data": [
                {"object": "embedding", "index": index, "embedding": _vector(text)}
                for index, text in enumerate(asked["input"])
            ], "usage": {"prompt_tokens": 1, "total_tokens": 1}}  # fmt: skip
        else:
            COUNTS["model_calls"] += 1
            COUNTS["prompt_bytes"] += len(body)
            words = hashlib.sha256(body).hexdigest()[:8]
            kept = {"memory": [{"id": "0", "text": f"Asked about Lisbon's weather ({words})"}]}
            answer = {"id": "1", "object": "chat.completion", "created": 1, "model": "bench",
                      "choices": [{"index": 0, "finish_reason": "stop", "message": {
                          "role": "assistant", "content": json.dumps(kept)}}]}  # fmt: skip
        sent = json.dumps(answer).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(sent)))
        self.end_headers()
        self.wfile.write(sent)

    def log_message(self, format: str, *args: Any) -> None:
        """Says nothing: the counts are the log."""


def _vector(text: str) -> list[float]:
    seed = hashlib.sha512(text.encode()).digest()
    return [1 + byte / 255 for byte in seed[:WIDTH]]


def _settings(port: int, vectors: Any, folder: Path) -> dict[str, Any]:
    where = {"api_key": "bench", "openai_base_url": f"http://127.0.0.1:{port}/v1"}
    return {
        "llm": {"provider": "openai", "config": {"model": "bench", **where}},
        "embedder": {
            "provider": "openai",
            "config": {"model": "bench", "embedding_dims": WIDTH, **where},
        },
        "vector_store": {
            "provider": "qdrant",
            "config": {
                "client": vectors,
                "collection_name": "bench",
                "embedding_model_dims": WIDTH,
            },
        },
        "history_db_path": str(folder / "history.db"),
    }
