"""Pages are read from the public internet alone, whatever an address, a name or a server tries.

A real server on loopback stands behind made-up public addresses; every connection that is asked for
is written down. No test here leaves the machine.
"""

import gzip
import socket
import ssl
import time
import tracemalloc
import zlib
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest

from capabilities.fetch_page import fetch_page, net, visit
from capabilities.fetch_page.page import MOST_CHARACTERS, told
from persona.declare import Result
from persona.errors import Refused, Transient
from persona.reading.url import read_url
from tests.contract.families import Local
from tests.contract.means import Means
from tests.contract.site import OTHER, PUBLIC, PUBLIC_6, Site, World, onward, page

HELLO = page(b"<title>Hello</title><body><p>Good <b>morning</b>.</p></body>")


@pytest.fixture
def site() -> Iterator[Site]:
    site = Site()
    yield site
    site.close()


@pytest.fixture
def world(site: Site) -> Iterator[World]:
    world = World(
        site,
        {
            "site.example": [[PUBLIC]],
            "other.example": [[OTHER]],
            "wrong.example": [[PUBLIC]],
            "xn--bcher-kva.example": [[PUBLIC_6, PUBLIC]],
        },
    )
    yield world
    assert world.forbidden == []


@pytest.fixture
def family_means(tmp_path: Path) -> Iterator[Means]:
    family = Local(tmp_path)
    yield Means(family.keys, family.blobs, family.clock)
    family.close()


def fetch(url: str, world: World, seconds: float = 5.0) -> Result:
    return told(visit.visit(read_url(url), seconds, world.net))


# Addresses that are none


HOSTILE_ADDRESSES = (
    *r"""
file:///etc/passwd
gopher://site.example:70/_x
ftp://site.example/
data:text/html,hello
javascript:alert(1)
jar:http://site.example!/
//site.example/
site.example
http:site.example
http:/site.example/
http:///site.example/
http://
https://?x
http://site.example:22/
http://site.example:25/
http://site.example:6379/
http://site.example:0/
http://site.example:65536/
http://site.example:99999/
http://site.example:-80/
http://site.example:80:80/
http://ann@site.example/
http://ann:word@site.example/
http://site.example@127.0.0.1/
http://127.0.0.1\@site.example/
http://site.example\@127.0.0.1/
http://[site.example]/
http://[::1/
http://::1/
http://localhost/
http://metadata/
http://127.0.0.1/
http://127.1/
http://127.0.1/
http://0/
http://0.0.0.0/
http://2130706433/
http://3232235521/
http://0x7f000001/
http://0x7f.0.0.1/
http://0x7f.1/
http://0177.0.0.1/
http://017700000001/
http://127.0.0.1./
http://00000127.0.0.1/
http://127.0.0.0x1/
http://１２７.０.０.１/
http://127。0。0。1/
http://①②⑦.⓪.⓪.①/
http://10.0.0.1/
http://172.16.0.1/
http://192.168.1.1/
http://100.64.0.1/
http://100.100.100.200/latest/meta-data/
http://169.254.169.254/latest/meta-data/
http://169.254.170.2/v2/credentials/
http://168.63.129.16/
http://192.0.0.192/
http://198.18.0.1/
http://224.0.0.1/
http://255.255.255.255/
http://256.256.256.256/
http://1.2.3.4.5/
http://[::]/
http://[::1]/
http://[::127.0.0.1]/
http://[::ffff:127.0.0.1]/
http://[::ffff:7f00:1]/
http://[0:0:0:0:0:ffff:169.254.169.254]/
http://[::ffff:0:127.0.0.1]/
http://[64:ff9b::7f00:1]/
http://[64:ff9b::93b8:d70e]/
http://[64:ff9b:1::1]/
http://[2002:7f00:1::]/
http://[2001:0:7f00:1::]/
http://[2001:db8::1]/
http://[3fff::1]/
http://[fe80::1]/
http://[fe80::1%25eth0]/
http://[2606:4700::1%25lo]/
http://[fc00::1]/
http://[fd00:ec2::254]/
http://[ff02::1]/
http://[fec0::1]/
http://site..example/
http://.site.example/
http://-site.example/
http://site.example%2f@127.0.0.1/
http://site%2eexample/
http://127.0.0.1%00.site.example/
http://xn--/
http://xn--a.example/
""".split(),
    "",
    "http://site.example /",
    "http:// site.example/",
    " http://site.example/",
    "http://site.exa\tmple/",
    "http://site.example/\r\nHost: other.example",
    "http://site.example/a\x00b",
    "http://sit\u200be.example/",
    "http://sit\u00ade.example/",
    "http://site.example/\u202etxt.exe",
    "http://site.example/\ud800",
    "http://site.example/" + "a" * 2_000,
    "http://" + "a" * 64 + ".example/",
    "http://" + "a." * 130 + "example/",
)
INSIDE = """
    0.0.0.0 10.0.0.1 100.64.0.1 127.0.0.1 127.255.255.254 169.254.169.254 169.254.170.2 172.31.255.255
    192.0.0.192 192.0.2.1 192.88.99.1 192.168.0.1 198.18.0.1 198.51.100.7 203.0.113.9 224.0.0.251
    240.0.0.1 255.255.255.255 168.63.129.16 :: ::1 ::ffff:127.0.0.1 ::ffff:10.0.0.1 ::127.0.0.1
    64:ff9b::7f00:1 64:ff9b::a9fe:a9fe 64:ff9b:1::1 100::1 2001::1 2001:0:7f00:1:: 2001:db8::1
    2002:7f00:1:: 3fff::1 5f00::1 fc00::1 fd00:ec2::254 fe80::1 fe80::1%eth0 fec0::1 ff02::1
    2606:4700::1%eth0 nonsense 2130706433 0x7f.0.0.1
""".split()
"""What a name may answer with to lead inside."""


