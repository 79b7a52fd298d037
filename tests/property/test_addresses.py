"""Whatever an address looks like, all that read it agree on where it leads, or it is none."""

from ipaddress import ip_address, ip_network
from urllib.parse import urlsplit

from hypothesis import example, given, settings
from hypothesis import strategies as st
from urllib3.util import parse_url

from persona.hosts import CLOSED, PUBLIC_6, is_public
from persona.reading.url import PORTS, read_url

PIECES = st.sampled_from(
    [
        *"http:// https:// HTTP:// site.example 127.0.0.1 [::1] [2606:4700::1] 0x7f.1 @ : :80 :443 :8080".split(),
        *"/ // \\ ? # . .. %2e %2f %41 %zz % a b é ü xn-- ß ｅ 。 ' ( ~ ; = & + , [ ] localhost 8.8.8.8".split(),
        " ",
        "\t",
        "\u200b",
    ]
)
TEXTS = st.lists(PIECES, max_size=8).map("".join)
LIKELY = st.builds("{}{}{}{}".format, st.sampled_from(["http://", "https://"]),
                   st.sampled_from(["site.example", "8.8.8.8", "[2606:4700::1]", "bücher.example"]),
                   st.sampled_from(["", ":80", ":443", ":8443", ":", "/"]), TEXTS)  # fmt: skip


@given(TEXTS | LIKELY | st.text(max_size=30))
@example("http://site.example:80\\@127.0.0.1/")
@example("http://site.example/%2e%2e/..//./%252e")
@settings(max_examples=1_500)
def test_every_reader_of_an_address_finds_the_same_place(text: str) -> None:
    try:
        meant = read_url(text)
    except ValueError:
        return
    assert read_url(meant) == meant
    assert meant.isascii() and meant.isprintable() and " " not in meant
    ours, theirs = urlsplit(meant), parse_url(meant)
    assert (ours.scheme, ours.port) == (theirs.scheme, theirs.port)
    assert (ours.hostname or "").strip("[]") == (theirs.host or "").strip("[]")
    assert ours.username is ours.password is theirs.auth is None
    assert ours.scheme in PORTS
    assert ours.path.startswith("/")
    assert ours.fragment == ""


@given(st.ip_addresses(v=4) | st.ip_addresses(v=6))
@settings(max_examples=1_500)
def test_no_public_address_is_in_a_closed_network(address: object) -> None:
    read = ip_address(str(address))
    closed = any(read in ip_network(one) for one in CLOSED)
    if is_public(str(read)):
        assert not closed
        assert read.is_global and not read.is_private and not read.is_loopback
        assert read.version == 4 or read in ip_network(PUBLIC_6)


@given(st.sampled_from(CLOSED).map(ip_network), st.integers(min_value=0))
def test_no_address_of_a_closed_network_is_public(network: object, number: int) -> None:
    within = ip_network(str(network))
    assert not is_public(str(within[number % within.num_addresses]))
