"""A real CalDAV server on a free port of this machine, with two people who sign in, for tests."""

import os
import shutil
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import requests
from requests.auth import HTTPBasicAuth

PEOPLE = {"ann@hub.example": "ann's word", "bob@hub.example": "bob's wörd"}
COLLECTION = (
    '<?xml version="1.0"?><mkcol xmlns="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav"><set><prop>'
    "<resourcetype><collection/><C:calendar/></resourcetype><displayname>{name}</displayname>"
    '<C:supported-calendar-component-set><C:comp name="{kind}"/>'
    "</C:supported-calendar-component-set></prop></set></mkcol>"
)


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


@dataclass(frozen=True)
class Radicale:
    """Where it runs, and where it keeps things."""

    url: str
    folder: Path

    def add_calendar(self, who: str, path: str, name: str, kind: str = "VEVENT") -> None:
        self.ask("MKCOL", who, f"/{path}/", COLLECTION.format(name=name, kind=kind))

    def ask(self, method: str, who: str, path: str, body: str = "") -> requests.Response:
        """As a person's other calendar program would; paths are below the person's own."""
        answer = requests.request(
            method,
            f"{self.url}{who}{path}",
            data=body.encode(),
            auth=HTTPBasicAuth(who.encode(), PEOPLE[who].encode()),
            headers={"Content-Type": "text/calendar; charset=utf-8"},
            timeout=10,
        )
        assert answer.ok, (answer.status_code, answer.text)
        return answer

    def clear(self, who: str) -> None:
        """Everything of the person's is gone but one empty calendar, named after them."""
        shutil.rmtree(self.folder / "collection-root" / who, ignore_errors=True)
        self.add_calendar(who, "home", f"{who.partition('@')[0]}'s days")

    def files(self, who: str) -> list[str]:
        """The text of every event that it keeps for the person."""
        root = self.folder / "collection-root" / who
        found = [path for path in sorted(root.rglob("*.ics")) if ".Radicale" not in str(path)]
        return [path.read_text() for path in found]


@contextmanager
def radicale(folder: Path) -> Generator[Radicale]:
    """Runs until the block ends; `clear` gives a person their first calendar."""
    port = free_port()
    passwords = folder / "htpasswd"
    passwords.write_text("".join(f"{who}:{word}\n" for who, word in PEOPLE.items()))
    settings = folder / "config"
    settings.write_text(
        f"[server]\nhosts = 127.0.0.1:{port}\n"
        f"[auth]\ntype = htpasswd\nhtpasswd_filename = {passwords}\n"
        "htpasswd_encryption = plain\ndelay = 0\n"
        f"[storage]\nfilesystem_folder = {folder}\n"
    )
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "radicale", "--config", str(settings)],
            stdout=log,
            stderr=log,
            env={**os.environ, "PYTHONWARNINGS": "ignore"},
        )
        try:
            _wait_for(port, process, folder / "log")
            yield Radicale(f"http://127.0.0.1:{port}/", folder)
        finally:
            process.terminate()
            process.wait(10)


def _wait_for(port: int, process: subprocess.Popen[bytes], log: Path) -> None:
    for _ in range(200):
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), 0.2):
            return
        assert process.poll() is None, log.read_text()
        time.sleep(0.05)
    raise AssertionError(log.read_text())


@dataclass
class Between:
    """A server in front of another, so that a test can lose, delay or twist an answer.

    `twist` says whether it has answered itself; `lose` counts answers of writes that are to be
    lost after the server has done its work. `asked` are methods and paths, in order.
    """

    behind: str
    url: str = ""
    lose: int = 0
    asked: list[tuple[str, str]] = field(default_factory=list[tuple[str, str]])
    twist: Callable[[BaseHTTPRequestHandler], bool] = lambda request: False


@contextmanager
def between(behind: str) -> Generator[Between]:
    """A `Between` that runs until the block ends."""
    state = Between(behind)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, format: str, *args: Any) -> None:
            pass

        def __getattr__(self, name: str) -> Any:
            if name.startswith("do_"):
                return self.answer
            raise AttributeError(name)

        def answer(self) -> None:
            state.asked.append((self.command, self.path))
            length = int(self.headers.get("Content-Length") or 0)
            body = self.rfile.read(length)
            if state.twist(self):
                self.close_connection = True
                return
            host = behind.removeprefix("http://").rstrip("/")
            inner = HTTPConnection(host, timeout=10)
            inner.request(self.command, self.path, body, dict(self.headers))
            got = inner.getresponse()
            content = got.read()
            inner.close()
            if state.lose and self.command in ("PUT", "DELETE") and got.status < 300:
                state.lose -= 1
                self.close_connection = True
                return
            self.send_response(got.status)
            for key, value in got.getheaders():
                if key.lower() not in ("transfer-encoding", "content-length", "connection"):
                    self.send_header(key, value)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    state.url = f"http://127.0.0.1:{server.server_address[1]}/"
    try:
        yield state
    finally:
        server.shutdown()
        server.server_close()
        thread.join(10)