def test_the_table_of_hostile_addresses_is_long() -> None:
    assert len(set(HOSTILE_ADDRESSES)) == len(HOSTILE_ADDRESSES) >= 90
    assert len(set(ASTRAY)) > 60
    assert len(set(INSIDE)) == len(INSIDE) >= 40


@pytest.mark.parametrize("text", HOSTILE_ADDRESSES)
def test_what_is_no_plain_public_address_is_none_at_all(text: str) -> None:
    with pytest.raises(ValueError):
        read_url(text)


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("http://site.example", "http://site.example/"),
        ("HTTPS://Site.EXAMPLE:443/", "https://site.example/"),
        ("http://site.example:80/a", "http://site.example/a"),
        ("http://site.example.:8080/", "http://site.example:8080/"),
        ("http://site.example:/a", "http://site.example/a"),
        ("http://ｓｉｔｅ.example/", "http://site.example/"),
        ("http://site。example/", "http://site.example/"),
        ("https://Bücher.example/Ü?q=ü", "https://xn--bcher-kva.example/%C3%9C?q=%C3%BC"),
        ("https://XN--BCHER-KVA.example/", "https://xn--bcher-kva.example/"),
        ("https://ѕite.example/", "https://xn--ite-ehd.example/"),
        ("http://site.example/a/./b/../c", "http://site.example/a/c"),
        ("http://site.example/a/%2e%2e/%2E/b", "http://site.example/b"),
        ("http://site.example/../../..", "http://site.example/"),
        ("http://site.example/a///..", "http://site.example/a//"),
        ("http://site.example/%7eann/%41?x=%2f%zz", "http://site.example/~ann/A?x=%2F%25zz"),
        ("http://site.example?x=1", "http://site.example/?x=1"),
        ("http://site.example/?", "http://site.example/"),
        ("http://site.example/a#b", "http://site.example/a"),
        ("http://site.example/#@127.0.0.1/", "http://site.example/"),
        ("http://site.example/@127.0.0.1", "http://site.example/@127.0.0.1"),
        ("http://[2606:4700:0:0::1111]/", "http://[2606:4700::1111]/"),
        ("http://93.184.215.14/", "http://93.184.215.14/"),
    ],
)
def test_each_address_has_one_form(text: str, meant: str) -> None:
    assert read_url(text) == meant
    assert read_url(meant) == meant


