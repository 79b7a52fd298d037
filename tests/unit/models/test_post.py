"""One POST within its deadline, against servers that speak HTTP badly."""

import socket
import threading
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager

import pytest

from models import _post
from models._post import Post, judge
from persona.errors import Refused, Transient, Unknown

Play = Callable[[socket.socket], None]
PATIENCE = 10.0
"""Seconds that are surely over on a busy machine too; who stands still here does so for ever."""
HEAD = b"HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\n"


@contextmanager
def serving(play: Play) -> Generator[str, None, None]:
    """A server that reads one request and then does as it likes with the connection."""
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def serve() -> None:
            connection, _ = listening.accept()
            with connection:
                connection.recv(65_536)
                play(connection)

        thread = threading.Thread(target=serve)
        thread.start()
        yield f"http://127.0.0.1:{listening.getsockname()[1]}/"
        thread.join()


def send(url: str, seconds: float = 5.0) -> tuple[int, bytes]:
    status, _, data = Post().send(url, b"{}", {}, seconds)
    return status, data


def test_an_answer_is_its_status_and_its_whole_body() -> None:
    with serving(lambda c: c.sendall(HEAD + b"body")) as url:
        assert send(url) == (200, b"body")


def hangs_after(data: bytes) -> Play:
    def play(connection: socket.socket) -> None:
        connection.sendall(data)
        connection.recv(1)  # until the client leaves

    return play


STALLS = {"before the head": b"", "in the head": HEAD[:20], "in the body": HEAD + b"bo"}


@pytest.mark.parametrize("data", STALLS.values(), ids=STALLS.keys())
def test_a_server_that_stands_still_is_left_at_the_deadline(data: bytes) -> None:
    with serving(hangs_after(data)) as url:
        began = time.monotonic()
        with pytest.raises(Unknown):
            send(url, 0.4)
        assert time.monotonic() - began < PATIENCE


def test_a_server_that_hangs_up_in_the_middle_has_lost_the_answer() -> None:
    with serving(lambda c: c.sendall(HEAD + b"bo")) as url, pytest.raises(Unknown):
        send(url)


def test_an_answer_without_end_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_post, "MOST_BYTES", 1000)
    head = b"HTTP/1.1 200 OK\r\ncontent-length: 5000\r\n\r\n"
    with serving(lambda c: c.sendall(head + b"x" * 5000)) as url, pytest.raises(Unknown):
        send(url)


def test_nobody_is_followed_elsewhere() -> None:
    elsewhere = b"HTTP/1.1 307 Go\r\nlocation: http://127.0.0.1:9/\r\ncontent-length: 0\r\n\r\n"
    with serving(lambda c: c.sendall(elsewhere)) as url:
        assert send(url) == (307, b"")


def test_a_name_that_does_not_exist_is_transient() -> None:
    with pytest.raises(Transient, match="cannot be reached"):
        send("http://nobody.invalid/")


@pytest.mark.parametrize("status", [409, 425, 429, 503, 529])
def test_a_server_that_did_no_work_may_be_asked_again(status: int) -> None:
    assert isinstance(judge(status), Transient)


@pytest.mark.parametrize("status", [408, 424, 500, 502, 504, 524])
def test_a_server_that_broke_may_have_done_the_work(status: int) -> None:
    assert isinstance(judge(status), Unknown)


@pytest.mark.parametrize("status", [301, 400, 401, 403, 404, 422])
def test_what_stays_is_refused_with_its_code(status: int) -> None:
    error = judge(status, "NoWay")
    assert isinstance(error, Refused)
    assert error.reason == f"its server answered {status} NoWay"
