"""What stands before the emulator: it counts what is asked, and says for it what it cannot read.

The functions ask AWS at this address (boto3's own `AWS_ENDPOINT_URL`), and so does `hub deploy`.
"""

import threading
import time
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

HOPS = ("connection", "content-length", "keep-alive", "transfer-encoding")
"""Headers that end with one connection."""
INVOCATION = "/invocations"


class Front:
    """Passes everything on; `rewrite` may change a form (`Action` and what it says) before."""

    def __init__(
        self, behind: str, rewrite: Callable[[dict[str, str]], dict[str, str]], port: int
    ) -> None:
        self._behind, self._rewrite = urlsplit(behind).netloc, rewrite
        self._lock = threading.Lock()
        self._last = time.monotonic()
        self._watch: Callable[[str, bytes], None] | None = None
        front = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, format: str, *args: Any) -> None:
                pass

            def __getattr__(self, name: str) -> Any:
                if name.startswith("do_"):
                    return lambda: front._pass(self)
                raise AttributeError(name)

        class Server(ThreadingHTTPServer):
            daemon_threads = True

            def handle_error(self, request: Any, client_address: Any) -> None:
                pass  # whoever asked, or the emulator, was ended meanwhile

        self._server = Server(("127.0.0.1", port), Handler)
        self.url = f"http://127.0.0.1:{port}"

    @contextmanager
    def open(self) -> Generator["Front"]:
        thread = threading.Thread(target=self._server.serve_forever, args=(0.05,))
        thread.start()
        try:
            yield self
        finally:
            self._server.shutdown()
            thread.join()
            self._server.server_close()

    @contextmanager
    def watched(self, watch: Callable[[str, bytes], None]) -> Generator[None]:
        """Tells `watch` each request's operation and body before it is passed on, one at a time."""
        self._watch = watch
        try:
            yield
        finally:
            self._watch = None

    @property
    def quiet_for(self) -> float:
        """Seconds since anything was asked, or answered."""
        return time.monotonic() - self._last

    def _pass(self, request: BaseHTTPRequestHandler) -> None:
        self._last = time.monotonic()
        body = request.rfile.read(int(request.headers.get("content-length") or 0))
        headers = dict(request.headers.items())
        with self._lock:
            if self._watch:
                self._watch(_operation(request.command, request.path, headers, body), body)
        if "x-www-form-urlencoded" in headers.get("Content-Type", ""):
            body = urlencode(self._rewrite(dict(parse_qsl(body.decode(), True)))).encode()
            headers["Content-Length"] = str(len(body))
        inner = HTTPConnection(self._behind, timeout=300)
        inner.request(request.command, request.path, body, headers)
        got = inner.getresponse()
        content = got.read()
        inner.close()
        request.send_response(got.status)
        for name, value in got.getheaders():
            if name.lower() not in HOPS:
                request.send_header(name, value)
        size = got.getheader("content-length") if request.command == "HEAD" else len(content)
        request.send_header("content-length", str(size or 0))
        request.end_headers()
        request.wfile.write(content)
        self._last = time.monotonic()


def _operation(method: str, path: str, headers: Mapping[str, str], body: bytes) -> str:
    """As botocore names it; of APIs that are paths the method and the path."""
    target = headers.get("X-Amz-Target") or ""
    if target:
        return target.rpartition(".")[2]
    if "x-www-form-urlencoded" in (headers.get("Content-Type") or ""):
        return dict(parse_qsl(body.decode())).get("Action", "")
    bare = urlsplit(path).path
    return "Invoke" if bare.endswith(INVOCATION) else f"{method} {bare}"