# Names that lead inside


@pytest.mark.parametrize("address", INSIDE)
def test_a_name_that_leads_inside_is_never_dialled(address: str, world: World) -> None:
    world.names["trap.example"] = [[address]]
    with pytest.raises(Refused, match="not on the public internet"):
        fetch("http://trap.example/", world)
    assert world.dialled == []


@pytest.mark.parametrize(
    "answers", [[PUBLIC, "127.0.0.1"], ["10.0.0.1", PUBLIC], [PUBLIC_6, "::1"]]
)
def test_one_address_inside_closes_the_whole_name(answers: list[str], world: World) -> None:
    world.names["trap.example"] = [answers]
    with pytest.raises(Refused, match="not on the public internet"):
        fetch("https://trap.example/", world)
    assert world.dialled == []


def test_a_name_that_changes_its_mind_is_held_to_its_first_answer(world: World) -> None:
    world.site.answers["/"] = HELLO
    world.names["site.example"] = [[PUBLIC], ["127.0.0.1"]]
    assert "Good morning." in fetch("https://site.example/", world).text
    assert world.resolved == ["site.example"]
    assert world.dialled == [(PUBLIC, 443)]


def test_a_redirect_to_the_same_name_asks_and_looks_again(world: World) -> None:
    world.site.answers["/"] = onward("/next")
    world.names["site.example"] = [[PUBLIC], ["169.254.169.254"]]
    with pytest.raises(Refused, match="not on the public internet"):
        fetch("http://site.example/", world)
    assert world.dialled == [(PUBLIC, 80)]


