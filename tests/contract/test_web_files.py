"""The page's files as a browser gets them: packed where it can unpack, and not again while they are the same."""

import gzip
from collections.abc import Iterator
from pathlib import Path

import pytest

from surfaces import web
from tests.support import Hub


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[Hub]:
    opened = Hub(tmp_path)
    yield opened
    opened.close()


def test_a_file_is_sent_packed_to_whoever_can_unpack_it(hub: Hub) -> None:
    plain = hub.http("GET", "/page/app.js")
    packed = hub.http("GET", "/page/app.js", headers={"accept-encoding": "gzip, br"})
    assert plain.body == (web.PAGE / "app.js").read_bytes()
    assert "content-encoding" not in plain.headers
    assert packed.headers["content-encoding"] == "gzip"
    assert len(packed.body) < len(plain.body) / 2
    assert gzip.decompress(packed.body) == plain.body


def test_a_file_that_the_browser_has_is_not_sent_again(hub: Hub) -> None:
    first = hub.http("GET", "/")
    again = hub.http("GET", "/", headers={"if-none-match": first.headers["etag"]})
    other = hub.http("GET", "/", headers={"if-none-match": 'W/"another"'})
    assert (again.status, again.body) == (304, b"")
    assert again.headers["content-security-policy"] == first.headers["content-security-policy"]
    assert (other.status, other.body) == (200, first.body)