def test_without_the_look_at_addresses_the_traps_are_sprung(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control: the same names, the same net, and only the check taken away."""
    monkeypatch.setattr(net, "is_public", lambda address: True)
    site.answers["/"] = HELLO
    world = World(site, {"trap.example": [[address] for address in INSIDE]})
    for _ in INSIDE:
        fetch("http://trap.example/", world)
    assert len(world.forbidden) == len(INSIDE)


# Redirects


ASTRAY = [
    text for text in HOSTILE_ADDRESSES if "://" in text and text.isprintable() and " " not in text
]


@pytest.mark.parametrize("target", ASTRAY)
def test_a_redirect_may_lead_nowhere_that_an_address_may_not(target: str, world: World) -> None:
    world.site.answers["/"] = onward(target.encode().decode("latin-1"))
    with pytest.raises(Refused, match="where I do not go"):
        fetch("http://site.example/", world)
    assert world.dialled == [(PUBLIC, 80)]


@pytest.mark.parametrize("address", INSIDE)
def test_a_redirect_to_a_name_that_leads_inside_is_not_followed(address: str, world: World) -> None:
    world.names["trap.example"] = [[address]]
    world.site.answers["/"] = onward("https://trap.example/")
    with pytest.raises(Refused, match="not on the public internet"):
        fetch("http://site.example/", world)
    assert world.dialled == [(PUBLIC, 80)]


def test_redirects_are_followed_to_where_the_page_is(world: World) -> None:
    world.site.answers |= {
        "/": onward("https://other.example/a?b=1", 301),
        "/a?b=1": onward("../c", 307),
        "/c": HELLO,
    }
    assert fetch("http://site.example/", world).text.startswith("Hello\nhttps://other.example/c\n")
    assert world.dialled == [(PUBLIC, 80), (OTHER, 443), (OTHER, 443)]


def test_no_redirect_leaves_encryption(world: World) -> None:
    world.site.answers["/"] = onward("http://other.example/")
    with pytest.raises(Refused, match="without encryption"):
        fetch("https://site.example/", world)
    assert world.dialled == [(PUBLIC, 443)]


def test_redirects_without_end_end(world: World) -> None:
    world.site.answers["/"] = onward("/")
    with pytest.raises(Refused, match="without end"):
        fetch("http://site.example/", world)
    assert len(world.dialled) == visit.MOST_REDIRECTS + 1


# The capability itself


def test_the_capability_reads_a_page_of_the_internet_it_is_given(
    world: World, family_means: Means, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(visit, "INTERNET", world.net)
    world.site.answers["/"] = HELLO
    arguments = fetch_page.arguments.model_validate({"url": "HTTPS://site.example#top"})
    assert arguments.model_dump() == {"url": "https://site.example/"}
    assert fetch_page.destinations(arguments.model_dump()) == ["url:https://site.example/"]
    assert fetch_page.use(arguments, family_means).text.endswith("Good morning.")


def test_a_typed_address_is_the_one_that_was_meant() -> None:
    words = (
        "Please read (HTTPS://Site.Example:443/a/../b#top), not http://127.0.0.1/ or site.example."
    )
    assert fetch_page.typed(words) == {"url:https://site.example/b"}


@pytest.mark.parametrize("host", ["localhost", "[::1]", "127.0.0.1"])
def test_the_machines_own_resolver_leads_inside_and_nobody_goes(host: str) -> None:
    dialled: list[str] = []

    def dial(address: str, port: int, seconds: float) -> socket.socket:
        dialled.append(address)
        raise ConnectionRefusedError

    with pytest.raises(Refused, match="not on the public internet"):
        net.connect(host, 80, time.monotonic() + 5, replace(net.INTERNET, dial=dial))
    assert dialled == []


def test_a_real_connection_is_dialled_as_it_is_asked_for(site: Site) -> None:
    with net.INTERNET.dial("127.0.0.1", site.port(secure=False), 2.0) as connection:
        assert connection.getpeername() == ("127.0.0.1", site.port(secure=False))
    closed = socket.create_server(("127.0.0.1", 0))
    port = closed.getsockname()[1]
    closed.close()
    with pytest.raises(OSError):
        net.INTERNET.dial("127.0.0.1", port, 2.0)


def test_trust_is_asked_of_everybody() -> None:
    context = net.INTERNET.trust()
    assert (context.verify_mode, context.check_hostname) == (ssl.CERT_REQUIRED, True)
    assert len(context.get_ca_certs()) > 50


# What is asked


def test_a_visit_says_nothing_of_who_asks(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9/")
    cookie = "set-cookie: a=b; path=/\r\n"
    world.site.answers["/"] = page(b"", status="302 Found", more=f"{cookie}location: /a\r\n")
    world.site.answers["/a"] = HELLO
    fetch("https://site.example/", world)
    for request in world.site.asked:
        line, *headers = request.strip().split("\r\n")
        names = sorted(header.partition(":")[0].lower() for header in headers)
        assert line.startswith("GET /")
        assert names == ["accept", "accept-encoding", "host", "user-agent"]
        assert "Host: site.example" in headers


def test_the_certificate_is_of_the_name_and_not_of_the_address(world: World) -> None:
    world.site.answers["/"] = HELLO
    assert "morning" in fetch("https://bücher.example/", world).text
    assert "morning" in fetch(f"https://[{PUBLIC_6}]/", world).text
    with pytest.raises(Refused, match="does not prove"):
        fetch("https://wrong.example/", world)
    world.trusts = False
    with pytest.raises(Refused, match="does not prove"):
        fetch("https://site.example/", world)
    assert len(world.site.asked) == 2


def test_a_site_that_does_not_exist_is_said_to_be_none(world: World) -> None:
    with pytest.raises(Refused, match=r"no site called nowhere\.example"):
        fetch("https://nowhere.example/", world)


def test_a_resolver_that_hangs_is_not_waited_for(world: World) -> None:
    def hang(host: str) -> list[str]:
        world.site.over.wait(10)
        return [PUBLIC]

    began = time.monotonic()
    with pytest.raises(Transient, match="looked up"):
        visit.visit("http://site.example/", 0.3, net.Net(hang, world.net.dial, world.net.trust))
    assert time.monotonic() - began < 2


def test_an_address_that_answers_not_is_passed_over(world: World) -> None:
    def dial(address: str, port: int, seconds: float) -> socket.socket:
        if address == PUBLIC_6:
            raise ConnectionRefusedError
        return world.net.dial(address, port, seconds)

    world.site.answers["/"] = HELLO
    half = net.Net(world.net.resolve, dial, world.net.trust)
    assert visit.visit("https://xn--bcher-kva.example/", 5, half).data
    world.names["xn--bcher-kva.example"] = [[PUBLIC_6]]
    with pytest.raises(Transient, match="cannot be reached"):
        visit.visit("https://xn--bcher-kva.example/", 5, half)


# Answers that are traps


def drip(head: bytes) -> Callable[[socket.socket], None]:
    def answer(connection: socket.socket) -> None:
        connection.sendall(head)
        for _ in range(200):
            connection.sendall(b"x")
            time.sleep(0.05)

    return answer


def without_end(head: bytes, piece: bytes) -> Callable[[socket.socket], None]:
    def answer(connection: socket.socket) -> None:
        connection.sendall(head)
        for _ in range(4_000):
            connection.sendall(piece)

    return answer


OK = b"HTTP/1.1 200 OK\r\ncontent-type: text/html\r\n"
SLOW = {
    "status line": drip(b"HTTP/1.1 200 "),
    "headers": drip(OK + b"x-a: "),
    "body": drip(OK + b"\r\n"),
    "packed body": drip(OK + b"content-encoding: gzip\r\n\r\n" + gzip.compress(b"x" * 999)[:20]),
    "measured body": drip(OK + b"content-length: 100000\r\n\r\n"),
    "chunks": drip(OK + b"transfer-encoding: chunked\r\n\r\nfffff\r\n"),
    "continue": without_end(b"", b"HTTP/1.1 100 Continue\r\n\r\n" * 1_000),
    "silence": lambda connection: time.sleep(1),
}


@pytest.mark.parametrize("kind", SLOW)
@pytest.mark.parametrize("scheme", ["http", "https"])
def test_what_drips_ends_at_the_deadline(kind: str, scheme: str, world: World) -> None:
    world.site.answers["/"] = SLOW[kind]
    began = time.monotonic()
    with pytest.raises((Transient, Refused)):
        fetch(f"{scheme}://site.example/", world, seconds=0.5)
    assert time.monotonic() - began < 1.5


def packed(body: bytes, how: str) -> bytes:
    return page(body, more=f"content-encoding: {how}\r\n")


@cache
def bomb(kind: int) -> bytes:
    """200 MB of nothing, packed as zlib numbers the kinds of what it packs."""
    packer = zlib.compressobj(9, wbits=kind)
    return packer.compress(bytes(200_000_000)) + packer.flush()


GZIP, DEFLATE = 31, 15
BOMBS: dict[str, tuple[str, Callable[[], bytes], str]] = {
    "gzip": ("gzip", lambda: bomb(GZIP), "larger than 2 MB"),
    "deflate": ("deflate", lambda: bomb(DEFLATE), "larger than 2 MB"),
    "gzip in gzip": ("gzip, gzip", lambda: gzip.compress(bomb(GZIP)), "packed"),
}
"""How each says it is packed, and how it is packed where it is asked for."""
TRAPS: dict[str, tuple[bytes | Callable[[socket.socket], None], str]] = {
    "brotli": (packed(b"\x1b\x03", "br"), "packed"),
    "not gzip at all": (packed(b"hello", "gzip"), "other than a page"),
    "large, and says so": (page(b"", more="").replace(b": 0", b": 2000001"), "larger than 2 MB"),
    "large, and says nothing": (without_end(OK + b"\r\n", b"a" * 65_536), "larger than 2 MB"),
    "long header": (OK + b"x-a: " + b"a" * 70_000 + b"\r\n\r\nhello", "other than a page"),
    "many headers": (OK + b"x-a: b\r\n" * 200 + b"\r\nhello", "other than a page"),
    "a pdf": (page(b"%PDF-1.7", "application/pdf"), "application/pdf"),
    "a picture": (page(b"\x89PNG", "image/png"), "image/png"),
    "no media type": (b"HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nhello", "octet-stream"),
    "bytes that call themselves text": (page(b"\x00\x01\x02MZ", "text/plain"), "not a text"),
    "no words": (page(b"<body><script>x()</script></body>"), "no words"),
    "absent": (page(b"gone", status="404 Not Found"), "answered 404"),
    "closed": (page(b"no", status="403 Forbidden"), "answered 403"),
    "a part": (page(b"half", status="206 Partial"), "answered 206"),
    "redirect to nowhere": (page(b"", status="302 Found"), "answered 302"),
    "two places": (onward("/a\r\nlocation: /b"), "where I do not go"),
    "a place in bad letters": (onward("/\xff"), "where I do not go"),
    "no HTTP": (b"SSH-2.0-OpenSSH_9.6\r\n\r\n", "other than a page"),
    "half a status": (b"HTTP/1.1 abc\r\n\r\n", "other than a page"),
    "length below nothing": (OK + b"content-length: -5\r\n\r\nhello", "hello"),
}


@pytest.mark.parametrize("kind", BOMBS)
def test_a_bomb_is_refused_in_words(kind: str, world: World) -> None:
    how, make, reason = BOMBS[kind]
    world.site.answers["/"] = packed(make(), how)
    with pytest.raises(Refused, match=reason):
        fetch("http://site.example/", world)


@pytest.mark.parametrize("kind", TRAPS)
def test_a_trap_is_refused_in_words(kind: str, world: World) -> None:
    world.site.answers["/"], reason = TRAPS[kind]
    if reason == "hello":
        assert "hello" in fetch("http://site.example/", world).text
        return
    with pytest.raises(Refused, match=reason):
        fetch("http://site.example/", world)


LOST: dict[str, bytes | Callable[[socket.socket], None]] = {
    "too short": OK + b"content-length: 50\r\n\r\nhello",
    "broken chunks": OK + b"transfer-encoding: chunked\r\n\r\nzz\r\nhello\r\n",
    "chunks that stop": OK + b"transfer-encoding: chunked\r\n\r\nff\r\nhello",
    "nothing": lambda connection: None,
    "busy": page(b"", status="503 Busy"),
    "too many": page(b"", status="429 Too Many"),
}


@pytest.mark.parametrize("kind", LOST)
def test_what_broke_on_the_way_is_no_page(kind: str, world: World) -> None:
    world.site.answers["/"] = LOST[kind]
    with pytest.raises((Transient, Refused)):
        fetch("http://site.example/", world)


def test_a_bomb_takes_no_memory(world: World) -> None:
    world.site.answers["/"] = packed(bomb(GZIP), "gzip")
    tracemalloc.start()
    with pytest.raises(Refused):
        fetch("http://site.example/", world)
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert most < 12_000_000


# Pages


def test_a_page_is_told_by_title_address_and_text(world: World) -> None:
    world.site.answers["/"] = HELLO
    found = fetch("https://site.example/", world)
    assert found == Result("Hello\nhttps://site.example/\n\nGood morning.", untrusted=True)


def test_a_packed_page_is_opened(world: World) -> None:
    body = b"<p>" + b"words and words " * 100
    world.site.answers["/"] = packed(gzip.compress(body), "gzip")
    assert fetch("http://site.example/", world).text.count("words and") == 100


def test_a_chunked_page_is_put_together(world: World) -> None:
    chunks = b"4\r\n<p>a\r\n3\r\nbcd\r\n0\r\n\r\n"
    world.site.answers["/"] = OK + b"transfer-encoding: chunked\r\n\r\n" + chunks
    assert fetch("http://site.example/", world).text.endswith("abcd")


@pytest.mark.parametrize("media", ["application/json", "text/plain", "text/csv; charset=utf-8"])
def test_texts_are_told_as_they_are(media: str, world: World) -> None:
    world.site.answers["/"] = page(b'{"a": "<b>"}', media)
    assert fetch("http://site.example/", world).text.endswith('\n\n{"a": "<b>"}')


def test_a_long_text_is_cut_where_all_can_see(world: World) -> None:
    world.site.answers["/"] = page(b"<p>" + b"word " * 30_000)
    text = fetch("http://site.example/", world).text
    assert text.endswith("[… cut here: the page goes on]")
    assert MOST_CHARACTERS < len(text) < MOST_CHARACTERS + 200
